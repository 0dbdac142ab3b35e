//! Products by the row.

use std::collections::HashMap;

use access::{Action, Permit, Right};
use db::{AuditEntry, Outcome, TenantTx};
use kernel::{Decimal, Money, PriceListId, ProductId, Refusal, Uuid};
use serde_json::json;

use super::custom::{Customs, Filling, noted_with, write_fillings};
use super::groups::Groups;
use super::{Intent, Once, Saved, taken};
use crate::checks::{Checks, unchanged};
use crate::commands::products::{blank, may_change_variants};
use crate::commands::{Deed, Entry, SetPrices, archived_after, changes};
use crate::constraints::unknown;
use crate::records::{Product, ProductChanges, ProductFields};
use crate::rules::out_of_scale;
use crate::store::{
    Held, NewPrice, VariantUse, default_list, held_by_text, insert_all, lock_bulk, prices_in,
    put_prices, update_all, variant_uses,
};

/// One row: what it gives of a product.
#[derive(Clone, Debug, Default)]
pub struct ProductRow {
    /// Its number, as whoever brought it counts.
    pub place: u64,
    /// Its fields; those not given stay as they are, or empty in a new product. The product is
    /// found by the external reference, else by the article number.
    pub changes: ProductChanges,
    /// The path of its group from the top.
    pub group: Option<Vec<String>>,
    /// Its price in the tenant's default list from today on.
    pub price: Option<Decimal>,
    /// What it says of the tenant's own fields; a choice or a record may be named by a text.
    pub custom: Vec<Entry>,
}

/// Makes and changes products.
#[derive(Clone, Copy, Debug)]
pub struct SaveProducts;

impl Action for SaveProducts {
    const RIGHT: Right = Right::ProductWrite;
}

/// What is to be written of one product.
struct Draft {
    id: Uuid,
    before: Option<ProductFields>,
    after: ProductFields,
    custom: Option<Filling>,
    price: Option<Decimal>,
}

impl SaveProducts {
    /// Writes the rows that can be written and tells of the others.
    ///
    /// # Errors
    /// A right that is missing, or a fault; a refusal where somebody else wrote one of the same
    /// records in the same moment, after which a repeat sees what he wrote.
    pub async fn run(
        tx: &TenantTx,
        permit: &Permit<Self>,
        rows: Vec<ProductRow>,
        intent: Intent,
    ) -> Outcome<Saved> {
        if intent == Intent::Write {
            lock_bulk(tx, permit, "product").await?;
        }
        let mut saved = Saved::default();
        let list = price_list(tx, permit, &rows).await?;
        let mut known = Known::read(tx, permit, &rows, intent).await?;
        let mut drafts = Vec::with_capacity(rows.len());
        for row in rows {
            let place = row.place;
            match known.draft(permit, row, list) {
                Ok(draft) => drafts.push(draft),
                Err(refusal) => saved.refuse(place, refusal),
            }
        }
        let prices = new_prices(tx, permit, list, &drafts).await?;
        for draft in &drafts {
            match &draft.before {
                None => saved.created += 1,
                Some(before) if *before != draft.after => saved.updated += 1,
                Some(_) if draft.custom.is_some() => saved.updated += 1,
                Some(_) if prices.contains_key(&ProductId(draft.id)) => saved.updated += 1,
                Some(_) => saved.unchanged += 1,
            }
        }
        if intent == Intent::Write {
            known.groups.write(tx, permit).await?;
            write(tx, permit, drafts).await?;
            write_prices(tx, permit, list, prices).await?;
        }
        Ok(saved)
    }
}

/// The list that prices go into, where any row has one.
async fn price_list(
    tx: &TenantTx,
    permit: &Permit<SaveProducts>,
    rows: &[ProductRow],
) -> Outcome<Option<PriceListId>> {
    if rows.iter().all(|row| row.price.is_none()) {
        return Ok(None);
    }
    permit.scope().permit::<SetPrices>()?;
    default_list(tx, permit).await
}

/// What the rows may mean.
struct Known {
    by_reference: HashMap<String, Held<ProductFields>>,
    by_sku: HashMap<String, Held<ProductFields>>,
    groups: Groups,
    customs: Customs,
    /// Of the products whose having variants would change.
    uses: HashMap<ProductId, VariantUse>,
    once: Once,
}

impl Known {
    async fn read(
        tx: &TenantTx,
        permit: &Permit<SaveProducts>,
        rows: &[ProductRow],
        intent: Intent,
    ) -> Outcome<Self> {
        let texts = |get: fn(&ProductRow) -> Option<&String>| -> Vec<String> {
            rows.iter().filter_map(get).cloned().collect()
        };
        let skus = texts(|row| row.changes.sku.as_ref());
        let references = texts(|row| row.changes.external_reference.as_ref()?.as_ref());
        let hold = intent.hold();
        let by_reference: Vec<Held<ProductFields>> =
            held_by_text(tx, permit, ("product", "external_reference"), references, hold).await?;
        let by_sku: Vec<Held<ProductFields>> =
            held_by_text(tx, permit, ("product", "sku"), skus, hold).await?;
        let groups = match rows.iter().any(|row| row.group.is_some()) {
            true => Groups::read(tx, permit).await?,
            false => Groups::default(),
        };
        let referred = by_reference.into_iter().filter_map(|held| {
            let reference = held.fields.external_reference.clone()?;
            Some((reference, held))
        });
        let by_sku = by_sku.into_iter().map(|held| (held.fields.sku.clone(), held));
        let (by_reference, by_sku): (ByKey, ByKey) = (referred.collect(), by_sku.collect());
        let said = rows.iter().filter(|row| !row.custom.is_empty()).map(|row| {
            let held = find(&by_reference, &by_sku, &row.changes).ok().flatten();
            (held.map(|held| held.id), row.custom.as_slice())
        });
        let said = said.collect();
        let customs = Customs::read::<Product, _>(tx, permit, said).await?;
        let varied = rows.iter().filter_map(|row| {
            let wanted = row.changes.has_variants?;
            let held = find(&by_reference, &by_sku, &row.changes).ok().flatten()?;
            (wanted != held.fields.has_variants).then_some(ProductId(held.id))
        });
        let varied: Vec<ProductId> = varied.collect();
        let uses = match varied.is_empty() {
            true => HashMap::new(),
            false => variant_uses(tx, permit, &varied).await?,
        };
        Ok(Self { by_reference, by_sku, groups, customs, uses, once: Once::default() })
    }

    fn draft(
        &mut self,
        permit: &Permit<SaveProducts>,
        row: ProductRow,
        list: Option<PriceListId>,
    ) -> Result<Draft, Refusal> {
        let price = row.price.map(Money::unit_price).transpose();
        let price = price.map_err(|error| out_of_scale(error).at(["price"]))?;
        if price.is_some() && list.is_none() {
            return Err(unknown("price"));
        }
        let held = find(&self.by_reference, &self.by_sku, &row.changes)?.cloned();
        let blank = blank();
        let before = held.as_ref().map_or(&blank, |held| &held.fields);
        let mut after = row.changes.applied(before).checked()?;
        if let Some(held) = &held {
            archived_after(&held.record, None, held.record.updated_at)?;
            unchanged("isService", &held.fields.is_service, &after.is_service)?;
            if after.has_variants != held.fields.has_variants {
                may_change_variants(self.uses.get(&ProductId(held.id)).copied())?;
            }
            // One number has several spellings; the one that is written stays.
            if after.vat_rate == held.fields.vat_rate {
                after.vat_rate = held.fields.vat_rate;
            }
        }
        let custom = self.customs.fill(permit, held.as_ref().map(|held| held.id), &row.custom)?;
        let id = held.as_ref().map_or_else(|| ProductId::new().0, |held| held.id);
        self.once.take(id, "sku")?;
        if let Some(path) = &row.group {
            after.group_id = Some(self.groups.at(path)?);
        }
        Ok(Draft { id, before: held.map(|held| held.fields), after, custom, price })
    }
}

/// Products under the keys that rows name them by.
type ByKey = HashMap<String, Held<ProductFields>>;

/// The product a row is about, if there is one.
fn find<'a>(
    by_reference: &'a ByKey,
    by_sku: &'a ByKey,
    changes: &ProductChanges,
) -> Result<Option<&'a Held<ProductFields>>, Refusal> {
    let reference = changes.external_reference.as_ref().and_then(Option::as_ref);
    let named = reference.and_then(|reference| by_reference.get(reference));
    let coded = changes.sku.as_ref().and_then(|sku| by_sku.get(sku));
    match (named, coded) {
        (Some(named), Some(coded)) if named.id != coded.id => Err(taken("sku")),
        (Some(named), _) => Ok(Some(named)),
        // Its reference is another one: two systems call different goods by one number.
        (None, Some(coded)) if reference.is_some() && coded.fields.external_reference.is_some() => {
            Err(taken("sku"))
        }
        (None, coded) => Ok(coded),
    }
}

async fn write(tx: &TenantTx, permit: &Permit<SaveProducts>, drafts: Vec<Draft>) -> Outcome<()> {
    let (mut made, mut changed, mut filled) = (Vec::new(), Vec::new(), Vec::new());
    for Draft { id, before, after, custom, .. } in drafts {
        match before {
            None => {
                let noted = noted_with(changes(None, &after), custom.as_ref());
                Deed::new("createProduct", "Product", id).audit(tx, noted);
                made.push((id, after));
            }
            Some(before) if before != after || custom.is_some() => {
                let noted = noted_with(changes(Some(&before), &after), custom.as_ref());
                Deed::new("updateProduct", "Product", id).audit(tx, noted);
                changed.push((id, after));
            }
            Some(_) => {}
        }
        filled.extend(custom.map(|custom| (id, custom)));
    }
    insert_all(tx, permit, "product", &made).await?;
    update_all(tx, permit, "product", &changed).await?;
    write_fillings::<Product, _>(tx, permit, filled).await
}

/// The prices that are not the ones of today already.
async fn new_prices(
    tx: &TenantTx,
    permit: &Permit<SaveProducts>,
    list: Option<PriceListId>,
    drafts: &[Draft],
) -> Outcome<HashMap<ProductId, Decimal>> {
    let Some(list) = list else { return Ok(HashMap::new()) };
    let priced = drafts.iter().filter(|draft| draft.price.is_some() && draft.before.is_some());
    let old: Vec<ProductId> = priced.map(|draft| ProductId(draft.id)).collect();
    let today = prices_in(tx, permit, list, &old, tx.today()).await?;
    let asked = drafts.iter().filter_map(|draft| Some((ProductId(draft.id), draft.price?)));
    Ok(asked.filter(|(product, price)| today.get(product) != Some(price)).collect())
}

async fn write_prices(
    tx: &TenantTx,
    permit: &Permit<SaveProducts>,
    list: Option<PriceListId>,
    prices: HashMap<ProductId, Decimal>,
) -> Outcome<()> {
    let Some(list) = list.filter(|_| !prices.is_empty()) else { return Ok(()) };
    let set: serde_json::Map<_, _> =
        prices.iter().map(|(product, price)| (product.to_string(), json!(price))).collect();
    let prices: Vec<NewPrice> =
        prices.into_iter().map(|(product, price)| NewPrice::of(product, price)).collect();
    put_prices(tx, permit, list, tx.today(), &prices).await?;
    let noted = json!({ "validFrom": tx.today(), "prices": set });
    tx.audit(AuditEntry::new("setPrices", "PriceList", list, noted));
    Ok(())
}
