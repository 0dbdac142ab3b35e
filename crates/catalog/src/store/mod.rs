//! All SQL of the catalog.

mod agreement_prices;
mod agreements;
mod attributes;
mod bulk;
mod bulk_contacts;
mod bulk_prices;
mod bulk_variants;
mod card;
mod custom_fields;
mod custom_values;
mod customers;
mod dated_prices;
mod directories;
mod discount_rules;
mod duplicates;
mod heirs;
mod listing;
mod merging;
mod omnibox;
mod packagings;
mod price_book;
mod price_changes;
mod price_plans;
mod price_settings;
mod prices;
mod product_cards;
mod products;
mod rates;
mod record;
mod search;
mod variant_writing;
mod variants;
mod versions;

use kernel::Uuid;

pub(crate) use agreement_prices::{copy_agreement_prices, put_agreement_prices};
pub(crate) use agreements::{
    StepColumns, default_agreement, drop_other_defaults, replace_steps, steps_of,
};
pub use agreements::{agreements_by_customer, agreements_by_id};
pub(crate) use attributes::{NewChoice, attributes, attributes_of, count_attributes, put_choices};
pub use attributes::{attributes_by_group, attributes_by_id, attributes_by_product};
pub(crate) use bulk::{
    Hold, default_list, group_names, held_by_text, insert_all, insert_all_of, insert_steps,
    lock_bulk, prices_in, region_names, update_all,
};
pub(crate) use bulk_contacts::{HeldContact, held_contacts, replace_all_channels};
pub(crate) use bulk_prices::{AskedPrice, price_lists_held, prices_on_days, put_many_prices};
pub(crate) use bulk_variants::{
    AskedVariants, HeldVariant, attribute_names, held_variants, keys_of, skus_like, varied_products,
};
pub use card::{addresses_by_customer, addresses_by_id, contracts_by_customer, contracts_by_id};
pub(crate) use card::{
    channels_of, customer_of, drop_default_address, has_addresses, note_contact_words,
    replace_channels,
};
pub use custom_fields::{
    CustomFieldFilter, count_custom_fields, custom_fields, custom_fields_by_id,
};
pub(crate) use custom_fields::{
    count_in_use, drop_keys, fields_of, fill_keys, hold_fields, lock_field,
};
pub use custom_values::push_conditions;
pub(crate) use custom_values::{
    HeldTexts, Worded, held_by, names_seen, put_all_held, put_held, words_of,
};
pub use customers::{
    CustomerFilter, CustomerSort, Seen, cards_merged_into, contacts_by_customer, contacts_by_id,
    count_customers, customers, customers_by_id,
};
pub use dated_prices::{BY_PRODUCT, DatedPrice, PricesIn, ProductPrices, dated_prices};
pub(crate) use directories::{DefaultOf, has_default, take_default};
pub use directories::{
    Directory, DirectoryFilter, Of, count_directory, directory, directory_by_ids,
};
pub use discount_rules::{RulesFor, discount_rules_for};
pub use duplicates::{CustomerDuplicate, Known, customer_duplicates, known_of};
pub use heirs::{heir_of, push_customer};
pub use listing::Archived;
pub(crate) use merging::{
    Card, Grip, Keyed, agreements_of, card, heir, heirs_by_text, mark_merged, move_addresses,
    move_agreements, move_contacts, move_contracts, repoint, share_customer,
};
pub use omnibox::{Matched, found_customers, found_products};
pub use packagings::{
    UnitMeasure, packaging_cards, packagings_by_id, packagings_by_product, packagings_in_use,
    take_packagings, unit_measures,
};
pub use price_book::rates_on;
pub(crate) use price_book::{RowKey, groups_above, lists_with_bases, price_rows, rules_on};
pub use price_changes::{
    BY_MOMENT, PriceChange, count_price_changes, hold_price_changes, price_changes,
    price_changes_by_id,
};
pub(crate) use price_changes::{
    HeldChange, NewChange, hold_change, insert_change, later_change, mark_undone, overwritten,
    take_back_prices,
};
pub use price_plans::{
    PlannedPrice, PriceChangeCounts, PricedPlan, planned_prices, price_change_counts,
    price_change_products,
};
pub(crate) use price_plans::{groups_below, write_planned};
pub(crate) use price_settings::put_price_settings;
pub use price_settings::{PriceSettings, price_settings};
pub use prices::{ListPrice, NewPrice, PriceBreak, lists_by_base};
pub(crate) use prices::{fixed_prices_mean, list_currency, lists_in_use, lock_bases, put_prices};
pub use product_cards::{
    ProductBarcode, barcode, barcodes_by_product, barcodes_by_variant, originals_by_product,
    substitutes_by_product,
};
pub(crate) use product_cards::{
    barcodes_of, codes_taken, put_barcodes, put_substitutes, substitute_ids,
};
pub use products::{
    ProductFilter, ProductSort, count_products, groups_by_parent, product_by_sku, products,
    products_by_group, products_by_id,
};
pub(crate) use products::{group_ancestors, group_is_used, group_levels, lock_tree};
pub(crate) use rates::{
    Dated, currency_rates_of, put_currency_rates, put_supplier_prices, put_vat_rates,
    supplier_prices_of, vat_rates_of,
};
pub use rates::{
    ExchangeRate, bins_by_warehouse, currency_rates, exchange_rates, items_by_product,
    items_by_supplier, supplier_prices, vat_rates,
};
pub(crate) use record::{Held, hold, insert, update};
pub(crate) use variant_writing::{
    NewValues, NewVariant, VariantUse, existing, insert_values, insert_variants, mark_in_documents,
    product_of, put_combinations, values_of, variant_uses,
};
pub(crate) use variants::foreign_variants;
pub use variants::{
    VARIANT_ORDER, VariantFilter, count_variants, count_variants_by_product, values_by_variant,
    variant_by_sku, variants, variants_by_id, variants_by_product,
};
pub use versions::{
    AgreementVersion, VersionKey, VersionTerms, agreement_versions, versions_by_agreement,
};
pub(crate) use versions::{keep_versions, next_version};

/// Ids as PostgreSQL takes an array of them.
pub(crate) fn uuids<T: Copy + Into<Uuid>>(ids: &[T]) -> Vec<Uuid> {
    ids.iter().map(|id| (*id).into()).collect()
}
