//! Working on reservations: lots chosen by hand, goods let go, moved to another order, held anew,
//! and for how long.

use ::sales::{
    MoveReservation, ReadReservationSettings, ReleaseReservation, ReserveLots, ReserveSalesOrder,
    SetReservationExpiry, UpdateReservationSettings,
};
use ::stock::Pick;
use async_graphql::{Context, InputObject, Object, SimpleObject};
use kernel::{LotId, OrderId, OrderLineId, ReservationId, WarehouseId};

use super::order::SalesOrder;
use super::order_mutations::LineAvailability;
use crate::errors::Failure;
use crate::idempotency::mutate;
use crate::ids::GlobalId;
use crate::scalars::{DateTime, Decimal};
use crate::session::Session;
use crate::simulation::simulates;
use crate::user_error::UserError;

/// What the tenant says about reservations.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct ReservationSettings {
    /// Hours that goods are held for an order that is to be paid before shipping; null: for as
    /// long as it takes.
    unpaid_hours: Option<i32>,
    /// Hours that goods are held for an order that waits for an approval; 0: not at all.
    approval_hours: i32,
    /// Grows with each change; an update names the version it has read.
    version: i32,
}

impl From<::sales::ReservationSettings> for ReservationSettings {
    fn from(settings: ::sales::ReservationSettings) -> Self {
        Self {
            unpaid_hours: settings.unpaid_hours,
            approval_hours: settings.approval_hours,
            version: settings.version,
        }
    }
}

async fn settings_of(session: &Session) -> Result<ReservationSettings, Failure> {
    let permit = session.permit::<ReadReservationSettings>()?;
    Ok(::sales::reservation_settings(&*session.tx().await?, &permit).await?.into())
}

/// Queries of reservations.
#[derive(Default)]
pub struct ReservationQuery;

#[Object]
impl ReservationQuery {
    /// What the tenant says about reservations. Needs the right `order.read`.
    async fn reservation_settings(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<ReservationSettings> {
        Ok(settings_of(Session::of(ctx)?).await?)
    }
}

/// A part of a line that is to come out of one lot.
#[derive(InputObject)]
pub struct LotPickInput {
    /// Out of which lot.
    lot_id: GlobalId<LotId>,
    /// From where.
    warehouse_id: GlobalId<WarehouseId>,
    /// How much, in the product's base unit, above zero.
    quantity: Decimal,
}

impl LotPickInput {
    fn read(self) -> Pick {
        Pick { lot_id: self.lot_id.0, warehouse_id: self.warehouse_id.0, quantity: self.quantity.0 }
    }
}

/// Lots chosen for a line.
#[derive(InputObject)]
pub struct ReserveLotsInput {
    /// The order's line.
    order_line_id: GlobalId<OrderLineId>,
    /// The version of the order that was read; not asked where none is given.
    version: Option<i32>,
    /// The lots, at most 250; together no more than is left to ship. None lets everything go.
    lots: Vec<LotPickInput>,
    /// A key of one's own: a repeat with it changes nothing.
    idempotency_key: Option<String>,
}

/// A reservation to be let go.
#[derive(InputObject)]
pub struct ReleaseReservationInput {
    /// The reservation.
    reservation_id: GlobalId<ReservationId>,
    /// How much of it, in the product's base unit; all where none is given.
    quantity: Option<Decimal>,
    /// Why, at most 1,000 characters.
    reason: String,
    /// A key of one's own: a repeat with it changes nothing.
    idempotency_key: Option<String>,
}

/// A reservation to be given to another order.
#[derive(InputObject)]
pub struct MoveReservationInput {
    /// The reservation.
    reservation_id: GlobalId<ReservationId>,
    /// The line of the other order: for the same goods, of the same organization.
    to_order_line_id: GlobalId<OrderLineId>,
    /// How much of it, in the product's base unit, no more than the line lacks; all where none is
    /// given.
    quantity: Option<Decimal>,
    /// Why, at most 1,000 characters.
    reason: String,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    simulate: bool,
    /// A key of one's own: a repeat with it changes nothing.
    idempotency_key: Option<String>,
}

/// An order whose goods are to be held anew.
#[derive(InputObject)]
pub struct ReserveSalesOrderInput {
    /// Which.
    id: GlobalId<OrderId>,
    /// The version that was read; not asked where none is given.
    version: Option<i32>,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    simulate: bool,
    /// A key of one's own: a repeat with it changes nothing.
    idempotency_key: Option<String>,
}

/// Until when goods are held for an order.
#[derive(InputObject)]
pub struct SetReservationExpiryInput {
    /// The order.
    order_id: GlobalId<OrderId>,
    /// In the future; null: without a time.
    expires_at: Option<DateTime>,
    /// A key of one's own: a repeat with it changes nothing.
    idempotency_key: Option<String>,
}

/// What the tenant says about reservations from now on.
#[derive(InputObject)]
pub struct UpdateReservationSettingsInput {
    /// The version that was read; 0 before the first change.
    version: i32,
    /// Hours that goods are held for an order that is to be paid before shipping, from 1 to 8,760;
    /// null: for as long as it takes.
    unpaid_hours: Option<i32>,
    /// Hours that goods are held for an order that waits for an approval, from 0 to 8,760; left as it
    /// is where none is given.
    approval_hours: Option<i32>,
    /// A key of one's own: a repeat with it changes nothing.
    idempotency_key: Option<String>,
}

/// An order after work on its reservations.
#[derive(SimpleObject)]
pub struct ReservationPayload {
    /// The order as it is now.
    order: Option<SalesOrder>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// Two orders after goods went from one to the other.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct MoveReservationPayload {
    /// The order that gave.
    from_order: Option<SalesOrder>,
    /// The order that got.
    to_order: Option<SalesOrder>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// An order after its goods were held anew.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ReserveSalesOrderPayload {
    /// The order as it is now.
    order: Option<SalesOrder>,
    /// What was there for each line that lacked something.
    availability: Vec<LineAvailability>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// What the tenant says about reservations, after a change.
#[derive(SimpleObject)]
pub struct UpdateReservationSettingsPayload {
    /// What holds now; null where it was refused.
    reservation_settings: Option<ReservationSettings>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// Mutations of reservations.
#[derive(Default)]
pub struct ReservationMutation;

#[Object]
impl ReservationMutation {
    /// Holds a line's goods out of lots chosen by hand, in place of all that was held for it. What
    /// is not chosen is not held. Lots must fit as those chosen by the program do: the goods and
    /// the organization, free, neither blocked nor expiring before the goods leave, in a warehouse
    /// that the order takes goods from; else `LOT_UNFIT`. While a part is to be paid before goods
    /// are held, none can be chosen (`PREPAYMENT_DUE`).
    async fn reserve_lots(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The line and its lots.")] input: ReserveLotsInput,
    ) -> async_graphql::Result<ReservationPayload> {
        let command = ReserveLots {
            line: input.order_line_id.0,
            version: input.version,
            picks: input.lots.into_iter().map(LotPickInput::read).collect(),
        };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let order = Session::of(ctx)?.load_made(done.output).await?;
        Ok(ReservationPayload { order, user_errors: done.user_errors })
    }

    /// Lets a reservation go, or a part of it: its goods are free for anybody.
    async fn release_reservation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, how much and why.")] input: ReleaseReservationInput,
    ) -> async_graphql::Result<ReservationPayload> {
        let command = ReleaseReservation {
            reservation: input.reservation_id.0,
            quantity: input.quantity.map(|quantity| quantity.0),
            reason: input.reason,
        };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let order = Session::of(ctx)?.load_made(done.output).await?;
        Ok(ReservationPayload { order, user_errors: done.user_errors })
    }

    /// Gives a reservation, or a part of it, to a line of another order. Needs the right
    /// `reservation.move`, for both orders; both keep the reason, and both managers hear of it.
    async fn move_reservation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, where to, how much and why.")] input: MoveReservationInput,
    ) -> async_graphql::Result<MoveReservationPayload> {
        let command = MoveReservation {
            reservation: input.reservation_id.0,
            to: input.to_order_line_id.0,
            quantity: input.quantity.map(|quantity| quantity.0),
            reason: input.reason,
        };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let session = Session::of(ctx)?;
        Ok(MoveReservationPayload {
            from_order: session.load_made(done.output.map(|orders| orders.0)).await?,
            to_order: session.load_made(done.output.map(|orders| orders.1)).await?,
            user_errors: done.user_errors,
        })
    }

    /// Holds what is free now for all that an open order still lacks, after goods were let go or
    /// came in.
    async fn reserve_sales_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which order.")] input: ReserveSalesOrderInput,
    ) -> async_graphql::Result<ReserveSalesOrderPayload> {
        let command = ReserveSalesOrder { id: input.id.0, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let (order, availability) = done.output.unzip();
        let availability = availability.unwrap_or_default();
        Ok(ReserveSalesOrderPayload {
            order: Session::of(ctx)?.load_made(order).await?,
            availability: availability.into_iter().map(LineAvailability).collect(),
            user_errors: done.user_errors,
        })
    }

    /// Says until when goods are held for an open order: then, where it has not got what is due
    /// before shipping (all of it where nothing is due before), they are free again.
    async fn set_reservation_expiry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order and the time.")] input: SetReservationExpiryInput,
    ) -> async_graphql::Result<ReservationPayload> {
        let expires_at = input.expires_at.map(|moment| moment.0);
        let command = SetReservationExpiry { id: input.order_id.0, expires_at };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let order = Session::of(ctx)?.load_made(done.output).await?;
        Ok(ReservationPayload { order, user_errors: done.user_errors })
    }

    /// Says for how long goods are held for orders that are to be paid before shipping and are
    /// not. Orders confirmed so far keep their times. Needs the right `settings.write`.
    async fn update_reservation_settings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What holds from now on.")] input: UpdateReservationSettingsInput,
    ) -> async_graphql::Result<UpdateReservationSettingsPayload> {
        let UpdateReservationSettingsInput {
            version,
            unpaid_hours,
            approval_hours,
            idempotency_key,
        } = input;
        let command = UpdateReservationSettings { version, unpaid_hours, approval_hours };
        let done = mutate(ctx, command, idempotency_key).await?;
        let reservation_settings = match done.output {
            // Who may write but not read has done his work all the same.
            Some(()) => settings_of(Session::of(ctx)?).await.ok(),
            None => None,
        };
        let user_errors = done.user_errors;
        Ok(UpdateReservationSettingsPayload { reservation_settings, user_errors })
    }
}

simulates!(MoveReservationPayload, ReserveSalesOrderPayload);
