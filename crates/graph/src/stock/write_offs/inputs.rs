//! What filters, orders and mutations of write-offs take.

use ::stock::write_offs::HeldGoods;
use ::stock::{DocumentSort, WriteOffFilter};
use async_graphql::{Enum, InputObject, MaybeUndefined};
use kernel::{Direction, OrganizationId, WarehouseId, WriteOffId};

use super::super::house::GoodsLineInput;
use super::write_off::WriteOffDocumentState;
use crate::custom::{CustomFieldCondition, CustomFieldInput};
use crate::ids::GlobalId;
use crate::paging::OrderDirection;
use crate::scalars::Date;

/// Which write-offs; all conditions hold together.
#[derive(InputObject)]
#[graphql(name = "WriteOffFilter")]
pub struct WriteOffListFilter {
    /// In one of these states.
    state: Option<Vec<WriteOffDocumentState>>,
    /// Of this organization.
    organization: Option<GlobalId<OrganizationId>>,
    /// From this warehouse.
    warehouse: Option<GlobalId<WarehouseId>>,
    /// Dated on this day or later.
    date_from: Option<Date>,
    /// Dated on this day or earlier.
    date_to: Option<Date>,
    /// With this number.
    number: Option<String>,
    /// With this name in another program.
    external_reference: Option<String>,
    /// Those whose custom fields hold all of this; at most 10 conditions.
    pub(super) custom_fields: Option<Vec<CustomFieldCondition>>,
}

impl WriteOffListFilter {
    pub(super) fn read(self) -> WriteOffFilter {
        WriteOffFilter {
            states: self.state.map(|list| list.into_iter().map(Into::into).collect()),
            organization: self.organization.map(|id| id.0),
            warehouse: self.warehouse.map(|id| id.0),
            from: self.date_from.map(|day| day.0),
            to: self.date_to.map(|day| day.0),
            number: self.number,
            external_reference: self.external_reference,
            custom: Vec::new(),
        }
    }
}

/// What write-offs are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "DocumentSort")]
pub enum WriteOffOrderField {
    /// The business date.
    Date,
    /// The number; drafts have none.
    Number,
}

/// The order of write-offs; ids break ties.
#[derive(InputObject)]
pub struct WriteOffOrder {
    /// By what.
    field: WriteOffOrderField,
    /// Which way.
    direction: OrderDirection,
}

impl WriteOffOrder {
    /// The newest first where nothing is asked for.
    pub(super) fn read(order: Option<Self>) -> (DocumentSort, Direction) {
        order.map_or((DocumentSort::Date, Direction::Desc), |order| {
            (order.field.into(), order.direction.into())
        })
    }
}

/// What becomes of goods of a write-off that are held for orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "HeldGoods", remote = "HeldGoods")]
pub enum HeldGoodsChoice {
    /// They stay: only what nobody holds is written off.
    Stay,
    /// They go, out of lots that lines name; other goods are held instead, as far as there are any.
    Go,
}

/// A new write-off.
#[derive(InputObject)]
pub struct CreateWriteOffInput {
    /// Whose goods; the default organization where it is absent.
    pub(super) organization_id: Option<GlobalId<OrganizationId>>,
    /// From where; the default warehouse where it is absent.
    pub(super) warehouse_id: Option<GlobalId<WarehouseId>>,
    /// The business date; today where it is absent. Posting checks it against the closed period.
    pub(super) date: Option<Date>,
    /// Why, at most 500 characters.
    pub(super) reason: String,
    /// What becomes of goods that are held for orders.
    #[graphql(default_with = "HeldGoodsChoice::Stay")]
    pub(super) held_goods: HeldGoodsChoice,
    /// A note, at most 2,000 characters.
    #[graphql(default)]
    pub(super) comment: String,
    /// Its name in another program, unique among write-offs for ever.
    pub(super) external_reference: Option<String>,
    /// The goods, at most 1,000 lines.
    #[graphql(default)]
    pub(super) lines: Vec<GoodsLineInput>,
    /// What its custom fields hold; those required and writable for the caller must be among them.
    #[graphql(default)]
    pub(super) custom_fields: Vec<CustomFieldInput>,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// A change of a draft. What is absent stays as it is.
#[derive(InputObject)]
pub struct UpdateWriteOffInput {
    /// The write-off.
    pub(super) id: GlobalId<WriteOffId>,
    /// The version that was read.
    pub(super) version: i32,
    /// From where.
    pub(super) warehouse_id: Option<GlobalId<WarehouseId>>,
    /// The business date.
    pub(super) date: Option<Date>,
    /// Why, at most 500 characters.
    pub(super) reason: Option<String>,
    /// What becomes of goods that are held for orders.
    pub(super) held_goods: Option<HeldGoodsChoice>,
    /// A note, at most 2,000 characters.
    pub(super) comment: Option<String>,
    /// Its name in another program; null removes it.
    pub(super) external_reference: MaybeUndefined<String>,
    /// All lines anew.
    pub(super) lines: Option<Vec<GoodsLineInput>>,
    /// Custom fields that change; those left out stay.
    #[graphql(default)]
    pub(super) custom_fields: Vec<CustomFieldInput>,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// Which draft is posted.
#[derive(InputObject)]
pub struct PostWriteOffInput {
    /// The write-off.
    pub(super) id: GlobalId<WriteOffId>,
    /// The version that was read.
    pub(super) version: i32,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// Which posted write-off is undone.
#[derive(InputObject)]
pub struct ReverseWriteOffInput {
    /// The write-off.
    pub(super) id: GlobalId<WriteOffId>,
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
pub struct CancelWriteOffInput {
    /// The write-off.
    pub(super) id: GlobalId<WriteOffId>,
    /// The version that was read.
    pub(super) version: i32,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}
