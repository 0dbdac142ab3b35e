//! What to put together and what to buy, and reorder points.

use ::stock::commands::{OrderSupply, PlacedAs as As, PointInput, SaveReorderPoints, SupplyLine};
use ::stock::{
    Need, Offer, PlanFor, PlanScope, PlanSupply, Proposal, REORDER_ORDER,
    ReorderPointFilter as PointFilter, ReorderPointRow,
};
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use kernel::{
    DemandId, OrganizationId, ProductId, ProductVariantId, ReorderPointId, SupplierId, WarehouseId,
};

use super::assembling::{AssemblyProposal, SupplyAssemblyInput};
use super::demand::Demand;
use super::moving::{MoveProposal, SupplyMoveInput};
use super::order::PurchaseOrder;
use crate::catalog::{Organization, Product, ProductVariant, Supplier, SupplierItem, Warehouse};
use crate::idempotency::mutate;
use crate::ids::{GlobalId, global};
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::{self, Connection};
use crate::scalars::{Date, DateTime, Decimal, Money};
use crate::session::Session;
use crate::stock::{AssemblyOrder, SeeCost, StockTransfer, quantity};
use crate::user_error::UserError;

/// What a supply plan looks at.
#[derive(InputObject, Default)]
pub struct SupplyPlanInput {
    /// Only these demands, at most 1,000; all that miss something where it is absent, the earliest
    /// needed 1,000 first.
    demand_ids: Option<Vec<GlobalId<DemandId>>>,
    /// Whether reorder points are looked at as well; not so by default where demands are named.
    reorder_points: Option<bool>,
    /// Of this organization alone.
    organization: Option<GlobalId<OrganizationId>>,
    /// Into this warehouse alone; demand that names none counts for the default one.
    warehouse: Option<GlobalId<WarehouseId>>,
    /// Demand that is needed by this day.
    needed_to: Option<Date>,
}

impl SupplyPlanInput {
    fn read(self) -> PlanFor {
        let with_shelves = self.reorder_points.unwrap_or(self.demand_ids.is_none());
        PlanFor {
            scope: if with_shelves { PlanScope::OrdersAndShelves } else { PlanScope::Orders },
            demands: self.demand_ids.map(|ids| ids.into_iter().map(|id| id.0).collect()),
            organization: self.organization.map(|id| id.0),
            warehouse: self.warehouse.map(|id| id.0),
            needed_to: self.needed_to.map(|day| day.0),
        }
    }
}

/// What to do so that orders get what they miss and shelves do not run empty.
#[derive(SimpleObject)]
pub struct SupplyPlan {
    /// What to move from which warehouse, what is needed first before the rest; hand the chosen
    /// ones to `orderSupply`.
    moves: Vec<MoveProposal>,
    /// What to put together: what components that lie free suffice for, those needed first first,
    /// then what nobody sells, its missing components being needed in turn. Empty for those who see
    /// no bills. Hand the chosen ones to `orderSupply`.
    assemblies: Vec<AssemblyProposal>,
    /// What to buy of whom of what is left, by supplier; hand the chosen ones to `orderSupply`.
    purchases: Vec<PurchaseProposal>,
    /// What is needed, and no supplier sells and no bill makes.
    unmet: Vec<SupplyNeed>,
}

/// Goods that are needed somewhere, and that nothing is on its way for.
pub struct SupplyNeed(pub(super) Need);

/// Goods that are needed somewhere, and that nothing is on its way for.
#[Object]
impl SupplyNeed {
    /// For whom.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// Where.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load(self.0.warehouse_id).await?)
    }

    /// What.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.0.goods.product).await?)
    }

    /// In which variant; null for a product without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.0.goods.variant).await?)
    }

    /// How much, in the product's base unit.
    async fn quantity(&self) -> Decimal {
        quantity(self.0.quantity)
    }

    /// What of it a reorder point asks for, or what is to be put together there, in the product's
    /// base unit; the rest is for orders.
    async fn for_shelf(&self) -> Decimal {
        quantity(self.0.for_shelf)
    }

    /// The earliest day on which it is needed.
    async fn needed_by(&self) -> Date {
        self.0.needed_by.into()
    }

    /// The demands that miss it. Needs the right `demand.read`.
    async fn demands(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<Demand>>> {
        let found = Session::of(ctx)?.load_all(self.0.demands.clone()).await?;
        Ok(Some(found.into_iter().flatten().collect()))
    }
}

/// What to buy of whom. The offer is the best one: of those that come in time the cheapest, else
/// the one that comes first.
pub struct PurchaseProposal(Proposal);

/// What to buy of whom. The offer is the best one: of those that come in time the cheapest, else
/// the one that comes first.
#[Object]
impl PurchaseProposal {
    /// What for.
    async fn need(&self) -> SupplyNeed {
        SupplyNeed(self.0.need.clone())
    }

    /// What the best supplier offers.
    async fn offer(&self) -> Option<SupplyOffer> {
        self.0.offers.first().cloned().map(SupplyOffer)
    }

    /// What others offer, the better ones first.
    async fn other_offers(&self) -> Vec<SupplyOffer> {
        self.0.offers.iter().skip(1).cloned().map(SupplyOffer).collect()
    }
}

/// What a supplier offers.
pub struct SupplyOffer(Offer);

/// What a supplier offers.
#[Object]
impl SupplyOffer {
    /// Who sells it; null where the caller may not see suppliers.
    async fn supplier(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Supplier>> {
        Ok(Session::of(ctx)?.load(self.0.supplier_id).await?)
    }

    /// What the supplier calls it.
    async fn supplier_item(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<SupplierItem>> {
        Ok(Session::of(ctx)?.load(self.0.item_id).await?)
    }

    /// How much, in lots that the supplier sells: at least its minimum, and a multiple; in the
    /// product's base unit.
    async fn quantity(&self) -> Decimal {
        quantity(self.0.quantity)
    }

    /// Per base unit; null where it is not known. Needs the right `cost.read`.
    async fn price(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Session::of(ctx)?.permit::<SeeCost>()?;
        Ok(self.0.price.map(|price| Money::unit_price(price, self.0.currency)))
    }

    /// Quantity times price, rounded to two places. Needs the right `cost.read`.
    async fn amount(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Session::of(ctx)?.permit::<SeeCost>()?;
        Ok(self.0.amount.map(|amount| Money::new(amount, self.0.currency)))
    }

    /// When it would come if it were ordered today; null where nobody has said.
    async fn expected_on(&self) -> Option<Date> {
        self.0.expected_on.map(Date)
    }

    /// Whether that is later than the goods are needed, or nobody knows.
    async fn is_late(&self) -> bool {
        self.0.is_late
    }
}

/// From which quantity on a shelf is filled up, and up to which.
#[derive(Clone, Debug)]
pub struct ReorderPoint(ReorderPointRow);

impl From<ReorderPointRow> for ReorderPoint {
    fn from(row: ReorderPointRow) -> Self {
        Self(row)
    }
}

/// From which quantity on a shelf is filled up, and up to which.
#[Object]
impl ReorderPoint {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Whose goods.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// Where.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load(self.0.warehouse_id).await?)
    }

    /// What.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.0.product_id).await?)
    }

    /// In which variant; null for a product without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.0.variant_id).await?)
    }

    /// From here on goods are proposed: free, with what is on its way, less what orders miss; in
    /// the product's base unit.
    async fn reorder_at(&self) -> Decimal {
        quantity(self.0.reorder_at)
    }

    /// And up to here, in the product's base unit.
    async fn target(&self) -> Decimal {
        quantity(self.0.target)
    }

    /// When it was set last.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

impl Load<ReorderPointId> for Loaders {
    type Value = ReorderPoint;

    async fn load(&self, keys: &[ReorderPointId]) -> Loaded<ReorderPointId, ReorderPoint> {
        let permit = self.permit::<PlanSupply>()?;
        let found = ::stock::reorder_points_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

/// Which reorder points; all conditions hold together.
#[derive(InputObject)]
pub struct ReorderPointFilter {
    /// Of this product.
    product: Option<GlobalId<ProductId>>,
    /// In this warehouse.
    warehouse: Option<GlobalId<WarehouseId>>,
}

/// Queries that plan supply.
#[derive(Default)]
pub struct SupplyPlanQuery;

#[Object]
#[allow(clippy::too_many_arguments)]
impl SupplyPlanQuery {
    /// What to move, to put together and to buy, for demands or for all that orders miss and
    /// shelves lack. Changes nothing.
    async fn supply_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it looks at; everything where it is absent.")] input: Option<
            SupplyPlanInput,
        >,
    ) -> async_graphql::Result<SupplyPlan> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<PlanSupply>()?;
        let asked = input.unwrap_or_default().read();
        let plan = ::stock::plan(&*session.tx().await?, &permit, &asked).await;
        let plan = plan.map_err(crate::errors::Failure::from)?;
        Ok(SupplyPlan {
            moves: plan.moves.into_iter().map(MoveProposal::from).collect(),
            assemblies: plan.assemblies.into_iter().map(AssemblyProposal::from).collect(),
            purchases: plan.proposals.into_iter().map(PurchaseProposal).collect(),
            unmet: plan.unmet.into_iter().map(SupplyNeed).collect(),
        })
    }

    /// Reorder points, those set last first.
    async fn reorder_points(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows after the cursor; 50 by default, up to 250.")]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last rows before the cursor; up to 250.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list.")] before: Option<String>,
        #[graphql(desc = "Only these.")] filter: Option<ReorderPointFilter>,
    ) -> async_graphql::Result<Connection<ReorderPoint>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<PlanSupply>()?;
        let (after, before) = (after.as_deref(), before.as_deref());
        let request = paging::request(first, after, last, before, REORDER_ORDER)?;
        let filter = filter.map_or_else(PointFilter::default, |filter| PointFilter {
            product: filter.product.map(|id| id.0),
            warehouse: filter.warehouse.map(|id| id.0),
        });
        let tx = session.tx().await?;
        let page = ::stock::reorder_points(&tx, &permit, &filter, &request).await?;
        let count = move |session: Session| {
            let filter = filter.clone();
            async move {
                let permit = session.permit::<PlanSupply>()?;
                let tx = session.tx().await?;
                Ok(::stock::count_reorder_points(&tx, &permit, &filter).await?)
            }
        };
        Ok(Connection::of(page, ReorderPoint::from).counted(count))
    }
}

/// What is bought of whom.
#[derive(InputObject)]
pub struct SupplyOrderLineInput {
    /// Of whom.
    supplier_id: GlobalId<SupplierId>,
    /// For whom; the default organization where it is absent.
    organization_id: Option<GlobalId<OrganizationId>>,
    /// Where to; the default warehouse where it is absent.
    warehouse_id: Option<GlobalId<WarehouseId>>,
    /// Goods, not a service.
    product_id: GlobalId<ProductId>,
    /// Which variant; needed where the product has variants.
    variant_id: Option<GlobalId<ProductVariantId>>,
    /// In the product's base unit, above zero, at most 3 places.
    quantity: Decimal,
    /// Per base unit in the supplier's currency; what the supplier asks where it is absent. Needs
    /// the right `cost.read`.
    price: Option<Decimal>,
    /// When it is expected; the time that the supplier takes where it is absent.
    expected_on: Option<Date>,
}

/// As what new purchase orders are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "As")]
pub enum PlacedAs {
    /// To be looked through and ordered by hand.
    Draft,
    /// Ordered: their goods are expected.
    Ordered,
}

/// Chosen proposals.
#[derive(InputObject)]
pub struct OrderSupplyInput {
    /// What is bought of whom; with what is moved at most 1,000.
    #[graphql(default)]
    purchases: Vec<SupplyOrderLineInput>,
    /// What is moved from where. Needs the right `transfer.write`.
    #[graphql(default)]
    moves: Vec<SupplyMoveInput>,
    /// What is put together, at most 200. Needs the right `assembly.write`.
    #[graphql(default)]
    assemblies: Vec<SupplyAssemblyInput>,
    /// As what the purchase orders are left.
    #[graphql(default_with = "PlacedAs::Draft")]
    placed_as: PlacedAs,
    /// Makes a repeat of this request do nothing; kept 7 days.
    idempotency_key: Option<String>,
}

/// What `orderSupply` answers.
#[derive(SimpleObject)]
pub struct OrderSupplyPayload {
    /// The new purchase orders: one for each supplier, organization and warehouse.
    purchase_orders: Vec<PurchaseOrder>,
    /// The new transfers, drafts: one for each organization and pair of warehouses.
    transfers: Vec<StockTransfer>,
    /// The new assembly orders, drafts: what they are to bring is expected today.
    assembly_orders: Vec<AssemblyOrder>,
    /// Why nothing was written; empty where all went well.
    user_errors: Vec<UserError>,
}

/// A reorder point as it is set.
#[derive(InputObject)]
pub struct ReorderPointInput {
    /// Whose goods; the default organization where it is absent.
    organization_id: Option<GlobalId<OrganizationId>>,
    /// Where; the default warehouse where it is absent.
    warehouse_id: Option<GlobalId<WarehouseId>>,
    /// Goods, not a service.
    product_id: GlobalId<ProductId>,
    /// Which variant; needed where the product has variants.
    variant_id: Option<GlobalId<ProductVariantId>>,
    /// From here on goods are proposed, in the product's base unit, zero or more.
    reorder_at: Decimal,
    /// And up to here, above zero and not below `reorderAt`.
    target: Decimal,
}

/// Reorder points that are set or removed.
#[derive(InputObject)]
pub struct SetReorderPointsInput {
    /// Those of the same goods and shelf are set anew; with those removed at most 1,000.
    #[graphql(default)]
    points: Vec<ReorderPointInput>,
    /// Those that go.
    #[graphql(default)]
    removed: Vec<GlobalId<ReorderPointId>>,
    /// Makes a repeat of this request do nothing; kept 7 days.
    idempotency_key: Option<String>,
}

/// What `setReorderPoints` answers.
#[derive(SimpleObject)]
pub struct SetReorderPointsPayload {
    /// The points that were set, in the order they were named.
    reorder_points: Vec<ReorderPoint>,
    /// Why nothing was written; empty where all went well.
    user_errors: Vec<UserError>,
}

/// Mutations that plan supply.
#[derive(Default)]
pub struct SupplyPlanMutation;

#[Object]
impl SupplyPlanMutation {
    /// Makes documents of chosen proposals, all or none: a purchase order for each supplier,
    /// organization and warehouse, a draft of a transfer for each organization and pair of
    /// warehouses, and a draft of an assembly order for each assembly.
    async fn order_supply(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was chosen.")] input: OrderSupplyInput,
    ) -> async_graphql::Result<OrderSupplyPayload> {
        let line = |line: SupplyOrderLineInput| SupplyLine {
            supplier_id: line.supplier_id.0,
            organization_id: line.organization_id.map(|id| id.0),
            warehouse_id: line.warehouse_id.map(|id| id.0),
            product_id: line.product_id.0,
            variant_id: line.variant_id.map(|id| id.0),
            quantity: line.quantity.0,
            price: line.price.map(|price| price.0),
            expected_on: line.expected_on.map(|day| day.0),
        };
        let command = OrderSupply {
            lines: input.purchases.into_iter().map(line).collect(),
            moves: input.moves.into_iter().map(SupplyMoveInput::read).collect(),
            assemblies: input.assemblies.into_iter().map(SupplyAssemblyInput::read).collect(),
            placed_as: input.placed_as.into(),
        };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let (session, made) = (Session::of(ctx)?, done.output.unwrap_or_default());
        let bought = session.load_all(made.purchase_orders).await?;
        let moved = session.load_all(made.transfers).await?;
        let assembled = session.load_all(made.assembly_orders).await?;
        Ok(OrderSupplyPayload {
            purchase_orders: bought.into_iter().flatten().collect(),
            transfers: moved.into_iter().flatten().collect(),
            assembly_orders: assembled.into_iter().flatten().collect(),
            user_errors: done.user_errors,
        })
    }

    /// Sets reorder points, and removes some.
    async fn set_reorder_points(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The points.")] input: SetReorderPointsInput,
    ) -> async_graphql::Result<SetReorderPointsPayload> {
        let point = |point: ReorderPointInput| PointInput {
            organization_id: point.organization_id.map(|id| id.0),
            warehouse_id: point.warehouse_id.map(|id| id.0),
            product_id: point.product_id.0,
            variant_id: point.variant_id.map(|id| id.0),
            reorder_at: point.reorder_at.0,
            target: point.target.0,
        };
        let command = SaveReorderPoints {
            points: input.points.into_iter().map(point).collect(),
            removed: input.removed.into_iter().map(|id| id.0).collect(),
        };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let set = Session::of(ctx)?.load_all(done.output.unwrap_or_default()).await?;
        let reorder_points = set.into_iter().flatten().collect();
        Ok(SetReorderPointsPayload { reorder_points, user_errors: done.user_errors })
    }
}
