//! Who received goods of lots.

use ::sales::{LOT_SHIPMENT_ORDER, LotShipment, LotShipmentFilter, ReadShipments};
use ::stock::ReadStock;
use async_graphql::{Context, InputObject, Object};
use kernel::{LotId, ProductId};

use super::order::{SalesOrder, SalesOrderLine};
use super::shipment::Shipment;
use crate::catalog::{Customer, Product, ProductVariant, Warehouse};
use crate::errors::Failure;
use crate::ids::GlobalId;
use crate::paging::{self, Connection};
use crate::scalars::{Date, Decimal};
use crate::session::Session;
use crate::stock::Lot;

/// Lots that one question may name.
const MOST_LOTS: usize = 250;

/// A part of a posted shipment's line that came out of one lot.
#[derive(Clone, Debug)]
pub struct LotRecipient(LotShipment);

/// Who received goods of a lot: a part of a posted shipment's line.
#[Object]
impl LotRecipient {
    /// Who received it; null where the caller may not see him. His contacts are shown to those who
    /// may see contacts.
    async fn customer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Customer>> {
        Ok(Session::of(ctx)?.load_made(Some(self.0.customer_id)).await?)
    }

    /// How much left, in the product's base unit.
    async fn quantity(&self) -> Decimal {
        Decimal(self.0.quantity.normalize())
    }

    /// What of it has come back with posted returns, in the product's base unit.
    async fn returned(&self) -> Decimal {
        Decimal(self.0.returned.normalize())
    }

    /// The lot.
    async fn lot(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Lot>> {
        Ok(Session::of(ctx)?.load_made(Some(self.0.lot_id)).await?)
    }

    /// What.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load_made(Some(self.0.product_id)).await?)
    }

    /// In which variant; null for a product without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.0.variant_id).await?)
    }

    /// When it left.
    async fn shipped_on(&self) -> Date {
        self.0.shipped_on.into()
    }

    /// From where.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load_made(Some(self.0.warehouse_id)).await?)
    }

    /// The shipment.
    async fn shipment(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Shipment>> {
        Ok(Session::of(ctx)?.load(self.0.shipment_id).await?)
    }

    /// The order; null where the caller may not see it.
    async fn order(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrder>> {
        Ok(Session::of(ctx)?.load_made(Some(self.0.order_id)).await?)
    }

    /// The order's line; null where the caller may not see it.
    async fn order_line(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrderLine>> {
        Ok(Session::of(ctx)?.load_made(Some(self.0.order_line_id)).await?)
    }
}

/// Which lots, and when they left. Lots, a number, or both together.
#[derive(InputObject)]
pub struct LotRecipientFilter {
    /// Of these lots, at most 250.
    lots: Option<Vec<GlobalId<LotId>>>,
    /// Of all lots with this maker's number; case does not matter. The newest 250 of a number.
    number: Option<String>,
    /// With `number`: of this product only.
    product: Option<GlobalId<ProductId>>,
    /// Shipped on this day or later.
    date_from: Option<Date>,
    /// Shipped on this day or earlier.
    date_to: Option<Date>,
}

impl LotRecipientFilter {
    /// The lots that are asked about, and all that came of them.
    async fn read(self, session: &Session) -> Result<LotShipmentFilter, Failure> {
        let permit = session.permit::<ReadStock>()?;
        let tx = session.tx().await?;
        let mut lots: Vec<LotId> = self.lots.unwrap_or_default().iter().map(|id| id.0).collect();
        if lots.len() > MOST_LOTS {
            return Err(Failure::bad_input(
                format!("at most {MOST_LOTS} lots at once"),
                format!("не более {MOST_LOTS} партий за раз"),
            ));
        }
        if let Some(number) = &self.number {
            let product = self.product.map(|id| id.0);
            lots.extend(::stock::lots_numbered(&tx, &permit, number, product).await?);
        } else if lots.is_empty() {
            return Err(Failure::bad_input(
                "name lots, or a lot's number",
                "укажите партии или номер партии",
            ));
        }
        let made = ::stock::lots_made_of(&tx, &permit, &lots).await?;
        lots.extend(made.into_iter().map(|link| link.lot_id));
        lots.sort_unstable();
        lots.dedup();
        let (from, to) = (self.date_from.map(|day| day.0), self.date_to.map(|day| day.0));
        Ok(LotShipmentFilter { lots, from, to })
    }
}

/// A page of who received lots.
pub(crate) async fn lot_recipients(
    session: &Session,
    filter: LotShipmentFilter,
    (first, after, last, before): (Option<i32>, Option<&str>, Option<i32>, Option<&str>),
) -> Result<Connection<LotRecipient>, Failure> {
    let permit = session.permit::<ReadShipments>()?;
    let request = paging::request(first, after, last, before, LOT_SHIPMENT_ORDER)?;
    let tx = session.tx().await?;
    let page = ::sales::lot_shipments(&tx, &permit, &filter, &request).await?;
    let count = move |session: Session| {
        let filter = filter.clone();
        async move {
            let permit = session.permit::<ReadShipments>()?;
            let tx = session.tx().await?;
            Ok(::sales::count_lot_shipments(&tx, &permit, &filter).await?)
        }
    };
    Ok(Connection::of(page, LotRecipient).counted(count))
}

/// Queries of where lots went.
#[derive(Default)]
pub struct RecipientQuery;

#[Object]
impl RecipientQuery {
    /// Who received goods of lots, or of lots that came of them by assembly or by being put aside:
    /// what a recall asks. Posted shipments that the caller may see, in the order they were
    /// written. Needs the rights `stock.read` and `shipment.read`.
    async fn lot_recipients(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which lots.")] filter: LotRecipientFilter,
        #[graphql(desc = "The first rows after the cursor; 50 by default, up to 250.")]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last rows before the cursor; up to 250.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<LotRecipient>> {
        let session = Session::of(ctx)?;
        let filter = filter.read(session).await?;
        let page = (first, after.as_deref(), last, before.as_deref());
        Ok(lot_recipients(session, filter, page).await?)
    }
}
