//! Makes the rollup of a segment from its rows.

use super::{
    Grain, VERSION, dims,
    numbers::Numbers,
    part::{Part, Row},
};
use crate::schema::{PROJECT_ID, money_type, timestamp_type};
use datafusion::arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, Float64Array, Int64Array, StringArray, TimestampNanosecondArray},
    compute::cast,
    datatypes::{DataType, Decimal128Type, Float64Type, Int64Type, TimestampNanosecondType},
    record_batch::RecordBatch,
};
use model::{
    ProjectId, StoreError, StoreResult, Timestamp,
    sketch::{distinct_hash, varint},
    telemetry::{RowKind, SpanKind, Status},
    time::nanos_of_millis,
};
use std::collections::BTreeMap;

/// Takes the rows of one segment, then gives the section for its sidecar. Rows of a project come one after the other.
pub(crate) struct RollupBuilder {
    kind: RowKind,
    grain: Grain,
    current: Option<(ProjectId, Part)>,
    /// `None`: its rows must be read.
    finished: BTreeMap<ProjectId, Option<Vec<u8>>>,
    /// The dimensions of the row at hand.
    dims: Vec<u8>,
}

impl RollupBuilder {
    /// The columns that it looks at: a batch may have no others.
    pub(crate) const COLUMNS: [&str; 19] = [
        PROJECT_ID,
        "start_time",
        "kind",
        "billed",
        "status",
        "provider",
        "request_model",
        "response_model",
        "environment",
        "service",
        "user_id",
        "session_id",
        "input_tokens",
        "output_tokens",
        "total_tokens",
        "cache_read",
        "cost_usd",
        "duration_ms",
        "time_to_first_token_ms",
    ];

    /// Only spans have a rollup.
    pub(crate) fn new(kind: RowKind) -> Self {
        Self { kind, grain: Grain::Minute, current: None, finished: BTreeMap::new(), dims: Vec::new() }
    }

    /// For a table of [`Grain::Moment`] of a project, which may have no rows.
    pub(crate) fn of_moments(project: ProjectId) -> Self {
        let current = Some((project, Part::new(Grain::Moment)));
        Self { kind: RowKind::Span, grain: Grain::Moment, current, finished: BTreeMap::new(), dims: Vec::new() }
    }

    /// Adds rows as they are written. An error when a column is missing or of another type.
    pub(crate) fn add(&mut self, batch: &RecordBatch) -> StoreResult<()> {
        if self.kind != RowKind::Span {
            return Ok(());
        }
        let columns = Columns::of(batch)?;
        let mut row = 0;
        while row < batch.num_rows() {
            let project = columns.project.value(row);
            let end = (row + 1..batch.num_rows()).find(|next| columns.project.value(*next) != project).unwrap_or(batch.num_rows());
            self.switch_to(project.parse().map_err(StoreError::internal)?);
            if let Some((_, part)) = &mut self.current {
                (row..end).filter(|row| columns.is_request(*row)).for_each(|row| columns.add(row, &mut self.dims, part));
            }
            row = end;
        }
        Ok(())
    }

    fn switch_to(&mut self, project: ProjectId) {
        if self.current.as_ref().is_some_and(|(current, _)| *current == project) {
            return;
        }
        self.finish_current();
        // Its first rows were summed up already: what comes now cannot be added any more.
        let part = if self.finished.contains_key(&project) { Part::given_up() } else { Part::new(self.grain) };
        self.current = Some((project, part));
    }

    fn finish_current(&mut self) {
        if let Some((project, part)) = self.current.take() {
            self.finished.insert(project, part.finish());
        }
    }

    /// The section. `None` when it would answer nothing that the rows do not answer as fast.
    pub(crate) fn finish(mut self) -> Option<Vec<u8>> {
        self.finish_current();
        if self.finished.values().all(Option::is_none) {
            return None;
        }
        let mut bytes = vec![VERSION];
        varint::put(&mut bytes, self.finished.len() as u64);
        for (project, part) in &self.finished {
            bytes.extend(project.as_bytes());
            varint::put(&mut bytes, part.as_ref().map_or(0, |part| part.len() as u64));
        }
        self.finished.values().flatten().for_each(|part| bytes.extend(part));
        Some(bytes)
    }
}

/// The columns of a batch.
struct Columns {
    project: StringArray,
    time: TimestampNanosecondArray,
    kind: StringArray,
    billed: BooleanArray,
    status: StringArray,
    provider: StringArray,
    request_model: StringArray,
    response_model: StringArray,
    environment: StringArray,
    service: StringArray,
    user: StringArray,
    session: StringArray,
    input_tokens: Int64Array,
    output_tokens: Int64Array,
    total_tokens: Int64Array,
    cache_read: Int64Array,
    cost: Decimal128Array,
    duration_ms: Float64Array,
    first_token_ms: Float64Array,
}

fn column(batch: &RecordBatch, name: &str, data_type: &DataType) -> StoreResult<ArrayRef> {
    let column = batch.column_by_name(name).ok_or_else(|| StoreError::Internal(format!("a rollup needs the column {name}")))?;
    if column.data_type() == data_type { Ok(ArrayRef::clone(column)) } else { cast(column, data_type).map_err(StoreError::internal) }
}

fn text_at(column: &StringArray, row: usize) -> Option<&str> {
    column.is_valid(row).then(|| column.value(row))
}

impl Columns {
    fn of(batch: &RecordBatch) -> StoreResult<Self> {
        let text = |name: &str| Ok::<_, StoreError>(column(batch, name, &DataType::Utf8)?.as_string::<i32>().clone());
        let count = |name: &str| Ok::<_, StoreError>(column(batch, name, &DataType::Int64)?.as_primitive::<Int64Type>().clone());
        let number = |name: &str| Ok::<_, StoreError>(column(batch, name, &DataType::Float64)?.as_primitive::<Float64Type>().clone());
        Ok(Self {
            project: text(PROJECT_ID)?,
            time: column(batch, "start_time", &timestamp_type())?.as_primitive::<TimestampNanosecondType>().clone(),
            kind: text("kind")?,
            billed: column(batch, "billed", &DataType::Boolean)?.as_boolean().clone(),
            status: text("status")?,
            provider: text("provider")?,
            request_model: text("request_model")?,
            response_model: text("response_model")?,
            environment: text("environment")?,
            service: text("service")?,
            user: text("user_id")?,
            session: text("session_id")?,
            input_tokens: count("input_tokens")?,
            output_tokens: count("output_tokens")?,
            total_tokens: count("total_tokens")?,
            cache_read: count("cache_read")?,
            cost: column(batch, "cost_usd", &money_type())?.as_primitive::<Decimal128Type>().clone(),
            duration_ms: number("duration_ms")?,
            first_token_ms: number("time_to_first_token_ms")?,
        })
    }

    /// As `Span::is_request`.
    fn is_request(&self, row: usize) -> bool {
        self.billed.is_valid(row) && self.billed.value(row) && SpanKind::from_name(self.kind.value(row)).is_some_and(SpanKind::is_request)
    }

    fn add(&self, row: usize, dims: &mut Vec<u8>, part: &mut Part) {
        dims.clear();
        let model = text_at(&self.response_model, row).or_else(|| text_at(&self.request_model, row));
        // In the order of `Dimension::ALL`.
        dims::put(dims, Some(self.kind.value(row)));
        dims::put(dims, text_at(&self.provider, row));
        dims::put(dims, model);
        dims::put(dims, Some(self.status.value(row)));
        dims::put(dims, text_at(&self.environment, row));
        dims::put(dims, text_at(&self.service, row));
        let number = |column: &Float64Array| column.is_valid(row).then(|| column.value(row));
        let (duration_ms, first_token_ms) = (number(&self.duration_ms), number(&self.first_token_ms));
        part.add(&Row {
            time: Timestamp::from_nanos(self.time.value(row)),
            dims,
            numbers: &self.numbers(row, duration_ms, first_token_ms),
            duration_ms,
            first_token_ms,
            user: text_at(&self.user, row).map(distinct_hash),
            session: text_at(&self.session, row).map(distinct_hash),
        });
    }

    fn numbers(&self, row: usize, duration_ms: Option<f64>, first_token_ms: Option<f64>) -> Numbers {
        let count = |column: &Int64Array| column.is_valid(row).then(|| column.value(row));
        let nanos = |millis: Option<f64>| millis.and_then(nanos_of_millis).map_or(0, i128::from);
        let mut numbers = Numbers {
            requests: 1,
            errors: u64::from(self.status.value(row) == Status::Error.as_str()),
            priced: u64::from(self.cost.is_valid(row)),
            cost: if self.cost.is_valid(row) { self.cost.value(row) } else { 0 },
            duration_nanos: nanos(duration_ms),
            first_token_nanos: nanos(first_token_ms),
            ..Numbers::default()
        };
        numbers.input_tokens.add(count(&self.input_tokens));
        numbers.output_tokens.add(count(&self.output_tokens));
        numbers.total_tokens.add(count(&self.total_tokens));
        numbers.cache_read.add(count(&self.cache_read));
        if numbers.output_tokens.rows > 0 && numbers.duration_nanos > 0 {
            numbers.timed_tokens = numbers.output_tokens.sum;
            numbers.timed_nanos = numbers.duration_nanos;
        }
        numbers
    }
}
