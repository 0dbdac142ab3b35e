//! Discount rules, and how discounts combine.

use access::{Action, Permit, Right};
use db::{Command, CommandError, Outcome, TenantTx};
use kernel::{DiscountRuleId, Money, Percent, Quantity, Refusal, RefusalCode};
use serde_json::json;

use super::{Deed, archived_after, changes};
use crate::checks::{Checks, dates_crossed, name, reference, same_version};
use crate::records::{DiscountRuleChanges, DiscountRuleFields};
use crate::rules::out_of_scale;
use crate::rules::pricing::Combination;
use crate::store::{Held, PriceSettings, hold, insert, price_settings, put_price_settings, update};

/// Makes a discount rule.
#[derive(Clone, Debug)]
pub struct CreateDiscountRule {
    /// Its fields; those not given are empty.
    pub fields: DiscountRuleChanges,
}

impl Action for CreateDiscountRule {
    const RIGHT: Right = Right::PriceWrite;
}

#[async_trait::async_trait]
impl Command for CreateDiscountRule {
    type Output = DiscountRuleId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<DiscountRuleId> {
        let blank = DiscountRuleFields {
            name: String::new(),
            percent: Percent::ZERO,
            price_segment_id: None,
            product_group_id: None,
            product_id: None,
            sales_channel_id: None,
            quantity_from: None,
            line_sum_from: None,
            document_sum_from: None,
            currency: permit.scope().facts().base_currency,
            valid_from: None,
            valid_to: None,
            external_reference: None,
        };
        let fields = self.fields.applied(&blank).checked()?;
        let id = DiscountRuleId::new();
        insert(tx, permit, "discount_rule", id.0, &fields, &[]).await?;
        let deed = Deed::new("createDiscountRule", "DiscountRule", id);
        deed.audit(tx, changes(None, &fields));
        tx.emit(deed.event());
        Ok(id)
    }
}

/// Changes a discount rule; documents that are priced already keep their discounts.
#[derive(Clone, Debug)]
pub struct UpdateDiscountRule {
    /// Which one.
    pub id: DiscountRuleId,
    /// The version it was read at.
    pub version: i32,
    /// What changes.
    pub fields: DiscountRuleChanges,
    /// Archives or restores it.
    pub archived: Option<bool>,
}

impl Action for UpdateDiscountRule {
    const RIGHT: Right = Right::PriceWrite;
}

#[async_trait::async_trait]
impl Command for UpdateDiscountRule {
    type Output = DiscountRuleId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<DiscountRuleId> {
        let held: Option<Held<DiscountRuleFields>> =
            hold(tx, permit, "discount_rule", self.id.0).await?;
        let held = held.ok_or(CommandError::NotFound)?;
        same_version(held.record.version, self.version)?;
        let archived_at = archived_after(&held.record, self.archived, tx.now())?;
        let fields = self.fields.applied(&held.fields).checked()?;
        update(tx, permit, "discount_rule", held.id, &fields, archived_at).await?;
        let deed = Deed::new("updateDiscountRule", "DiscountRule", self.id);
        let mut noted = changes(Some(&held.fields), &fields);
        if held.record.archived_at.is_some() != archived_at.is_some() {
            let (before, after) = (held.record.archived_at.is_some(), archived_at.is_some());
            noted["archived"] = json!({ "before": before, "after": after });
        }
        deed.audit(tx, noted);
        tx.emit(deed.event());
        Ok(self.id)
    }
}

/// Says how the tenant's automatic discounts combine.
#[derive(Clone, Debug)]
pub struct UpdatePriceSettings {
    /// The version it was read at; 0 where nobody has ever said anything.
    pub version: i32,
    /// How.
    pub combination: Combination,
}

impl Action for UpdatePriceSettings {
    const RIGHT: Right = Right::PriceWrite;
}

#[async_trait::async_trait]
impl Command for UpdatePriceSettings {
    type Output = ();

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<()> {
        let before = price_settings(tx, permit).await?;
        same_version(before.version, self.version)?;
        let after = PriceSettings { combination: self.combination, version: before.version + 1 };
        if !put_price_settings(tx, permit, after).await? {
            // Somebody else was first.
            same_version(before.version + 1, self.version)?;
        }
        let deed = Deed::new("updatePriceSettings", "Tenant", permit.tenant());
        let noted = json!({ "discountCombination":
            { "before": before.combination, "after": self.combination } });
        deed.audit(tx, noted);
        tx.emit(deed.event());
        Ok(())
    }
}

impl Checks for DiscountRuleFields {
    fn checked(&self) -> Result<Self, Refusal> {
        let above_zero = |field: &str| {
            let (en, ru) = ("This must be above zero.", "Значение должно быть больше нуля.");
            Refusal::new(RefusalCode::OutOfRange, en, ru).at([field])
        };
        if self.percent == Percent::ZERO {
            return Err(above_zero("percent"));
        }
        if self.quantity_from.is_some_and(|least| Quantity::positive(least.get()).is_err()) {
            return Err(above_zero("quantityFrom"));
        }
        let sum = |field: &'static str, sum: Option<kernel::Decimal>| {
            let Some(sum) = sum else { return Ok(None) };
            let money = Money::checked(sum, self.currency);
            let money = money.map_err(|error| out_of_scale(error).at([field]))?;
            if money.amount.is_zero() { Err(above_zero(field)) } else { Ok(Some(money.amount)) }
        };
        let (line, document) = (
            sum("lineSumFrom", self.line_sum_from)?,
            sum("documentSumFrom", self.document_sum_from)?,
        );
        let named = [self.quantity_from.is_some(), line.is_some(), document.is_some()];
        if named.into_iter().filter(|is_named| *is_named).count() > 1 {
            return Err(Refusal::new(
                RefusalCode::Invalid,
                "Name a quantity, a line's sum or a document's sum: only one of them.",
                "Укажите что-то одно: количество, сумму строки или сумму документа.",
            )
            .at(["quantityFrom"]));
        }
        if self.valid_from.zip(self.valid_to).is_some_and(|(from, to)| to < from) {
            return Err(dates_crossed());
        }
        Ok(Self {
            name: name(&self.name)?,
            line_sum_from: line,
            document_sum_from: document,
            external_reference: reference(self.external_reference.as_deref())?,
            ..self.clone()
        })
    }
}
