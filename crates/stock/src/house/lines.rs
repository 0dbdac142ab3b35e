//! Lines that name goods and perhaps a lot, as users write them.

use std::collections::{BTreeSet, HashMap};

use access::Permit;
use catalog::{Goods, ProductCard};
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    Decimal, LotId, OrganizationId, PackagingId, ProductId, ProductVariantId, Refusal, RefusalCode,
    Uuid,
};

use super::GoodsLine;
use crate::rules::MOST_LINES;
use crate::store::uuids;

/// A line as the user writes it.
#[derive(Clone, Debug)]
pub struct GoodsLineInput {
    /// Goods, not a service.
    pub product_id: ProductId,
    /// Which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// In which packaging it is counted; `None` is the base unit.
    pub packaging_id: Option<PackagingId>,
    /// How many of it, above zero.
    pub quantity: Decimal,
    /// Out of this lot; `None` takes lots in their turn.
    pub lot_id: Option<LotId>,
}

impl GoodsLineInput {
    fn goods(&self) -> Goods {
        Goods { product: self.product_id, variant: self.variant_id }
    }
}

/// Makes a draft's lines. Archived products pass: what is left of them is moved and written off.
pub(crate) async fn lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    organization: OrganizationId,
    inputs: &[GoodsLineInput],
) -> Outcome<Vec<GoodsLine>> {
    if inputs.len() > MOST_LINES {
        return Err(too_many().into());
    }
    let ids: BTreeSet<ProductId> = inputs.iter().map(|line| line.product_id).collect();
    let ids: Vec<ProductId> = ids.into_iter().collect();
    let cards = catalog::product_cards(tx, permit, &ids).await?;
    for (place, input) in inputs.iter().enumerate() {
        check_product(place, cards.get(&input.product_id))?;
    }
    let goods: Vec<Goods> = inputs.iter().map(GoodsLineInput::goods).collect();
    catalog::check_variants(tx, permit, |id| cards.get(&id), &goods).await?;
    catalog::take_products(tx, permit, cards.values().collect()).await?;
    let packagings: Vec<_> = inputs.iter().filter_map(|line| line.packaging_id).collect();
    let packagings = catalog::take_packagings(tx, permit, &packagings).await?;
    check_lots(tx, permit, organization, inputs).await?;
    let mut lines = Vec::with_capacity(inputs.len());
    for (place, input) in inputs.iter().enumerate() {
        let measured =
            catalog::measured(&packagings, input.product_id, input.packaging_id, input.quantity)
                .map_err(|refusal| refusal.within(["lines".to_owned(), place.to_string()]))?;
        let entered = measured.entered;
        lines.push(GoodsLine {
            id: Uuid::now_v7(),
            position: i32::try_from(place).map_err(|_| Fault::broken("too many lines"))?,
            product_id: input.product_id,
            variant_id: input.variant_id,
            quantity: measured.base.get(),
            packaging_id: entered.as_ref().map(|entered| entered.packaging_id),
            entered_quantity: entered.as_ref().map(|entered| entered.quantity.get()),
            entered_unit: entered.map(|entered| entered.unit),
            lot_id: input.lot_id,
        });
    }
    Ok(lines)
}

fn check_product(place: usize, card: Option<&ProductCard>) -> Result<(), Refusal> {
    let (code, en, ru) = match card {
        Some(card) if !card.is_service => return Ok(()),
        Some(_) => (RefusalCode::Invalid, "A service has no stock.", "У услуги нет остатков."),
        None => (RefusalCode::UnknownReference, "There is no such product.", "Такого товара нет."),
    };
    Err(Refusal::new(code, en, ru).at(path(place, "productId")))
}

/// A lot that is named is of the organization and of the line's goods.
async fn check_lots<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    organization: OrganizationId,
    inputs: &[GoodsLineInput],
) -> Outcome<()> {
    #[derive(FromQueryResult)]
    struct Row {
        id: LotId,
        product_id: ProductId,
        variant_id: Option<ProductVariantId>,
    }
    let named: Vec<LotId> = inputs.iter().filter_map(|line| line.lot_id).collect();
    if named.is_empty() {
        return Ok(());
    }
    let sql = "
        select l.id, l.product_id, l.variant_id
        from lot l
        where l.tenant_id = $1 and l.organization_id = $2 and l.id = any($3::uuid[])";
    let values = values![permit.tenant(), organization, uuids(named)];
    let rows: Vec<Row> = tx.all(Sql::new(sql, values)).await?;
    let goods = |row: Row| (row.id, Goods { product: row.product_id, variant: row.variant_id });
    let known: HashMap<LotId, Goods> = rows.into_iter().map(goods).collect();
    for (place, input) in inputs.iter().enumerate() {
        let Some(lot) = input.lot_id else { continue };
        if known.get(&lot) != Some(&input.goods()) {
            return Err(unknown_lot(place).into());
        }
    }
    Ok(())
}

/// What lines name, each once.
pub(crate) fn goods_of(lines: &[GoodsLine]) -> Vec<Goods> {
    let goods: BTreeSet<Goods> = lines.iter().map(GoodsLine::goods).collect();
    goods.into_iter().collect()
}

fn path(place: usize, field: &str) -> [String; 3] {
    ["lines".to_owned(), place.to_string(), field.to_owned()]
}

fn unknown_lot(place: usize) -> Refusal {
    Refusal::new(
        RefusalCode::UnknownReference,
        "The organization has no such lot of these goods.",
        "У организации нет такой партии этого товара.",
    )
    .at(path(place, "lotId"))
}

fn too_many() -> Refusal {
    Refusal::new(
        RefusalCode::TooMany,
        format!("At most {MOST_LINES} lines."),
        format!("Не больше {MOST_LINES} строк."),
    )
    .at(["lines"])
}
