//! Contracts with customers.

use ::catalog::{ReadTerms, contracts_by_customer, contracts_by_id};
use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use kernel::{ContractId, CustomerId, OrganizationId};

use super::customer::Customer;
use super::directories::Organization;
use super::noted::Noted;
use crate::files::{Attachment, OfContract, files_of};
use crate::ids::global;
use crate::loaders::{Load, Loaded, Loaders};
use crate::scalars::Date;
use crate::session::Session;

/// The state of a contract: DRAFT goes to SIGNED or CLOSED, SIGNED to CLOSED.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::catalog::ContractState")]
pub enum ContractState {
    /// Being written; everything may change.
    Draft,
    /// In force; its validity and comment may change.
    Signed,
    /// Over, or given up.
    Closed,
}

/// The legal paper with one customer. Needs the right terms.read.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct Contract {
    /// The opaque global id.
    #[graphql(owned)]
    pub id: ID,
    /// Its number, as the paper says; unique with the customer and the date.
    number: String,
    /// The paper's date.
    date: Date,
    /// The first day it holds; null is the paper's date.
    valid_from: Option<Date>,
    /// The last day it holds; null is until it is closed.
    valid_to: Option<Date>,
    /// Its state.
    state: ContractState,
    /// Anything else worth knowing.
    comment: Option<String>,
    #[graphql(flatten)]
    noted: Noted,
    #[graphql(skip)]
    key: ContractId,
    #[graphql(skip)]
    customer_id: CustomerId,
    #[graphql(skip)]
    organization_id: OrganizationId,
}

#[ComplexObject]
impl Contract {
    /// With whom.
    async fn customer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Customer>> {
        Ok(Session::of(ctx)?.load(self.customer_id).await?)
    }

    /// The tenant's legal entity that signs.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.organization_id).await?)
    }

    /// Its files, oldest first: the signed paper and its annexes; at most 200.
    async fn attachments(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Attachment>> {
        Ok(files_of::<OfContract>(Session::of(ctx)?, self.key.0).await?)
    }
}

impl From<::catalog::Contract> for Contract {
    fn from(row: ::catalog::Contract) -> Self {
        Self {
            id: global(row.id),
            number: row.fields.number,
            date: row.fields.dated.into(),
            valid_from: row.fields.valid_from.map(Into::into),
            valid_to: row.fields.valid_to.map(Into::into),
            state: row.fields.state.into(),
            comment: row.fields.comment,
            noted: Noted::of(row.id, row.fields.external_reference, &row.record),
            key: row.id,
            customer_id: row.customer_id,
            organization_id: row.fields.organization_id,
        }
    }
}

/// The contracts with a customer.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ContractsOf(pub(super) CustomerId);

impl Load<ContractsOf> for Loaders {
    type Value = Vec<Contract>;

    async fn load(&self, keys: &[ContractsOf]) -> Loaded<ContractsOf, Vec<Contract>> {
        let permit = self.permit::<ReadTerms>()?;
        let ids: Vec<CustomerId> = keys.iter().map(|key| key.0).collect();
        let found = contracts_by_customer(&*self.tx().await?, &permit, &ids).await?;
        let contracts = |rows: Vec<_>| rows.into_iter().map(Contract::from).collect();
        Ok(found.into_iter().map(|(id, rows)| (ContractsOf(id), contracts(rows))).collect())
    }
}

impl Load<ContractId> for Loaders {
    type Value = Contract;

    async fn load(&self, keys: &[ContractId]) -> Loaded<ContractId, Contract> {
        let permit = self.permit::<ReadTerms>()?;
        let found = contracts_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}
