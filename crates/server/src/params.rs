//! Parameters of reads: what clients may write, and what the store is asked. Every error names its field.

use crate::http::{ApiResult, Problem};
use model::{
    ProjectId, TimeRange, Timestamp,
    filter::{self, Filter},
    library::{ListCursor, PageRequest},
    query::{Cursor, DashboardQuery, FileFormat, ListQuery, MAX_PAGE},
    telemetry::RowKind,
    time::{NANOS_PER_DAY, NANOS_PER_SECOND},
};
use serde::Deserialize;
use utoipa::IntoParams;

/// What a read looks at.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Scope {
    /// Start, inclusive: RFC 3339, a Unix time in s, ms, µs or ns, or relative to now (`-24h`, `now-7d`). Default: 24 hours before `to`.
    #[param(example = "-24h")]
    from: Option<String>,
    /// End, exclusive, written like `from`. Default: now.
    to: Option<String>,
    /// A filter, such as `model:gpt-4o status:error`.
    filter: Option<String>,
    /// The project to read (id), for callers that are not bound to one by a key. Default: the default project.
    #[serde(rename = "project")]
    _project: Option<String>,
}

/// Which page of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Page {
    /// Rows per page, 1 to 1000. Default: 50.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

const DEFAULT_PAGE: usize = 50;

impl Scope {
    /// The range asked for; the last 24 hours when nothing is said.
    pub(crate) fn range(&self) -> ApiResult<TimeRange> {
        let now = Timestamp::now();
        // Whole seconds, one ahead: what a client with a slightly fast clock has just sent is inside, and equal questions within a
        // second are equal, which lets the cache answer.
        let soon = now.floor_to(NANOS_PER_SECOND).saturating_add_nanos(2 * NANOS_PER_SECOND);
        let to = given(&self.to).map_or(Ok(soon), |text| moment("to", text, soon))?;
        let day_before = to.saturating_add_nanos(-NANOS_PER_DAY);
        let from = given(&self.from).map_or(Ok(day_before), |text| moment("from", text, soon))?;
        if from >= to {
            return Err(Problem::invalid("from", format!("expected a time before `to` ({to}), got {from}")));
        }
        Ok(TimeRange { from, to })
    }

    /// The range asked for; all of time when nothing is said. For reads by id.
    pub(crate) fn range_or_all(&self) -> ApiResult<TimeRange> {
        if given(&self.from).is_none() && given(&self.to).is_none() { Ok(TimeRange::ALL) } else { self.range() }
    }

    pub(crate) fn filter(&self, kind: RowKind) -> ApiResult<Filter> {
        read_filter(&self.filter, kind)
    }

    pub(crate) fn dashboard_query(&self, project: ProjectId) -> ApiResult<DashboardQuery> {
        Ok(DashboardQuery { project, range: self.range()?, filter: self.filter(RowKind::Span)? })
    }

    pub(crate) fn list_query(&self, project: ProjectId, kind: RowKind, page: &Page) -> ApiResult<ListQuery> {
        let (range, filter) = (self.range()?, self.filter(kind)?);
        Ok(ListQuery { project, range, filter, limit: page.limit(DEFAULT_PAGE)?, cursor: page.cursor()? })
    }
}

impl Page {
    pub(crate) fn limit(&self, default: usize) -> ApiResult<usize> {
        limit(&self.limit, default, MAX_PAGE)
    }

    /// A page of a list of the library.
    pub(crate) fn of_list(&self) -> ApiResult<PageRequest> {
        let cursor = given(&self.cursor).map(str::parse::<ListCursor>).transpose();
        let cursor = cursor.map_err(|error| Problem::invalid("cursor", error.to_string()))?;
        Ok(PageRequest::after(cursor, self.limit(DEFAULT_PAGE)?))
    }

    pub(crate) fn cursor(&self) -> ApiResult<Option<Cursor>> {
        let parsed = given(&self.cursor).map(str::parse::<Cursor>).transpose();
        parsed.map_err(|error| Problem::invalid("cursor", error.to_string()))
    }
}

/// A whole number from 1 to `max`.
pub(crate) fn limit(text: &Option<String>, default: usize, max: usize) -> ApiResult<usize> {
    let Some(text) = given(text) else { return Ok(default) };
    let number = text.parse::<usize>().ok().filter(|number| (1..=max).contains(number));
    number.ok_or_else(|| Problem::invalid("limit", format!("expected a whole number from 1 to {max}")))
}

/// A parameter that is there and not empty: `?from=` means that nothing is said.
pub(crate) fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

/// The range asked for, open where nothing is said.
pub(crate) fn open_range(from: &Option<String>, to: &Option<String>) -> ApiResult<TimeRange> {
    let now = Timestamp::now();
    let from = given(from).map_or(Ok(TimeRange::ALL.from), |text| moment("from", text, now))?;
    let to = given(to).map_or(Ok(TimeRange::ALL.to), |text| moment("to", text, now))?;
    if from >= to {
        return Err(Problem::invalid("from", format!("expected a time before `to` ({to}), got {from}")));
    }
    Ok(TimeRange { from, to })
}

pub(crate) fn read_filter(text: &Option<String>, kind: RowKind) -> ApiResult<Filter> {
    filter::parse(text.as_deref().unwrap_or(""), kind).map_err(|error| Problem::invalid("filter", error.to_string()))
}

/// `spans` or `span`, and so on.
pub(crate) fn row_kind(text: &str) -> ApiResult<RowKind> {
    let kind = RowKind::from_name(text.strip_suffix('s').unwrap_or(text));
    kind.ok_or_else(|| Problem::invalid("kind", "expected spans, logs, metrics or scores"))
}

pub(crate) fn file_format(text: &str) -> ApiResult<FileFormat> {
    FileFormat::from_name(text).ok_or_else(|| Problem::invalid("format", "expected jsonl, csv or parquet"))
}

fn moment(field: &str, text: &str, now: Timestamp) -> ApiResult<Timestamp> {
    let parsed = relative(text, now).or_else(|| text.parse().ok());
    parsed.ok_or_else(|| {
        Problem::invalid(
            field,
            "expected an RFC 3339 time such as 2026-01-31T09:30:00Z, a Unix time in s, ms, µs or ns, or one relative to now such as -24h",
        )
    })
}

/// `now`, `-24h`, `now-7d`: units s, m, h, d, w.
fn relative(text: &str, now: Timestamp) -> Option<Timestamp> {
    let offset = text.strip_prefix("now").unwrap_or(text);
    if offset.is_empty() {
        return (text == "now").then_some(now);
    }
    let amount = offset.strip_prefix('-')?;
    let unit_seconds = match amount.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 7 * 86_400,
        _ => return None,
    };
    let number: i64 = amount[..amount.len() - 1].parse().ok().filter(|number| *number >= 0)?;
    let nanos = number.checked_mul(unit_seconds)?.checked_mul(NANOS_PER_SECOND)?;
    now.as_nanos().checked_sub(nanos).map(Timestamp::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_times_count_back_from_now() {
        let now: Timestamp = "2026-01-31T12:00:00Z".parse().unwrap();
        for (text, expected) in [
            ("now", "2026-01-31T12:00:00Z"),
            ("-24h", "2026-01-30T12:00:00Z"),
            ("now-90s", "2026-01-31T11:58:30Z"),
            ("-1w", "2026-01-24T12:00:00Z"),
        ] {
            assert_eq!(relative(text, now), expected.parse().ok(), "{text}");
        }
        for text in ["", "-", "-h", "24h", "--1h", "-1y", "now+1h", "-99999999999w", "-é"] {
            assert_eq!(relative(text, now), None, "{text}");
        }
    }

    #[test]
    fn errors_name_their_field() {
        let scope = |from: &str, to: &str| Scope { from: Some(from.into()), to: Some(to.into()), ..Scope::default() };
        let field = |scope: Scope| scope.range().unwrap_err().errors[0].field.clone();
        assert_eq!(field(scope("soon", "")), "from");
        assert_eq!(field(scope("", "later")), "to");
        assert_eq!(field(scope("2026-01-02", "2026-01-01")), "from");
        assert_eq!(scope("", "").range().unwrap().nanos(), NANOS_PER_DAY);
        for text in ["0", "1001", "-1", "ten"] {
            assert_eq!(limit(&Some(text.into()), 50, MAX_PAGE).unwrap_err().errors[0].field, "limit", "{text}");
        }
    }
}
