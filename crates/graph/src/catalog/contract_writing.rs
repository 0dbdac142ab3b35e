//! Drafting, changing, signing and closing contracts.

use ::catalog::{CloseContract, ContractChanges, DraftContract, SignContract, UpdateContract};
use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use kernel::{ContractId, CustomerId, OrganizationId};

use super::contract::Contract;
use super::payloads;
use crate::idempotency::mutate;
use crate::identity::change;
use crate::ids::GlobalId;
use crate::scalars::Date;
use crate::session::Session;
use crate::user_error::UserError;

/// A new contract, a draft.
#[derive(InputObject)]
pub struct DraftContractInput {
    /// With whom.
    customer_id: GlobalId<CustomerId>,
    /// The tenant's legal entity that signs; the default one where none is given.
    organization_id: Option<GlobalId<OrganizationId>>,
    /// Its number, at most 64 characters; unique with the customer and the date.
    number: String,
    /// The paper's date; today where none is given.
    date: Option<Date>,
    /// The first day it holds; none is the paper's date.
    valid_from: Option<Date>,
    /// The last day it holds; none is until it is closed.
    valid_to: Option<Date>,
    /// Anything else worth knowing; at most 2,000 characters.
    comment: Option<String>,
    /// Its key in another system; unique in the tenant.
    external_reference: Option<String>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Changes of a contract; what is left out stays, null empties. A signed one changes in its
/// validity and comment only, which needs the right terms.write; a closed one in its comment.
#[derive(InputObject)]
pub struct UpdateContractInput {
    /// Which one.
    id: GlobalId<ContractId>,
    /// The version that was read.
    version: i32,
    /// The tenant's legal entity that signs.
    organization_id: Option<GlobalId<OrganizationId>>,
    /// Its number, at most 64 characters.
    number: Option<String>,
    /// The paper's date.
    date: Option<Date>,
    /// The first day it holds.
    valid_from: MaybeUndefined<Date>,
    /// The last day it holds.
    valid_to: MaybeUndefined<Date>,
    /// Anything else worth knowing; at most 2,000 characters.
    comment: MaybeUndefined<String>,
    /// Its key in another system; unique in the tenant.
    external_reference: MaybeUndefined<String>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Which contract is signed.
#[derive(InputObject)]
pub struct SignContractInput {
    /// Which one.
    id: GlobalId<ContractId>,
    /// The version that was read.
    version: i32,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Which contract ends.
#[derive(InputObject)]
pub struct CloseContractInput {
    /// Which one.
    id: GlobalId<ContractId>,
    /// The version that was read.
    version: i32,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

payloads! {
    /// What came of drafting a contract.
    DraftContractPayload {
        /// The contract; null where it was refused.
        contract: Contract
    }
    /// What came of changing a contract.
    UpdateContractPayload {
        /// The contract; null where it was refused.
        contract: Contract
    }
    /// What came of signing a contract.
    SignContractPayload {
        /// The contract; null where it was refused.
        contract: Contract
    }
    /// What came of closing a contract.
    CloseContractPayload {
        /// The contract; null where it was refused.
        contract: Contract
    }
}

/// Mutations of contracts.
#[derive(Default)]
pub struct ContractMutation;

#[Object]
impl ContractMutation {
    /// Writes a new contract with a customer, a draft. Its file is attached by `POST /files`.
    async fn draft_contract(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contract.")] input: DraftContractInput,
    ) -> async_graphql::Result<DraftContractPayload> {
        let fields = ContractChanges {
            number: Some(input.number),
            dated: input.date.map(|date| date.0),
            valid_from: Some(input.valid_from.map(|date| date.0)),
            valid_to: Some(input.valid_to.map(|date| date.0)),
            comment: Some(input.comment),
            external_reference: Some(input.external_reference),
            ..ContractChanges::default()
        };
        let organization = input.organization_id.map(|id| id.0);
        let command = DraftContract { customer: input.customer_id.0, organization, fields };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let contract = Session::of(ctx)?.load_made(done.output).await?;
        Ok(DraftContractPayload { contract, user_errors: done.user_errors })
    }

    /// Changes a contract as far as its state allows.
    async fn update_contract(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateContractInput,
    ) -> async_graphql::Result<UpdateContractPayload> {
        let fields = ContractChanges {
            number: input.number,
            dated: input.date.map(|date| date.0),
            valid_from: change(input.valid_from, |date| date.0),
            valid_to: change(input.valid_to, |date| date.0),
            organization_id: input.organization_id.map(|id| id.0),
            state: None,
            comment: change(input.comment, |text| text),
            external_reference: change(input.external_reference, |text| text),
        };
        let command = UpdateContract { id: input.id.0, version: input.version, fields };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let contract = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdateContractPayload { contract, user_errors: done.user_errors })
    }

    /// Notes that both sides have signed: from now on the contract stays as the paper says. Needs
    /// the right terms.write.
    async fn sign_contract(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: SignContractInput,
    ) -> async_graphql::Result<SignContractPayload> {
        let command = SignContract { id: input.id.0, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let contract = Session::of(ctx)?.load_made(done.output).await?;
        Ok(SignContractPayload { contract, user_errors: done.user_errors })
    }

    /// Ends a signed contract, or gives a draft up. Needs the right terms.write.
    async fn close_contract(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: CloseContractInput,
    ) -> async_graphql::Result<CloseContractPayload> {
        let command = CloseContract { id: input.id.0, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let contract = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CloseContractPayload { contract, user_errors: done.user_errors })
    }
}
