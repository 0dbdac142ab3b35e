//! Writing a price correction.

use std::collections::HashSet;

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{
    Decimal, Money, NaiveDate, PriceCorrectionId, PriceCorrectionLineId, Refusal, RefusalCode,
    ServiceActId, ShipmentId, ShipmentLineId,
};
use serde_json::json;

use super::super::rules::{StandingLine, less_by_amount, less_by_price, spread_over};
use super::super::store::{NewCorrection, NewCorrectionLine, insert_correction};
use super::booking::{standing_lines, taken_off, totals_of};
use super::correction_changed;
use crate::model::ShipmentLine;
use crate::rules::{
    LineRule, LineSum, ShipmentState, at_line, external_reference, optional_text, reason, unknown,
};
use crate::sold::{SaleKind, Sold, lock_sold, order_of_sold};
use crate::store::lock_order;

/// Most lines of one correction.
const MOST_LINES: usize = 1_000;

/// A price correction as a client writes it.
#[derive(Clone, Debug)]
pub struct CorrectionDraft {
    /// The posted shipment or act that becomes cheaper; `None` where not exactly one was named.
    pub sale: Option<SaleRef>,
    /// The business date, not before that of the sale; `None` is today.
    pub date: Option<NaiveDate>,
    /// Why.
    pub reason: String,
    /// Which lines, and by how much.
    pub lines: Option<Vec<CorrectionLineDraft>>,
    /// An amount spread over all lines in proportion, instead of lines; with VAT or without it, as
    /// the sale's lines are.
    pub amount: Option<Decimal>,
    /// A note.
    pub comment: Option<String>,
    /// Its number in another program.
    pub external_reference: Option<String>,
}

/// What becomes cheaper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaleRef {
    /// A shipment.
    Shipment(ShipmentId),
    /// An act.
    Act(ServiceActId),
}

/// A line as a client writes it: a new price, or the amount it becomes less by.
#[derive(Clone, Debug)]
pub struct CorrectionLineDraft {
    /// The line of the sale; none is no line of it.
    pub shipment_line_id: Option<ShipmentLineId>,
    /// The price of a unit from now on, discounts taken off already.
    pub price: Option<Decimal>,
    /// By how much the whole line becomes less.
    pub amount: Option<Decimal>,
}

/// Writes a price correction of a posted sale as a draft: nothing changes yet.
#[derive(Clone, Debug)]
pub struct CreatePriceCorrection {
    /// What is written.
    pub draft: CorrectionDraft,
}

impl Action for CreatePriceCorrection {
    const RIGHT: Right = Right::CorrectionWrite;
}

#[async_trait::async_trait]

impl Command for CreatePriceCorrection {
    type Output = PriceCorrectionId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PriceCorrectionId> {
        let draft = &self.draft;
        let why = reason(&draft.reason)?;
        let comment = optional_text("comment", draft.comment.as_deref())?;
        let external_reference = external_reference(draft.external_reference.as_deref())?;
        let (kind, sale) = self.sale()?;
        let order = order_of_sold(tx, permit, kind, sale).await?;
        lock_order(tx, permit, order).await?;
        let sold = lock_sold(tx, permit, sale).await?;
        check_posted(&sold)?;
        let standing = standing_lines(tx, permit, &sold).await?;
        let lines = self.lines(permit, &standing)?;
        let sums = lines.iter().map(|line| LineSum { amount: line.amount, vat: line.vat_amount });
        let new = NewCorrection {
            id: PriceCorrectionId::new(),
            date: draft.date.unwrap_or_else(|| tx.today()),
            reason: why,
            totals: totals_of(&sold, sums)?,
            comment,
            external_reference,
        };
        check_not_before(&sold, new.date)?;
        insert_correction(tx, permit, &sold, &new, &lines).await?;
        tx.audit(AuditEntry::new(
            "createPriceCorrection",
            "PriceCorrection",
            new.id,
            json!({ "sale": sold.id, "lines": lines.len(), "date": new.date,
                    "gross": new.totals.gross, "reason": new.reason }),
        ));
        correction_changed(tx, new.id, &sold);
        Ok(new.id)
    }
}

/// What was posted and stands becomes cheaper.
pub(super) fn check_posted(sold: &Sold) -> Result<(), Refusal> {
    if sold.state == ShipmentState::Posted {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::IllegalTransition,
        "Prices of a posted sale alone are corrected.",
        "Исправить можно только цены проведённого документа.",
    )
    .at(["shipmentId"])
    .with(json!({ "state": sold.state, "allowed": [ShipmentState::Posted] })))
}

/// It becomes cheaper on its own day, or later.
pub(super) fn check_not_before(sold: &Sold, date: NaiveDate) -> Result<(), Refusal> {
    if date >= sold.date {
        return Ok(());
    }
    let day = sold.date.format("%d.%m.%Y");
    Err(Refusal::new(
        RefusalCode::Invalid,
        format!("The sale is dated {}: nothing of it is corrected before.", sold.date),
        format!("Дата продажи {day}: раньше исправить её нельзя."),
    )
    .at(["date"])
    .with(json!({ "saleDate": sold.date })))
}

impl CreatePriceCorrection {
    /// The one sale that is named.
    fn sale(&self) -> Result<(SaleKind, ShipmentId), Refusal> {
        match self.draft.sale {
            Some(SaleRef::Shipment(id)) => Ok((SaleKind::Goods, id)),
            Some(SaleRef::Act(id)) => Ok((SaleKind::Services, ShipmentId(id.0))),
            None => Err(Refusal::new(
                RefusalCode::Required,
                "Name a shipment or an act.",
                "Укажите реализацию или акт.",
            )
            .at(["shipmentId"])),
        }
    }

    fn lines(
        &self,
        permit: &Permit<Self>,
        standing: &[(ShipmentLine, StandingLine)],
    ) -> Result<Vec<NewCorrectionLine>, Refusal> {
        let lines = match (&self.draft.lines, self.draft.amount) {
            (Some(lines), None) => named_lines(permit, standing, lines)?,
            (None, Some(amount)) => spread_lines(permit, standing, amount)?,
            _ => {
                return Err(Refusal::new(
                    RefusalCode::Required,
                    "Name lines, or an amount to spread over all of them.",
                    "Укажите строки или сумму, распределяемую по всем строкам.",
                )
                .at(["lines"]));
            }
        };
        if lines.is_empty() { Err(LineRule::None.into()) } else { Ok(lines) }
    }
}

fn spread_lines(
    permit: &Permit<CreatePriceCorrection>,
    standing: &[(ShipmentLine, StandingLine)],
    amount: Decimal,
) -> Result<Vec<NewCorrectionLine>, Refusal> {
    let amount = checked_amount(permit, amount).map_err(|refusal| refusal.at(["amount"]))?;
    let stand: Vec<StandingLine> = standing.iter().map(|(_, line)| *line).collect();
    let Some(parts) = spread_over(&stand, amount) else {
        let left: Decimal = stand.iter().map(|line| line.sum.amount).sum();
        return Err(Refusal::new(
            RefusalCode::ExceedsShipment,
            format!("Only {left} of the sale stands."),
            format!("От продажи осталось только {left}."),
        )
        .at(["amount"])
        .with(json!({ "left": left })));
    };
    let parts = standing.iter().zip(parts).filter(|(_, part)| *part > Decimal::ZERO);
    let line =
        |(index, ((sold, stand), part)): (usize, (&(ShipmentLine, StandingLine), Decimal))| {
            written(index, sold, None, less_by_amount(stand, part))
        };
    Ok(parts.enumerate().map(line).collect())
}

fn named_lines(
    permit: &Permit<CreatePriceCorrection>,
    standing: &[(ShipmentLine, StandingLine)],
    lines: &[CorrectionLineDraft],
) -> Result<Vec<NewCorrectionLine>, Refusal> {
    if lines.len() > MOST_LINES {
        return Err(LineRule::TooMany { most: MOST_LINES }.into());
    }
    let mut seen = HashSet::new();
    let mut written_lines = Vec::with_capacity(lines.len());
    for (index, draft) in lines.iter().enumerate() {
        if draft.shipment_line_id.is_some() && !seen.insert(draft.shipment_line_id) {
            return Err(LineRule::Twice { index }.into());
        }
        let found = standing.iter().find(|(line, _)| Some(line.id) == draft.shipment_line_id);
        let Some((sold, stand)) = found else {
            let refusal = unknown("shipmentLineId", "line of this sale", "строка этой продажи");
            return Err(at_line(refusal, index, "shipmentLineId"));
        };
        let amount = match (draft.price, draft.amount) {
            (Some(price), None) => {
                check_price(price).map_err(|wrong| at_line(wrong, index, "price"))?;
                less_by_price(stand, price)
            }
            (None, Some(amount)) => {
                checked_amount(permit, amount).map_err(|wrong| at_line(wrong, index, "amount"))?
            }
            _ => {
                let refusal = Refusal::new(
                    RefusalCode::Required,
                    "Say the new price, or by how much the line becomes less.",
                    "Укажите новую цену или сумму уменьшения строки.",
                );
                return Err(at_line(refusal, index, "price"));
            }
        };
        written_lines.push(written(index, sold, draft.price, taken_off(index, stand, amount)?));
    }
    Ok(written_lines)
}

fn written(
    index: usize,
    sold: &ShipmentLine,
    price: Option<Decimal>,
    less: LineSum,
) -> NewCorrectionLine {
    NewCorrectionLine {
        id: PriceCorrectionLineId::new(),
        position: i32::try_from(index + 1).unwrap_or(i32::MAX),
        shipment_line_id: sold.id,
        product_id: sold.product_id,
        variant_id: sold.variant_id,
        unit: sold.unit.clone(),
        price,
        amount: less.amount,
        vat_rate: sold.vat_rate,
        vat_amount: less.vat,
    }
}

/// A price is not below zero, has at most four places, and ten digits before them.
fn check_price(price: Decimal) -> Result<(), Refusal> {
    let largest = Decimal::from(9_999_999_999_i64);
    if price >= Decimal::ZERO && price <= largest && price.normalize().scale() <= 4 {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::OutOfRange,
        "A price is not below zero and has at most 4 decimal places.",
        "Цена не меньше нуля, не больше четырёх знаков после запятой.",
    ))
}

fn checked_amount<A>(permit: &Permit<A>, amount: Decimal) -> Result<Decimal, Refusal> {
    match Money::checked(amount, permit.scope().facts().base_currency) {
        Ok(money) if money.amount > Decimal::ZERO => Ok(money.amount),
        _ => Err(Refusal::new(
            RefusalCode::OutOfRange,
            "The amount must be above zero, with at most 2 decimal places.",
            "Сумма должна быть больше нуля, не больше двух знаков после запятой.",
        )),
    }
}
