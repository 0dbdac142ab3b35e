//! What moved, and what is held.

use ::stock::{Held, MovementFilter, MovementRow, ReadStock};
use async_graphql::{Context, Enum, ID, Object};
use db::CommandError;
use kernel::OrderId;

use super::lot::Lot;
use super::{quantity, value};
use crate::catalog::{Organization, Product, ProductVariant, Warehouse};
use crate::errors::Failure;
use crate::identity::User;
use crate::ids::{AnyId, NodeId, global};
use crate::node::{Node, find};
use crate::paging::{self, Connection, OrderDirection};
use crate::scalars::{Date, DateTime, Decimal, Money};
use crate::session::Session;

/// Why goods moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum MovementKind {
    /// Goods came in.
    Receipt,
    /// Goods left with a shipment.
    Shipment,
    /// An earlier movement was undone.
    Reversal,
    /// Goods were moved between warehouses.
    Transfer,
    /// Goods were written off.
    WriteOff,
    /// A stock count found more or less than was written down.
    Count,
    /// Goods were put together of others, or taken apart.
    Assembly,
    /// A customer gave goods back.
    SalesReturn,
    /// Goods were given back to their supplier.
    SupplierReturn,
    /// A part of a lot was held back, as a lot of its own.
    Quarantine,
    /// The value changed and no goods moved, such as by freight or customs.
    Revaluation,
}

impl MovementKind {
    /// Reads a kind as the register writes it.
    pub(super) fn read(kind: &str) -> Result<Self, Failure> {
        match kind {
            "RECEIPT" => Ok(Self::Receipt),
            "SHIPMENT" => Ok(Self::Shipment),
            "REVERSAL" => Ok(Self::Reversal),
            "TRANSFER" => Ok(Self::Transfer),
            "WRITE_OFF" => Ok(Self::WriteOff),
            "COUNT" => Ok(Self::Count),
            "ASSEMBLY" => Ok(Self::Assembly),
            "SALES_RETURN" => Ok(Self::SalesReturn),
            "SUPPLIER_RETURN" => Ok(Self::SupplierReturn),
            "QUARANTINE" => Ok(Self::Quarantine),
            "REVALUATION" => Ok(Self::Revaluation),
            other => Err(Failure::broken(format!("a movement of kind {other}"))),
        }
    }
}

/// One change of what is left of a lot in one warehouse. Never changed afterwards.
#[derive(Clone, Debug)]
pub struct StockMovement(MovementRow);

impl From<MovementRow> for StockMovement {
    fn from(row: MovementRow) -> Self {
        Self(row)
    }
}

/// One change of what is left of a lot in one warehouse. Never changed afterwards.
#[Object]
impl StockMovement {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Why it moved.
    async fn kind(&self) -> async_graphql::Result<MovementKind> {
        Ok(MovementKind::read(&self.0.kind)?)
    }

    /// Above zero inwards, below zero outwards, in the product's base unit.
    async fn quantity(&self) -> Decimal {
        quantity(self.0.quantity)
    }

    /// What the goods cost, with the quantity's sign, in the base currency. Needs the right
    /// `cost.read`.
    async fn value(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, self.0.value)?)
    }

    /// What.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.0.product_id).await?)
    }

    /// In which variant; null for a product without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.0.variant_id).await?)
    }

    /// Where.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load(self.0.warehouse_id).await?)
    }

    /// Whose goods.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// The lot.
    async fn lot(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Lot>> {
        Ok(Session::of(ctx)?.load(self.0.lot_id).await?)
    }

    /// The document that moved it; null where the caller may not see it.
    async fn document(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Node>> {
        let id = AnyId { kind: self.0.document_kind.clone(), uuid: self.0.document_id };
        Ok(visible(find(Session::of(ctx)?, id).await)?)
    }

    /// The movement that this one undoes.
    async fn reverses(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<StockMovement>> {
        Ok(Session::of(ctx)?.load_made(self.0.reverses).await?)
    }

    /// The business date.
    async fn date(&self) -> Date {
        self.0.occurred_on.into()
    }

    /// Who posted the document, where a person did.
    async fn created_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(self.0.created_by).await?)
    }

    /// When it was written down.
    async fn recorded_at(&self) -> DateTime {
        self.0.recorded_at.into()
    }
}

/// A record of a type that the caller may have no right to is null, as one out of reach is.
fn visible(found: Result<Option<Node>, Failure>) -> Result<Option<Node>, Failure> {
    match found {
        Err(Failure::Command(error)) if matches!(*error, CommandError::Forbidden(_)) => Ok(None),
        other => other,
    }
}

/// The four arguments of a connection.
pub(super) type PageArguments<'a> = (Option<i32>, Option<&'a str>, Option<i32>, Option<&'a str>);

/// A page of movements.
pub(super) async fn list(
    session: &Session,
    filter: MovementFilter,
    direction: OrderDirection,
    (first, after, last, before): PageArguments<'_>,
) -> Result<Connection<StockMovement>, Failure> {
    let permit = session.permit::<ReadStock>()?;
    let request = paging::request(first, after, last, before, "DATE")?;
    let tx = session.tx().await?;
    let page = ::stock::movements(&tx, &permit, &filter, direction.into(), &request).await?;
    let count = move |session: Session| {
        let filter = filter.clone();
        async move {
            let permit = session.permit::<ReadStock>()?;
            Ok(::stock::count_movements(&*session.tx().await?, &permit, &filter).await?)
        }
    };
    Ok(Connection::of(page, StockMovement::from).counted(count))
}

/// A quantity of a lot held for one order line; nobody else can ship it.
#[derive(Clone, Debug)]
pub struct Reservation(Held);

impl From<Held> for Reservation {
    fn from(held: Held) -> Self {
        Self(held)
    }
}

/// A quantity of a lot held for one order line; nobody else can ship it.
#[Object]
impl Reservation {
    /// The opaque global id. A reservation is gone when nothing is held any more.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// What is held, in the product's base unit.
    async fn quantity(&self) -> Decimal {
        quantity(self.0.quantity)
    }

    /// What.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.0.product_id).await?)
    }

    /// Where.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load(self.0.warehouse_id).await?)
    }

    /// Out of which lot.
    async fn lot(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Lot>> {
        Ok(Session::of(ctx)?.load(self.0.lot_id).await?)
    }

    /// The order it is held for; null where the caller may not see it.
    async fn order(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Node>> {
        let id = AnyId { kind: OrderId::TYPE.to_owned(), uuid: self.0.order_id.0 };
        Ok(visible(find(Session::of(ctx)?, id).await)?)
    }
}
