//! What was used and paid.

use super::{filter::Matcher, table::Rows, text::json_text};
use model::{
    StoreResult, Timestamp,
    query::{API_KEY_ATTRIBUTE, CostGroup, CostQuery, CostReport, CostRow},
    telemetry::Span,
};
use std::collections::BTreeMap;

type Key = (Option<Timestamp>, Vec<Option<String>>);

pub(super) fn costs(rows: &Rows, query: &CostQuery) -> StoreResult<CostReport> {
    let matcher = Matcher::new(&query.filter)?;
    let mut groups: BTreeMap<Key, CostRow> = BTreeMap::new();
    if query.group_by.is_empty() && query.interval.is_none() {
        groups.insert((None, Vec::new()), CostRow::default());
    }
    for span in rows.spans_in(query.range).filter(|span| span.is_request() && matcher.matches(*span)) {
        let time = query.interval.map(|interval| span.start_time.floor_to(interval.nanos));
        for names in names(span, &query.group_by) {
            let row = groups.entry((time, names.clone())).or_insert_with(|| CostRow { groups: names, time, ..CostRow::default() });
            row.add(span);
        }
    }
    Ok(CostReport::of(groups.into_values().collect(), query.limit))
}

/// One list of names, or one for each tag.
fn names(span: &Span, group_by: &[CostGroup]) -> Vec<Vec<Option<String>>> {
    let tags: Vec<Option<&String>> = match (group_by.contains(&CostGroup::Tag), span.tags.as_slice()) {
        (true, [_, ..]) => span.tags.iter().map(Some).collect(),
        _ => vec![None],
    };
    tags.into_iter().map(|tag| group_by.iter().map(|group| name(span, *group, tag)).collect()).collect()
}

fn name(span: &Span, group: CostGroup, tag: Option<&String>) -> Option<String> {
    match group {
        CostGroup::Provider => span.provider.clone(),
        CostGroup::Model => span.model().map(str::to_owned),
        CostGroup::User => span.user_id.clone(),
        CostGroup::Session => span.session_id.clone(),
        CostGroup::Agent => span.agent.clone(),
        CostGroup::Tag => tag.cloned(),
        CostGroup::PromptName => span.prompt_name.clone(),
        CostGroup::PromptVersion => span.prompt_version.clone(),
        CostGroup::Environment => span.environment.clone(),
        CostGroup::Service => span.service.clone(),
        CostGroup::Release => span.release.clone(),
        CostGroup::ApiKey => span.payload.attributes.get(API_KEY_ATTRIBUTE).map(json_text),
        CostGroup::PriceId => span.cost.price_id.clone(),
    }
}
