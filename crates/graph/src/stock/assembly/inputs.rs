//! What filters, orders and mutations of bills and assembly orders take.

use ::stock::DocumentSort;
use ::stock::assembly::{
    AssemblyFilter, AssemblyLineInput, AssemblyPick, BillComponentInput, BillFilter, VersionInput,
};
use async_graphql::{Enum, InputObject, MaybeUndefined};
use kernel::{
    AssemblyOrderId, BillId, Direction, LotId, OrganizationId, ProductId, ProductVariantId,
    WarehouseId,
};

use super::order::{AssemblyKind, AssemblyOrderState};
use crate::custom::{CustomFieldCondition, CustomFieldInput};
use crate::ids::GlobalId;
use crate::paging::OrderDirection;
use crate::scalars::{Date, Decimal};

/// Which bills of materials; all conditions hold together.
#[derive(InputObject, Default)]
pub struct BillOfMaterialsFilter {
    /// Of these finished goods.
    product: Option<GlobalId<ProductId>>,
    /// With this component, in any version.
    component: Option<GlobalId<ProductId>>,
    /// True: archived ones as well.
    #[graphql(default)]
    with_archived: bool,
}

impl BillOfMaterialsFilter {
    pub(super) fn read(self) -> BillFilter {
        BillFilter {
            product: self.product.map(|id| id.0),
            component: self.component.map(|id| id.0),
            with_archived: self.with_archived,
        }
    }
}

/// Which assembly orders; all conditions hold together.
#[derive(InputObject, Default)]
pub struct AssemblyOrderFilter {
    /// In one of these states.
    state: Option<Vec<AssemblyOrderState>>,
    /// Going this way.
    kind: Option<AssemblyKind>,
    /// Of this organization.
    organization: Option<GlobalId<OrganizationId>>,
    /// In this warehouse.
    warehouse: Option<GlobalId<WarehouseId>>,
    /// Of these finished goods.
    product: Option<GlobalId<ProductId>>,
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

impl AssemblyOrderFilter {
    pub(super) fn read(self) -> AssemblyFilter {
        AssemblyFilter {
            states: self.state.map(|list| list.into_iter().map(Into::into).collect()),
            kind: self.kind.map(Into::into),
            organization: self.organization.map(|id| id.0),
            warehouse: self.warehouse.map(|id| id.0),
            product: self.product.map(|id| id.0),
            from: self.date_from.map(|day| day.0),
            to: self.date_to.map(|day| day.0),
            number: self.number,
            external_reference: self.external_reference,
            custom: Vec::new(),
        }
    }
}

/// What assembly orders are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "DocumentSort")]
pub enum AssemblyOrderField {
    /// The business date.
    Date,
    /// The number; drafts have none.
    Number,
}

/// The order of assembly orders; ids break ties.
#[derive(InputObject)]
pub struct AssemblyOrderOrder {
    /// By what.
    field: AssemblyOrderField,
    /// Which way.
    direction: OrderDirection,
}

impl AssemblyOrderOrder {
    /// The newest first where nothing is asked for.
    pub(super) fn read(order: Option<Self>) -> (DocumentSort, Direction) {
        order.map_or((DocumentSort::Date, Direction::Desc), |order| {
            (order.field.into(), order.direction.into())
        })
    }
}

/// A component of a bill.
#[derive(InputObject)]
pub struct BillComponentFields {
    /// Goods, not a service.
    product_id: GlobalId<ProductId>,
    /// Which variant; needed where the product has variants.
    variant_id: Option<GlobalId<ProductVariantId>>,
    /// How much for what the version yields, in the product's base unit, above zero.
    quantity: Decimal,
}

/// What holds of a bill from a day on.
#[derive(InputObject)]
pub struct BillVersionInput {
    /// From this day on; today where none is given.
    valid_from: Option<Date>,
    /// So many finished goods, in their base unit, come of the components.
    yields: Decimal,
    /// What work costs for one finished piece, in the base currency, at most 4 places. Needs the
    /// right `cost.read`; what held before stays where none is given.
    labour_rate: Option<Decimal>,
    /// 1 to 500 components, each once.
    components: Vec<BillComponentFields>,
}

impl BillVersionInput {
    pub(super) fn read(self) -> VersionInput {
        let component = |part: BillComponentFields| BillComponentInput {
            product_id: part.product_id.0,
            variant_id: part.variant_id.map(|id| id.0),
            quantity: part.quantity.0,
        };
        VersionInput {
            valid_from: self.valid_from.map(|day| day.0),
            yields: self.yields.0,
            labour_rate: self.labour_rate.map(|rate| rate.0),
            components: self.components.into_iter().map(component).collect(),
        }
    }
}

/// A new bill of materials.
#[derive(InputObject)]
pub struct CreateBillOfMaterialsInput {
    /// Its name, at most 200 characters, unique among those of its goods.
    pub(super) name: String,
    /// The finished goods.
    pub(super) product_id: GlobalId<ProductId>,
    /// In which variant; needed where the product has variants.
    pub(super) variant_id: Option<GlobalId<ProductVariantId>>,
    /// Its name in another program, unique among bills for ever.
    pub(super) external_reference: Option<String>,
    /// What holds first.
    pub(super) first_version: BillVersionInput,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// What holds of a bill from a day on.
#[derive(InputObject)]
pub struct SaveBillVersionInput {
    /// The bill.
    pub(super) id: GlobalId<BillId>,
    /// The version that was read.
    pub(super) version: i32,
    /// What holds; what was said of that very day is replaced.
    pub(super) bill_version: BillVersionInput,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// A change of a bill. What is absent stays as it is.
#[derive(InputObject)]
pub struct UpdateBillOfMaterialsInput {
    /// The bill.
    pub(super) id: GlobalId<BillId>,
    /// The version that was read.
    pub(super) version: i32,
    /// Its name, at most 200 characters.
    pub(super) name: Option<String>,
    /// Its name in another program; null removes it.
    pub(super) external_reference: MaybeUndefined<String>,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// A bill to be archived, or taken back into use.
#[derive(InputObject)]
pub struct ArchiveBillOfMaterialsInput {
    /// The bill.
    pub(super) id: GlobalId<BillId>,
    /// The version that was read.
    pub(super) version: i32,
    /// True: archived; false: in use again.
    pub(super) archived: bool,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// A lot chosen by hand, in the order's warehouse.
#[derive(InputObject)]
pub struct ChosenLotInput {
    /// The lot.
    lot_id: GlobalId<LotId>,
    /// How much of it, in the product's base unit, above zero.
    quantity: Decimal,
}

pub(super) fn picks(list: Vec<ChosenLotInput>) -> Vec<AssemblyPick> {
    list.into_iter()
        .map(|pick| AssemblyPick { lot_id: pick.lot_id.0, quantity: pick.quantity.0 })
        .collect()
}

/// A component of an assembly order.
#[derive(InputObject)]
pub struct AssemblyOrderLineInput {
    /// Goods, not a service.
    product_id: GlobalId<ProductId>,
    /// Which variant; needed where the product has variants.
    variant_id: Option<GlobalId<ProductVariantId>>,
    /// How much, in the product's base unit, above zero.
    quantity: Decimal,
    /// Taking apart: its part of the value, zero or more, in a unit common to all lines. All lines
    /// have one, or none: then the value goes by what the components cost last.
    share: Option<Decimal>,
    /// Taking apart: the number of its lot.
    lot_number: Option<String>,
    /// Taking apart: the last day of its lot.
    expires_on: Option<Date>,
    /// Putting together: lots chosen by hand, of which nothing but what is free is taken; those
    /// whose turn it is where none is given.
    #[graphql(default)]
    lots: Vec<ChosenLotInput>,
}

pub(super) fn lines(list: Vec<AssemblyOrderLineInput>) -> Vec<AssemblyLineInput> {
    let line = |line: AssemblyOrderLineInput| AssemblyLineInput {
        product_id: line.product_id.0,
        variant_id: line.variant_id.map(|id| id.0),
        quantity: line.quantity.0,
        share: line.share.map(|share| share.0),
        lot_number: line.lot_number,
        expires_on: line.expires_on.map(|day| day.0),
        picks: picks(line.lots),
    };
    list.into_iter().map(line).collect()
}

/// A new assembly order.
#[derive(InputObject)]
pub struct CreateAssemblyOrderInput {
    /// Which way goods go.
    pub(super) kind: AssemblyKind,
    /// Whose goods; the default organization where it is absent.
    pub(super) organization_id: Option<GlobalId<OrganizationId>>,
    /// Where; the default warehouse where it is absent.
    pub(super) warehouse_id: Option<GlobalId<WarehouseId>>,
    /// The business date; today where it is absent. Posting checks it against the closed period.
    pub(super) date: Option<Date>,
    /// The bill whose version of that day gives the finished goods, the components and the labour.
    pub(super) bill_id: Option<GlobalId<BillId>>,
    /// The finished goods, where no bill is named.
    pub(super) product_id: Option<GlobalId<ProductId>>,
    /// In which variant.
    pub(super) variant_id: Option<GlobalId<ProductVariantId>>,
    /// How many finished goods, in their base unit, above zero.
    pub(super) quantity: Decimal,
    /// What work adds, in the base currency. Needs the right `cost.read`; putting together by a
    /// bill, its rate times the quantity where none is given, else nothing.
    pub(super) labour: Option<Decimal>,
    /// Putting together: the number of the finished goods' lot.
    pub(super) lot_number: Option<String>,
    /// Putting together: the last day of the finished goods' lot.
    pub(super) expires_on: Option<Date>,
    /// A note, at most 2,000 characters.
    #[graphql(default)]
    pub(super) comment: String,
    /// Its name in another program, unique among assembly orders for ever.
    pub(super) external_reference: Option<String>,
    /// The components, at most 500; those of the bill where none are given.
    pub(super) lines: Option<Vec<AssemblyOrderLineInput>>,
    /// Taking apart: lots of the finished goods chosen by hand.
    #[graphql(default)]
    pub(super) lots: Vec<ChosenLotInput>,
    /// What its custom fields hold; those required and writable for the caller must be among them.
    #[graphql(default)]
    pub(super) custom_fields: Vec<CustomFieldInput>,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// A change of a draft. What is absent stays as it is.
#[derive(InputObject)]
pub struct UpdateAssemblyOrderInput {
    /// The order.
    pub(super) id: GlobalId<AssemblyOrderId>,
    /// The version that was read.
    pub(super) version: i32,
    /// Where.
    pub(super) warehouse_id: Option<GlobalId<WarehouseId>>,
    /// The business date.
    pub(super) date: Option<Date>,
    /// How many finished goods; components and labour stay unless they are given.
    pub(super) quantity: Option<Decimal>,
    /// What work adds, in the base currency. Needs the right `cost.read`.
    pub(super) labour: Option<Decimal>,
    /// Putting together: the number of the finished goods' lot; null removes it.
    pub(super) lot_number: MaybeUndefined<String>,
    /// Putting together: the last day of the finished goods' lot; null removes it.
    pub(super) expires_on: MaybeUndefined<Date>,
    /// A note, at most 2,000 characters.
    pub(super) comment: Option<String>,
    /// All components anew.
    pub(super) lines: Option<Vec<AssemblyOrderLineInput>>,
    /// Taking apart, with `lines`: lots of the finished goods chosen by hand.
    #[graphql(default)]
    pub(super) lots: Vec<ChosenLotInput>,
    /// Custom fields that change; those left out stay.
    #[graphql(default)]
    pub(super) custom_fields: Vec<CustomFieldInput>,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// Which draft is posted.
#[derive(InputObject)]
pub struct PostAssemblyOrderInput {
    /// The order.
    pub(super) id: GlobalId<AssemblyOrderId>,
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
pub struct CancelAssemblyOrderInput {
    /// The order.
    pub(super) id: GlobalId<AssemblyOrderId>,
    /// The version that was read.
    pub(super) version: i32,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// Which posted order is undone.
#[derive(InputObject)]
pub struct ReverseAssemblyOrderInput {
    /// The order.
    pub(super) id: GlobalId<AssemblyOrderId>,
    /// The version that was read.
    pub(super) version: i32,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}
