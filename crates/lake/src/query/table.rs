//! One kind of row of one project in one snapshot, as a DataFusion table.
//!
//! The project is part of the table, not of the query: `scan` puts its predicate on every source, so no plan, SQL included,
//! can see another project's rows. So it does with erasures. Spans that more than one row reports are taken out of the plain sources
//! and come, merged, from a source of their own.

use super::{
    bounds::{named_traces, time_range},
    functions::{is_erased, is_repeated},
    merged::MergeReportsExec,
    narrow::{can_narrow, narrow},
    newest::ranges,
    recent::RecentRows,
};
use crate::{
    erase::{ErasedRows, concerns},
    identity::{RepeatedSpans, START_TOLERANCE_NANOS, trace_hash},
    rows::{IDENTITY, needed_with},
    schema::{PROJECT_ID, schema_of, time_column},
    segment::LiveSegment,
    snapshot::Snapshot,
    storage::blocking,
};
use async_trait::async_trait;
use datafusion::{
    arrow::datatypes::{Schema, SchemaRef},
    catalog::{Session, TableProvider, memory::DataSourceExec},
    common::{DFSchema, DataFusionError, Result, exec_datafusion_err, internal_datafusion_err},
    datasource::{
        listing::PartitionedFile,
        object_store::ObjectStoreUrl,
        physical_plan::{FileGroup, FileScanConfigBuilder, ParquetFileReaderFactory, ParquetSource, parquet::ParquetRowSelection},
    },
    logical_expr::{Expr, TableProviderFilterPushDown, TableType, utils::conjunction},
    object_store::{ObjectMeta, path::Path as ObjectPath},
    parquet::arrow::arrow_reader::RowSelection,
    physical_expr::{PhysicalExpr, expressions::Column},
    physical_plan::{
        ExecutionPlan, empty::EmptyExec, filter::FilterExec, projection::ProjectionExec, streaming::StreamingTableExec, union::UnionExec,
    },
    prelude::{ident, lit},
};
use model::{ProjectId, SegmentId, TimeRange, erase::Tombstone, telemetry::RowKind};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

#[derive(Clone)]
pub(crate) struct SegmentTable {
    kind: RowKind,
    project: ProjectId,
    schema: SchemaRef,
    segments: Vec<Arc<LiveSegment>>,
    /// Of this project.
    tombstones: Vec<Arc<Tombstone>>,
    readers: Arc<dyn ParquetFileReaderFactory>,
    /// Held so that the files stay.
    snapshot: Arc<Snapshot>,
    /// Whether look-ups by trace merge all that they find, or only what is known to be reported several times.
    merges_traces: bool,
}

/// Memory for the spans of traces that are looked up: some twenty thousand. Larger ones are read by [`SegmentTable::trusting_marks`].
const MAX_TRACE_BYTES: usize = 64 << 20;

/// Segments that are read under the same conditions.
struct Class {
    /// Whether spans with several reports have to be left out.
    is_holder: bool,
    /// What hides rows here; `None` when nothing does.
    erased: Option<Arc<ErasedRows>>,
    segments: Vec<Arc<LiveSegment>>,
}

impl SegmentTable {
    /// Reads nothing yet.
    pub(crate) fn new(snapshot: Arc<Snapshot>, kind: RowKind, project: ProjectId, readers: Arc<dyn ParquetFileReaderFactory>) -> Self {
        let is_visible = !snapshot.deleted_projects.contains(&project);
        let of_project = snapshot.segments.iter().filter(|segment| segment.meta.kind == kind && segment.meta.projects.contains(&project));
        let segments = of_project.filter(|_| is_visible).map(Arc::clone).collect();
        let tombstones = snapshot.tombstones.iter().filter(|tombstone| tombstone.project == project).map(Arc::clone).collect();
        Self { kind, project, schema: schema_of(kind), segments, tombstones, readers, snapshot, merges_traces: true }
    }

    /// Of the segments that may hold rows, in any order.
    pub(crate) fn segments(&self) -> impl Iterator<Item = &model::segment::Segment> {
        self.segments.iter().map(|segment| &segment.meta)
    }

    /// The compacted segments whose rows count as they stand, and a table of all others.
    pub(crate) fn split(&self) -> (Vec<Arc<LiveSegment>>, Self) {
        let is_plain = |segment: &Arc<LiveSegment>| segment.meta.level > 0 && self.counts_as_it_stands(segment);
        let (plain, others) = self.segments.iter().map(Arc::clone).partition(is_plain);
        (plain, Self { segments: others, ..self.clone() })
    }

    /// What every read of the table is under.
    pub(crate) fn of_project(&self) -> Expr {
        ident(PROJECT_ID).eq(lit(self.project.to_hex()))
    }

    /// The same table for traces too large to be merged as a whole: two reports of a span whose starts are far apart stay two rows.
    pub(crate) fn trusting_marks(&self) -> Self {
        Self { merges_traces: false, ..self.clone() }
    }

    pub(crate) fn project(&self) -> ProjectId {
        self.project
    }

    pub(crate) fn live_segments(&self) -> &[Arc<LiveSegment>] {
        &self.segments
    }

    /// The same table with fewer segments.
    pub(crate) fn keeping(&self, is_kept: impl Fn(SegmentId) -> bool) -> Self {
        Self { segments: self.segments.iter().filter(|segment| is_kept(segment.id())).map(Arc::clone).collect(), ..self.clone() }
    }

    /// Whether every row of a segment counts as it stands: none is erased, and none is one of several reports.
    pub(crate) fn counts_as_it_stands(&self, segment: &LiveSegment) -> bool {
        self.snapshot.repeats.of(segment.id()).is_none() && !self.tombstones.iter().any(|tombstone| concerns(tombstone, &segment.meta))
    }

    /// The segments that may hold rows of the range, and of the traces if only these are asked for.
    async fn candidates(&self, range: TimeRange, traces: Option<&[String]>) -> Result<Vec<Arc<LiveSegment>>> {
        let in_range = self.segments.iter().filter(|segment| range.overlaps(segment.meta.min_time, segment.meta.max_time));
        let Some(traces) = traces else { return Ok(in_range.map(Arc::clone).collect()) };
        let hashes: Vec<u64> = traces.iter().map(|trace| trace_hash(trace)).collect();
        let mut found = Vec::new();
        for segment in in_range {
            if segment.may_hold_traces(&hashes).await.map_err(|error| DataFusionError::External(Box::new(error)))? {
                found.push(Arc::clone(segment));
            }
        }
        Ok(found)
    }

    fn classes(&self, segments: Vec<Arc<LiveSegment>>) -> Vec<Class> {
        let mut classes: BTreeMap<(bool, Vec<usize>), Vec<Arc<LiveSegment>>> = BTreeMap::new();
        for segment in segments {
            let is_holder = self.snapshot.repeats.of(segment.id()).is_some();
            let erasures = self.tombstones.iter().enumerate().filter(|(_, tombstone)| concerns(tombstone, &segment.meta));
            let key = (is_holder, erasures.map(|(at, _)| at).collect());
            classes.entry(key).or_default().push(segment);
        }
        let class = |((is_holder, erasures), segments): ((bool, Vec<usize>), _)| {
            let erased = (!erasures.is_empty()).then(|| Arc::new(ErasedRows::new(erasures.iter().map(|at| &self.tombstones[*at]))));
            Class { is_holder, erased, segments }
        };
        classes.into_iter().map(class).collect()
    }

    /// The rows of one class under a condition.
    fn sources(
        &self,
        class: &Class,
        columns: &[usize],
        predicate: &Arc<dyn PhysicalExpr>,
        partitions: usize,
    ) -> Result<Vec<Arc<dyn ExecutionPlan>>> {
        let (recent, compacted): (Vec<_>, Vec<_>) = class.segments.iter().partition(|segment| segment.meta.level == 0);
        let mut sources = Vec::new();
        if !recent.is_empty() {
            let recent = recent.into_iter().map(Arc::clone).collect();
            sources.push(self.recent_source(recent, columns, Arc::clone(predicate))?);
        }
        if !compacted.is_empty() {
            sources.push(self.parquet_source(file_groups(&compacted, partitions)?, columns, Arc::clone(predicate))?);
        }
        Ok(sources)
    }

    /// The predicate is applied inside: it may leave few rows of a batch, which need not travel on.
    fn recent_source(
        &self,
        segments: Vec<Arc<LiveSegment>>,
        columns: &[usize],
        predicate: Arc<dyn PhysicalExpr>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let rows = RecentRows { segments, columns: columns.to_vec(), schema: Arc::new(self.schema.project(columns)?), predicate };
        Ok(Arc::new(StreamingTableExec::try_new(Arc::clone(&rows.schema), vec![Arc::new(rows)], None, [], false, None)?))
    }

    fn parquet_source(
        &self,
        groups: Vec<FileGroup>,
        columns: &[usize],
        predicate: Arc<dyn PhysicalExpr>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let source = ParquetSource::new(Arc::clone(&self.schema)).with_parquet_file_reader_factory(Arc::clone(&self.readers));
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), Arc::new(source))
            .with_file_groups(groups)
            .with_projection_indices(Some(columns.to_vec()))?
            .build();
        Ok(Arc::new(FilterExec::try_new(predicate, DataSourceExec::from_data_source(config))?))
    }

    /// The columns to read: what is asked for and what the conditions look at.
    fn columns_to_read(&self, wanted: &[usize], conditions: &[Expr], extra: &[&str]) -> Result<Vec<usize>> {
        let mut columns: BTreeSet<usize> = wanted.iter().copied().collect();
        for condition in conditions {
            for column in condition.column_refs() {
                columns.insert(self.schema.index_of(&column.name)?);
            }
        }
        for name in extra {
            columns.insert(self.schema.index_of(name)?);
        }
        Ok(columns.into_iter().collect())
    }

    /// Plain rows under conditions that the derived data of segments can narrow: each file with the rows that are left to look at.
    async fn narrowed(
        &self,
        state: &dyn Session,
        classes: &mut [Class],
        wanted: &[usize],
        filters: &[Expr],
    ) -> Result<Vec<Arc<dyn ExecutionPlan>>> {
        let mut files: BTreeMap<Vec<bool>, Vec<PartitionedFile>> = BTreeMap::new();
        for class in classes.iter_mut().filter(|class| !class.is_holder && class.erased.is_none()) {
            let (recent, compacted): (Vec<_>, Vec<_>) =
                std::mem::take(&mut class.segments).into_iter().partition(|segment| segment.meta.level == 0);
            class.segments = recent;
            for segment in compacted {
                let names = segment.filters().await.map_err(|error| DataFusionError::External(Box::new(error)))?;
                let (conditions, of) = (filters.to_vec(), Arc::clone(&segment));
                let narrowed = blocking(move || Ok(narrow(&of, names.as_deref(), &conditions))).await;
                let narrowed = narrowed.map_err(|error| DataFusionError::External(Box::new(error)))?;
                if narrowed.is_empty() {
                    continue;
                }
                let mut file = partitioned_file(&segment)?;
                if let Some(rows) = &narrowed.rows {
                    let selection = RowSelection::from_consecutive_ranges(ranges(rows.iter()).into_iter(), segment.meta.rows as usize);
                    file = file.with_extension(ParquetRowSelection::new(selection));
                }
                files.entry(narrowed.settled).or_default().push(file);
            }
        }
        let mut sources = Vec::new();
        for (settled, files) in files {
            let open = filters.iter().zip(&settled).filter(|(_, settled)| !**settled).map(|(filter, _)| filter.clone());
            let conditions: Vec<Expr> = std::iter::once(self.of_project()).chain(open).collect();
            let columns = self.columns_to_read(wanted, &conditions, &[])?;
            let schema = Arc::new(self.schema.project(&columns)?);
            let predicate = physical(state, &schema, conditions)?;
            let groups = spread(files, state.config().target_partitions());
            sources.push(projected(self.parquet_source(groups, &columns, predicate)?, &self.schema, &schema, wanted)?);
        }
        Ok(sources)
    }

    /// Plain rows: those of spans with one report, and those of other kinds.
    fn plain(
        &self,
        state: &dyn Session,
        classes: &[Class],
        repeated: &RepeatedSpans,
        wanted: &[usize],
        filters: &[Expr],
    ) -> Result<Vec<Arc<dyn ExecutionPlan>>> {
        let mut sources = Vec::new();
        for class in classes.iter().filter(|class| !class.segments.is_empty()) {
            let mut conditions = vec![self.of_project()];
            conditions.extend(class.erased.iter().map(|erased| is_erased(erased, self.kind).is_not_true()));
            conditions.extend(class.is_holder.then(|| is_repeated(repeated).is_not_true()));
            conditions.extend(filters.iter().cloned());
            let columns = self.columns_to_read(wanted, &conditions, &[])?;
            let schema = Arc::new(self.schema.project(&columns)?);
            let predicate = physical(state, &schema, conditions)?;
            for source in self.sources(class, &columns, &predicate, state.config().target_partitions())? {
                sources.push(projected(source, &self.schema, &schema, wanted)?);
            }
        }
        Ok(sources)
    }

    /// Spans with several reports, merged, that pass the filters. `early` conditions have the same answer for every report of a span.
    fn merged(
        &self,
        state: &dyn Session,
        classes: &[Class],
        early: Vec<Expr>,
        wanted: &[usize],
        filters: &[Expr],
        max_bytes: usize,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut extra: Vec<&str> = IDENTITY.to_vec();
        let shown = self.columns_to_read(wanted, filters, &[])?;
        extra.extend(shown.iter().flat_map(|at| needed_with(self.schema.field(*at).name())));
        let mut conditions = vec![self.of_project()];
        conditions.extend(early);
        let erased: Vec<Expr> = classes.iter().flat_map(|class| &class.erased).map(|erased| is_erased(erased, self.kind)).collect();
        let columns = self.columns_to_read(&shown, &[&conditions[..], &erased].concat(), &extra)?;
        let schema = Arc::new(self.schema.project(&columns)?);
        let mut inputs = Vec::new();
        for class in classes {
            let not_erased = class.erased.iter().map(|erased| is_erased(erased, self.kind).is_not_true());
            let predicate = physical(state, &schema, conditions.iter().cloned().chain(not_erased))?;
            inputs.extend(self.sources(class, &columns, &predicate, 1)?);
        }
        let merged: Arc<dyn ExecutionPlan> = Arc::new(MergeReportsExec::new(inputs, Arc::clone(&schema), max_bytes));
        let filtered = match filters.is_empty() {
            true => merged,
            false => Arc::new(FilterExec::try_new(physical(state, &schema, filters.iter().cloned())?, merged)?),
        };
        projected(filtered, &self.schema, &schema, wanted)
    }
}

#[async_trait]
impl TableProvider for SegmentTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Exact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let wanted: Vec<usize> = projection.cloned().unwrap_or_else(|| (0..self.schema.fields().len()).collect());
        let range = time_range(filters, time_column(self.kind));
        let traces = named_traces(filters).filter(|_| self.schema.index_of("trace_id").is_ok());
        let mut parts = Vec::new();
        if let (RowKind::Span, Some(traces), true) = (self.kind, &traces, self.merges_traces) {
            // Few rows: all of them are merged, whatever their reports say about time.
            let classes = self.classes(self.candidates(TimeRange::ALL, Some(traces)).await?);
            let early = filters.iter().filter(|filter| is_on_identity(filter)).cloned().collect();
            if !classes.is_empty() {
                parts.push(self.merged(state, &classes, early, &wanted, filters, MAX_TRACE_BYTES)?);
            }
        } else {
            let mut classes = self.classes(self.candidates(range, traces.as_deref()).await?);
            if can_narrow(filters) {
                parts.extend(self.narrowed(state, &mut classes, &wanted, filters).await?);
            }
            let repeated = self.snapshot.repeated_spans();
            parts.extend(self.plain(state, &classes, repeated, &wanted, filters)?);
            let near = TimeRange {
                from: range.from.saturating_add_nanos(-START_TOLERANCE_NANOS),
                to: range.to.saturating_add_nanos(START_TOLERANCE_NANOS),
            };
            let holders = self.candidates(near, None).await?.into_iter();
            let holders: Vec<_> = holders.filter(|segment| self.snapshot.repeats.of(segment.id()).is_some()).collect();
            if !holders.is_empty() {
                let classes = self.classes(holders);
                parts.push(self.merged(state, &classes, vec![is_repeated(repeated)], &wanted, filters, usize::MAX)?);
            }
        }
        match parts.len() {
            0 => Ok(Arc::new(EmptyExec::new(Arc::new(self.schema.project(&wanted)?)))),
            1 => Ok(parts.remove(0)),
            _ => UnionExec::try_new(parts),
        }
    }
}

/// Whether a filter has the same answer for every report of a span, so that it may run before they are merged.
fn is_on_identity(filter: &Expr) -> bool {
    filter.column_refs().iter().all(|column| ["trace_id", "span_id"].contains(&column.name.as_str()))
}

/// Files spread over at most `partitions` groups of about the same size.
fn file_groups(segments: &[&Arc<LiveSegment>], partitions: usize) -> Result<Vec<FileGroup>> {
    let mut by_size = segments.to_vec();
    by_size.sort_by_key(|segment| std::cmp::Reverse(segment.meta.bytes));
    Ok(spread(by_size.into_iter().map(|segment| partitioned_file(segment)).collect::<Result<_>>()?, partitions))
}

fn spread(files: Vec<PartitionedFile>, partitions: usize) -> Vec<FileGroup> {
    let mut groups: Vec<(u64, Vec<PartitionedFile>)> = Vec::new();
    groups.resize_with(partitions.clamp(1, files.len().max(1)), Default::default);
    for file in files {
        if let Some((bytes, files)) = groups.iter_mut().min_by_key(|(bytes, _)| *bytes) {
            *bytes += file.object_meta.size;
            files.push(file);
        }
    }
    groups.into_iter().map(|(_, files)| FileGroup::new(files)).collect()
}

/// All of `filters` (at least one) as one expression over rows of `schema`.
fn physical(state: &dyn Session, schema: &SchemaRef, filters: impl IntoIterator<Item = Expr>) -> Result<Arc<dyn PhysicalExpr>> {
    let predicate = conjunction(filters).ok_or_else(|| internal_datafusion_err!("no filter"))?;
    state.create_physical_expr(predicate, &DFSchema::try_from(schema.as_ref().clone())?)
}

fn projected(input: Arc<dyn ExecutionPlan>, table: &Schema, read: &Schema, wanted: &[usize]) -> Result<Arc<dyn ExecutionPlan>> {
    let columns = wanted
        .iter()
        .map(|at| {
            let name = table.field(*at).name();
            Ok((Arc::new(Column::new(name, read.index_of(name)?)) as _, name.clone()))
        })
        .collect::<Result<Vec<(Arc<dyn PhysicalExpr>, String)>>>()?;
    Ok(Arc::new(ProjectionExec::try_new(columns, input)?))
}

fn partitioned_file(segment: &LiveSegment) -> Result<PartitionedFile> {
    let path = segment.parquet_path().ok_or_else(|| internal_datafusion_err!("a compacted segment without a file"))?;
    let location = ObjectPath::from_absolute_path(path).map_err(|error| exec_datafusion_err!("{error}"))?;
    // Segments never change, so the time only has to be the same each time: cached metadata is kept by it.
    let last_modified = chrono::DateTime::from_timestamp_nanos(segment.meta.created_at.as_nanos());
    Ok(PartitionedFile::new_from_meta(ObjectMeta { location, last_modified, size: segment.meta.bytes, e_tag: None, version: None }))
}

impl fmt::Debug for SegmentTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SegmentTable").field("kind", &self.kind).field("project", &self.project).finish_non_exhaustive()
    }
}
