//! What requests are summed by, over rows and over the cells of rollups alike.

use crate::{
    query::{cells::Cells, failure::QueryResult, filter::model_expr},
    rollup::{Dimension, Dims},
};
use datafusion::{
    logical_expr::Expr,
    prelude::{ident, lit, when},
};
use model::query::GroupBy;
use std::hash::Hash;

pub(crate) trait Grouping: Send + Sync {
    type Key: Clone + Eq + Hash + Send;

    /// The expressions over rows that tell groups apart, with their names.
    fn exprs(&self) -> QueryResult<Vec<Expr>>;

    /// The group of a result row.
    fn read(&self, cells: &Cells<'_>, row: usize) -> QueryResult<Self::Key>;

    /// Whether rollups know what is grouped by.
    fn is_in_cells(&self) -> bool;

    /// The group of a combination of dimensions.
    fn of(&self, dims: &Dims) -> Self::Key;
}

/// One group of all.
pub(crate) struct Whole;

impl Grouping for Whole {
    type Key = ();

    fn exprs(&self) -> QueryResult<Vec<Expr>> {
        Ok(Vec::new())
    }

    fn read(&self, _cells: &Cells<'_>, _row: usize) -> QueryResult<()> {
        Ok(())
    }

    fn is_in_cells(&self) -> bool {
        true
    }

    fn of(&self, _dims: &Dims) {}
}

/// By the value of a field.
pub(crate) struct ByValue(pub(crate) GroupBy);

impl Grouping for ByValue {
    type Key = Option<String>;

    fn exprs(&self) -> QueryResult<Vec<Expr>> {
        Ok(vec![group_expr(self.0).alias("group")])
    }

    fn read(&self, cells: &Cells<'_>, row: usize) -> QueryResult<Option<String>> {
        cells.text("group", row)
    }

    fn is_in_cells(&self) -> bool {
        dimension_of(self.0).is_some()
    }

    fn of(&self, dims: &Dims) -> Option<String> {
        dims.get(dimension_of(self.0)?).map(str::to_owned)
    }
}

pub(crate) struct ByProviderAndModel;

impl Grouping for ByProviderAndModel {
    type Key = (Option<String>, Option<String>);

    fn exprs(&self) -> QueryResult<Vec<Expr>> {
        Ok(vec![ident("provider"), model_expr().alias("model")])
    }

    fn read(&self, cells: &Cells<'_>, row: usize) -> QueryResult<Self::Key> {
        Ok((cells.text("provider", row)?, cells.text("model", row)?))
    }

    fn is_in_cells(&self) -> bool {
        true
    }

    fn of(&self, dims: &Dims) -> Self::Key {
        (dims.get(Dimension::Provider).map(str::to_owned), dims.get(Dimension::Model).map(str::to_owned))
    }
}

/// By the place of the field's value in `groups`; all others share the place behind the last. Without a field there is one group.
pub(crate) struct BySeries<'a> {
    pub(crate) group_by: Option<GroupBy>,
    pub(crate) groups: &'a [Option<String>],
}

impl Grouping for BySeries<'_> {
    type Key = usize;

    fn exprs(&self) -> QueryResult<Vec<Expr>> {
        let Some(group_by) = self.group_by else { return Ok(Vec::new()) };
        let group = group_expr(group_by);
        let is = |name: &Option<String>| match name {
            Some(name) => group.clone().eq(lit(name.as_str())),
            None => group.clone().is_null(),
        };
        let others = lit(self.groups.len() as i64);
        let mut numbered = self.groups.iter().zip(0_i64..);
        let series = match numbered.next() {
            None => others,
            Some((first, _)) => {
                let mut case = when(is(first), lit(0_i64));
                for (name, number) in numbered {
                    case = case.when(is(name), lit(number));
                }
                case.otherwise(others)?
            }
        };
        Ok(vec![series.alias("series")])
    }

    fn read(&self, cells: &Cells<'_>, row: usize) -> QueryResult<usize> {
        match self.group_by {
            Some(_) => Ok(cells.count("series", row)?.unwrap_or_default() as usize),
            None => Ok(0),
        }
    }

    fn is_in_cells(&self) -> bool {
        self.group_by.is_none_or(|group_by| dimension_of(group_by).is_some())
    }

    fn of(&self, dims: &Dims) -> usize {
        let Some(group_by) = self.group_by else { return 0 };
        let value = dimension_of(group_by).and_then(|dimension| dims.get(dimension));
        self.groups.iter().position(|group| group.as_deref() == value).unwrap_or(self.groups.len())
    }
}

fn group_expr(group_by: GroupBy) -> Expr {
    match group_by {
        GroupBy::Provider => ident("provider"),
        GroupBy::Model => model_expr(),
        GroupBy::Status => ident("status"),
        GroupBy::Kind => ident("kind"),
        GroupBy::Environment => ident("environment"),
        GroupBy::Service => ident("service"),
        GroupBy::User => ident("user_id"),
        GroupBy::Session => ident("session_id"),
        GroupBy::Agent => ident("agent"),
        GroupBy::PromptName => ident("prompt_name"),
        GroupBy::ErrorType => ident("error_type"),
    }
}

fn dimension_of(group_by: GroupBy) -> Option<Dimension> {
    match group_by {
        GroupBy::Provider => Some(Dimension::Provider),
        GroupBy::Model => Some(Dimension::Model),
        GroupBy::Status => Some(Dimension::Status),
        GroupBy::Kind => Some(Dimension::Kind),
        GroupBy::Environment => Some(Dimension::Environment),
        GroupBy::Service => Some(Dimension::Service),
        GroupBy::User | GroupBy::Session | GroupBy::Agent | GroupBy::PromptName | GroupBy::ErrorType => None,
    }
}
