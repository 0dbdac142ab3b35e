//! Stock as it changes, with what there is now. What changes within a moment comes as one event: a
//! hundred confirmations a second are no hundred readings of the same balance.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use ::stock::{ReadStock, StockFigure as Figure};
use async_graphql::{Context, ID, Object};
use db::Event;
use kernel::{DateTime as Moment, ProductId, Utc, Uuid, WarehouseId};

use super::follower::Gathered;
use super::{EventKind, cursor};
use crate::catalog::{Product, Warehouse};
use crate::errors::Failure;
use crate::ids::global;
use crate::scalars::{DateTime, Decimal};
use crate::session::Session;

/// What a subscriber asked about; nothing named is everything.
#[derive(Clone, Default)]
pub(super) struct Watched {
    pub(super) products: Option<Arc<HashSet<Uuid>>>,
    pub(super) warehouses: Option<Arc<HashSet<Uuid>>>,
}

impl Watched {
    /// Whether an event tells of something asked about.
    pub(super) fn meets(&self, event: &Event) -> bool {
        let some = |wanted: Option<&HashSet<Uuid>>, told: &[Uuid]| {
            wanted.is_none_or(|wanted| told.iter().any(|id| wanted.contains(id)))
        };
        some(self.products.as_deref(), &event.products)
            && some(self.warehouses.as_deref(), &event.warehouses)
    }
}

/// A change of stock: of quantities on hand or reserved.
pub struct StockEvent {
    position: i64,
    kind: EventKind,
    recorded_at: Option<Moment<Utc>>,
    products: BTreeSet<Uuid>,
    warehouses: BTreeSet<Uuid>,
}

impl StockEvent {
    /// What several changes come to for a subscriber.
    pub(super) fn of(gathered: &Gathered, watched: &Watched) -> Self {
        let (position, events) = match gathered {
            Gathered::Changed { position, events } => (*position, &events[..]),
            Gathered::Resync(position) => (*position, &[][..]),
        };
        let among = |told: &[Uuid], wanted: Option<&HashSet<Uuid>>| -> Vec<Uuid> {
            let is_wanted = |id: &&Uuid| wanted.is_none_or(|wanted| wanted.contains(*id));
            told.iter().filter(is_wanted).copied().collect()
        };
        let products = |event: &Arc<Event>| among(&event.products, watched.products.as_deref());
        let warehouses =
            |event: &Arc<Event>| among(&event.warehouses, watched.warehouses.as_deref());
        Self {
            position,
            kind: match gathered {
                Gathered::Changed { .. } => EventKind::Changed,
                Gathered::Resync(_) => EventKind::Resync,
            },
            recorded_at: events.last().map(|event| event.recorded_at),
            products: events.iter().flat_map(products).collect(),
            warehouses: events.iter().flat_map(warehouses).collect(),
        }
    }
}

/// A change of stock: of quantities on hand or reserved. Changes that follow each other within a
/// tenth of a second come as one.
#[Object]
impl StockEvent {
    /// Where this event stands: pass it as `after` to go on from here.
    async fn cursor(&self) -> String {
        cursor(self.position)
    }

    /// A change, or a call to read everything anew.
    async fn kind(&self) -> EventKind {
        self.kind
    }

    /// The products whose stock changed, of those asked about; empty for RESYNC.
    async fn product_ids(&self) -> Vec<ID> {
        self.products.iter().map(|id| global(ProductId(*id))).collect()
    }

    /// The warehouses where it changed, of those asked about; empty for RESYNC.
    async fn warehouse_ids(&self) -> Vec<ID> {
        self.warehouses.iter().map(|id| global(WarehouseId(*id))).collect()
    }

    /// What there is of these products in these warehouses at the moment of sending; a product
    /// that was never in a warehouse has no row for it. Empty for RESYNC. Needs the right
    /// `stock.read`.
    async fn figures(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<StockFigure>>> {
        Ok(Some(self.read(Session::of(ctx)?).await?))
    }

    /// When the last of the changes was made; null for RESYNC.
    async fn recorded_at(&self) -> Option<DateTime> {
        self.recorded_at.map(Into::into)
    }
}

impl StockEvent {
    async fn read(&self, session: &Session) -> Result<Vec<StockFigure>, Failure> {
        let permit = session.permit::<ReadStock>()?;
        let products: Vec<ProductId> = self.products.iter().map(|id| ProductId(*id)).collect();
        let warehouses: Vec<WarehouseId> =
            self.warehouses.iter().map(|id| WarehouseId(*id)).collect();
        if products.is_empty() || warehouses.is_empty() {
            return Ok(Vec::new());
        }
        let tx = session.tx().await?;
        let figures = ::stock::stock_figures(&tx, &permit, &products, &warehouses).await?;
        Ok(figures.into_iter().map(StockFigure).collect())
    }
}

/// What there is of a product in a warehouse.
#[derive(Clone, Debug)]
pub struct StockFigure(Figure);

/// What there is of a product in a warehouse, all variants, lots and organizations together.
#[Object]
impl StockFigure {
    /// The product's global id.
    async fn product_id(&self) -> ID {
        global(self.0.product_id)
    }

    /// What.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load_made(Some(self.0.product_id)).await?)
    }

    /// The warehouse's global id.
    async fn warehouse_id(&self) -> ID {
        global(self.0.warehouse_id)
    }

    /// Where.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load_made(Some(self.0.warehouse_id)).await?)
    }

    /// What lies there, in the product's base unit; 0 where nothing is left.
    async fn on_hand(&self) -> Decimal {
        Decimal(self.0.on_hand.normalize())
    }

    /// What is held for orders, in the product's base unit.
    async fn reserved(&self) -> Decimal {
        Decimal(self.0.reserved.normalize())
    }

    /// On hand less reserved, of lots neither expired today nor blocked, in the product's base
    /// unit.
    async fn available(&self) -> Decimal {
        Decimal(self.0.available.normalize())
    }
}
