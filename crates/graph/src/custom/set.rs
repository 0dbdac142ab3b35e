//! Writing custom fields alone.

use ::catalog::SetCustomFields;
use async_graphql::{Context, InputObject, Object, SimpleObject};

use super::entries::{CustomFieldInput, entries};
use super::{CustomFieldSubject, of_subject};
use crate::catalog::tried;
use crate::errors::Failure;
use crate::ids::AnyId;
use crate::node::{Node, find};
use crate::session::Session;
use crate::user_error::UserError;

/// What custom fields of a record are to hold.
#[derive(InputObject)]
pub struct SetCustomFieldsInput {
    /// The record, of one of the kinds that have fields (`CustomFieldSubject`).
    record_id: AnyId,
    /// The record's version that was read.
    version: i32,
    /// The fields that change; those left out stay.
    custom_fields: Vec<CustomFieldInput>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// What came of writing custom fields.
#[derive(SimpleObject)]
pub struct SetCustomFieldsPayload {
    /// The record; null where it was refused.
    record: Option<Node>,
    /// Why nothing was written; empty where it was.
    user_errors: Vec<UserError>,
}

/// Mutations of what custom fields hold.
#[derive(Default)]
pub struct SetMutation;

#[Object]
impl SetMutation {
    /// Writes custom fields of a record and nothing else. Documents take them in every state, in
    /// closed periods too: what was posted is not touched. Needs the right to write the record:
    /// `customer.write`, `product.write`, `order.write`, `quote.write`, `shipment.post`,
    /// `act.write`, `delivery.write`, `return.write`, `purchase.write`, `receipt.write`,
    /// `transfer.write`, `write_off.write`, `count.write`, `assembly.write`, `invoice.write` or
    /// `payment.write`.
    async fn set_custom_fields(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The record and its fields.")] input: SetCustomFieldsInput,
    ) -> async_graphql::Result<SetCustomFieldsPayload> {
        let session = Session::of(ctx)?;
        session.scope()?;
        let (record, version, key) = (input.record_id, input.version, input.idempotency_key);
        let Some(subject) = CustomFieldSubject::of_kind(&record.kind) else {
            return Err(Failure::not_found().into());
        };
        let given = entries(input.custom_fields);
        let done = of_subject!(subject, Of => {
            let set = |given| SetCustomFields::<Of>::new(record.uuid, version, given);
            tried(ctx, given.map(set), key).await?
        });
        let record = match done.output {
            Some(_) => match find(session, record).await {
                // Who may write but not read has done his work all the same.
                Err(failure) if failure.is_forbidden() => None,
                found => found?,
            },
            None => None,
        };
        Ok(SetCustomFieldsPayload { record, user_errors: done.user_errors })
    }
}
