//! Deliveries and their packages.

use std::sync::Arc;

use ::sales::{DeliveryMove, DeliveryPackage as PackageRow};
use async_graphql::{Context, Enum, ID, Object};
use kernel::{OrderId, ShipmentId};

use super::loads::PackagesOf;
use crate::catalog::{Customer, DeliveryAddress, Organization, Warehouse};
use crate::custom::{CustomFieldValue, custom_fields_of};
use crate::files::{Attachment, OfDelivery, files_of};
use crate::identity::{AuditEntry, User, history};
use crate::ids::global;
use crate::sales::{SalesOrder, Shipment, costed, user};
use crate::scalars::{Date, DateTime, Decimal, Money};
use crate::session::Session;

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::sales::DeliveryState")]
pub enum DeliveryState {
    /// It is known when it goes.
    Planned,
    /// It has left; what it costs is booked.
    OnTheWay,
    /// The customer has it.
    Delivered,
    /// It did not get there, or was called off.
    Failed,
}

/// What can be done with a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "DeliveryMove")]
pub enum DeliveryTransition {
    /// Change how it goes: `updateDelivery`.
    Update,
    /// Let it go: `startDelivery`.
    Start,
    /// Say that the customer has it: `completeDelivery`.
    Complete,
    /// Say that nothing came of it: `failDelivery`.
    Fail,
    /// Try once more: `replanDelivery`.
    Replan,
}

/// A shipment on its way to the customer.
#[derive(Clone)]
pub struct Delivery(Arc<::sales::Delivery>);

impl From<::sales::Delivery> for Delivery {
    fn from(row: ::sales::Delivery) -> Self {
        Self(Arc::new(row))
    }
}

impl Delivery {
    /// What it is about, for the story of that.
    pub(in crate::sales) fn about(&self) -> (OrderId, Option<ShipmentId>) {
        (self.0.order_id, Some(self.0.shipment_id))
    }

    async fn package_rows(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<PackageRow>> {
        Ok(Session::of(ctx)?.load(PackagesOf(self.0.id)).await?.unwrap_or_default())
    }
}

/// A shipment, or a part of one, on its way to the customer: in packages, by a carrier, on a route.
/// What it costs is a logistics cost of the shipment.
#[Object]
impl Delivery {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Given when it is planned; numbers of deliveries may have gaps.
    async fn number(&self) -> &str {
        &self.0.number
    }

    /// The day it is planned for.
    async fn date(&self) -> Date {
        self.0.date.into()
    }

    /// Where it stands.
    async fn state(&self) -> DeliveryState {
        self.0.state.into()
    }

    /// What can be done in this state.
    async fn available_transitions(&self) -> Vec<DeliveryTransition> {
        self.0.state.moves().into_iter().map(Into::into).collect()
    }

    /// What is carried.
    async fn shipment(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Shipment>> {
        Ok(Session::of(ctx)?.load(self.0.shipment_id).await?)
    }

    /// The shipment's order.
    async fn order(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrder>> {
        Ok(Session::of(ctx)?.load(self.0.order_id).await?)
    }

    /// To whom; null where the caller may not see him.
    async fn customer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Customer>> {
        Ok(Session::of(ctx)?.load(self.0.customer_id).await?)
    }

    /// Who sells.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// The manager of the shipment.
    async fn manager(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(ctx, self.0.manager_id).await
    }

    /// From where it leaves.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load(self.0.warehouse_id).await?)
    }

    /// Who carries.
    async fn carrier(&self) -> Option<&str> {
        self.0.carrier.as_deref()
    }

    /// The tour it goes on; deliveries of one tour have the same route.
    async fn route(&self) -> Option<&str> {
        self.0.route.as_deref()
    }

    /// Under which number the carrier knows it.
    async fn tracking_number(&self) -> Option<&str> {
        self.0.tracking_number.as_deref()
    }

    /// Which of the customer's addresses; null where none of them was named, and where the caller
    /// may not see the customer.
    async fn delivery_address(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<DeliveryAddress>> {
        Ok(Session::of(ctx)?.load_made(self.0.delivery_address_id).await?)
    }

    /// Where to, as it stood when it was planned or changed.
    async fn address(&self) -> Option<&str> {
        self.0.address.as_deref()
    }

    /// Who is to take it.
    async fn recipient(&self) -> Option<&str> {
        self.0.recipient.as_deref()
    }

    /// The recipient's telephone.
    async fn phone(&self) -> Option<&str> {
        self.0.phone.as_deref()
    }

    /// What is carried, in the order it was written.
    async fn packages(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<DeliveryPackage>> {
        Ok(self.package_rows(ctx).await?.into_iter().map(DeliveryPackage).collect())
    }

    /// How many packages there are in all.
    async fn package_count(&self, ctx: &Context<'_>) -> async_graphql::Result<i32> {
        Ok(self.package_rows(ctx).await?.iter().map(|row| row.count).sum())
    }

    /// Gross weight of all packages in kilograms; null where the weight of one of them is not
    /// known, or there are none.
    async fn weight_kg(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Decimal>> {
        Ok(total(&self.package_rows(ctx).await?, |row| row.weight_kg))
    }

    /// Volume of all packages in cubic metres; null where the volume of one of them is not known,
    /// or there are none.
    async fn volume_m3(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Decimal>> {
        Ok(total(&self.package_rows(ctx).await?, |row| row.volume_m3))
    }

    /// What carrying costs in all, in the base currency, without recoverable VAT; null where
    /// nobody has said. Needs the right `cost.read`.
    async fn cost(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        money(ctx, self.0.cost)
    }

    /// What of that is booked as a logistics cost of the shipment: nothing before it sets off,
    /// all of it after. Needs the right `cost.read`.
    async fn booked_cost(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        money(ctx, Some(self.0.booked))
    }

    /// How often it set off.
    async fn attempts(&self) -> i32 {
        self.0.attempts
    }

    /// When it set off last; null before.
    async fn started_at(&self) -> Option<DateTime> {
        self.0.started_at.map(DateTime)
    }

    /// When the customer had it; null before.
    async fn delivered_at(&self) -> Option<DateTime> {
        self.0.delivered_at.map(DateTime)
    }

    /// Who took it.
    async fn received_by(&self) -> Option<&str> {
        self.0.received_by.as_deref()
    }

    /// Why nothing came of it; null unless it failed.
    async fn fail_reason(&self) -> Option<&str> {
        self.0.fail_reason.as_deref()
    }

    /// A note for the driver.
    async fn comment(&self) -> Option<&str> {
        self.0.comment.as_deref()
    }

    /// Its files, oldest first: the proof of delivery above all. `POST /files` attaches them.
    async fn attachments(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Attachment>> {
        Ok(files_of::<OfDelivery>(Session::of(ctx)?, self.0.id.0).await?)
    }

    /// Its key in another system; unique among the tenant's deliveries.
    async fn external_reference(&self) -> Option<&str> {
        self.0.external_reference.as_deref()
    }

    /// Grows with each change.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was written.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// The person who planned it; null where a program did.
    async fn created_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(ctx, self.0.created_by).await
    }

    /// What its custom fields hold, as far as the caller sees them, in the order of cards; those
    /// that hold nothing are absent.
    async fn custom_fields(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<CustomFieldValue>> {
        Ok(custom_fields_of::<::sales::Delivery>(Session::of(ctx)?, self.0.id).await?)
    }

    /// Who did what to it, newest first, at most 100 entries.
    async fn history(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AuditEntry>> {
        Ok(history(Session::of(ctx)?, self.0.id).await?)
    }
}

/// A measure of all packages, where each has it.
fn total(
    rows: &[PackageRow],
    of: impl Fn(&PackageRow) -> Option<kernel::Decimal>,
) -> Option<Decimal> {
    let one = |row: &PackageRow| Some(of(row)? * kernel::Decimal::from(row.count));
    let parts: Option<Vec<kernel::Decimal>> = rows.iter().map(one).collect();
    let parts = parts.filter(|parts| !parts.is_empty())?;
    Some(Decimal(parts.iter().sum::<kernel::Decimal>().normalize()))
}

fn money(
    ctx: &Context<'_>,
    amount: Option<kernel::Decimal>,
) -> async_graphql::Result<Option<Money>> {
    let base = Session::of(ctx)?.scope()?.facts().base_currency;
    Ok(costed(ctx, amount.map(|amount| Money::new(amount, base)))?)
}

/// Packages of one kind.
pub struct DeliveryPackage(PackageRow);

/// Packages of one kind.
#[Object]
impl DeliveryPackage {
    /// Its place, from 1.
    async fn position(&self) -> i32 {
        self.0.position
    }

    /// What it is: "box", "pallet".
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What is written on it: a mark, a code of the carrier.
    async fn mark(&self) -> Option<&str> {
        self.0.mark.as_deref()
    }

    /// How many.
    async fn count(&self) -> i32 {
        self.0.count
    }

    /// Gross weight of one in kilograms.
    async fn weight_kg(&self) -> Option<Decimal> {
        self.0.weight_kg.map(|weight| Decimal(weight.normalize()))
    }

    /// Volume of one in cubic metres.
    async fn volume_m3(&self) -> Option<Decimal> {
        self.0.volume_m3.map(|volume| Decimal(volume.normalize()))
    }
}
