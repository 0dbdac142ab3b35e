//! All SQL of the catalog.

mod agreements;
mod bulk;
mod customers;
mod directories;
mod listing;
mod prices;
mod products;
mod record;
mod search;

use kernel::Uuid;

pub(crate) use agreements::{
    StepColumns, default_agreement, drop_other_defaults, replace_steps, steps_of,
};
pub use agreements::{agreements_by_customer, agreements_by_id};
pub(crate) use bulk::{
    Hold, default_list, group_names, held_by_text, insert_all, insert_all_of, insert_steps,
    lock_bulk, prices_in, region_names, update_all,
};
pub use customers::{
    CustomerFilter, CustomerSort, contacts_by_customer, contacts_by_id, count_customers, customers,
    customers_by_id,
};
pub(crate) use directories::{DefaultOf, has_default, take_default};
pub use directories::{Directory, DirectoryFilter, count_directory, directory, directory_by_ids};
pub use listing::Archived;
pub use prices::{ListPrice, prices_by_product};
pub(crate) use prices::{list_currency, put_prices};
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
