//! Goods enter stock: each line of the receipt becomes a lot with a value of its own.

use access::{Action, Permit, Right};
use catalog::{Goods, OrganizationCard, check_period};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{LotId, NaiveDate, ProductId, ReceiptId, Refusal, RefusalCode};
use serde_json::json;

use super::draft;
use crate::coverage::cover;
use crate::demand::queue;
use crate::purchases::receiving::{self, Basis};
use crate::rules::{BalanceKey, ReceiptState};
use crate::store::movements::{self, Cause, Movement};
use crate::store::receipts::{self, Header, Line};
use crate::{document, events, pegging};

/// Posts a draft. Lines say of their lots what their products ask for. A line without a cost takes
/// what its purchase order says, else what its product cost last; who sees no prices can thus post.
/// Where nothing is known yet, it is refused until somebody states the cost.
#[derive(Clone, Debug)]
pub struct PostGoodsReceipt {
    /// Which.
    pub id: ReceiptId,
    /// The version that was read.
    pub version: i32,
}

impl Action for PostGoodsReceipt {
    const RIGHT: Right = Right::ReceiptWrite;
}

#[async_trait::async_trait]
impl Command for PostGoodsReceipt {
    type Output = ReceiptId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ReceiptId> {
        let mut receipt = draft::locked(tx, permit, self.id, self.version).await?;
        receipt.state()?.to(ReceiptState::Posted)?;
        let basis = receiving::basis(tx, permit, receipt.purchase_order_id).await?;
        let organization = document::held_organization(tx, permit, receipt.organization_id).await?;
        let may_backdate = permit.scope().reach(Right::DocumentBackdate).is_some();
        check_period(&organization, receipt.occurred_on, tx.today(), may_backdate)
            .map_err(|refusal| Refusal::from(refusal).at(["date"]))?;
        draft::warehouse(tx, permit, Some(receipt.warehouse_id)).await?;
        let mut lines = receipts::lines(tx, permit, self.id).await?;
        if lines.is_empty() {
            return Err(no_lines().into());
        }
        draft::check_lots(tx, permit, &lines).await?;
        if let Some(basis) = &basis {
            receiving::check_over(tx, permit, basis, &lines).await?;
            price_by_order(tx, permit, (basis, &receipt), &mut lines).await?;
        }
        fill_costs(tx, permit, &receipt, &mut lines).await?;
        let received = vec![receipt.occurred_on; lines.len()];
        let entering = Entering { lines: &lines, received: &received };
        let Some(mut basis) = basis else {
            enter_goods(tx, permit, &organization, &mut receipt, entering).await?;
            return Ok(self.id);
        };
        let queues = basis.queues(&lines);
        queue::take(tx, permit, &queues).await?;
        receiving::receive(tx, permit, &mut basis, &lines).await?;
        enter_goods(tx, permit, &organization, &mut receipt, entering).await?;
        cover(tx, permit, &queues).await?;
        Ok(self.id)
    }
}

/// What comes in: the lines of a receipt, and since when each is there, in the same order.
pub(super) struct Entering<'a> {
    pub(super) lines: &'a [Line],
    pub(super) received: &'a [NaiveDate],
}

/// Makes a lot, a balance and a movement of each line, and the receipt a posted one: the way into
/// stock, whoever brings the goods. All costs are known. Who waits for the goods gets them held.
pub(super) async fn enter_goods<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    organization: &OrganizationCard,
    receipt: &mut Header,
    entering: Entering<'_>,
) -> Outcome<()> {
    let Entering { lines, received } = entering;
    let movements: Vec<Movement> = lines.iter().map(|line| enter(receipt, line)).collect();
    receipts::insert_lots(tx, permit, receipt, (lines, received), &movements).await?;
    let cause = Cause {
        kind: "RECEIPT",
        document_kind: "GoodsReceipt",
        document_id: receipt.id.0,
        occurred_on: receipt.occurred_on,
    };
    movements::add(tx, permit, &cause, &movements).await?;
    receipt.amount = draft::total(lines);
    receipt.state = ReceiptState::Posted.as_str().to_owned();
    receipt.number =
        document::number(tx, organization, "goods_receipt", receipt.occurred_on).await?;
    receipts::update(tx, permit, receipt).await?;
    tx.audit(AuditEntry::new(
        "postGoodsReceipt",
        "GoodsReceipt",
        receipt.id,
        json!({ "state": ["DRAFT", "POSTED"], "number": receipt.number, "lines": lines }),
    ));
    events::receipt_changed(tx, receipt);
    events::stock_changed(tx, "GoodsReceipt", receipt.id, movements.iter().map(|m| &m.key));
    let keys: Vec<BalanceKey> = movements.iter().map(|movement| movement.key).collect();
    pegging::peg(tx, permit, &keys).await?;
    Ok(())
}

/// Lines of a purchase order cost what it says, at the rate of the receipt's date, where nobody has
/// stated another cost; what it says is kept beside.
async fn price_by_order<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (basis, receipt): (&Basis, &Header),
    lines: &mut [Line],
) -> Outcome<()> {
    let on = receipt.occurred_on;
    let costs = receiving::ordered_costs(tx, permit, basis, on).await?;
    let is_priced = |line: &Line| {
        let ordered = basis.lines.iter().find(|one| Some(one.id) == line.purchase_order_line_id);
        ordered.is_some_and(|one| one.price.is_some())
    };
    let mut ordered = Vec::new();
    for (place, line) in lines.iter_mut().enumerate() {
        let cost = line.purchase_order_line_id.and_then(|id| costs.get(&id)).copied();
        match cost {
            Some(cost) => {
                ordered.push((line.id, cost));
                if line.unit_cost.is_none() {
                    line.unit_cost = Some(cost);
                    line.amount = Some(draft::amount(place, line.quantity, cost)?);
                }
            }
            None if line.unit_cost.is_none() && is_priced(line) => {
                return Err(receiving::no_rate(basis, on).into());
            }
            None => {}
        }
    }
    receipts::set_ordered_costs(tx, permit, &ordered).await?;
    Ok(receipts::update_costs(tx, permit, lines).await?)
}

async fn fill_costs<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    receipt: &Header,
    lines: &mut [Line],
) -> Outcome<()> {
    let open: Vec<Goods> =
        lines.iter().filter(|line| line.unit_cost.is_none()).map(Line::goods).collect();
    if open.is_empty() {
        return Ok(());
    }
    let known = receipts::last_costs(tx, permit, receipt.organization_id, &open).await?;
    let unknown = open.iter().filter(|goods| !known.contains_key(*goods));
    let unknown: Vec<ProductId> = unknown.map(|goods| goods.product).collect();
    if !unknown.is_empty() {
        return Err(cost_unknown(tx, permit, &unknown).await?.into());
    }
    for (place, line) in lines.iter_mut().enumerate() {
        if line.unit_cost.is_none() {
            line.unit_cost = known.get(&line.goods()).copied();
            let cost = line.unit_cost.unwrap_or_default();
            line.amount = Some(draft::amount(place, line.quantity, cost)?);
        }
    }
    Ok(receipts::update_costs(tx, permit, lines).await?)
}

fn enter(receipt: &Header, line: &Line) -> Movement {
    Movement {
        key: BalanceKey {
            organization_id: receipt.organization_id,
            warehouse_id: receipt.warehouse_id,
            product_id: line.product_id,
            lot_id: LotId::new(),
        },
        line_id: line.id.0,
        quantity: line.quantity,
        value: line.amount.unwrap_or_default(),
        reverses: None,
    }
}

fn no_lines() -> Refusal {
    Refusal::new(RefusalCode::NoLines, "The receipt has no lines.", "В поступлении нет строк.")
}

async fn cost_unknown<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    products: &[ProductId],
) -> Outcome<Refusal> {
    let cards = catalog::product_cards(tx, permit, products).await?;
    let mut skus: Vec<&str> = cards.values().map(|card| card.sku.as_str()).collect();
    skus.sort_unstable();
    Ok(Refusal::new(
        RefusalCode::Required,
        "Some goods have no cost, and were never received before: state their cost.",
        "У части товаров не указана себестоимость, и раньше они не поступали: укажите её.",
    )
    .with(json!({ "skus": skus })))
}
