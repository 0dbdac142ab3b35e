//! Sales orders and shipments: what customers ordered and what left the house.

mod acts;
mod card;
mod corrections;
mod deliveries;
mod explain;
mod hand_over;
mod inputs;
mod line_pricing;
mod loads;
mod order;
mod order_change;
mod order_mutations;
mod picking;
mod placement;
mod price_quote;
mod promise;
mod queries;
mod quotes;
mod recipients;
mod reservations;
mod returns;
mod shipment;
mod shipment_mutations;
mod tax_invoices;

pub use acts::{ServiceAct, ServiceActLine};
pub use corrections::{PriceCorrection, PriceCorrectionLine};
pub use deliveries::Delivery;
pub use hand_over::HandOver;
pub use order::{SalesOrder, SalesOrderLine};
pub use picking::{PickTask, PickTaskLine};
pub use queries::{orders_of_customer, shipments_of_customer};
pub use quotes::{Quote, QuoteLine, quotes_of_customer};
pub use recipients::LotRecipient;
pub(crate) use recipients::lot_recipients;
pub use returns::{CreditNote, SalesReturn, SalesReturnLine};
pub use shipment::{Shipment, ShipmentLine};
pub use tax_invoices::TaxInvoice;

use access::{Action, Right};
use async_graphql::{Context, Enum, MergedObject, SimpleObject};
use kernel::{Currency, Decimal, UserId};

use crate::errors::Failure;
use crate::identity::User;
use crate::scalars::Money;
use crate::session::Session;

/// Queries of this context.
#[derive(MergedObject, Default)]
pub struct SalesQuery(
    queries::OrderQuery,
    queries::ShipmentQuery,
    price_quote::PriceQuoteQuery,
    recipients::RecipientQuery,
    reservations::ReservationQuery,
    picking::PickQuery,
    returns::ReturnQuery,
    corrections::CorrectionQuery,
    acts::ActQuery,
    tax_invoices::TaxInvoiceQuery,
    quotes::QuoteQuery,
    deliveries::DeliveryQuery,
    hand_over::HandOverQuery,
    explain::ExplainQuery,
);

/// Mutations of this context.
#[derive(MergedObject, Default)]
pub struct SalesMutation(
    order_mutations::OrderMutation,
    order_change::OrderChangeMutation,
    shipment_mutations::ShipmentMutation,
    reservations::ReservationMutation,
    picking::PickMutation,
    returns::ReturnMutation,
    corrections::CorrectionMutation,
    acts::ActMutation,
    tax_invoices::TaxInvoiceMutation,
    quotes::QuoteMutation,
    deliveries::DeliveryMutation,
    hand_over::HandOverMutation,
);

struct SeePrices;
impl Action for SeePrices {
    const RIGHT: Right = Right::PriceRead;
}

struct SeeCost;
impl Action for SeeCost {
    const RIGHT: Right = Right::CostRead;
}

/// A figure that shows prices: refused to those who may not see any.
fn priced<T>(ctx: &Context<'_>, figure: T) -> Result<T, Failure> {
    Session::of(ctx)?.permit::<SeePrices>()?;
    Ok(figure)
}

/// A figure that shows cost: refused to those who may not see any.
fn costed<T>(ctx: &Context<'_>, figure: T) -> Result<T, Failure> {
    Session::of(ctx)?.permit::<SeeCost>()?;
    Ok(figure)
}

/// A person by id, where there is one.
async fn user(ctx: &Context<'_>, id: Option<UserId>) -> async_graphql::Result<Option<User>> {
    match id {
        Some(id) => Ok(Session::of(ctx)?.load(id).await?),
        None => Ok(None),
    }
}

/// Where a sales order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::sales::OrderState")]
pub enum SalesOrderState {
    /// Written, not agreed: no number, holds nothing.
    Draft,
    /// Somebody has to agree first: has a number, and holds its goods for a while.
    PendingApproval,
    /// Agreed: has a number and holds goods.
    Confirmed,
    /// A part of it has been shipped.
    InFulfilment,
    /// All of it has been shipped, or it was closed short.
    Completed,
    /// Nothing comes of it.
    Cancelled,
}

/// What can be done with a sales order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::sales::OrderMove")]
pub enum SalesOrderTransition {
    /// Change the draft: `updateSalesOrder`.
    Update,
    /// Change what was agreed to: `changeSalesOrder`.
    Change,
    /// Agree to it: `confirmSalesOrder`.
    Confirm,
    /// Take back what was asked of others: `withdrawApproval`.
    Withdraw,
    /// Give it up: `cancelSalesOrder`.
    Cancel,
    /// Ship a part of it, or all that is left: `shipSalesOrder`.
    Ship,
    /// Be content with what has been shipped: `closeSalesOrder`.
    Close,
}

/// Where a shipment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::sales::ShipmentState")]
pub enum ShipmentState {
    /// Written, nothing has moved.
    Draft,
    /// Somebody has to agree first: nothing has moved.
    PendingApproval,
    /// Goods are gone, revenue and debt are booked.
    Posted,
    /// Posted and undone by a later posting.
    Reversed,
    /// Given up before it was posted.
    Cancelled,
}

/// What can be done with a shipment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::sales::ShipmentMove")]
pub enum ShipmentTransition {
    /// Let the goods go: `postShipment`.
    Post,
    /// Take back what was asked of others: `withdrawApproval`.
    Withdraw,
    /// Give the draft up: `cancelShipment`.
    Cancel,
    /// Undo the posting: `reverseShipment`.
    Reverse,
}

/// What a document comes to: the sums of its lines' rounded sums, in its currency.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct DocumentTotal {
    /// Without VAT.
    net: Money,
    /// The tax.
    vat: Money,
    /// To pay.
    gross: Money,
}

impl DocumentTotal {
    fn of(net: Decimal, vat: Decimal, gross: Decimal, currency: Currency) -> Self {
        let money = |amount| Money::new(amount, currency);
        Self { net: money(net), vat: money(vat), gross: money(gross) }
    }
}
