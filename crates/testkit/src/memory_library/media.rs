//! Media and their content.

use super::MemoryLibrary;
use async_trait::async_trait;
use bytes::Bytes;
use model::{
    ProjectId, StoreError, StoreResult,
    library::{Media, NewMedia},
    ports::MediaStore,
};

#[async_trait]
impl MediaStore for MemoryLibrary {
    async fn put_media(&self, project: ProjectId, new: NewMedia) -> StoreResult<Media> {
        new.check()?;
        self.write(project, |shelf, now| {
            let media = new.describe(now);
            shelf.media.insert(new.id, (media.clone(), new.content));
            Ok(media)
        })
    }

    async fn media(&self, project: ProjectId, id: &str) -> StoreResult<Option<Media>> {
        Ok(self.read(project, |shelf| shelf.media.get(id).map(|(media, _)| media.clone())))
    }

    async fn media_content(&self, project: ProjectId, id: &str) -> StoreResult<Option<(Media, Bytes)>> {
        Ok(self.read(project, |shelf| shelf.media.get(id).cloned()))
    }

    async fn delete_media(&self, project: ProjectId, id: &str) -> StoreResult<()> {
        self.write(project, |shelf, _| shelf.media.remove(id).map(drop).ok_or(StoreError::NotFound("media")))
    }
}
