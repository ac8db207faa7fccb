//! Experiments, results and what they say as a whole.

use super::{Store, all, field, kind};
use crate::conformance::case::{Case, cases};
use model::library::{
    ExperimentFilter, ExperimentResult, ExperimentSummary, NewExperiment, NewResult, PageRequest, ResultFilter, Verdict, VerdictSummary,
};
use serde_json::json;
use std::collections::BTreeSet;

pub(super) const CASES: &[Case<dyn super::Subject>] = cases![
    an_experiment_is_reported_in_parts,
    experiments_are_listed_newest_first_and_filtered,
    a_result_comes_back_as_it_was_told,
    reports_of_one_result_are_put_together,
    concurrent_reports_all_count,
    results_are_ordered_filtered_and_paged,
    a_summary_is_of_all_results,
    an_experiment_without_results_says_nothing,
    bad_results_are_refused_by_field,
    results_go_with_their_experiment,
];

pub(super) fn run(id: &str) -> NewExperiment {
    NewExperiment { id: Some(id.to_owned()), name: "nightly".into(), protocol: "deepeval".into(), ..NewExperiment::default() }
}

pub(super) fn result(id: &str) -> NewResult {
    NewResult { id: Some(id.to_owned()), ..NewResult::default() }
}

fn verdict(name: &str, value: Option<f64>, success: Option<bool>) -> Verdict {
    Verdict { name: name.to_owned(), value, success, ..Verdict::default() }
}

fn ids(results: &[ExperimentResult]) -> Vec<&str> {
    results.iter().map(|result| result.id.as_str()).collect()
}

async fn an_experiment_is_reported_in_parts(store: Store) {
    let project = store.new_project().await;
    let first = NewExperiment { description: Some("why".into()), metadata: json!({ "model": "m" }), ..run("e") };
    let made = store.put_experiment(project, first).await.unwrap();
    let second = NewExperiment { dataset_id: Some("d".into()), ..run("e") };
    let known = store.put_experiment(project, second).await.unwrap();
    assert_eq!((known.description.as_deref(), known.dataset_id.as_deref()), (Some("why"), Some("d")));
    assert_eq!((&known.metadata, known.created_at), (&json!({ "model": "m" }), made.created_at));
    assert!(known.updated_at > made.updated_at);
    assert_eq!(store.experiment(project, "e").await.unwrap(), Some(known));
    assert_eq!(store.experiment(project, "nobody").await.unwrap(), None);
    let generated = store.put_experiment(project, NewExperiment { id: None, ..run("") }).await.unwrap();
    assert_eq!(generated.id.len(), 32);
    let nameless = NewExperiment { name: String::new(), ..run("x") };
    assert_eq!(field(store.put_experiment(project, nameless).await.unwrap_err()), "name");
}

async fn experiments_are_listed_newest_first_and_filtered(store: Store) {
    let project = store.new_project().await;
    for id in ["a", "b", "c"] {
        store.put_experiment(project, run(id)).await.unwrap();
    }
    let other = NewExperiment { protocol: "langfuse".into(), dataset_id: Some("d".into()), name: "other".into(), ..run("d") };
    store.put_experiment(project, other).await.unwrap();
    store.put_results(project, "b", vec![NewResult { success: Some(true), ..result("r") }]).await.unwrap();
    let filter = ExperimentFilter { protocol: Some("deepeval".into()), name: Some("nightly".into()), dataset_id: None };
    let first = store.list_experiments(project, &filter, PageRequest::first(2)).await.unwrap();
    let ids: Vec<&str> = first.items.iter().map(|experiment| experiment.id.as_str()).collect();
    assert_eq!((ids, first.total), (vec!["c", "b"], 3));
    assert_eq!((first.items[0].summary.results, first.items[1].summary.passed), (0, 1), "with summaries");
    let rest = store.list_experiments(project, &filter, PageRequest::after(first.next_cursor, 2)).await.unwrap();
    assert_eq!((rest.items.len(), rest.next_cursor), (1, None));
    let filter = ExperimentFilter { dataset_id: Some("d".into()), ..ExperimentFilter::default() };
    assert_eq!(store.list_experiments(project, &filter, all()).await.unwrap().items[0].id, "d");
}

async fn a_result_comes_back_as_it_was_told(store: Store) {
    let project = store.new_project().await;
    store.put_experiment(project, run("e")).await.unwrap();
    let report = NewResult {
        id: None,
        item_id: Some("item".into()),
        name: Some("case 1".into()),
        trace_id: Some("0af7651916cd43dd8448eb211c80319c".into()),
        span_id: Some("b7ad6b7169203331".into()),
        input: json!("q \u{0}"),
        output: json!({ "answer": [1, 2] }),
        expected_output: json!("a"),
        context: json!({ "retrieval_context": ["x"] }),
        metadata: json!({ "k": null }),
        success: Some(false),
        duration_ms: Some(12.25),
        cost_usd: Some("0.0105".parse().unwrap()),
        error: Some("boom \u{0}".into()),
        verdicts: vec![Verdict {
            name: "Answer Relevancy".into(),
            value: Some(0.1 + 0.2),
            label: Some("bad".into()),
            threshold: Some(0.5),
            success: Some(false),
            reason: Some("because\n…".into()),
            model: Some("gpt-4o".into()),
            cost_usd: Some("0.000000000001".parse().unwrap()),
            error: None,
            metadata: json!({ "strict": true }),
        }],
        position: Some(4),
    };
    let stored = store.put_results(project, "e", vec![report.clone()]).await.unwrap().remove(0);
    let expected = report.into_result(stored.id.clone(), "e".into(), 0, stored.created_at);
    assert_eq!(stored, expected);
    assert_eq!((stored.position, stored.passed), (4, Some(false)));
    assert_eq!(store.list_results(project, "e", &ResultFilter::default(), all()).await.unwrap().items, [stored]);
}

async fn reports_of_one_result_are_put_together(store: Store) {
    let project = store.new_project().await;
    store.put_experiment(project, run("e")).await.unwrap();
    let first =
        NewResult { output: json!("o"), verdicts: vec![verdict("a", Some(1.0), Some(true)), verdict("b", None, None)], ..result("r") };
    let first = store.put_results(project, "e", vec![first]).await.unwrap().remove(0);
    assert_eq!((first.passed, first.position), (None, 0), "a verdict is open");
    store.put_results(project, "e", vec![result("later")]).await.unwrap();
    let second =
        NewResult { input: json!("i"), verdicts: vec![verdict("b", Some(0.0), Some(false)), verdict("c", None, None)], ..result("r") };
    let second = store.put_results(project, "e", vec![second]).await.unwrap().remove(0);
    assert_eq!((&second.input, &second.output, second.passed), (&json!("i"), &json!("o"), Some(false)));
    let names: Vec<_> = second.verdicts.iter().map(|verdict| (verdict.name.as_str(), verdict.value)).collect();
    assert_eq!(names, [("a", Some(1.0)), ("b", Some(0.0)), ("c", None)]);
    assert_eq!((second.position, second.created_at), (0, first.created_at), "it keeps its place");
    let summary = store.experiment(project, "e").await.unwrap().unwrap().summary;
    assert_eq!((summary.results, summary.failed, summary.verdicts.len()), (2, 1, 3));
    let many = (0..99).map(|number| verdict(&number.to_string(), None, None)).collect();
    let refused = store.put_results(project, "e", vec![NewResult { verdicts: many, ..result("r") }]).await.unwrap_err();
    assert_eq!(field(refused), "verdicts", "they are bounded together");
}

async fn concurrent_reports_all_count(store: Store) {
    let project = store.new_project().await;
    store.put_experiment(project, run("e")).await.unwrap();
    let reports = (0..8).map(|number| {
        let verdicts = vec![verdict(&format!("v{number}"), Some(1.0), Some(true))];
        store.put_results(project, "e", vec![NewResult { verdicts, ..result("shared") }, result(&format!("own {number}"))])
    });
    for outcome in futures::future::join_all(reports).await {
        outcome.unwrap();
    }
    let listed = store.list_results(project, "e", &ResultFilter::default(), all()).await.unwrap();
    assert_eq!(listed.total, 9);
    let shared = listed.items.iter().find(|result| result.id == "shared").unwrap();
    assert_eq!(shared.verdicts.len(), 8);
    let positions: BTreeSet<u64> = listed.items.iter().map(|result| result.position).collect();
    assert_eq!(positions.len(), 9, "each has a place of its own");
}

async fn results_are_ordered_filtered_and_paged(store: Store) {
    let project = store.new_project().await;
    store.put_experiment(project, run("e")).await.unwrap();
    store.put_experiment(project, run("other")).await.unwrap();
    let at = |id: &str, position, success| NewResult { position: Some(position), success, ..result(id) };
    let reports = vec![at("c", 2, Some(true)), at("a", 0, Some(false)), at("b", 1, None), at("d", 2, Some(true))];
    store.put_results(project, "e", reports).await.unwrap();
    store.put_results(project, "other", vec![at("a", 0, Some(true))]).await.unwrap();
    let first = store.list_results(project, "e", &ResultFilter::default(), PageRequest::first(3)).await.unwrap();
    assert_eq!((ids(&first.items), first.total), (vec!["a", "b", "c"], 4));
    let rest = store.list_results(project, "e", &ResultFilter::default(), PageRequest::after(first.next_cursor, 3)).await.unwrap();
    assert_eq!((ids(&rest.items), rest.next_cursor), (vec!["d"], None));
    let skipped = store.list_results(project, "e", &ResultFilter::default(), PageRequest::skipping(1, 2)).await.unwrap();
    assert_eq!(ids(&skipped.items), ["b", "c"]);
    let passed = ResultFilter { passed: Some(true), ..ResultFilter::default() };
    let passed = store.list_results(project, "e", &passed, PageRequest::first(1)).await.unwrap();
    assert_eq!((ids(&passed.items), passed.total), (vec!["c"], 2));
    let linked = NewResult { trace_id: Some("t".into()), item_id: Some("i".into()), ..result("b") };
    store.put_results(project, "e", vec![linked]).await.unwrap();
    let linked = ResultFilter { trace_id: Some("t".into()), item_id: Some("i".into()), passed: None };
    assert_eq!(ids(&store.list_results(project, "e", &linked, all()).await.unwrap().items), ["b"]);
    assert_eq!(store.list_results(project, "nobody", &ResultFilter::default(), all()).await.unwrap().total, 0);
}

async fn a_summary_is_of_all_results(store: Store) {
    let project = store.new_project().await;
    store.put_experiment(project, run("e")).await.unwrap();
    let failed = Verdict { error: Some("no answer".into()), ..verdict("judge", None, None) };
    let reports = vec![
        NewResult {
            duration_ms: Some(100.0),
            cost_usd: Some("0.1".parse().unwrap()),
            verdicts: vec![verdict("judge", Some(1.0), Some(true)), verdict("label only", None, None)],
            ..result("passed by its verdict and one without")
        },
        NewResult { duration_ms: Some(50.0), verdicts: vec![verdict("judge", Some(0.5), Some(true))], ..result("passed by its verdict") },
        NewResult {
            cost_usd: Some("0.000000000002".parse().unwrap()),
            verdicts: vec![verdict("judge", Some(0.0), Some(false))],
            ..result("failed by its verdict")
        },
        NewResult { error: Some("crashed".into()), verdicts: vec![failed], ..result("failed by its error") },
        NewResult { success: Some(true), error: Some("passed anyhow".into()), ..result("passed by its own word") },
        result("not judged"),
    ];
    store.put_results(project, "e", reports).await.unwrap();
    let expected = ExperimentSummary {
        results: 6,
        passed: 2,
        failed: 2,
        pass_rate: Some(0.5),
        errors: 2,
        mean_duration_ms: Some(75.0),
        cost_usd: Some("0.100000000002".parse().unwrap()),
        verdicts: vec![
            VerdictSummary { name: "judge".into(), count: 4, mean: Some(0.5), passed: 2, failed: 1, pass_rate: Some(2.0 / 3.0), errors: 1 },
            VerdictSummary { name: "label only".into(), count: 1, ..VerdictSummary::default() },
        ],
    };
    assert_eq!(store.experiment(project, "e").await.unwrap().unwrap().summary, expected);
    assert_eq!(store.list_experiments(project, &ExperimentFilter::default(), all()).await.unwrap().items[0].summary, expected);
}

async fn an_experiment_without_results_says_nothing(store: Store) {
    let project = store.new_project().await;
    let made = store.put_experiment(project, run("e")).await.unwrap();
    assert_eq!(made.summary, ExperimentSummary::default());
    assert_eq!((made.summary.pass_rate, made.summary.cost_usd), (None, None));
}

async fn bad_results_are_refused_by_field(store: Store) {
    let project = store.new_project().await;
    store.put_experiment(project, run("e")).await.unwrap();
    let twice = vec![verdict("a", None, None), verdict("a", None, None)];
    let bad = [
        ("results[1].id", vec![result("a"), result("a")]),
        ("results[0].duration_ms", vec![NewResult { duration_ms: Some(f64::NAN), ..result("a") }]),
        (
            "results[1].verdicts[0].value",
            vec![result("a"), NewResult { verdicts: vec![verdict("v", Some(f64::INFINITY), None)], ..result("b") }],
        ),
        ("results[0].verdicts[1].name", vec![NewResult { verdicts: twice, ..result("a") }]),
        ("results[0].output", vec![NewResult { output: json!("x".repeat(1 << 21)), ..result("a") }]),
        ("results[0].position", vec![NewResult { position: Some(u64::MAX), ..result("a") }]),
        ("results[0].cost_usd", vec![NewResult { cost_usd: Some("9999999999".parse().unwrap()), ..result("a") }]),
    ];
    for (expected, results) in bad {
        assert_eq!(field(store.put_results(project, "e", results).await.unwrap_err()), expected);
    }
    assert_eq!(kind(store.put_results(project, "nobody", vec![result("a")]).await), "no experiment");
    assert_eq!(store.list_results(project, "e", &ResultFilter::default(), all()).await.unwrap().total, 0);
}

async fn results_go_with_their_experiment(store: Store) {
    let project = store.new_project().await;
    store.put_experiment(project, run("e")).await.unwrap();
    store.put_results(project, "e", vec![NewResult { verdicts: vec![verdict("v", Some(1.0), None)], ..result("a") }]).await.unwrap();
    store.delete_experiment(project, "e").await.unwrap();
    assert_eq!(kind(store.delete_experiment(project, "e").await), "no experiment");
    assert_eq!(store.experiment(project, "e").await.unwrap(), None);
    store.put_experiment(project, run("e")).await.unwrap();
    assert_eq!(store.list_results(project, "e", &ResultFilter::default(), all()).await.unwrap().total, 0, "nothing came back");
}
