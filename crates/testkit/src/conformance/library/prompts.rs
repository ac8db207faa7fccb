//! Prompts: versions, labels, lists.

use super::{Store, all, field, kind};
use crate::conformance::case::{Case, cases};
use model::library::{NewPromptVersion, PageRequest, PromptBody, PromptLabel, PromptSelector};
use serde_json::json;
use std::collections::BTreeSet;

pub(super) const CASES: &[Case<dyn super::Subject>] = cases![
    versions_are_numbered_per_name,
    a_version_comes_back_as_it_was_written,
    concurrent_versions_get_numbers_of_their_own,
    labels_point_at_one_version_and_move,
    latest_is_computed,
    tags_are_carried_over_unless_told,
    prompts_are_listed_newest_first_in_pages,
    numbers_are_not_used_twice,
    a_name_goes_with_its_last_version,
    bad_prompts_are_refused_by_field,
];

pub(super) fn text(name: &str, text: &str, labels: &[&str]) -> NewPromptVersion {
    NewPromptVersion {
        name: name.to_owned(),
        body: PromptBody::Text(text.to_owned()),
        config: json!({}),
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        tags: None,
        commit_message: None,
        author: None,
    }
}

fn label(label: &str) -> PromptSelector {
    PromptSelector::Label(label.to_owned())
}

fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

async fn versions_are_numbered_per_name(store: Store) {
    let project = store.new_project().await;
    for (name, expected) in [("a", 1), ("a", 2), ("folder/b", 1), ("a", 3), ("A", 1)] {
        assert_eq!(store.create_prompt_version(project, text(name, "x", &[])).await.unwrap().version, expected, "{name}");
    }
    let found = store.prompt(project, "folder/b", &PromptSelector::Version(1)).await.unwrap().unwrap();
    assert_eq!((found.name.as_str(), found.version), ("folder/b", 1));
    for (name, selector) in [("folder/b", PromptSelector::Version(2)), ("nobody", PromptSelector::Latest), ("a", label("production"))] {
        assert_eq!(store.prompt(project, name, &selector).await.unwrap(), None, "{name}");
    }
}

async fn a_version_comes_back_as_it_was_written(store: Store) {
    let project = store.new_project().await;
    let messages = vec![
        json!({ "role": "system", "content": "Be \u{0} brief, {{name}} \u{1F600}" }),
        json!({ "type": "placeholder", "name": "history", "n": 1.5 }),
    ];
    let new = NewPromptVersion {
        body: PromptBody::Chat(messages),
        config: json!({ "model": "gpt-4o", "temperature": 0.1, "nested": [null, { "deep": true }] }),
        tags: Some(strings(&["z", "a"])),
        commit_message: Some("why\nand how \u{0}".into()),
        author: Some("ada@example.com".into()),
        ..text("chat", "", &["production", "a/b"])
    };
    let stored = store.create_prompt_version(project, new.clone()).await.unwrap();
    assert_eq!((&stored.body, &stored.config), (&new.body, &new.config));
    assert_eq!(stored.labels, ["a/b", "latest", "production"]);
    assert_eq!(stored.tags, ["z", "a"], "in the order given");
    assert_eq!((&stored.commit_message, &stored.author), (&new.commit_message, &new.author));
    let read = store.prompt(project, "chat", &PromptSelector::Latest).await.unwrap().unwrap();
    assert_eq!(read, stored);
    assert_eq!(store.list_prompt_versions(project, "chat", all()).await.unwrap().items, [stored]);
}

async fn concurrent_versions_get_numbers_of_their_own(store: Store) {
    let project = store.new_project().await;
    let made = futures::future::join_all((0..8).map(|_| store.create_prompt_version(project, text("p", "x", &["newest"])))).await;
    let numbers: BTreeSet<u32> = made.into_iter().map(|version| version.unwrap().version).collect();
    assert_eq!(numbers, (1..=8).collect());
    let labelled = store.prompt(project, "p", &label("newest")).await.unwrap().unwrap();
    assert_eq!(labelled.version, 8, "the label went along");
}

async fn labels_point_at_one_version_and_move(store: Store) {
    let project = store.new_project().await;
    store.create_prompt_version(project, text("p", "1", &["production", "old"])).await.unwrap();
    store.create_prompt_version(project, text("p", "2", &["production"])).await.unwrap();
    store.create_prompt_version(project, text("other", "1", &["production"])).await.unwrap();
    let version_of = async |name: &'static str| store.prompt(project, "p", &label(name)).await.unwrap().map(|found| found.version);
    assert_eq!((version_of("production").await, version_of("old").await), (Some(2), Some(1)));
    let set = store.set_prompt_labels(project, "p", 1, &strings(&["production", "staging"])).await.unwrap();
    assert_eq!(set.labels, ["production", "staging"], "exactly these");
    assert_eq!((version_of("production").await, version_of("old").await, version_of("staging").await), (Some(1), None, Some(1)));
    let second = store.prompt(project, "p", &PromptSelector::Version(2)).await.unwrap().unwrap();
    assert_eq!(second.labels, ["latest"]);
    assert_eq!(store.set_prompt_labels(project, "p", 1, &[]).await.unwrap().labels, Vec::<String>::new());
    let other = store.prompt(project, "other", &label("production")).await.unwrap().unwrap();
    assert_eq!(other.version, 1, "labels of another name stay");
    for (name, version) in [("p", 3), ("nobody", 1)] {
        assert_eq!(kind(store.set_prompt_labels(project, name, version, &[]).await), "no prompt");
    }
}

async fn latest_is_computed(store: Store) {
    let project = store.new_project().await;
    store.create_prompt_version(project, text("p", "1", &["latest", "first"])).await.unwrap();
    store.create_prompt_version(project, text("p", "2", &[])).await.unwrap();
    for selector in [PromptSelector::Latest, label("latest")] {
        assert_eq!(store.prompt(project, "p", &selector).await.unwrap().unwrap().version, 2);
    }
    assert_eq!(store.prompt(project, "p", &label("first")).await.unwrap().unwrap().labels, ["first"]);
    let set = async |version| kind(store.set_prompt_labels(project, "p", version, &strings(&["latest"])).await);
    assert_eq!((set(1).await, set(2).await), ("invalid labels".to_owned(), "ok".to_owned()));
    assert!(store.list_prompts(project, all()).await.unwrap().items[0].labels.iter().all(|label| label.label != "latest"));
    store.delete_prompt_version(project, "p", 2).await.unwrap();
    assert_eq!(store.prompt(project, "p", &PromptSelector::Latest).await.unwrap().unwrap().labels, ["first", "latest"]);
}

async fn tags_are_carried_over_unless_told(store: Store) {
    let project = store.new_project().await;
    let tags = async |tags: Option<&[&str]>| {
        let new = NewPromptVersion { tags: tags.map(strings), ..text("p", "x", &[]) };
        store.create_prompt_version(project, new).await.unwrap().tags
    };
    assert_eq!(tags(None).await, Vec::<String>::new());
    assert_eq!(tags(Some(&["a", "b"])).await, ["a", "b"]);
    assert_eq!(tags(None).await, ["a", "b"]);
    assert_eq!(tags(Some(&[])).await, Vec::<String>::new());
}

async fn prompts_are_listed_newest_first_in_pages(store: Store) {
    let project = store.new_project().await;
    for name in ["one", "two", "three"] {
        store.create_prompt_version(project, text(name, "x", &[])).await.unwrap();
    }
    let new = NewPromptVersion { tags: Some(strings(&["t"])), body: PromptBody::Chat(vec![]), ..text("one", "", &["b", "a"]) };
    store.create_prompt_version(project, new).await.unwrap();
    let first = store.list_prompts(project, PageRequest::first(2)).await.unwrap();
    let names = |items: &[model::library::PromptSummary]| items.iter().map(|item| item.name.clone()).collect::<Vec<_>>();
    assert_eq!((names(&first.items), first.total), (strings(&["one", "three"]), 3));
    let one = &first.items[0];
    assert_eq!((one.version, one.versions, one.kind.as_str(), &one.tags), (2, 2, "chat", &strings(&["t"])));
    assert_eq!(one.labels, ["a", "b"].map(|label| PromptLabel { label: label.into(), version: 2 }));
    assert!(one.created_at < one.updated_at);
    let rest = store.list_prompts(project, PageRequest::after(first.next_cursor, 2)).await.unwrap();
    assert_eq!((names(&rest.items), rest.total, rest.next_cursor), (strings(&["two"]), 3, None));
    let skipped = store.list_prompts(project, PageRequest::skipping(1, 1)).await.unwrap();
    assert_eq!((names(&skipped.items), skipped.total), (strings(&["three"]), 3));
    let versions = store.list_prompt_versions(project, "one", PageRequest::first(1)).await.unwrap();
    assert_eq!((versions.items[0].version, versions.total), (2, 2));
    let older = store.list_prompt_versions(project, "one", PageRequest::after(versions.next_cursor, 1)).await.unwrap();
    assert_eq!((older.items[0].version, older.next_cursor), (1, None));
    let none = store.list_prompt_versions(project, "nobody", all()).await.unwrap();
    assert_eq!((none.items.len(), none.total), (0, 0));
}

async fn numbers_are_not_used_twice(store: Store) {
    let project = store.new_project().await;
    store.create_prompt_version(project, text("p", "1", &[])).await.unwrap();
    store.create_prompt_version(project, text("p", "2", &["gone"])).await.unwrap();
    store.delete_prompt_version(project, "p", 2).await.unwrap();
    assert_eq!(store.prompt(project, "p", &label("gone")).await.unwrap(), None);
    assert_eq!(kind(store.delete_prompt_version(project, "p", 2).await), "no prompt");
    assert_eq!(store.create_prompt_version(project, text("p", "3", &[])).await.unwrap().version, 3);
}

async fn a_name_goes_with_its_last_version(store: Store) {
    let project = store.new_project().await;
    for name in ["p", "p", "q"] {
        store.create_prompt_version(project, text(name, "x", &["l"])).await.unwrap();
    }
    store.delete_prompt_version(project, "q", 1).await.unwrap();
    store.delete_prompt(project, "p").await.unwrap();
    assert_eq!(kind(store.delete_prompt(project, "p").await), "no prompt");
    assert_eq!(store.list_prompts(project, all()).await.unwrap().total, 0);
    assert_eq!(store.prompt(project, "p", &label("l")).await.unwrap(), None);
    assert_eq!(store.create_prompt_version(project, text("p", "new", &[])).await.unwrap().version, 1, "a new prompt of that name");
}

async fn bad_prompts_are_refused_by_field(store: Store) {
    let project = store.new_project().await;
    let long = "x".repeat(1 << 21);
    let bad = [
        ("name", text("", "x", &[])),
        ("prompt", text("p", &long, &[])),
        ("labels[1]", text("p", "x", &["good", "bad\n"])),
        ("config", NewPromptVersion { config: json!(long), ..text("p", "x", &[]) }),
        ("commit_message", NewPromptVersion { commit_message: Some(long.clone()), ..text("p", "x", &[]) }),
    ];
    for (expected, new) in bad {
        assert_eq!(field(store.create_prompt_version(project, new).await.unwrap_err()), expected);
    }
    assert_eq!(store.list_prompts(project, all()).await.unwrap().total, 0);
}
