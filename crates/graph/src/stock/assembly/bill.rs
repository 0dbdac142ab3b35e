//! Bills of materials.

use ::stock::assembly::{BillComponentRow, BillRow, BillVersionRow};
use async_graphql::{Context, ID, Object};

use super::loads::VersionsOf;
use crate::catalog::{Product, ProductVariant};
use crate::identity::{AuditEntry, User, history};
use crate::ids::global;
use crate::scalars::{Date, DateTime, Decimal, Money};
use crate::session::Session;
use crate::stock::{cost, quantity};

/// What goods are made of.
#[derive(Clone, Debug)]
pub struct BillOfMaterials(BillRow);

impl From<BillRow> for BillOfMaterials {
    fn from(row: BillRow) -> Self {
        Self(row)
    }
}

/// What goods are made of: dated versions, each of which says how many finished goods come of
/// which components.
#[Object]
impl BillOfMaterials {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Its name, unique among those of its goods.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The finished goods.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.0.product_id).await?)
    }

    /// In which variant; null for a product without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.0.variant_id).await?)
    }

    /// What holds from which day on, the newest first.
    async fn versions(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<BillVersion>> {
        let rows = Session::of(ctx)?.load(VersionsOf(self.0.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(BillVersion).collect())
    }

    /// Its name in another program, unique among bills.
    async fn external_reference(&self) -> Option<&str> {
        self.0.external_reference.as_deref()
    }

    /// Since when it is archived; null while it is in use.
    async fn archived_at(&self) -> Option<DateTime> {
        self.0.archived_at.map(Into::into)
    }

    /// For the next change: a stale one is refused.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// Who made it, where a person did.
    async fn created_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(self.0.created_by).await?)
    }

    /// Who did what to it, the newest first; at most 100 entries.
    async fn history(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AuditEntry>> {
        Ok(history(Session::of(ctx)?, self.0.id).await?)
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

/// What holds of a bill from a day on.
#[derive(Clone, Debug)]
pub struct BillVersion(BillVersionRow);

/// What holds of a bill from a day on, until the next version.
#[Object]
impl BillVersion {
    /// From this day on.
    async fn valid_from(&self) -> Date {
        self.0.valid_from.into()
    }

    /// So many finished goods, in their base unit, come of the components.
    async fn yields(&self) -> Decimal {
        quantity(self.0.yields)
    }

    /// What work costs for one finished piece, in the base currency. Needs the right `cost.read`.
    async fn labour_rate(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(cost(ctx, self.0.labour_rate)?)
    }

    /// The components, in their order.
    async fn components(&self) -> Vec<BillComponent> {
        self.0.components.iter().cloned().map(BillComponent).collect()
    }
}

/// A component of a bill.
#[derive(Clone, Debug)]
pub struct BillComponent(BillComponentRow);

/// A component of a bill.
#[Object]
impl BillComponent {
    /// What.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.0.product_id).await?)
    }

    /// In which variant; null for a product without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.0.variant_id).await?)
    }

    /// How much for what the version yields, in the product's base unit.
    async fn quantity(&self) -> Decimal {
        quantity(self.0.quantity)
    }
}
