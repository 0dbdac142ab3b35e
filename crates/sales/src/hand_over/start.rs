//! Handing over is decided: who lets go, who takes over, what becomes of the leaver's way in.

use std::collections::HashMap;

use access::{Action, Permit, Right};
use catalog::HandedFrom;
use db::{AuditEntry, Command, Outcome, TenantTx};
use identity::{Leaving, Successors};
use kernel::{HandOverId, Refusal, RefusalCode, UserId};
use serde_json::json;

use super::kinds::{CUSTOMERS, HANDED};
use super::rules::shares;
use super::{HandOverPreview, PreviewedHeir, store};
use crate::rules::optional_text;

/// Customers that are named, at most; more are handed over as everything.
const MOST_CUSTOMERS: usize = 1_000;

/// Gives somebody's records to others. The records are moved afterwards, in steps.
#[derive(Clone, Debug)]
pub struct HandOver {
    /// Whose records, and which.
    pub from: HandedFrom,
    /// Who takes over: one has everything, several are given customers by load.
    pub to: Successors,
    /// What becomes of his way in.
    pub leaving: Leaving,
    /// Why, for people.
    pub reason: Option<String>,
}

impl Action for HandOver {
    const RIGHT: Right = Right::UserHandOver;
}

/// See what was handed over.
#[derive(Clone, Copy, Debug)]
pub struct ReadHandOvers;

impl Action for ReadHandOvers {
    const RIGHT: Right = Right::UserHandOver;
}

#[async_trait::async_trait]

impl Command for HandOver {
    type Output = HandOverId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<HandOverId> {
        let reason = optional_text("reason", self.reason.as_deref())?;
        let leaver = self.from.leaver;
        // He who sends himself away could not take it back.
        if permit.user() == Some(leaver) && self.leaving != Leaving::Kept {
            return Err(himself().into());
        }
        identity::see_off(tx, permit, leaver, self.leaving).await?;
        check_customers(tx, permit, &self.from).await?;
        let heirs = loads(tx, permit, leaver, &self.to).await?;
        let id = HandOverId::new();
        let written = store::insert(tx, permit, id, (self, reason.clone()), &heirs).await;
        db::on_constraint(written, "hand_over_running", || under_way(leaver))?;
        let changes = json!({
            "handOverId": id,
            "heirs": heirs.iter().map(|(heir, _)| heir).collect::<Vec<_>>(),
            "customers": self.from.customers,
            "signIn": self.leaving.as_str(),
            "reason": reason,
        });
        tx.audit(AuditEntry::new("handOver", "User", leaver, changes.clone()));
        tx.audit(AuditEntry::new("handOver", "HandOver", id, changes));
        Ok(id)
    }
}

/// The heirs in the order of their turns, each with the customers that he has.
async fn loads<A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    leaver: UserId,
    to: &Successors,
) -> Outcome<Vec<(UserId, i64)>> {
    let heirs = identity::successors(tx, permit, leaver, to).await?;
    let loads = catalog::customers_of_managers(tx, permit, &heirs).await?;
    let loads: HashMap<UserId, i64> = loads.into_iter().collect();
    Ok(heirs.into_iter().map(|heir| (heir, loads.get(&heir).copied().unwrap_or(0))).collect())
}

/// Customers that are named must be his.
async fn check_customers<A>(tx: &TenantTx, permit: &Permit<A>, from: &HandedFrom) -> Outcome<()> {
    let Some(customers) = &from.customers else { return Ok(()) };
    if customers.is_empty() || customers.len() > MOST_CUSTOMERS {
        return Err(Refusal::new(
            RefusalCode::OutOfRange,
            "Name 1 to 1,000 customers, or none to hand over everything.",
            "Назовите от 1 до 1000 клиентов либо ни одного, чтобы передать всё.",
        )
        .at(["customerIds"])
        .into());
    }
    let mut named = customers.clone();
    named.sort_unstable();
    named.dedup();
    let his = catalog::count_handed_customers(tx, permit, from).await?;
    if usize::try_from(his).unwrap_or_default() != named.len() {
        return Err(Refusal::new(
            RefusalCode::UnknownReference,
            "Not all of these customers are his.",
            "Не все эти клиенты закреплены за ним.",
        )
        .at(["customerIds"])
        .into());
    }
    Ok(())
}

/// What handing over would come to, as things stand. Nothing is written.
///
/// # Errors
/// As [`HandOver`] itself.
pub async fn hand_over_preview(
    tx: &TenantTx,
    permit: &Permit<ReadHandOvers>,
    from: &HandedFrom,
    to: &Successors,
) -> Outcome<HandOverPreview> {
    identity::within_reach(tx, permit, from.leaver).await?;
    check_customers(tx, permit, from).await?;
    let heirs = loads(tx, permit, from.leaver, to).await?;
    let customers = catalog::count_handed_customers(tx, permit, from).await?;
    let mut counts = vec![(CUSTOMERS, customers)];
    for handed in HANDED {
        counts.push((handed.kind, catalog::count_handed(tx, permit, handed, from).await?));
    }
    let before: Vec<i64> = heirs.iter().map(|(_, load)| *load).collect();
    let given = shares(&before, customers);
    let heirs = heirs.into_iter().zip(given);
    let heirs = heirs.map(|((heir, load), customers)| PreviewedHeir { heir, load, customers });
    Ok(HandOverPreview { counts, heirs: heirs.collect() })
}

fn himself() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "Nobody ends his own way in: ask somebody else.",
        "Нельзя закрыть доступ самому себе: попросите другого.",
    )
    .at(["signIn"])
}

fn under_way(leaver: UserId) -> Refusal {
    Refusal::new(
        RefusalCode::InUse,
        "This person hands over or takes over already: wait until that is done.",
        "Этот человек уже передаёт или принимает дела: дождитесь окончания передачи.",
    )
    .at(["leaverId"])
    .with(json!({ "userId": leaver }))
}
