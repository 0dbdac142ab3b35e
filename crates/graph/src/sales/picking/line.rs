//! Lines of pick tasks, and how their goods are packed.

use std::sync::Arc;

use ::catalog::{PackedPart, packed_text};
use async_graphql::{Context, ID, Object};

use super::loads::PackedIn;
use super::task::PickTask;
use crate::catalog::{
    Bin, Product, ProductBarcode, ProductPackaging, ProductVariant, barcodes_to_scan,
};
use crate::ids::global;
use crate::sales::{SalesOrder, SalesOrderLine};
use crate::scalars::Decimal;
use crate::session::Session;
use crate::stock::Lot;

/// What is to be taken for one order line out of one lot.
#[derive(Clone)]
pub struct PickTaskLine(Arc<::sales::PickLine>);

impl From<::sales::PickLine> for PickTaskLine {
    fn from(row: ::sales::PickLine) -> Self {
        Self(Arc::new(row))
    }
}

impl PickTaskLine {
    pub(in crate::sales) fn row(&self) -> &::sales::PickLine {
        &self.0
    }
}

/// What is to be taken for one order line out of one lot.
#[Object]
impl PickTaskLine {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// The task it belongs to.
    async fn pick_task(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<PickTask>> {
        Ok(Session::of(ctx)?.load(self.0.task_id).await?)
    }

    /// Its place on the walk through the warehouse, from 1.
    async fn position(&self) -> i32 {
        self.0.position
    }

    /// For which order.
    async fn order(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrder>> {
        Ok(Session::of(ctx)?.load(self.0.order_id).await?)
    }

    /// For which of its lines.
    async fn order_line(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrderLine>> {
        Ok(Session::of(ctx)?.load(self.0.order_line_id).await?)
    }

    /// What.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.0.product_id).await?)
    }

    /// In which variant; null for a product without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.0.variant_id).await?)
    }

    /// Out of which lot: the reserved one, or the one that was taken in its place.
    async fn lot(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Lot>> {
        Ok(Session::of(ctx)?.load(self.0.lot_id).await?)
    }

    /// The lot that was reserved, where the storekeeper took another one.
    async fn instead_of(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Lot>> {
        Ok(Session::of(ctx)?.load_made(self.0.instead_of_id).await?)
    }

    /// Where the lot lay when the task was made; null where nobody has said.
    async fn bin(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Bin>> {
        Ok(Session::of(ctx)?.load_made(self.0.bin_id).await?)
    }

    /// How much is to be taken, base units.
    async fn quantity(&self) -> Decimal {
        Decimal(self.0.quantity.normalize())
    }

    /// How much is confirmed, base units.
    async fn picked(&self) -> Decimal {
        Decimal(self.0.picked.normalize())
    }

    /// How much was not to be found, base units.
    async fn short(&self) -> Decimal {
        Decimal(self.0.short.normalize())
    }

    /// How much is still to be taken, base units.
    async fn left(&self) -> Decimal {
        Decimal(self.0.left().normalize())
    }

    /// What the storekeeper said of what is short.
    async fn short_note(&self) -> Option<&str> {
        self.0.short_note.as_deref()
    }

    /// The base unit.
    async fn unit(&self) -> &str {
        &self.0.unit
    }

    /// The quantity broken down into the product's packagings, the largest first, and what is
    /// left in the base unit. The parts add up to the quantity exactly.
    async fn packed(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<PackedQuantity>> {
        Ok(self.parts(ctx).await?.into_iter().map(PackedQuantity).collect())
    }

    /// The same in one text: `2 box + 3 pcs`.
    async fn packed_text(&self, ctx: &Context<'_>) -> async_graphql::Result<String> {
        Ok(packed_text(&self.parts(ctx).await?))
    }

    /// The codes that its goods and their packagings are scanned by: the variant's own, and those
    /// that all variants have.
    async fn barcodes(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ProductBarcode>> {
        let session = Session::of(ctx)?;
        Ok(barcodes_to_scan(session, self.0.product_id, self.0.variant_id).await?)
    }
}

impl PickTaskLine {
    async fn parts(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<PackedPart>> {
        let cards = Session::of(ctx)?.load(PackedIn(self.0.product_id)).await?;
        let cards = cards.unwrap_or_default();
        Ok(::catalog::broken_down(self.0.quantity, &self.0.unit, &cards))
    }
}

/// So many of one packaging, or of the base unit.
pub struct PackedQuantity(PackedPart);

/// So many of one packaging, or of the base unit.
#[Object]
impl PackedQuantity {
    /// The packaging; null is the base unit.
    async fn packaging(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<ProductPackaging>> {
        Ok(Session::of(ctx)?.load_made(self.0.packaging_id).await?)
    }

    /// What it is called.
    async fn unit(&self) -> &str {
        &self.0.unit
    }

    /// How many of it: whole packagings, or base units with three places at most.
    async fn quantity(&self) -> Decimal {
        Decimal(self.0.count.normalize())
    }

    /// What they come to in base units.
    async fn base_quantity(&self) -> Decimal {
        Decimal(self.0.base.normalize())
    }
}
