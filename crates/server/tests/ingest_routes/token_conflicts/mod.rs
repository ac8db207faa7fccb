//! Whatever client reports a call, in whatever convention: the tokens of the same answer are in the same buckets and cost the same, and
//! no call is summed twice. The table is in `table.rs`; a recorded request that is not in it fails the test.

mod readings;
mod replay;
mod table;

use crate::harness::Server;
use model::{
    Money, TimeRange,
    filter::Filter,
    ports::TelemetryStore,
    query::{DashboardQuery, ListQuery},
    telemetry::Span,
};
use readings::{ALL, shown};
use replay::Sent;
use std::collections::{BTreeMap, BTreeSet};
use table::{CLIENTS, Client};

/// What is read of a client's requests: a line for each case that was met, and how many spans with counts are not summed.
type Told = (BTreeMap<String, usize>, usize);

fn expected(client: &Client) -> Told {
    (client.calls.iter().map(|(count, reading)| (reading.case.to_owned(), *count)).collect(), client.not_summed)
}

fn told(spans: &[Span]) -> Told {
    let mut calls = BTreeMap::new();
    for call in spans.iter().filter(|span| span.is_request()) {
        let reading = ALL.iter().find(|reading| reading.is_of(call));
        *calls.entry(reading.map_or_else(|| shown(call), |reading| reading.case.to_owned())).or_default() += 1;
    }
    (calls, spans.iter().filter(|span| !span.is_request() && !span.usage.is_unknown()).count())
}

/// All spans after these requests; `None` when the server has no routes for them yet.
async fn spans_after(server: &Server, files: &[String]) -> Option<Vec<Span>> {
    for file in files {
        if replay::send(server, file).await == Sent::NotServed {
            return None;
        }
    }
    let mut spans = Vec::new();
    for summary in server.spans().await.items {
        spans.extend(server.store.span(server.project, summary.trace_id, summary.span_id).await.unwrap());
    }
    Some(spans)
}

#[tokio::test]
async fn the_same_answer_counts_and_costs_the_same_through_every_client() {
    let mut wrong = Vec::new();
    for client in CLIENTS {
        let server = Server::new();
        let Some(spans) = spans_after(&server, &client.files()).await else { continue };
        if told(&spans) != expected(client) {
            wrong.push(format!("{}:\n  expected {:?}\n  read     {:?}", client.name, expected(client), told(&spans)));
        }
        if let Err(difference) = check_sums(&server, &spans).await {
            wrong.push(format!("{}: {difference}", client.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the dashboard and the list of traces say is the sum of the table's rows.
async fn check_sums(server: &Server, spans: &[Span]) -> Result<(), String> {
    let calls: Vec<&Span> = spans.iter().filter(|span| span.is_request()).collect();
    let costs: Vec<Money> = calls.iter().filter_map(|call| call.cost.total_usd).collect();
    let sum = costs.iter().copied().reduce(|sum, cost| sum + cost);
    let range = TimeRange { from: "2026-01-01T00:00:00Z".parse().unwrap(), to: "2027-01-01T00:00:00Z".parse().unwrap() };
    let dashboard = DashboardQuery { project: server.project, range, filter: Filter::All };
    let stats = server.store.dashboard(dashboard).await.unwrap().current;
    let expected = (calls.len() as u64, sum, (calls.len() - costs.len()) as u64);
    let found = (stats.total_requests, stats.total_cost_usd, stats.unpriced_requests);
    if (found.0, found.1.unwrap_or(Money::ZERO), found.2) != (expected.0, expected.1.unwrap_or(Money::ZERO), expected.2) {
        return Err(format!("the dashboard sums {found:?}, its calls {expected:?}"));
    }
    let list = ListQuery { project: server.project, range, filter: Filter::All, limit: 1_000, cursor: None };
    for trace in server.store.list_traces(list).await.unwrap().items {
        let own = calls.iter().filter(|call| call.trace_id == trace.trace_id).filter_map(|call| call.cost.total_usd);
        if own.reduce(|sum, cost| sum + cost).unwrap_or(Money::ZERO) != trace.total_cost_usd.unwrap_or(Money::ZERO) {
            return Err(format!("trace {} sums {:?}", trace.trace_id.to_hex(), trace.total_cost_usd));
        }
    }
    Ok(())
}

#[tokio::test]
async fn neither_the_order_nor_a_resend_changes_what_is_summed() {
    let mut wrong = Vec::new();
    for client in CLIENTS {
        let telemetry: Vec<String> = client.files().into_iter().filter(|file| !replay::is_of_the_library(file)).collect();
        if telemetry.is_empty() {
            continue;
        }
        let backwards: Vec<String> = telemetry.iter().rev().cloned().collect();
        let twice = [telemetry.clone(), telemetry].concat();
        for files in [backwards, twice] {
            let Some(spans) = spans_after(&Server::new(), &files).await else { continue };
            // What stood for a call until its request came keeps its counts, unsummed.
            let (calls, summed) = (told(&spans).0, expected(client).0);
            if calls != summed {
                wrong.push(format!("{files:?}:\n  expected {summed:?}\n  read     {calls:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_recorded_request_has_its_place_in_the_table() {
    let listed: Vec<String> = CLIENTS.iter().flat_map(Client::files).collect();
    let known: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(known.len(), listed.len(), "a request is in the table twice");
    let recorded: BTreeSet<String> = replay::recorded();
    assert_eq!(recorded.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new(), "recorded, and not in the table");
}
