//! What to move to where it is needed.

use ::stock::MoveProposal as Proposal;
use ::stock::commands::MoveLine;
use async_graphql::{Context, InputObject, Object};
use kernel::{OrganizationId, ProductId, ProductVariantId, WarehouseId};

use super::plan::SupplyNeed;
use crate::catalog::Warehouse;
use crate::ids::GlobalId;
use crate::scalars::Decimal;
use crate::session::Session;
use crate::stock::quantity;

/// What to move from another warehouse, where it lies free and is not needed.
pub struct MoveProposal(Proposal);

impl From<Proposal> for MoveProposal {
    fn from(proposal: Proposal) -> Self {
        Self(proposal)
    }
}

/// What to move from another warehouse, where it lies free and is not needed.
#[Object]
impl MoveProposal {
    /// What for; its quantity is what is to be moved.
    async fn need(&self) -> SupplyNeed {
        SupplyNeed(self.0.need.clone())
    }

    /// From where.
    async fn from(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load(self.0.from_id).await?)
    }

    /// What lies free there beyond the target of its reorder point and what drafts of transfers
    /// take, in the product's base unit.
    async fn spare(&self) -> Decimal {
        quantity(self.0.spare)
    }
}

/// What is moved.
#[derive(InputObject)]
pub struct SupplyMoveInput {
    /// Whose goods; the default organization where it is absent.
    organization_id: Option<GlobalId<OrganizationId>>,
    /// From where.
    from_id: GlobalId<WarehouseId>,
    /// Where to.
    to_id: GlobalId<WarehouseId>,
    /// Goods, not a service.
    product_id: GlobalId<ProductId>,
    /// Which variant; needed where the product has variants.
    variant_id: Option<GlobalId<ProductVariantId>>,
    /// In the product's base unit, above zero, at most 3 places.
    quantity: Decimal,
}

impl SupplyMoveInput {
    pub(super) fn read(self) -> MoveLine {
        MoveLine {
            organization_id: self.organization_id.map(|id| id.0),
            from_id: self.from_id.0,
            to_id: self.to_id.0,
            product_id: self.product_id.0,
            variant_id: self.variant_id.map(|id| id.0),
            quantity: self.quantity.0,
        }
    }
}
