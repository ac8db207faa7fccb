//! What an amendment must repeat of a span, and what its price depends on.

use model::{
    SpanId, Timestamp, TraceId,
    telemetry::{Cost, Source, Span, SpanKind, Status},
};
use protocol::billing::Verdict;

/// A span without what was said and without what billing decides.
#[derive(Debug, Clone)]
pub(super) struct Head {
    start_time: Timestamp,
    ingest_time: Timestamp,
    source: Source,
    running: bool,
    kind: SpanKind,
    status: Status,
    provider: Option<String>,
    request_model: Option<String>,
    response_model: Option<String>,
    quality: Vec<String>,
    cost: Cost,
}

impl Head {
    pub(super) fn of(span: &Span) -> Self {
        Self {
            start_time: span.start_time,
            ingest_time: span.ingest_time,
            source: span.source.clone(),
            running: span.running,
            kind: span.kind,
            status: span.status,
            provider: span.provider.clone(),
            request_model: span.request_model.clone(),
            response_model: span.response_model.clone(),
            quality: span.quality.clone(),
            cost: Cost { reported_usd: span.cost.reported_usd, ..Cost::default() },
        }
    }

    /// As [`Span::amend`] does.
    pub(super) fn amend(&mut self, later: Head) {
        let known = std::mem::replace(self, later);
        self.running &= known.running;
        if self.kind == SpanKind::Other {
            self.kind = known.kind;
        }
        if self.status == Status::Unset {
            self.status = known.status;
        }
        if self.quality.is_empty() {
            self.quality = known.quality;
        }
        self.provider = self.provider.take().or(known.provider);
        self.request_model = self.request_model.take().or(known.request_model);
        self.response_model = self.response_model.take().or(known.response_model);
        self.cost.reported_usd = self.cost.reported_usd.or(known.cost.reported_usd);
    }

    /// A report that says nothing new but what was decided. With its usage goes what prices it.
    pub(super) fn amendment(&self, trace: TraceId, span: SpanId, verdict: &Verdict, with_usage: bool) -> Span {
        let mut amendment = Span::new(trace, span, "", self.start_time);
        amendment.ingest_time = self.ingest_time;
        amendment.source = self.source.clone();
        amendment.running = self.running;
        amendment.billed = verdict.billed;
        if with_usage {
            self.complete(&mut amendment);
            amendment.usage = verdict.usage;
            amendment.quality.clone_from(&self.quality);
            verdict.apply(&mut amendment);
        }
        amendment
    }

    /// Tells a report what earlier ones of its span said about the price.
    pub(super) fn complete(&self, report: &mut Span) {
        if report.kind == SpanKind::Other {
            report.kind = self.kind;
        }
        if report.status == Status::Unset {
            report.status = self.status;
        }
        let known = [
            (&mut report.provider, &self.provider),
            (&mut report.request_model, &self.request_model),
            (&mut report.response_model, &self.response_model),
        ];
        for (slot, earlier) in known {
            if slot.is_none() {
                slot.clone_from(earlier);
            }
        }
        report.cost.reported_usd = report.cost.reported_usd.or(self.cost.reported_usd);
    }
}
