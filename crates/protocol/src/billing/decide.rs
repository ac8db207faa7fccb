//! The decision: containers, then second reports.

use super::{
    SpanFacts, USAGE_OF_OTHER_REPORT,
    facts::Role,
    groups::{Groups, calls},
    tree::Tree,
    usage::best_usage,
};
use model::telemetry::{Span, SpanKind, TokenUsage};
use std::{cmp::Reverse, collections::HashMap};

/// What becomes of one span.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    pub billed: bool,
    /// Its own usage, or that of a more exact report of the call that it is billed for.
    pub usage: TokenUsage,
    /// The usage is not its own.
    pub borrowed: bool,
}

impl Verdict {
    pub fn apply(&self, span: &mut Span) {
        span.billed = self.billed;
        if self.borrowed {
            span.usage = self.usage;
            span.note(USAGE_OF_OTHER_REPORT);
        }
    }
}

/// Decides over all that is known of one trace; verdicts are in the order of `spans`, which does not matter. No span may be there twice.
///
/// - Only model calls are billed: what agents, chains and tools report is that of the calls inside.
/// - A model call with a spending model call inside that is not the same call is a container.
/// - Reports of one provider response, of one stream, and calls without usage directly inside another are one call. Of its reports that
///   with content is billed, then the outermost; it takes the most exact usage of them all.
pub fn decide(spans: &[&SpanFacts]) -> Vec<Verdict> {
    let tree = Tree::new(spans);
    let mut verdicts: Vec<Verdict> = spans.iter().map(|span| alone(span)).collect();
    second_tool_reports(&tree, &mut verdicts);
    let mut groups = Groups::of(&tree);
    let is_container = containers(&tree, &groups);
    groups.join_silent(&tree, &is_container);

    let mut members: HashMap<usize, Vec<usize>> = HashMap::new();
    for (place, _) in calls(&tree) {
        if is_container[place] {
            verdicts[place].billed = false;
        } else {
            members.entry(groups.root(place)).or_default().push(place);
        }
    }
    let same_call = |one: usize, other: usize| !is_container[other] && groups.root(one) == groups.root(other);
    members.values().filter(|members| members.len() > 1).for_each(|members| bill_one(&tree, members, same_call, &mut verdicts));
    verdicts
}

fn alone(span: &SpanFacts) -> Verdict {
    let usage = span.usage();
    let billed = match span.request() {
        Some(call) => call.role != Role::Never,
        None => usage.is_unknown(),
    };
    Verdict { billed, usage, borrowed: false }
}

/// An agent's tool call, that of its MCP client and that of the MCP server are one.
fn second_tool_reports(tree: &Tree<'_>, verdicts: &mut [Verdict]) {
    for (place, span) in tree.spans.iter().enumerate() {
        let Some(call) = span.call.as_deref().filter(|call| call.role == Role::Mcp && span.kind == SpanKind::Tool) else { continue };
        let same_tool = |outer: usize| {
            let outer = tree.spans[outer];
            outer.kind == SpanKind::Tool && outer.call.as_deref().is_some_and(|outer| outer.tool == call.tool)
        };
        if tree.ancestors(place).any(same_tool) {
            verdicts[place].billed = false;
        }
    }
}

/// Which model calls contain another that spends tokens. A text model's own tokens are never those of an embedding inside.
fn containers(tree: &Tree<'_>, groups: &Groups) -> Vec<bool> {
    let mut is_container = vec![false; tree.spans.len()];
    for (place, _) in calls(tree).filter(|(place, _)| tree.spans[*place].spends()) {
        let inner = tree.spans[place].kind;
        for outer in tree.ancestors(place) {
            let Some(call) = tree.spans[outer].request() else { continue };
            let other_work = tree.spans[outer].kind != inner && inner != SpanKind::Llm && tree.spans[outer].spends();
            if call.role == Role::Report && !other_work && groups.root(outer) != groups.root(place) {
                is_container[outer] = true;
            }
        }
    }
    is_container
}

/// Picks the report that is billed, and gives it the best usage.
fn bill_one(tree: &Tree<'_>, members: &[usize], same_call: impl Fn(usize, usize) -> bool, verdicts: &mut [Verdict]) {
    let rank = |place: &usize| {
        let span = tree.spans[*place];
        let call = span.request();
        let is_stream_end = call.is_some_and(|call| matches!(call.role, Role::StreamEnd { .. }));
        let has_content = call.is_some_and(|call| call.has_content);
        let has_model = call.is_some_and(|call| call.model.is_some());
        let is_inner = tree.ancestors(*place).any(|outer| same_call(*place, outer));
        let start = call.map(|call| call.start);
        (!is_stream_end, has_content, has_model, !is_inner, Reverse(start), Reverse(span.span))
    };
    let mut ranked = members.to_vec();
    ranked.sort_by_cached_key(|place| Reverse(rank(place)));
    for place in &ranked {
        verdicts[*place].billed = false;
    }
    let reported: Vec<TokenUsage> = ranked.iter().map(|place| verdicts[*place].usage).collect();
    let Some(billed) = ranked.first().map(|place| &mut verdicts[*place]) else { return };
    let usage = best_usage(&reported);
    *billed = Verdict { billed: true, usage, borrowed: usage != billed.usage };
}
