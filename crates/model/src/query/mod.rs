//! Questions to the store and its answers: model-owned rows, no storage types.

mod analytics;
mod costs;
mod export;
pub(crate) mod hex_text;
mod list;
mod scores;
mod sql;

pub use analytics::{
    DashboardQuery, DashboardStats, ErrorExample, ErrorGroup, GroupBy, Interval, LatencyStats, PeriodStats, ProviderStats, Timeseries,
    TimeseriesBucket, TimeseriesQuery, TimeseriesSeries,
};
pub use costs::{API_KEY_ATTRIBUTE, CostGroup, CostQuery, CostReport, CostRow, MAX_COST_GROUPS, MAX_COST_ROWS};
pub use export::{ExportQuery, FileFormat};
pub use list::{
    Cursor, InvalidCursor, ListQuery, LogPage, MAX_PAGE, MetricBucket, MetricName, MetricPage, MetricSeries, MetricSeriesQuery, Reach,
    SessionPage, SessionSummary, SpanPage, TraceDetail, TracePage, TraceSummary, UserPage, UserSummary, span_tie,
};
pub use scores::{MAX_SHOWN_SCORES, ScorePage, SpanDetail, shown_scores};
pub use sql::{SqlColumn, SqlLimits, SqlQuery, SqlResult};
