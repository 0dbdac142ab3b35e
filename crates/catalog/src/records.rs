//! The catalog's records as they are read, and as they are written: a new record is changes
//! applied to a blank one, so both ways meet the same checks.

use db::{FromQueryResult, Value};
use kernel::{
    AgreementId, ContactId, Currency, CustomerId, DateTime, Decimal, DepartmentId, NaiveDate,
    OrganizationId, Percent, PriceListId, PriceSegmentId, ProductGroupId, ProductId, RegionId,
    RoundingDirection, SalesChannelId, SalesRouteId, TeamId, UserId, Utc, VatCategoryId,
    WarehouseId,
};
use serde::Serialize;

use crate::rules::{AgreementState, Channel, Consent, CreditPolicy, PaymentStep};

/// The columns that people write; each is named as its field.
pub(crate) trait Fields: Serialize + FromQueryResult + Send + Sync {
    /// The columns, in order.
    const COLUMNS: &'static [&'static str];

    /// Their values, in the same order.
    fn values(&self) -> Vec<Value>;
}

/// Makes a record's fields, and the changes of them: each field that is to change, `None` for
/// those that stay.
macro_rules! fields {
    (
        $(#[doc = $doc:literal])+
        $name:ident, $changes:ident {
            $($(#[doc = $each:literal])+ $field:ident: $kind:ty,)*
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq, Serialize, FromQueryResult)]
        #[serde(rename_all = "camelCase")]
        pub struct $name { $($(#[doc = $each])+ pub $field: $kind,)* }

        /// Changes of the fields of the same names; `None` leaves one as it is.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $changes { $($(#[doc = $each])+ pub $field: Option<$kind>,)* }

        impl Fields for $name {
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),*];

            fn values(&self) -> Vec<Value> {
                vec![$(Value::from(self.$field.clone())),*]
            }
        }

        impl $changes {
            /// The fields after the changes.
            #[must_use]
            pub fn applied(&self, before: &$name) -> $name {
                $name {
                    $($field: self.$field.clone().unwrap_or_else(|| before.$field.clone()),)*
                }
            }
        }
    };
}

mod goods;

pub use goods::{Packaging, PackagingChanges, PackagingFields};

/// What the program itself notes on every record.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct Record {
    /// Goes up by one with each change; an update names the one it was made from.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// The user who made it; none for partners' keys and workers.
    pub created_by: Option<UserId>,
    /// When it was archived: nothing new is made with it since.
    pub archived_at: Option<DateTime<Utc>>,
}

macro_rules! records {
    ($($(#[doc = $doc:literal])+ $name:ident { $id:ty, $fields:ty }),* $(,)?) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq, FromQueryResult)]
        pub struct $name {
            /// Its id.
            pub id: $id,
            /// What people write.
            #[sea_orm(nested)]
            pub fields: $fields,
            /// What the program notes.
            #[sea_orm(nested)]
            pub record: Record,
        }
    )*};
}

mod directories;

pub use directories::*;

records! {
    /// A place where goods lie.
    Warehouse { WarehouseId, WarehouseFields },
    /// A list of prices in one currency.
    PriceList { PriceListId, PriceListFields },
    /// A node of the tree of products.
    ProductGroup { ProductGroupId, ProductGroupFields },
    /// Goods or a service.
    Product { ProductId, ProductFields },
}

/// A legal entity of the tenant that sells.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Nothing is posted on or before this day; set by closing a period, not by an update.
    pub closed_until: Option<NaiveDate>,
    /// What people write.
    #[sea_orm(nested)]
    pub fields: OrganizationFields,
    /// What the program notes.
    #[sea_orm(nested)]
    pub record: Record,
}

/// A person at a customer.
#[derive(Clone, Debug, PartialEq)]
pub struct ContactPerson {
    /// Its id.
    pub id: ContactId,
    /// Where the person works.
    pub customer_id: CustomerId,
    /// What people write.
    pub fields: ContactFields,
    /// How the person is reached; the first of a kind is the main one.
    pub channels: Vec<Channel>,
    /// What the program notes.
    pub record: Record,
}

/// Commercial terms with one customer.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    /// Its id.
    pub id: AgreementId,
    /// With whom.
    pub customer_id: CustomerId,
    /// What people write.
    pub fields: AgreementFields,
    /// How the customer pays; sums to 100 %.
    pub payment_steps: Vec<PaymentStep>,
    /// What the program notes.
    pub record: Record,
}

fields! {
    /// An organization's own fields.
    OrganizationFields, OrganizationChanges {
        /// Name, unique in the tenant.
        name: String,
        /// Tax number: 10 or 12 digits with check digits.
        inn: Option<String>,
        /// Code of the reason of registration: nine characters.
        kpp: Option<String>,
        /// Postal address.
        address: Option<String>,
        /// What its documents' numbers begin with; unique, may be empty.
        prefix: String,
        /// Taken where a document names none; exactly one of a tenant is.
        is_default: bool,
        /// The partner's own key of it.
        external_reference: Option<String>,
    }
}

fields! {
    /// A warehouse's own fields.
    WarehouseFields, WarehouseChanges {
        /// Name, unique in the tenant.
        name: String,
        /// Postal address.
        address: Option<String>,
        /// Reservation looks into warehouses with a smaller number first.
        priority: i32,
        /// Taken where a document names none; exactly one of a tenant is.
        is_default: bool,
        /// The partner's own key of it.
        external_reference: Option<String>,
    }
}

fields! {
    /// A price list's own fields.
    PriceListFields, PriceListChanges {
        /// Name, unique in the tenant.
        name: String,
        /// The currency of its prices; stays as it was made.
        currency: Currency,
        /// Whether its prices include VAT; stays as it was made.
        includes_vat: bool,
        /// Taken where an agreement names none; exactly one of a tenant is.
        is_default: bool,
        /// The list it is derived from; `None`: it has prices of its own.
        base_list_id: Option<PriceListId>,
        /// What the base's prices are multiplied by, six places; of derived lists.
        coefficient: Option<Decimal>,
        /// To multiples of what its prices are rounded; `None`: to four places.
        rounding_step: Option<Decimal>,
        /// Where a price goes that lies between two steps.
        rounding_direction: Option<RoundingDirection>,
        /// The partner's own key of it.
        external_reference: Option<String>,
    }
}

fields! {
    /// A product group's own fields.
    ProductGroupFields, ProductGroupChanges {
        /// Name.
        name: String,
        /// The group it lies in.
        parent_id: Option<ProductGroupId>,
        /// The partner's own key of it.
        external_reference: Option<String>,
    }
}

fields! {
    /// A product's own fields.
    ProductFields, ProductChanges {
        /// Article number, unique in the tenant.
        sku: String,
        /// Name.
        name: String,
        /// The group it lies in.
        group_id: Option<ProductGroupId>,
        /// The base unit all quantities are in.
        unit: String,
        /// `None` is "without VAT", which is not 0 %. Holds where there is no tax category.
        vat_rate: Option<Percent>,
        /// The tax category, whose rate holds on the day of a document.
        vat_category_id: Option<VatCategoryId>,
        /// A service has no stock; stays as it was made.
        is_service: bool,
        /// Documents name a variant of it; stays once one has named the product.
        has_variants: bool,
        /// A received lot names the maker's number of it.
        tracks_lots: bool,
        /// A received lot names its last day.
        tracks_expiry: bool,
        /// Days that are left of a lot's life when it is sold, at least.
        min_shelf_life_days: Option<i32>,
        /// The least price per base unit, base currency, without VAT.
        min_price: Option<Decimal>,
        /// The least margin, per cent of revenue.
        min_margin_percent: Option<Percent>,
        /// The partner's own key of it.
        external_reference: Option<String>,
    }
}

fields! {
    /// A customer's own fields.
    CustomerFields, CustomerChanges {
        /// The name people call it by.
        name: String,
        /// The name that papers carry.
        legal_name: Option<String>,
        /// Tax number: 10 or 12 digits with check digits.
        inn: Option<String>,
        /// Code of the reason of registration: nine characters.
        kpp: Option<String>,
        /// VAT number of a company outside Russia, with the country's letters.
        vat_id: Option<String>,
        /// Words that the tenant marks customers with.
        tags: Vec<String>,
        /// Sales region.
        region_id: Option<RegionId>,
        /// How it buys.
        sales_channel_id: Option<SalesChannelId>,
        /// Drives its prices.
        price_segment_id: Option<PriceSegmentId>,
        /// The department that looks after it.
        department_id: Option<DepartmentId>,
        /// The team that looks after it.
        team_id: Option<TeamId>,
        /// The responsible manager: reach OWN means his customers.
        manager_id: Option<UserId>,
        /// Telephone, as typed.
        phone: Option<String>,
        /// E-mail.
        email: Option<String>,
        /// Postal address.
        address: Option<String>,
        /// The most it may owe; `None` is no limit.
        credit_limit: Option<Decimal>,
        /// The currency of the limit.
        credit_limit_currency: Currency,
        /// The partner's own key of it.
        external_reference: Option<String>,
    }
}

fields! {
    /// A contact person's own fields.
    ContactFields, ContactChanges {
        /// The person's name.
        name: String,
        /// Position at the customer.
        position: Option<String>,
        /// The main telephone, as typed: the first of its channels.
        phone: Option<String>,
        /// The main e-mail: the first of its channels.
        email: Option<String>,
        /// The day of birth.
        birthday: Option<NaiveDate>,
        /// What the person has said about being contacted; `None` is never asked.
        consent: Option<Consent>,
        /// Since when.
        consent_since: Option<NaiveDate>,
        /// How it was given or withdrawn: a form, a letter, a call.
        consent_how: Option<String>,
        /// Anything else worth knowing.
        comment: Option<String>,
        /// The partner's own key of it.
        external_reference: Option<String>,
    }
}

fields! {
    /// An agreement's own fields.
    AgreementFields, AgreementChanges {
        /// Name, unique with the customer.
        name: String,
        /// The organization it is with; `None` is any.
        organization_id: Option<OrganizationId>,
        /// Its price list; `None` is the tenant's default one.
        price_list_id: Option<PriceListId>,
        /// The currency of its documents; the price list's.
        currency: Currency,
        /// The personal discount.
        discount_percent: Percent,
        /// What a gate does over the credit limit.
        credit_policy: CreditPolicy,
        /// Where it stands: drafts and closed ones are not used by new documents.
        state: AgreementState,
        /// From this day on; `None` is ever.
        valid_from: Option<NaiveDate>,
        /// To this day, itself included; `None` is without an end.
        valid_to: Option<NaiveDate>,
        /// Days that are left of a lot's life when it is shipped, at least; `None` is what the
        /// product itself asks for.
        min_shelf_life_days: Option<i32>,
        /// How its orders are served; `None` is the standard way.
        sales_route_id: Option<SalesRouteId>,
        /// Taken where an order names none; exactly one of a customer is.
        is_default: bool,
        /// The partner's own key of it.
        external_reference: Option<String>,
    }
}

// After the macros it is written with.
mod card;

pub use card::*;

// Declared behind the macros that it uses.
mod custom_field;
mod customer;
mod discount_rule;
pub use custom_field::{CustomField, CustomFieldChanges, CustomFieldFields};
pub use customer::{Customer, Whose};
pub use discount_rule::{DiscountRule, DiscountRuleChanges, DiscountRuleFields};

mod variant;
pub use variant::{
    AttributeOwner, ProductAttribute, ProductAttributeChanges, ProductAttributeFields,
    ProductVariant, ProductVariantChanges, ProductVariantFields, VariantValue,
};
