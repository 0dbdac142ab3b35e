//! Pure rules: which days the rollups answer for, and the formulas of the measures.

use kernel::{Decimal, Month, NaiveDate};
use serde::{Deserialize, Serialize};

/// Days, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

/// How a span is read: sums by month for its months, and day by day what is missing from them or
/// too much in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    /// From the first day of the first month to the last day of the last.
    pub months: Option<Span>,
    /// Days to add.
    pub add: Vec<Span>,
    /// Days of the months that the span does not hold, to subtract.
    pub subtract: Vec<Span>,
}

/// Splits a span so that each of its days counts once and no other does. Of a month that the span
/// holds in part, either its days are added or the rest is subtracted from the whole, whichever
/// are fewer; days after today cost nothing, since nothing is dated in the future. So "twelve
/// months to date" reads hardly anything but sums.
#[must_use]
pub fn cover(span: Span, today: NaiveDate) -> Cover {
    let (first, last) = (Month::of(span.from).first_day(), last_day_of_month(span.to));
    let head = before(span.from).map(|to| Span { from: first, to }).filter(Span::is_some);
    let tail = after(span.to).map(|from| Span { from, to: last }).filter(Span::is_some);
    let days = |part: Option<Span>| part.map_or(0, |part| part.days_until(today));
    let first_end = last_day_of_month(span.from);
    if first_end == last {
        if days(Some(span)) <= days(head) + days(tail) {
            return Cover { months: None, add: vec![span], subtract: vec![] };
        }
        let subtract = head.into_iter().chain(tail).collect();
        return Cover { months: Some(Span { from: first, to: last }), add: vec![], subtract };
    }
    let last_start = Month::of(span.to).first_day();
    let start = Side {
        whole: Span { from: first, to: first_end },
        inside: Span { from: span.from, to: first_end },
        outside: head,
    };
    let end = Side {
        whole: Span { from: last_start, to: last },
        inside: Span { from: last_start, to: span.to },
        outside: tail,
    };
    let mut cover = Cover { months: None, add: vec![], subtract: vec![] };
    let mut months = Span { from: first, to: last };
    for (side, is_start) in [(start, true), (end, false)] {
        match side.outside {
            None => {}
            Some(rest) if days(Some(rest)) < days(Some(side.inside)) => cover.subtract.push(rest),
            Some(_) if is_start => {
                cover.add.push(side.inside);
                months.from = after(side.whole.to).unwrap_or(side.whole.to);
            }
            Some(_) => {
                cover.add.push(side.inside);
                months.to = before(side.whole.from).unwrap_or(side.whole.from);
            }
        }
    }
    cover.months = Some(months).filter(Span::is_some);
    cover
}

/// The first or last month of a span.
struct Side {
    whole: Span,
    inside: Span,
    outside: Option<Span>,
}

impl Span {
    fn is_some(&self) -> bool {
        self.from <= self.to
    }

    /// Its days up to a day.
    fn days_until(&self, day: NaiveDate) -> i64 {
        ((self.to.min(day) - self.from).num_days() + 1).max(0)
    }
}

fn before(day: NaiveDate) -> Option<NaiveDate> {
    day.pred_opt()
}

fn after(day: NaiveDate) -> Option<NaiveDate> {
    day.succ_opt()
}

fn last_day_of_month(day: NaiveDate) -> NaiveDate {
    before(Month::of(day).next().first_day()).unwrap_or(day)
}

/// The months a span touches, named by their first days.
#[must_use]
pub fn months_of(span: Span) -> Vec<NaiveDate> {
    let mut months = Vec::new();
    let mut month = Month::of(span.from);
    while month.first_day() <= span.to {
        months.push(month.first_day());
        let next = month.next();
        if next == month {
            break;
        }
        month = next;
    }
    months
}

/// Gross profit as a share of revenue, in percent, rounded to 2 digits half away from zero;
/// nothing where nothing was earned (domain, section 9).
#[must_use]
pub fn margin_percent(profit: Decimal, revenue: Decimal) -> Option<Decimal> {
    let share = profit.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(revenue)?;
    Some(kernel::round_money(share))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn span(from: &str, to: &str) -> Span {
        Span { from: day(from), to: day(to) }
    }

    #[test]
    fn spans_split_at_the_borders_of_months() {
        let whole = |from, to| Some(span(from, to));
        for (asked, months, add, subtract) in [
            // Whole months need nothing else.
            (span("2024-02-01", "2024-02-29"), whole("2024-02-01", "2024-02-29"), vec![], vec![]),
            (span("2024-01-01", "2024-12-31"), whole("2024-01-01", "2024-12-31"), vec![], vec![]),
            // A few days of a month are read by themselves, most days as the month less the rest.
            (
                span("2024-02-10", "2024-02-12"),
                None,
                vec![span("2024-02-10", "2024-02-12")],
                vec![],
            ),
            (
                span("2024-02-03", "2024-02-27"),
                whole("2024-02-01", "2024-02-29"),
                vec![],
                vec![span("2024-02-01", "2024-02-02"), span("2024-02-28", "2024-02-29")],
            ),
            // Over the borders, each end its own way.
            (
                span("2024-01-31", "2024-03-30"),
                whole("2024-02-01", "2024-03-31"),
                vec![span("2024-01-31", "2024-01-31")],
                vec![span("2024-03-31", "2024-03-31")],
            ),
            // No month is whole or nearly so.
            (
                span("2024-01-31", "2024-02-01"),
                None,
                vec![span("2024-01-31", "2024-01-31"), span("2024-02-01", "2024-02-01")],
                vec![],
            ),
            // To date: the rest of today's month lies in the future and is free to subtract.
            (
                span("2025-12-01", "2026-11-03"),
                whole("2025-12-01", "2026-11-30"),
                vec![],
                vec![span("2026-11-04", "2026-11-30")],
            ),
            (
                span("2026-11-01", "2026-11-03"),
                whole("2026-11-01", "2026-11-30"),
                vec![],
                vec![span("2026-11-04", "2026-11-30")],
            ),
        ] {
            let found = cover(asked, day("2026-11-03"));
            assert_eq!(found, Cover { months, add, subtract }, "{asked:?}");
        }
    }

    proptest! {
        #[test]
        fn each_day_counts_once(start in 0_u64..1500, length in 0_u64..800, now in 0_u64..2500) {
            let origin = day("2019-12-25");
            let from = origin + chrono::Days::new(start);
            let asked = Span { from, to: from + chrono::Days::new(length) };
            let Cover { months, add, subtract } = cover(asked, origin + chrono::Days::new(now));
            if let Some(whole) = months {
                prop_assert_eq!(Month::of(whole.from).first_day(), whole.from);
                prop_assert_eq!(last_day_of_month(whole.to), whole.to);
            }
            for part in months.iter().chain(&add).chain(&subtract) {
                prop_assert!(part.from <= part.to);
            }
            let holds = |part: &Span, day| i32::from(part.from <= day && day <= part.to);
            for today in (origin - chrono::Days::new(60)).iter_days().take(2500) {
                let plus: i32 = months.iter().chain(&add).map(|part| holds(part, today)).sum();
                let minus: i32 = subtract.iter().map(|part| holds(part, today)).sum();
                prop_assert_eq!(plus - minus, holds(&asked, today), "{}", today);
                prop_assert!(plus <= 1, "{}", today);
            }
        }
    }

    #[test]
    fn a_span_touches_its_months() {
        let months = months_of(span("2023-12-31", "2024-02-01"));
        assert_eq!(months, [day("2023-12-01"), day("2024-01-01"), day("2024-02-01")]);
    }

    #[test]
    fn margin_is_profit_by_revenue() {
        let number = |text: &str| text.parse::<Decimal>().unwrap();
        for (profit, revenue, margin) in [
            ("20.00", "80.00", Some("25.00")),
            ("1.00", "3.00", Some("33.33")),
            ("2.00", "3.00", Some("66.67")),
            ("-5.00", "1.00", Some("-500.00")),
            ("0.00005", "1", Some("0.01")),
            ("0.00", "7.00", Some("0")),
            ("5.00", "0.00", None),
            ("0.00", "0.00", None),
        ] {
            let found = margin_percent(number(profit), number(revenue));
            assert_eq!(found, margin.map(number), "{profit} / {revenue}");
        }
    }
}
