//! Entering what was found.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use access::{Action, Permit, Right};
use catalog::{Goods, ProductCard};
use db::{AuditEntry, Command, CommandError, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    BinId, CountId, Decimal, LotId, PackagingId, ProductId, ProductVariantId, Refusal, RefusalCode,
    Uuid,
};
use serde_json::json;

use super::changed;
use super::store::{self, Entry, Header};
use crate::rules::{CountState, MOST_LINES};
use crate::store::uuids;

/// What an entry does to what was entered before of the same goods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EntryMode {
    /// Another part of them was found: the parts add up.
    #[default]
    Add,
    /// They were counted anew.
    Replace,
}

/// What somebody found of some goods.
#[derive(Clone, Debug)]
pub struct CountEntry {
    /// Goods.
    pub product_id: ProductId,
    /// Which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// Of which lot; needed where the product tracks lots, and only there.
    pub lot_id: Option<LotId>,
    /// In which packaging it is counted; `None` is the base unit.
    pub packaging_id: Option<PackagingId>,
    /// How many of it, zero or more.
    pub quantity: Decimal,
    /// Whether the parts add up.
    pub mode: EntryMode,
    /// Where they were found.
    pub bin_id: Option<BinId>,
}

/// Enters what was found, each entry with who and when. Any number of people enter at once.
#[derive(Clone, Debug)]
pub struct AddCounts {
    /// Which count.
    pub id: CountId,
    /// What was found.
    pub entries: Vec<CountEntry>,
}

impl Action for AddCounts {
    const RIGHT: Right = Right::CountWrite;
}

#[async_trait::async_trait]
impl Command for AddCounts {
    type Output = CountId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<CountId> {
        let count = store::share(tx, permit, self.id).await?.ok_or(CommandError::NotFound)?;
        if count.state()? != CountState::Counting {
            return Err(not_counting().into());
        }
        if self.entries.len() > MOST_LINES {
            return Err(too_many().into());
        }
        let entries = entries(tx, permit, &count, &self.entries).await?;
        // In one order for all, so that two who count the same goods do not wait for each other.
        let mut in_order: BTreeMap<_, Vec<&Entry>> = BTreeMap::new();
        for entry in &entries {
            let key = (entry.product_id, entry.variant_id, entry.lot_id);
            in_order.entry(key).or_default().push(entry);
        }
        for entry in in_order.into_values().flatten() {
            store::enter(tx, permit, &count, entry).await?;
        }
        tx.audit(AuditEntry::new(
            "addCounts",
            "StockCount",
            self.id,
            json!({ "entries": entries }),
        ));
        changed(tx, &count);
        Ok(self.id)
    }
}

async fn entries<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    count: &Header,
    inputs: &[CountEntry],
) -> Outcome<Vec<Entry>> {
    let ids: BTreeSet<ProductId> = inputs.iter().map(|one| one.product_id).collect();
    let ids: Vec<ProductId> = ids.into_iter().collect();
    let cards = catalog::product_cards(tx, permit, &ids).await?;
    let goods = |one: &CountEntry| Goods { product: one.product_id, variant: one.variant_id };
    let all: Vec<Goods> = inputs.iter().map(goods).collect();
    for (place, one) in inputs.iter().enumerate() {
        check_goods(place, one, cards.get(&one.product_id))?;
    }
    catalog::check_variants(tx, permit, |id| cards.get(&id), &all).await?;
    catalog::take_products(tx, permit, cards.values().collect()).await?;
    check_places(tx, permit, count, inputs).await?;
    let packagings: Vec<_> = inputs.iter().filter_map(|one| one.packaging_id).collect();
    let packagings = catalog::take_packagings(tx, permit, &packagings).await?;
    let entry = |(place, one): (usize, &CountEntry)| {
        // Nothing found is zero in every packaging.
        let quantity = if one.quantity.is_zero() {
            Decimal::ZERO
        } else {
            catalog::measured(&packagings, one.product_id, one.packaging_id, one.quantity)
                .map_err(|refusal| refusal.within(["entries".to_owned(), place.to_string()]))?
                .base
                .get()
        };
        Ok(Entry {
            id: Uuid::now_v7(),
            product_id: one.product_id,
            variant_id: one.variant_id,
            lot_id: one.lot_id,
            quantity,
            replaces: one.mode == EntryMode::Replace,
            bin_id: one.bin_id,
        })
    };
    inputs.iter().enumerate().map(entry).collect()
}

fn check_goods(
    place: usize,
    entry: &CountEntry,
    card: Option<&ProductCard>,
) -> Result<(), Refusal> {
    let (field, code, en, ru) = match card {
        None => (
            "productId",
            RefusalCode::UnknownReference,
            "There is no such product.",
            "Такого товара нет.",
        ),
        Some(card) if card.is_service => {
            ("productId", RefusalCode::Invalid, "A service has no stock.", "У услуги нет остатков.")
        }
        Some(card) if card.tracks_lots && entry.lot_id.is_none() => (
            "lotId",
            RefusalCode::Required,
            "The product tracks lots: say which lot was found.",
            "По товару ведутся партии: укажите, какая найдена.",
        ),
        Some(card) if !card.tracks_lots && entry.lot_id.is_some() => (
            "lotId",
            RefusalCode::Invalid,
            "The product does not track lots: it is counted as a whole.",
            "По товару партии не ведутся: он считается целиком.",
        ),
        Some(_) => return Ok(()),
    };
    Err(Refusal::new(code, en, ru).at(path(place, field)))
}

/// Lots are of the organization and the goods, bins of the warehouse.
async fn check_places<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    count: &Header,
    inputs: &[CountEntry],
) -> Outcome<()> {
    #[derive(FromQueryResult)]
    struct Lot {
        id: LotId,
        product_id: ProductId,
        variant_id: Option<ProductVariantId>,
    }
    let lots: Vec<LotId> = inputs.iter().filter_map(|one| one.lot_id).collect();
    let sql = "
        select l.id, l.product_id, l.variant_id
        from lot l
        where l.tenant_id = $1 and l.organization_id = $2 and l.id = any($3::uuid[])";
    let values = values![permit.tenant(), count.organization_id, uuids(lots)];
    let rows: Vec<Lot> = tx.all(Sql::new(sql, values)).await?;
    let lots: HashMap<LotId, Goods> = rows
        .into_iter()
        .map(|row| (row.id, Goods { product: row.product_id, variant: row.variant_id }))
        .collect();
    let bins: Vec<BinId> = inputs.iter().filter_map(|one| one.bin_id).collect();
    let bins = catalog::bins_of(tx, permit, count.warehouse_id, &bins).await?;
    for (place, one) in inputs.iter().enumerate() {
        let goods = Goods { product: one.product_id, variant: one.variant_id };
        if one.lot_id.is_some_and(|lot| lots.get(&lot) != Some(&goods)) {
            return Err(unknown(place, "lotId").into());
        }
        if one.bin_id.is_some_and(|bin| !bins.contains(&bin)) {
            return Err(unknown(place, "binId").into());
        }
    }
    Ok(())
}

fn path(place: usize, field: &str) -> [String; 3] {
    ["entries".to_owned(), place.to_string(), field.to_owned()]
}

fn unknown(place: usize, field: &str) -> Refusal {
    let (en, ru) = match field {
        "binId" => ("The warehouse has no such bin.", "На складе нет такой ячейки."),
        _ => (
            "The organization has no such lot of these goods.",
            "У организации нет такой партии этого товара.",
        ),
    };
    Refusal::new(RefusalCode::UnknownReference, en, ru).at(path(place, field))
}

fn not_counting() -> Refusal {
    Refusal::new(
        RefusalCode::IllegalTransition,
        "The count has not been started, or is over.",
        "Инвентаризация ещё не начата или уже завершена.",
    )
}

fn too_many() -> Refusal {
    Refusal::new(
        RefusalCode::TooMany,
        format!("At most {MOST_LINES} entries."),
        format!("Не больше {MOST_LINES} записей."),
    )
    .at(["entries"])
}
