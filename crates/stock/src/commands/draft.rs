//! What writing and changing a draft have in common.

use std::collections::{BTreeSet, HashMap};

use access::{Permit, Right};
use catalog::Goods;
use db::{CommandError, Fault, Outcome, TenantTx};
use kernel::{
    Decimal, NaiveDate, PackagingId, ProductId, ProductVariantId, PurchaseOrderLineId, ReceiptId,
    ReceiptLineId, Refusal, RefusalCode, WarehouseId,
};

use crate::rules::{line_cost, same_version};
use crate::store::receipts::{self, Header, Line};

/// A line as the user writes it.
#[derive(Clone, Debug)]
pub struct ReceiptLineInput {
    /// The draft's line it continues, whose cost it keeps where it names none.
    pub id: Option<ReceiptLineId>,
    /// The line of the receipt's purchase order that it brings; its goods are the line's then.
    pub purchase_order_line_id: Option<PurchaseOrderLineId>,
    /// Goods, not a service; `None` only with a line of a purchase order.
    pub product_id: Option<ProductId>,
    /// Which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// In which packaging it is counted; `None` is the base unit.
    pub packaging_id: Option<PackagingId>,
    /// How many of it, above zero.
    pub quantity: Decimal,
    /// The lot's number as the maker printed it.
    pub lot_number: Option<String>,
    /// Per base unit in the base currency, without recoverable tax. Only with the right
    /// `receipt.cost`.
    pub unit_cost: Option<Decimal>,
    /// The last day the goods may be sold on.
    pub expires_on: Option<NaiveDate>,
}

/// Checks that only those who may state a cost do so.
pub(crate) fn check_cost_right<A>(permit: &Permit<A>, lines: &[ReceiptLineInput]) -> Outcome<()> {
    let states_cost = lines.iter().any(|line| line.unit_cost.is_some());
    if states_cost && permit.scope().reach(Right::ReceiptCost).is_none() {
        return Err(access::Forbidden(Right::ReceiptCost).into());
    }
    Ok(())
}

/// Checks the products of the lines and makes the draft's lines of them.
pub(crate) async fn lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    inputs: &[ReceiptLineInput],
    before: &[Line],
) -> Outcome<Vec<Line>> {
    let mut goods = Vec::with_capacity(inputs.len());
    for (place, input) in inputs.iter().enumerate() {
        let product = input.product_id.ok_or_else(|| unfit(place, RefusalCode::Required))?;
        goods.push(Goods { product, variant: input.variant_id });
    }
    let ids: BTreeSet<ProductId> = goods.iter().map(|goods| goods.product).collect();
    let ids: Vec<ProductId> = ids.into_iter().collect();
    let cards = catalog::product_cards(tx, permit, &ids).await?;
    catalog::check_variants(tx, permit, |id| cards.get(&id), &goods).await?;
    catalog::take_products(tx, permit, cards.values().collect()).await?;
    let packagings: Vec<_> = inputs.iter().filter_map(|line| line.packaging_id).collect();
    let packagings = catalog::take_packagings(tx, permit, &packagings).await?;
    let mut before: HashMap<ReceiptLineId, &Line> = before.iter().map(|l| (l.id, l)).collect();
    let mut lines = Vec::with_capacity(inputs.len());
    for (place, (input, goods)) in inputs.iter().zip(goods).enumerate() {
        let Some(card) = cards.get(&goods.product) else {
            return Err(unfit(place, RefusalCode::UnknownReference));
        };
        if card.archived {
            return Err(unfit(place, RefusalCode::Archived));
        }
        if card.is_service {
            return Err(unfit(place, RefusalCode::Invalid));
        }
        let kept = match input.id {
            // Each line is continued once.
            Some(id) => Some(before.remove(&id).ok_or_else(|| unknown_line(place))?),
            None => None,
        };
        let same = kept.filter(|line| line.goods() == goods);
        let kept_cost = same.and_then(|line| line.unit_cost);
        let kept_order = same.and_then(|line| line.purchase_order_line_id);
        let unit_cost = input.unit_cost.or(kept_cost);
        let measured = catalog::measured(&packagings, card.id, input.packaging_id, input.quantity)
            .map_err(|refusal| refusal.within(["lines".to_owned(), place.to_string()]))?;
        let quantity = measured.base.get();
        let entered = measured.entered;
        lines.push(Line {
            id: kept.map_or_else(ReceiptLineId::new, |line| line.id),
            position: i32::try_from(place).map_err(|_| Fault::broken("too many lines"))?,
            purchase_order_line_id: input.purchase_order_line_id.or(kept_order),
            product_id: goods.product,
            variant_id: goods.variant,
            quantity,
            packaging_id: entered.as_ref().map(|entered| entered.packaging_id),
            entered_quantity: entered.as_ref().map(|entered| entered.quantity.get()),
            entered_unit: entered.map(|entered| entered.unit),
            unit_cost,
            amount: unit_cost.map(|cost| amount(place, quantity, cost)).transpose()?,
            expires_on: input.expires_on,
            lot_number: input.lot_number.as_deref().map(str::trim).map(ToOwned::to_owned),
        });
    }
    Ok(lines)
}

fn path(place: usize, field: &str) -> [String; 3] {
    ["lines".to_owned(), place.to_string(), field.to_owned()]
}

/// Refuses lines that do not say of their lots what their products ask for.
pub(crate) async fn check_lots<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: &[Line],
) -> Outcome<()> {
    let ids: Vec<ProductId> = lines.iter().map(|line| line.product_id).collect();
    let cards = catalog::product_cards(tx, permit, &ids).await?;
    for (place, line) in lines.iter().enumerate() {
        let Some(card) = cards.get(&line.product_id) else { continue };
        if card.tracks_expiry && line.expires_on.is_none() {
            return Err(lacks(place, "expiresOn", &card.name).into());
        }
        if card.tracks_lots && line.lot_number.is_none() {
            return Err(lacks(place, "lotNumber", &card.name).into());
        }
    }
    Ok(())
}

pub(crate) fn lacks(place: usize, field: &str, product: &str) -> Refusal {
    let (en, ru) = match field {
        "expiresOn" => ("the last day of the lot", "срок годности партии"),
        _ => ("the lot's number", "номер партии"),
    };
    Refusal::new(
        RefusalCode::Required,
        format!("{product} is received with {en}."),
        format!("Для «{product}» нужно указать {ru}."),
    )
    .at(path(place, field))
}

/// round(quantity × unit cost, 2).
pub(crate) fn amount(place: usize, quantity: Decimal, unit_cost: Decimal) -> Outcome<Decimal> {
    line_cost(quantity, unit_cost).ok_or_else(|| {
        Refusal::new(
            RefusalCode::OutOfRange,
            "The amount of the line is too large.",
            "Сумма строки слишком велика.",
        )
        .at(["lines".to_owned(), place.to_string(), "quantity".to_owned()])
        .into()
    })
}

fn unfit(place: usize, code: RefusalCode) -> CommandError {
    let (en, ru) = match code {
        RefusalCode::Archived => ("The product is archived.", "Товар в архиве."),
        RefusalCode::Required => ("Name the product.", "Укажите товар."),
        RefusalCode::Invalid => {
            ("A service is not received into stock.", "Услугу нельзя принять на склад.")
        }
        _ => ("There is no such product.", "Такого товара нет."),
    };
    let path = ["lines".to_owned(), place.to_string(), "productId".to_owned()];
    Refusal::new(code, en, ru).at(path).into()
}

fn unknown_line(place: usize) -> CommandError {
    Refusal::new(
        RefusalCode::UnknownReference,
        "The receipt has no such line, or it is named twice.",
        "В поступлении нет такой строки, либо она указана дважды.",
    )
    .at(["lines".to_owned(), place.to_string(), "id".to_owned()])
    .into()
}

/// The warehouse named, else the default one; not an archived one.
pub(crate) async fn warehouse<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: Option<WarehouseId>,
) -> Outcome<WarehouseId> {
    let card = match id {
        Some(id) => catalog::warehouse_cards(tx, permit, &[id]).await?.remove(&id),
        None => catalog::default_warehouse(tx, permit).await?,
    };
    match card {
        Some(card) if !card.archived => Ok(card.id),
        Some(_) => Err(Refusal::new(
            RefusalCode::Archived,
            "The warehouse is archived.",
            "Склад в архиве.",
        )
        .at(["warehouseId"])
        .into()),
        None => Err(Refusal::new(
            if id.is_some() { RefusalCode::UnknownReference } else { RefusalCode::Required },
            "There is no such warehouse.",
            "Такого склада нет.",
        )
        .at(["warehouseId"])
        .into()),
    }
}

/// The receipt under its lock, in the version the user has read.
pub(crate) async fn locked<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ReceiptId,
    version: i32,
) -> Outcome<Header> {
    let header = receipts::lock(tx, permit, id).await?.ok_or(CommandError::NotFound)?;
    same_version(
        header.version,
        version,
        "The receipt was changed since you read it.",
        "Поступление было изменено после того, как вы его прочитали.",
    )?;
    Ok(header)
}

/// The sum of the lines' amounts; `None` while a cost is missing.
pub(crate) fn total(lines: &[Line]) -> Option<Decimal> {
    lines.iter().map(|line| line.amount).sum()
}

pub(crate) fn reference_taken() -> Refusal {
    Refusal::new(
        RefusalCode::Taken,
        "Another receipt has this external reference.",
        "Эта внешняя ссылка уже занята другим поступлением.",
    )
    .at(["externalReference"])
}
