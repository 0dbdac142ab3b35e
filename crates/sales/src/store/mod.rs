//! All SQL of this context.

mod card;
mod expiry;
mod explanations;
mod facts;
mod listing;
mod lists;
mod merging;
mod orders;
mod price_changes;
mod sellers;
mod shipments;
mod story;

pub use card::{CardLine, CardRow, OrderCard, newest_orders, order_card};
pub use expiry::{ReservationSettings, expiries_of_orders, reservation_settings};
pub(crate) use expiry::{
    expired_orders, expiry_of, forget_expiry, put_expiry, put_reservation_settings,
};
pub use explanations::explanations_by_line;
pub(crate) use facts::{BookedLine, BookedLot, Booking, ReversedLine, Unbooking, book, unbook};
pub use listing::{OrderField, OrderSort, ShipmentField, ShipmentSort};
pub(crate) use listing::{counted, in_states, listed, only};
pub(crate) use lists::found_by;
pub use lists::{OrderFilter, ShipmentFilter, count_orders, count_shipments, orders, shipments};
pub(crate) use merging::{hold_orders_of, move_documents};
pub(crate) use orders::{
    INSERT_LINES, NewLine, NewOrder, OpenOrder, OrderStep, explanations, free_reference,
    hold_orders, insert_order, lock_order, open_orders, order_lines, orders_over, replace_lines,
    step_order, update_draft,
};
pub(crate) use price_changes::{PricedFrom, priced_from};
pub(crate) use sellers::{Seller, sellers};
pub(crate) use shipments::{
    NewShipment, NewShipmentLine, PostedHeader, insert_shipment, lock_shipment, mark_cancelled,
    mark_posted, mark_reversed, mark_waiting, order_of_shipment, shipment_lines,
};
pub use story::{ExplainedLine, Papers, explained_lines, papers_of_orders};

use access::Permit;
use db::{Outcome, Sql, TenantTx, Value, values};
use kernel::{UserId, Uuid};

/// Adds the permit's reach over a document with `manager_id` and `customer_id`.
pub(crate) fn within_reach<A>(sql: &mut db::Sql, permit: &Permit<A>, alias: &str) {
    sql.among(&format!("{alias}.manager_id"), permit.managers());
    if let Some(customer) = permit.customer() {
        sql.push(" and ").push(alias).with(".customer_id = ", customer, "");
    }
}

/// Ids as an array.
pub(crate) fn uuids<I: Copy + Into<Uuid>>(ids: &[I]) -> Vec<Uuid> {
    ids.iter().map(|id| (*id).into()).collect()
}

/// Counts a change of a locked document that leaves its own columns as they are.
pub(crate) async fn next_version<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    table: &'static str,
    id: Uuid,
) -> Outcome<()> {
    let sql = format!(
        "update {table}
         set version = version + 1, updated_at = $3
         where tenant_id = $1 and id = $2"
    );
    tx.run(Sql::new(sql, values![permit.tenant(), id, tx.now()])).await?;
    Ok(())
}

/// Rows as the JSON that `jsonb_to_recordset` reads: any number of rows in one parameter.
pub(crate) fn rows<T: serde::Serialize>(rows: &[T]) -> Result<Value, db::Fault> {
    let json = serde_json::to_value(rows)
        .map_err(|error| db::Fault::broken(format!("rows without JSON: {error}")))?;
    Ok(json.into())
}

/// The person who acts, for `created_by`.
pub(crate) fn author<A>(permit: &Permit<A>) -> Option<UserId> {
    permit.user()
}
