//! An upstream that answers with given bytes, and remembers what it was sent.

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri},
    response::Response,
};
use futures::StreamExt;
use http_body_util::BodyExt;
use parking_lot::Mutex;
use std::{convert::Infallible, io, sync::Arc};
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinHandle,
};

/// What a request was, as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

#[derive(Clone, Default)]
pub(crate) struct Canned {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(&'static str, &'static str)>,
    /// Each piece is a chunk of its own.
    pub(crate) pieces: Vec<Vec<u8>>,
    /// The connection breaks after the pieces.
    pub(crate) breaks: bool,
}

pub(crate) struct CannedUpstream {
    pub(crate) origin: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    server: JoinHandle<()>,
}

impl Drop for CannedUpstream {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl CannedUpstream {
    pub(crate) async fn start(answer: Canned) -> Self {
        let body = move || {
            let pieces = answer.pieces.clone().into_iter().map(|piece| Ok(Bytes::from(piece)));
            let end = answer.breaks.then(|| Err(io::Error::other("broken on purpose")));
            // A break at once would overtake the pieces before it.
            let end = futures::stream::iter(end).then(|end| async {
                tokio::task::yield_now().await;
                end
            });
            Body::from_stream(futures::stream::iter(pieces).chain(end))
        };
        Self::serve(answer.status, answer.headers.clone(), body).await
    }

    /// An upstream whose answer is sent by the test, piece by piece; it ends when the sender is dropped.
    pub(crate) async fn driven(headers: Vec<(&'static str, &'static str)>) -> (Self, UnboundedSender<&'static str>) {
        let (sender, receiver) = unbounded_channel::<&'static str>();
        let receiver = Mutex::new(Some(receiver));
        let body = move || Body::from_stream(pieces_of(receiver.lock().take().expect("one call")));
        (Self::serve(StatusCode::OK, headers, body).await, sender)
    }

    async fn serve(
        status: StatusCode,
        headers: Vec<(&'static str, &'static str)>,
        body: impl Fn() -> Body + Send + Sync + 'static,
    ) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let remembered = Arc::clone(&seen);
        let answer = Arc::new(move || {
            let mut response = Response::new(body());
            *response.status_mut() = status;
            for (name, value) in &headers {
                response.headers_mut().append(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            response
        });
        let handler = move |State(seen): State<Arc<Mutex<Vec<Seen>>>>, request: Request| {
            let answer = Arc::clone(&answer);
            async move {
                let (parts, body) = request.into_parts();
                let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
                seen.lock().push(Seen { method: parts.method, uri: parts.uri, headers: parts.headers, body });
                answer()
            }
        };
        let router = Router::new().fallback(handler).with_state(seen);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { origin, seen: remembered, server }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().clone()
    }
}

fn pieces_of(receiver: UnboundedReceiver<&'static str>) -> impl futures::Stream<Item = Result<Bytes, Infallible>> {
    futures::stream::unfold(receiver, |mut receiver| async move { Some((Ok(Bytes::from(receiver.recv().await?)), receiver)) })
}
