//! What filters, orders and mutations of landed costs take.

use ::stock::landed::ChosenGoods;
use ::stock::{DocumentSort, LandedCostFilter};
use async_graphql::{Enum, InputObject, MaybeUndefined};
use kernel::{
    Direction, LandedCostId, LotId, OrganizationId, ReceiptId, ReceiptLineId, SupplierId,
};

use super::cost::{LandedCostBasis, LandedCostKind, LandedCostState};
use crate::ids::GlobalId;
use crate::paging::OrderDirection;
use crate::scalars::{CurrencyCode, Date, Decimal};

/// Which landed costs; all conditions hold together.
#[derive(InputObject)]
#[graphql(name = "LandedCostFilter")]
pub struct LandedCostListFilter {
    /// In one of these states.
    state: Option<Vec<LandedCostState>>,
    /// For one of these.
    kind: Option<Vec<LandedCostKind>>,
    /// Of this organization.
    organization: Option<GlobalId<OrganizationId>>,
    /// Billed by this supplier.
    supplier: Option<GlobalId<SupplierId>>,
    /// For goods that this receipt brought.
    receipt: Option<GlobalId<ReceiptId>>,
    /// Dated on this day or later.
    date_from: Option<Date>,
    /// Dated on this day or earlier.
    date_to: Option<Date>,
    /// With this number.
    number: Option<String>,
    /// With this name in another program.
    external_reference: Option<String>,
}

impl LandedCostListFilter {
    pub(super) fn read(self) -> LandedCostFilter {
        LandedCostFilter {
            states: self.state.map(|list| list.into_iter().map(Into::into).collect()),
            kinds: self.kind.map(|list| list.into_iter().map(Into::into).collect()),
            organization: self.organization.map(|id| id.0),
            supplier: self.supplier.map(|id| id.0),
            receipt: self.receipt.map(|id| id.0),
            from: self.date_from.map(|day| day.0),
            to: self.date_to.map(|day| day.0),
            number: self.number,
            external_reference: self.external_reference,
        }
    }
}

/// What landed costs are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "DocumentSort")]
pub enum LandedCostOrderField {
    /// The bill's date.
    Date,
    /// The number; drafts have none.
    Number,
}

/// The order of landed costs; ids break ties.
#[derive(InputObject)]
pub struct LandedCostOrder {
    /// By what.
    field: LandedCostOrderField,
    /// Which way.
    direction: OrderDirection,
}

impl LandedCostOrder {
    /// The newest first where nothing is asked for.
    pub(super) fn read(order: Option<Self>) -> (DocumentSort, Direction) {
        order.map_or((DocumentSort::Date, Direction::Desc), |order| {
            (order.field.into(), order.direction.into())
        })
    }
}

/// The goods that a landed cost is for; what is named twice counts once. At most 1,000 lines of
/// receipts.
#[derive(InputObject, Default)]
pub struct LandedCostGoodsInput {
    /// All that these posted receipts brought.
    #[graphql(default)]
    receipt_ids: Vec<GlobalId<ReceiptId>>,
    /// What these lines of posted receipts brought.
    #[graphql(default)]
    receipt_line_ids: Vec<GlobalId<ReceiptLineId>>,
    /// What was received with these lots.
    #[graphql(default)]
    lot_ids: Vec<GlobalId<LotId>>,
}

impl LandedCostGoodsInput {
    pub(super) fn read(self) -> ChosenGoods {
        ChosenGoods {
            receipts: self.receipt_ids.into_iter().map(|id| id.0).collect(),
            lines: self.receipt_line_ids.into_iter().map(|id| id.0).collect(),
            lots: self.lot_ids.into_iter().map(|id| id.0).collect(),
        }
    }
}

/// A new landed cost.
#[derive(InputObject)]
pub struct CreateLandedCostInput {
    /// Whose goods; the default organization where it is absent.
    pub(super) organization_id: Option<GlobalId<OrganizationId>>,
    /// The bill's date, whose rate counts; today where it is absent.
    pub(super) date: Option<Date>,
    /// What for.
    pub(super) kind: LandedCostKind,
    /// By what it is spread over lines of receipts.
    #[graphql(default_with = "LandedCostBasis::Amount")]
    pub(super) basis: LandedCostBasis,
    /// Without recoverable tax, above zero, at most 2 places.
    pub(super) amount: Decimal,
    /// The bill's currency; the base one where it is absent.
    pub(super) currency: Option<CurrencyCode>,
    /// Who billed it.
    pub(super) supplier_id: Option<GlobalId<SupplierId>>,
    /// The number that the supplier gave it, at most 200 characters.
    #[graphql(default)]
    pub(super) supplier_reference: String,
    /// A note, at most 2,000 characters.
    #[graphql(default)]
    pub(super) comment: String,
    /// Its name in another program, unique among landed costs for ever.
    pub(super) external_reference: Option<String>,
    /// The goods.
    #[graphql(default)]
    pub(super) goods: LandedCostGoodsInput,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// A change of a draft. What is absent stays as it is.
#[derive(InputObject)]
pub struct UpdateLandedCostInput {
    /// The landed cost.
    pub(super) id: GlobalId<LandedCostId>,
    /// The version that was read.
    pub(super) version: i32,
    /// The bill's date.
    pub(super) date: Option<Date>,
    /// What for.
    pub(super) kind: Option<LandedCostKind>,
    /// By what it is spread.
    pub(super) basis: Option<LandedCostBasis>,
    /// Without recoverable tax, above zero, at most 2 places.
    pub(super) amount: Option<Decimal>,
    /// The bill's currency.
    pub(super) currency: Option<CurrencyCode>,
    /// Who billed it; null removes it.
    pub(super) supplier_id: MaybeUndefined<GlobalId<SupplierId>>,
    /// The number that the supplier gave it, at most 200 characters.
    pub(super) supplier_reference: Option<String>,
    /// A note, at most 2,000 characters.
    pub(super) comment: Option<String>,
    /// Its name in another program; null removes it.
    pub(super) external_reference: MaybeUndefined<String>,
    /// All goods anew.
    pub(super) goods: Option<LandedCostGoodsInput>,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// Which draft is posted.
#[derive(InputObject)]
pub struct PostLandedCostInput {
    /// The landed cost.
    pub(super) id: GlobalId<LandedCostId>,
    /// The version that was read.
    pub(super) version: i32,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// Which posted landed cost is undone.
#[derive(InputObject)]
pub struct ReverseLandedCostInput {
    /// The landed cost.
    pub(super) id: GlobalId<LandedCostId>,
    /// The version that was read.
    pub(super) version: i32,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// Which draft is given up.
#[derive(InputObject)]
pub struct CancelLandedCostInput {
    /// The landed cost.
    pub(super) id: GlobalId<LandedCostId>,
    /// The version that was read.
    pub(super) version: i32,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}
