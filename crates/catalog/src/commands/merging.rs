//! Two cards of one company become one: the catalog's part. The card that goes stays as it was,
//! archived, and leads to the other; people, addresses, contracts, agreements, tags and custom
//! fields are the other's from then on. The command stands in the context that owns documents.

use std::collections::{BTreeMap, HashSet};

use access::Permit;
use db::{CommandError, Outcome, TenantTx};
use kernel::{CustomerId, Refusal, RefusalCode, UserId};
use serde_json::{Map, Value, json};

use super::custom_values::noted as noted_custom;
use super::{Deed, changes, living};
use crate::checks::{Checks, same_version};
use crate::custom::{Customizable, NOTED_AS};
use crate::records::{Customer, CustomerFields};
use crate::rules::{check_tags, free_name};
use crate::store::{
    Card, Grip, Held, agreements_of, card, held_by, keep_versions, mark_merged, move_addresses,
    move_agreements, move_contacts, move_contracts, note_contact_words, put_held, repoint, update,
};

/// What is done, as the API and the audit trail name it.
pub const MERGED_BY: &str = "mergeCustomers";

/// Which card goes into which.
#[derive(Clone, Debug)]
pub struct Merging {
    /// The card that goes.
    pub duplicate: CustomerId,
    /// The version it was read at.
    pub duplicate_version: i32,
    /// The card that stays.
    pub into: CustomerId,
    /// The version it was read at.
    pub into_version: i32,
    /// Why, for whoever asks years later.
    pub reason: String,
}

/// Both cards, held until the transaction ends: nobody writes a document for the one that goes.
#[derive(Debug)]
pub struct Twins {
    duplicate: Held<CustomerFields>,
    into: Held<CustomerFields>,
}

impl Twins {
    /// Both customers with their managers, for what the world is told.
    #[must_use]
    pub fn managers(&self) -> [(CustomerId, Option<UserId>); 2] {
        [&self.duplicate, &self.into].map(|card| (card.id.into(), card.fields.manager_id))
    }
}

impl Merging {
    /// From which card to which.
    #[must_use]
    pub fn way(&self) -> (CustomerId, CustomerId) {
        (self.duplicate, self.into)
    }

    /// What is noted of everything that changes hands.
    #[must_use]
    pub fn noted(&self) -> Value {
        json!({ "customerId": { "before": self.duplicate, "after": self.into },
                "reason": self.reason })
    }
}

/// Looks whether two cards may be merged, before anything is locked for it.
///
/// # Errors
/// As [`hold_twins`].
pub async fn look_at_twins<A>(tx: &TenantTx, permit: &Permit<A>, merging: &Merging) -> Outcome<()> {
    let duplicate = card(tx, permit, merging.duplicate, Grip::Look).await?;
    let into = card(tx, permit, merging.into, Grip::Look).await?;
    check(tx, permit, merging, duplicate, into).await.map(drop)
}

/// Holds both cards, in the order of their ids. Documents of the card that goes are held before.
///
/// # Errors
/// One of them is not within reach; they are one card, merged already, stale; the one that stays
/// is archived.
pub async fn hold_twins<A>(tx: &TenantTx, permit: &Permit<A>, merging: &Merging) -> Outcome<Twins> {
    let mut cards = BTreeMap::new();
    let mut order = [(merging.duplicate, Grip::Alone), (merging.into, Grip::Hold)];
    order.sort_by_key(|(id, _)| *id);
    for (id, grip) in order {
        cards.insert(id, card(tx, permit, id, grip).await?);
    }
    let mut taken = |id| cards.remove(&id).flatten();
    let (duplicate, into) = (taken(merging.duplicate), taken(merging.into));
    check(tx, permit, merging, duplicate, into).await
}

async fn check<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    merging: &Merging,
    duplicate: Option<Card>,
    into: Option<Card>,
) -> Outcome<Twins> {
    if merging.duplicate == merging.into {
        return Err(into_itself().into());
    }
    let reached = |card: Option<Card>| {
        let own = |card: &Card| {
            permit.reaches(card.held.fields.manager_id, Some(CustomerId(card.held.id)))
        };
        card.filter(own).ok_or(CommandError::NotFound)
    };
    let (duplicate, into) = (reached(duplicate)?, reached(into)?);
    for (card, field) in [(&duplicate, "duplicateId"), (&into, "intoId")] {
        if card.merged_into.is_some() {
            living(tx, permit, card.held.id.into(), field).await?;
        }
    }
    let of_version = |held: &Held<CustomerFields>, version, field| {
        same_version(held.record.version, version).map_err(|refusal| refusal.at([field]))
    };
    of_version(&duplicate.held, merging.duplicate_version, "duplicateVersion")?;
    of_version(&into.held, merging.into_version, "intoVersion")?;
    if into.held.record.archived_at.is_some() {
        return Err(into_archived().into());
    }
    Ok(Twins { duplicate: duplicate.held, into: into.held })
}

/// Merges the cards themselves. `others`: what other contexts have moved, by its name, for the
/// audit trail of both.
///
/// # Errors
/// A refusal where the card that stays would have too many tags; a fault.
pub async fn merge_cards<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    merging: &Merging,
    twins: &Twins,
    others: Map<String, Value>,
) -> Outcome<()> {
    let way = merging.way();
    let fields = filled(&twins.into.fields, &twins.duplicate.fields)?.checked()?;
    let mut moved = others;
    for (kind, name, ids) in [
        ("ContactPerson", "contacts", move_contacts(tx, permit, way).await?),
        ("DeliveryAddress", "deliveryAddresses", move_addresses(tx, permit, way).await?),
        ("Contract", "contracts", move_contracts(tx, permit, way).await?),
    ] {
        tx.audit_each(MERGED_BY, kind, &ids, merging.noted()).await?;
        moved.insert(name.to_owned(), json!(ids.len()));
    }
    let agreements = take_agreements(tx, permit, merging, &twins.duplicate.fields.name).await?;
    moved.insert("agreements".to_owned(), json!(agreements));
    let mut stays = changes(Some(&twins.into.fields), &fields);
    let custom = fill_custom(tx, permit, way).await?;
    repoint_references(tx, permit, merging).await?;
    update(tx, permit, "customer", twins.into.id, &fields, None).await?;
    let followed = mark_merged(tx, permit, way).await?;
    note_contact_words(tx, permit, &[way.0, way.1]).await?;

    for (field, change) in custom {
        stays[field.as_str()] = change;
    }
    stays["merged"] = json!({ "before": null, "after": way.0 });
    let mut goes = json!({ "mergedInto": { "before": null, "after": way.1 } });
    for noted in [&mut stays, &mut goes] {
        noted["reason"] = json!(merging.reason);
        noted["moved"] = json!(moved);
    }
    tell(tx, way.1, &fields, stays);
    tell(tx, way.0, &twins.duplicate.fields, goes);
    let onward = json!({ "mergedInto": { "before": way.0, "after": way.1 },
                         "reason": merging.reason });
    tx.audit_each(MERGED_BY, "Customer", &followed, onward).await?;
    Ok(())
}

fn tell(tx: &TenantTx, id: CustomerId, fields: &CustomerFields, noted: Value) {
    let deed = Deed::new(MERGED_BY, "Customer", id);
    deed.audit(tx, noted);
    let mut event = deed.event();
    event.manager_id = fields.manager_id;
    event.customer_id = Some(id);
    tx.emit(event);
}

/// The card that stays, with what it lacked taken from the other, and the tags of both. Terms (the
/// limit of credit, the price segment) and the external reference are its own alone: nobody gets
/// terms by a merging.
fn filled(into: &CustomerFields, from: &CustomerFields) -> Result<CustomerFields, Refusal> {
    let lacks_inn = into.inn.is_none();
    // A code of registration goes with its tax number.
    let kpp = if lacks_inn || into.inn == from.inn { from.kpp.clone() } else { None };
    let tags: Vec<String> = into.tags.iter().chain(&from.tags).cloned().collect();
    Ok(CustomerFields {
        legal_name: into.legal_name.clone().or_else(|| from.legal_name.clone()),
        inn: into.inn.clone().or_else(|| from.inn.clone()),
        kpp: into.kpp.clone().or(kpp),
        vat_id: into.vat_id.clone().or_else(|| from.vat_id.clone()),
        tags: check_tags(&tags)?,
        region_id: into.region_id.or(from.region_id),
        sales_channel_id: into.sales_channel_id.or(from.sales_channel_id),
        department_id: into.department_id.or(from.department_id),
        team_id: into.team_id.or(from.team_id),
        manager_id: into.manager_id.or(from.manager_id),
        phone: into.phone.clone().or_else(|| from.phone.clone()),
        email: into.email.clone().or_else(|| from.email.clone()),
        address: into.address.clone().or_else(|| from.address.clone()),
        ..into.clone()
    })
}

/// Moves the agreements, each as its next version, under names that are free; tells how many.
async fn take_agreements<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    merging: &Merging,
    origin: &str,
) -> Outcome<usize> {
    let (from, into) = merging.way();
    let all = agreements_of(tx, permit, (from, into)).await?;
    let (coming, own): (Vec<_>, Vec<_>) = all.into_iter().partition(|row| row.customer_id == from);
    let mut taken: HashSet<String> = own.into_iter().map(|row| row.name).collect();
    let mut named = Vec::with_capacity(coming.len());
    for row in &coming {
        let name = free_name(&row.name, origin, &taken);
        taken.insert(name.clone());
        named.push((row.id, name));
    }
    move_agreements(tx, permit, into, &named).await?;
    for (row, (id, name)) in coming.iter().zip(&named) {
        let mut noted = merging.noted();
        if row.name != *name {
            noted["name"] = json!({ "before": row.name, "after": name });
        }
        if row.is_default {
            noted["isDefault"] = json!({ "before": true, "after": false });
        }
        Deed::new(MERGED_BY, "Agreement", *id).audit(tx, noted);
    }
    keep_versions(tx, permit, named.into_iter().map(|(id, _)| id).collect()).await?;
    Ok(coming.len())
}

/// Fills the custom fields that hold nothing; tells what changed.
async fn fill_custom<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (from, into): (CustomerId, CustomerId),
) -> Outcome<Map<String, Value>> {
    let mut held = held_by(tx, permit, &[from.0, into.0]).await?;
    let before = held.remove(&into.0).unwrap_or_default();
    let mut after = held.remove(&from.0).unwrap_or_default();
    after.extend(before.clone());
    if after != before {
        put_held(tx, permit, Customer::KIND, into.0, &after).await?;
    }
    Ok(noted_custom(&before, &after))
}

async fn repoint_references<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    merging: &Merging,
) -> Outcome<()> {
    let mut alike: BTreeMap<(String, Vec<String>), Vec<kernel::Uuid>> = BTreeMap::new();
    for row in repoint(tx, permit, merging.way()).await? {
        alike.entry((row.subject_kind, row.keys)).or_default().push(row.record_id);
    }
    let change = json!({ "before": merging.duplicate, "after": merging.into });
    for ((kind, keys), records) in alike {
        let mut noted: Map<String, Value> =
            keys.into_iter().map(|key| (format!("{NOTED_AS}{key}"), change.clone())).collect();
        noted.insert("reason".to_owned(), json!(merging.reason));
        tx.audit_each(MERGED_BY, &kind, &records, Value::Object(noted)).await?;
    }
    Ok(())
}

fn into_itself() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "A card is not merged into itself.",
        "Карточку нельзя объединить с самой собой.",
    )
    .at(["intoId"])
}

fn into_archived() -> Refusal {
    Refusal::new(
        RefusalCode::Archived,
        "The card that stays is archived: restore it first.",
        "Остающаяся карточка в архиве: сначала восстановите её.",
    )
    .at(["intoId"])
}

#[cfg(test)]
mod tests {
    use kernel::{Currency, Decimal};

    use super::*;

    fn card(name: &str) -> CustomerFields {
        let blank = CustomerFields::blank(Currency::parse("RUB").unwrap());
        CustomerFields { name: name.to_owned(), ..blank }
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn what_is_there_stays_and_what_lacks_is_filled() {
        let into = CustomerFields {
            phone: some("1"),
            credit_limit: Some(Decimal::TEN),
            tags: vec!["VIP".to_owned()],
            ..card("Stays")
        };
        let from = CustomerFields {
            phone: some("2"),
            email: some("a@b.ru"),
            credit_limit: Some(Decimal::ONE_HUNDRED),
            external_reference: some("C-2"),
            tags: vec!["vip".to_owned(), "north".to_owned()],
            ..card("Goes")
        };
        let filled = filled(&into, &from).unwrap();
        let expected = CustomerFields {
            email: some("a@b.ru"),
            tags: vec!["VIP".to_owned(), "north".to_owned()],
            ..into
        };
        assert_eq!(filled, expected, "terms and the key of the one that goes are not taken");
    }

    #[test]
    fn a_code_of_registration_goes_with_its_tax_number() {
        let of = |inn: Option<&str>, kpp: Option<&str>| CustomerFields {
            inn: inn.and_then(some),
            kpp: kpp.and_then(some),
            ..card("Card")
        };
        for (into, from, inn, kpp) in [
            (of(None, None), of(Some("1"), Some("7")), some("1"), some("7")),
            (of(Some("1"), None), of(Some("1"), Some("7")), some("1"), some("7")),
            (of(Some("1"), None), of(Some("2"), Some("7")), some("1"), None),
            (of(Some("1"), Some("8")), of(Some("1"), Some("7")), some("1"), some("8")),
        ] {
            let filled = filled(&into, &from).unwrap();
            assert_eq!((filled.inn, filled.kpp), (inn, kpp));
        }
    }
}
