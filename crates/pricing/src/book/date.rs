//! Days as people write them: `2026-11-23`, meaning its first moment in UTC.

use model::Timestamp;

const DAY_NANOS: i64 = 86_400_000_000_000;

/// Days since 1970-01-01 of a date of the years 1970 to 2199. `None` for anything else.
pub(crate) fn timestamp(text: &str) -> Option<Timestamp> {
    let mut parts = text.split('-');
    let mut next = |length: usize| parts.next().filter(|part| part.len() == length)?.parse::<i64>().ok();
    let (year, month, day) = (next(4)?, next(2)?, next(2)?);
    if parts.next().is_some() || !(1970..2200).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    let days = days_before(year, month) + day - 1;
    let next_month = if month == 12 { days_before(year + 1, 1) } else { days_before(year, month + 1) };
    (day >= 1 && days < next_month).then(|| Timestamp::from_nanos(days * DAY_NANOS))
}

/// The day that a moment is in.
pub(crate) fn text(at: Timestamp) -> String {
    let days = at.as_nanos().div_euclid(DAY_NANOS);
    // A year has at most 366 days, so this is the year or the one before.
    let mut year = 1970 + days.div_euclid(366);
    while days_before(year + 1, 1) <= days {
        year += 1;
    }
    let month = (1..=12).rev().find(|month| days_before(year, *month) <= days).unwrap_or(1);
    format!("{year:04}-{month:02}-{:02}", days - days_before(year, month) + 1)
}

fn days_before(year: i64, month: i64) -> i64 {
    const BEFORE_MONTH: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let leap_days = |year: i64| (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400;
    let in_year = usize::try_from(month - 1).ok().and_then(|month| BEFORE_MONTH.get(month)).copied().unwrap_or(0);
    (year - 1970) * 365 + leap_days(year) - leap_days(1970) + in_year + i64::from(is_leap && month > 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_there_and_back() {
        for (day, days) in
            [("1970-01-01", 0), ("2000-02-29", 11_016), ("2000-03-01", 11_017), ("2026-11-23", 20_780), ("2100-03-01", 47_541)]
        {
            let at = timestamp(day).unwrap();
            assert_eq!((at.as_nanos() / DAY_NANOS, text(at)), (days, day.to_owned()));
        }
        (0..60_000).for_each(|day| {
            let at = Timestamp::from_nanos(day * DAY_NANOS);
            assert_eq!(timestamp(&text(at)), Some(at));
        });
    }

    #[test]
    fn other_texts_are_no_days() {
        for text in ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "26-01-01", "2026-01-01T00:00:00Z", "", "soon", "2026-04-31"] {
            assert_eq!(timestamp(text), None, "{text}");
        }
    }
}
