//! The short lists that customers, goods and prices refer to.

use db::{FromQueryResult, Value};
use kernel::{
    BinId, Currency, CurrencyId, Decimal, NaiveDate, OrganizationId, PackagingId, Percent,
    PriceListId, PriceSegmentId, ProductId, RegionId, SalesChannelId, SalesRouteId, SupplierId,
    SupplierItemId, VatCategoryId, WarehouseId,
};
use serde::Serialize;

use super::{Fields, Record};
use crate::rules::{CoverBy, PaymentSteps, ReserveOn};

records! {
    /// A sales region.
    Region { RegionId, RegionFields },
    /// A way in which goods are sold.
    SalesChannel { SalesChannelId, SalesChannelFields },
    /// Customers who get the same prices.
    PriceSegment { PriceSegmentId, PriceSegmentFields },
    /// A way of selling.
    SalesRoute { SalesRouteId, SalesRouteFields },
    /// A company that sells to the tenant.
    Supplier { SupplierId, SupplierFields },
    /// What a supplier calls a product, and how it sells it.
    SupplierItem { SupplierItemId, SupplierItemFields },
    /// A currency the tenant works in; its base currency needs none.
    TenantCurrency { CurrencyId, TenantCurrencyFields },
    /// Goods taxed alike.
    VatCategory { VatCategoryId, VatCategoryFields },
    /// A place inside a warehouse.
    Bin { BinId, BinFields },
}

fields! {
    /// A region's own fields.
    RegionFields, RegionChanges {
        /// Name, unique in the tenant.
        name: String,
        /// The partner's own key of it.
        external_reference: Option<String>,
    }
}

fields! {
    /// A sales channel's own fields.
    SalesChannelFields, SalesChannelChanges {
        /// Name, unique in the tenant.
        name: String,
        /// The partner's own key of it.
        external_reference: Option<String>,
    }
}

fields! {
    /// A price segment's own fields.
    PriceSegmentFields, PriceSegmentChanges {
        /// Name, unique in the tenant.
        name: String,
        /// Where its customers' prices come from when their agreement's list holds none.
        price_list_id: Option<PriceListId>,
        /// The partner's own key of it.
        external_reference: Option<String>,
    }
}

fields! {
    /// A sales route's own fields.
    SalesRouteFields, SalesRouteChanges {
        /// Name, unique in the tenant.
        name: String,
        /// When goods are held for its orders.
        reserve_on: ReserveOn,
        /// What covers the part of an order that stock does not.
        cover_by: CoverBy,
        /// How a new agreement on it is paid that names no steps of its own; sums to 100 %.
        payment_steps: PaymentSteps,
        /// The partner's own key of it.
        external_reference: Option<String>,
    }
}

fields! {
    /// A supplier's own fields.
    SupplierFields, SupplierChanges {
        /// The name people call it by.
        name: String,
        /// The name that papers carry.
        legal_name: Option<String>,
        /// Tax number: 10 or 12 digits with check digits.
        inn: Option<String>,
        /// Code of the reason of registration: nine characters.
        kpp: Option<String>,
        /// The tax number of a supplier abroad, as its country writes it.
        vat_id: Option<String>,
        /// Telephone, as typed.
        phone: Option<String>,
        /// E-mail.
        email: Option<String>,
        /// Postal address.
        address: Option<String>,
        /// What its prices are in.
        currency: Currency,
        /// Calendar days from order to receipt, where an item names none.
        lead_time_days: Option<i32>,
        /// The partner's own key of it.
        external_reference: Option<String>,
    }
}

fields! {
    /// A supplier item's own fields.
    SupplierItemFields, SupplierItemChanges {
        /// Who sells it; stays as it was made.
        supplier_id: SupplierId,
        /// What it is to the tenant; stays as it was made.
        product_id: ProductId,
        /// The packaging it is sold in; `None` is the base unit.
        packaging_id: Option<PackagingId>,
        /// The supplier's article number, unique with the supplier.
        code: Option<String>,
        /// The supplier's name of it.
        name: Option<String>,
        /// The least that is ordered at once, in the base unit.
        minimum_lot: Option<Decimal>,
        /// What an ordered quantity is a multiple of, in the base unit.
        lot_multiple: Option<Decimal>,
        /// Calendar days from order to receipt; `None` is the supplier's.
        lead_time_days: Option<i32>,
        /// The partner's own key of it.
        external_reference: Option<String>,
    }
}

fields! {
    /// A currency's own fields.
    TenantCurrencyFields, TenantCurrencyChanges {
        /// The code of ISO 4217, unique in the tenant; stays as it was made.
        code: Currency,
        /// Name.
        name: String,
        /// The partner's own key of it.
        external_reference: Option<String>,
    }
}

fields! {
    /// A tax category's own fields.
    VatCategoryFields, VatCategoryChanges {
        /// Name, unique in the tenant.
        name: String,
        /// The partner's own key of it.
        external_reference: Option<String>,
    }
}

fields! {
    /// A bin's own fields.
    BinFields, BinChanges {
        /// Where it is; stays as it was made.
        warehouse_id: WarehouseId,
        /// Name, unique in the warehouse.
        name: String,
        /// Those with a smaller number are walked to first.
        walk_order: i32,
        /// The partner's own key of it.
        external_reference: Option<String>,
    }
}

/// A currency's rate: so many units of the base currency for `nominal` units of this one, from a
/// day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromQueryResult)]
#[serde(rename_all = "camelCase")]
pub struct CurrencyRate {
    /// The first day it holds.
    pub valid_from: NaiveDate,
    /// Above zero, at most six places.
    pub rate: Decimal,
    /// How many units the rate is for.
    pub nominal: i32,
}

/// A tax category's rate from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromQueryResult)]
#[serde(rename_all = "camelCase")]
pub struct VatRate {
    /// Whose it is; `None` is every organization without a rate of its own.
    pub organization_id: Option<OrganizationId>,
    /// The first day it holds.
    pub valid_from: NaiveDate,
    /// `None` is "without VAT", which is not 0 %.
    pub rate: Option<Percent>,
}

/// What a supplier asks for an item from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromQueryResult)]
#[serde(rename_all = "camelCase")]
pub struct SupplierPrice {
    /// The first day it holds.
    pub valid_from: NaiveDate,
    /// Per base unit, in the supplier's currency.
    pub price: Decimal,
}
