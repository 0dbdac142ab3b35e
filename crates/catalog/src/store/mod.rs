//! All SQL of the catalog.

use db::{Fault, FromQueryResult};
use kernel::{Decimal, Percent, Uuid};

use crate::rules::{Moment, PaymentStep};

/// Ids as PostgreSQL takes an array of them.
pub(crate) fn uuids<T: Copy + Into<Uuid>>(ids: &[T]) -> Vec<Uuid> {
    ids.iter().map(|id| (*id).into()).collect()
}

/// Payment steps as one row of arrays, in order.
#[derive(FromQueryResult)]
pub(crate) struct StepColumns {
    percents: Option<Vec<Decimal>>,
    moments: Option<Vec<String>>,
    days: Option<Vec<i32>>,
}

impl StepColumns {
    pub(crate) fn into_steps(self) -> Result<Vec<PaymentStep>, Fault> {
        let (percents, moments, days) = (self.percents, self.moments, self.days);
        let rows = percents.unwrap_or_default().into_iter().zip(moments.unwrap_or_default());
        let step = |((percent, moment), days): ((Decimal, String), i32)| {
            Some(PaymentStep {
                percent: Percent::new(percent).ok()?,
                moment: Moment::parse(&moment)?,
                days,
            })
        };
        rows.zip(days.unwrap_or_default())
            .map(|row| step(row).ok_or_else(|| Fault::broken("a payment step out of its range")))
            .collect()
    }
}
