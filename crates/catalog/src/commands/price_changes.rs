//! Changing many prices of a list at once: looked at first, applied as one, taken back as one.

use std::time::Duration;

use access::{Action, Permit, Right};
use db::{Command, CommandError, Fault, Outcome, TenantTx};
use kernel::{Currency, Decimal, PriceChangeId, PriceListId, Refusal, RefusalCode, SupplierId};
use serde_json::json;

use super::price_lists::has_own_prices;
use super::{Deed, archived_after};
use crate::checks::{reference, same_version};
use crate::constraints::unknown;
use crate::records::{PriceList, PriceListFields, Supplier};
use crate::rules::{PriceChangePlan, PriceChangeState, PriceSource, at, clean, optional};
use crate::store::{
    Held, HeldChange, NewChange, PriceChangeCounts, PricedPlan, directory_by_ids, groups_below,
    hold, hold_change, insert_change, later_change, mark_undone, overwritten, price_change_counts,
    rates_on, take_back_prices, write_planned,
};
use crate::{ReadPrices, ReadSupplierPrices, ReadSuppliers};

const COMMENT: usize = 2_000;
/// How long a statement over all prices of a list may take: those of 200,000 products take
/// seconds.
const PATIENCE: Duration = Duration::from_secs(300);

/// Looking at what a change of many prices would do.
#[derive(Clone, Copy, Debug)]
pub struct PreviewPriceChange;

impl Action for PreviewPriceChange {
    const RIGHT: Right = Right::PriceWrite;
}

/// A plan that may be looked at.
///
/// # Errors
/// What [`ApplyPriceChange`] would refuse of its lists, supplier and numbers.
pub async fn preview_price_change(
    tx: &TenantTx,
    permit: &Permit<PreviewPriceChange>,
    plan: PriceChangePlan,
) -> Outcome<PricedPlan> {
    let plan = plan.checked()?;
    let list = list_of(tx, permit, plan.list).await?;
    let list = list.ok_or_else(|| unknown("priceListId"))?;
    archived_after(&list.record, None, tx.now())?;
    prepared(tx, permit, plan, &list.fields).await
}

/// Changes many prices of a list from one day on. Prices for later days stay as they stand;
/// derived lists follow by themselves.
#[derive(Clone, Debug)]
pub struct ApplyPriceChange {
    /// What is changed and how.
    pub plan: PriceChangePlan,
    /// Why.
    pub comment: Option<String>,
    /// The partner's own key of it.
    pub external_reference: Option<String>,
}

impl Action for ApplyPriceChange {
    const RIGHT: Right = Right::PriceWrite;
}

#[async_trait::async_trait]
impl Command for ApplyPriceChange {
    type Output = PriceChangeId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PriceChangeId> {
        let plan = self.plan.clone().checked()?;
        let comment = optional(self.comment.as_deref(), |text| clean(text, COMMENT));
        let comment = at("comment", comment)?;
        let external_reference = reference(self.external_reference.as_deref())?;
        tx.be_patient(PATIENCE).await?;
        let held: Option<Held<PriceListFields>> =
            hold(tx, permit, "price_list", plan.list.0).await?;
        let held = held.ok_or_else(|| unknown("priceListId"))?;
        archived_after(&held.record, None, tx.now())?;
        let plan = prepared(tx, permit, plan, &held.fields).await?;
        let counts = price_change_counts(tx, permit, &plan).await?;
        possible(&counts)?;
        let id = PriceChangeId::new();
        let new = NewChange { id, plan: &plan.plan, counts, comment, external_reference };
        insert_change(tx, permit, new).await?;
        let written = write_planned(tx, permit, &plan, id).await?;
        if i64::try_from(written).ok() != Some(counts.prices) {
            let told = format!("{written} prices written of {}", counts.prices);
            return Err(Fault::broken(told).into());
        }
        let deed = Deed::new("applyPriceChange", "PriceChange", id);
        deed.audit(
            tx,
            json!({ "plan": plan.plan, "prices": counts.prices,
                               "products": counts.products, "raised": counts.raised,
                               "lowered": counts.lowered, "added": counts.added }),
        );
        tx.emit(deed.event());
        Ok(id)
    }
}

/// A change about to be taken back, held with its list: nothing is priced from it meanwhile.
#[derive(Clone, Debug)]
pub struct ChangeToUndo(HeldChange);

impl ChangeToUndo {
    /// Which one.
    #[must_use]
    pub fn id(&self) -> PriceChangeId {
        self.0.id
    }
}

/// Holds a change that is to be taken back. Who relies on its prices is the caller's to look at:
/// documents stand in contexts above.
///
/// # Errors
/// Not found; a stale version; a change undone before; prices set over it since, or computed
/// from it.
pub async fn hold_to_undo<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: PriceChangeId,
    version: i32,
) -> Outcome<ChangeToUndo> {
    tx.be_patient(PATIENCE).await?;
    let held = hold_change(tx, permit, id).await?.ok_or(CommandError::NotFound)?;
    same_version(held.version, version)?;
    if held.state != PriceChangeState::Applied {
        return Err(Refusal::new(
            RefusalCode::IllegalTransition,
            "The change was undone already.",
            "Изменение цен уже отменено.",
        )
        .with(json!({ "state": held.state }))
        .into());
    }
    if let Some((count, name)) = overwritten(tx, permit, &held).await? {
        return Err(in_use(
            format!("{count} of its prices were set anew since, such as that of {name}."),
            format!("Цены изменены позже ({count}), например «{name}»."),
            json!({ "pricesSetSince": count, "product": name }),
        )
        .into());
    }
    if let Some((later, name)) = later_change(tx, permit, &held).await? {
        return Err(in_use(
            format!("A later change of prices was computed from it, such as that of {name}."),
            format!("От него рассчитано более позднее изменение цен, например «{name}»."),
            json!({ "priceChangeId": later, "product": name }),
        )
        .into());
    }
    Ok(ChangeToUndo(held))
}

/// Takes a held change back: its prices go, and what they were put over comes back.
///
/// # Errors
/// [`Fault`].
pub async fn undo_change<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    change: &ChangeToUndo,
) -> Outcome<()> {
    take_back_prices(tx, permit, &change.0).await?;
    mark_undone(tx, permit, change.0.id).await?;
    let deed = Deed::new("undoPriceChange", "PriceChange", change.0.id);
    let (before, after) = (PriceChangeState::Applied, PriceChangeState::Undone);
    deed.audit(
        tx,
        json!({ "state": { "before": before, "after": after },
                           "prices": change.0.prices }),
    );
    tx.emit(deed.event());
    Ok(())
}

/// Something relies on a change.
#[must_use]
pub fn in_use(en: String, ru: String, details: serde_json::Value) -> Refusal {
    Refusal::new(RefusalCode::InUse, en, ru).at(["id"]).with(details)
}

fn possible(counts: &PriceChangeCounts) -> Result<(), Refusal> {
    if counts.impossible > 0 {
        let count = counts.impossible;
        return Err(Refusal::new(
            RefusalCode::OutOfRange,
            format!("{count} prices would fall below zero or be too large."),
            format!("Цен, которые стали бы отрицательными или слишком большими: {count}."),
        )
        .with(json!({ "prices": count })));
    }
    if counts.prices == 0 {
        let (en, ru) = ("No price would change.", "Ни одна цена не изменится.");
        return Err(Refusal::new(RefusalCode::NoLines, en, ru));
    }
    Ok(())
}

async fn list_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: PriceListId,
) -> Outcome<Option<PriceList>> {
    let read = permit.scope().permit::<ReadPrices>()?;
    Ok(directory_by_ids::<PriceList>(tx, &read, &[id]).await?.remove(&id))
}

/// Finds out what the plan's statements need, and whether its list and source go together.
async fn prepared<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    plan: PriceChangePlan,
    list: &PriceListFields,
) -> Outcome<PricedPlan> {
    has_own_prices(list)?;
    let base = permit.scope().facts().base_currency;
    let source = match plan.source {
        PriceSource::Own => list.currency,
        PriceSource::List(id) => source_list(tx, permit, id, list).await?,
        PriceSource::Supplier(id) => supplier_currency(tx, permit, id).await?.unwrap_or(base),
    };
    let (mut factor, mut to_base) = (Decimal::ONE, Some(Decimal::ONE));
    if source != list.currency || list.currency != base {
        let rates = rates_on(tx, permit, plan.valid_from).await?;
        let rate = |from, to| {
            let conversion = rates.conversion(from, to, plan.valid_from)?;
            conversion.apply(Decimal::ONE)
        };
        if source != list.currency {
            factor =
                rate(source, list.currency).ok_or_else(|| no_rate(source, list.currency, &plan))?;
        }
        if list.currency != base {
            to_base = rate(list.currency, base);
        }
    }
    let groups = if plan.groups.is_empty() {
        None
    } else {
        Some(groups_below(tx, permit, &plan.groups).await?)
    };
    Ok(PricedPlan { plan, groups, factor, to_base, includes_vat: list.includes_vat })
}

async fn source_list<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: PriceListId,
    target: &PriceListFields,
) -> Outcome<Currency> {
    let source = list_of(tx, permit, id).await?.ok_or_else(|| unknown("sourceListId"))?;
    let at_source = |refusal: Refusal| refusal.at(["sourceListId"]);
    has_own_prices(&source.fields).map_err(at_source)?;
    if source.fields.includes_vat != target.includes_vat {
        return Err(at_source(Refusal::new(
            RefusalCode::Invalid,
            "Of the two lists one holds prices with VAT, the other without.",
            "В одном виде цен цены с НДС, в другом — без.",
        ))
        .into());
    }
    Ok(source.fields.currency)
}

/// What a supplier asks is for those who may see cost.
async fn supplier_currency<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: SupplierId,
) -> Outcome<Option<Currency>> {
    permit.scope().permit::<ReadSupplierPrices>()?;
    let read = permit.scope().permit::<ReadSuppliers>()?;
    let found = directory_by_ids::<Supplier>(tx, &read, &[id]).await?.remove(&id);
    let supplier = found.ok_or_else(|| unknown("supplierId"))?;
    Ok(Some(supplier.fields.currency))
}

fn no_rate(from: Currency, to: Currency, plan: &PriceChangePlan) -> Refusal {
    let on = plan.valid_from;
    Refusal::new(
        RefusalCode::NoRate,
        format!("There is no rate from {from} to {to} on {on}."),
        format!("Нет курса {from} к {to} на {}.", on.format("%d.%m.%Y")),
    )
    .with(json!({ "from": from, "to": to, "on": on }))
}
