//! Media: images, recordings and files that messages refer to.

use super::limits::{MAX_MEDIA_BYTES, check_bytes, check_id};
use crate::{StoreError, StoreResult, Timestamp};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What is known of a medium, without its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Media {
    /// The client's: often made from the content's hash.
    pub id: String,
    /// As the client says. Never trusted to be harmless.
    pub mime_type: String,
    pub size: u64,
    /// Of the content, lower-case hex.
    pub sha256: String,
    pub created_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMedia {
    pub id: String,
    pub mime_type: String,
    pub content: Bytes,
}

/// `type/subtype; parameters`: longer ones are no media types.
const MAX_MIME_BYTES: usize = 255;

impl NewMedia {
    pub fn check(&self) -> StoreResult<()> {
        check_id("id", &self.id)?;
        check_bytes("mime_type", self.mime_type.len(), MAX_MIME_BYTES)?;
        let is_media_type = self.mime_type.contains('/') && self.mime_type.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        if !is_media_type {
            return Err(StoreError::invalid("mime_type", "expected a media type such as image/png"));
        }
        check_bytes("content", self.content.len(), MAX_MEDIA_BYTES)
    }

    /// What is kept beside the content.
    pub fn describe(&self, now: Timestamp) -> Media {
        Media {
            id: self.id.clone(),
            mime_type: self.mime_type.clone(),
            size: self.content.len() as u64,
            sha256: Sha256::digest(&self.content).iter().map(|byte| format!("{byte:02x}")).collect(),
            created_at: now,
        }
    }
}
