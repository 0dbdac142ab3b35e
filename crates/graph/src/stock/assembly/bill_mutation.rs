//! What is done with bills of materials.

use ::stock::assembly::{ArchiveBill, CreateBill, SaveBillVersion, UpdateBill};
use async_graphql::{Context, MaybeUndefined, Object, SimpleObject};
use db::Command;
use kernel::BillId;

use super::bill::BillOfMaterials;
use super::inputs::{
    ArchiveBillOfMaterialsInput, CreateBillOfMaterialsInput, SaveBillVersionInput,
    UpdateBillOfMaterialsInput,
};
use crate::idempotency::mutate;
use crate::session::Session;
use crate::user_error::UserError;

/// A bill of materials after a mutation, or why it was refused.
#[derive(SimpleObject)]
pub struct BillOfMaterialsPayload {
    /// The bill as it is now; null where it was refused.
    bill_of_materials: Option<BillOfMaterials>,
    /// Why nothing was written; empty where all went well.
    user_errors: Vec<UserError>,
}

/// Mutations of bills of materials.
#[derive(Default)]
pub struct BillMutation;

#[Object]
impl BillMutation {
    /// Makes a bill of materials with its first version. Goods are never made of themselves, over
    /// however many bills.
    async fn create_bill_of_materials(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bill.")] input: CreateBillOfMaterialsInput,
    ) -> async_graphql::Result<BillOfMaterialsPayload> {
        let command = CreateBill {
            name: input.name,
            product_id: input.product_id.0,
            variant_id: input.variant_id.map(|id| id.0),
            external_reference: input.external_reference,
            first: input.first_version.read(),
        };
        run(ctx, command, input.idempotency_key).await
    }

    /// Says what holds of a bill from a day on. Assembly orders written before keep what they took
    /// from it.
    async fn save_bill_version(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What holds.")] input: SaveBillVersionInput,
    ) -> async_graphql::Result<BillOfMaterialsPayload> {
        let SaveBillVersionInput { id, version, bill_version, idempotency_key } = input;
        let command = SaveBillVersion { id: id.0, version, input: bill_version.read() };
        run(ctx, command, idempotency_key).await
    }

    /// Changes a bill's name, or its name in another program.
    async fn update_bill_of_materials(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateBillOfMaterialsInput,
    ) -> async_graphql::Result<BillOfMaterialsPayload> {
        let external_reference = match input.external_reference {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(text) => Some(Some(text)),
        };
        let (id, version, name) = (input.id.0, input.version, input.name);
        let command = UpdateBill { id, version, name, external_reference };
        run(ctx, command, input.idempotency_key).await
    }

    /// Archives a bill: nothing is written by it any more; or takes it back into use.
    async fn archive_bill_of_materials(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: ArchiveBillOfMaterialsInput,
    ) -> async_graphql::Result<BillOfMaterialsPayload> {
        let now = Session::of(ctx)?.db().clock().now();
        let archived_at = input.archived.then_some(now);
        let command = ArchiveBill { id: input.id.0, version: input.version, archived_at };
        run(ctx, command, input.idempotency_key).await
    }
}

async fn run<C: Command<Output = BillId>>(
    ctx: &Context<'_>,
    command: C,
    key: Option<String>,
) -> async_graphql::Result<BillOfMaterialsPayload> {
    let done = mutate(ctx, command, key).await?;
    let bill_of_materials = Session::of(ctx)?.load_made(done.output).await?;
    Ok(BillOfMaterialsPayload { bill_of_materials, user_errors: done.user_errors })
}
