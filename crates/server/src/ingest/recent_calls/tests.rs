//! Whatever the order of the reports and however they are spread over requests, each call is counted once.

use super::{Decision, RecentCalls};
use model::{
    ProjectId, SpanId, Timestamp, TraceId,
    telemetry::{Incoming, Message, Span, SpanKind, Status, TokenBuckets, TokenUsage, UsageSplit},
};
use proptest::prelude::*;
use serde_json::json;
use std::collections::{HashMap, HashSet};

const START: i64 = 1_795_420_000_000_000_000;
const MILLI: i64 = 1_000_000;

fn project() -> ProjectId {
    ProjectId::from_bytes([7; 16]).unwrap()
}

fn trace() -> TraceId {
    TraceId::from_bytes([1; 16]).unwrap()
}

fn id(number: u64) -> SpanId {
    SpanId::from_bytes((number + 1).to_be_bytes()).unwrap()
}

fn usage(tokens: u64) -> TokenUsage {
    let buckets = TokenBuckets { input_uncached: Some(tokens), output_text: Some(1), ..Default::default() };
    TokenUsage::from_buckets(buckets, UsageSplit::Assumed, None)
}

/// Builds the spans of one trace.
struct Scenario {
    spans: Vec<Span>,
    tokens: u64,
    requests: u64,
}

impl Scenario {
    /// An agent that adds up what the calls inside it spend.
    fn new() -> Self {
        let mut scenario = Self { spans: Vec::new(), tokens: 0, requests: 0 };
        scenario.span(None, SpanKind::Agent);
        scenario
    }

    fn span(&mut self, parent: Option<usize>, kind: SpanKind) -> usize {
        let place = self.spans.len();
        let start = Timestamp::from_nanos(START + place as i64 * 100 * MILLI);
        let mut span = Span::new(trace(), id(place as u64), format!("span {place}"), start);
        span.end_at(Timestamp::from_nanos(start.as_nanos() + 50 * MILLI));
        span.kind = kind;
        span.parent_span_id = parent.map(|parent| id(parent as u64));
        self.spans.push(span);
        place
    }

    fn llm(&mut self, parent: usize, tokens: Option<u64>, response: Option<&str>) -> usize {
        let place = self.span(Some(parent), SpanKind::Llm);
        let span = &mut self.spans[place];
        span.usage = tokens.map(usage).unwrap_or_default();
        span.response_id = response.map(str::to_owned);
        span.request_model = Some("gpt-4o-mini".into());
        place
    }

    /// Logfire's record of the end of the stream of `of`.
    fn stream_end(&mut self, parent: usize, of: usize, tokens: u64) {
        let began = self.spans[of].end_time.unwrap();
        let place = self.llm(parent, Some(tokens), None);
        let span = &mut self.spans[place];
        span.start_time = Timestamp::from_nanos(began.as_nanos() + 20 * MILLI + MILLI / 2);
        span.end_at(span.start_time);
        span.payload.attributes = [("logfire.span_type".into(), json!("log")), ("duration".into(), json!(0.02))].into();
    }

    /// One call, reported in one of the ways that clients have.
    fn call(&mut self, way: u8, tokens: u64) {
        let response = format!("resp-{}", self.spans.len());
        let response = Some(response.as_str());
        self.requests += 1;
        self.tokens += if way == 9 { 0 } else { tokens };
        match way {
            0 => drop(self.llm(0, Some(tokens), None)),
            1 => {
                let outer = self.llm(0, Some(tokens), response);
                self.spans[outer].payload.output = Some(vec![Message::text("assistant", "hi")]);
                let between = self.span(Some(outer), SpanKind::Other);
                self.llm(between, Some(tokens), response);
            }
            2 => {
                self.llm(0, Some(tokens), response);
                self.llm(0, Some(tokens), response);
            }
            3 => {
                let outer = self.llm(0, Some(tokens), None);
                let inner = self.llm(outer, None, None);
                self.llm(inner, None, response);
            }
            4 => {
                let outer = self.llm(0, None, None);
                self.llm(outer, Some(tokens), response);
            }
            5 => {
                let call = self.llm(0, None, None);
                self.stream_end(0, call, tokens);
            }
            6 => {
                let chat = self.llm(0, Some(tokens), response);
                let call = self.llm(chat, None, None);
                self.stream_end(chat, call, tokens);
            }
            7 => {
                let call = self.llm(0, Some(tokens), response);
                let raw = self.llm(call, Some(tokens), response);
                self.spans[raw].request_model = None;
                self.spans[raw].payload.attributes = [("otel.scope.name".into(), json!("litellm"))].into();
            }
            8 => {
                let wrapper = self.llm(0, Some(tokens + 5), Some("of the wrapper"));
                let chain = self.span(Some(wrapper), SpanKind::Chain);
                self.llm(chain, Some(tokens), response);
                self.llm(chain, Some(5), None);
                self.requests += 1;
                self.tokens += 5;
            }
            _ => {
                let failed = self.llm(0, None, None);
                self.spans[failed].status = Status::Error;
                let inner = self.llm(failed, None, None);
                self.spans[inner].status = Status::Error;
            }
        }
    }

    fn finish(mut self) -> Self {
        self.spans[0].usage = usage(self.tokens);
        self
    }
}

/// A store that holds what was committed, as the real one merges it.
#[derive(Default)]
struct Store {
    spans: HashMap<SpanId, Span>,
    seen: HashSet<[u8; 16]>,
}

impl Store {
    fn commit(&mut self, rows: Vec<Incoming<Span>>, amendments: Vec<Span>) {
        let amendments = amendments.into_iter().map(|span| Incoming::new(span, None));
        for Incoming { row, digest } in rows.into_iter().chain(amendments) {
            if digest.is_some_and(|digest| !self.seen.insert(digest)) {
                continue;
            }
            match self.spans.get_mut(&row.span_id) {
                Some(stored) => stored.amend(row),
                None => drop(self.spans.insert(row.span_id, row)),
            }
        }
    }

    fn sums(&self) -> (u64, u64) {
        let requests = self.spans.values().filter(|span| span.is_request());
        requests.fold((0, 0), |(count, tokens), span| (count + 1, tokens + span.usage.input_tokens.unwrap_or(0)))
    }
}

fn row(span: &Span) -> Incoming<Span> {
    let mut digest = [0; 16];
    digest[..8].copy_from_slice(span.span_id.as_bytes());
    Incoming::new(span.clone(), Some(digest))
}

fn told(calls: &RecentCalls, store: &mut Store, mut decision: Decision) {
    for _ in 0..4 {
        let (next, amendments) = calls.stored(decision);
        if amendments.is_empty() {
            return;
        }
        store.commit(Vec::new(), amendments);
        decision = next;
    }
}

/// What happens to a request of the next few spans.
#[derive(Debug, Clone, Copy)]
struct Step {
    spans: usize,
    /// The request is refused at first, and sent again at the end.
    refused: bool,
    /// It is sent again although it was stored.
    resent: bool,
    /// It is still under way while the next ones are decided.
    slow: bool,
}

fn step() -> impl Strategy<Value = Step> {
    let chance = |percent: f64| proptest::bool::weighted(percent / 100.0);
    (1_usize..6, chance(10.0), chance(20.0), chance(30.0)).prop_map(|(spans, refused, resent, slow)| Step { spans, refused, resent, slow })
}

fn scenario() -> impl Strategy<Value = (Vec<Span>, u64, u64)> {
    let calls = proptest::collection::vec((0_u8..10, 10_u64..1_000), 1..6);
    calls.prop_flat_map(|calls| {
        let mut scenario = Scenario::new();
        calls.into_iter().for_each(|(way, tokens)| scenario.call(way, tokens));
        let Scenario { spans, tokens, requests } = scenario.finish();
        Just(spans).prop_shuffle().prop_map(move |spans| (spans, requests, tokens))
    })
}

proptest! {
    #[test]
    fn each_call_is_counted_once((spans, requests, tokens) in scenario(), steps in proptest::collection::vec(step(), 1..8)) {
        let calls = RecentCalls::default();
        let mut store = Store::default();
        let mut slow = Vec::new();
        let mut again: Vec<Vec<Incoming<Span>>> = Vec::new();
        let mut rest = spans.as_slice();
        for step in steps.iter().cycle().take(spans.len()) {
            let (now, later) = rest.split_at(step.spans.min(rest.len()));
            rest = later;
            let mut rows: Vec<Incoming<Span>> = now.iter().map(row).collect();
            if step.refused || step.resent {
                again.push(rows.clone());
            }
            let (decision, amendments) = calls.decide(project(), &mut rows);
            if step.refused {
                calls.refused(decision);
            } else if step.slow {
                slow.push((rows, amendments, decision));
            } else {
                store.commit(rows, amendments);
                told(&calls, &mut store, decision);
                for (rows, amendments, decision) in slow.drain(..).rev() {
                    store.commit(rows, amendments);
                    told(&calls, &mut store, decision);
                }
            }
        }
        for (rows, amendments, decision) in slow {
            store.commit(rows, amendments);
            told(&calls, &mut store, decision);
        }
        for mut rows in again {
            let (decision, amendments) = calls.decide(project(), &mut rows);
            store.commit(rows, amendments);
            told(&calls, &mut store, decision);
        }
        prop_assert_eq!(store.spans.len(), spans.len(), "no amendment of a span that is not there");
        prop_assert!(store.spans.values().all(|span| span.name.starts_with("span")));
        prop_assert_eq!(store.sums(), (requests, tokens));
    }
}

fn take_in(calls: &RecentCalls, store: &mut Store, spans: &[&Span]) -> usize {
    let mut rows: Vec<Incoming<Span>> = spans.iter().map(|span| Incoming::new((*span).clone(), None)).collect();
    let (decision, amendments) = calls.decide(project(), &mut rows);
    let amended = amendments.len();
    store.commit(rows, amendments);
    told(calls, store, decision);
    amended
}

#[test]
fn the_better_report_is_billed_and_takes_the_better_split() {
    let mut scenario = Scenario::new();
    let sdk = scenario.llm(0, None, Some("msg_1"));
    let wrapper = scenario.llm(0, None, Some("msg_1"));
    let exact = TokenBuckets {
        input_uncached: Some(30),
        cache_write_5m: Some(40),
        cache_write_1h: Some(10),
        output_text: Some(5),
        ..Default::default()
    };
    scenario.spans[sdk].usage = TokenUsage::from_buckets(exact, UsageSplit::Exact, None);
    let coarse = TokenBuckets { input_uncached: Some(30), cache_write_unknown: Some(50), output_text: Some(5), ..Default::default() };
    scenario.spans[wrapper].usage = TokenUsage::from_buckets(coarse, UsageSplit::Exact, None);
    scenario.spans[wrapper].payload.output = Some(vec![Message::text("assistant", "hi")]);
    let spans = scenario.spans;

    for order in [[sdk, wrapper], [wrapper, sdk]] {
        let (calls, mut store) = (RecentCalls::default(), Store::default());
        for place in order {
            take_in(&calls, &mut store, &[&spans[place]]);
        }
        let (sdk, wrapper) = (&store.spans[&id(sdk as u64)], &store.spans[&id(wrapper as u64)]);
        assert_eq!((sdk.billed, wrapper.billed), (false, true));
        assert_eq!(wrapper.usage.buckets, exact);
        assert_eq!(wrapper.quality, [protocol::billing::USAGE_OF_OTHER_REPORT]);
        assert_eq!((sdk.name.as_str(), sdk.start_time, sdk.duration_ms), ("span 1", spans[1].start_time, Some(50.0)));
    }
}

/// Protocols that create and update send each span twice, and must not send it three times.
#[test]
fn an_update_needs_no_amendment_and_is_priced_by_what_the_start_said() {
    let mut scenario = Scenario::new();
    let call = scenario.llm(0, Some(10), None);
    let finished = scenario.spans[call].clone();
    let mut started = Span::new(trace(), finished.span_id, "span", finished.start_time);
    started.kind = SpanKind::Llm;
    started.request_model = finished.request_model.clone();
    started.provider = Some("openai".into());
    started.running = true;
    let mut update = Span::new(trace(), finished.span_id, "", finished.start_time);
    update.usage = finished.usage;
    let (calls, mut store) = (RecentCalls::default(), Store::default());
    assert_eq!(take_in(&calls, &mut store, &[&started]), 0);
    let mut rows = vec![Incoming::new(update, None)];
    let (_, amendments) = calls.decide(project(), &mut rows);
    assert!(amendments.is_empty());
    assert_eq!((rows[0].row.kind, rows[0].row.request_model.as_deref()), (SpanKind::Llm, Some("gpt-4o-mini")));
}

#[test]
fn memory_is_bounded() {
    let calls = RecentCalls::default();
    for number in 1..=200_u64 {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        let trace = TraceId::from_bytes(bytes).unwrap();
        let mut rows: Vec<_> =
            (0..1_000).map(|span| Incoming::new(Span::new(trace, id(span), "", Timestamp::from_nanos(START)), None)).collect();
        calls.decide(project(), &mut rows);
    }
    let traces = calls.0.lock();
    assert!(traces.remembered() <= 75_000 && traces.remembered() > 70_000, "{}", traces.remembered());
}
