//! The way of a lot: where it came from, what became of it, who received it.

use ::stock::{LotCardRow, ReadStock};
use async_graphql::{Context, Enum, Object};
use kernel::{AssemblyOrderId, LotId};

use crate::errors::Failure;
use crate::paging::{self, Connection};
use crate::sales::{LotRecipient, lot_recipients};
use crate::scalars::Decimal;
use crate::session::Session;
use crate::stock::AssemblyOrder;
use crate::stock::lot::{Lot, LotBalance};
use crate::stock::movement::StockMovement;
use crate::stock::{loads::BalancesOf, quantity};

/// How one lot came of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::stock::LotLinkKind")]
pub enum LotLinkKind {
    /// A part of the other one was put aside as a lot of its own.
    Split,
    /// It was put together of others, or the other one was taken apart.
    Assembly,
}

/// One lot that came of another.
#[derive(Clone, Debug)]
pub struct LotLink(::stock::LotLink);

/// One lot that came of another.
#[Object]
impl LotLink {
    /// The lot that came into being.
    async fn lot(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Lot>> {
        Ok(Session::of(ctx)?.load(self.0.lot_id).await?)
    }

    /// The lot whose goods are in it.
    async fn source(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Lot>> {
        Ok(Session::of(ctx)?.load(self.0.source_id).await?)
    }

    /// How it came of the other one.
    async fn kind(&self) -> LotLinkKind {
        self.0.kind().into()
    }

    /// The assembly order that made it; null for a split, and where the caller sees none.
    async fn assembly_order(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<AssemblyOrder>> {
        let id = self.0.document_id.map(AssemblyOrderId);
        Ok(Session::of(ctx)?.load_made(id).await?)
    }
}

/// A movement of a lot, and what was left after it.
#[derive(Clone, Debug)]
pub struct LotCardEntry(LotCardRow);

/// A movement of a lot, and what was left after it.
#[Object]
impl LotCardEntry {
    /// What moved, when, where, and by which document.
    async fn movement(&self) -> StockMovement {
        self.0.movement.clone().into()
    }

    /// What was left of the lot in all warehouses after it, by business date, in the product's
    /// base unit.
    async fn left(&self) -> Decimal {
        quantity(self.0.left)
    }
}

/// The way of a lot from its supplier to customers.
#[derive(Clone, Debug)]
pub struct LotTrace(LotId);

impl LotTrace {
    pub(super) fn of(lot: LotId) -> Self {
        Self(lot)
    }

    async fn links(&self, ctx: &Context<'_>, way: Way) -> Result<Vec<::stock::LotLink>, Failure> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadStock>()?;
        let tx = session.tx().await?;
        Ok(match way {
            Way::Back => ::stock::lots_origins(&tx, &permit, &[self.0]).await?,
            Way::On => ::stock::lots_made_of(&tx, &permit, &[self.0]).await?,
        })
    }
}

enum Way {
    Back,
    On,
}

/// The way of a lot: what it was made of, how it moved, what was made of it, what is left where,
/// and who received it. Its receipt and supplier stand on the lot and on the lots it came of.
#[Object]
impl LotTrace {
    /// The lot.
    async fn lot(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Lot>> {
        Ok(Session::of(ctx)?.load(self.0).await?)
    }

    /// The lots it came of, all the way back to receipts; at most 1,000 links.
    async fn origins(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<LotLink>> {
        Ok(self.links(ctx, Way::Back).await?.into_iter().map(LotLink).collect())
    }

    /// The lots that came of it, all the way on; at most 1,000 links.
    async fn made(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<LotLink>> {
        Ok(self.links(ctx, Way::On).await?.into_iter().map(LotLink).collect())
    }

    /// Its movements, the oldest first, each with what was left after it.
    async fn card(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows after the cursor; 50 by default, up to 250.")]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last rows before the cursor; up to 250.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<LotCardEntry>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadStock>()?;
        let request = paging::request(first, after.as_deref(), last, before.as_deref(), "DATE")?;
        let lot = self.0;
        let page = ::stock::lot_card(&*session.tx().await?, &permit, lot, &request).await?;
        let count = move |session: Session| async move {
            let permit = session.permit::<ReadStock>()?;
            Ok(::stock::count_lot_card(&*session.tx().await?, &permit, lot).await?)
        };
        Ok(Connection::of(page, LotCardEntry).counted(count))
    }

    /// What is left of it and of the lots that came of it, by warehouse, without empty ones.
    async fn balances(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<LotBalance>> {
        let made = self.links(ctx, Way::On).await?;
        let mut lots: Vec<LotId> = made.into_iter().map(|link| link.lot_id).collect();
        lots.push(self.0);
        lots.sort_unstable();
        lots.dedup();
        let keys = lots.into_iter().map(BalancesOf).collect();
        let balances = Session::of(ctx)?.load_all(keys).await?.into_iter().flatten().flatten();
        Ok(balances.filter(LotBalance::is_some).collect())
    }

    /// Who received it, or a lot that came of it, by posted shipments that the caller may see.
    /// Needs the right `shipment.read`; customers and their contacts are shown to those who may
    /// see them.
    async fn recipients(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows after the cursor; 50 by default, up to 250.")]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last rows before the cursor; up to 250.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list.")] before: Option<String>,
    ) -> async_graphql::Result<Option<Connection<LotRecipient>>> {
        let made = self.links(ctx, Way::On).await?;
        let lots = made.into_iter().map(|link| link.lot_id).chain([self.0]).collect();
        let filter = ::sales::LotShipmentFilter { lots, ..Default::default() };
        let page = (first, after.as_deref(), last, before.as_deref());
        Ok(Some(lot_recipients(Session::of(ctx)?, filter, page).await?))
    }
}
