//! The facts that hold now, as a plan: for SQL, which names no ids to begin with.

use crate::{
    query::failure::QueryResult,
    schema::{COMMIT_ROW, COMMIT_SEQ, DELETED},
};
use datafusion::{
    dataframe::DataFrame,
    functions_window::expr_fn::row_number,
    logical_expr::{ExprFunctionExt, SortExpr},
    prelude::{ident, lit},
};

/// Counts a fact's rows from the last one back.
const VERSION: &str = "version_from_last";

/// The last row of each fact, without those that take one away. Has one column more than `rows`.
pub(crate) fn current_rows(rows: DataFrame) -> QueryResult<DataFrame> {
    let newest: Vec<SortExpr> = [COMMIT_SEQ, COMMIT_ROW].map(|name| ident(name).sort(false, false)).into();
    let version = row_number().partition_by(vec![ident("score_id")]).order_by(newest).build()?.alias(VERSION);
    Ok(rows.window(vec![version])?.filter(ident(VERSION).eq(lit(1_u64)).and(ident(DELETED).is_not_true()))?)
}
