//! Making and changing what suppliers sell, and setting what they ask.

use ::catalog::{Create, SetSupplierPrices, SupplierItemChanges, Update};
use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use kernel::{PackagingId, ProductId, SupplierId, SupplierItemId};

use super::payloads;
use super::supplier_items::SupplierItem;
use crate::idempotency::mutate;
use crate::identity::change;
use crate::ids::GlobalId;
use crate::scalars::{Date, Decimal};
use crate::session::Session;
use crate::user_error::UserError;

/// A new item of a supplier.
#[derive(InputObject)]
pub struct CreateSupplierItemInput {
    /// Who sells it; stays as it was made.
    supplier_id: GlobalId<SupplierId>,
    /// What it is to the tenant; stays as it was made.
    product_id: GlobalId<ProductId>,
    /// The packaging of the product it is sold in; the base unit where none is given.
    packaging_id: Option<GlobalId<PackagingId>>,
    /// The supplier's article number, at most 64 characters; unique with the supplier.
    code: Option<String>,
    /// The supplier's name of it.
    name: Option<String>,
    /// The least that is ordered at once, in the base unit: above zero, up to three places.
    minimum_lot: Option<Decimal>,
    /// What an ordered quantity is a multiple of, in the base unit: above zero.
    lot_multiple: Option<Decimal>,
    /// Calendar days from order to receipt, 0 to 3,650; the supplier's where none is given.
    lead_time_days: Option<i32>,
    /// Its key in another system; unique in the tenant.
    external_reference: Option<String>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Changes of an item of a supplier; what is left out stays, null empties.
#[derive(InputObject)]
pub struct UpdateSupplierItemInput {
    /// Which one.
    id: GlobalId<SupplierItemId>,
    /// The version that was read.
    version: i32,
    /// The packaging of the product it is sold in; the base unit where none is given.
    packaging_id: MaybeUndefined<GlobalId<PackagingId>>,
    /// The supplier's article number, at most 64 characters; unique with the supplier.
    code: MaybeUndefined<String>,
    /// The supplier's name of it.
    name: MaybeUndefined<String>,
    /// The least that is ordered at once, in the base unit: above zero, up to three places.
    minimum_lot: MaybeUndefined<Decimal>,
    /// What an ordered quantity is a multiple of, in the base unit: above zero.
    lot_multiple: MaybeUndefined<Decimal>,
    /// Calendar days from order to receipt, 0 to 3,650; the supplier's where none is given.
    lead_time_days: MaybeUndefined<i32>,
    /// Its key in another system; unique in the tenant.
    external_reference: MaybeUndefined<String>,
    /// Archives or restores it.
    archived: Option<bool>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// What a supplier asks from a day on.
#[derive(InputObject)]
pub struct SupplierPriceInput {
    /// The first day it holds.
    valid_from: Date,
    /// The price of one base unit in the supplier's currency: 0 or more, up to four places.
    price: Decimal,
}

/// Prices of one item of a supplier.
#[derive(InputObject)]
pub struct SetSupplierPricesInput {
    /// The item.
    supplier_item_id: GlobalId<SupplierItemId>,
    /// The prices, each day once; a price of the same day is replaced. With the removed ones at
    /// most 1,000.
    #[graphql(default)]
    prices: Vec<SupplierPriceInput>,
    /// The days whose prices are taken away.
    #[graphql(default)]
    removed: Vec<Date>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

payloads! {
    /// What came of making an item of a supplier.
    CreateSupplierItemPayload {
        /// The item of a supplier; null where it was refused.
        supplier_item: SupplierItem
    }
    /// What came of changing an item of a supplier.
    UpdateSupplierItemPayload {
        /// The item of a supplier; null where it was refused.
        supplier_item: SupplierItem
    }
    /// What came of setting a supplier's prices.
    SetSupplierPricesPayload {
        /// The item of a supplier; null where it was refused.
        supplier_item: SupplierItem
    }
}

/// Mutations of what suppliers sell.
#[derive(Default)]
pub struct SupplierItemMutation;

#[Object]
impl SupplierItemMutation {
    /// Makes an item of a supplier.
    async fn create_supplier_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The item of a supplier.")] input: CreateSupplierItemInput,
    ) -> async_graphql::Result<CreateSupplierItemPayload> {
        let fields = SupplierItemChanges {
            supplier_id: Some(input.supplier_id.0),
            product_id: Some(input.product_id.0),
            packaging_id: Some(input.packaging_id.map(|id| id.0)),
            code: Some(input.code),
            name: Some(input.name),
            minimum_lot: Some(input.minimum_lot.map(|quantity| quantity.0)),
            lot_multiple: Some(input.lot_multiple.map(|quantity| quantity.0)),
            lead_time_days: Some(input.lead_time_days),
            external_reference: Some(input.external_reference),
        };
        let command = Create::<::catalog::SupplierItem> { fields };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let supplier_item = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreateSupplierItemPayload { supplier_item, user_errors: done.user_errors })
    }

    /// Changes an item of a supplier.
    async fn update_supplier_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateSupplierItemInput,
    ) -> async_graphql::Result<UpdateSupplierItemPayload> {
        let fields = SupplierItemChanges {
            supplier_id: None,
            product_id: None,
            packaging_id: change(input.packaging_id, |id| id.0),
            code: change(input.code, |text| text),
            name: change(input.name, |text| text),
            minimum_lot: change(input.minimum_lot, |quantity| quantity.0),
            lot_multiple: change(input.lot_multiple, |quantity| quantity.0),
            lead_time_days: change(input.lead_time_days, |days| days),
            external_reference: change(input.external_reference, |text| text),
        };
        let (id, version, archived) = (input.id.0, input.version, input.archived);
        let command = Update::<::catalog::SupplierItem> { id, version, fields, archived };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let supplier_item = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdateSupplierItemPayload { supplier_item, user_errors: done.user_errors })
    }

    /// Sets and removes a supplier's prices of an item. Needs the rights supplier.write and
    /// cost.read.
    async fn set_supplier_prices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The prices.")] input: SetSupplierPricesInput,
    ) -> async_graphql::Result<SetSupplierPricesPayload> {
        let price = |one: &SupplierPriceInput| ::catalog::SupplierPrice {
            valid_from: one.valid_from.0,
            price: one.price.0,
        };
        let command = SetSupplierPrices {
            item: input.supplier_item_id.0,
            prices: input.prices.iter().map(price).collect(),
            removed: input.removed.iter().map(|day| day.0).collect(),
        };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let supplier_item = Session::of(ctx)?.load_made(done.output).await?;
        Ok(SetSupplierPricesPayload { supplier_item, user_errors: done.user_errors })
    }
}
