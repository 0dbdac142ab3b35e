//! Delivery addresses and contracts of customers.

use db::{FromQueryResult, Value};
use kernel::{ContractId, CustomerId, DeliveryAddressId, NaiveDate, OrganizationId, RegionId};
use serde::Serialize;

use super::{Fields, Record};
use crate::rules::ContractState;

fields! {
    /// A delivery address's own fields.
    DeliveryAddressFields, DeliveryAddressChanges {
        /// What people call it: "Main shop".
        name: String,
        /// The postal address.
        address: String,
        /// Its sales region, where it is not the customer's.
        region_id: Option<RegionId>,
        /// What a driver should know.
        comment: Option<String>,
        /// Taken where a document names none; at most one of a customer is.
        is_default: bool,
        /// The partner's own key of it.
        external_reference: Option<String>,
    }
}

fields! {
    /// A contract's own fields.
    ContractFields, ContractChanges {
        /// Its number, as the paper says.
        number: String,
        /// The paper's date.
        dated: NaiveDate,
        /// The first day it holds; `None` is the paper's date.
        valid_from: Option<NaiveDate>,
        /// The last day it holds; `None` is until it is closed.
        valid_to: Option<NaiveDate>,
        /// The tenant's legal entity that signs.
        organization_id: OrganizationId,
        /// Its state; changed by signing and closing.
        state: ContractState,
        /// Anything else worth knowing.
        comment: Option<String>,
        /// The partner's own key of it.
        external_reference: Option<String>,
    }
}

/// Where a customer's goods go.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct DeliveryAddress {
    /// Its id.
    pub id: DeliveryAddressId,
    /// Whose it is.
    pub customer_id: CustomerId,
    /// What people write.
    #[sea_orm(nested)]
    pub fields: DeliveryAddressFields,
    /// What the program notes.
    #[sea_orm(nested)]
    pub record: Record,
}

/// The legal paper with one customer.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct Contract {
    /// Its id.
    pub id: ContractId,
    /// With whom.
    pub customer_id: CustomerId,
    /// What people write.
    #[sea_orm(nested)]
    pub fields: ContractFields,
    /// What the program notes.
    #[sea_orm(nested)]
    pub record: Record,
}
