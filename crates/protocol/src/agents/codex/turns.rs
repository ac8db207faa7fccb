//! The turns of a conversation, by the time at which they began: what is told again belongs where it did the first time.

use model::{SpanId, Timestamp, TraceId};

/// Turns remembered of one conversation. An exporter sends again within a minute, in which nobody asks this often.
const MAX_TURNS: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Turn {
    pub(super) trace: TraceId,
    /// The span that was made for it. `None` when the turn is traced: then it has its own.
    pub(super) span: Option<SpanId>,
}

#[derive(Default)]
pub(super) struct Turns(Vec<(Timestamp, Turn)>);

impl Turns {
    /// The turn in which something happened; `None` before the first prompt.
    pub(super) fn at(&self, time: Timestamp) -> Option<Turn> {
        self.0.iter().rev().find(|(began, _)| *began <= time).map(|(_, turn)| *turn)
    }

    /// At this time a turn has begun.
    pub(super) fn begun(&mut self, time: Timestamp, turn: Turn) {
        if self.at(time) == Some(turn) {
            return;
        }
        let place = self.0.partition_point(|(began, _)| *began <= time);
        self.0.insert(place, (time, turn));
        if self.0.len() > MAX_TURNS {
            self.0.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(number: u8) -> Turn {
        Turn { trace: TraceId::from_bytes([number; 16]).unwrap(), span: None }
    }

    #[test]
    fn what_happened_before_a_turn_is_not_in_it() {
        let at = Timestamp::from_nanos;
        let mut turns = Turns::default();
        for number in 1..=40_u8 {
            turns.begun(at(i64::from(number) * 10), turn(number));
            turns.begun(at(i64::from(number) * 10 + 5), turn(number));
        }
        assert_eq!((turns.at(at(401)), turns.at(at(399)), turns.at(at(395))), (Some(turn(40)), Some(turn(39)), Some(turn(39))));
        assert_eq!((turns.at(at(1)), turns.0.len()), (None, MAX_TURNS));
    }
}
