//! What a client writes of a shipment, and the draft it becomes.

use std::collections::{HashMap, HashSet};

use access::Permit;
use db::{Outcome, TenantTx};
use kernel::{
    Decimal, NaiveDate, OrderId, OrderLineId, Quantity, Refusal, RefusalCode, ShipmentId,
    ShipmentLineId, WarehouseId,
};

use crate::model::{Order, OrderLine, Shipment};
use crate::posting::{Picked, ShippedLine};
use crate::rules::{
    LineRule, LineSum, OrderMove, ShipmentState, VatMode, at_line, external_reference,
    optional_text, out_of_scale, part_of, totals, unknown,
};
use crate::store::{NewShipment, NewShipmentLine, insert_shipment, order_lines};

/// A shipment as a client writes it.
#[derive(Clone, Debug)]
pub struct Dispatch {
    /// The order it fulfils.
    pub order_id: OrderId,
    /// From where; `None` is the order's warehouse, else where most is held for it, else the
    /// tenant's default one.
    pub warehouse_id: Option<WarehouseId>,
    /// The business date; `None` is today.
    pub date: Option<NaiveDate>,
    /// What; `None` is everything that is left.
    pub lines: Option<Vec<ShipLine>>,
    /// A note.
    pub comment: Option<String>,
    /// Its number in another program.
    pub external_reference: Option<String>,
}

/// A line as a client writes it.
#[derive(Clone, Debug)]
pub struct ShipLine {
    /// The order's line.
    pub order_line_id: OrderLineId,
    /// How much, above zero, at most three places.
    pub quantity: Decimal,
}

/// Writes a draft of a locked order's shipment.
pub(crate) async fn write_draft<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    dispatch: &Dispatch,
) -> Outcome<(Shipment, Picked)> {
    order.state.check(OrderMove::Ship).map_err(Refusal::from)?;
    let comment = optional_text("comment", dispatch.comment.as_deref())?;
    let external_reference = external_reference(dispatch.external_reference.as_deref())?;
    let warehouse_id = warehouse(tx, permit, order, dispatch).await?;
    let ordered = order_lines(tx, permit, order.id).await?;
    let products: Vec<_> = ordered.iter().map(|line| line.product_id).collect();
    let date = dispatch.date.unwrap_or_else(|| tx.today());
    let cards = catalog::taxed_products(tx, permit, &products, order.organization_id, date).await?;
    let name_of = |line: &OrderLine| {
        cards.get(&line.product_id).map(|taxed| taxed.card.name.clone()).unwrap_or_default()
    };
    let lines = chosen(&ordered, dispatch.lines.as_deref(), name_of)?;
    let mode = VatMode::of(order.prices_include_vat);
    let written = |(index, line): (usize, &ShippedLine)| {
        let rate = cards.get(&line.order_line.product_id).and_then(|taxed| taxed.vat_rate);
        let sum = part_of(&line.order_line.ordered(), line.quantity, rate, mode);
        NewShipmentLine {
            id: line.id,
            position: i32::try_from(index + 1).unwrap_or(i32::MAX),
            order_line_id: line.order_line.id,
            product_id: line.order_line.product_id,
            variant_id: line.order_line.variant_id,
            unit: line.order_line.unit.clone(),
            quantity: line.quantity,
            amount: sum.amount,
            vat_rate: rate,
            vat_amount: sum.vat,
        }
    };
    let new_lines: Vec<NewShipmentLine> = lines.iter().enumerate().map(written).collect();
    let sums = new_lines.iter().map(|line| LineSum { amount: line.amount, vat: line.vat_amount });
    let draft = NewShipment {
        id: ShipmentId::new(),
        date,
        warehouse_id,
        totals: totals(sums, mode).ok_or(LineRule::TooLarge).map_err(Refusal::from)?,
        comment,
        external_reference,
    };
    insert_shipment(tx, permit, order, &draft, &new_lines).await?;
    Ok((shipment_of(tx, permit, order, draft), Picked { lines, ordered }))
}

/// The draft as it stands in the database now.
fn shipment_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    draft: NewShipment,
) -> Shipment {
    Shipment {
        id: draft.id,
        number: None,
        date: draft.date,
        state: ShipmentState::Draft,
        order_id: order.id,
        organization_id: order.organization_id,
        customer_id: order.customer_id,
        agreement_id: order.agreement_id,
        agreement_version: order.agreement_version,
        manager_id: order.manager_id,
        department_id: order.department_id,
        region_id: order.region_id,
        warehouse_id: draft.warehouse_id,
        currency: order.currency,
        prices_include_vat: order.prices_include_vat,
        net: draft.totals.net,
        vat: draft.totals.vat,
        gross: draft.totals.gross,
        cost: None,
        comment: draft.comment,
        posted_at: None,
        reversed_at: None,
        reversed_on: None,
        reverse_reason: None,
        external_reference: draft.external_reference,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
        created_by: permit.user(),
    }
}

async fn warehouse<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    dispatch: &Dispatch,
) -> Outcome<WarehouseId> {
    if let Some(id) = dispatch.warehouse_id {
        let known = catalog::warehouse_cards(tx, permit, &[id]).await?;
        let there = known.get(&id).is_some_and(|card| !card.archived);
        return if there {
            Ok(id)
        } else {
            Err(unknown("warehouseId", "warehouse", "склад").into())
        };
    }
    if let Some(id) = order.warehouse_id {
        return Ok(id);
    }
    if let Some(id) = stock::held_in(tx, permit, order.id).await?.first() {
        return Ok(*id);
    }
    let default = catalog::default_warehouse(tx, permit).await?;
    default.map(|card| card.id).ok_or_else(|| {
        Refusal::new(
            RefusalCode::Required,
            "There is no default warehouse: name one.",
            "Склад по умолчанию не задан: укажите его.",
        )
        .at(["warehouseId"])
        .into()
    })
}

/// The lines that were asked for, or all that is left.
fn chosen(
    ordered: &[OrderLine],
    asked: Option<&[ShipLine]>,
    name_of: impl Fn(&OrderLine) -> String,
) -> Result<Vec<ShippedLine>, Refusal> {
    let shipped = |order_line: &OrderLine, quantity| ShippedLine {
        id: ShipmentLineId::new(),
        order_line: order_line.clone(),
        quantity,
        picked: Vec::new(),
    };
    let Some(asked) = asked else {
        let left = ordered.iter().filter(|line| line.left() > Decimal::ZERO);
        let lines: Vec<_> = left.map(|line| shipped(line, line.left())).collect();
        return if lines.is_empty() { Err(LineRule::None.into()) } else { Ok(lines) };
    };
    if asked.is_empty() {
        return Err(LineRule::None.into());
    }
    let by_id: HashMap<OrderLineId, &OrderLine> =
        ordered.iter().map(|line| (line.id, line)).collect();
    let mut seen = HashSet::new();
    let mut lines = Vec::with_capacity(asked.len());
    for (index, line) in asked.iter().enumerate() {
        let quantity = Quantity::positive(line.quantity)
            .map_err(|error| at_line(out_of_scale(error), index, "quantity"))?;
        if !seen.insert(line.order_line_id) {
            return Err(LineRule::Twice { index }.into());
        }
        let Some(order_line) = by_id.get(&line.order_line_id) else {
            let refusal = unknown("orderLineId", "line of this order", "строка этого заказа");
            return Err(at_line(refusal, index, "orderLineId"));
        };
        if quantity.get() > order_line.left() {
            let (product, left) = (name_of(order_line), order_line.left());
            return Err(LineRule::ExceedsOrder { index, product, left }.into());
        }
        lines.push(shipped(order_line, quantity.get()));
    }
    Ok(lines)
}
