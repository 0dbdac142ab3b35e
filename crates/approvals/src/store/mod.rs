//! All SQL of this context.

mod deputies;
mod inbox;
mod letters;
mod lists;
mod parts;
mod requests;
mod rules;

pub use deputies::{DEPUTY_ORDER, DeputyReading, count_deputies, deputies, deputies_by_id};
pub(crate) use deputies::{StandingIn, end_deputy, insert_deputy, standing_in};
pub use inbox::{InboxOf, decidable, inbox_of};
pub(crate) use letters::{
    mark_untold, mark_untold_of, names_of, request_by_id, take_untold, take_untold_deputies,
    untold_requests,
};
pub use lists::{
    ApprovalFilter, approval_order, approval_requests, approvals_by_id, approvals_of_root,
    approvals_of_subjects, count_approval_requests,
};
pub(crate) use parts::{decisions_now, reasons_by_request, steps_now};
pub use parts::{decisions_of_requests, reasons_of_requests, seats_of_requests, steps_of_requests};
pub(crate) use requests::{
    Closing, NewDecision, NewReason, NewSeat, NewStep, advance, approved_of_root, close,
    insert_decision, insert_request, lock_requests, mark_followed, move_customer, move_documents,
    move_terms, outdate, outdate_others, overdue_requests, strictest_terms, take_fallbacks,
    terms_of_requests, unfollowed_requests, waiting_of,
};
pub use rules::{RULE_ORDER, approval_rules, count_approval_rules, rules_by_id};
pub(crate) use rules::{hold_rule, insert_rule, put_segments, rules_in_force, update_rule};

use access::Permit;
use db::{Fault, FromQueryResult, Sql, Value};
use kernel::Uuid;

/// How far lists are counted.
pub(crate) const COUNT_CAP: i64 = 10_000;

/// Adds the permit's reach over a request `d`.
pub(crate) fn within_reach<A>(sql: &mut Sql, permit: &Permit<A>) {
    sql.among("d.manager_id", permit.managers());
    if let Some(customer) = permit.customer() {
        sql.with(" and d.customer_id = ", customer, "");
    }
}

/// Ids as an array.
pub(crate) fn uuids<I: Copy + Into<Uuid>>(ids: &[I]) -> Vec<Uuid> {
    ids.iter().map(|id| (*id).into()).collect()
}

/// Rows as the JSON that `jsonb_to_recordset` reads.
pub(crate) fn rows<T: serde::Serialize>(rows: &[T]) -> Result<Value, Fault> {
    let json = serde_json::to_value(rows)
        .map_err(|error| Fault::broken(format!("rows without JSON: {error}")))?;
    Ok(json.into())
}

/// Adds a condition where there is a value.
pub(crate) fn only<V: Into<Value>>(sql: &mut Sql, before: &str, value: Option<V>) {
    if let Some(value) = value {
        sql.with(before, value, "");
    }
}

#[derive(FromQueryResult)]
pub(crate) struct Count {
    pub(crate) count: i64,
}
