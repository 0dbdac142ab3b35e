//! Changing a draft.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx, on_constraint};
use kernel::{Currency, Decimal, LandedCostId, NaiveDate, SupplierId};
use serde_json::json;

use super::chosen::{ChosenGoods, receipt_lines};
use super::rules::{LandedBasis, LandedKind};
use super::{changed, check_amount, locked, store};
use crate::house::reference_taken;
use crate::purchases::lines::supplier;
use crate::rules::{LandedCostState, MOST_NAME, MOST_TEXT, check_texts};

/// Changes what is named and leaves the rest.
#[derive(Clone, Debug)]
pub struct UpdateLandedCost {
    /// Which.
    pub id: LandedCostId,
    /// The version that was read.
    pub version: i32,
    /// The bill's date.
    pub occurred_on: Option<NaiveDate>,
    /// What for.
    pub kind: Option<LandedKind>,
    /// By what it is spread.
    pub basis: Option<LandedBasis>,
    /// Without recoverable tax.
    pub amount: Option<Decimal>,
    /// The bill's currency.
    pub currency: Option<Currency>,
    /// Who billed it; an inner `None` removes it.
    pub supplier_id: Option<Option<SupplierId>>,
    /// The number that he gave it.
    pub supplier_reference: Option<String>,
    /// A note.
    pub comment: Option<String>,
    /// The record's name in another program; an inner `None` removes it.
    pub external_reference: Option<Option<String>>,
    /// All goods anew.
    pub goods: Option<ChosenGoods>,
}

impl Action for UpdateLandedCost {
    const RIGHT: Right = Right::LandedCostWrite;
}

#[async_trait::async_trait]
impl Command for UpdateLandedCost {
    type Output = LandedCostId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<LandedCostId> {
        let texts = [
            ("comment", self.comment.as_deref().unwrap_or_default(), MOST_TEXT),
            (
                "supplierReference",
                self.supplier_reference.as_deref().unwrap_or_default(),
                MOST_NAME,
            ),
        ];
        let reference = self.external_reference.as_ref().and_then(Option::as_deref);
        check_texts(&texts, reference)?;
        let before = locked(tx, permit, self.id, self.version).await?;
        before.state()?.to(LandedCostState::Draft)?;
        let mut after = before.clone();
        after.occurred_on = self.occurred_on.unwrap_or(before.occurred_on);
        if let Some(kind) = self.kind {
            kind.as_str().clone_into(&mut after.kind);
        }
        if let Some(basis) = self.basis {
            basis.as_str().clone_into(&mut after.basis);
        }
        after.amount = self.amount.unwrap_or(before.amount);
        after.currency = self.currency.unwrap_or(before.currency);
        check_amount(after.amount, after.currency)?;
        if let Some(id) = self.supplier_id {
            if let Some(id) = id {
                supplier(tx, permit, id).await?;
            }
            after.supplier_id = id;
        }
        if let Some(text) = &self.supplier_reference {
            after.supplier_reference.clone_from(text);
        }
        if let Some(comment) = &self.comment {
            after.comment.clone_from(comment);
        }
        if let Some(reference) = &self.external_reference {
            after.external_reference.clone_from(reference);
        }
        let mut lines = None;
        if let Some(goods) = &self.goods {
            let new = receipt_lines(tx, permit, after.organization_id, goods).await?;
            store::delete_lines(tx, permit, self.id).await?;
            store::insert_lines(tx, permit, self.id, &new).await?;
            lines = Some(new);
        }
        let written = store::update(tx, permit, &after).await;
        on_constraint(written, "landed_cost_external_reference_key", reference_taken)?;
        tx.audit(AuditEntry::new(
            "updateLandedCost",
            "LandedCost",
            self.id,
            json!({ "before": before, "after": after, "receiptLines": lines }),
        ));
        changed(tx, &after);
        Ok(self.id)
    }
}
