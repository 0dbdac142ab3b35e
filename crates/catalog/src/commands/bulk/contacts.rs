//! Contact persons by the row.

use std::collections::{HashMap, HashSet};

use access::{Action, Permit, Right};
use db::{Outcome, TenantTx};
use kernel::{ContactId, CustomerId, Refusal, RefusalCode, Uuid};
use serde_json::json;

use super::{Intent, Once, Saved, by_inn, key, taken, unknown_name};
use crate::commands::contacts::{blank, settled};
use crate::commands::{Deed, archived_after, changes};
use crate::records::{ContactChanges, ContactFields, CustomerFields};
use crate::rules::{Channel, ChannelKind};
use crate::store::{
    Held, HeldContact, Keyed, heirs_by_text, held_contacts, insert_all_of, lock_bulk,
    note_contact_words, replace_all_channels, update_all,
};

/// One row: what it gives of a contact person.
#[derive(Clone, Debug, Default)]
pub struct ContactRow {
    /// Its number, as whoever brought it counts.
    pub place: u64,
    /// The external reference of the person's customer.
    pub customer: Option<String>,
    /// The customer's tax number, where there is no reference.
    pub inn: Option<String>,
    /// Which of the branches that share a tax number.
    pub kpp: Option<String>,
    /// The person's fields but the telephone and e-mail; those not given stay as they are. The
    /// person is found by the external reference, else by the name at the customer.
    pub changes: ContactChanges,
    /// Ways to reach the person, the main one first; those of a kind not given stay.
    pub channels: Vec<(ChannelKind, Vec<String>)>,
}

/// Makes and changes contact persons of customers that are there.
#[derive(Clone, Copy, Debug)]
pub struct SaveContacts;

impl Action for SaveContacts {
    const RIGHT: Right = Right::CustomerWrite;
}

struct Draft {
    id: Uuid,
    customer: CustomerId,
    before: Option<(ContactFields, Vec<Channel>)>,
    after: (ContactFields, Vec<Channel>),
}

impl Draft {
    fn differs(&self) -> bool {
        self.before.as_ref() != Some(&self.after)
    }
}

impl SaveContacts {
    /// Writes the rows that can be written and tells of the others.
    ///
    /// # Errors
    /// As [`super::SaveProducts::run`].
    pub async fn run(
        tx: &TenantTx,
        permit: &Permit<Self>,
        rows: Vec<ContactRow>,
        intent: Intent,
    ) -> Outcome<Saved> {
        if intent == Intent::Write {
            lock_bulk(tx, permit, "contact").await?;
        }
        let mut saved = Saved::default();
        let mut known = Known::read(tx, permit, &rows, intent).await?;
        let mut drafts = Vec::with_capacity(rows.len());
        for row in rows {
            match known.draft(tx, permit, &row) {
                Ok(draft) => drafts.push(draft),
                Err(refusal) => saved.refuse(row.place, refusal),
            }
        }
        for draft in &drafts {
            match &draft.before {
                None => saved.created += 1,
                Some(_) if draft.differs() => saved.updated += 1,
                Some(_) => saved.unchanged += 1,
            }
        }
        if intent == Intent::Write {
            drafts.retain(Draft::differs);
            write(tx, permit, drafts).await?;
        }
        Ok(saved)
    }
}

struct Known {
    by_reference: HashMap<String, Held<CustomerFields>>,
    by_inn: HashMap<String, Vec<Held<CustomerFields>>>,
    persons: HashMap<Uuid, HeldContact>,
    referred: HashMap<String, Uuid>,
    named: HashMap<(CustomerId, String), Vec<Uuid>>,
    once: Once,
    /// New persons of this call.
    made: HashSet<(CustomerId, String)>,
}

impl Known {
    async fn read(
        tx: &TenantTx,
        permit: &Permit<SaveContacts>,
        rows: &[ContactRow],
        intent: Intent,
    ) -> Outcome<Self> {
        let hold = intent.hold();
        let texts = |get: fn(&ContactRow) -> Option<&String>| -> Vec<String> {
            rows.iter().filter_map(get).cloned().collect()
        };
        let references = texts(|row| row.customer.as_ref());
        let inns = texts(|row| row.inn.as_ref().filter(|_| row.customer.is_none()));
        let named = heirs_by_text(tx, permit, "external_reference", references, hold).await?;
        let taxed = heirs_by_text(tx, permit, "inn", inns, hold).await?;
        let reached = |keyed: &Keyed| {
            permit.reaches(keyed.held.fields.manager_id, Some(CustomerId(keyed.held.id)))
        };
        let customers = named.iter().chain(&taxed).filter(|keyed| reached(keyed));
        let customers: Vec<CustomerId> = customers.map(|keyed| CustomerId(keyed.held.id)).collect();
        let own = texts(|row| row.changes.external_reference.as_ref()?.as_ref());
        let mut known = Self {
            by_reference: HashMap::new(),
            by_inn: by_inn(permit, taxed),
            persons: HashMap::new(),
            referred: HashMap::new(),
            named: HashMap::new(),
            once: Once::default(),
            made: HashSet::new(),
        };
        for Keyed { asked, held } in named.into_iter().filter(reached) {
            known.by_reference.insert(asked, held);
        }
        for person in held_contacts(tx, permit, &customers, own, hold).await? {
            let id = person.held.id;
            if let Some(reference) = &person.held.fields.external_reference {
                known.referred.insert(reference.clone(), id);
            }
            if person.held.record.archived_at.is_none() {
                let place = (person.customer, key(&person.held.fields.name));
                known.named.entry(place).or_default().push(id);
            }
            known.persons.insert(id, person);
        }
        Ok(known)
    }

    fn customer(&self, row: &ContactRow) -> Result<&Held<CustomerFields>, Refusal> {
        let found = match (&row.customer, &row.inn) {
            (Some(reference), _) => self
                .by_reference
                .get(reference)
                .ok_or_else(|| unknown_name("customerReference", reference))?,
            (None, Some(inn)) => {
                let of_inn = self.by_inn.get(inn).map_or(&[][..], Vec::as_slice);
                let fits = |held: &&Held<CustomerFields>| {
                    row.kpp.is_none() || of_inn.len() == 1 || held.fields.kpp == row.kpp
                };
                let mut fitting = of_inn.iter().filter(fits);
                let first = fitting.next().ok_or_else(|| unknown_name("customerInn", inn))?;
                if fitting.next().is_some() {
                    return Err(several_customers());
                }
                first
            }
            (None, None) => return Err(without_customer()),
        };
        archived_after(&found.record, None, found.record.updated_at)
            .map_err(|refusal| refusal.at(["customerReference"]))?;
        Ok(found)
    }

    /// The person a row is about, if there is one.
    fn person(
        &self,
        customer: CustomerId,
        changes: &ContactChanges,
    ) -> Result<Option<&HeldContact>, Refusal> {
        let reference = changes.external_reference.as_ref().and_then(Option::as_ref);
        if let Some(id) = reference.and_then(|reference| self.referred.get(reference)) {
            let person = self.persons.get(id);
            return match person {
                Some(person) if person.customer != customer => Err(taken("externalReference")),
                person => Ok(person),
            };
        }
        let name = changes.name.as_deref().map(key).unwrap_or_default();
        let named = self.named.get(&(customer, name)).map_or(&[][..], Vec::as_slice);
        let named = named.iter().filter_map(|id| self.persons.get(id));
        // Whose reference is another one is another person of the same name.
        let named = named.filter(|person| {
            reference.is_none() || person.held.fields.external_reference.is_none()
        });
        match named.collect::<Vec<_>>().as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(*one)),
            _ => Err(several_persons()),
        }
    }

    fn draft(
        &mut self,
        tx: &TenantTx,
        permit: &Permit<SaveContacts>,
        row: &ContactRow,
    ) -> Result<Draft, Refusal> {
        let customer = self.customer(row)?;
        debug_assert!(permit.reaches(customer.fields.manager_id, Some(customer.id.into())));
        let customer = CustomerId(customer.id);
        let held = self.person(customer, &row.changes)?.cloned();
        if let Some(person) = &held {
            archived_after(&person.held.record, None, person.held.record.updated_at)?;
        }
        let blank = blank();
        let fields = held.as_ref().map_or(&blank, |person| &person.held.fields);
        let channels = held.as_ref().map_or(&[][..], |person| &person.channels);
        let wanted = merged(channels, &row.channels);
        let after = settled(tx, fields, channels, &row.changes, wanted.as_deref())
            .map_err(|refusal| at_channel(refusal, wanted.as_deref().unwrap_or_default()))?;
        let id = match &held {
            Some(person) => {
                self.once.take(person.held.id, "name")?;
                person.held.id
            }
            None => {
                let bare = after.0.external_reference.is_none();
                if bare && !self.made.insert((customer, key(&after.0.name))) {
                    return Err(named_before());
                }
                ContactId::new().0
            }
        };
        let before = held.map(|person| (person.held.fields, person.channels));
        Ok(Draft { id, customer, before, after })
    }
}

/// The channels after those of some kinds were given anew, each kind in its old place; nothing
/// where the row gives none.
fn merged(before: &[Channel], given: &[(ChannelKind, Vec<String>)]) -> Option<Vec<Channel>> {
    if given.is_empty() {
        return None;
    }
    let mut after = before.to_vec();
    for (kind, values) in given {
        let place = after.iter().position(|channel| channel.kind == *kind).unwrap_or(after.len());
        let new = values.iter().map(|value| {
            let is_old = |old: &&Channel| old.kind == *kind && old.value == value.trim();
            let comment = before.iter().find(is_old).and_then(|old| old.comment.clone());
            Channel { kind: *kind, value: value.clone(), comment }
        });
        let new: Vec<Channel> = new.collect();
        after.retain(|channel| channel.kind != *kind);
        let place = place.min(after.len());
        after.splice(place..place, new);
    }
    Some(after)
}

/// A refusal of the n-th channel stands at the column of its kind.
fn at_channel(refusal: Refusal, channels: &[Channel]) -> Refusal {
    let place = match refusal.field.as_deref() {
        Some([first, place, ..]) if first == "channels" => place.parse::<usize>().ok(),
        _ => None,
    };
    match place.and_then(|place| channels.get(place)).map(|channel| channel.kind) {
        Some(ChannelKind::Phone) => refusal.at(["phone"]),
        Some(ChannelKind::Email) => refusal.at(["email"]),
        Some(ChannelKind::Telegram) => refusal.at(["telegram"]),
        None => refusal,
    }
}

async fn write(tx: &TenantTx, permit: &Permit<SaveContacts>, drafts: Vec<Draft>) -> Outcome<()> {
    let (mut made, mut owners, mut changed) = (Vec::new(), Vec::new(), Vec::new());
    let (mut channels, mut customers) = (Vec::new(), Vec::new());
    for Draft { id, customer, before, after: (fields, after) } in drafts {
        let (was, had) = before.unzip();
        let action = if was.is_some() { "updateContactPerson" } else { "addContactPerson" };
        let mut noted = changes(was.as_ref(), &fields);
        if had.as_ref() != Some(&after) && !(had.is_none() && after.is_empty()) {
            noted["channels"] = json!({ "before": had, "after": after });
            channels.push((id, after));
            customers.push(customer);
        }
        Deed::new(action, "ContactPerson", id).audit(tx, noted);
        match was {
            None => {
                owners.push(customer.0);
                made.push((id, fields));
            }
            Some(_) => changed.push((id, fields)),
        }
    }
    insert_all_of(tx, permit, "contact_person", &made, ("customer_id", &owners)).await?;
    update_all(tx, permit, "contact_person", &changed).await?;
    replace_all_channels(tx, permit, &channels).await?;
    customers.sort_unstable();
    customers.dedup();
    note_contact_words(tx, permit, &customers).await
}

fn without_customer() -> Refusal {
    Refusal::new(
        RefusalCode::Required,
        "The row names no customer: give the external reference or the tax number.",
        "В строке не указан клиент: нужен его внешний ключ или ИНН.",
    )
    .at(["customerReference"])
}

fn several_customers() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "Several customers have this tax number: name the external reference.",
        "Этот ИНН у нескольких клиентов: укажите внешний ключ.",
    )
    .at(["customerInn"])
}

fn several_persons() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "Several people of this name work there: name the external reference.",
        "Людей с таким именем у клиента несколько: укажите внешний ключ.",
    )
    .at(["name"])
}

fn named_before() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "An earlier row is about the same person.",
        "Об этом же человеке говорит одна из предыдущих строк.",
    )
    .at(["name"])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(kind: ChannelKind, value: &str, comment: Option<&str>) -> Channel {
        Channel { kind, value: value.to_owned(), comment: comment.map(str::to_owned) }
    }

    #[test]
    fn channels_of_a_kind_are_given_anew_and_the_others_stay() {
        use ChannelKind::{Email, Phone, Telegram};
        let before = [
            channel(Phone, "111", Some("evening")),
            channel(Email, "a@b.ru", None),
            channel(Phone, "222", None),
        ];
        let given = |kind, values: &[&str]| {
            (kind, values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(merged(&before, &[]), None);
        let same = merged(&before[..2], &[given(Phone, &["111"])]).unwrap();
        assert_eq!(same, before[..2], "nothing new is nothing changed");
        let after = merged(&before, &[given(Phone, &["333", "111"]), given(Telegram, &["@ivan"])]);
        let expected = [
            channel(Phone, "333", None),
            channel(Phone, "111", Some("evening")),
            channel(Email, "a@b.ru", None),
            channel(Telegram, "@ivan", None),
        ];
        assert_eq!(after.unwrap(), expected);
    }
}
