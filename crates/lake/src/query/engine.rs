//! Where queries run: threads of their own, so that a heavy query does not hold up ingest, with bounds on how many run, for how long
//! and in how much memory.

pub(crate) use super::streaming::Sink;
use super::{
    failure::{QueryFailure, QueryResult},
    memory::CappedPool,
    streaming,
    table::SegmentTable,
};
use crate::rollup::RollupCache;
use datafusion::{
    arrow::datatypes::SchemaRef,
    common::DFSchema,
    dataframe::DataFrame,
    datasource::{
        physical_plan::{ParquetFileReaderFactory, parquet::CachedParquetFileReaderFactory},
        provider_as_source,
    },
    execution::{
        SessionState, SessionStateBuilder,
        cache::cache_manager::CacheManagerConfig,
        disk_manager::{DiskManagerBuilder, DiskManagerMode},
        memory_pool::{GreedyMemoryPool, MemoryConsumer, MemoryPool, MemoryReservation},
        object_store::{DefaultObjectStoreRegistry, ObjectStoreRegistry},
        runtime_env::{RuntimeEnv, RuntimeEnvBuilder},
    },
    logical_expr::{Expr, LogicalPlanBuilder, simplify::SimplifyContext, utils::conjunction},
    object_store::local::LocalFileSystem,
    optimizer::simplify_expressions::ExprSimplifier,
    physical_expr::PhysicalExpr,
    prelude::SessionConfig,
};
use futures::stream::BoxStream;
use model::{StoreError, StoreResult};
use std::{future::Future, sync::Arc, time::Duration};
use tokio::{
    runtime::Runtime,
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_util::task::AbortOnDropHandle;

/// Threads of the query runtime, and partitions of a plan. More would take the cores that ingest needs on a small machine.
const THREADS: usize = 2;
/// Parser and planner recurse over what the SQL guard allows (500 operators, 50 parentheses). Only touched pages take memory.
const STACK_BYTES: usize = 64 << 20;
/// Queries that run at once. They share the threads; more would only share the memory.
const MAX_RUNNING: usize = 8;
/// Queries that run or wait: a dashboard opens about ten at once, so this is a few dashboards.
const MAX_ADMITTED: usize = 64;
/// A query that had no turn by then is refused, so that a client's own time limit does not pass in the queue.
const MAX_WAIT: Duration = Duration::from_secs(10);
/// Exports at once: each holds a batch of payloads in memory and, while no query runs, a query thread.
const MAX_EXPORTS: usize = 2;
/// How long a query may run when nothing else is said.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
/// Footers and page indexes of Parquet files: about 30 kB a file.
const METADATA_CACHE_BYTES: usize = 32 << 20;
/// Tables of rollups: those of a month of 10 M spans by the hour, and of a few days by the minute.
const ROLLUP_CACHE_BYTES: usize = 48 << 20;
/// Least memory for queries, whatever the budget: a dashboard over a small store must work.
const MIN_POOL_BYTES: usize = 64 << 20;

pub(crate) struct QueryEngine {
    runtime: Option<Runtime>,
    state: SessionState,
    pool: Arc<dyn MemoryPool>,
    readers: Arc<dyn ParquetFileReaderFactory>,
    rollups: Arc<RollupCache>,
    /// One permit per query under way or waiting.
    admitted: Arc<Semaphore>,
    running: Arc<Semaphore>,
    exports: Arc<Semaphore>,
}

/// What one query may use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct QueryLimits {
    pub(crate) timeout: Duration,
}

impl Default for QueryLimits {
    fn default() -> Self {
        Self { timeout: DEFAULT_TIMEOUT }
    }
}

impl QueryEngine {
    /// `pool_bytes`: what all queries together may hold in aggregates, sorts and joins.
    pub(crate) fn new(pool_bytes: usize) -> StoreResult<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("query")
            .thread_stack_size(STACK_BYTES)
            .enable_time()
            .build()
            .map_err(StoreError::internal)?;
        let pool: Arc<dyn MemoryPool> = Arc::new(GreedyMemoryPool::new(pool_bytes.max(MIN_POOL_BYTES)));
        let environment = environment(Arc::clone(&pool))?;
        let readers = Arc::new(CachedParquetFileReaderFactory::new(
            Arc::new(LocalFileSystem::new()),
            environment.cache_manager.get_file_metadata_cache(),
        ));
        let state = SessionStateBuilder::new().with_config(session_config()).with_runtime_env(environment).with_default_features().build();
        Ok(Self {
            runtime: Some(runtime),
            state,
            pool,
            readers,
            rollups: Arc::new(RollupCache::new(ROLLUP_CACHE_BYTES)),
            admitted: Arc::new(Semaphore::new(MAX_ADMITTED)),
            running: Arc::new(Semaphore::new(MAX_RUNNING)),
            exports: Arc::new(Semaphore::new(MAX_EXPORTS)),
        })
    }

    pub(crate) fn readers(&self) -> Arc<dyn ParquetFileReaderFactory> {
        Arc::clone(&self.readers)
    }

    pub(crate) fn rollups(&self) -> Arc<RollupCache> {
        Arc::clone(&self.rollups)
    }

    /// A fresh environment whose queries are capped at `max_bytes`, for a session of its own.
    pub(crate) fn capped_environment(&self, max_bytes: usize) -> StoreResult<Arc<RuntimeEnv>> {
        environment(Arc::new(CappedPool::new(Arc::clone(&self.pool), max_bytes)))
    }

    /// Runs `work` on the query threads. It is aborted when the returned future is dropped or the time is over.
    pub(crate) async fn run<T, F>(&self, limits: QueryLimits, work: impl FnOnce(Session) -> F + Send) -> StoreResult<T>
    where
        T: Send + 'static,
        F: Future<Output = QueryResult<T>> + Send + 'static,
    {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| overloaded("too many queries are waiting"))?;
        let turn = tokio::time::timeout(MAX_WAIT, Arc::clone(&self.running).acquire_owned()).await;
        let running = turn.ok().and_then(Result::ok).ok_or_else(|| overloaded("no query slot became free in time"))?;
        let runtime = self.runtime.as_ref().ok_or_else(|| StoreError::Unavailable("the lake is closing".to_owned()))?;
        let future = work(Session { state: self.state.clone() });
        let task = runtime.spawn(async move {
            // The slots are given back when the work has really ended, not when nobody waits for it any more.
            let _slots = (admitted, running);
            tokio::time::timeout(limits.timeout, future).await
        });
        match AbortOnDropHandle::new(task).await {
            Ok(Ok(result)) => result.map_err(StoreError::from),
            Ok(Err(_)) => Err(StoreError::LimitExceeded(format!("the query took longer than {} s", limits.timeout.as_secs_f64()))),
            Err(error) => Err(StoreError::internal(error)),
        }
    }
}

impl QueryEngine {
    /// The right to one [`QueryEngine::stream`].
    pub(crate) fn export_slot(&self) -> StoreResult<OwnedSemaphorePermit> {
        let reason = || format!("{MAX_EXPORTS} exports are under way, which is the limit");
        Arc::clone(&self.exports).try_acquire_owned().map_err(|_| overloaded(&reason()))
    }

    /// Runs `work` on the query threads and hands on what it sends, as fast as it is read. It is aborted when the stream is dropped; its
    /// failure is the stream's last item. It holds no place among the queries: a slow reader keeps nobody out.
    pub(crate) fn stream<F>(
        &self,
        slot: OwnedSemaphorePermit,
        work: impl FnOnce(Session, Sink) -> F + Send,
    ) -> StoreResult<BoxStream<'static, StoreResult<bytes::Bytes>>>
    where
        F: Future<Output = QueryResult<()>> + Send + 'static,
    {
        let runtime = self.runtime.as_ref().ok_or_else(|| StoreError::Unavailable("the lake is closing".to_owned()))?;
        let (sink, pieces) = streaming::channel(Arc::clone(&self.running), MAX_RUNNING);
        let future = work(Session { state: self.state.clone() }, sink);
        let task = runtime.spawn(async move {
            let _slot = slot;
            tokio::time::timeout(streaming::MAX_DURATION, future).await
        });
        Ok(streaming::stream(pieces, task))
    }
}

impl Drop for QueryEngine {
    fn drop(&mut self) {
        // A runtime may not wait for its threads inside another one.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// What `work` gets: plans over tables.
#[derive(Clone)]
pub(crate) struct Session {
    state: SessionState,
}

impl Session {
    /// All of `conditions` as one expression over rows of `schema`; `None` without any.
    pub(crate) fn physical(&self, conditions: &[Expr], schema: &SchemaRef) -> QueryResult<Option<Arc<dyn PhysicalExpr>>> {
        let Some(all) = conjunction(conditions.iter().cloned()) else { return Ok(None) };
        let schema = DFSchema::try_from(schema.as_ref().clone())?;
        // What a plan's optimizer would do: some functions exist only to be rewritten.
        let context = SimplifyContext::builder().with_schema(Arc::new(schema.clone())).build();
        let simplifier = ExprSimplifier::new(context);
        let simplified = simplifier.simplify(simplifier.coerce(all, &schema)?)?;
        Ok(Some(self.state.create_physical_expr(simplified, &schema)?))
    }

    pub(crate) fn frame(&self, table: &Arc<SegmentTable>) -> QueryResult<DataFrame> {
        let plan = LogicalPlanBuilder::scan("rows", provider_as_source(Arc::clone(table) as _), None).and_then(LogicalPlanBuilder::build);
        Ok(DataFrame::new(self.state.clone(), plan.map_err(QueryFailure::from)?))
    }

    /// For what `work` holds itself: it counts with what the plans hold.
    pub(crate) fn reservation(&self, what: &str) -> MemoryReservation {
        MemoryConsumer::new(what).register(&self.state.runtime_env().memory_pool)
    }
}

impl Session {
    /// For work that must hold little: batches of so many rows, one at a time.
    pub(crate) fn one_at_a_time(mut self, batch_rows: usize) -> Self {
        let config = self.state.config().clone().with_batch_size(batch_rows).with_target_partitions(1);
        *self.state.config_mut() = config;
        self
    }
}

fn overloaded(reason: &str) -> StoreError {
    StoreError::Overloaded { reason: reason.to_owned(), retry_after_seconds: 5 }
}

pub(crate) fn session_config() -> SessionConfig {
    let mut config = SessionConfig::new().with_target_partitions(THREADS).with_information_schema(false);
    let options = config.options_mut();
    options.execution.parquet.pushdown_filters = true;
    options.execution.parquet.reorder_filters = true;
    options.execution.parquet.schema_force_view_types = false;
    options.sql_parser.map_string_types_to_utf8view = false;
    // A physical plan names files and other internals.
    options.explain.logical_plan_only = true;
    config
}

fn environment(pool: Arc<dyn MemoryPool>) -> StoreResult<Arc<RuntimeEnv>> {
    let registry: Arc<dyn ObjectStoreRegistry> = Arc::new(DefaultObjectStoreRegistry::new());
    RuntimeEnvBuilder::new()
        .with_memory_pool(pool)
        .with_object_store_registry(registry)
        // Nothing is spilled: a query that does not fit is refused, the disk belongs to the data.
        .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled))
        .with_cache_manager(CacheManagerConfig::default().with_metadata_cache_limit(METADATA_CACHE_BYTES))
        .build_arc()
        .map_err(|error| StoreError::internal(error.strip_backtrace()))
}
