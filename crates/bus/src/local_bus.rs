//! The bus of a single process.

use crate::hub::Hub;
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use model::{
    StoreResult,
    ports::{Bus, BusMessage, Topic},
};

#[derive(Default)]
pub struct LocalBus {
    hub: Hub,
}

#[async_trait]
impl Bus for LocalBus {
    async fn publish(&self, topic: &Topic, payload: Bytes) {
        self.hub.deliver(topic, BusMessage::Payload(payload));
    }

    async fn subscribe(&self, topic: &Topic) -> StoreResult<BoxStream<'static, BusMessage>> {
        Ok(self.hub.subscribe(topic))
    }
}
