//! What variants differ by.

use std::collections::{HashMap, HashSet};

use access::Permit;
use db::{Command, CommandError, Outcome, TenantTx};
use kernel::{AttributeChoiceId, ProductAttributeId, Refusal, RefusalCode, Uuid};
use serde::Serialize;

use super::products::held as held_product;
use super::{Deed, archived_after, changes};
use crate::checks::{Checked, Checks, name, reference, same_version, unit_of};
use crate::records::{
    AttributeOwner, ProductAttributeChanges, ProductAttributeFields, ProductGroupFields,
};
use crate::rules::{AttributeChoice, AttributeKind, MOST_ATTRIBUTES, MOST_CHARACTERS, clean};
use crate::store::{
    Held, NewChoice, attributes, count_attributes, hold, insert, put_choices, update,
};

/// Choices of one attribute at most, archived ones left out.
const MOST_CHOICES: usize = 200;

/// One of an attribute's values as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceDraft {
    /// The choice it changes; `None` is a new one, or an archived one of the same text.
    pub id: Option<AttributeChoiceId>,
    /// As people call it.
    pub value: String,
}

/// Makes an attribute of a product, or of a group's products.
#[derive(Clone, Debug)]
pub struct CreateProductAttribute {
    /// Whose.
    pub owner: AttributeOwner,
    /// What kind of values it has.
    pub kind: AttributeKind,
    /// Its fields; those not given are empty.
    pub fields: ProductAttributeChanges,
    /// The values of a choice, in their order.
    pub choices: Vec<ChoiceDraft>,
}

#[async_trait::async_trait]
impl Command for CreateProductAttribute {
    type Output = ProductAttributeId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ProductAttributeId> {
        let (column, owner): (_, Uuid) = match self.owner {
            AttributeOwner::Product(id) => {
                archived_after(&held_product(tx, permit, id).await?.record, None, tx.now())?;
                ("product_id", id.into())
            }
            AttributeOwner::Group(id) => {
                let held: Option<Held<ProductGroupFields>> =
                    hold(tx, permit, "product_group", id.0).await?;
                let held = held.ok_or(CommandError::NotFound)?;
                archived_after(&held.record, None, tx.now())?;
                ("group_id", id.into())
            }
        };
        if count_attributes(tx, permit, (column, owner)).await? >= MOST_ATTRIBUTES {
            return Err(too_many(MOST_ATTRIBUTES, "attributes").into());
        }
        let blank = ProductAttributeFields {
            name: String::new(),
            unit: None,
            place: 0,
            external_reference: None,
        };
        let fields = self.fields.applied(&blank).checked()?;
        unit_of_numbers(self.kind, &fields)?;
        let choices = written(self.kind, &self.choices, &[])?;
        let id = ProductAttributeId::new();
        let fixed = [(column, owner.into()), ("kind", self.kind.as_str().into())];
        insert(tx, permit, "product_attribute", id.0, &fields, &fixed).await?;
        put_choices(tx, permit, id, &choices).await?;
        let deed = Deed::new("createProductAttribute", "ProductAttribute", id);
        deed.audit(tx, changes(None, &Noted::of(&fields, &choices)));
        tx.emit(deed.event());
        Ok(id)
    }
}

/// Changes an attribute, archives it or restores it. Variants keep the names they were made with.
#[derive(Clone, Debug)]
pub struct UpdateProductAttribute {
    /// Which one.
    pub id: ProductAttributeId,
    /// The version it was read at.
    pub version: i32,
    /// What changes.
    pub fields: ProductAttributeChanges,
    /// All its choices from now on; those left out are archived and stay with the variants that
    /// have them.
    pub choices: Option<Vec<ChoiceDraft>>,
    /// Whether it is to be archived or restored; `None` leaves that as it is.
    pub archived: Option<bool>,
}

#[async_trait::async_trait]
impl Command for UpdateProductAttribute {
    type Output = ProductAttributeId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ProductAttributeId> {
        let held: Option<Held<ProductAttributeFields>> =
            hold(tx, permit, "product_attribute", self.id.0).await?;
        let held = held.ok_or(CommandError::NotFound)?;
        same_version(held.record.version, self.version)?;
        let archived_at = archived_after(&held.record, self.archived, tx.now())?;
        let fields = self.fields.applied(&held.fields).checked()?;
        let own = attributes(tx, permit, &[self.id]).await?.remove(&self.id);
        let own = own.ok_or(CommandError::NotFound)?;
        unit_of_numbers(own.kind, &fields)?;
        let before = Noted::of_choices(&held.fields, &own.choices);
        let choices = match &self.choices {
            Some(drafts) => {
                let choices = written(own.kind, drafts, &own.choices)?;
                put_choices(tx, permit, self.id, &choices).await?;
                Some(choices)
            }
            None => None,
        };
        update(tx, permit, "product_attribute", held.id, &fields, archived_at).await?;
        let after = match &choices {
            Some(choices) => Noted::of(&fields, choices),
            None => Noted::of_choices(&fields, &own.choices),
        };
        let deed = Deed::new("updateProductAttribute", "ProductAttribute", self.id);
        deed.audit(tx, changes(Some(&before), &after));
        tx.emit(deed.event());
        Ok(self.id)
    }
}

impl Checks for ProductAttributeFields {
    fn checked(&self) -> Checked<Self> {
        Ok(Self {
            name: name(&self.name)?,
            unit: unit_of(self.unit.as_deref())?,
            place: self.place,
            external_reference: reference(self.external_reference.as_deref())?,
        })
    }
}

/// The fields with the choices, as the trail keeps them.
#[derive(Serialize)]
struct Noted<'a> {
    #[serde(flatten)]
    fields: &'a ProductAttributeFields,
    choices: Vec<&'a str>,
}

impl<'a> Noted<'a> {
    fn of(fields: &'a ProductAttributeFields, choices: &'a [NewChoice]) -> Self {
        Self { fields, choices: choices.iter().map(|choice| choice.value.as_str()).collect() }
    }

    fn of_choices(fields: &'a ProductAttributeFields, choices: &'a [AttributeChoice]) -> Self {
        let live = choices.iter().filter(|choice| !choice.archived);
        Self { fields, choices: live.map(|choice| choice.value.as_str()).collect() }
    }
}

fn unit_of_numbers(kind: AttributeKind, fields: &ProductAttributeFields) -> Checked<()> {
    if kind == AttributeKind::Number || fields.unit.is_none() {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::Invalid,
        "Only numbers have a unit.",
        "Единица измерения бывает только у чисел.",
    )
    .at(["unit"]))
}

/// The choices as they are written: each text once, those that were there before under their ids.
fn written(
    kind: AttributeKind,
    drafts: &[ChoiceDraft],
    own: &[AttributeChoice],
) -> Checked<Vec<NewChoice>> {
    if kind != AttributeKind::Choice && !drafts.is_empty() {
        return Err(Refusal::new(
            RefusalCode::Invalid,
            "Only an attribute of the kind CHOICE has a list of values.",
            "Список значений бывает только у вида CHOICE.",
        )
        .at(["choices"]));
    }
    if drafts.len() > MOST_CHOICES {
        return Err(too_many(MOST_CHOICES, "choices"));
    }
    let by_value: HashMap<&str, AttributeChoiceId> =
        own.iter().map(|choice| (choice.value.as_str(), choice.id)).collect();
    let (mut ids, mut values) = (HashSet::new(), HashSet::new());
    let mut choices = Vec::with_capacity(drafts.len());
    for (place, draft) in drafts.iter().enumerate() {
        let at_value = ["choices".to_owned(), place.to_string(), "value".to_owned()];
        let value = clean(&draft.value, MOST_CHARACTERS)
            .map_err(|error| Refusal::from(error).at(at_value.clone()))?;
        let id = match draft.id {
            Some(id) if own.iter().all(|choice| choice.id != id) => return Err(no_choice(place)),
            Some(id) => id,
            None => by_value.get(value.as_str()).copied().unwrap_or_else(AttributeChoiceId::new),
        };
        if !values.insert(value.to_lowercase()) || !ids.insert(id) {
            return Err(Refusal::new(
                RefusalCode::Taken,
                "This value is named twice.",
                "Это значение указано дважды.",
            )
            .at(at_value));
        }
        let place = i32::try_from(place).unwrap_or(i32::MAX);
        choices.push(NewChoice { id, value, place });
    }
    Ok(choices)
}

fn no_choice(place: usize) -> Refusal {
    Refusal::new(
        RefusalCode::UnknownReference,
        "The attribute has no such choice.",
        "У свойства нет такого значения.",
    )
    .at(["choices".to_owned(), place.to_string(), "id".to_owned()])
}

fn too_many(most: usize, field: &str) -> Refusal {
    Refusal::new(
        RefusalCode::TooMany,
        format!("At most {most} of them."),
        format!("Не больше {most}."),
    )
    .at([field])
}
