#[path = "../tests/query_support/mod.rs"]
mod query_support;
use model::{filter::*, ports::*, query::*, telemetry::*, *};
use query_support::{compact_all, lake};
use std::time::Instant;
use testkit::fixtures::*;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let total: u32 = std::env::args().nth(1).unwrap().parse().unwrap();
    let days: i64 = std::env::args().nth(2).unwrap().parse().unwrap();
    let (lake, _dir) = lake().await;
    let project = ProjectId::generate();
    let span_nanos = days * time::NANOS_PER_DAY / total as i64;
    let started = Instant::now();
    let mut batch = RowBatch::new(project);
    for n in 0..total {
        let mut span = llm_span(n);
        span.trace_id = trace_id((n / 5) as u64 * 0x9E3779B97F4A7C15u64 | 1);
        span.start_time = START.saturating_add_nanos(n as i64 * span_nanos);
        span.end_at(span.start_time.saturating_add_nanos(1_000_000 * (n as i64 % 1000 + 5)));
        span.user_id = Some(format!("user-{}", n % 1000));
        span.session_id = Some(format!("session-{}", n / 20));
        if n % 50 == 0 {
            span.status = Status::Error;
            span.error_type = Some("Timeout".into());
        }
        span.response_model = Some(["gpt-4o", "gpt-4o-mini", "claude"][n as usize % 3].into());
        batch.spans.push(fresh(span));
        if batch.spans.len() == 8000 {
            lake.commit(std::mem::replace(&mut batch, RowBatch::new(project))).await.unwrap();
            if n / 8000 % 20 == 19 {
                compact_all(&lake).await;
            }
        }
    }
    compact_all(&lake).await;
    lake.commit(batch).await.unwrap();
    eprintln!("loaded {total} in {:?}; {:?}", started.elapsed(), lake.stats().await.unwrap());
    let end = START.saturating_add_nanos(days * time::NANOS_PER_DAY);
    let day = TimeRange { from: end.saturating_add_nanos(-time::NANOS_PER_DAY), to: end };
    let all = TimeRange { from: START, to: end };
    let f = |t: &str| parse(t, RowKind::Span).unwrap();
    for (name, range) in [("24h", day), ("all", all)] {
        for round in 0..3 {
            let mut line = format!("{name} #{round}: ");
            macro_rules! timed {
                ($n:expr, $e:expr) => {{
                    let t = Instant::now();
                    let r = $e.await.unwrap();
                    line += &format!("{}={:.1}ms ", $n, t.elapsed().as_secs_f64() * 1e3);
                    r
                }};
            }
            let lq = |t: &str| ListQuery { project, range, filter: f(t), limit: 50, cursor: None };
            timed!("latest", lake.list_spans(lq("")));
            timed!("latest-err", lake.list_spans(lq("status:error model:claude")));
            timed!("latest-user", lake.list_spans(lq("user:user-7 cost>0.0001")));
            timed!("none", lake.list_spans(lq("user:nobody")));
            timed!("text", lake.list_spans(lq("\"number 77\"")));
            timed!("traces", lake.list_traces(lq("")));
            timed!("traces-err", lake.list_traces(lq("status:error")));
            timed!("sessions", lake.list_sessions(lq("")));
            timed!("trace", lake.trace(project, trace_id((total / 2 / 5) as u64 * 0x9E3779B97F4A7C15u64 | 1), None, 100)).unwrap();
            let dq = || DashboardQuery { project, range, filter: Filter::All };
            timed!("dashboard", lake.dashboard(dq()));
            timed!(
                "series",
                lake.timeseries(TimeseriesQuery {
                    project,
                    range,
                    filter: Filter::All,
                    interval: Interval::for_range(&range),
                    group_by: Some(GroupBy::Model),
                    max_series: 5
                })
            );
            timed!("providers", lake.providers(dq()));
            timed!("errors", lake.errors(dq(), 50));
            eprintln!("{line}");
        }
    }
}
