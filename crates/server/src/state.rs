//! What every handler can reach.

use crate::{
    ServerConfig,
    auth::{AdminState, LoginGuard},
    http::Gate,
    ingest::{AgentCalls, RecentCalls, TraceMemory, UnknownStarts},
    metrics::Metrics,
    native::{AwaitedRoots, ReportOrder, RunMemory, WaitingScores},
    prices::KnownPrices,
    proxy::ProxyState,
};
use futures::future::BoxFuture;
use model::{
    StoreResult,
    ports::{Accounts, Bus, Cache, Debt, HealthCheck, JobStatus, Library, PriceLists, Project, TelemetryStore},
};
use parking_lot::Mutex;
use protocol::agents::AgentMemory;
use std::{
    ops::Deref,
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

/// What the jobs of this process are doing.
pub type Jobs = Arc<dyn Fn() -> Vec<JobStatus> + Send + Sync>;
/// What maintenance still has to do, as of now.
pub type DebtReport = Arc<dyn Fn() -> BoxFuture<'static, StoreResult<Debt>> + Send + Sync>;

/// What the binary wires together.
#[derive(Clone)]
pub struct ServerParts {
    pub store: Arc<dyn TelemetryStore>,
    pub accounts: Arc<dyn Accounts>,
    pub library: Arc<dyn Library>,
    pub prices: Arc<dyn PriceLists>,
    pub bus: Arc<dyn Bus>,
    pub cache: Arc<dyn Cache>,
    pub health: Vec<Arc<dyn HealthCheck>>,
    pub jobs: Jobs,
    pub debt: DebtReport,
    pub config: ServerConfig,
    /// Cancelled when the server drains: live streams end.
    pub shutdown: CancellationToken,
}

/// Cheap to clone; dereferences to [`Shared`].
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

pub struct Shared {
    parts: ServerParts,
    pub metrics: Metrics,
    /// Counts the bytes of ingest bodies under way.
    pub ingest_gate: Gate,
    pub(crate) live_gate: Gate,
    pub(crate) import_gate: Gate,
    pub(crate) proxy: ProxyState,
    pub(crate) known_prices: KnownPrices,
    pub(crate) recent_calls: RecentCalls,
    pub(crate) awaited_roots: AwaitedRoots,
    pub(crate) trace_memory: TraceMemory,
    pub(crate) unknown_starts: UnknownStarts,
    pub(crate) agents: Mutex<AgentMemory>,
    pub(crate) agent_calls: AgentCalls,
    pub(crate) runs: RunMemory,
    pub(crate) waiting_scores: WaitingScores,
    pub(crate) report_order: ReportOrder,
    pub(crate) admin: AdminState,
    pub(crate) login: LoginGuard,
    pub(crate) started: Instant,
    /// Set after the first record that came in without a valid key was noted in the log.
    pub(crate) keyless_ingest_noted: AtomicBool,
    default_project: Mutex<Option<(Instant, Project)>>,
}

impl Deref for AppState {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl Deref for Shared {
    type Target = ServerParts;
    fn deref(&self) -> &ServerParts {
        &self.parts
    }
}

/// Imports at once: each takes rows as fast as they can be stored, and the others would only take turns.
const MAX_IMPORTS: usize = 2;

/// How long another process's deletion of the default project may go unnoticed. This process's own is noticed at once.
const DEFAULT_PROJECT_LIFETIME: Duration = Duration::from_secs(1);

impl AppState {
    pub fn new(parts: ServerParts) -> Self {
        Self(Arc::new(Shared {
            metrics: Metrics::default(),
            ingest_gate: Gate::new("ingest bodies under way", parts.config.max_inflight_ingest_bytes),
            live_gate: Gate::new("live streams", parts.config.max_live_streams),
            import_gate: Gate::new("imports", MAX_IMPORTS),
            proxy: ProxyState::new(&parts.config.proxy),
            known_prices: KnownPrices::default(),
            recent_calls: RecentCalls::default(),
            awaited_roots: AwaitedRoots::default(),
            trace_memory: TraceMemory::default(),
            unknown_starts: UnknownStarts::default(),
            agents: Mutex::default(),
            agent_calls: AgentCalls::default(),
            runs: RunMemory::default(),
            waiting_scores: WaitingScores::default(),
            report_order: ReportOrder::default(),
            admin: AdminState::default(),
            login: LoginGuard::default(),
            started: Instant::now(),
            keyless_ingest_noted: AtomicBool::new(false),
            default_project: Mutex::new(None),
            parts,
        }))
    }
}

impl Shared {
    /// The project of requests that name none.
    pub(crate) async fn default_project(&self) -> StoreResult<Project> {
        if let Some((read_at, project)) = &*self.default_project.lock()
            && read_at.elapsed() < DEFAULT_PROJECT_LIFETIME
        {
            return Ok(project.clone());
        }
        let project = self.accounts.default_project().await?;
        *self.default_project.lock() = Some((Instant::now(), project.clone()));
        Ok(project)
    }

    pub(crate) fn forget_default_project(&self) {
        *self.default_project.lock() = None;
    }
}
