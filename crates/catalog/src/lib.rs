//! What documents are made of: organizations and warehouses of the tenant, customers with their
//! agreements, products with their prices. Contexts above read it through small cards; people
//! change it through commands.
//!
//! Invariants: a customer has exactly one default agreement from the moment he exists; payment
//! steps of an agreement sum to 100 %; groups of products are a tree; nothing is removed, only
//! archived, since documents point at it.

mod cards;
mod rules;
mod store;

pub use cards::{
    OrderTerms, OrganizationCard, ProductCard, WarehouseCard, default_warehouse, document_terms,
    hold_organization, list_prices, lock_customer, order_terms, organization_card, product_cards,
    warehouse_cards,
};
pub use rules::{CreditPolicy, Moment, PaymentStep, PeriodRefusal, check_period};
