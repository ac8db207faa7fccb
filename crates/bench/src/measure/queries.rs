//! Every query of the budget, on a store without debt.

use super::{Probe, Question, Questions, measure_probe, probe::WARM_UPS};
use crate::{
    options::{BenchOptions, Plan},
    progress::say,
    report::Report,
    session::Session,
    workload::Workload,
};

type Ask = fn(&mut Questions<'_>) -> Question;

/// Row, rows that must be found, question.
const PROBES: &[(&str, usize, Ask)] = &[
    ("latest.all", 1, |ask| ask.latest("")),
    ("latest.model", 1, |ask| filtered(ask, |ask| ask.filter_by_model())),
    ("latest.error", 0, |ask| ask.latest("status:error")),
    ("latest.user", 0, |ask| filtered(ask, |ask| ask.filter_by_user())),
    ("latest.session", 0, |ask| filtered(ask, |ask| ask.filter_by_session())),
    ("latest.cost", 0, |ask| filtered(ask, |ask| ask.filter_by_cost())),
    ("latest.env_model", 0, |ask| filtered(ask, |ask| ask.filter_by_environment_and_model())),
    ("latest.traces", 1, |ask| ask.latest_traces()),
    ("dashboard.24h", 1, |ask| ask.dashboard(24)),
    ("dashboard.30d", 1, |ask| ask.dashboard(30 * 24)),
    ("trace", 1, |ask| ask.trace()),
    ("search.rare_word", 1, |ask| filtered(ask, |ask| ask.rare_word())),
    ("search.word", 0, |ask| filtered(ask, |ask| ask.uncommon_word())),
    ("search.common_word", 1, |ask| filtered(ask, |ask| ask.common_word())),
    ("search.phrase", 1, |ask| filtered(ask, |ask| ask.phrase())),
    ("search.prefix", 0, |ask| filtered(ask, |ask| ask.prefix())),
    ("search.regex", 1, |ask| filtered(ask, |ask| ask.pattern())),
    ("search.filtered", 0, |ask| filtered(ask, |ask| format!("{} {}", ask.uncommon_word(), ask.filter_by_environment_and_model()))),
    ("sql", 1, |ask| ask.models_in_sql()),
];

fn filtered(ask: &mut Questions<'_>, filter: fn(&mut Questions<'_>) -> String) -> Question {
    let filter = filter(ask);
    ask.latest(&filter)
}

pub(super) async fn measure(
    report: &mut Report,
    session: &Session,
    workload: &Workload,
    options: &BenchOptions,
    plan: &Plan,
) -> anyhow::Result<()> {
    for (number, (row, least_found, ask)) in PROBES.iter().enumerate().filter(|(_, (row, ..))| options.wants(row)) {
        say(row);
        let mut questions = Questions::new(workload, number as u64);
        let questions = (0..WARM_UPS + plan.samples).map(|_| ask(&mut questions)).collect();
        measure_probe(report, &session.api, Probe { row, questions, least_found: *least_found }).await;
    }
    if options.wants("wide") {
        say("wide");
        let question = Questions::new(workload, 0).whole_trace(session.ledger.wide_spans);
        let questions = vec![question; WARM_UPS + plan.samples];
        measure_probe(report, &session.api, Probe { row: "wide", questions, least_found: 1 }).await;
    }
    Ok(())
}
