//! What is done with goods receipts.

use ::stock::ReceiptRow;
use ::stock::commands::{
    CancelGoodsReceipt, CreateGoodsReceipt, PostGoodsReceipt, ReverseGoodsReceipt, SetReceiptCosts,
    UpdateGoodsReceipt,
};
use async_graphql::{Context, MaybeUndefined, Object, SimpleObject};
use db::Command;
use kernel::ReceiptId;

use super::inputs::{
    CancelGoodsReceiptInput, CreateGoodsReceiptInput, GoodsReceiptCostInput, GoodsReceiptLineInput,
    PostGoodsReceiptInput, ReverseGoodsReceiptInput, SetGoodsReceiptCostsInput,
    UpdateGoodsReceiptInput,
};
use super::receipt::GoodsReceipt;
use crate::custom::{filled_anew, filled_in};
use crate::idempotency::{MutationResult, mutate};
use crate::session::Session;
use crate::simulation::simulates;
use crate::user_error::UserError;

/// A goods receipt after a mutation, or why it was refused.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct GoodsReceiptPayload {
    /// The receipt as it is now; null where it was refused.
    goods_receipt: Option<GoodsReceipt>,
    /// Why nothing was written; empty where all went well.
    user_errors: Vec<UserError>,
}

/// Mutations of stock.
#[derive(Default)]
pub struct ReceiptMutation;

#[Object]
impl ReceiptMutation {
    /// Writes down goods that come in, as a draft, by hand or on the basis of a purchase order;
    /// nothing moves yet.
    async fn create_goods_receipt(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The receipt.")] input: CreateGoodsReceiptInput,
    ) -> async_graphql::Result<GoodsReceiptPayload> {
        let command = CreateGoodsReceipt {
            purchase_order_id: input.purchase_order_id.map(|id| id.0),
            organization_id: input.organization_id.map(|id| id.0),
            warehouse_id: input.warehouse_id.map(|id| id.0),
            occurred_on: input.date.map(|day| day.0),
            supplier_name: input.supplier_name,
            comment: input.comment,
            external_reference: input.external_reference,
            lines: GoodsReceiptLineInput::read_all(input.lines),
        };
        let (given, key) = (input.custom_fields, input.idempotency_key);
        told(ctx, filled_anew::<ReceiptRow, _>(ctx, Ok(command), given, key).await?).await
    }

    /// Changes a draft.
    async fn update_goods_receipt(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateGoodsReceiptInput,
    ) -> async_graphql::Result<GoodsReceiptPayload> {
        let external_reference = match input.external_reference {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(text) => Some(Some(text)),
        };
        let command = UpdateGoodsReceipt {
            id: input.id.0,
            version: input.version,
            warehouse_id: input.warehouse_id.map(|id| id.0),
            occurred_on: input.date.map(|day| day.0),
            supplier_name: input.supplier_name,
            comment: input.comment,
            external_reference,
            lines: input.lines.map(GoodsReceiptLineInput::read_all),
        };
        let (given, key) = (input.custom_fields, input.idempotency_key);
        told(ctx, filled_in::<ReceiptRow, _>(ctx, Ok(command), given, key).await?).await
    }

    /// States what the goods of a draft cost. Needs the right `receipt.cost`.
    async fn set_goods_receipt_costs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The costs.")] input: SetGoodsReceiptCostsInput,
    ) -> async_graphql::Result<GoodsReceiptPayload> {
        let command = SetReceiptCosts {
            id: input.id.0,
            version: input.version,
            costs: input.costs.into_iter().map(GoodsReceiptCostInput::read).collect(),
        };
        run(ctx, command, input.idempotency_key).await
    }

    /// Posts a draft: its goods enter stock, each line as a lot. A line without a cost takes what
    /// its product cost last.
    async fn post_goods_receipt(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The receipt.")] input: PostGoodsReceiptInput,
    ) -> async_graphql::Result<GoodsReceiptPayload> {
        let command = PostGoodsReceipt { id: input.id.0, version: input.version };
        run(ctx, command, input.idempotency_key).await
    }

    /// Gives a draft up.
    async fn cancel_goods_receipt(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The receipt.")] input: CancelGoodsReceiptInput,
    ) -> async_graphql::Result<GoodsReceiptPayload> {
        let command = CancelGoodsReceipt { id: input.id.0, version: input.version };
        run(ctx, command, input.idempotency_key).await
    }

    /// Undoes a posted receipt, while nothing of its goods is reserved, gone, or dearer by a landed
    /// cost. Dated as the receipt, or on the first open day where that period is closed.
    async fn reverse_goods_receipt(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The receipt.")] input: ReverseGoodsReceiptInput,
    ) -> async_graphql::Result<GoodsReceiptPayload> {
        let command = ReverseGoodsReceipt { id: input.id.0, version: input.version };
        run(ctx, command, input.idempotency_key).await
    }
}

async fn run<C: Command<Output = ReceiptId>>(
    ctx: &Context<'_>,
    command: C,
    key: Option<String>,
) -> async_graphql::Result<GoodsReceiptPayload> {
    told(ctx, mutate(ctx, command, key).await?).await
}

async fn told(
    ctx: &Context<'_>,
    done: MutationResult<ReceiptId>,
) -> async_graphql::Result<GoodsReceiptPayload> {
    let goods_receipt = Session::of(ctx)?.load_made(done.output).await?;
    Ok(GoodsReceiptPayload { goods_receipt, user_errors: done.user_errors })
}

simulates!(GoodsReceiptPayload);
