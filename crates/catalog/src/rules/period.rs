//! Which dates a document may be posted on (domain, section 4).

use kernel::{NaiveDate, Refusal, RefusalCode};
use serde_json::json;

use crate::OrganizationCard;

/// Why nothing is posted on a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodRefusal {
    /// The period is closed through this day.
    Closed(NaiveDate),
    /// A date in the past needs a right the caller lacks.
    BackdatingNotAllowed,
    /// Nothing is posted in the future.
    InFuture,
}

impl From<PeriodRefusal> for Refusal {
    fn from(refusal: PeriodRefusal) -> Self {
        match refusal {
            PeriodRefusal::Closed(until) => Self::new(
                RefusalCode::PeriodClosed,
                format!("The period is closed through {until}."),
                format!("Период закрыт по {} включительно.", until.format("%d.%m.%Y")),
            )
            .with(json!({ "closedUntil": until })),
            PeriodRefusal::BackdatingNotAllowed => Self::new(
                RefusalCode::BackdatingNotAllowed,
                "You may not post with a date in the past.",
                "У вас нет права проводить документы задним числом.",
            ),
            PeriodRefusal::InFuture => Self::new(
                RefusalCode::Invalid,
                "Nothing is posted with a date in the future.",
                "Нельзя проводить документы будущей датой.",
            ),
        }
    }
}

/// Checks the date of a posting. A closed period outweighs the rest: not even those who may
/// back-date post into it. `may_backdate`: whether the caller holds `document.backdate`.
///
/// # Errors
/// [`PeriodRefusal`].
pub fn check_period(
    organization: &OrganizationCard,
    date: NaiveDate,
    today: NaiveDate,
    may_backdate: bool,
) -> Result<(), PeriodRefusal> {
    if let Some(until) = organization.closed_until.filter(|until| date <= *until) {
        return Err(PeriodRefusal::Closed(until));
    }
    if date > today {
        return Err(PeriodRefusal::InFuture);
    }
    if date < today && !may_backdate {
        return Err(PeriodRefusal::BackdatingNotAllowed);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use kernel::OrganizationId;
    use proptest::prelude::*;

    use super::*;

    fn day(number: i32) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(738_000 + number).unwrap()
    }

    fn closed(until: Option<i32>) -> OrganizationCard {
        OrganizationCard {
            id: OrganizationId::new(),
            name: "Vostok".into(),
            prefix: "V".into(),
            closed_until: until.map(day),
        }
    }

    #[test]
    fn dates_around_today_and_the_closed_period() {
        for (until, date, may_backdate, expected) in [
            (None, 0, false, Ok(())),
            (None, -1, true, Ok(())),
            (None, -1, false, Err(PeriodRefusal::BackdatingNotAllowed)),
            (None, 1, true, Err(PeriodRefusal::InFuture)),
            (Some(-5), -5, true, Err(PeriodRefusal::Closed(day(-5)))),
            (Some(-5), -4, true, Ok(())),
            (Some(-5), -6, false, Err(PeriodRefusal::Closed(day(-5)))),
            (Some(0), 0, true, Err(PeriodRefusal::Closed(day(0)))),
        ] {
            let checked = check_period(&closed(until), day(date), day(0), may_backdate);
            assert_eq!(checked, expected, "{until:?} {date} {may_backdate}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_ever_posted_into_a_closed_period(
            until in -100_i32..100, date in -100_i32..100, today in -100_i32..100, may in any::<bool>(),
        ) {
            let checked = check_period(&closed(Some(until)), day(date), day(today), may);
            if checked.is_ok() {
                prop_assert!(date > until && date <= today && (may || date == today));
            }
        }
    }
}
