//! What a gate of money tells to whom: figures of debts and limits to those alone who may see them
//! (domain, section 10: what a role may not read is absent in error texts too).

use access::{Action, Permit, Right};
use kernel::{Refusal, RefusalCode};

use crate::commands::Warning;
use crate::model::Order;
use crate::rules::without_figures;

struct SeeDebts;

impl Action for SeeDebts {
    const RIGHT: Right = Right::ReceivableRead;
}

struct SeeTerms;

impl Action for SeeTerms {
    const RIGHT: Right = Right::TermsRead;
}

struct SeePrices;

impl Action for SeePrices {
    const RIGHT: Right = Right::PriceRead;
}

/// A refusal as the caller may read it.
pub(crate) fn refusal_for<A>(permit: &Permit<A>, order: &Order, refusal: Refusal) -> Refusal {
    match without_figures(refusal.code) {
        Some(text) if !sees(permit, order, refusal.code) => {
            Refusal::new(refusal.code, text.en, text.ru)
        }
        _ => refusal,
    }
}

/// A warning as the caller may read it.
pub(crate) fn warning_for<A>(permit: &Permit<A>, order: &Order, warning: Warning) -> Warning {
    let code = RefusalCode::ALL.iter().find(|code| code.as_str() == warning.code);
    let Some(code) = code else { return warning };
    match without_figures(*code) {
        Some(text) if !sees(permit, order, *code) => Warning { text, details: None, ..warning },
        _ => warning,
    }
}

fn sees<A>(permit: &Permit<A>, order: &Order, code: RefusalCode) -> bool {
    let scope = permit.scope();
    let debts = || {
        let (manager, customer) = (order.manager_id, Some(order.customer_id));
        scope.permit::<SeeDebts>().is_ok_and(|permit| permit.reaches(manager, customer))
    };
    match code {
        RefusalCode::CreditLimitExceeded => debts() && scope.permit::<SeeTerms>().is_ok(),
        RefusalCode::PrepaymentDue => debts() || scope.permit::<SeePrices>().is_ok(),
        _ => debts(),
    }
}
