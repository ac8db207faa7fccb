//! The calls of a traced turn. One span sends the request, another one, later, holds the counts of its answer; neither names the other.
//! Calls of a turn come one after the other, so that counts belong to the last request that began before them. This is found out by
//! times alone: in whatever order the spans come, it ends in the same.

use model::{
    SpanId, Timestamp,
    telemetry::{Span, TokenUsage},
};

/// Calls remembered of one turn, which may have hundreds: only those near each other can be mistaken for one another.
const MAX_CALLS: usize = 16;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Counts {
    pub(super) span: SpanId,
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    pub(super) usage: TokenUsage,
    pub(super) quality: Vec<String>,
}

impl Counts {
    /// Taken out of their span, when it has ended.
    pub(super) fn of(span: &Span) -> Option<Self> {
        let end = span.end_time?;
        Some(Self { span: span.span_id, start: span.start_time, end, usage: span.usage, quality: span.quality.clone() })
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Request {
    pub(super) span: SpanId,
    pub(super) start: Timestamp,
}

#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Call {
    pub(super) request: Option<Request>,
    pub(super) counts: Option<Counts>,
    /// Whether the call's span has said what model it asked.
    pub(super) model_told: bool,
}

impl Call {
    /// The span that stands for the call, and when it began.
    pub(super) fn span(&self) -> Option<Request> {
        self.request.or_else(|| self.counts.as_ref().map(|counts| Request { span: counts.span, start: counts.start }))
    }
}

#[derive(Default)]
pub(super) struct Calls(Vec<Call>);

impl Calls {
    /// A request was sent. Answers the call when its counts were here first.
    pub(super) fn requested(&mut self, request: Request) -> Option<&mut Call> {
        if self.0.iter().any(|call| call.request.is_some_and(|known| known.span == request.span)) {
            return None;
        }
        let next = self.starts().filter(|start| *start > request.start).min();
        let is_its_own = |counts: &Counts| counts.end >= request.start && next.is_none_or(|next| counts.end < next);
        let waiting = self.0.iter().position(|call| call.request.is_none() && call.counts.as_ref().is_some_and(is_its_own));
        let Some(place) = waiting else {
            self.push(Call { request: Some(request), ..Call::default() });
            return None;
        };
        let call = &mut self.0[place];
        call.request = Some(request);
        Some(call)
    }

    /// An answer was counted. Answers the call, with its request when that is known.
    pub(super) fn counted(&mut self, counts: Counts) -> Option<&mut Call> {
        let same = |call: &Call| call.counts.as_ref().is_some_and(|known| known.span == counts.span);
        let place = match self.0.iter().position(same) {
            Some(place) => place,
            None => {
                let last = self.starts().filter(|start| *start <= counts.end).max();
                let is_last = |call: &Call| call.request.is_some_and(|request| Some(request.start) == last) && call.counts.is_none();
                match self.0.iter().position(is_last) {
                    Some(place) => place,
                    None => self.push(Call::default()),
                }
            }
        };
        let call = self.0.get_mut(place)?;
        call.counts = Some(counts);
        Some(call)
    }

    /// Calls that were told of, and nobody knew the model.
    pub(super) fn without_model(&mut self) -> impl Iterator<Item = &mut Call> {
        self.0.iter_mut().filter(|call| call.counts.is_some() && !call.model_told)
    }

    fn starts(&self) -> impl Iterator<Item = Timestamp> + '_ {
        self.0.iter().filter_map(|call| Some(call.request?.start))
    }

    /// Answers the new call's place.
    fn push(&mut self, call: Call) -> usize {
        if self.0.len() == MAX_CALLS {
            self.0.remove(0);
        }
        self.0.push(call);
        self.0.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> SpanId {
        SpanId::from_bytes([number; 8]).unwrap()
    }

    fn request(number: u8, start: i64) -> Request {
        Request { span: id(number), start: Timestamp::from_nanos(start) }
    }

    fn counts(number: u8, end: i64) -> Counts {
        let (start, end) = (Timestamp::from_nanos(end - 1), Timestamp::from_nanos(end));
        Counts { span: id(number), start, end, usage: TokenUsage::default(), quality: Vec::new() }
    }

    /// Which counts each request has, after spans came in this order: requests are 1 to 3, their counts 11 to 13.
    fn joined(order: &[u8]) -> Vec<(u8, Option<u8>)> {
        let mut calls = Calls::default();
        for number in order {
            match number {
                1..=3 => drop(calls.requested(request(*number, i64::from(*number) * 100)).cloned()),
                _ => drop(calls.counted(counts(*number, i64::from(*number - 10) * 100 + 50)).cloned()),
            }
        }
        let byte = |span: SpanId| span.as_bytes()[0];
        let mut joined: Vec<_> = calls
            .0
            .iter()
            .map(|call| (call.request.map_or(0, |request| byte(request.span)), call.counts.as_ref().map(|counts| byte(counts.span))))
            .collect();
        joined.sort_unstable();
        joined
    }

    #[test]
    fn counts_go_to_the_request_before_them_in_whatever_order_both_come() {
        let each_its_own = [(1, Some(11)), (2, Some(12)), (3, Some(13))];
        for order in [[1, 11, 2, 12, 3, 13], [3, 13, 2, 12, 1, 11], [1, 2, 3, 11, 12, 13], [2, 12, 11, 1, 13, 3], [1, 11, 13, 3, 12, 2]] {
            assert_eq!(joined(&order), each_its_own, "{order:?}");
        }
        assert_eq!(joined(&[1, 11, 1, 11, 11]), [(1, Some(11))], "told again");
        // A request that was refused has no counts; counts whose request nobody tells stay a call of their own.
        assert_eq!(joined(&[1, 2, 12]), [(1, None), (2, Some(12))]);
        assert_eq!(joined(&[11, 12, 2]), [(0, Some(11)), (2, Some(12))]);
    }

    #[test]
    fn a_turn_without_end_is_bounded() {
        let mut calls = Calls::default();
        for start in 0..1_000 {
            let mut bytes = [1; 8];
            bytes[..2].copy_from_slice(&(start as u16).to_be_bytes());
            calls.requested(Request { span: SpanId::from_bytes(bytes).unwrap(), start: Timestamp::from_nanos(start) });
        }
        assert_eq!(calls.0.len(), MAX_CALLS);
    }
}
