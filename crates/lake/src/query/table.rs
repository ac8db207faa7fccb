//! One kind of row of one project in one snapshot, as a DataFusion table.
//!
//! The project is part of the table, not of the query: `scan` puts its predicate on every source, so no plan, SQL included,
//! can see another project's rows.

use super::{
    bounds::{names_traces, time_range},
    clusters::{Cluster, clusters},
    latest::LatestReportExec,
    recent::RecentRows,
};
use crate::{
    schema::{PROJECT_ID, schema_of, time_column},
    segment::LiveSegment,
    snapshot::Snapshot,
};
use async_trait::async_trait;
use datafusion::{
    arrow::datatypes::{Schema, SchemaRef},
    catalog::{Session, TableProvider, memory::DataSourceExec},
    common::{DFSchema, Result, exec_datafusion_err, internal_datafusion_err},
    datasource::{
        listing::PartitionedFile,
        object_store::ObjectStoreUrl,
        physical_plan::{FileGroup, FileScanConfigBuilder, ParquetFileReaderFactory, ParquetSource},
    },
    logical_expr::{Expr, TableProviderFilterPushDown, TableType, utils::conjunction},
    object_store::{ObjectMeta, path::Path as ObjectPath},
    physical_expr::{PhysicalExpr, expressions::Column},
    physical_plan::{
        ExecutionPlan, empty::EmptyExec, filter::FilterExec, projection::ProjectionExec, streaming::StreamingTableExec, union::UnionExec,
    },
    prelude::{ident, lit},
};
use model::{ProjectId, telemetry::RowKind};
use std::{collections::BTreeSet, fmt, sync::Arc};

#[derive(Clone)]
pub(crate) struct SegmentTable {
    pub(super) kind: RowKind,
    pub(super) project: ProjectId,
    schema: SchemaRef,
    pub(super) recent: Vec<Arc<LiveSegment>>,
    pub(super) compacted: Vec<Arc<LiveSegment>>,
    readers: Arc<dyn ParquetFileReaderFactory>,
    /// Held so that the files stay.
    _snapshot: Arc<Snapshot>,
}

impl SegmentTable {
    /// Reads nothing yet.
    pub(crate) fn new(snapshot: Arc<Snapshot>, kind: RowKind, project: ProjectId, readers: Arc<dyn ParquetFileReaderFactory>) -> Self {
        let (mut recent, mut compacted) = (Vec::new(), Vec::new());
        let is_visible = !snapshot.deleted_projects.contains(&project);
        let of_project = snapshot.segments.iter().filter(|segment| segment.meta.kind == kind && segment.meta.projects.contains(&project));
        for segment in of_project.filter(|_| is_visible) {
            let list = if segment.meta.level == 0 { &mut recent } else { &mut compacted };
            list.push(Arc::clone(segment));
        }
        Self { kind, project, schema: schema_of(kind), recent, compacted, readers, _snapshot: snapshot }
    }

    /// Of the segments that may hold rows, in any order.
    pub(crate) fn segments(&self) -> impl Iterator<Item = &model::segment::Segment> {
        self.recent.iter().chain(&self.compacted).map(|segment| &segment.meta)
    }

    /// Rows in the order of `segments`. The predicate is applied inside: a filter of the plan's own may be spread over partitions, which
    /// would lose the order that [`LatestReportExec`] goes by.
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

    /// Level-0 rows in one source and compacted files spread over `partitions`: for kinds and segments without repeated rows.
    fn plain_sources(
        &self,
        cluster: &Cluster,
        columns: &[usize],
        predicate: &Arc<dyn PhysicalExpr>,
        partitions: usize,
    ) -> Result<Vec<Arc<dyn ExecutionPlan>>> {
        let mut sources = Vec::new();
        let recent: Vec<_> = cluster.recent.iter().map(|at| Arc::clone(&self.recent[*at])).collect();
        if !recent.is_empty() {
            sources.push(self.recent_source(recent, columns, Arc::clone(predicate))?);
        }
        let files = cluster.compacted.iter().map(|at| partitioned_file(&self.compacted[*at])).collect::<Result<Vec<_>>>()?;
        if !files.is_empty() {
            let mut groups = vec![Vec::new(); partitions.clamp(1, files.len())];
            let count = groups.len();
            files.into_iter().enumerate().for_each(|(index, file)| groups[index % count].push(file));
            sources.push(self.parquet_source(groups.into_iter().map(FileGroup::new).collect(), columns, Arc::clone(predicate))?);
        }
        Ok(sources)
    }

    /// One source per layer, newest publication first.
    fn layered_sources(
        &self,
        cluster: &Cluster,
        columns: &[usize],
        predicate: &Arc<dyn PhysicalExpr>,
    ) -> Result<Vec<Arc<dyn ExecutionPlan>>> {
        let mut recent: Vec<_> = cluster.recent.iter().map(|at| Arc::clone(&self.recent[*at])).collect();
        recent.sort_by_key(|segment| std::cmp::Reverse(segment.meta.commit_seq));
        let mut files: Vec<&Arc<LiveSegment>> = cluster.compacted.iter().map(|at| &self.compacted[*at]).collect();
        // Rows sink from level to level, so a lower level holds the newer ones; within a level the later publication does.
        files.sort_by_key(|segment| (segment.meta.level, std::cmp::Reverse(segment.meta.commit_seq)));
        let mut sources = Vec::with_capacity(files.len() + 1);
        if !recent.is_empty() {
            sources.push(self.recent_source(recent, columns, Arc::clone(predicate))?);
        }
        for file in files {
            sources.push(self.parquet_source(vec![FileGroup::new(vec![partitioned_file(file)?])], columns, Arc::clone(predicate))?);
        }
        Ok(sources)
    }

    /// The columns to read: what is asked for, what the filters look at, and what project and identity need.
    fn columns_to_read(&self, wanted: &[usize], filters: &[Expr]) -> Result<Vec<usize>> {
        let mut columns: BTreeSet<usize> = wanted.iter().copied().collect();
        for filter in filters {
            for column in filter.column_refs() {
                columns.insert(self.schema.index_of(&column.name)?);
            }
        }
        let identity: &[&str] = if self.kind == RowKind::Span { &LatestReportExec::REQUIRED_COLUMNS } else { &[] };
        for name in identity.iter().chain(&[PROJECT_ID]) {
            columns.insert(self.schema.index_of(name)?);
        }
        Ok(columns.into_iter().collect())
    }

    /// Whether a filter has the same answer for every report of a span, so that it may run before the last one is chosen. The start is
    /// taken to be such: reports of one span carry one start.
    fn is_on_identity(&self, filter: &Expr) -> bool {
        filter.column_refs().iter().all(|column| ["trace_id", "span_id", "start_time"].contains(&column.name.as_str()))
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
        let columns = self.columns_to_read(&wanted, filters)?;
        let schema = Arc::new(self.schema.project(&columns)?);
        let range = time_range(filters, time_column(self.kind));
        let by_trace = self.kind == RowKind::Span && filters.iter().any(names_traces);
        let of_project = ident(PROJECT_ID).eq(lit(self.project.to_hex()));

        let mut parts: Vec<Arc<dyn ExecutionPlan>> = Vec::new();
        for cluster in clusters(&self.recent, &self.compacted, range, self.kind, by_trace) {
            let of_project = std::iter::once(of_project.clone());
            if cluster.may_repeat {
                let (early, late): (Vec<Expr>, Vec<Expr>) = filters.iter().cloned().partition(|filter| self.is_on_identity(filter));
                let early = physical(state, &schema, of_project.chain(early))?;
                let latest = Arc::new(LatestReportExec::new(self.layered_sources(&cluster, &columns, &early)?, Arc::clone(&schema)));
                parts.push(match late.is_empty() {
                    true => latest,
                    false => Arc::new(FilterExec::try_new(physical(state, &schema, late)?, latest)?),
                });
            } else {
                let predicate = physical(state, &schema, of_project.chain(filters.iter().cloned()))?;
                parts.extend(self.plain_sources(&cluster, &columns, &predicate, state.config().target_partitions())?);
            }
        }
        let all = match parts.len() {
            0 => return Ok(Arc::new(EmptyExec::new(Arc::new(self.schema.project(&wanted)?)))),
            1 => parts.remove(0),
            _ => UnionExec::try_new(parts)?,
        };
        projected(all, &self.schema, &schema, &wanted)
    }
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
