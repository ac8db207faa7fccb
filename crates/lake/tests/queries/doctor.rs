//! The doctor finds what is wrong with a folder, mends what can be mended, and loses no row.

use crate::support::{compact_all, lake};
use catalog::{Catalog, CatalogUrl};
use lake::{
    Lake, LakeConfig,
    doctor::{DoctorReport, ProblemKind, examine},
};
use model::{
    ProjectId, SegmentId, TimeRange, WriterId,
    filter::Filter,
    ports::{CatalogInspection, SegmentCatalog, TelemetryStore},
    query::ListQuery,
    segment::{Location, NewSegment, Publication, PublishOutcome, Segment, SegmentState},
    telemetry::{RowBatch, Span},
};
use std::{fs, path::Path, path::PathBuf, sync::Arc};
use tempfile::TempDir;
use testkit::fixtures::{fresh, llm_span, log};

/// One segment of every sort: Parquet, a level-0 file, and one in the catalog.
struct Folder {
    directory: TempDir,
    project: ProjectId,
}

const SPANS: usize = 340;

impl Folder {
    async fn filled() -> Self {
        let (lake, directory) = lake().await;
        let project = ProjectId::generate();
        let store = async |numbers: std::ops::Range<u32>, padding: &str| {
            let span = |number| Span { error_message: Some(format!("{padding}{number}")), ..llm_span(number) };
            lake.commit(RowBatch { spans: numbers.map(span).map(fresh).collect(), logs: vec![fresh(log(1))], ..RowBatch::new(project) })
                .await
                .unwrap();
        };
        store(0..300, "").await;
        compact_all(&lake).await;
        // Too large for the catalog, however well it compresses.
        let noise: String = (0..3_000u32).map(|number| blake3::hash(&number.to_le_bytes()).to_string()).collect();
        store(300..310, &noise).await;
        store(310..340, "").await;
        lake.shutdown().await;
        Self { directory, project }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    async fn catalog(&self) -> Catalog {
        let url = CatalogUrl::parse(&format!("sqlite:{}", self.path().join("catalog.db").display())).unwrap();
        Catalog::open(url).await.unwrap()
    }

    async fn examine(&self, repair: bool) -> DoctorReport {
        let catalog = self.catalog().await;
        let report = examine(self.path(), Arc::new(catalog.clone()), repair).await.unwrap();
        catalog.close().await;
        report
    }

    /// The live segment of spans that is stored like this.
    async fn segment(&self, is_it: impl Fn(&Segment) -> bool) -> Segment {
        let state = self.catalog().await.state().await.unwrap();
        state
            .segments
            .into_iter()
            .find(|segment| segment.state == SegmentState::Live && segment.kind.as_str() == "span" && is_it(segment))
            .unwrap()
    }

    async fn parquet(&self) -> PathBuf {
        self.file_of(&self.segment(|segment| segment.level > 0).await)
    }

    fn file_of(&self, segment: &Segment) -> PathBuf {
        match &segment.location {
            Location::File(path) => self.path().join(path),
            Location::Inline => panic!("the segment has no file"),
        }
    }

    /// As a server that starts on the folder shows them.
    async fn spans_shown(&self) -> usize {
        let lake = Lake::open(LakeConfig::new(self.path(), 512 << 20), Arc::new(self.catalog().await)).await.unwrap();
        let all = ListQuery { project: self.project, range: TimeRange::ALL, filter: Filter::All, limit: 1_000, cursor: None };
        let shown = lake.list_spans(all).await.unwrap().items.len();
        lake.shutdown().await;
        shown
    }
}

fn kinds(report: &DoctorReport) -> Vec<ProblemKind> {
    report.problems.iter().map(|problem| problem.kind).collect()
}

#[tokio::test]
async fn a_sound_folder_is_healthy_and_its_rows_are_counted() {
    let folder = Folder::filled().await;
    let report = folder.examine(false).await;
    assert!(report.healthy && report.problems.is_empty(), "{:?}", report.problems);
    let spans = &report.live["span"];
    assert_eq!((spans.rows, spans.level0_segments, spans.compacted_segments), (SPANS as u64, 2, 1));
    assert_eq!(report.live["log"].rows, 3);
}

#[tokio::test]
async fn damage_of_every_sort_is_found_and_taken_out_of_reads() {
    type Damage = fn(&Path);
    let damages: [(ProblemKind, Damage); 3] = [
        (ProblemKind::WrongChecksum, |path| {
            let mut bytes = fs::read(path).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(path, bytes).unwrap();
        }),
        (ProblemKind::WrongSize, |path| fs::write(path, &fs::read(path).unwrap()[1..]).unwrap()),
        (ProblemKind::Missing, |path| fs::remove_file(path).unwrap()),
    ];
    for (kind, damage) in damages {
        for level in [0, 1] {
            let folder = Folder::filled().await;
            let is_it = |segment: &Segment| (segment.level > 0) == (level > 0) && segment.location != Location::Inline;
            let segment = folder.segment(is_it).await;
            damage(&folder.file_of(&segment));
            for _ in 0..2 {
                let report = folder.examine(false).await;
                assert!(!report.healthy);
                assert_eq!(kinds(&report), [kind], "level {level}: {:?}", report.problems);
            }
            let repaired = folder.examine(true).await;
            assert!(!repaired.healthy && repaired.problems[0].repaired.is_some(), "out of reads, and still damaged");
            assert_eq!(kinds(&folder.examine(false).await), [ProblemKind::Quarantined]);
            assert_eq!(folder.spans_shown().await, SPANS - segment.rows as usize, "the rest is readable");
        }
    }
}

#[tokio::test]
async fn bytes_in_the_catalog_are_checked_too() {
    let folder = Folder::filled().await;
    let segment = folder.segment(|segment| segment.location == Location::Inline).await;
    let catalog = folder.catalog().await;
    let writer = catalog.register_writer("test").await.unwrap();
    let mut bytes = catalog.inline_bytes(segment.id).await.unwrap().unwrap().to_vec();
    bytes[0] ^= 1;
    let retire = vec![segment.id];
    let segment = Segment { id: SegmentId::generate(), writer, ..segment };
    let publication = Publication { writer, add: vec![NewSegment { segment, inline: Some(bytes.into()) }], retire };
    assert!(matches!(catalog.publish(publication).await.unwrap(), PublishOutcome::Published(_)));
    assert_eq!(kinds(&folder.examine(false).await), [ProblemKind::WrongChecksum]);
}

#[tokio::test]
async fn a_whole_segment_that_was_quarantined_comes_back_with_all_its_rows() {
    let folder = Folder::filled().await;
    let whole = folder.segment(|segment| segment.level > 0).await;
    folder.catalog().await.quarantine(whole.id, "a reader failed").await.unwrap();
    assert_eq!(folder.spans_shown().await, SPANS - whole.rows as usize);
    let report = folder.examine(false).await;
    assert_eq!(kinds(&report), [ProblemKind::QuarantinedWhole]);
    assert!(report.problems[0].detail.contains("a reader failed") && report.problems[0].repaired.is_none());
    assert!(folder.examine(true).await.healthy);
    assert!(folder.examine(false).await.problems.is_empty());
    assert_eq!(folder.spans_shown().await, SPANS);
}

#[tokio::test]
async fn a_reader_that_runs_on_sees_what_was_reinstated() {
    let (lake, directory) = lake().await;
    let project = ProjectId::generate();
    lake.commit(RowBatch { spans: (0..5).map(llm_span).map(fresh).collect(), ..RowBatch::new(project) }).await.unwrap();
    let url = CatalogUrl::parse(&format!("sqlite:{}", directory.path().join("catalog.db").display())).unwrap();
    let catalog = Catalog::open(url).await.unwrap();
    let segment = catalog.changes_since(0).await.unwrap().added[0].id;
    let shown = async || lake.stats().await.unwrap().spans;
    assert_eq!(shown().await, 5);
    catalog.quarantine(segment, "test").await.unwrap();
    assert_eq!(shown().await, 0);
    assert!(catalog.reinstate(segment).await.unwrap());
    assert_eq!(shown().await, 5);
    assert!(!catalog.reinstate(segment).await.unwrap(), "it is live already");
}

#[tokio::test]
async fn files_that_nobody_names_are_found_and_those_of_dead_writers_deleted() {
    let folder = Folder::filled().await;
    let beside = folder.parquet().await.with_file_name("left-behind.parquet");
    fs::write(&beside, "half a file").unwrap();
    let stranger = folder.path().join("segments/l1").join(WriterId::generate().to_hex());
    fs::create_dir_all(&stranger).unwrap();
    fs::write(stranger.join("unknown.parquet"), "x").unwrap();
    // A process that lives may be about to publish this one.
    let catalog = folder.catalog().await;
    let living = catalog.register_writer("test").await.unwrap();
    let coming = folder.path().join("segments/l0").join(living.to_hex());
    fs::create_dir_all(&coming).unwrap();
    fs::write(coming.join("coming.arrow.zst"), "x").unwrap();

    assert_eq!(kinds(&folder.examine(false).await), [ProblemKind::Orphan, ProblemKind::Orphan]);
    assert!(beside.exists(), "nothing is changed without being told to");
    let report = folder.examine(true).await;
    assert!(report.healthy, "{:?}", report.problems);
    assert!(!beside.exists() && !stranger.join("unknown.parquet").exists() && coming.join("coming.arrow.zst").exists());
    assert!(folder.examine(false).await.problems.is_empty());
    assert_eq!(folder.spans_shown().await, SPANS);
}
