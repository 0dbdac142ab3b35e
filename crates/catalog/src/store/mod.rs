//! All SQL of the catalog.

mod agreements;
mod customers;
mod directories;
mod listing;
mod price_book;
mod price_settings;
mod prices;
mod products;
mod record;
mod search;

use kernel::Uuid;

pub(crate) use agreements::{
    StepColumns, default_agreement, drop_other_defaults, replace_steps, steps_of,
};
pub use agreements::{agreements_by_customer, agreements_by_id};
pub use customers::{
    CustomerFilter, CustomerSort, contacts_by_customer, contacts_by_id, count_customers, customers,
    customers_by_id,
};
pub(crate) use directories::{DefaultOf, has_default, take_default};
pub use directories::{Directory, DirectoryFilter, count_directory, directory, directory_by_ids};
pub use listing::Archived;
pub use price_book::rates_on;
pub(crate) use price_book::{groups_above, lists_with_bases, price_rows, rules_on};
pub(crate) use price_settings::put_price_settings;
pub use price_settings::{PriceSettings, price_settings};
pub use prices::{ListPrice, NewPrice, PriceBreak, lists_by_base};
pub(crate) use prices::{PricesOf, list_currency, lists_in_use, lock_bases, put_prices};
pub use products::{
    ProductFilter, ProductSort, count_products, groups_by_parent, product_by_sku, products,
    products_by_group, products_by_id,
};
pub(crate) use products::{group_ancestors, group_is_used, group_levels, lock_tree};
pub(crate) use record::{Held, hold, insert, update};

/// Ids as PostgreSQL takes an array of them.
pub(crate) fn uuids<T: Copy + Into<Uuid>>(ids: &[T]) -> Vec<Uuid> {
    ids.iter().map(|id| (*id).into()).collect()
}
