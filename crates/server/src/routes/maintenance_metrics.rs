//! What background work has done and still has to do, for Prometheus.

use crate::metrics::{gauge, labelled};
use model::ports::{Debt, JobState, JobStatus};

/// A metric of jobs: its name behind `telltale_job_`, its type, what it says, and its value.
type JobMetric = (&'static str, &'static str, &'static str, fn(&JobStatus) -> u64);

const JOB_METRICS: [JobMetric; 8] = [
    ("running", "gauge", "1 while the job works.", |job| u64::from(job.state == JobState::Running)),
    ("failures_in_a_row", "gauge", "Rounds that failed since the last that did not.", |job| u64::from(job.failures_in_a_row)),
    ("runs_total", "counter", "Rounds that succeeded.", |job| job.runs),
    ("failures_total", "counter", "Rounds that failed.", |job| job.failures),
    ("work_total", "counter", "Things done, in the job's own unit.", |job| job.volume.work),
    ("rows_total", "counter", "Rows read, or erased.", |job| job.volume.rows),
    ("bytes_in_total", "counter", "Stored bytes read.", |job| job.volume.bytes_in),
    ("bytes_out_total", "counter", "Stored bytes written.", |job| job.volume.bytes_out),
];

pub(super) fn write_jobs(out: &mut String, jobs: &[JobStatus]) {
    if jobs.is_empty() {
        return;
    }
    for (name, kind, help, value) in JOB_METRICS {
        labelled(out, &format!("telltale_job_{name}"), kind, help, "job", jobs.iter().map(|job| (job.name, value(job))));
    }
}

pub(super) fn write_debt(out: &mut String, debt: &Debt) {
    gauge(out, "telltale_debt_level0_segments", "Segments that wait for compaction.", debt.level0_segments);
    gauge(out, "telltale_debt_level0_segments_limit", "So many, and ingest is refused.", debt.level0_segments_limit);
    gauge(out, "telltale_debt_level0_bytes", "Bytes of the segments that wait for compaction.", debt.level0_bytes);
    let age = debt.level0_oldest_age_seconds.unwrap_or(0.0);
    gauge(out, "telltale_debt_level0_oldest_age_seconds", "Age of the oldest segment that waits for compaction.", age);
    gauge(out, "telltale_debt_amended_spans", "Later reports of spans that are not folded in yet.", debt.amended_spans);
    gauge(out, "telltale_debt_pending_erasures", "Erasures and deleted projects whose rows are still in files.", debt.pending_erasures);
    gauge(out, "telltale_debt_segments_to_merge", "Compacted segments that are worth merging.", debt.segments_to_merge);
}
