//! Datasets and items.

use super::{Store, all, field, kind};
use crate::conformance::case::{Case, cases};
use model::library::{DatasetChange, DatasetItem, DatasetRef, ItemFilter, ItemStatus, NewDataset, NewDatasetItem, PageRequest};
use serde_json::json;

pub(super) const CASES: &[Case<dyn super::Subject>] = cases![
    a_dataset_comes_back_by_id_and_name,
    names_and_ids_of_datasets_are_unique,
    a_dataset_changes_where_it_is_told,
    datasets_are_listed_newest_first,
    items_come_back_in_the_order_given,
    an_item_takes_the_place_of_its_namesake,
    a_bulk_is_stored_as_a_whole_or_not_at_all,
    concurrent_bulks_get_places_of_their_own,
    items_are_filtered_and_paged,
    items_go_with_their_dataset,
];

pub(super) fn named(name: &str) -> NewDataset {
    NewDataset { name: name.to_owned(), ..NewDataset::default() }
}

pub(super) fn item(id: &str) -> NewDatasetItem {
    NewDatasetItem { id: Some(id.to_owned()), input: json!(id), ..NewDatasetItem::default() }
}

fn of(dataset: &str) -> ItemFilter {
    ItemFilter { dataset_id: Some(dataset.to_owned()), ..ItemFilter::default() }
}

fn ids(items: &[DatasetItem]) -> Vec<&str> {
    items.iter().map(|item| item.id.as_str()).collect()
}

async fn a_dataset_comes_back_by_id_and_name(store: Store) {
    let project = store.new_project().await;
    let new = NewDataset {
        id: Some("My Id/1".into()),
        name: "folder/Ünï 'quoted'".into(),
        description: Some("two\nlines \u{0}".into()),
        metadata: json!({ "a": [1, null] }),
    };
    let made = store.create_dataset(project, new.clone()).await.unwrap();
    assert_eq!((made.id.as_str(), &made.name, &made.metadata), ("My Id/1", &new.name, &new.metadata));
    assert_eq!((&made.description, made.item_count), (&new.description, 0));
    for by in [DatasetRef::Id(made.id.clone()), DatasetRef::Name(made.name.clone())] {
        assert_eq!(store.dataset(project, &by).await.unwrap().as_ref(), Some(&made));
    }
    assert_eq!(store.dataset(project, &DatasetRef::Name(made.id.clone())).await.unwrap(), None);
    let generated = store.create_dataset(project, named("b")).await.unwrap();
    assert_eq!(generated.id.len(), 32);
}

async fn names_and_ids_of_datasets_are_unique(store: Store) {
    let project = store.new_project().await;
    let first = store.create_dataset(project, named("a")).await.unwrap();
    assert_eq!(kind(store.create_dataset(project, named("a")).await), "conflict");
    let same_id = NewDataset { id: Some(first.id.clone()), ..named("b") };
    assert_eq!(kind(store.create_dataset(project, same_id).await), "conflict");
    assert_eq!(kind(store.create_dataset(project, named("A")).await), "ok");
    store.delete_dataset(project, &first.id).await.unwrap();
    assert_eq!(kind(store.create_dataset(project, named("a")).await), "ok");
    assert_eq!(field(store.create_dataset(project, named(" ")).await.unwrap_err()), "name");
}

async fn a_dataset_changes_where_it_is_told(store: Store) {
    let project = store.new_project().await;
    store.create_dataset(project, named("taken")).await.unwrap();
    let new = NewDataset { description: Some("before".into()), metadata: json!({ "k": 1 }), ..named("a") };
    let made = store.create_dataset(project, new).await.unwrap();
    let change = DatasetChange { name: Some("b".into()), ..DatasetChange::default() };
    let changed = store.update_dataset(project, &made.id, change).await.unwrap();
    assert_eq!((changed.name.as_str(), changed.description.as_deref(), &changed.metadata), ("b", Some("before"), &json!({ "k": 1 })));
    let change = DatasetChange { name: Some("b".into()), description: Some("after".into()), metadata: Some(json!(null)) };
    let changed = store.update_dataset(project, &made.id, change).await.unwrap();
    assert_eq!((changed.description.as_deref(), &changed.metadata), (Some("after"), &json!(null)));
    assert_eq!(changed.created_at, made.created_at);
    assert_eq!(store.dataset(project, &DatasetRef::Name("b".into())).await.unwrap(), Some(changed));
    let change = DatasetChange { name: Some("taken".into()), ..DatasetChange::default() };
    assert_eq!(kind(store.update_dataset(project, &made.id, change).await), "conflict");
    assert_eq!(kind(store.update_dataset(project, "nobody", DatasetChange::default()).await), "no dataset");
}

async fn datasets_are_listed_newest_first(store: Store) {
    let project = store.new_project().await;
    for name in ["a", "b", "c"] {
        store.create_dataset(project, named(name)).await.unwrap();
    }
    let first = store.list_datasets(project, PageRequest::first(2)).await.unwrap();
    let names: Vec<&str> = first.items.iter().map(|dataset| dataset.name.as_str()).collect();
    assert_eq!((names, first.total), (vec!["c", "b"], 3));
    let id = first.items[1].id.clone();
    store.put_dataset_items(project, &id, vec![item("x"), item("y")]).await.unwrap();
    let rest = store.list_datasets(project, PageRequest::after(first.next_cursor, 2)).await.unwrap();
    assert_eq!((rest.items[0].name.as_str(), rest.items.len(), rest.next_cursor), ("a", 1, None));
    let again = store.list_datasets(project, PageRequest::skipping(1, 1)).await.unwrap();
    assert_eq!((again.items[0].item_count, again.total), (2, 3), "with the number of items");
    assert!(again.items[0].updated_at > again.items[0].created_at);
}

async fn items_come_back_in_the_order_given(store: Store) {
    let project = store.new_project().await;
    let dataset = store.create_dataset(project, named("d")).await.unwrap().id;
    let full = NewDatasetItem {
        id: None,
        status: ItemStatus::Archived,
        input: json!({ "question": "why \u{0}?" }),
        expected_output: json!("because"),
        context: json!({ "retrieval_context": ["a", "b"] }),
        metadata: json!(7),
        source_trace_id: Some("trace".into()),
        source_span_id: Some("span".into()),
    };
    let stored = store.put_dataset_items(project, &dataset, vec![item("z"), full.clone(), item("a")]).await.unwrap();
    assert_eq!((stored[0].id.as_str(), stored[1].id.len(), stored[2].id.as_str()), ("z", 32, "a"));
    let expected = full.into_item(stored[1].id.clone(), dataset.clone(), 1, stored[1].created_at, stored[1].updated_at);
    assert_eq!(stored[1], expected);
    let listed = store.list_dataset_items(project, &of(&dataset), all()).await.unwrap();
    assert_eq!((&listed.items, listed.total), (&stored, 3));
    assert_eq!(store.dataset_item(project, "a").await.unwrap().as_ref(), Some(&stored[2]));
    let more = store.put_dataset_items(project, &dataset, vec![item("b")]).await.unwrap();
    assert_eq!(more[0].position, 3);
}

async fn an_item_takes_the_place_of_its_namesake(store: Store) {
    let project = store.new_project().await;
    let dataset = store.create_dataset(project, named("d")).await.unwrap().id;
    let other = store.create_dataset(project, named("other")).await.unwrap().id;
    let first = NewDatasetItem { expected_output: json!("old"), source_trace_id: Some("t".into()), ..item("one") };
    let before = store.put_dataset_items(project, &dataset, vec![first, item("two")]).await.unwrap();
    let after = store.put_dataset_items(project, &dataset, vec![NewDatasetItem { input: json!("new"), ..item("one") }]).await.unwrap();
    assert_eq!((&after[0].input, &after[0].expected_output, &after[0].source_trace_id), (&json!("new"), &json!(null), &None));
    assert_eq!((after[0].position, after[0].created_at), (0, before[0].created_at));
    let listed = store.list_dataset_items(project, &of(&dataset), all()).await.unwrap();
    assert_eq!(ids(&listed.items), ["one", "two"]);
    assert_eq!(kind(store.put_dataset_items(project, &other, vec![item("one")]).await), "conflict");
}

async fn a_bulk_is_stored_as_a_whole_or_not_at_all(store: Store) {
    let project = store.new_project().await;
    let dataset = store.create_dataset(project, named("d")).await.unwrap().id;
    let other = store.create_dataset(project, named("other")).await.unwrap().id;
    store.put_dataset_items(project, &other, vec![item("taken")]).await.unwrap();
    assert_eq!(kind(store.put_dataset_items(project, &dataset, vec![item("a"), item("taken")]).await), "conflict");
    assert_eq!(kind(store.put_dataset_items(project, "nobody", vec![item("a")]).await), "no dataset");
    let refused = store.put_dataset_items(project, &dataset, vec![item("a"), item("a")]).await.unwrap_err();
    assert_eq!(field(refused), "items[1].id");
    let too_many = (0..1_001).map(|number| item(&number.to_string())).collect();
    assert_eq!(field(store.put_dataset_items(project, &dataset, too_many).await.unwrap_err()), "items");
    let long = NewDatasetItem { input: json!("x".repeat(1 << 21)), ..item("b") };
    let refused = store.put_dataset_items(project, &dataset, vec![item("a"), long]).await.unwrap_err();
    assert_eq!(field(refused), "items[1].input");
    assert_eq!(store.list_dataset_items(project, &of(&dataset), all()).await.unwrap().total, 0);
}

async fn concurrent_bulks_get_places_of_their_own(store: Store) {
    let project = store.new_project().await;
    let dataset = store.create_dataset(project, named("d")).await.unwrap().id;
    let bulks = (0..6).map(|bulk| {
        let items = vec![item(&format!("{bulk}-a")), item(&format!("{bulk}-b"))];
        store.put_dataset_items(project, &dataset, items)
    });
    for stored in futures::future::join_all(bulks).await {
        let stored = stored.unwrap();
        assert_eq!(stored[1].position, stored[0].position + 1, "a bulk stays together");
    }
    let listed = store.list_dataset_items(project, &of(&dataset), all()).await.unwrap();
    assert_eq!(listed.items.iter().map(|item| item.position).collect::<Vec<_>>(), (0..12).collect::<Vec<_>>());
}

async fn items_are_filtered_and_paged(store: Store) {
    let project = store.new_project().await;
    let dataset = store.create_dataset(project, named("d")).await.unwrap().id;
    let other = store.create_dataset(project, named("other")).await.unwrap().id;
    let archived = NewDatasetItem { status: ItemStatus::Archived, ..item("c") };
    let sourced = NewDatasetItem { source_trace_id: Some("t".into()), source_span_id: Some("s".into()), ..item("b") };
    store.put_dataset_items(project, &dataset, vec![item("a"), sourced, archived, item("d")]).await.unwrap();
    store.put_dataset_items(project, &other, vec![item("elsewhere")]).await.unwrap();
    let active = ItemFilter { status: Some(ItemStatus::Active), ..of(&dataset) };
    let first = store.list_dataset_items(project, &active, PageRequest::first(2)).await.unwrap();
    assert_eq!((ids(&first.items), first.total), (vec!["a", "b"], 3));
    let rest = store.list_dataset_items(project, &active, PageRequest::after(first.next_cursor, 2)).await.unwrap();
    assert_eq!((ids(&rest.items), rest.next_cursor), (vec!["d"], None));
    let second = store.list_dataset_items(project, &active, PageRequest::skipping(2, 2)).await.unwrap();
    assert_eq!(ids(&second.items), ["d"]);
    let source = ItemFilter { source_trace_id: Some("t".into()), source_span_id: Some("s".into()), ..ItemFilter::default() };
    assert_eq!(ids(&store.list_dataset_items(project, &source, all()).await.unwrap().items), ["b"]);
    assert_eq!(store.list_dataset_items(project, &ItemFilter::default(), all()).await.unwrap().total, 5);
}

async fn items_go_with_their_dataset(store: Store) {
    let project = store.new_project().await;
    let dataset = store.create_dataset(project, named("d")).await.unwrap().id;
    store.put_dataset_items(project, &dataset, vec![item("a"), item("b")]).await.unwrap();
    store.delete_dataset_item(project, "a").await.unwrap();
    assert_eq!(kind(store.delete_dataset_item(project, "a").await), "no dataset item");
    assert_eq!(store.dataset(project, &DatasetRef::Id(dataset.clone())).await.unwrap().unwrap().item_count, 1);
    store.delete_dataset(project, &dataset).await.unwrap();
    assert_eq!(kind(store.delete_dataset(project, &dataset).await), "no dataset");
    assert_eq!(store.dataset_item(project, "b").await.unwrap(), None);
    assert_eq!(store.list_dataset_items(project, &ItemFilter::default(), all()).await.unwrap().total, 0);
}
