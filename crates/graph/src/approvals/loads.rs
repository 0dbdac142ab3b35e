//! Batched reads of approvals.

use std::collections::HashMap;

use ::approvals::{ReadApprovalRules, ReadApprovals, ReadDeputies};
use kernel::{ApprovalDeputyId, ApprovalRequestId, ApprovalRuleId, Uuid};

use super::{ApprovalDeputy, ApprovalRequest, ApprovalRule};
use crate::loaders::{Load, Loaded, Loaders};

/// The requests about a document, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ApprovalsOf(pub(crate) Uuid);

/// The requests about a document and what follows it, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ApprovalsOfRoot(pub(crate) Uuid);

/// Why somebody was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ReasonsOf(pub(super) ApprovalRequestId);

/// The steps of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct StepsOf(pub(super) ApprovalRequestId);

/// Who may decide the steps of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct SeatsOf(pub(super) ApprovalRequestId);

/// What was decided about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct DecisionsOf(pub(super) ApprovalRequestId);

/// Whether a request waits for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct WaitsForMe(pub(super) ApprovalRequestId);

impl Load<ApprovalRequestId> for Loaders {
    type Value = ApprovalRequest;

    async fn load(&self, keys: &[ApprovalRequestId]) -> Loaded<ApprovalRequestId, ApprovalRequest> {
        let permit = self.permit::<ReadApprovals>()?;
        let found = ::approvals::approvals_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<ApprovalRuleId> for Loaders {
    type Value = ApprovalRule;

    async fn load(&self, keys: &[ApprovalRuleId]) -> Loaded<ApprovalRuleId, ApprovalRule> {
        let permit = self.permit::<ReadApprovalRules>()?;
        let found = ::approvals::rules_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<ApprovalDeputyId> for Loaders {
    type Value = ApprovalDeputy;

    async fn load(&self, keys: &[ApprovalDeputyId]) -> Loaded<ApprovalDeputyId, ApprovalDeputy> {
        let all = self.permit::<super::SeeRules>().is_ok();
        let tx = self.tx().await?;
        let found = match self.permit::<ReadDeputies>() {
            Ok(permit) => ::approvals::deputies_by_id(&tx, &permit, all, keys).await?,
            Err(_) if all => {
                let permit = self.permit::<ReadApprovalRules>()?;
                ::approvals::deputies_by_id(&tx, &permit, all, keys).await?
            }
            Err(failure) => return Err(failure),
        };
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<ApprovalsOf> for Loaders {
    type Value = Vec<ApprovalRequest>;

    async fn load(&self, keys: &[ApprovalsOf]) -> Loaded<ApprovalsOf, Vec<ApprovalRequest>> {
        let permit = self.permit::<ReadApprovals>()?;
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let found = ::approvals::approvals_of_subjects(&*self.tx().await?, &permit, &ids).await?;
        Ok(shaped(found).map(|(id, rows)| (ApprovalsOf(id), rows)).collect())
    }
}

impl Load<ApprovalsOfRoot> for Loaders {
    type Value = Vec<ApprovalRequest>;

    async fn load(
        &self,
        keys: &[ApprovalsOfRoot],
    ) -> Loaded<ApprovalsOfRoot, Vec<ApprovalRequest>> {
        let permit = self.permit::<ReadApprovals>()?;
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let found = ::approvals::approvals_of_root(&*self.tx().await?, &permit, &ids).await?;
        Ok(shaped(found).map(|(id, rows)| (ApprovalsOfRoot(id), rows)).collect())
    }
}

fn shaped(
    found: HashMap<Uuid, Vec<::approvals::ApprovalRequest>>,
) -> impl Iterator<Item = (Uuid, Vec<ApprovalRequest>)> {
    found.into_iter().map(|(id, rows)| (id, rows.into_iter().map(Into::into).collect()))
}

impl Load<ReasonsOf> for Loaders {
    type Value = Vec<::approvals::ApprovalReason>;

    async fn load(&self, keys: &[ReasonsOf]) -> Loaded<ReasonsOf, Self::Value> {
        let permit = self.permit::<ReadApprovals>()?;
        let ids: Vec<ApprovalRequestId> = keys.iter().map(|key| key.0).collect();
        let found = ::approvals::reasons_of_requests(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (ReasonsOf(id), rows)).collect())
    }
}

impl Load<StepsOf> for Loaders {
    type Value = Vec<::approvals::ApprovalStep>;

    async fn load(&self, keys: &[StepsOf]) -> Loaded<StepsOf, Self::Value> {
        let permit = self.permit::<ReadApprovals>()?;
        let ids: Vec<ApprovalRequestId> = keys.iter().map(|key| key.0).collect();
        let found = ::approvals::steps_of_requests(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (StepsOf(id), rows)).collect())
    }
}

impl Load<SeatsOf> for Loaders {
    type Value = Vec<::approvals::ApprovalSeat>;

    async fn load(&self, keys: &[SeatsOf]) -> Loaded<SeatsOf, Self::Value> {
        let permit = self.permit::<ReadApprovals>()?;
        let ids: Vec<ApprovalRequestId> = keys.iter().map(|key| key.0).collect();
        let found = ::approvals::seats_of_requests(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (SeatsOf(id), rows)).collect())
    }
}

impl Load<DecisionsOf> for Loaders {
    type Value = Vec<::approvals::ApprovalDecision>;

    async fn load(&self, keys: &[DecisionsOf]) -> Loaded<DecisionsOf, Self::Value> {
        let permit = self.permit::<ReadApprovals>()?;
        let ids: Vec<ApprovalRequestId> = keys.iter().map(|key| key.0).collect();
        let found = ::approvals::decisions_of_requests(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (DecisionsOf(id), rows)).collect())
    }
}

impl Load<WaitsForMe> for Loaders {
    type Value = bool;

    async fn load(&self, keys: &[WaitsForMe]) -> Loaded<WaitsForMe, bool> {
        let permit = self.permit::<ReadApprovals>()?;
        let ids: Vec<ApprovalRequestId> = keys.iter().map(|key| key.0).collect();
        let found = ::approvals::decidable(&*self.tx().await?, &permit, &ids).await?;
        Ok(ids.into_iter().map(|id| (WaitsForMe(id), found.contains(&id))).collect())
    }
}
