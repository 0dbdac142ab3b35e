//! What writing and changing an assembly order have in common.

use std::collections::BTreeSet;

use access::{Permit, Right};
use catalog::Goods;
use db::{CommandError, Fault, Outcome, TenantTx};
use kernel::{
    AssemblyLineId, AssemblyOrderId, Decimal, LotId, Money, NaiveDate, ProductId, ProductVariantId,
    Quantity, Refusal, RefusalCode, Uuid,
};

use super::bill_store::BillVersionRow;
use super::store::{self, ChosenLot, Header, Line};
use crate::rules::{MOST_TEXT, check_texts, needed, same_version};

/// Lines of an assembly order at most.
const MOST_LINES: usize = 500;
/// Lots chosen for one line at most.
const MOST_PICKS: usize = 250;
/// Characters of a lot's number.
const MOST_NUMBER: usize = 100;

/// A lot chosen by hand.
#[derive(Clone, Debug)]
pub struct AssemblyPick {
    /// Out of which lot, in the order's warehouse.
    pub lot_id: LotId,
    /// Base units, above zero.
    pub quantity: Decimal,
}

/// A component as the user writes it.
#[derive(Clone, Debug)]
pub struct AssemblyLineInput {
    /// Goods, not a service.
    pub product_id: ProductId,
    /// Which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// Base units, above zero.
    pub quantity: Decimal,
    /// Taking apart: its part of the value; all lines have one or none.
    pub share: Option<Decimal>,
    /// Taking apart: the number of its lot.
    pub lot_number: Option<String>,
    /// Taking apart: the last day of its lot.
    pub expires_on: Option<NaiveDate>,
    /// Putting together: lots chosen by hand; none is those whose turn it is.
    pub picks: Vec<AssemblyPick>,
}

/// A refusal of a number.
pub(super) fn out_of_range(path: Vec<String>) -> Refusal {
    Refusal::new(
        RefusalCode::OutOfRange,
        "The number is out of its range or has too many decimal places.",
        "Число вне допустимых границ или с лишними знаками после запятой.",
    )
    .at(path)
}

/// Goods that documents and bills may name: in use, no services, in the right variants. `path`
/// names the field of the goods at a place.
pub(super) async fn check_goods<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    goods: &[Goods],
    path: impl Fn(usize) -> Vec<String>,
) -> Outcome<()> {
    let ids: BTreeSet<ProductId> = goods.iter().map(|one| one.product).collect();
    let ids: Vec<ProductId> = ids.into_iter().collect();
    let cards = catalog::product_cards(tx, permit, &ids).await?;
    for (place, one) in goods.iter().enumerate() {
        let refused = |code, en: &str, ru: &str| {
            Err(CommandError::from(Refusal::new(code, en, ru).at(path(place))))
        };
        match cards.get(&one.product) {
            None => {
                let (en, ru) = ("There is no such product.", "Такого товара нет.");
                return refused(RefusalCode::UnknownReference, en, ru);
            }
            Some(card) if card.archived => {
                let (en, ru) = ("The product is archived.", "Товар в архиве.");
                return refused(RefusalCode::Archived, en, ru);
            }
            Some(card) if card.is_service => {
                let (en, ru) = ("A service has no stock.", "У услуги нет остатков.");
                return refused(RefusalCode::Invalid, en, ru);
            }
            Some(_) => {}
        }
    }
    catalog::check_variants(tx, permit, |id| cards.get(&id), goods).await?;
    catalog::take_products(tx, permit, cards.values().collect()).await?;
    Ok(())
}

/// The lines and chosen lots of what the user wrote. `finished`: lots chosen for the goods to be
/// taken apart.
pub(super) async fn lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: AssemblyOrderId,
    (inputs, finished): (&[AssemblyLineInput], &[AssemblyPick]),
) -> Outcome<(Vec<Line>, Vec<ChosenLot>)> {
    check_lines(inputs, finished)?;
    let goods: Vec<Goods> = inputs
        .iter()
        .map(|line| Goods { product: line.product_id, variant: line.variant_id })
        .collect();
    let at = |place: usize| vec!["lines".to_owned(), place.to_string(), "productId".to_owned()];
    check_goods(tx, permit, &goods, at).await?;
    let mut chosen = picks(order.0, finished);
    let mut lines = Vec::with_capacity(inputs.len());
    for (place, input) in inputs.iter().enumerate() {
        let id = AssemblyLineId::new();
        chosen.extend(picks(id.0, &input.picks));
        lines.push(Line {
            id,
            position: i32::try_from(place).map_err(|_| Fault::broken("too many lines"))?,
            product_id: input.product_id,
            variant_id: input.variant_id,
            quantity: input.quantity,
            share: input.share,
            lot_number: input.lot_number.as_deref().map(str::trim).map(ToOwned::to_owned),
            expires_on: input.expires_on,
        });
    }
    check_lots_exist(tx, permit, &chosen).await?;
    Ok((lines, chosen))
}

fn picks(line: Uuid, picks: &[AssemblyPick]) -> Vec<ChosenLot> {
    let one = |pick: &AssemblyPick| ChosenLot {
        line_id: line,
        lot_id: pick.lot_id,
        quantity: pick.quantity,
    };
    picks.iter().map(one).collect()
}

async fn check_lots_exist<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    chosen: &[ChosenLot],
) -> Outcome<()> {
    let ids: BTreeSet<LotId> = chosen.iter().map(|one| one.lot_id).collect();
    if ids.is_empty() || store::lots_exist(tx, permit, &ids).await? {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::UnknownReference, "There is no such lot.", "Такой партии нет.")
        .at(["lots"])
        .into())
}

fn check_lines(inputs: &[AssemblyLineInput], finished: &[AssemblyPick]) -> Result<(), Refusal> {
    if inputs.len() > MOST_LINES {
        return Err(Refusal::new(
            RefusalCode::TooMany,
            format!("At most {MOST_LINES} lines."),
            format!("Не больше {MOST_LINES} строк."),
        )
        .at(["lines"]));
    }
    check_picks(finished, Decimal::MAX, || vec!["lots".to_owned()])?;
    let shares = inputs.iter().filter(|line| line.share.is_some()).count();
    if shares != 0 && shares != inputs.len() {
        return Err(Refusal::new(
            RefusalCode::Required,
            "Either all lines have a share or none.",
            "Доли указываются либо у всех строк, либо ни у одной.",
        )
        .at(["lines"]));
    }
    for (place, line) in inputs.iter().enumerate() {
        let path = |field: &str| vec!["lines".to_owned(), place.to_string(), field.to_owned()];
        if Quantity::positive(line.quantity).is_err() {
            return Err(out_of_range(path("quantity")));
        }
        if line.share.is_some_and(|share| Money::unit_price(share).is_err()) {
            return Err(out_of_range(path("share")));
        }
        check_number(line.lot_number.as_deref(), || path("lotNumber"))?;
        check_picks(&line.picks, line.quantity, || path("lots"))?;
    }
    Ok(())
}

/// Lots are named once each, and together are no more than is asked for.
fn check_picks(
    picks: &[AssemblyPick],
    most: Decimal,
    path: impl Fn() -> Vec<String>,
) -> Result<(), Refusal> {
    let lots: BTreeSet<LotId> = picks.iter().map(|pick| pick.lot_id).collect();
    let is_wrong = picks.len() > MOST_PICKS
        || lots.len() != picks.len()
        || picks.iter().any(|pick| Quantity::positive(pick.quantity).is_err())
        || picks.iter().map(|pick| pick.quantity).sum::<Decimal>() > most;
    if is_wrong { Err(out_of_range(path())) } else { Ok(()) }
}

/// A lot's number as the maker printed it.
pub(super) fn check_number(
    number: Option<&str>,
    path: impl Fn() -> Vec<String>,
) -> Result<(), Refusal> {
    let Some(text) = number else { return Ok(()) };
    let length = text.trim().chars().count();
    if length == 0 || length > MOST_NUMBER || text.chars().any(char::is_control) {
        return Err(out_of_range(path()));
    }
    Ok(())
}

/// Checks what stands in the header.
pub(super) fn check_header(
    quantity: Decimal,
    labour: Option<Decimal>,
    (comment, external_reference): (&str, Option<&str>),
) -> Result<(), Refusal> {
    if Quantity::positive(quantity).is_err() {
        return Err(out_of_range(vec!["quantity".to_owned()]));
    }
    let fits = |amount: Decimal| {
        amount >= Decimal::ZERO
            && amount.normalize().scale() <= 2
            && amount < Decimal::from(10_i64.pow(15))
    };
    if labour.is_some_and(|labour| !fits(labour)) {
        return Err(out_of_range(vec!["labour".to_owned()]));
    }
    check_texts(&[("comment", comment, MOST_TEXT)], external_reference)
}

/// Only those who see cost say what work costs.
pub(super) fn check_labour_right<A>(permit: &Permit<A>, labour: Option<Decimal>) -> Outcome<()> {
    if labour.is_some() && permit.scope().reach(Right::CostRead).is_none() {
        return Err(access::Forbidden(Right::CostRead).into());
    }
    Ok(())
}

/// What a bill asks for, for so many finished goods.
pub(super) fn by_bill(
    version: &BillVersionRow,
    finished: Decimal,
) -> Result<Vec<AssemblyLineInput>, Refusal> {
    let line = |part: &super::bill_store::BillComponentRow| {
        let quantity = needed(part.quantity, version.yields, finished)
            .ok_or_else(|| out_of_range(vec!["quantity".to_owned()]))?;
        Ok(AssemblyLineInput {
            product_id: part.product_id,
            variant_id: part.variant_id,
            quantity,
            share: None,
            lot_number: None,
            expires_on: None,
            picks: Vec::new(),
        })
    };
    version.components.iter().map(line).collect()
}

/// The order under its lock, in the version the user has read.
pub(super) async fn locked<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: AssemblyOrderId,
    version: i32,
) -> Outcome<Header> {
    let header = store::lock(tx, permit, id).await?.ok_or(CommandError::NotFound)?;
    same_version(
        header.version,
        version,
        "The assembly order was changed since you read it.",
        "Сборка была изменена после того, как вы её прочитали.",
    )?;
    Ok(header)
}
