//! Mutations of approvals.

use ::approvals::{
    AppointDeputy, AppointDeputyFor, DecideApprovals, EndDeputy, EndDeputyOf, SaveApprovalRule,
    WithdrawApproval,
};
use async_graphql::{Context, Object, SimpleObject};
use kernel::ApprovalRequestId;

use super::inputs::{
    AppointDeputyInput, DecideApprovalsInput, EndDeputyInput, SaveApprovalRuleInput,
    WithdrawApprovalInput,
};
use super::{ApprovalDeputy, ApprovalRequest, ApprovalRule};
use crate::catalog::payloads;
use crate::idempotency::mutate;
use crate::session::Session;
use crate::user_error::UserError;

/// What came of deciding.
#[derive(SimpleObject)]
pub struct DecideApprovalsPayload {
    /// The requests as they are now, in the order of the ids, those that were not decided among
    /// them.
    approval_requests: Vec<ApprovalRequest>,
    /// Why nothing was written, or why one was not decided: then `field` names its place among the
    /// ids, and the others are decided.
    user_errors: Vec<UserError>,
}

payloads! {
    /// What came of withdrawing.
    WithdrawApprovalPayload {
        /// The request that was taken back.
        approval_request: ApprovalRequest
    }
    /// What came of writing a rule.
    SaveApprovalRulePayload {
        /// The rule.
        approval_rule: ApprovalRule
    }
    /// What came of naming a deputy.
    AppointDeputyPayload {
        /// The appointment.
        approval_deputy: ApprovalDeputy
    }
    /// What came of ending an appointment.
    EndDeputyPayload {
        /// The appointment.
        approval_deputy: ApprovalDeputy
    }
}

/// Mutations of requests.
#[derive(Default)]
pub struct DecisionMutation;

#[Object]
impl DecisionMutation {
    /// Says yes or no to requests that wait for the caller, one or many at once. When all who were
    /// asked have agreed, the document moves on by itself within about a second; after a no it goes
    /// back to DRAFT. Nobody decides what he asked for or wrote, nor does his deputy for him. Needs
    /// the right `approval.decide`.
    async fn decide_approvals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and what is said.")] input: DecideApprovalsInput,
    ) -> async_graphql::Result<DecideApprovalsPayload> {
        let session = Session::of(ctx)?;
        let asked: Vec<ApprovalRequestId> = input.ids.iter().map(|id| id.0).collect();
        let command = DecideApprovals {
            ids: asked.clone(),
            verdict: input.verdict.into(),
            comment: input.comment,
            tolerance_percent: input.tolerance_percent.map(|percent| percent.0),
            valid_days: input.valid_days,
        };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let mut user_errors = done.user_errors;
        let decided = done.output.unwrap_or_default();
        for one in &decided {
            let Some(refused) = &one.refused else { continue };
            let place = asked.iter().position(|id| *id == one.request).unwrap_or_default();
            let refusal = refused.refusal().at(["ids".to_owned(), place.to_string()]);
            user_errors.push(UserError::of(&refusal, session.language()));
        }
        let ids = decided.into_iter().map(|one| one.request).collect();
        let found = session.load_all(ids).await?;
        Ok(DecideApprovalsPayload {
            approval_requests: found.into_iter().flatten().collect(),
            user_errors,
        })
    }

    /// Takes back a request that waits; its document goes back to DRAFT within about a second. Needs
    /// the right `approval.ask`.
    async fn withdraw_approval(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which request, and why.")] input: WithdrawApprovalInput,
    ) -> async_graphql::Result<WithdrawApprovalPayload> {
        let command = WithdrawApproval { id: input.id.0, reason: input.reason };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let approval_request = Session::of(ctx)?.load_made(done.output).await?;
        Ok(WithdrawApprovalPayload { approval_request, user_errors: done.user_errors })
    }
}

/// Mutations of rules.
#[derive(Default)]
pub struct RuleMutation;

#[Object]
impl RuleMutation {
    /// Makes a rule of approvals, or writes one anew. Requests that wait go on as they were asked.
    /// Needs the right `approval_rule.write`.
    async fn save_approval_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rule as it is to be.")] mut input: SaveApprovalRuleInput,
    ) -> async_graphql::Result<SaveApprovalRulePayload> {
        let key = input.idempotency_key.take();
        let done = mutate(ctx, SaveApprovalRule::from(input), key).await?;
        let approval_rule = Session::of(ctx)?.load_made(done.output).await?;
        Ok(SaveApprovalRulePayload { approval_rule, user_errors: done.user_errors })
    }
}

/// Mutations of deputies.
#[derive(Default)]
pub struct DeputyMutation;

#[Object]
impl DeputyMutation {
    /// Names who decides in the caller's place, or in another's, from a day to a day.
    async fn appoint_deputy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, for whom, and when.")] mut input: AppointDeputyInput,
    ) -> async_graphql::Result<AppointDeputyPayload> {
        let (key, draft) = (input.idempotency_key.take(), input.draft());
        let done = match input.user_id {
            Some(user) => mutate(ctx, AppointDeputyFor { user: user.0, draft }, key).await?,
            None => mutate(ctx, AppointDeputy { draft }, key).await?,
        };
        let approval_deputy = Session::of(ctx)?.load_made(done.output).await?;
        Ok(AppointDeputyPayload { approval_deputy, user_errors: done.user_errors })
    }

    /// Ends an appointment before its time: the caller's own, or with the right
    /// `approval_rule.write` anybody's.
    async fn end_deputy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which appointment.")] input: EndDeputyInput,
    ) -> async_graphql::Result<EndDeputyPayload> {
        let (id, key) = (input.id.0, input.idempotency_key);
        let session = Session::of(ctx)?;
        let done = match session.permit::<EndDeputyOf>() {
            Ok(_) => mutate(ctx, EndDeputyOf { id }, key).await?,
            Err(_) => mutate(ctx, EndDeputy { id }, key).await?,
        };
        let approval_deputy = session.load_made(done.output).await?;
        Ok(EndDeputyPayload { approval_deputy, user_errors: done.user_errors })
    }
}
