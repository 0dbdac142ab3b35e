//! The records that rows of a report are about: id and name come with the report, the record
//! itself is an edge, read in one batch where it is asked for.

use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use kernel::{CustomerId, ProductGroupId, ProductId, ProductVariantId, UserId};

use crate::catalog::{Customer, Product, ProductGroup, ProductVariant};
use crate::identity::User;
use crate::ids::global;
use crate::session::Session;

macro_rules! subjects {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident($id:ty) { $(#[doc = $edge_doc:literal])+ $edge:ident: $record:ident }
    )*) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Debug, SimpleObject)]
        #[graphql(complex)]
        pub struct $name {
            /// The record's global id.
            id: ID,
            /// Its name today; null where the caller may not see such records.
            name: Option<String>,
            #[graphql(skip)]
            key: $id,
        }

        #[ComplexObject]
        impl $name {
            $(#[doc = $edge_doc])+
            async fn $edge(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<$record>> {
                Ok(Session::of(ctx)?.load(self.key).await?)
            }
        }

        impl From<analytics::Named<$id>> for $name {
            fn from(named: analytics::Named<$id>) -> Self {
                Self { id: global(named.id), name: named.name, key: named.id }
            }
        }
    )*};
}

subjects! {
    /// A customer that a row of a report is about.
    SalesReportCustomer(CustomerId) {
        /// The customer's card, with its orders; null where the caller may not see it.
        customer: Customer
    }
    /// A group of products that a row of a report is about.
    SalesReportProductGroup(ProductGroupId) {
        /// The group itself; null where the caller may not see it.
        product_group: ProductGroup
    }
    /// A manager that a row of a report is about.
    SalesReportManager(UserId) {
        /// The user; null where the caller may not see users.
        manager: User
    }
}

/// A product that a row of a report is about.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct SalesReportProduct {
    /// The product's global id.
    id: ID,
    /// Its stock-keeping code; null where the caller may not see products.
    sku: Option<String>,
    /// Its name today; null where the caller may not see products.
    name: Option<String>,
    #[graphql(skip)]
    key: ProductId,
}

#[ComplexObject]
impl SalesReportProduct {
    /// The product itself; null where the caller may not see it.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.key).await?)
    }
}

impl From<analytics::NamedProduct> for SalesReportProduct {
    fn from(named: analytics::NamedProduct) -> Self {
        Self { id: global(named.id), sku: named.sku, name: named.name, key: named.id }
    }
}

/// A variant that a row of a report is about.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct SalesReportVariant {
    /// The variant's global id.
    id: ID,
    /// Its article number; null where the caller may not see products.
    sku: Option<String>,
    /// Its name today; null where the caller may not see products.
    name: Option<String>,
    #[graphql(skip)]
    key: ProductVariantId,
}

#[ComplexObject]
impl SalesReportVariant {
    /// The variant itself; null where the caller may not see it.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load(self.key).await?)
    }
}

impl From<analytics::NamedVariant> for SalesReportVariant {
    fn from(named: analytics::NamedVariant) -> Self {
        Self { id: global(named.id), sku: named.sku, name: named.name, key: named.id }
    }
}
