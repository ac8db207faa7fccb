//! Hours at which a provider sells at another price.

use crate::row::Price;
use model::Timestamp;

const DAY_MINUTES: u16 = 24 * 60;
const MINUTE_NANOS: i64 = 60_000_000_000;
const DAY_NANOS: i64 = DAY_MINUTES as i64 * MINUTE_NANOS;

/// Prices that replace the row's while one of the windows is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffPeak {
    pub prices: Box<[Price]>,
    pub windows: Box<[Window]>,
    /// The calendar of the weekdays, in minutes east of UTC. The hours themselves are UTC.
    pub offset_minutes: i16,
}

/// Minutes of a UTC day. A window that ends at or before its start goes on past midnight; equal ends mean the whole day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub start_minute: u16,
    pub end_minute: u16,
    /// Bit 0 is Monday.
    pub weekdays: u8,
}

pub(crate) const EVERY_DAY: u8 = 0b111_1111;

impl OffPeak {
    /// Is a window open at this time?
    pub fn is_open(&self, at: Timestamp) -> bool {
        let minute = u16::try_from(at.as_nanos().rem_euclid(DAY_NANOS) / MINUTE_NANOS).unwrap_or(0);
        let local = at.as_nanos().saturating_add(i64::from(self.offset_minutes) * MINUTE_NANOS);
        // The first day of the Unix epoch was a Thursday.
        let weekday = (local.div_euclid(DAY_NANOS) + 3).rem_euclid(7);
        self.windows.iter().any(|window| window.weekdays & (1 << weekday) != 0 && window.holds(minute))
    }
}

impl Window {
    fn holds(self, minute: u16) -> bool {
        if self.start_minute < self.end_minute {
            (self.start_minute..self.end_minute).contains(&minute)
        } else {
            minute >= self.start_minute || minute < self.end_minute
        }
    }

    /// `16:30-00:30`.
    pub(crate) fn hours_from_text(text: &str) -> Option<(u16, u16)> {
        let minute = |text: &str| {
            let (hours, minutes) = text.trim().split_once(':')?;
            let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
            (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
        };
        let (start, end) = text.split_once('-')?;
        Some((minute(start)?, minute(end)?))
    }

    pub(crate) fn hours_text(self) -> String {
        let [start, end] = [self.start_minute, self.end_minute].map(|minute| format!("{:02}:{:02}", minute / 60, minute % 60));
        format!("{start}-{end}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i64, hour: i64, minute: i64) -> Timestamp {
        Timestamp::from_nanos(day * DAY_NANOS + (hour * 60 + minute) * MINUTE_NANOS)
    }

    fn off_peak(text: &str, weekdays: u8, offset_minutes: i16) -> OffPeak {
        let (start_minute, end_minute) = Window::hours_from_text(text).unwrap();
        OffPeak { prices: Box::default(), windows: Box::new([Window { start_minute, end_minute, weekdays }]), offset_minutes }
    }

    #[test]
    fn the_start_is_inside_and_the_end_is_not() {
        let night = off_peak("16:30-00:30", EVERY_DAY, 0);
        for (hour, minute, open) in [(16, 29, false), (16, 30, true), (23, 59, true), (0, 0, true), (0, 29, true), (0, 30, false)] {
            assert_eq!(night.is_open(at(20_000, hour, minute)), open, "{hour}:{minute}");
        }
        assert!(off_peak("00:00-00:00", EVERY_DAY, 0).is_open(at(3, 12, 0)));
        assert!(Window::hours_from_text("24:00-01:00").is_none() && Window::hours_from_text("16.30-01:00").is_none());
    }

    #[test]
    fn weekdays_are_those_of_the_providers_calendar() {
        // 1970-01-02 was a Friday; from 16:00 UTC it is Saturday in Shanghai.
        let saturday = 1 << 5;
        assert!(!off_peak("00:00-00:00", saturday, 0).is_open(at(1, 16, 0)));
        assert!(off_peak("00:00-00:00", saturday, 480).is_open(at(1, 16, 0)));
        assert!(!off_peak("00:00-00:00", saturday, 480).is_open(at(1, 15, 59)));
    }
}
