//! Token counts: those of the provider's own answer where it is told, else the attributes, which include what was cached.

use super::{
    super::{
        Draft,
        counts::{Known, count, drop_repeated, written},
    },
    answer::Answer,
};
use crate::{numbers::token_count, usage::ReportedUsage};

const PROMPT: [&str; 2] = ["llm.token_count.prompt", "decision.token_count.input"];
const COMPLETION: [&str; 2] = ["llm.token_count.completion", "decision.token_count.output"];
const TOTAL: &str = "llm.token_count.total";
const CACHE_READ: [&str; 2] = ["llm.token_count.prompt_details.cache_read", "llm.token_count.prompt_details.cache_input"];
const CACHE_WRITE: &str = "llm.token_count.prompt_details.cache_write";
const PROMPT_AUDIO: &str = "llm.token_count.prompt_details.audio";
const REASONING: &str = "llm.token_count.completion_details.reasoning";
const COMPLETION_AUDIO: &str = "llm.token_count.completion_details.audio";

pub(super) fn read(draft: &mut Draft, answer: Option<&Answer>) {
    let is_new = draft.span.usage.is_unknown();
    if is_new && let Some(raw) = answer.and_then(Answer::usage) {
        raw.fill(&mut draft.span);
    }
    if !draft.span.usage.is_unknown() {
        drop_what_repeats(draft);
    } else if let Some(reported) = reported(draft) {
        let split = reported.split();
        draft.span.usage = split.usage;
        split.notes.iter().for_each(|note| draft.span.note(note));
    }
    if is_new && !draft.span.usage.is_unknown() {
        // A container's usage is that of the calls inside it, which report it themselves.
        draft.span.billed = draft.span.kind.is_request();
    }
}

fn reported(draft: &mut Draft) -> Option<ReportedUsage> {
    let mut reported = ReportedUsage {
        input: count(draft, &PROMPT),
        output: count(draft, &COMPLETION),
        total: count(draft, &[TOTAL]),
        cache_read: count(draft, &CACHE_READ),
        cache_write: count(draft, &[CACHE_WRITE]),
        input_audio: count(draft, &[PROMPT_AUDIO]),
        reasoning: count(draft, &[REASONING]),
        output_audio: count(draft, &[COMPLETION_AUDIO]),
        ..ReportedUsage::default()
    };
    if reported == ReportedUsage::default() {
        return None;
    }
    let tools = draft.span.payload.metadata.get("server_tool_use");
    reported.web_searches = tools.and_then(|tools| token_count(tools.get("web_search_requests")?));
    Some(reported)
}

/// Counts beside those of the provider's answer. The ones that differ stay attributes, for a reader to see.
fn drop_what_repeats(draft: &mut Draft) {
    let usage = draft.span.usage;
    let known: [Known<'_>; 8] = [
        (&PROMPT, usage.input_tokens),
        (&COMPLETION, usage.output_tokens),
        (&[TOTAL], usage.total_tokens),
        (&CACHE_READ, usage.buckets.cache_read),
        (&[CACHE_WRITE], written(&usage)),
        (&[PROMPT_AUDIO], usage.buckets.input_audio.or(Some(0))),
        (&[REASONING], usage.buckets.output_reasoning.or(Some(0))),
        (&[COMPLETION_AUDIO], usage.buckets.output_audio.or(Some(0))),
    ];
    drop_repeated(draft, &known);
    if [PROMPT[0], COMPLETION[0], TOTAL].iter().any(|name| draft.attributes.contains(name)) {
        draft.span.note("token_counts_differ_from_answer");
    }
}
