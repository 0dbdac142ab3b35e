//! Merging two cards of one customer.

use std::collections::HashMap;

use ::catalog::{Merging, ReadCustomers, cards_merged_into};
use ::sales::MergeCustomers;
use async_graphql::{Context, InputObject, Object, SimpleObject};
use kernel::CustomerId;

use super::customer::Customer;
use super::payloads;
use crate::files::OfCustomer;
use crate::idempotency::mutate;
use crate::ids::GlobalId;
use crate::loaders::{Load, Loaded, Loaders};
use crate::session::Session;
use crate::user_error::UserError;

/// Which card goes into which.
#[derive(InputObject)]
pub struct MergeCustomersInput {
    /// The card that goes: it stays as it was, archived, and leads to the other one.
    duplicate_id: GlobalId<CustomerId>,
    /// The version of it that was read.
    duplicate_version: i32,
    /// The card that stays. Its own fields, terms and custom fields hold; what it lacks is taken
    /// from the other.
    into_id: GlobalId<CustomerId>,
    /// The version of it that was read.
    into_version: i32,
    /// Why, for whoever asks years later; at most 1,000 characters.
    reason: String,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

payloads! {
    /// What came of merging two cards.
    MergeCustomersPayload {
        /// The card that stays; null where it was refused.
        customer: Customer
    }
}

/// Mutations of merging cards.
#[derive(Default)]
pub struct MergingMutation;

#[Object]
impl MergingMutation {
    /// Merges two cards of one customer: orders, shipments, payments, debts, people, addresses,
    /// contracts, agreements, files and API keys of the one become the other's. Reports show the
    /// sales of both under the card that stays; what is posted in registers stays as it was. It is
    /// not undone. Needs the right customer.merge, with reach over both cards.
    async fn merge_customers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which card into which.")] input: MergeCustomersInput,
    ) -> async_graphql::Result<MergeCustomersPayload> {
        let command = MergeCustomers::<OfCustomer>::new(Merging {
            duplicate: input.duplicate_id.0,
            duplicate_version: input.duplicate_version,
            into: input.into_id.0,
            into_version: input.into_version,
            reason: input.reason,
        });
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let customer = Session::of(ctx)?.load_made(done.output).await?;
        Ok(MergeCustomersPayload { customer, user_errors: done.user_errors })
    }
}

/// The cards that were merged into a customer's.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct CardsMergedInto(pub(super) CustomerId);

impl Load<CardsMergedInto> for Loaders {
    type Value = Vec<Customer>;

    async fn load(&self, keys: &[CardsMergedInto]) -> Loaded<CardsMergedInto, Vec<Customer>> {
        let permit = self.permit::<ReadCustomers>()?;
        let ids: Vec<CustomerId> = keys.iter().map(|key| key.0).collect();
        let found = cards_merged_into(&*self.tx().await?, &permit, &ids).await?;
        let shown = |(id, cards): (CustomerId, Vec<::catalog::Customer>)| {
            (CardsMergedInto(id), cards.into_iter().map(Into::into).collect())
        };
        Ok(found.into_iter().map(shown).collect::<HashMap<_, _>>())
    }
}
