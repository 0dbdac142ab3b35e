//! Mutations of pick tasks.

use ::sales::{CancelPickTask, FinishPick, GiveBackPickTask, TakePickTask};
use async_graphql::{Context, Object, SimpleObject};

use super::inputs::{
    CancelPickTaskInput, ConfirmPickInput, CreatePickTaskInput, FinishPickInput,
    GiveBackPickTaskInput, ReportShortageInput, TakePickTaskInput,
};
use super::line::PickTaskLine;
use super::task::PickTask;
use crate::catalog::payloads;
use crate::idempotency::mutate;
use crate::scalars::Decimal;
use crate::session::Session;
use crate::stock::Lot;
use crate::user_error::UserError;

payloads! {
    /// What came of asking for goods to be picked.
    CreatePickTaskPayload {
        /// The new task.
        pick_task: PickTask
    }
    /// What came of taking a pick task.
    TakePickTaskPayload {
        /// The task, in the caller's hands.
        pick_task: PickTask
    }
    /// What came of giving a pick task back.
    GiveBackPickTaskPayload {
        /// The task, for others to take.
        pick_task: PickTask
    }
    /// What came of ending a pick task.
    FinishPickPayload {
        /// The task; its orders name the drafts of shipments.
        pick_task: PickTask
    }
    /// What came of calling a pick task off.
    CancelPickTaskPayload {
        /// The task.
        pick_task: PickTask
    }
}

/// What came of confirming goods.
#[derive(SimpleObject)]
pub struct ConfirmPickPayload {
    /// The task.
    pick_task: Option<PickTask>,
    /// The lines that the goods fell on, in the order of the walk.
    lines: Vec<PickTaskLine>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// What came of reporting a shortage.
#[derive(SimpleObject)]
pub struct ReportShortagePayload {
    /// The task.
    pick_task: Option<PickTask>,
    /// What was done about it.
    shortage: Option<PickShortage>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// What was done about goods that were not to be found, base units.
#[derive(Clone, SimpleObject)]
pub struct PickShortage {
    /// The line that is short.
    line: Option<PickTaskLine>,
    /// New lines of the task, for what is held in this warehouse instead.
    new_lines: Vec<PickTaskLine>,
    /// Held in this warehouse instead.
    held_here: Decimal,
    /// Held in other warehouses instead: they need a task of their own.
    held_elsewhere: Decimal,
    /// Held nowhere.
    short: Decimal,
    /// The blocked lot that has what is missing, until a count or a write-off settles it.
    set_aside: Option<Lot>,
}

/// Mutations of pick tasks.
#[derive(Default)]
pub struct PickMutation;

#[Object]
impl PickMutation {
    /// Asks for goods of orders to be picked in one warehouse: all that is held there for them
    /// and not picked yet. From then on nobody frees or ships those goods but by way of the task.
    async fn create_pick_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Orders, and where.")] mut input: CreatePickTaskInput,
    ) -> async_graphql::Result<CreatePickTaskPayload> {
        let key = input.idempotency_key.take();
        let done = mutate(ctx, ::sales::CreatePickTask::from(input), key).await?;
        let pick_task = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreatePickTaskPayload { pick_task, user_errors: done.user_errors })
    }

    /// Takes a task on. One storekeeper at a time: another is told who has it.
    async fn take_pick_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task.")] input: TakePickTaskInput,
    ) -> async_graphql::Result<TakePickTaskPayload> {
        let command = TakePickTask { id: input.id.0, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let pick_task = Session::of(ctx)?.load_made(done.output).await?;
        Ok(TakePickTaskPayload { pick_task, user_errors: done.user_errors })
    }

    /// Gives a task back for others to take; what is picked stays picked. A colleague's task is
    /// taken from him with a reason.
    async fn give_back_pick_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task.")] input: GiveBackPickTaskInput,
    ) -> async_graphql::Result<GiveBackPickTaskPayload> {
        let (id, version, reason) = (input.id.0, input.version, input.reason);
        let command = GiveBackPickTask { id, version, reason };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let pick_task = Session::of(ctx)?.load_made(done.output).await?;
        Ok(GiveBackPickTaskPayload { pick_task, user_errors: done.user_errors })
    }

    /// Confirms goods taken from the shelf by scanning them. Wrong goods are refused with what was
    /// expected; of a lot that fits, another one may be taken than the reserved.
    async fn confirm_pick(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was taken.")] mut input: ConfirmPickInput,
    ) -> async_graphql::Result<ConfirmPickPayload> {
        let key = input.idempotency_key.take();
        let done = mutate(ctx, ::sales::ConfirmPick::from(input), key).await?;
        let session = Session::of(ctx)?;
        let (mut pick_task, mut lines) = (None, Vec::new());
        if let Some(picked) = done.output {
            pick_task = session.load(picked.task).await?;
            lines = session.load_all(picked.lines).await?.into_iter().flatten().collect();
        }
        Ok(ConfirmPickPayload { pick_task, lines, user_errors: done.user_errors })
    }

    /// Reports goods of a line that are not to be found: they are set aside in a blocked lot, and
    /// as much is held elsewhere. What lies in this warehouse comes into the task at once.
    async fn report_shortage(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is missing.")] mut input: ReportShortageInput,
    ) -> async_graphql::Result<ReportShortagePayload> {
        let key = input.idempotency_key.take();
        let done = mutate(ctx, ::sales::ReportShortage::from(input), key).await?;
        let session = Session::of(ctx)?;
        let (mut pick_task, mut shortage) = (None, None);
        if let Some(told) = done.output {
            pick_task = session.load(told.task).await?;
            let new = session.load_all(told.lines).await?.into_iter().flatten();
            shortage = Some(PickShortage {
                line: session.load(told.line).await?,
                new_lines: new.collect(),
                held_here: Decimal(told.here.normalize()),
                held_elsewhere: Decimal(told.elsewhere.normalize()),
                short: Decimal(told.short.normalize()),
                set_aside: session.load(told.set_aside).await?,
            });
        }
        Ok(ReportShortagePayload { pick_task, shortage, user_errors: done.user_errors })
    }

    /// Ends a task of which every line is picked or said to be short. Each order of which
    /// something was picked gets a draft of a shipment, ready to be posted with `postShipment`.
    async fn finish_pick(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task.")] input: FinishPickInput,
    ) -> async_graphql::Result<FinishPickPayload> {
        let command = FinishPick { id: input.id.0, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let pick_task = Session::of(ctx)?.load_made(done.output).await?;
        Ok(FinishPickPayload { pick_task, user_errors: done.user_errors })
    }

    /// Calls an open task off: what it picked goes back to its places and stays held.
    async fn cancel_pick_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task, and why.")] input: CancelPickTaskInput,
    ) -> async_graphql::Result<CancelPickTaskPayload> {
        let (id, version, reason) = (input.id.0, input.version, input.reason);
        let command = CancelPickTask { id, version, reason };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let pick_task = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CancelPickTaskPayload { pick_task, user_errors: done.user_errors })
    }
}
