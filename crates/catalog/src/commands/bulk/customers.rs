//! Customers by the row.

use std::collections::HashMap;

use access::{Action, Permit, Right};
use db::{Outcome, TenantTx};
use kernel::{AgreementId, CustomerId, Refusal, RefusalCode, RegionId, UserId, Uuid};

use super::custom::{Customs, Filling, noted_with, write_fillings};
use super::{Intent, Once, Saved, by_inn, key, taken, unknown_name};
use crate::checks::Checks;
use crate::commands::agreements::blank as blank_agreement;
use crate::commands::{Deed, Entry, archived_after, changes};
use crate::records::{AgreementFields, Customer, CustomerChanges, CustomerFields};
use crate::rules::PaymentStep;
use crate::store::{
    Held, heirs_by_text, insert_all, insert_all_of, insert_steps, keep_versions, list_currency,
    lock_bulk, region_names, update_all,
};

/// One row: what it gives of a customer.
#[derive(Clone, Debug, Default)]
pub struct CustomerRow {
    /// Its number, as whoever brought it counts.
    pub place: u64,
    /// Its fields; those not given stay as they are, or empty in a new customer. The customer is
    /// found by the external reference, else by the tax number.
    pub changes: CustomerChanges,
    /// The name of its region.
    pub region: Option<String>,
    /// What it says of the tenant's own fields; a choice or a record may be named by a text.
    pub custom: Vec<Entry>,
}

/// Makes and changes customers; a new one gets the default agreement of single ones.
#[derive(Clone, Copy, Debug)]
pub struct SaveCustomers;

impl Action for SaveCustomers {
    const RIGHT: Right = Right::CustomerWrite;
}

struct Draft {
    id: Uuid,
    before: Option<CustomerFields>,
    after: CustomerFields,
    custom: Option<Filling>,
}

impl SaveCustomers {
    /// Writes the rows that can be written and tells of the others.
    ///
    /// # Errors
    /// As [`super::SaveProducts::run`].
    pub async fn run(
        tx: &TenantTx,
        permit: &Permit<Self>,
        rows: Vec<CustomerRow>,
        intent: Intent,
    ) -> Outcome<Saved> {
        if intent == Intent::Write {
            lock_bulk(tx, permit, "customer").await?;
        }
        let mut saved = Saved::default();
        let mut known = Known::read(tx, permit, &rows, intent).await?;
        let mut drafts = Vec::with_capacity(rows.len());
        for row in rows {
            let place = row.place;
            match known.draft(permit, row) {
                Ok(draft) => drafts.push(draft),
                Err(refusal) => saved.refuse(place, refusal),
            }
        }
        for draft in &drafts {
            match &draft.before {
                None => saved.created += 1,
                Some(before) if *before != draft.after => saved.updated += 1,
                Some(_) if draft.custom.is_some() => saved.updated += 1,
                Some(_) => saved.unchanged += 1,
            }
        }
        if intent == Intent::Write {
            write(tx, permit, drafts).await?;
        }
        Ok(saved)
    }
}

struct Known {
    keys: Keys,
    regions: HashMap<String, RegionId>,
    customs: Customs,
    once: Once,
}

/// Customers under the keys that rows name them by.
struct Keys {
    by_reference: HashMap<String, Held<CustomerFields>>,
    by_inn: HashMap<String, Vec<Held<CustomerFields>>>,
}

impl Known {
    async fn read(
        tx: &TenantTx,
        permit: &Permit<SaveCustomers>,
        rows: &[CustomerRow],
        intent: Intent,
    ) -> Outcome<Self> {
        let texts = |get: fn(&CustomerRow) -> Option<&String>| -> Vec<String> {
            rows.iter().filter_map(get).cloned().collect()
        };
        let references = texts(|row| row.changes.external_reference.as_ref()?.as_ref());
        let inns = texts(|row| row.changes.inn.as_ref()?.as_ref());
        let hold = intent.hold();
        let named = heirs_by_text(tx, permit, "external_reference", references, hold).await?;
        let taxed = heirs_by_text(tx, permit, "inn", inns, hold).await?;
        let regions = match rows.iter().any(|row| row.region.is_some()) {
            true => region_names(tx, permit).await?,
            false => Vec::new(),
        };
        let by_reference = named.into_iter().map(|keyed| (keyed.asked, keyed.held));
        // Somebody else's customer is not found, as everywhere.
        let by_inn = by_inn(permit, taxed);
        let keys = Keys { by_reference: by_reference.collect(), by_inn };
        let said = rows.iter().filter(|row| !row.custom.is_empty()).map(|row| {
            let held = keys.find(permit, &row.changes).ok().flatten();
            (held.map(|held| held.id), row.custom.as_slice())
        });
        let said = said.collect();
        let customs = Customs::read::<Customer, _>(tx, permit, said).await?;
        let regions = regions.into_iter().map(|(name, id)| (key(&name), id)).collect();
        Ok(Self { keys, regions, customs, once: Once::default() })
    }

    /// A key that led here through a merged card stays with that card.
    fn keep_own_keys(
        &self,
        own: &CustomerFields,
        row: &CustomerChanges,
        after: &mut CustomerFields,
    ) {
        let asked = row.external_reference.as_ref().and_then(Option::as_ref);
        let inn = row.inn.as_ref().and_then(Option::as_ref);
        if asked.is_some_and(|asked| self.keys.by_reference.contains_key(asked)) {
            after.external_reference = own.external_reference.clone();
        } else if inn.is_some() && own.inn.as_ref() != inn {
            after.inn = own.inn.clone();
            after.kpp = own.kpp.clone();
        }
    }

    fn draft(
        &mut self,
        permit: &Permit<SaveCustomers>,
        row: CustomerRow,
    ) -> Result<Draft, Refusal> {
        let held = self.keys.find(permit, &row.changes)?.cloned();
        let blank = CustomerFields::blank(permit.scope().facts().base_currency);
        let before = held.as_ref().map_or(&blank, |held| &held.fields);
        let mut after = row.changes.applied(before);
        if let Some(region) = &row.region {
            let id = self.regions.get(&key(region)).copied();
            after.region_id = Some(id.ok_or_else(|| unknown_name("region", region))?);
        }
        let mut after = after.checked()?;
        if let Some(held) = &held {
            archived_after(&held.record, None, held.record.updated_at)?;
            after.credit_limit = held.fields.credit_limit;
            self.keep_own_keys(&held.fields, &row.changes, &mut after);
        } else if after.manager_id.is_none() && permit.managers().is_some() {
            after.manager_id = permit.user();
        }
        let id = held.as_ref().map_or_else(|| CustomerId::new().0, |held| held.id);
        if !may_have(permit, after.manager_id, id) {
            return Err(out_of_reach());
        }
        let custom = self.customs.fill(permit, held.as_ref().map(|held| held.id), &row.custom)?;
        self.once.take(id, "inn")?;
        Ok(Draft { id, before: held.map(|held| held.fields), after, custom })
    }
}

impl Keys {
    fn find(
        &self,
        permit: &Permit<SaveCustomers>,
        row: &CustomerChanges,
    ) -> Result<Option<&Held<CustomerFields>>, Refusal> {
        let reference = row.external_reference.as_ref().and_then(Option::as_ref);
        let inn = row.inn.as_ref().and_then(Option::as_ref);
        if reference.is_none() && inn.is_none() {
            return Err(without_key());
        }
        if let Some(held) = reference.and_then(|reference| self.by_reference.get(reference)) {
            let is_reached = permit.reaches(held.fields.manager_id, Some(CustomerId(held.id)));
            return if is_reached { Ok(Some(held)) } else { Err(taken("externalReference")) };
        }
        let of_inn = inn.and_then(|inn| self.by_inn.get(inn)).map_or(&[][..], Vec::as_slice);
        let kpp = row.kpp.as_ref().and_then(Option::as_ref);
        // Branches share a tax number; their codes of registration tell them apart.
        let of_kpp: Vec<_> = match kpp {
            Some(kpp) if of_inn.len() > 1 => {
                of_inn.iter().filter(|held| held.fields.kpp.as_ref() == Some(kpp)).collect()
            }
            _ => of_inn.iter().collect(),
        };
        match of_kpp.as_slice() {
            [] => Ok(None),
            [one] if reference.is_some() && one.fields.external_reference.is_some() => {
                Err(taken("inn"))
            }
            [one] => Ok(Some(*one)),
            _ => Err(several()),
        }
    }
}

/// A key bound to one customer makes no other; a manager hands none over.
fn may_have(permit: &Permit<SaveCustomers>, manager: Option<UserId>, customer: Uuid) -> bool {
    permit.reaches(manager, Some(CustomerId(customer)))
}

async fn write(tx: &TenantTx, permit: &Permit<SaveCustomers>, drafts: Vec<Draft>) -> Outcome<()> {
    let (mut made, mut changed, mut filled) = (Vec::new(), Vec::new(), Vec::new());
    for Draft { id, before, after, custom } in drafts {
        match before {
            None => {
                let noted = noted_with(changes(None, &after), custom.as_ref());
                Deed::new("createCustomer", "Customer", id).audit(tx, noted);
                made.push((id, after));
            }
            Some(before) if before != after || custom.is_some() => {
                let noted = noted_with(changes(Some(&before), &after), custom.as_ref());
                Deed::new("updateCustomer", "Customer", id).audit(tx, noted);
                changed.push((id, after));
            }
            Some(_) => {}
        }
        filled.extend(custom.map(|custom| (id, custom)));
    }
    insert_all(tx, permit, "customer", &made).await?;
    update_all(tx, permit, "customer", &changed).await?;
    write_fillings::<Customer, _>(tx, permit, filled).await?;
    agreements(tx, permit, made.into_iter().map(|(id, _)| id).collect()).await
}

/// The default agreement of each new customer: the tenant's default list, everything due on the
/// day of the shipment, no discount.
async fn agreements(
    tx: &TenantTx,
    permit: &Permit<SaveCustomers>,
    customers: Vec<Uuid>,
) -> Outcome<()> {
    if customers.is_empty() {
        return Ok(());
    }
    let usual = blank_agreement(permit);
    let currency = list_currency(tx, permit, None).await?.unwrap_or(usual.currency);
    let fields = AgreementFields { currency, is_default: true, ..usual };
    let made: Vec<(Uuid, AgreementFields)> =
        customers.iter().map(|_| (AgreementId::new().0, fields.clone())).collect();
    insert_all_of(tx, permit, "agreement", &made, ("customer_id", &customers)).await?;
    let ids: Vec<Uuid> = made.into_iter().map(|(id, _)| id).collect();
    insert_steps(tx, permit, ids.clone(), &PaymentStep::on_shipment()).await?;
    keep_versions(tx, permit, ids).await
}

fn without_key() -> Refusal {
    Refusal::new(
        RefusalCode::Required,
        "A customer is known by its external reference or its tax number: the row has neither.",
        "Клиента узнают по внешнему ключу или ИНН: в строке нет ни того, ни другого.",
    )
    .at(["inn"])
}

fn several() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "Several customers have this tax number: name the external reference.",
        "Этот ИНН у нескольких клиентов: укажите внешний ключ.",
    )
    .at(["inn"])
}

fn out_of_reach() -> Refusal {
    Refusal::new(
        RefusalCode::UnknownReference,
        "Only customers of one's own are written: the manager named here is another one.",
        "Записывать можно только своих клиентов, а здесь указан другой менеджер.",
    )
    .at(["manager"])
}
