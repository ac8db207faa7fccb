//! Values of a text field, for pickers.

use super::{
    cells::Cells,
    engine::{QueryLimits, Session},
    filter::{field_expr, filter_expr},
    list::within,
};
use crate::{Lake, schema::time_column};
use datafusion::{
    functions_aggregate::expr_fn::count,
    prelude::{ident, lit},
};
use model::{
    ProjectId, StoreError, StoreResult, TimeRange,
    filter::{Field, FieldType, Filter},
    query::MAX_PAGE,
    telemetry::RowKind,
};

pub(crate) async fn field_values(
    lake: &Lake,
    project: ProjectId,
    kind: RowKind,
    field: &str,
    range: TimeRange,
    filter: Filter,
    limit: usize,
) -> StoreResult<Vec<(String, u64)>> {
    let field = Field::lookup(kind, field)
        .filter(|field| matches!(field.field_type(), FieldType::Text | FieldType::TextSet))
        .filter(|field| kind != RowKind::Score || matches!(field, Field::Column(..)))
        .ok_or_else(|| StoreError::invalid("field", "expected a text field of this kind of row"))?;
    let table = lake.table(kind, project).await?;
    let filter = filter_expr(&filter, kind)?;
    let work = move |session: Session| async move {
        let mut frame = session.frame(&table)?.filter(within(time_column(kind), range))?;
        if let Some(filter) = filter {
            frame = frame.filter(filter)?;
        }
        frame = frame.select(vec![field_expr(&field, kind).alias("value")])?;
        if field.field_type() == FieldType::TextSet {
            frame = frame.unnest_columns(&["value"])?;
        }
        let frame = frame
            .filter(ident("value").is_not_null())?
            .aggregate(vec![ident("value")], vec![count(lit(1_i64)).alias("rows")])?
            .sort(vec![ident("rows").sort(false, true), ident("value").sort(true, true)])?
            .limit(0, Some(limit.clamp(1, MAX_PAGE)))?;
        let mut values = Vec::new();
        for batch in frame.collect().await? {
            let cells = Cells(&batch);
            for row in cells.rows() {
                values.push((cells.text("value", row)?.unwrap_or_default(), cells.count("rows", row)?.unwrap_or_default()));
            }
        }
        Ok(values)
    };
    lake.engine().run(QueryLimits::default(), work).await
}
