//! The days of the history: which are worked, and how busy each is.

use chrono::{Datelike, Months, NaiveDate, TimeDelta, Weekday};

/// From the first day of the history to today, both included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) first: NaiveDate,
    pub(super) today: NaiveDate,
}

impl Span {
    /// `months` complete calendar months before today's, and today's up to today.
    pub(super) fn ending(today: NaiveDate, months: u32) -> Self {
        let this_month = today.with_day(1).unwrap_or(today);
        Self { first: months_before(this_month, months), today }
    }

    /// The calendar month of a date, counted from the first of the history.
    pub(super) fn month_of(&self, date: NaiveDate) -> usize {
        let count = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month0());
        (count(date) - count(self.first)).max(0) as usize
    }

    /// How many calendar months the history touches, today's included.
    pub(super) fn months(&self) -> usize {
        self.month_of(self.today) + 1
    }

    /// The first day of a month of the history.
    pub(super) fn month_start(&self, month: usize) -> NaiveDate {
        self.first.checked_add_months(Months::new(month as u32)).unwrap_or(self.today)
    }

    /// Days since the first.
    pub(super) fn day_of(&self, date: NaiveDate) -> i64 {
        (date - self.first).num_days()
    }

    /// The days of the history in order.
    pub(super) fn days(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let today = self.today;
        self.first.iter_days().take_while(move |day| *day <= today)
    }
}

/// The same day `months` earlier.
pub(super) fn months_before(date: NaiveDate, months: u32) -> NaiveDate {
    date.checked_sub_months(Months::new(months)).unwrap_or(date)
}

/// A date moved by a number of days, backwards when negative.
pub(super) fn shifted(date: NaiveDate, days: i64) -> NaiveDate {
    date + TimeDelta::days(days)
}

/// Sundays and the long holidays of January and May are not worked.
pub(super) fn is_working_day(date: NaiveDate) -> bool {
    date.weekday() != Weekday::Sun
        && !matches!((date.month(), date.day()), (1, 1..=8) | (2, 23) | (3, 8) | (5, 1 | 9))
}

/// The date itself or the next day that is worked.
pub(super) fn working_day_from(date: NaiveDate) -> NaiveDate {
    date.iter_days().find(|day| is_working_day(*day)).unwrap_or(date)
}

/// How many orders a day draws, in no unit: weekday × season of its month × trend.
///
/// `season` is per mille by calendar month; `trend_per_mille` is the growth over the whole history.
pub(super) fn day_weight(
    span: &Span,
    date: NaiveDate,
    season: &[u64; 12],
    trend_per_mille: u64,
) -> u64 {
    if !is_working_day(date) {
        return 0;
    }
    let weekday = match date.weekday() {
        Weekday::Mon => 110,
        Weekday::Tue => 115,
        Weekday::Wed => 105,
        Weekday::Thu => 100,
        Weekday::Fri => 80,
        _ => 20,
    };
    weekday * season[date.month0() as usize] * trend_at(span, date, trend_per_mille) / 1_000
}

/// Growth so far, per mille: 1,000 on the first day, 1,000 + `trend_per_mille` today.
pub(super) fn trend_at(span: &Span, date: NaiveDate, trend_per_mille: u64) -> u64 {
    let length = span.day_of(span.today).max(1) as u64;
    let passed = span.day_of(date).max(0) as u64;
    1_000 + trend_per_mille * passed.min(length) / length
}
