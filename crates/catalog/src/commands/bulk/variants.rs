//! Variants of products by the row: one column an attribute.

use std::collections::{HashMap, HashSet};

use access::{Action, Permit, Right};
use db::{Outcome, TenantTx};
use kernel::{Decimal, ProductAttributeId, ProductId, ProductVariantId, Refusal, RefusalCode};

use super::{Intent, Once, Saved, taken};
use crate::checks::Checks;
use crate::commands::variants::{
    combined, lacking, lacks_value, new_variant, no_attribute, too_many_values, value_stays,
    without_attributes, without_variants,
};
use crate::commands::{Deed, archived_after, changes};
use crate::naming::{Named, ProductNames, key};
use crate::records::{ProductAttribute, ProductVariantChanges, ProductVariantFields};
use crate::rules::{
    AttributeCard, AttributeKind, GivenValue, MOST_ATTRIBUTES, Valued, combination, derived_name,
    derived_sku,
};
use crate::store::{
    AskedVariants, HeldVariant, NewValues, NewVariant, attributes_of, held_variants, insert_values,
    insert_variants, keys_of, lock_bulk, put_combinations, skus_like, update_all, varied_products,
};

/// How an attribute's column is named in mappings, before the attribute's name.
pub const ATTRIBUTE: &str = "attributes.";

/// A cell read in each way that an attribute may need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeCell {
    /// The attribute's name.
    pub attribute: String,
    /// As text.
    pub text: String,
    /// As a number, where it is one.
    pub number: Option<Decimal>,
    /// As yes or no, where it is that.
    pub flag: Option<bool>,
}

/// One row: what it says of a variant.
#[derive(Clone, Debug, Default)]
pub struct VariantRow {
    /// Its number, as whoever brought it counts.
    pub place: u64,
    /// The product.
    pub product: Named,
    /// Its fields; the variant is found by the external reference, else by its article number,
    /// else by its values. A new one's article number and name follow from the product's and the
    /// values where they are not given.
    pub changes: ProductVariantChanges,
    /// Its values.
    pub values: Vec<AttributeCell>,
}

/// Makes and changes variants of products that have some.
#[derive(Clone, Copy, Debug)]
pub struct SaveVariants;

impl Action for SaveVariants {
    const RIGHT: Right = Right::ProductWrite;
}

/// A row whose values fit its product.
struct Fitted<'r> {
    row: &'r VariantRow,
    product: ProductId,
    /// In the order names show them.
    values: Vec<Valued>,
}

/// What is to be written of one variant.
enum Draft {
    New(NewVariant),
    Old {
        before: ProductVariantFields,
        after: ProductVariantFields,
        id: ProductVariantId,
        added: Option<Added>,
    },
}

/// Values of attributes that a variant had none of.
struct Added {
    product: ProductId,
    values: Vec<Valued>,
    combination: String,
}

impl SaveVariants {
    /// Writes the rows that can be written and tells of the others.
    ///
    /// # Errors
    /// As [`super::SaveProducts::run`].
    pub async fn run(
        tx: &TenantTx,
        permit: &Permit<Self>,
        rows: Vec<VariantRow>,
        intent: Intent,
    ) -> Outcome<Saved> {
        if intent == Intent::Write {
            lock_bulk(tx, permit, "product_variant").await?;
        }
        let mut saved = Saved::default();
        let goods = Goods::read(tx, permit, &rows, intent).await?;
        let mut fitted = Vec::with_capacity(rows.len());
        for row in &rows {
            match goods.fit(row) {
                Ok(fit) => fitted.push(fit),
                Err(refusal) => saved.refuse(row.place, refusal),
            }
        }
        let mut known = Known::read(tx, permit, &goods, &fitted, intent).await?;
        let mut drafts = Vec::with_capacity(fitted.len());
        for fit in fitted {
            let place = fit.row.place;
            match known.draft(&goods, fit) {
                Ok(draft) => drafts.push(draft),
                Err(refusal) => saved.refuse(place, refusal),
            }
        }
        for draft in &drafts {
            match draft {
                Draft::New(_) => saved.created += 1,
                Draft::Old { before, after, added, .. } if before != after || added.is_some() => {
                    saved.updated += 1;
                }
                Draft::Old { .. } => saved.unchanged += 1,
            }
        }
        if intent == Intent::Write {
            write(tx, permit, drafts).await?;
        }
        Ok(saved)
    }
}

/// The products that rows name, with what tells their variants apart.
struct Goods {
    names: ProductNames,
    varied: HashSet<ProductId>,
    attributes: HashMap<ProductId, Vec<AttributeCard>>,
}

impl Goods {
    async fn read(
        tx: &TenantTx,
        permit: &Permit<SaveVariants>,
        rows: &[VariantRow],
        intent: Intent,
    ) -> Outcome<Self> {
        let named: Vec<&Named> = rows.iter().map(|row| &row.product).collect();
        let names = ProductNames::read(tx, permit, &named).await?;
        let products: Vec<ProductId> = names.cards().map(|card| card.id).collect();
        let varied = varied_products(tx, permit, &products, intent.hold()).await?;
        let ids: Vec<ProductId> = varied.iter().copied().collect();
        let found = attributes_of(tx, permit, &ids).await?;
        let cards = |list: Vec<ProductAttribute>| list.iter().map(ProductAttribute::card).collect();
        let attributes = found.into_iter().map(|(product, list)| (product, cards(list))).collect();
        Ok(Self { names, varied, attributes })
    }

    fn cards(&self, product: ProductId) -> &[AttributeCard] {
        self.attributes.get(&product).map_or(&[], Vec::as_slice)
    }

    fn fit<'r>(&self, row: &'r VariantRow) -> Result<Fitted<'r>, Refusal> {
        let product = self.names.find(&row.product)?;
        if !self.varied.contains(&product.id) {
            return Err(without_variants().at(["sku"]));
        }
        let cards = self.cards(product.id);
        if cards.len() > MOST_ATTRIBUTES {
            return Err(too_many_values().at(["sku"]));
        }
        let mut values = Vec::with_capacity(row.values.len());
        for cell in &row.values {
            let at = |refusal: Refusal| refusal.at([format!("{ATTRIBUTE}{}", cell.attribute)]);
            let order = cards.iter().position(|card| key(&card.name) == key(&cell.attribute));
            let order = order.ok_or_else(|| at(no_attribute()))?;
            let card = &cards[order];
            values.push((order, meant(card, cell).and_then(|given| card.fit(&given)).map_err(at)?));
        }
        values.sort_by_key(|(order, _)| *order);
        let values = values.into_iter().map(|(_, value)| value).collect();
        Ok(Fitted { row, product: product.id, values })
    }
}

/// What a cell says of an attribute.
fn meant(card: &AttributeCard, cell: &AttributeCell) -> Result<GivenValue, Refusal> {
    let wrong = |en: &str, ru: &str| {
        Refusal::new(
            RefusalCode::Invalid,
            format!("“{}” is no {en}.", cell.text),
            format!("«{}» — не {ru}.", cell.text),
        )
    };
    match card.kind {
        AttributeKind::Text => Ok(GivenValue::Text(cell.text.clone())),
        AttributeKind::Number => {
            cell.number.map(GivenValue::Number).ok_or_else(|| wrong("number", "число"))
        }
        AttributeKind::Boolean => {
            cell.flag.map(GivenValue::Flag).ok_or_else(|| wrong("yes or no", "«да» или «нет»"))
        }
        AttributeKind::Choice => {
            let live = card.choices.iter().filter(|choice| !choice.archived);
            let found = live.into_iter().find(|choice| key(&choice.value) == key(&cell.text));
            found.map(|choice| GivenValue::Choice(choice.id)).ok_or_else(|| {
                wrong(
                    &format!("choice of {}", card.name),
                    &format!("значение из списка «{}»", card.name),
                )
            })
        }
    }
}

/// The variants that rows may be about.
struct Known {
    by_reference: HashMap<String, HeldVariant>,
    by_sku: HashMap<String, HeldVariant>,
    by_values: HashMap<(ProductId, String), HeldVariant>,
    keys: HashMap<ProductVariantId, HashMap<ProductAttributeId, String>>,
    /// Article numbers that no derived one may be.
    skus: HashSet<String>,
    /// What new variants of this call are made of.
    made: HashSet<(ProductId, String)>,
    once: Once,
}

impl Known {
    async fn read(
        tx: &TenantTx,
        permit: &Permit<SaveVariants>,
        goods: &Goods,
        fitted: &[Fitted<'_>],
        intent: Intent,
    ) -> Outcome<Self> {
        let mut asked = AskedVariants::default();
        let (mut beginnings, mut skus) = (HashSet::new(), HashSet::new());
        for Fitted { row, product, values } in fitted {
            asked.references.extend(row.changes.external_reference.clone().flatten());
            asked.products.push(*product);
            asked.combinations.push(combined(values));
            match (&row.changes.sku, goods.names.find(&row.product)) {
                (Some(sku), _) => {
                    asked.skus.push(sku.clone());
                    skus.insert(sku.clone());
                }
                (None, Ok(card)) => drop(beginnings.insert(card.sku.clone())),
                (None, Err(_)) => {}
            }
        }
        let held = held_variants(tx, permit, asked, intent.hold()).await?;
        let ids: Vec<ProductVariantId> = held.iter().map(|one| one.held.id.into()).collect();
        let keys = keys_of(tx, permit, &ids).await?;
        skus.extend(skus_like(tx, permit, beginnings.into_iter().collect()).await?);
        let (mut by_reference, mut by_sku) = (HashMap::new(), HashMap::new());
        let mut by_values = HashMap::new();
        for one in held {
            if let Some(reference) = one.held.fields.external_reference.clone() {
                by_reference.insert(reference, one.clone());
            }
            by_sku.insert(one.held.fields.sku.clone(), one.clone());
            by_values.insert((one.product_id, one.combination.clone()), one);
        }
        let (made, once) = (HashSet::new(), Once::default());
        Ok(Self { by_reference, by_sku, by_values, keys, skus, made, once })
    }

    /// The variant that a row is about, if there is one.
    fn find(&self, fit: &Fitted<'_>) -> Result<Option<&HeldVariant>, Refusal> {
        let reference = fit.row.changes.external_reference.as_ref().and_then(Option::as_ref);
        let named = reference.and_then(|reference| self.by_reference.get(reference));
        let coded = fit.row.changes.sku.as_ref().and_then(|sku| self.by_sku.get(sku));
        let found = match (named, coded) {
            (Some(named), Some(coded)) if named.held.id != coded.held.id => {
                return Err(taken("variantSku"));
            }
            (Some(named), _) => Some(named),
            (None, Some(coded)) => Some(coded),
            (None, None) => self.by_values.get(&(fit.product, combined(&fit.values))),
        };
        let Some(found) = found else { return Ok(None) };
        if found.product_id != fit.product {
            return Err(taken("variantSku"));
        }
        // Its reference is another one: two systems call different goods by one number.
        let own = found.held.fields.external_reference.as_ref();
        if named.is_none() && reference.is_some() && own.is_some() {
            return Err(taken("externalReference"));
        }
        Ok(Some(found))
    }

    fn draft(&mut self, goods: &Goods, fit: Fitted<'_>) -> Result<Draft, Refusal> {
        match self.find(&fit)?.cloned() {
            Some(found) => self.old(found, fit),
            None => self.new_one(goods, fit),
        }
    }

    fn old(&mut self, found: HeldVariant, fit: Fitted<'_>) -> Result<Draft, Refusal> {
        let HeldVariant { held, product_id: product, .. } = found;
        archived_after(&held.record, None, held.record.updated_at)?;
        let after = fit.row.changes.applied(&held.fields).checked().map_err(of_variant)?;
        let id: ProductVariantId = held.id.into();
        self.once.take(held.id, "variantSku")?;
        let own = self.keys.get(&id).cloned().unwrap_or_default();
        let mut values = Vec::new();
        for value in fit.values {
            match own.get(&value.attribute) {
                Some(key) if *key == value.key => {}
                Some(_) => return Err(value_stays().at(["variantSku"])),
                None => values.push(value),
            }
        }
        if own.len() + values.len() > MOST_ATTRIBUTES {
            return Err(too_many_values().at(["variantSku"]));
        }
        let added = (!values.is_empty()).then(|| {
            let all = own.iter().map(|(attribute, key)| (*attribute, key.as_str()));
            let new = values.iter().map(|value| (value.attribute, value.key.as_str()));
            let combination = combination(all.chain(new));
            Added { product, values, combination }
        });
        Ok(Draft::Old { before: held.fields, after, id, added })
    }

    fn new_one(&mut self, goods: &Goods, fit: Fitted<'_>) -> Result<Draft, Refusal> {
        let cards = goods.cards(fit.product);
        if cards.is_empty() {
            return Err(without_attributes().at(["sku"]));
        }
        if let Some(card) = lacking(cards, &fit.values) {
            return Err(lacks_value(card).at([format!("{ATTRIBUTE}{}", card.name)]));
        }
        let product = goods.names.find(&fit.row.product)?;
        let derived = ProductVariantFields {
            sku: derived_sku(&product.sku, &fit.values, &self.skus),
            name: derived_name(&product.name, &fit.values),
            external_reference: None,
        };
        let fields = fit.row.changes.applied(&derived).checked().map_err(of_variant)?;
        if !self.made.insert((fit.product, combined(&fit.values))) {
            return Err(taken("variantSku"));
        }
        self.skus.insert(fields.sku.clone());
        Ok(Draft::New(new_variant(fit.product, fields, fit.values)))
    }
}

/// A check of the variant's own article number, beside which a file has the product's.
fn of_variant(refusal: Refusal) -> Refusal {
    let is_sku = refusal.field.as_ref().is_some_and(|path| path.iter().eq(["sku"]));
    if is_sku { refusal.at(["variantSku"]) } else { refusal }
}

async fn write(tx: &TenantTx, permit: &Permit<SaveVariants>, drafts: Vec<Draft>) -> Outcome<()> {
    let (mut made, mut changed) = (Vec::new(), Vec::new());
    let (mut values, mut combinations): (Vec<NewValues>, Vec<_>) = (Vec::new(), Vec::new());
    for draft in drafts {
        match draft {
            Draft::New(new) => {
                let deed = Deed::new("createProductVariant", "ProductVariant", new.id);
                deed.audit(tx, changes(None, &new.fields));
                made.push(new);
            }
            Draft::Old { before, after, id, added } if before != after || added.is_some() => {
                let deed = Deed::new("updateProductVariant", "ProductVariant", id);
                deed.audit(tx, changes(Some(&before), &after));
                changed.push((id.into(), after));
                if let Some(added) = added {
                    combinations.push((id, added.combination));
                    values.push((added.product, id, added.values));
                }
            }
            Draft::Old { .. } => {}
        }
    }
    update_all(tx, permit, "product_variant", &changed).await?;
    if !values.is_empty() {
        put_combinations(tx, permit, &combinations).await?;
        insert_values(tx, permit, &values).await?;
    }
    if made.is_empty() { Ok(()) } else { insert_variants(tx, permit, &made).await }
}
