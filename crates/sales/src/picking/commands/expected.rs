//! What a storekeeper is told who holds the wrong goods: what was expected.

use access::Permit;
use db::{Outcome, TenantTx};
use kernel::{Decimal, Refusal, RefusalCode};
use serde_json::{Value, json};

use super::super::model::PickLine;
use super::super::rules::Mismatch;

/// Lines that a refusal names at most.
const MOST_NAMED: usize = 5;

/// The refusal of a scan, with the next lines of the walk.
pub(super) async fn refusal<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: &[PickLine],
    why: Mismatch,
) -> Outcome<Refusal> {
    let open = lines.iter().filter(|line| line.left() > Decimal::ZERO);
    let open: Vec<&PickLine> = open.take(MOST_NAMED).collect();
    let products: Vec<_> = open.iter().map(|line| line.product_id).collect();
    let cards = catalog::product_cards(tx, permit, &products).await?;
    let lots: Vec<_> = open.iter().map(|line| line.lot_id).collect();
    let lots = stock::numbered_lots(tx, permit, &lots).await?;
    let number = |line: &PickLine| {
        lots.iter().find(|lot| lot.id == line.lot_id).and_then(|lot| lot.number.clone())
    };
    let describe = |line: &&PickLine| {
        let card = cards.get(&line.product_id);
        json!({
            "position": line.position,
            "sku": card.map(|card| card.sku.as_str()),
            "name": card.map(|card| card.name.as_str()),
            "lot": number(line),
            "left": line.left().normalize(),
        })
    };
    let expected: Vec<Value> = open.iter().map(describe).collect();
    let next = open.first().and_then(|line| cards.get(&line.product_id));
    let next = next.map(|card| card.name.clone()).unwrap_or_default();
    Ok(told(why, &next).with(json!({ "expected": expected })))
}

fn told(why: Mismatch, next: &str) -> Refusal {
    let (code, en, ru) = match why {
        Mismatch::Goods if next.is_empty() => (
            RefusalCode::WrongGoods,
            "Nothing of this task is left to pick.".to_owned(),
            "По этому заданию больше нечего отбирать.".to_owned(),
        ),
        Mismatch::Goods => (
            RefusalCode::WrongGoods,
            format!("These goods are not to be picked; next comes {next}."),
            format!("Этот товар отбирать не нужно; следующий — «{next}»."),
        ),
        Mismatch::Lot => (
            RefusalCode::WrongGoods,
            format!("This lot is of no goods that are to be picked here; next comes {next}."),
            format!("Эта партия не относится к товарам задания; следующий — «{next}»."),
        ),
        Mismatch::WhichLot => (
            RefusalCode::Required,
            "These goods are told apart by lots: scan or name the lot too.".to_owned(),
            "Этот товар учитывается по партиям: укажите ещё и партию.".to_owned(),
        ),
        Mismatch::WhichVariant => (
            RefusalCode::Required,
            "This code is of several variants to be picked: name the line.".to_owned(),
            "Этот штрихкод относится к нескольким характеристикам: укажите строку.".to_owned(),
        ),
    };
    Refusal::new(code, en, ru)
}
