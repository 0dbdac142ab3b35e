//! Invoices of an order: what of it is to be asked for (domain, section 4). Several of them never
//! ask for more than the order, nor for what was closed short of it; settlements keep them.

use std::collections::HashMap;

use access::{Action, Permit, Right};
use catalog::PaymentStep;
use chrono::Days;
use db::{AuditEntry, Command, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    CustomerId, Decimal, InvoiceId, Money, NaiveDate, OrderId, OrderLineId, OrganizationId,
    Refusal, RefusalCode, Text, share_out,
};
use serde_json::json;
use settlements::{InvoiceKept, LineLeft, LinePart, NewInvoice, NewInvoiceLine};

use crate::ReadOrders;
use crate::commands::{Warning, check_version};
use crate::model::{Order, OrderLine};
use crate::posting::hold_organization;
use crate::rules::{LineRule, LineSum, OrderState, VatMode, external_reference, optional_text};
use crate::store::{lock_order, order_lines, within_reach};

/// Days until an invoice is due, at most: longer is a slip of the pen.
const LONGEST_DAYS: u64 = 3_650;

/// An invoice as a client asks for it.
#[derive(Clone, Debug)]
pub struct InvoiceDraft {
    /// The order, confirmed.
    pub order_id: OrderId,
    /// The order's version that was read; `None` does not ask.
    pub order_version: Option<i32>,
    /// Which of its payment steps, from 1: it asks for that step's part.
    pub payment_step: Option<i32>,
    /// How much with VAT, instead of a step; neither is all that no invoice asks for yet.
    pub amount: Option<Decimal>,
    /// The business date; `None` is today.
    pub date: Option<NaiveDate>,
    /// The day by which it is to be paid; `None` is what the step says, counted from its date.
    pub due_on: Option<NaiveDate>,
    /// A note.
    pub comment: Option<String>,
    /// Its number in another program.
    pub external_reference: Option<String>,
}

/// Issues an invoice of an order, or of a part of it.
#[derive(Clone, Debug)]
pub struct IssueInvoice {
    /// What is asked for.
    pub draft: InvoiceDraft,
}

impl Action for IssueInvoice {
    const RIGHT: Right = Right::InvoiceWrite;
}

#[async_trait::async_trait]

impl Command for IssueInvoice {
    type Output = InvoiceId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<InvoiceId> {
        let draft = &self.draft;
        let comment = optional_text("comment", draft.comment.as_deref())?;
        let external_reference = external_reference(draft.external_reference.as_deref())?;
        let order = lock_order(tx, permit, draft.order_id).await?;
        check_version(draft.order_version, order.version)?;
        check_confirmed(&order)?;
        let organization = hold_organization(tx, permit, order.organization_id).await?;
        let date = draft.date.unwrap_or_else(|| tx.today());
        let may_backdate = permit.scope().reach(Right::DocumentBackdate).is_some();
        catalog::check_period(&organization, date, tx.today(), may_backdate)
            .map_err(|refusal| Refusal::from(refusal).at(["date"]))?;
        let step = self.step(&order)?;
        let lines = self.lines(tx, permit, &order).await?;
        let new = NewInvoice {
            order_id: order.id,
            customer_id: order.customer_id,
            agreement_id: order.agreement_id,
            manager_id: order.manager_id,
            currency: order.currency,
            date,
            due_on: self.due_on(date, step)?,
            payment_step: draft.payment_step,
            lines,
            comment,
            external_reference,
        };
        let (id, number) = settlements::issue_invoice(tx, permit, &organization, &new).await?;
        let gross: Decimal = new.lines.iter().map(|line| line.net + line.vat).sum();
        tx.audit(AuditEntry::new(
            "issueInvoice",
            "Invoice",
            id,
            json!({ "number": number, "order": order.id, "date": date, "dueOn": new.due_on,
                    "gross": gross, "paymentStep": draft.payment_step }),
        ));
        Ok(id)
    }
}

/// Nobody pays for what is not agreed, or is given up.
fn check_confirmed(order: &Order) -> Result<(), Refusal> {
    if matches!(
        order.state,
        OrderState::Confirmed | OrderState::InFulfilment | OrderState::Completed
    ) {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::IllegalTransition,
        "Invoices are issued of confirmed orders.",
        "Счёт выставляется по подтверждённому заказу.",
    )
    .at(["orderId"])
    .with(json!({
        "state": order.state,
        "allowed": [OrderState::Confirmed, OrderState::InFulfilment, OrderState::Completed],
    })))
}

impl IssueInvoice {
    /// The payment step that is asked for.
    fn step<'o>(&self, order: &'o Order) -> Result<Option<&'o PaymentStep>, Refusal> {
        let Some(place) = self.draft.payment_step else { return Ok(None) };
        let place = usize::try_from(place).unwrap_or_default();
        let step = place.checked_sub(1).and_then(|index| order.payment_steps.0.get(index));
        step.map(Some).ok_or_else(|| {
            let most = order.payment_steps.0.len();
            Refusal::new(
                RefusalCode::OutOfRange,
                format!("The order has {most} payment steps."),
                format!("Этапов оплаты в заказе: {most}."),
            )
            .at(["paymentStep"])
        })
    }

    fn due_on(&self, date: NaiveDate, step: Option<&PaymentStep>) -> Result<NaiveDate, Refusal> {
        let last = date.checked_add_days(Days::new(LONGEST_DAYS)).unwrap_or(date);
        if let Some(due_on) = self.draft.due_on {
            if due_on < date || due_on > last {
                return Err(Refusal::new(
                    RefusalCode::OutOfRange,
                    "An invoice is due on its own day or later, within ten years.",
                    "Срок оплаты — не раньше даты счёта и не позже десяти лет.",
                )
                .at(["dueOn"]));
            }
            return Ok(due_on);
        }
        let days = step.map_or(0, |step| u64::try_from(step.days).unwrap_or_default());
        Ok(date.checked_add_days(Days::new(days)).unwrap_or(date).min(last))
    }

    /// The lines with what is asked for: never more than no invoice asks for yet.
    async fn lines(
        &self,
        tx: &TenantTx,
        permit: &Permit<Self>,
        order: &Order,
    ) -> Outcome<Vec<NewInvoiceLine>> {
        let ordered = order_lines(tx, permit, order.id).await?;
        let asked: HashMap<OrderLineId, LineLeft> =
            settlements::invoiced_of_order(tx, permit, order.id)
                .await?
                .into_iter()
                .map(|line| (line.order_line_id, LineLeft { net: line.net, vat: line.vat }))
                .collect();
        let mode = VatMode::of(order.prices_include_vat);
        let whole = |line: &OrderLine| {
            let sum = match order.close_reason {
                // What was closed short is never delivered, and so never paid.
                Some(_) => LineSum { amount: line.shipped_amount, vat: line.shipped_vat },
                None => LineSum { amount: line.amount, vat: line.vat_amount },
            };
            LineLeft { net: sum.net(mode), vat: sum.vat }
        };
        let left = |line: &OrderLine| {
            let whole = whole(line);
            let asked = asked.get(&line.id).copied();
            let asked = asked.unwrap_or(LineLeft { net: Decimal::ZERO, vat: Decimal::ZERO });
            // A changed order may hold less than was asked for: then nothing is left of the line. Its
            // tax may have another rate by now, and is never more than what is left.
            let gross = (whole.gross() - asked.gross()).max(Decimal::ZERO);
            let vat = (whole.vat - asked.vat).clamp(Decimal::ZERO, gross);
            LineLeft { net: gross - vat, vat }
        };
        let left: Vec<LineLeft> = ordered.iter().map(left).collect();
        let sum = |lines: &mut dyn Iterator<Item = LineLeft>| -> Decimal {
            lines.map(|line| line.gross()).sum()
        };
        // What was asked for beyond a line's present sum, or for a line that is gone, was asked of the
        // order all the same.
        let rest = sum(&mut ordered.iter().map(whole)) - sum(&mut asked.values().copied());
        let open = sum(&mut left.iter().copied()).min(rest).max(Decimal::ZERO);
        let gross = self.gross(permit, order, open)?;
        let parts = settlements::invoice_parts(&left, gross).ok_or_else(|| exceeds(open))?;
        let lines = ordered.iter().zip(parts).filter(|(_, part)| part.gross() > Decimal::ZERO);
        let lines: Vec<NewInvoiceLine> =
            lines.enumerate().map(|(index, (line, part))| written(index, line, part)).collect();
        if lines.is_empty() {
            return Err(Refusal::from(LineRule::None).into());
        }
        Ok(lines)
    }

    /// How much is asked for, with VAT.
    fn gross(
        &self,
        permit: &Permit<Self>,
        order: &Order,
        open: Decimal,
    ) -> Result<Decimal, Refusal> {
        let gross = match (self.draft.payment_step, self.draft.amount) {
            (None, None) => open,
            (Some(place), None) => {
                let weights: Vec<Decimal> =
                    order.payment_steps.0.iter().map(|step| step.percent.get()).collect();
                let parts = share_out(order.gross, &weights);
                let index = usize::try_from(place).unwrap_or_default().saturating_sub(1);
                parts.get(index).copied().unwrap_or_default()
            }
            (None, Some(amount)) => {
                match Money::checked(amount, permit.scope().facts().base_currency) {
                    Ok(money) if money.amount > Decimal::ZERO => money.amount,
                    _ => {
                        return Err(Refusal::new(
                            RefusalCode::OutOfRange,
                            "The amount must be above zero, with at most 2 decimal places.",
                            "Сумма должна быть больше нуля, не больше двух знаков после запятой.",
                        )
                        .at(["amount"]));
                    }
                }
            }
            (Some(_), Some(_)) => {
                return Err(Refusal::new(
                    RefusalCode::Invalid,
                    "Name a payment step or an amount, not both.",
                    "Укажите этап оплаты или сумму, а не то и другое.",
                )
                .at(["amount"]));
            }
        };
        if gross > open { Err(exceeds(open)) } else { Ok(gross) }
    }
}

fn written(index: usize, line: &OrderLine, part: LinePart) -> NewInvoiceLine {
    NewInvoiceLine {
        position: i32::try_from(index + 1).unwrap_or(i32::MAX),
        order_line_id: line.id,
        product_id: line.product_id,
        variant_id: line.variant_id,
        unit: line.unit.clone(),
        quantity: line.quantity,
        net: part.net,
        vat_rate: line.vat_rate,
        vat: part.vat,
    }
}

fn exceeds(open: Decimal) -> Refusal {
    Refusal::new(
        RefusalCode::ExceedsOrder,
        format!("Only {open} of the order is asked for by no invoice yet."),
        format!("По заказу осталось выставить {open}."),
    )
    .at(["amount"])
    .with(json!({ "left": open }))
}

/// An order comes to no more than `left`, with VAT: what unpaid invoices ask for beyond that is asked
/// for no longer. One that is paid in part stays, and is told of. Locks the customer.
pub(crate) async fn call_off_invoices<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Order,
    left: Decimal,
    why: &str,
) -> Outcome<Vec<Warning>> {
    let place = (order.id, order.customer_id);
    let kept = settlements::call_off_invoices(tx, permit, place, left, why).await?;
    Ok(kept.into_iter().map(|invoice| paid_in_part(order, &invoice)).collect())
}

/// The code of the warning that an invoice stays open; no refusal has it.
const INVOICE_PARTLY_PAID: &str = "INVOICE_PARTLY_PAID";

fn paid_in_part(order: &Order, invoice: &InvoiceKept) -> Warning {
    let (currency, InvoiceKept { number, paid, unpaid, .. }) = (order.currency, invoice);
    Warning {
        code: INVOICE_PARTLY_PAID.to_owned(),
        text: Text::new(
            format!("The invoice {number} stays: {paid} {currency} of it is paid."),
            format!("Счёт {number} остаётся: по нему оплачено {paid} {currency}."),
        ),
        details: Some(json!({
            "number": number, "paid": paid, "unpaid": unpaid, "currency": currency,
        })),
    }
}

#[derive(FromQueryResult)]
struct Numbered {
    id: OrderId,
    number: String,
    customer_id: CustomerId,
    organization_id: OrganizationId,
}

/// Open orders of customers by their numbers, for what bank lines seem to pay for.
///
/// # Errors
/// A fault of the database.
pub async fn orders_by_numbers(
    tx: &TenantTx,
    permit: &Permit<ReadOrders>,
    customers: &[CustomerId],
    numbers: &[String],
) -> Outcome<HashMap<(CustomerId, OrganizationId, String), OrderId>> {
    let mut sql = Sql::new(
        "select d.id, d.number, d.customer_id, d.organization_id
         from sales_order d
         where d.tenant_id = $1
           and d.number_order = any ($2)
           and d.customer_id = any ($3)
           and d.state in ('CONFIRMED', 'IN_FULFILMENT', 'COMPLETED')",
        values![permit.tenant(), numbers.to_vec(), crate::store::uuids(customers)],
    );
    within_reach(&mut sql, permit, "d");
    sql.push(" order by d.date, d.id");
    let found: Vec<Numbered> = tx.all(sql).await?;
    // Numbers repeat from year to year: the newest is meant.
    let keyed = |row: Numbered| ((row.customer_id, row.organization_id, row.number), row.id);
    Ok(found.into_iter().map(keyed).collect())
}
