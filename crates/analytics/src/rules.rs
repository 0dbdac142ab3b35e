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

/// How a span is read: whole months from sums by month, the days around them line by line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    /// The whole months inside, from the first day of the first to the last day of the last.
    pub months: Option<Span>,
    /// The days that are left: none, some before, some after, or all of a short span.
    pub edges: Vec<Span>,
}

/// Splits a span so that each of its days is read exactly once.
#[must_use]
pub fn cover(span: Span) -> Cover {
    let starts_month = Month::of(span.from).first_day() == span.from;
    let first =
        if starts_month { Month::of(span.from) } else { Month::of(span.from).next() }.first_day();
    // The first day after the last whole month.
    let end = match span.to.succ_opt() {
        Some(after) => Month::of(after).first_day(),
        None => first,
    };
    let Some(last) = end.pred_opt().filter(|_| first < end) else {
        return Cover { months: None, edges: vec![span] };
    };
    let mut edges = Vec::new();
    if let Some(before) = first.pred_opt().filter(|before| span.from <= *before) {
        edges.push(Span { from: span.from, to: before });
    }
    if end <= span.to {
        edges.push(Span { from: end, to: span.to });
    }
    Cover { months: Some(Span { from: first, to: last }), edges }
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
        let months = |from, to| Some(span(from, to));
        for (asked, whole, edges) in [
            // One whole month, and a year.
            (span("2024-02-01", "2024-02-29"), months("2024-02-01", "2024-02-29"), vec![]),
            (span("2024-01-01", "2024-12-31"), months("2024-01-01", "2024-12-31"), vec![]),
            // A month to date holds no whole month; with its last day it does.
            (span("2024-02-01", "2024-02-28"), None, vec![span("2024-02-01", "2024-02-28")]),
            // Days on both sides.
            (
                span("2024-01-31", "2024-03-01"),
                months("2024-02-01", "2024-02-29"),
                vec![span("2024-01-31", "2024-01-31"), span("2024-03-01", "2024-03-01")],
            ),
            // Over a border, no month inside.
            (span("2024-01-02", "2024-02-28"), None, vec![span("2024-01-02", "2024-02-28")]),
            // A day.
            (span("2024-12-31", "2024-12-31"), None, vec![span("2024-12-31", "2024-12-31")]),
            // Twelve months to date.
            (
                span("2023-12-01", "2024-11-23"),
                months("2023-12-01", "2024-10-31"),
                vec![span("2024-11-01", "2024-11-23")],
            ),
        ] {
            assert_eq!(cover(asked), Cover { months: whole, edges }, "{asked:?}");
        }
    }

    proptest! {
        #[test]
        fn each_day_is_read_once(start in 0_u64..4000, length in 0_u64..1200) {
            let from = day("2019-12-25") + chrono::Days::new(start);
            let asked = Span { from, to: from + chrono::Days::new(length) };
            let Cover { months, edges } = cover(asked);
            let mut read: Vec<NaiveDate> = Vec::new();
            for part in months.iter().chain(&edges) {
                prop_assert!(part.from <= part.to);
                read.extend(part.from.iter_days().take_while(|day| *day <= part.to));
            }
            read.sort();
            let all: Vec<_> = asked.from.iter_days().take_while(|day| *day <= asked.to).collect();
            prop_assert_eq!(read, all);
            if let Some(whole) = months {
                prop_assert_eq!(Month::of(whole.from).first_day(), whole.from);
                let after = whole.to.succ_opt().unwrap();
                prop_assert_eq!(Month::of(after).first_day(), after);
            }
            // What is left is never a whole month.
            for edge in &edges {
                prop_assert!(cover(*edge).months.is_none());
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
