//! A process killed between every two steps of commit, compaction, erasing, retention and clean-up: what was acknowledged is there once,
//! what was not is there wholly or not at all, nothing is half-visible, and no file is left over.
//!
//! The victim is this test program itself, which runs one test in a process of its own, with the place where it dies in its environment.

use super::files_below;
use crate::{
    Lake, LakeConfig,
    testing::{batch_of, span},
};
use catalog::{Catalog, CatalogUrl};
use model::{
    ProjectId, TimeRange,
    erase::EraseTarget,
    filter::Filter,
    ports::{Accounts, Maintenance, SegmentCatalog, TelemetryStore},
    query::ListQuery,
    retention::RetentionPolicy,
    telemetry::{Incoming, RowBatch},
    time::NANOS_PER_DAY,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

const FOLDER: &str = "TELLTALE_CRASH_FOLDER";
/// Every place, and how many of its passings are tried.
const PLACES: [(&str, u32); 16] = [
    ("commit.before_file", 3),
    ("commit.after_file", 3),
    ("commit.after_publish", 3),
    ("compact.before_files", 3),
    ("compact.after_segment_file", 4),
    ("compact.after_sidecar", 4),
    ("compact.after_files", 4),
    ("compact.after_publish", 4),
    ("erase.before_request", 1),
    ("erase.after_request", 1),
    ("erase.before_mark", 1),
    ("erase.after_mark", 1),
    ("retain.before_drop", 1),
    ("retain.after_drop", 1),
    ("collect.after_files", 1),
    ("collect.after_catalog", 1),
];
/// Spans of one commit.
const COMMIT: u32 = 20;
const COMMITS: u32 = 6;
/// Spans that are over by retention.
const OLD: std::ops::Range<u32> = 900..930;

fn config(directory: &Path) -> LakeConfig {
    let mut config = LakeConfig::new(directory.join("data"), 256 << 20);
    config.commit.max_inline_bytes = 3_000;
    config.compaction.merge_segments = 3;
    config.compaction.own_file_rows = 10;
    config.retention.retired_min_age = Duration::ZERO;
    config
}

async fn open(directory: &Path) -> (Lake, Catalog, ProjectId) {
    let url = CatalogUrl::parse(&format!("sqlite:{}", directory.join("catalog.db").display())).unwrap();
    let catalog = Catalog::open(url).await.unwrap();
    let project = catalog.default_project().await.unwrap().id;
    // Whoever was here before is dead, and needs no minute of silence.
    catalog.fence_silent_writers(Duration::ZERO).await.unwrap();
    (Lake::open(config(directory), Arc::new(catalog.clone())).await.unwrap(), catalog, project)
}

/// What was acknowledged, a line a step, durable before the next step begins.
fn note(directory: &Path, step: &str) {
    let mut notes = fs::OpenOptions::new().create(true).append(true).open(directory.join("acknowledged")).unwrap();
    writeln!(notes, "{step}").unwrap();
    notes.sync_all().unwrap();
}

fn noted(directory: &Path) -> BTreeSet<String> {
    fs::read_to_string(directory.join("acknowledged")).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// Does what was not acknowledged before. Every step may be repeated.
async fn script(directory: &Path) {
    let done = noted(directory);
    let (lake, catalog, project) = open(directory).await;
    catalog.set_retention(project, RetentionPolicy { span_days: Some(30), ..Default::default() }).await.unwrap();
    if !done.contains("old") {
        let mut old = batch_of(project, OLD, 200);
        old.spans
            .iter_mut()
            .for_each(|incoming| incoming.row.start_time = incoming.row.start_time.saturating_add_nanos(-40 * NANOS_PER_DAY));
        lake.commit(old).await.unwrap();
        note(directory, "old");
    }
    for number in 0..COMMITS {
        let step = format!("commit {number}");
        if !done.contains(&step) {
            lake.commit(batch_of(project, number * COMMIT..(number + 1) * COMMIT, 400)).await.unwrap();
            note(directory, &step);
        }
        if number % 2 == 1 {
            while lake.compact(true).await.unwrap().more {}
        }
    }
    if !done.contains("amend") {
        let mut batch = RowBatch::new(project);
        let mut later = span(5, 0);
        later.user_id = Some("amended".to_owned());
        batch.spans.push(Incoming::new(later, None));
        lake.commit(batch).await.unwrap();
        note(directory, "amend");
    }
    while lake.compact(true).await.unwrap().more {}
    if !done.contains("erase") {
        let target = EraseTarget::Trace { trace_id: span(30, 0).trace_id };
        TelemetryStore::erase(&lake, project, target).await.unwrap();
        note(directory, "erase");
    }
    while Maintenance::erase(&lake).await.unwrap().more {}
    while lake.retain().await.unwrap().more {}
    lake.collect_garbage().await.unwrap();
    Maintenance::erase(&lake).await.unwrap();
    note(directory, "all");
    lake.shutdown().await;
    catalog.close().await;
}

/// The spans stored, by number, with their users.
async fn stored(lake: &Lake, project: ProjectId) -> BTreeMap<u32, Option<String>> {
    let query = ListQuery { project, range: TimeRange::ALL, filter: Filter::All, limit: 1_000, cursor: None };
    let page = lake.list_spans(query).await.unwrap();
    assert!(page.next_cursor.is_none());
    let mut found = BTreeMap::new();
    for span in page.items {
        let number: u32 = span.name.strip_prefix("span ").unwrap().parse().unwrap();
        assert!(found.insert(number, span.user_id).is_none(), "span {number} twice");
    }
    found
}

/// Commits are there wholly or not at all; acknowledged ones are there.
fn check_rows(found: &BTreeMap<u32, Option<String>>, done: &BTreeSet<String>, place: &str) {
    let is_erased = |number: u32| (30..40).contains(&number);
    for commit in 0..COMMITS {
        let numbers = (commit * COMMIT..(commit + 1) * COMMIT).filter(|number| !is_erased(*number));
        let (there, total) = numbers.fold((0, 0), |(there, total), number| (there + u32::from(found.contains_key(&number)), total + 1));
        assert!(there == 0 || there == total, "{place}: commit {commit} is there in part");
        assert!(there == total || !done.contains(&format!("commit {commit}")), "{place}: commit {commit} is lost");
    }
    let erased = found.keys().filter(|number| is_erased(**number)).count();
    assert!(erased == 0 || erased == 10, "{place}: the trace is erased in part");
    assert!(erased == 0 || !done.contains("erase"), "{place}: what was erased is back");
    assert!(!done.contains("amend") || found[&5].as_deref() == Some("amended"), "{place}: the amendment is lost");
    let old = found.keys().filter(|number| OLD.contains(number)).count() as u32;
    assert!(old == 0 || old == OLD.end - OLD.start, "{place}: old rows are there in part");
    assert!(!done.contains("all") || old == 0, "{place}: rows that are over are there");
}

/// Every file is named by the catalog and holds what it was published with.
async fn check_files(directory: &Path, catalog: &Catalog, place: &str) {
    let known: BTreeSet<PathBuf> =
        catalog.known_files("").await.unwrap().into_iter().map(|file| directory.join("data").join(file)).collect();
    let found: BTreeSet<PathBuf> = files_below(&directory.join("data/segments")).into_iter().collect();
    assert!(found.is_subset(&known), "{place}: orphans {:?}", found.difference(&known).collect::<Vec<_>>());
    for segment in catalog.changes_since(0).await.unwrap().added {
        for file in segment.files() {
            let bytes = fs::read(directory.join("data").join(&file)).unwrap();
            let expected = match segment.sidecar.filter(|_| file.ends_with(".sidecar")) {
                Some(sidecar) => (sidecar.bytes, sidecar.checksum),
                None => (segment.bytes, segment.checksum),
            };
            assert_eq!((bytes.len() as u64, *blake3::hash(&bytes).as_bytes()), expected, "{place}: {file}");
        }
    }
}

/// With the folder in the environment, the victim; else the script without a crash.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_script_leaves_what_it_says() {
    if let Some(directory) = std::env::var_os(FOLDER) {
        return script(Path::new(&directory)).await;
    }
    let directory = tempfile::tempdir().unwrap();
    script(directory.path()).await;
    let (lake, catalog, project) = open(directory.path()).await;
    let found = stored(&lake, project).await;
    assert_eq!(found.len() as u32, COMMITS * COMMIT - 10);
    check_rows(&found, &noted(directory.path()), "no crash");
    check_files(directory.path(), &catalog, "no crash").await;
    assert_eq!(lake.erasures(project, 9).await.unwrap()[0].state, model::erase::ErasureState::Erased);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_moment_of_death_loses_doubles_or_shows_half_of_anything() {
    let mut deaths = 0;
    for (place, passings) in PLACES {
        for passing in 1..=passings {
            let directory = tempfile::tempdir().unwrap();
            let place = format!("{place}:{passing}");
            let status = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "tests::crash::the_script_leaves_what_it_says", "--nocapture"])
                .env(FOLDER, directory.path())
                .env("TELLTALE_FAULT", &place)
                .env("RUST_BACKTRACE", "0")
                .output()
                .unwrap()
                .status;
            assert!(!status.success(), "{place} was never passed");
            deaths += 1;
            let (lake, catalog, project) = open(directory.path()).await;
            check_rows(&stored(&lake, project).await, &noted(directory.path()), &place);
            check_files(directory.path(), &catalog, &place).await;
            lake.shutdown().await;
            catalog.close().await;
            // Whoever goes on gets to the end.
            script(directory.path()).await;
            let (lake, catalog, project) = open(directory.path()).await;
            let found = stored(&lake, project).await;
            assert_eq!(found.len() as u32, COMMITS * COMMIT - 10, "{place}");
            check_rows(&found, &noted(directory.path()), &place);
            check_files(directory.path(), &catalog, &place).await;
            lake.shutdown().await;
            catalog.close().await;
        }
    }
    assert_eq!(deaths, PLACES.iter().map(|(_, passings)| passings).sum::<u32>());
}
