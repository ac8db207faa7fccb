//! Failed spans, grouped.

use crate::{
    Lake,
    query::{
        cells::Cells,
        engine::{QueryLimits, Session},
        failure::QueryResult,
        filter::{filter_expr, model_expr},
        list::within,
        measures::is_error,
    },
};
use datafusion::{
    functions_aggregate::expr_fn::{count, first_value, max, min},
    prelude::{ident, lit},
};
use model::{
    StoreResult,
    query::{DashboardQuery, ErrorExample, ErrorGroup, MAX_PAGE},
    telemetry::RowKind,
};

/// Bytes of the hash that names a group: enough that two groups of one project never share it.
const FINGERPRINT_BYTES: usize = 8;

pub(crate) async fn errors(lake: &Lake, query: DashboardQuery, limit: usize) -> StoreResult<Vec<ErrorGroup>> {
    let table = lake.table(RowKind::Span, query.project).await?;
    let filter = filter_expr(&query.filter, RowKind::Span)?;
    let work = move |session: Session| async move {
        let mut frame = session.frame(&table)?.filter(within("start_time", query.range).and(is_error()))?;
        if let Some(filter) = filter {
            frame = frame.filter(filter)?;
        }
        let newest = |name: &str| {
            let order = ["start_time", "trace_id", "span_id"].map(|name| ident(name).sort(false, true));
            first_value(ident(name), order.to_vec()).alias(format!("example_{name}"))
        };
        let groups = vec![ident("error_type"), ident("provider"), model_expr().alias("model")];
        let measures = vec![
            count(lit(1_i64)).alias("count"),
            min(ident("start_time")).alias("first_seen"),
            max(ident("start_time")).alias("last_seen"),
            newest("trace_id"),
            newest("span_id"),
            newest("name"),
            newest("error_message"),
        ];
        let order = vec![ident("count").sort(false, true), ident("last_seen").sort(false, true)];
        let frame = frame.aggregate(groups, measures)?.sort(order)?.limit(0, Some(limit.clamp(1, MAX_PAGE)))?;
        let mut found = Vec::new();
        for batch in frame.collect().await? {
            let cells = Cells(&batch);
            for row in cells.rows() {
                found.push(error_group(&cells, row)?);
            }
        }
        Ok(found)
    };
    lake.engine().run(QueryLimits::default(), work).await
}

fn error_group(cells: &Cells<'_>, row: usize) -> QueryResult<ErrorGroup> {
    let [error_type, provider, model] = [cells.text("error_type", row)?, cells.text("provider", row)?, cells.text("model", row)?];
    Ok(ErrorGroup {
        fingerprint: fingerprint([&error_type, &provider, &model]),
        error_type,
        provider,
        model,
        count: cells.count("count", row)?.unwrap_or_default(),
        first_seen: cells.required_time("first_seen", row)?,
        last_seen: cells.required_time("last_seen", row)?,
        example: ErrorExample {
            trace_id: cells.id("example_trace_id", row)?,
            span_id: cells.id("example_span_id", row)?,
            name: cells.text("example_name", row)?.unwrap_or_default(),
            error_message: cells.text("example_error_message", row)?,
        },
    })
}

/// Hex of a hash over the parts, each with a mark that tells unknown from empty and its length.
fn fingerprint(parts: [&Option<String>; 3]) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        let text = part.as_deref().unwrap_or_default();
        hasher.update(&[u8::from(part.is_some())]).update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
    }
    hasher.finalize().as_bytes()[..FINGERPRINT_BYTES].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_tell_parts_apart() {
        let of = |parts: [Option<&str>; 3]| {
            let parts = parts.map(|part| part.map(str::to_owned));
            fingerprint([&parts[0], &parts[1], &parts[2]])
        };
        assert_eq!(of([Some("a"), None, None]), of([Some("a"), None, None]));
        assert_ne!(of([Some("ab"), Some("c"), None]), of([Some("a"), Some("bc"), None]));
        assert_ne!(of([None, None, None]), of([Some(""), None, None]));
    }
}
