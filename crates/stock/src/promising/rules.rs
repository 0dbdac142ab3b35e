//! What can be promised.

use db::FromQueryResult;
use kernel::{Decimal, NaiveDate, Uuid};

/// What a promise rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromiseSource {
    /// All of it lies in stock: held for the line, or free where nothing is held yet.
    Stock,
    /// What does not is expected, and nobody before it counts on it.
    ExpectedReceipt,
    /// A part is to be bought first: the time that the quickest supplier takes, from today.
    LeadTime,
    /// Nothing is known: no supplier says how long it takes, or expected goods have no day.
    Unknown,
}

/// When a line can leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The day all of it can leave; `None` where that is not known.
    pub on: Option<NaiveDate>,
    /// What it rests on: on the latest thing that has to happen.
    pub source: PromiseSource,
    /// The line of supply that comes last, where it rests on an expected receipt.
    pub supply: Option<Coming>,
}

/// Expected goods that a line may count on.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Coming {
    /// The document's type in the API.
    pub supply_kind: String,
    /// The document's line.
    pub supply_line_id: Uuid,
    /// When; `None` where nobody has said.
    pub expected_on: Option<NaiveDate>,
    /// Base units.
    pub quantity: Decimal,
}

/// What a line has and may count on.
pub(super) struct Standing {
    /// Lies in stock for it, base units.
    pub(super) at_hand: Decimal,
    /// The earliest first.
    pub(super) coming: Vec<Coming>,
}

/// When all that is left of a line can leave: not before `earliest`. `lead` is the day on which
/// goods would come that are ordered today.
pub(super) fn promise(
    left: Decimal,
    standing: &Standing,
    lead: Option<NaiveDate>,
    earliest: NaiveDate,
) -> Promise {
    let mut missing = left - standing.at_hand;
    let mut last: Option<&Coming> = None;
    for coming in &standing.coming {
        if missing <= Decimal::ZERO {
            break;
        }
        if coming.expected_on.is_none() {
            return Promise { on: None, source: PromiseSource::Unknown, supply: None };
        }
        missing -= coming.quantity;
        last = Some(coming);
    }
    let arrives = last.and_then(|coming| coming.expected_on);
    if missing > Decimal::ZERO {
        let on = lead.map(|day| day.max(arrives.unwrap_or(day)).max(earliest));
        let source = on.map_or(PromiseSource::Unknown, |_| PromiseSource::LeadTime);
        return Promise { on, source, supply: None };
    }
    let on = Some(arrives.map_or(earliest, |day| day.max(earliest)));
    match last {
        Some(last) => {
            Promise { on, source: PromiseSource::ExpectedReceipt, supply: Some(last.clone()) }
        }
        None => Promise { on, source: PromiseSource::Stock, supply: None },
    }
}

#[cfg(test)]
mod tests {
    use super::PromiseSource::{ExpectedReceipt, LeadTime, Stock, Unknown};
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
    }

    #[test]
    fn a_promise_rests_on_the_latest_thing_that_has_to_happen() {
        let coming = |on: Option<u32>, pieces: i64| Coming {
            supply_kind: "PurchaseOrder".to_owned(),
            supply_line_id: Uuid::nil(),
            expected_on: on.map(day),
            quantity: Decimal::from(pieces),
        };
        for (at_hand, comes, lead, on, source) in [
            (10, vec![], Some(20), Some(5), Stock),
            (12, vec![coming(Some(9), 5)], Some(20), Some(5), Stock),
            (4, vec![coming(Some(9), 6)], Some(20), Some(9), ExpectedReceipt),
            (4, vec![coming(Some(2), 6)], Some(20), Some(5), ExpectedReceipt),
            (4, vec![coming(Some(9), 3), coming(Some(15), 3)], None, Some(15), ExpectedReceipt),
            (4, vec![coming(Some(9), 3)], Some(20), Some(20), LeadTime),
            (4, vec![coming(Some(25), 3)], Some(20), Some(25), LeadTime),
            (4, vec![coming(Some(9), 3)], None, None, Unknown),
            (4, vec![coming(None, 6)], Some(20), None, Unknown),
            (0, vec![], Some(20), Some(20), LeadTime),
            (0, vec![], None, None, Unknown),
        ] {
            let standing = Standing { at_hand: Decimal::from(at_hand), coming: comes };
            let promise = promise(Decimal::TEN, &standing, lead.map(day), day(5));
            assert_eq!((promise.on, promise.source), (on.map(day), source), "{at_hand} {lead:?}");
            assert_eq!(promise.supply.is_some(), source == ExpectedReceipt);
        }
    }
}
