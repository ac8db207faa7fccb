//! A project sees its own and nothing else, and nothing once it is deleted.

use super::{Store, all, datasets, experiments, kind, media, prompts};
use crate::conformance::case::{Case, cases};
use model::{
    ProjectId,
    library::{DatasetRef, ExperimentFilter, ItemFilter, PromptSelector, ResultFilter},
};

pub(super) const CASES: &[Case<dyn super::Subject>] = cases![a_project_sees_its_own_only, a_deleted_project_is_empty_and_takes_nothing];

/// One of everything, with the same ids whatever the project.
async fn fill(store: &Store, project: ProjectId) {
    store.create_prompt_version(project, prompts::text("p", "x", &["l"])).await.unwrap();
    let dataset = model::library::NewDataset { id: Some("d".into()), ..datasets::named("d") };
    store.create_dataset(project, dataset).await.unwrap();
    store.put_dataset_items(project, "d", vec![datasets::item("i")]).await.unwrap();
    store.put_experiment(project, experiments::run("e")).await.unwrap();
    store.put_results(project, "e", vec![experiments::result("r")]).await.unwrap();
    store.put_media(project, media::medium("m", "content")).await.unwrap();
}

/// How much a project shows, by every way of reading.
async fn shown(store: &Store, project: ProjectId) -> [u64; 12] {
    let count = |found: bool| u64::from(found);
    [
        count(store.prompt(project, "p", &PromptSelector::Latest).await.unwrap().is_some()),
        store.list_prompts(project, all()).await.unwrap().total,
        store.list_prompt_versions(project, "p", all()).await.unwrap().total,
        count(store.dataset(project, &DatasetRef::Name("d".into())).await.unwrap().is_some()),
        store.list_datasets(project, all()).await.unwrap().total,
        count(store.dataset_item(project, "i").await.unwrap().is_some()),
        store.list_dataset_items(project, &ItemFilter::default(), all()).await.unwrap().total,
        count(store.experiment(project, "e").await.unwrap().is_some()),
        store.list_experiments(project, &ExperimentFilter::default(), all()).await.unwrap().total,
        store.list_results(project, "e", &ResultFilter::default(), all()).await.unwrap().total,
        count(store.media(project, "m").await.unwrap().is_some()),
        count(store.media_content(project, "m").await.unwrap().is_some()),
    ]
}

async fn a_project_sees_its_own_only(store: Store) {
    let (one, two) = (store.new_project().await, store.new_project().await);
    fill(&store, one).await;
    assert_eq!((shown(&store, one).await, shown(&store, two).await), ([1; 12], [0; 12]));
    fill(&store, two).await;
    store.delete_prompt(one, "p").await.unwrap();
    store.delete_dataset(one, "d").await.unwrap();
    store.delete_experiment(one, "e").await.unwrap();
    store.delete_media(one, "m").await.unwrap();
    assert_eq!((shown(&store, one).await, shown(&store, two).await), ([0; 12], [1; 12]));
}

async fn a_deleted_project_is_empty_and_takes_nothing(store: Store) {
    let (gone, stays) = (store.new_project().await, store.new_project().await);
    fill(&store, gone).await;
    fill(&store, stays).await;
    store.drop_project(gone).await;
    assert_eq!((shown(&store, gone).await, shown(&store, stays).await), ([0; 12], [1; 12]));
    let refused = [
        kind(store.create_prompt_version(gone, prompts::text("p", "x", &[])).await),
        kind(store.set_prompt_labels(gone, "p", 1, &[]).await),
        kind(store.create_dataset(gone, datasets::named("new")).await),
        kind(store.put_dataset_items(gone, "d", vec![datasets::item("i")]).await),
        kind(store.put_experiment(gone, experiments::run("e")).await),
        kind(store.put_results(gone, "e", vec![experiments::result("r")]).await),
        kind(store.put_media(gone, media::medium("m", "content")).await),
        kind(store.delete_prompt(gone, "p").await),
        kind(store.delete_media(gone, "m").await),
    ];
    assert!(refused.iter().all(|answer| answer == "no project"), "{refused:?}");
}
