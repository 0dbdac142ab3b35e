//! What to put together, in a plan and in what is ordered of it.

use ::stock::commands::AssemblySupply;
use ::stock::{Assembling, Part};
use async_graphql::{Context, InputObject, Object};
use kernel::{BillId, OrganizationId, WarehouseId};

use super::plan::SupplyNeed;
use crate::catalog::{Product, ProductVariant};
use crate::ids::GlobalId;
use crate::scalars::Decimal;
use crate::session::Session;
use crate::stock::{BillOfMaterials, quantity};

/// What to put together where it is needed: as much as components that lie free there suffice for;
/// and what nobody sells, whose missing components are proposed beside.
pub struct AssemblyProposal(Assembling);

impl From<Assembling> for AssemblyProposal {
    fn from(proposal: Assembling) -> Self {
        Self(proposal)
    }
}

/// What to put together where it is needed: as much as components that lie free there suffice for;
/// and what nobody sells, whose missing components are proposed beside.
#[Object]
impl AssemblyProposal {
    /// What for: the part of the need that it meets.
    async fn need(&self) -> SupplyNeed {
        SupplyNeed(self.0.need.clone())
    }

    /// By which bill; of several for the same goods the first by name.
    async fn bill(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<BillOfMaterials>> {
        Ok(Session::of(ctx)?.load(self.0.bill_id).await?)
    }

    /// How many finished goods, in their base unit.
    async fn quantity(&self) -> Decimal {
        quantity(self.0.need.quantity)
    }

    /// Of what.
    async fn components(&self) -> Vec<ProposedComponent> {
        self.0.components.iter().copied().map(ProposedComponent).collect()
    }
}

/// A component of what is to be put together.
pub struct ProposedComponent(Part);

/// A component of what is to be put together.
#[Object]
impl ProposedComponent {
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

    /// What of it does not lie free where it is needed, in the product's base unit. It is moved,
    /// put together or bought by other proposals of the same plan.
    async fn missing(&self) -> Decimal {
        quantity(self.0.missing)
    }
}

/// What is put together.
#[derive(InputObject)]
pub struct SupplyAssemblyInput {
    /// By which bill, as it holds today.
    bill_id: GlobalId<BillId>,
    /// For whom; the default organization where it is absent.
    organization_id: Option<GlobalId<OrganizationId>>,
    /// Where; the default warehouse where it is absent.
    warehouse_id: Option<GlobalId<WarehouseId>>,
    /// How many finished goods, in their base unit, above zero.
    quantity: Decimal,
}

impl SupplyAssemblyInput {
    pub(super) fn read(self) -> AssemblySupply {
        AssemblySupply {
            bill_id: self.bill_id.0,
            organization_id: self.organization_id.map(|id| id.0),
            warehouse_id: self.warehouse_id.map(|id| id.0),
            quantity: self.quantity.0,
        }
    }
}
