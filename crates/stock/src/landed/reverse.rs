//! A landed cost posted by mistake.

use std::collections::BTreeSet;
use std::marker::PhantomData;

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{LandedCostId, Refusal, RefusalCode};
use serde_json::json;

use super::post::tell;
use super::sold::SoldGoods;
use super::{changed, locked, store};
use crate::document::held_organization;
use crate::house::reversal_day;
use crate::issuing::{sums, undone};
use crate::rules::{BalanceKey, LandedCostState};
use crate::store::balances;
use crate::store::movements::{self, Cause, Moved, Movement};

/// Undoes a posted landed cost: goods are worth what they were, and sales cost what they did.
/// Refused where goods have left since that it made dearer, unless what they left by was reversed:
/// their cost is booked. Dated as the posting, or on the first open day where that period is
/// closed.
#[derive(Clone, Debug)]
pub struct ReverseLandedCost<S> {
    /// Which.
    pub id: LandedCostId,
    /// The version that was read.
    pub version: i32,
    /// The register of sales.
    pub sold: PhantomData<S>,
}

impl<S: SoldGoods> Action for ReverseLandedCost<S> {
    const RIGHT: Right = Right::LandedCostReverse;
}

#[async_trait::async_trait]
impl<S: SoldGoods> Command for ReverseLandedCost<S> {
    type Output = LandedCostId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<LandedCostId> {
        let mut cost = locked(tx, permit, self.id, self.version).await?;
        cost.state()?.to(LandedCostState::Reversed)?;
        let organization = held_organization(tx, permit, cost.organization_id).await?;
        let posted_on = cost.posted_on.unwrap_or(cost.occurred_on);
        let on = reversal_day(tx, &organization, posted_on)?;
        let moved = movements::of_document(tx, permit, "REVALUATION", self.id.0).await?;
        let keys: BTreeSet<BalanceKey> = moved.iter().map(Moved::key).collect();
        balances::lock(tx, permit, &keys).await?;
        if store::any_left(tx, permit, self.id).await? {
            return Err(left().into());
        }
        let back: Vec<Movement> = moved.iter().map(undone).collect();
        let cause = Cause {
            kind: "REVERSAL",
            document_kind: "LandedCost",
            document_id: self.id.0,
            occurred_on: on,
        };
        balances::change(tx, permit, &sums(&back)).await?;
        movements::add(tx, permit, &cause, &back).await?;
        S::unbook(tx, permit, self.id, on).await?;
        cost.state = LandedCostState::Reversed.as_str().to_owned();
        cost.reversed_on = Some(on);
        store::update(tx, permit, &cost).await?;
        tx.audit(AuditEntry::new(
            "reverseLandedCost",
            "LandedCost",
            self.id,
            json!({ "state": ["POSTED", "REVERSED"], "reversedOn": on }),
        ));
        changed(tx, &cost);
        tell(tx, permit, self.id, keys.into_iter().collect()).await?;
        Ok(self.id)
    }
}

fn left() -> Refusal {
    Refusal::new(
        RefusalCode::InUse,
        "Goods that it made dearer have left since: reverse the documents they left by first.",
        "Подорожавшие товары уже ушли: сначала сторнируйте документы, по которым они ушли.",
    )
}
