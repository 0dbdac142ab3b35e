//! Fields that the tenant added, by the row: under the rules of single commands, in a constant
//! number of statements.

use std::collections::{BTreeSet, HashMap};

use access::Permit;
use db::{Outcome, TenantTx};
use kernel::{Refusal, RefusalCode, Uuid};
use serde_json::{Map, Value};

use super::unknown_name;
use crate::commands::Entry;
use crate::commands::custom_values::{missing, noted, required, writable};
use crate::custom::{Customizable, NOTED_AS, seen_by_target};
use crate::naming::key;
use crate::records::CustomField;
use crate::rules::{FieldKind, Given, Target, settle};
use crate::store::{HeldTexts, Worded, held_by, hold_fields, put_all_held, words_of};

/// What rows may say of the fields that the tenant added.
pub(super) struct Customs {
    fields: Vec<CustomField>,
    before: HashMap<Uuid, HeldTexts>,
    /// The records that texts name, those within the caller's sight; nothing where several do.
    pointed: HashMap<(Target, String), Option<Uuid>>,
}

/// What a record is to hold in such fields, where that differs from what it holds.
pub(super) struct Filling {
    held: HeldTexts,
    noted: Map<String, Value>,
}

/// What is noted of a record, with what changes in its custom fields.
pub(super) fn noted_with(mut changes: Value, custom: Option<&Filling>) -> Value {
    if let (Value::Object(changes), Some(custom)) = (&mut changes, custom) {
        changes.extend(custom.noted.clone());
    }
    changes
}

impl Customs {
    /// Reads what rows need that say something: the record that each changes, and what it says.
    /// Where none does, one statement asks what a new record must hold.
    pub(super) async fn read<S: Customizable, A>(
        tx: &TenantTx,
        permit: &Permit<A>,
        rows: Vec<(Option<Uuid>, &[Entry])>,
    ) -> Outcome<Self> {
        let (mut keys, mut records, mut entries) = (BTreeSet::new(), Vec::new(), Vec::new());
        for (record, said) in rows {
            keys.extend(said.iter().map(|entry| entry.key.clone()));
            records.extend(record);
            entries.extend(said);
        }
        let keys: Vec<String> = keys.into_iter().collect();
        let fields = hold_fields(tx, permit, S::KIND, &keys, true).await?;
        let before = match records.is_empty() {
            true => HashMap::new(),
            false => held_by(tx, permit, &records).await?,
        };
        let pointed = pointed(tx, permit, &fields, &entries).await?;
        Ok(Self { fields, before, pointed })
    }

    /// What a row's record is to hold; a record that is not there yet holds what is required.
    pub(super) fn fill<A>(
        &self,
        permit: &Permit<A>,
        record: Option<Uuid>,
        said: &[Entry],
    ) -> Result<Option<Filling>, Refusal> {
        if said.is_empty() && (record.is_some() || self.fields.is_empty()) {
            return Ok(None);
        }
        let before = record.and_then(|id| self.before.get(&id)).cloned().unwrap_or_default();
        let mut after = before.clone();
        for entry in said {
            let at = |refusal: Refusal| refusal.at([format!("{NOTED_AS}{}", entry.key)]);
            let field = writable(permit, &self.fields, &entry.key).map_err(at)?;
            let Some(given) = &entry.value else { continue };
            let was = before.get(&entry.key).map(String::as_str);
            let meant = self.meant(field, given).map_err(at)?;
            let text = settle(field.fields.form(), &meant, was).map_err(at)?;
            after.insert(entry.key.clone(), text);
        }
        if record.is_none()
            && let Some(field) = missing(permit, &self.fields, &after)
        {
            return Err(required(field).at([format!("{NOTED_AS}{}", field.fields.key)]));
        }
        let noted = noted(&before, &after);
        Ok((after != before).then_some(Filling { held: after, noted }))
    }

    /// What a text of a file stands for: a choice by its key or name, a record by what people
    /// call it.
    fn meant(&self, field: &CustomField, given: &Given) -> Result<Given, Refusal> {
        let Given::Text(text) = given else { return Ok(given.clone()) };
        match (field.fields.kind, field.fields.target) {
            (FieldKind::Choice, _) => Ok(Given::Choice(choice(field, text))),
            (FieldKind::Reference, Some(target)) => {
                match self.pointed.get(&(target, text.clone())) {
                    Some(Some(id)) => {
                        let type_name = target.type_name().to_owned();
                        Ok(Given::Reference { type_name, id: *id })
                    }
                    Some(None) => Err(several(text)),
                    None => Err(unknown_name("", text)),
                }
            }
            _ => Ok(given.clone()),
        }
    }
}

/// The key of the choice that a text names: those in use before archived ones.
fn choice(field: &CustomField, text: &str) -> String {
    let choices = &field.fields.choices.0;
    let by_key = choices.iter().find(|choice| choice.key == text);
    let named = |archived: bool| {
        let alike = choices.iter().filter(move |choice| choice.is_archived == archived);
        alike.into_iter().find(|choice| key(&choice.name) == key(text))
    };
    let found = by_key.or_else(|| named(false)).or_else(|| named(true));
    found.map_or_else(|| text.to_owned(), |choice| choice.key.clone())
}

/// Finds the records that texts point at: one or two statements for each kind of them.
async fn pointed<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    fields: &[CustomField],
    entries: &[&Entry],
) -> Outcome<HashMap<(Target, String), Option<Uuid>>> {
    let mut asked: HashMap<Target, BTreeSet<String>> = HashMap::new();
    for entry in entries {
        let field = fields.iter().find(|field| field.fields.key == entry.key);
        let target = field.and_then(|field| field.fields.target);
        if let (Some(target), Some(Given::Text(text))) = (target, &entry.value) {
            asked.entry(target).or_default().insert(text.clone());
        }
    }
    let mut found = HashMap::new();
    for (target, words) in asked {
        let worded = words_of(tx, permit.scope(), target, words.into_iter().collect()).await?;
        let ids: Vec<(Target, Uuid)> = worded.iter().map(|one| (target, one.id)).collect();
        let seen = seen_by_target(tx, permit, &ids).await?;
        let worded = worded.into_iter().filter(|one| seen.contains_key(&(target, one.id)));
        found.extend(settled(worded.collect()).into_iter().map(|(word, id)| ((target, word), id)));
    }
    Ok(found)
}

/// Of several records that answer to a word those count that are known by it best.
fn settled(mut worded: Vec<Worded>) -> HashMap<String, Option<Uuid>> {
    worded.sort_by(|one, other| {
        (&one.word, one.rank, one.id).cmp(&(&other.word, other.rank, other.id))
    });
    worded.dedup_by_key(|one| (one.word.clone(), one.id));
    let mut found: HashMap<String, (i32, Option<Uuid>)> = HashMap::new();
    for Worded { word, id, rank } in worded {
        match found.get_mut(&word) {
            None => drop(found.insert(word, (rank, Some(id)))),
            Some(best) if best.0 == rank => best.1 = None,
            Some(_) => {}
        }
    }
    found.into_iter().map(|(word, (_, id))| (word, id)).collect()
}

/// Writes what records hold that are locked or new: one statement.
pub(super) async fn write_fillings<S: Customizable, A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    fillings: Vec<(Uuid, Filling)>,
) -> Outcome<()> {
    let held: Vec<(Uuid, HeldTexts)> =
        fillings.into_iter().map(|(id, filling)| (id, filling.held)).collect();
    put_all_held(tx, permit, S::KIND, &held).await
}

fn several(name: &str) -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        format!("Several records are called “{name}”: name the external reference."),
        format!("Записей с названием «{name}» несколько: укажите внешний ключ."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::CustomFieldFields;
    use crate::rules::{Choice, Choices};

    #[test]
    fn a_word_means_the_record_that_is_known_by_it_best() {
        let ids: Vec<Uuid> = (0..3).map(|_| Uuid::new_v4()).collect();
        let worded =
            |word: &str, id: usize, rank: i32| Worded { word: word.to_owned(), id: ids[id], rank };
        let found = settled(vec![
            worded("a", 1, 3),
            worded("a", 0, 1),
            worded("b", 0, 3),
            worded("b", 1, 3),
            worded("c", 2, 3),
            worded("c", 2, 2),
        ]);
        assert_eq!(found["a"], Some(ids[0]), "a reference goes before a name");
        assert_eq!(found["b"], None, "two of one name");
        assert_eq!(found["c"], Some(ids[2]), "one record known by two of its words");
    }

    #[test]
    fn a_choice_is_named_by_key_or_by_name() {
        let choice_of = |key: &str, name: &str, is_archived: bool| Choice {
            key: key.into(),
            name: name.into(),
            is_archived,
        };
        let fields = CustomFieldFields {
            kind: FieldKind::Choice,
            choices: Choices(vec![
                choice_of("old", "Чёрный", true),
                choice_of("new", "Черный", false),
                choice_of("gone", "Белый", true),
            ]),
            ..CustomFieldFields::blank()
        };
        let now = kernel::DateTime::<kernel::Utc>::UNIX_EPOCH;
        let record = crate::records::Record {
            version: 1,
            created_at: now,
            updated_at: now,
            created_by: None,
            archived_at: None,
        };
        let field = CustomField { id: Uuid::nil().into(), fields, record };
        for (text, expected) in
            [("old", "old"), ("ЧЕРНЫЙ", "new"), ("белый", "gone"), ("red", "red")]
        {
            assert_eq!(choice(&field, text), expected, "{text}");
        }
    }
}
