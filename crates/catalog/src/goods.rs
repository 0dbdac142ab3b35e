//! How documents name goods: the product, and the variant where it has some.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{ProductId, ProductVariantId, Refusal, RefusalCode};

use crate::cards::ProductCard;
use crate::store::{mark_in_documents, uuids};

/// A product in one variant, or one without variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Goods {
    /// The product.
    pub product: ProductId,
    /// `None`: it has no variants.
    pub variant: Option<ProductVariantId>,
}

/// A variant as it is looked for.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct VariantCard {
    pub(crate) id: ProductVariantId,
    pub(crate) product_id: ProductId,
    pub(crate) archived: bool,
}

/// Refuses lines that name no variant of a product that has some, another product's variant, or
/// an archived one. `card` gives the product of a line. No statement runs where no line names a
/// variant.
///
/// # Errors
/// `REQUIRED`, `UNKNOWN_REFERENCE` or `ARCHIVED` at the line.
pub async fn check_variants<'a, A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    card: impl Fn(ProductId) -> Option<&'a ProductCard>,
    lines: &[Goods],
) -> Outcome<()> {
    let ids: Vec<ProductVariantId> = lines.iter().filter_map(|goods| goods.variant).collect();
    let named = if ids.is_empty() { HashMap::new() } else { named(tx, permit, &ids).await? };
    for (place, goods) in lines.iter().enumerate() {
        let Some(card) = card(goods.product) else { continue };
        let variant = goods.variant.map(|id| named.get(&id));
        let path = ["lines".to_owned(), place.to_string(), "variantId".to_owned()];
        check(card, variant).map_err(|refusal| refusal.at(path))?;
    }
    Ok(())
}

/// Refuses the variant that is named of a product, which may be none at all, or none that is there.
pub(crate) fn check(
    card: &ProductCard,
    variant: Option<Option<&VariantCard>>,
) -> Result<(), Refusal> {
    match variant {
        None if !card.has_variants => Ok(()),
        None => Err(Refusal::new(
            RefusalCode::Required,
            format!("{} comes in variants: name one.", card.name),
            format!("«{}» бывает разных характеристик: укажите какую.", card.name),
        )),
        Some(Some(variant)) if variant.product_id == card.id && !variant.archived => Ok(()),
        Some(Some(variant)) if variant.product_id == card.id => Err(Refusal::new(
            RefusalCode::Archived,
            format!("This variant of {} is archived.", card.name),
            format!("Эта характеристика «{}» в архиве.", card.name),
        )),
        Some(_) => Err(Refusal::new(
            RefusalCode::UnknownReference,
            format!("{} has no such variant.", card.name),
            format!("У «{}» нет такой характеристики.", card.name),
        )),
    }
}

async fn named<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[ProductVariantId],
) -> Outcome<HashMap<ProductVariantId, VariantCard>> {
    let sql = "
        select v.id, v.product_id, v.archived_at is not null as archived
        from product_variant v
        where v.tenant_id = $1 and v.id = any($2::uuid[])";
    let rows: Vec<VariantCard> =
        tx.all(Sql::new(sql, values![permit.tenant(), uuids(ids)])).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Notes that a document names these products: whether they have variants stays from now on.
/// Called when a draft is written; no statement runs where documents have named all of them.
///
/// # Errors
/// `IN_USE` where somebody changed in this moment whether one of them has variants.
pub async fn take_products<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    cards: Vec<&ProductCard>,
) -> Outcome<()> {
    let fresh: HashMap<ProductId, &ProductCard> =
        cards.into_iter().filter(|card| !card.in_documents).map(|card| (card.id, card)).collect();
    if fresh.is_empty() {
        return Ok(());
    }
    let ids: Vec<ProductId> = fresh.keys().copied().collect();
    let varied = mark_in_documents(tx, permit, &ids).await?;
    match fresh.values().find(|card| card.has_variants != varied.contains(&card.id)) {
        None => Ok(()),
        Some(card) => Err(Refusal::new(
            RefusalCode::InUse,
            format!("{} was changed in this moment: try again.", card.name),
            format!("«{}» изменился в этот миг: попробуйте ещё раз.", card.name),
        )
        .at(["lines"])
        .into()),
    }
}
