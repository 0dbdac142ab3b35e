//! What a gate of money tells to whom: figures of debts and limits to those alone who may see them
//! (domain, section 10: what a role may not read is absent in error texts too).

use access::{Permit, Right};
use kernel::{Refusal, RefusalCode, Text};

use crate::commands::Warning;
use crate::model::Order;
use crate::rules::without_figures;

/// A refusal as the caller may read it.
pub(crate) fn refusal_for<A>(permit: &Permit<A>, order: &Order, refusal: Refusal) -> Refusal {
    match words_instead(refusal.code.as_str(), covering(permit, order)) {
        Some(text) => Refusal::new(refusal.code, text.en, text.ru),
        None => refusal,
    }
}

/// A warning as the caller may read it.
pub(crate) fn warning_for<A>(permit: &Permit<A>, order: &Order, warning: Warning) -> Warning {
    match words_instead(&warning.code, covering(permit, order)) {
        Some(text) => Warning { text, details: None, ..warning },
        None => warning,
    }
}

fn covering<A>(permit: &Permit<A>, order: &Order) -> impl Fn(Right) -> bool {
    let (manager, customer) = (order.manager_id, Some(order.customer_id));
    move |right| permit.scope().covers(right, manager, customer)
}

/// What somebody reads instead of what a gate of money said under a code; `None` where he may read
/// it as it is. `covers` tells which of his rights take the document in.
#[must_use]
pub fn words_instead(code: &str, covers: impl Fn(Right) -> bool) -> Option<Text> {
    let code = RefusalCode::ALL.iter().copied().find(|known| known.as_str() == code)?;
    let debts = || covers(Right::ReceivableRead);
    let sees = match code {
        RefusalCode::CreditLimitExceeded => debts() && covers(Right::TermsRead),
        RefusalCode::PrepaymentDue => debts() || covers(Right::PriceRead),
        _ => debts(),
    };
    if sees { None } else { without_figures(code) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_gate_needs_the_rights_to_what_it_gives_away() {
        use RefusalCode as Code;
        let all = [Code::CreditLimitExceeded, Code::OverdueDebt, Code::PrepaymentDue];
        for (rights, hidden) in [
            (&[Right::TermsRead][..], &all[..]),
            (&[Right::PriceRead], &all[..2]),
            (&[Right::ReceivableRead], &all[..1]),
            (&[Right::ReceivableRead, Right::TermsRead], &[]),
        ] {
            for code in Code::ALL {
                let told = words_instead(code.as_str(), |right| rights.contains(&right));
                assert_eq!(told.is_some(), hidden.contains(code), "{rights:?} {code:?}");
            }
        }
        assert_eq!(words_instead("NOT_RESERVED", |_| false), None, "no code of a refusal");
    }
}
