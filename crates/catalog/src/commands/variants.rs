//! Making and changing variants of products.

use std::collections::HashSet;

use access::{Action, Permit};
use db::{Command, CommandError, Outcome, TenantTx};
use kernel::{ProductAttributeId, ProductId, ProductVariantId, Refusal, RefusalCode};
use serde_json::json;

use super::products::held as held_product;
use super::{Deed, archived_after, changes};
use crate::checks::{Checked, Checks, name, reference, same_version, sku};
use crate::records::{
    ProductAttribute, ProductFields, ProductVariantChanges, ProductVariantFields,
};
use crate::rules::{
    AttributeCard, GivenValue, MOST_ATTRIBUTES, MOST_VARIANTS, Valued, combination, combinations,
    derived_name, derived_sku,
};
use crate::store::{
    Held, NewVariant, attributes_of, existing, hold, insert_values, insert_variants, product_of,
    put_combinations, update, values_of,
};

/// Makes one variant. It has a value of each attribute of its product.
#[derive(Clone, Debug)]
pub struct CreateProductVariant {
    /// Of what.
    pub product: ProductId,
    /// Its fields; article number and name follow from the product's and the values where they
    /// are not given.
    pub fields: ProductVariantChanges,
    /// Its values.
    pub values: Vec<(ProductAttributeId, GivenValue)>,
}

#[async_trait::async_trait]
impl Command for CreateProductVariant {
    type Output = ProductVariantId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ProductVariantId> {
        let product = varied(tx, permit, self.product).await?;
        let cards = attribute_cards(tx, permit, self.product).await?;
        let values = fitted(&cards, &self.values)?;
        lacks_nothing(&cards, &values)?;
        let there = existing(tx, permit, self.product, &product.fields.sku).await?;
        let derived = ProductVariantFields {
            sku: derived_sku(&product.fields.sku, &values, &there.skus),
            name: derived_name(&product.fields.name, &values),
            external_reference: None,
        };
        let new = new_variant(self.product, self.fields.applied(&derived).checked()?, values);
        let (id, fields) = (new.id, new.fields.clone());
        insert_variants(tx, permit, &[new]).await?;
        let deed = Deed::new("createProductVariant", "ProductVariant", id);
        deed.audit(tx, changes(None, &fields));
        tell(tx, &deed, self.product);
        Ok(id)
    }
}

/// The values of one attribute that variants are made with; none are all that can be listed.
#[derive(Clone, Debug)]
pub struct Axis {
    /// The attribute.
    pub attribute: ProductAttributeId,
    /// The values.
    pub values: Vec<GivenValue>,
}

/// Makes a variant of each combination of values that the product has none of yet, at most 500 at
/// once. Attributes that are not named take all their values: the choices in use, yes and no.
#[derive(Clone, Debug)]
pub struct GenerateProductVariants {
    /// Of what.
    pub product: ProductId,
    /// Which values.
    pub axes: Vec<Axis>,
}

#[async_trait::async_trait]
impl Command for GenerateProductVariants {
    type Output = Vec<ProductVariantId>;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Vec<ProductVariantId>> {
        let product = varied(tx, permit, self.product).await?;
        let cards = attribute_cards(tx, permit, self.product).await?;
        let axes = axes(&cards, &self.axes)?;
        let mut there = existing(tx, permit, self.product, &product.fields.sku).await?;
        let mut made = Vec::new();
        for values in combinations(&axes)? {
            if !there.combinations.insert(combined(&values)) {
                continue;
            }
            let fields = ProductVariantFields {
                sku: derived_sku(&product.fields.sku, &values, &there.skus),
                name: derived_name(&product.fields.name, &values),
                external_reference: None,
            };
            there.skus.insert(fields.sku.clone());
            made.push(new_variant(self.product, fields.checked()?, values));
        }
        insert_variants(tx, permit, &made).await?;
        for new in &made {
            let deed = Deed::new("generateProductVariants", "ProductVariant", new.id);
            deed.audit(tx, changes(None, &new.fields));
        }
        let deed = Deed::new("generateProductVariants", "Product", self.product);
        deed.audit(tx, json!({ "variants": { "before": null, "after": made.len() } }));
        tell(tx, &deed, self.product);
        Ok(made.iter().map(|new| new.id).collect())
    }
}

/// Changes a variant, archives it or restores it. It keeps the values it was made with; those of
/// attributes that came later are added.
#[derive(Clone, Debug)]
pub struct UpdateProductVariant {
    /// Which one.
    pub id: ProductVariantId,
    /// The version it was read at.
    pub version: i32,
    /// What changes.
    pub fields: ProductVariantChanges,
    /// Values of attributes that it has none of.
    pub values: Vec<(ProductAttributeId, GivenValue)>,
    /// Whether it is to be archived or restored; `None` leaves that as it is.
    pub archived: Option<bool>,
}

#[async_trait::async_trait]
impl Command for UpdateProductVariant {
    type Output = ProductVariantId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ProductVariantId> {
        let product = product_of(tx, permit, self.id).await?.ok_or(CommandError::NotFound)?;
        // Before the variant: whoever makes variants holds the product as well.
        held_product(tx, permit, product).await?;
        let held: Option<Held<ProductVariantFields>> =
            hold(tx, permit, "product_variant", self.id.0).await?;
        let held = held.ok_or(CommandError::NotFound)?;
        same_version(held.record.version, self.version)?;
        let archived_at = archived_after(&held.record, self.archived, tx.now())?;
        let fields = self.fields.applied(&held.fields).checked()?;
        if !self.values.is_empty() {
            self.add_values(tx, permit, product).await?;
        }
        update(tx, permit, "product_variant", held.id, &fields, archived_at).await?;
        let deed = Deed::new("updateProductVariant", "ProductVariant", self.id);
        deed.audit(tx, changes(Some(&held.fields), &fields));
        tell(tx, &deed, product);
        Ok(self.id)
    }
}

impl UpdateProductVariant {
    async fn add_values(
        &self,
        tx: &TenantTx,
        permit: &Permit<Self>,
        product: ProductId,
    ) -> Outcome<()> {
        let cards = attribute_cards(tx, permit, product).await?;
        let added = fitted(&cards, &self.values)?;
        let own = values_of(tx, permit, self.id).await?;
        let had = |value: &Valued| own.iter().any(|one| one.attribute_id == value.attribute);
        if let Some(place) = added.iter().position(had) {
            let path = ["values".to_owned(), place.to_string(), "attributeId".to_owned()];
            return Err(value_stays().at(path).into());
        }
        if own.len() + added.len() > MOST_ATTRIBUTES {
            return Err(too_many_values().into());
        }
        let all = own.iter().map(|one| (one.attribute_id, one.key.as_str()));
        let new = added.iter().map(|value| (value.attribute, value.key.as_str()));
        let whole = combination(all.chain(new));
        put_combinations(tx, permit, &[(self.id, whole)]).await?;
        insert_values(tx, permit, &[(product, self.id, added)]).await
    }
}

impl Checks for ProductVariantFields {
    fn checked(&self) -> Checked<Self> {
        Ok(Self {
            sku: sku(&self.sku)?,
            name: name(&self.name)?,
            external_reference: reference(self.external_reference.as_deref())?,
        })
    }
}

pub(super) fn combined(values: &[Valued]) -> String {
    combination(values.iter().map(|value| (value.attribute, value.key.as_str())))
}

pub(super) fn new_variant(
    product: ProductId,
    fields: ProductVariantFields,
    values: Vec<Valued>,
) -> NewVariant {
    let combination = combined(&values);
    NewVariant { id: ProductVariantId::new(), product, fields, combination, values }
}

/// The product under its lock, in use and with variants.
async fn varied<A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ProductId,
) -> Outcome<Held<ProductFields>> {
    let held = held_product(tx, permit, id).await?;
    archived_after(&held.record, None, tx.now())?;
    if held.fields.has_variants {
        Ok(held)
    } else {
        Err(without_variants().at(["productId"]).into())
    }
}

pub(super) fn without_variants() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "The product has no variants: set hasVariants first.",
        "Товар не ведётся по характеристикам: сначала включите hasVariants.",
    )
}

async fn attribute_cards<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    product: ProductId,
) -> Outcome<Vec<AttributeCard>> {
    let found = attributes_of(tx, permit, &[product]).await?.remove(&product).unwrap_or_default();
    if found.len() > MOST_ATTRIBUTES {
        return Err(too_many_values().into());
    }
    Ok(found.iter().map(ProductAttribute::card).collect())
}

/// Values that fit their attributes, each attribute once, in the order names show them.
fn fitted(
    cards: &[AttributeCard],
    given: &[(ProductAttributeId, GivenValue)],
) -> Result<Vec<Valued>, Refusal> {
    let mut met = HashSet::new();
    let mut values = Vec::with_capacity(given.len());
    for (place, (id, value)) in given.iter().enumerate() {
        let path = |field: &str| ["values".to_owned(), place.to_string(), field.to_owned()];
        let card = cards.iter().position(|card| card.id == *id);
        let card = card.ok_or_else(|| no_attribute().at(path("attributeId")))?;
        if !met.insert(*id) {
            return Err(named_twice().at(path("attributeId")));
        }
        values.push((card, cards[card].fit(value).map_err(|refusal| refusal.at(path("value")))?));
    }
    values.sort_by_key(|(order, _)| *order);
    Ok(values.into_iter().map(|(_, value)| value).collect())
}

fn lacks_nothing(cards: &[AttributeCard], values: &[Valued]) -> Result<(), Refusal> {
    if cards.is_empty() {
        return Err(without_attributes().at(["values"]));
    }
    match lacking(cards, values) {
        None => Ok(()),
        Some(card) => Err(lacks_value(card).at(["values"])),
    }
}

/// The first attribute of which there is no value.
pub(super) fn lacking<'a>(
    cards: &'a [AttributeCard],
    values: &[Valued],
) -> Option<&'a AttributeCard> {
    cards.iter().find(|card| values.iter().all(|value| value.attribute != card.id))
}

pub(super) fn without_attributes() -> Refusal {
    Refusal::new(
        RefusalCode::Required,
        "Nothing tells variants of this product apart: make an attribute first.",
        "Характеристикам этого товара не по чему различаться: сначала создайте свойство.",
    )
}

pub(super) fn lacks_value(card: &AttributeCard) -> Refusal {
    Refusal::new(
        RefusalCode::Required,
        format!("A value of {} is missing.", card.name),
        format!("Не указано значение «{}».", card.name),
    )
}

/// The values of every attribute: those asked for, else all that can be listed.
fn axes(cards: &[AttributeCard], asked: &[Axis]) -> Result<Vec<Vec<Valued>>, Refusal> {
    if let Some(place) =
        asked.iter().position(|axis| cards.iter().all(|card| card.id != axis.attribute))
    {
        let path = ["axes".to_owned(), place.to_string(), "attributeId".to_owned()];
        return Err(no_attribute().at(path));
    }
    let mut all = Vec::with_capacity(cards.len());
    for card in cards {
        let mut given = Vec::new();
        let named = asked.iter().filter(|axis| axis.attribute == card.id);
        named.for_each(|axis| given.extend(axis.values.iter().cloned()));
        if given.is_empty() {
            given = card.all_values().unwrap_or_default();
        }
        if given.len() > MOST_VARIANTS {
            return Err(too_many_values());
        }
        let mut met = HashSet::new();
        let fit = |value: &GivenValue| card.fit(value).map_err(|refusal| refusal.at(["axes"]));
        let values = given.iter().map(fit).collect::<Result<Vec<_>, _>>()?;
        let values: Vec<_> =
            values.into_iter().filter(|value| met.insert(value.key.clone())).collect();
        if values.is_empty() {
            return Err(Refusal::new(
                RefusalCode::Required,
                format!("Name the values of {}.", card.name),
                format!("Укажите значения «{}».", card.name),
            )
            .at(["axes"]));
        }
        all.push(values);
    }
    if all.is_empty() {
        lacks_nothing(cards, &[])?;
    }
    Ok(all)
}

fn tell(tx: &TenantTx, deed: &Deed, product: ProductId) {
    let mut event = deed.event();
    event.products.push(product.into());
    tx.emit(event);
}

pub(super) fn no_attribute() -> Refusal {
    Refusal::new(
        RefusalCode::UnknownReference,
        "The product has no such attribute, or it is archived.",
        "У товара нет такого свойства, или оно в архиве.",
    )
}

fn named_twice() -> Refusal {
    let (en, ru) = ("The attribute is named twice.", "Свойство указано дважды.");
    Refusal::new(RefusalCode::Invalid, en, ru)
}

pub(super) fn value_stays() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "A variant keeps its values: archive it and make another.",
        "Значения характеристики не меняются: уберите её в архив и создайте новую.",
    )
}

pub(super) fn too_many_values() -> Refusal {
    Refusal::new(
        RefusalCode::TooMany,
        format!("At most {MOST_ATTRIBUTES} attributes tell variants apart."),
        format!("Характеристики различаются не больше чем по {MOST_ATTRIBUTES} свойствам."),
    )
    .at(["values"])
}
