//! Media and their content.

use super::{Store, field, kind};
use crate::conformance::case::{Case, cases};
use bytes::Bytes;
use model::library::{MAX_MEDIA_BYTES, NewMedia};

pub(super) const CASES: &[Case<dyn super::Subject>] =
    cases![content_comes_back_byte_for_byte, a_medium_takes_the_place_of_its_namesake, bad_media_are_refused_by_field];

pub(super) fn medium(id: &str, content: impl Into<Bytes>) -> NewMedia {
    NewMedia { id: id.to_owned(), mime_type: "image/png".into(), content: content.into() }
}

async fn content_comes_back_byte_for_byte(store: Store) {
    let project = store.new_project().await;
    let content: Vec<u8> = (0..=255).cycle().take(3 << 20).collect();
    let stored = store.put_media(project, medium("m-1_a", content.clone())).await.unwrap();
    assert_eq!((stored.mime_type.as_str(), stored.size), ("image/png", 3 << 20));
    assert_eq!(store.media(project, "m-1_a").await.unwrap().as_ref(), Some(&stored));
    assert_eq!(store.media_content(project, "m-1_a").await.unwrap(), Some((stored, content.into())));
    let empty = store.put_media(project, medium("empty", "")).await.unwrap();
    assert_eq!(empty.sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(store.media(project, "nobody").await.unwrap(), None);
    assert_eq!(store.media_content(project, "nobody").await.unwrap(), None);
    store.delete_media(project, "empty").await.unwrap();
    assert_eq!(kind(store.delete_media(project, "empty").await), "no media");
    assert_eq!(store.media_content(project, "empty").await.unwrap(), None);
}

async fn a_medium_takes_the_place_of_its_namesake(store: Store) {
    let project = store.new_project().await;
    store.put_media(project, medium("m", "first")).await.unwrap();
    let second = NewMedia { mime_type: "audio/wav".into(), ..medium("m", "second one") };
    store.put_media(project, second).await.unwrap();
    let (media, content) = store.media_content(project, "m").await.unwrap().unwrap();
    assert_eq!((media.mime_type.as_str(), media.size, &content[..]), ("audio/wav", 10, &b"second one"[..]));
}

async fn bad_media_are_refused_by_field(store: Store) {
    let project = store.new_project().await;
    let bad = [
        ("id", medium("", "x")),
        ("content", medium("m", vec![0; MAX_MEDIA_BYTES + 1])),
        ("mime_type", NewMedia { mime_type: "text/html\r\nx: y".into(), ..medium("m", "x") }),
        ("mime_type", NewMedia { mime_type: "png".into(), ..medium("m", "x") }),
    ];
    for (expected, new) in bad {
        assert_eq!(field(store.put_media(project, new).await.unwrap_err()), expected);
    }
    assert_eq!(store.media(project, "m").await.unwrap(), None);
}
