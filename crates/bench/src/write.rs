//! `bench write`: the workload as files, for senders of other products.

use crate::{
    measure::hex,
    options::{BenchOptions, Plan},
    workload::Workload,
};
use anyhow::Context as _;
use serde_json::json;
use std::{
    fs,
    io::{BufWriter, Write as _},
    time::Instant,
};

/// Writes `000000.bin`, ... and `traces.txt` (trace id, spans, start in ns, rare word), and prints one JSON line about them.
pub(crate) fn run(options: &BenchOptions, plan: &Plan) -> anyhow::Result<()> {
    let folder = options.out.as_ref().context("--out: expected a folder to write to")?;
    fs::create_dir_all(folder).with_context(|| format!("--out {}", folder.display()))?;
    let workload = Workload::new(plan.recipe.clone());
    let mut traces = BufWriter::new(fs::File::create(folder.join("traces.txt"))?);
    let (started, mut making, mut bytes) = (Instant::now(), std::time::Duration::ZERO, 0);
    for index in 0..workload.batches() {
        let from = Instant::now();
        let batch = workload.batch(index);
        making += from.elapsed();
        bytes += batch.body.len();
        fs::write(folder.join(format!("{index:06}.bin")), &batch.body)?;
        for trace in &batch.traces {
            writeln!(traces, "{} {} {} {}", hex(&trace.id), trace.spans, trace.start_ns, trace.ticket)?;
        }
    }
    traces.flush()?;
    let summary = json!({
        "spans": plan.recipe.spans, "files": workload.batches(), "otlp_bytes": bytes, "recipe": plan.recipe,
        "spans_made_per_second": (plan.recipe.spans as f64 / making.as_secs_f64()).round(), "seconds": started.elapsed().as_secs_f64(),
    });
    writeln!(std::io::stdout().lock(), "{summary}")?;
    Ok(())
}
