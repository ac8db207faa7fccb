//! What every `TelemetryStore` owes. Each case gets a store of its own and is named in the failure.

mod analytics;
mod commit;
mod costs;
mod erase;
mod errors;
mod exports;
mod filters;
mod lists;
mod logs;
mod metrics;
mod people;
mod round_trip;
mod scores;
mod subject;
mod timeseries;
mod traces;

use futures::{FutureExt, future::LocalBoxFuture};
use std::{any::Any, panic::AssertUnwindSafe};
pub use subject::Subject;

type Case = for<'a> fn(&'a Subject) -> LocalBoxFuture<'a, ()>;

macro_rules! cases {
    ($($module:ident: $($case:ident),+;)+) => {
        &[$($((concat!(stringify!($module), "::", stringify!($case)), (|subject| $module::$case(subject).boxed_local()) as Case)),+),+]
    };
}

const CASES: &[(&str, Case)] = cases! {
    commit: is_visible_at_once, an_empty_batch_is_fine, resends_are_stored_once, a_resend_may_come_with_new_rows,
        the_same_digest_in_another_project_is_new, a_second_report_of_a_span_shows_it_once, the_version_moves;
    round_trip: a_full_span_comes_back_whole, unknown_stays_unknown, zero_is_not_unknown, summaries_carry_previews, large_payloads_come_back;
    lists: spans_are_newest_first, pages_have_no_gaps_and_no_repeats, rows_of_one_moment_page_too, the_range_has_its_start_and_not_its_end,
        projects_do_not_see_each_other, an_empty_store_answers_everything, a_page_cursor_survives_its_text_form;
    filters: text_fields, numbers_money_durations_times_and_flags, sets_attributes_and_metadata, unknown_fields_match_only_the_negation,
        words_phrases_prefixes_and_patterns, texts_of_tools_errors_and_names, a_broken_pattern_is_refused, field_values_are_counted;
    traces: totals_are_over_the_whole_trace, a_filter_finds_the_trace_by_any_span, spans_page_from_the_start, a_trace_without_its_root_has_a_name,
        traces_are_newest_first_and_page, unbilled_spans_are_shown_and_not_summed;
    logs: a_full_record_comes_back, filters_and_order, pages_have_no_gaps_and_no_repeats;
    metrics: a_full_point_comes_back, names_are_listed, series_split_by_service_and_tags, histograms_are_summed, filters_and_order;
    people: sessions_are_summed, users_are_summed, sessions_page;
    scores: a_full_score_comes_back, the_last_row_of_an_id_stands_for_it, a_deleted_fact_is_gone_until_it_is_said_again,
        scores_are_newest_first_and_page, scores_are_filtered_by_their_fields_and_texts, each_target_shows_its_own_and_a_bounded_number,
        spans_are_found_by_their_scores, traces_sessions_and_sums_are_found_by_scores_of_their_spans,
        a_condition_that_cannot_hold_is_refused;
    analytics: a_period_and_the_one_before, nothing_known_is_null, only_requests_count, a_filter_narrows, providers_by_provider_and_model;
    timeseries: empty_buckets_are_present, sums_fall_into_their_bucket, groups_are_ranked_and_the_rest_is_other, too_many_buckets_are_refused;
    costs: sums_are_exact_by_group_and_interval, groups_are_ranked_and_bounded, a_span_counts_with_each_of_its_tags,
        nothing_is_one_empty_row, only_billed_requests_that_pass_count;
    errors: are_grouped_by_type_provider_and_model, only_failed_spans_count;
    exports: every_kind_comes_back_from_jsonl_and_csv, a_span_reported_twice_is_exported_once, range_filter_and_project_narrow, an_empty_export_is_a_whole_file,
        a_broken_pattern_is_refused_before_the_first_byte;
};

/// What erasing promises, for stores that can. The project of the [`Subject`] must be one that the store's catalog knows.
const ERASING: &[(&str, Case)] = cases! {
    erase: a_trace_goes_with_its_logs_and_scores, a_session_goes_with_its_traces, a_user_goes_with_their_traces, a_filter_names_spans_and_their_scores, a_filter_may_ask_for_scores_and_bookmarks,
        a_filter_has_a_time_range, a_whole_project_goes, nothing_of_it_is_counted_any_more, no_text_of_it_is_found, sql_does_not_show_it,
        what_comes_later_is_visible, what_was_erased_can_be_sent_again, a_later_report_of_an_erased_span_stands_alone, other_projects_are_untouched, erasing_twice_is_fine,
        what_names_nothing_has_a_receipt_too, receipts_are_listed_newest_first, the_version_moves;
};

/// Runs every case against a new store each, and panics with the names of those that failed.
///
/// `make_store` makes an empty store; see [`Subject`] for what a store may do between writing and reading.
pub async fn run(make_store: impl AsyncFn() -> Subject) {
    run_all(CASES, make_store).await;
}

/// The same for the cases about erasing. What [`Subject::settled_by`] says is done after each erasure too.
pub async fn run_erasing(make_store: impl AsyncFn() -> Subject) {
    run_all(ERASING, make_store).await;
}

async fn run_all(cases: &[(&str, Case)], make_store: impl AsyncFn() -> Subject) {
    let mut failures = Vec::new();
    for (name, case) in cases {
        let subject = make_store().await;
        if let Err(panic) = AssertUnwindSafe(case(&subject)).catch_unwind().await {
            failures.push(format!("{name}: {}", message_of(panic.as_ref())));
        }
    }
    assert!(failures.is_empty(), "{} of {} cases failed:\n\n{}", failures.len(), cases.len(), failures.join("\n\n"));
}

fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_else(|| "panicked".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryStore;

    #[tokio::test]
    async fn the_memory_store_passes() {
        run(async || Subject::new(MemoryStore::new())).await;
        run_erasing(async || Subject::new(MemoryStore::new())).await;
    }

    #[tokio::test]
    async fn every_case_runs_again_after_settling() {
        let settled = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        run(async || {
            let settled = settled.clone();
            Subject::new(MemoryStore::new()).settled_by(move || {
                settled.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                Box::pin(std::future::ready(()))
            })
        })
        .await;
        assert!(settled.load(std::sync::atomic::Ordering::Relaxed) > CASES.len());
    }
}
