//! The short lists that are written by their fields alone: one way to make a record and one to
//! change it, for all of them. What is special about a list stands in its [`Written`].

use std::fmt::Debug;

use access::{Action, Permit, Right, Scope};
use db::{Command, CommandError, Outcome, TenantTx};
use kernel::{ProductId, Refusal, SupplierId, Uuid, WarehouseId};
use serde_json::json;

use super::{Deed, archived_after, changes};
use crate::checks::{Checks, same_version, unchanged};
use crate::records::{
    Bin, BinChanges, BinFields, Fields, PriceSegment, PriceSegmentChanges, PriceSegmentFields,
    Region, RegionChanges, RegionFields, SalesChannel, SalesChannelChanges, SalesChannelFields,
    SalesRoute, SalesRouteChanges, SalesRouteFields, Supplier, SupplierChanges, SupplierFields,
    SupplierItem, SupplierItemChanges, SupplierItemFields, TenantCurrency, TenantCurrencyChanges,
    TenantCurrencyFields, VatCategory, VatCategoryChanges, VatCategoryFields,
};
use crate::rules::{CoverBy, PaymentStep, PaymentSteps, ReserveOn};
use crate::store::{Directory, Held, hold, insert, update};

/// A short list that people write.
pub trait Editable: Directory + 'static {
    /// Changes of its fields.
    type Changes: Clone + Debug + Send + Sync + 'static;
    /// The right to write it.
    const WRITE: Right;
}

/// How a short list is written.
pub(crate) trait Written: Editable {
    /// What people write.
    type Fields: Fields + Checks;
    /// The kind of record, and what making and changing one is called in the audit trail.
    const NAMES: Names;

    /// The fields a new record starts from.
    fn blank(scope: &Scope) -> Self::Fields;

    /// The fields after the changes.
    fn applied(changes: &Self::Changes, before: &Self::Fields) -> Self::Fields;

    /// Refuses a change of what stays as it was made.
    fn stays(before: &Self::Fields, after: &Self::Fields) -> Result<(), Refusal>;
}

/// What the audit trail calls a record and its writing.
pub(crate) struct Names {
    kind: &'static str,
    create: &'static str,
    update: &'static str,
}

/// Makes a record of a short list.
#[derive(Clone, Debug)]
pub struct Create<T: Editable> {
    /// Its fields; those not given are empty.
    pub fields: T::Changes,
}

/// Changes a record of a short list.
#[derive(Clone, Debug)]
pub struct Update<T: Editable> {
    /// Which one.
    pub id: T::Id,
    /// The version it was read at.
    pub version: i32,
    /// What changes.
    pub fields: T::Changes,
    /// Archives or restores it.
    pub archived: Option<bool>,
}

/// Makes a sales region.
pub type CreateRegion = Create<Region>;
/// Changes a sales region.
pub type UpdateRegion = Update<Region>;

impl<T: Editable> Action for Create<T> {
    const RIGHT: Right = T::WRITE;
}

impl<T: Editable> Action for Update<T> {
    const RIGHT: Right = T::WRITE;
}

#[async_trait::async_trait]
impl<T: Written> Command for Create<T> {
    type Output = T::Id;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<T::Id> {
        let fields = T::applied(&self.fields, &T::blank(permit.scope())).checked()?;
        let id = T::Id::from(Uuid::now_v7());
        insert(tx, permit, T::TABLE, id.into(), &fields, &[]).await?;
        let deed = Deed::new(T::NAMES.create, T::NAMES.kind, id);
        deed.audit(tx, changes(None, &fields));
        tx.emit(deed.event());
        Ok(id)
    }
}

#[async_trait::async_trait]
impl<T: Written> Command for Update<T> {
    type Output = T::Id;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<T::Id> {
        let held: Option<Held<T::Fields>> = hold(tx, permit, T::TABLE, self.id.into()).await?;
        let held = held.ok_or(CommandError::NotFound)?;
        same_version(held.record.version, self.version)?;
        let archived_at = archived_after(&held.record, self.archived, tx.now())?;
        let fields = T::applied(&self.fields, &held.fields).checked()?;
        T::stays(&held.fields, &fields)?;
        update(tx, permit, T::TABLE, held.id, &fields, archived_at).await?;
        let deed = Deed::new(T::NAMES.update, T::NAMES.kind, self.id);
        let mut noted = changes(Some(&held.fields), &fields);
        let archived = (held.record.archived_at.is_some(), archived_at.is_some());
        if archived.0 != archived.1 {
            noted["archived"] = json!({ "before": archived.0, "after": archived.1 });
        }
        deed.audit(tx, noted);
        tx.emit(deed.event());
        Ok(self.id)
    }
}

/// A list's types, the right to write it, what the audit trail calls it, its blank fields, and
/// what stays as it was made.
macro_rules! written {
    ($($record:ident($fields:ident, $changes:ident): $right:ident,
        $kind:literal, $create:literal, $update:literal, $blank:expr, $stays:expr;)*) => {$(
        impl Editable for $record {
            type Changes = $changes;
            const WRITE: Right = Right::$right;
        }

        impl Written for $record {
            type Fields = $fields;
            const NAMES: Names =
                Names { kind: $kind, create: $create, update: $update };

            fn blank(scope: &Scope) -> $fields {
                ($blank)(scope)
            }

            fn applied(changes: &$changes, before: &$fields) -> $fields {
                changes.applied(before)
            }

            fn stays(before: &$fields, after: &$fields) -> Result<(), Refusal> {
                ($stays)(before, after)
            }
        }
    )*};
}

written! {
    Region(RegionFields, RegionChanges): DirectoryWrite,
        "Region", "createRegion", "updateRegion",
        |_: &Scope| RegionFields { name: String::new(), external_reference: None },
        anything_changes;
    SalesChannel(SalesChannelFields, SalesChannelChanges): DirectoryWrite,
        "SalesChannel", "createSalesChannel", "updateSalesChannel",
        |_: &Scope| SalesChannelFields { name: String::new(), external_reference: None },
        anything_changes;
    PriceSegment(PriceSegmentFields, PriceSegmentChanges): PriceWrite,
        "PriceSegment", "createPriceSegment", "updatePriceSegment",
        |_: &Scope| PriceSegmentFields {
            name: String::new(),
            price_list_id: None,
            external_reference: None,
        },
        anything_changes;
    SalesRoute(SalesRouteFields, SalesRouteChanges): SalesRouteWrite,
        "SalesRoute", "createSalesRoute", "updateSalesRoute", standard_route, anything_changes;
    Supplier(SupplierFields, SupplierChanges): SupplierWrite,
        "Supplier", "createSupplier", "updateSupplier", blank_supplier, supplier_stays;
    SupplierItem(SupplierItemFields, SupplierItemChanges): SupplierWrite,
        "SupplierItem", "createSupplierItem", "updateSupplierItem", blank_item, item_stays;
    TenantCurrency(TenantCurrencyFields, TenantCurrencyChanges): DirectoryWrite,
        "Currency", "createCurrency", "updateCurrency",
        |scope: &Scope| TenantCurrencyFields {
            code: scope.facts().base_currency,
            name: String::new(),
            external_reference: None,
        },
        |before: &TenantCurrencyFields, after: &TenantCurrencyFields| {
            unchanged("code", &before.code, &after.code)
        };
    VatCategory(VatCategoryFields, VatCategoryChanges): DirectoryWrite,
        "VatCategory", "createVatCategory", "updateVatCategory",
        |_: &Scope| VatCategoryFields { name: String::new(), external_reference: None },
        anything_changes;
    Bin(BinFields, BinChanges): DirectoryWrite,
        "Bin", "createBin", "updateBin",
        |_: &Scope| BinFields {
            warehouse_id: WarehouseId(Uuid::nil()),
            name: String::new(),
            walk_order: 0,
            external_reference: None,
        },
        |before: &BinFields, after: &BinFields| {
            unchanged("warehouseId", &before.warehouse_id, &after.warehouse_id)
        };
}

fn anything_changes<F>(_before: &F, _after: &F) -> Result<(), Refusal> {
    Ok(())
}

/// The standard way: goods come from stock and are held on confirmation, everything is due on the
/// day of the shipment.
fn standard_route(_scope: &Scope) -> SalesRouteFields {
    SalesRouteFields {
        name: String::new(),
        reserve_on: ReserveOn::Confirm,
        cover_by: CoverBy::Stock,
        payment_steps: PaymentSteps(PaymentStep::on_shipment()),
        external_reference: None,
    }
}

fn blank_supplier(scope: &Scope) -> SupplierFields {
    SupplierFields {
        name: String::new(),
        legal_name: None,
        inn: None,
        kpp: None,
        vat_id: None,
        phone: None,
        email: None,
        address: None,
        currency: scope.facts().base_currency,
        lead_time_days: None,
        external_reference: None,
    }
}

/// The prices of its items are in its currency.
fn supplier_stays(before: &SupplierFields, after: &SupplierFields) -> Result<(), Refusal> {
    unchanged("currency", &before.currency, &after.currency)
}

fn blank_item(_scope: &Scope) -> SupplierItemFields {
    SupplierItemFields {
        supplier_id: SupplierId(Uuid::nil()),
        product_id: ProductId(Uuid::nil()),
        packaging_id: None,
        code: None,
        name: None,
        minimum_lot: None,
        lot_multiple: None,
        lead_time_days: None,
        external_reference: None,
    }
}

fn item_stays(before: &SupplierItemFields, after: &SupplierItemFields) -> Result<(), Refusal> {
    unchanged("supplierId", &before.supplier_id, &after.supplier_id)?;
    unchanged("productId", &before.product_id, &after.product_id)
}
