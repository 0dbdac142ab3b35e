//! Writing down what came to be paid for goods.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx, on_constraint};
use kernel::{Currency, Decimal, LandedCostId, NaiveDate, OrganizationId, SupplierId};
use serde_json::json;

use super::chosen::{ChosenGoods, receipt_lines};
use super::rules::{LandedBasis, LandedKind};
use super::store::{self, Header};
use super::{changed, check_amount};
use crate::house::{organization, reference_taken};
use crate::purchases::lines::supplier;
use crate::rules::{LandedCostState, MOST_NAME, MOST_TEXT, check_texts};

/// Makes a draft; nothing becomes dearer yet.
#[derive(Clone, Debug)]
pub struct CreateLandedCost {
    /// Whose goods; the tenant's default organization where it is absent.
    pub organization_id: Option<OrganizationId>,
    /// The bill's date, whose rate counts; today where it is absent.
    pub occurred_on: Option<NaiveDate>,
    /// What for.
    pub kind: LandedKind,
    /// By what it is spread over lines of receipts.
    pub basis: LandedBasis,
    /// Without recoverable tax, above zero.
    pub amount: Decimal,
    /// The bill's currency; the base one where it is absent.
    pub currency: Option<Currency>,
    /// Who billed it.
    pub supplier_id: Option<SupplierId>,
    /// The number that he gave it.
    pub supplier_reference: String,
    /// A note.
    pub comment: String,
    /// The record's name in another program, unique among landed costs.
    pub external_reference: Option<String>,
    /// The goods.
    pub goods: ChosenGoods,
}

impl Action for CreateLandedCost {
    const RIGHT: Right = Right::LandedCostWrite;
}

#[async_trait::async_trait]
impl Command for CreateLandedCost {
    type Output = LandedCostId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<LandedCostId> {
        let texts = [
            ("comment", self.comment.as_str(), MOST_TEXT),
            ("supplierReference", self.supplier_reference.as_str(), MOST_NAME),
        ];
        check_texts(&texts, self.external_reference.as_deref())?;
        let currency = self.currency.unwrap_or(permit.scope().facts().base_currency);
        check_amount(self.amount, currency)?;
        if let Some(id) = self.supplier_id {
            supplier(tx, permit, id).await?;
        }
        let organization = organization(tx, permit, self.organization_id).await?;
        let lines = receipt_lines(tx, permit, organization.id, &self.goods).await?;
        let cost = Header {
            id: LandedCostId::new(),
            number: String::new(),
            occurred_on: self.occurred_on.unwrap_or_else(|| tx.today()),
            organization_id: organization.id,
            kind: self.kind.as_str().to_owned(),
            basis: self.basis.as_str().to_owned(),
            currency,
            amount: self.amount,
            supplier_id: self.supplier_id,
            supplier_reference: self.supplier_reference.clone(),
            state: LandedCostState::Draft.as_str().to_owned(),
            base_amount: None,
            stock_amount: None,
            sold_amount: None,
            expensed_amount: None,
            posted_on: None,
            reversed_on: None,
            comment: self.comment.clone(),
            external_reference: self.external_reference.clone(),
            version: 1,
            created_by: permit.user(),
        };
        let written = store::insert(tx, permit, &cost).await;
        on_constraint(written, "landed_cost_external_reference_key", reference_taken)?;
        store::insert_lines(tx, permit, cost.id, &lines).await?;
        tx.audit(AuditEntry::new(
            "createLandedCost",
            "LandedCost",
            cost.id,
            json!({ "after": cost, "receiptLines": lines }),
        ));
        changed(tx, &cost);
        Ok(cost.id)
    }
}
