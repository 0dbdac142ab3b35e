//! What the documents are called that somebody is asked about, and what they said then, for letters
//! and for the pages behind their links. Approvals know documents by their ids alone.

use access::Permit;
use approvals::{ApprovalRequest, Introduction};
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Decimal, Factor, Language, NaiveDate, ProductId, ProductVariantId, Text, UnitPrice};
use serde::Deserialize;
use serde_json::Value;

use crate::quotes::names_of_variants;

#[derive(FromQueryResult)]
struct Found {
    customer: String,
    number: Option<String>,
    date: Option<NaiveDate>,
    comment: Option<String>,
    shipment_comment: Option<String>,
}

/// Which document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Agreement,
    Quote,
    Order,
    Shipment,
}

impl Kind {
    fn of(request: &ApprovalRequest) -> Self {
        match request.subject_kind.as_str() {
            "Agreement" => Self::Agreement,
            "Quote" => Self::Quote,
            "Shipment" => Self::Shipment,
            _ => Self::Order,
        }
    }
}

/// What a request's document is called, and whose it is. Whoever calls says who may see that.
///
/// # Errors
/// A fault where the statement fails.
pub async fn introduced<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    request: &ApprovalRequest,
) -> Outcome<Introduction> {
    let sql = "
        select c.name as customer, coalesce(o.number, q.number, a.name) as number,
               coalesce(o.date, q.date) as date, coalesce(o.comment, q.comment) as comment,
               s.comment as shipment_comment
        from customer_name_v c
        left join sales_order o on o.tenant_id = $1 and o.id = $3
        left join sales_quote q on q.tenant_id = $1 and q.id = $3
        left join agreement_name_v a on a.tenant_id = $1 and a.id = $3
        left join shipment s on s.tenant_id = $1 and s.id = $4
        where c.tenant_id = $1 and c.id = $2";
    let values = values![permit.tenant(), request.customer_id, request.root_id, request.subject_id];
    let found: Option<Found> = tx.one(Sql::new(sql, values)).await?;
    let Some(found) = found else { return Err(db::CommandError::NotFound) };
    Ok(Introduction {
        document: called(Kind::of(request), found.number.as_deref(), found.date),
        customer: found.customer,
        comment: found.shipment_comment.or(found.comment),
    })
}

/// A shipment is called by its order: it gets its own number when it is posted; an agreement by its
/// name.
fn called(kind: Kind, number: Option<&str>, date: Option<NaiveDate>) -> Text {
    let (en, ru) = match kind {
        Kind::Agreement => ("agreement", "соглашение"),
        Kind::Quote => ("quote", "предложение"),
        Kind::Order => ("order", "заказ"),
        Kind::Shipment => ("shipment of order", "отгрузка по заказу"),
    };
    let number = number.map(|number| format!(" {number}")).unwrap_or_default();
    let on = |of: &str, language: Language| {
        date.map(|date| format!(" {of} {}", language.day(date))).unwrap_or_default()
    };
    Text::new(
        format!("{en}{number}{}", on("of", Language::En)),
        format!("{ru}{number}{}", on("от", Language::Ru)),
    )
}

/// A line as the document had it when somebody was asked.
#[derive(Clone, Debug, PartialEq)]
pub struct AskedAbout {
    /// Its place in the order, from 1.
    pub position: usize,
    /// What is sold, as it is called now.
    pub name: String,
    /// How much, base units: of a shipment, what it takes of the line.
    pub quantity: Decimal,
    /// The base unit.
    pub unit: String,
    /// Of a base unit before the discount, four places at most.
    pub price: Decimal,
    /// Per cent of the price.
    pub discount: Decimal,
    /// What it comes to; `None` for a part of a line.
    pub amount: Option<Decimal>,
}

/// A line among an order's facts, as `approving::order_facts` writes them.
#[derive(Clone, Debug, Deserialize)]
struct FactLine {
    product: ProductId,
    variant: Option<ProductVariantId>,
    quantity: Decimal,
    price: Decimal,
    per: Factor,
    discount: Decimal,
    amount: Decimal,
}

/// The lines of a request's facts with what of them is asked about: of a shipment, the lines that it
/// takes from. Empty where the facts are another document's.
fn lines_of(facts: &Value) -> Vec<(usize, FactLine, Option<Decimal>)> {
    let shipped: Option<Vec<(usize, Decimal)>> =
        facts.get("shipped").and_then(|lines| serde_json::from_value(lines.clone()).ok());
    let order = facts.get("order").unwrap_or(facts);
    let lines = order.get("lines").cloned().unwrap_or_default();
    let lines: Vec<FactLine> = serde_json::from_value(lines).unwrap_or_default();
    let placed = lines.into_iter().zip(1..).map(|(line, position)| (position, line));
    match shipped {
        None => placed.map(|(position, line)| (position, line, None)).collect(),
        Some(shipped) => placed
            .filter_map(|(position, line)| {
                let (_, quantity) = shipped.iter().find(|(of, _)| *of == position)?;
                Some((position, line, Some(*quantity)))
            })
            .collect(),
    }
}

/// What a request's document said when it was asked, line by line.
///
/// # Errors
/// A fault where a statement fails.
pub async fn asked_about<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    request: &ApprovalRequest,
) -> Outcome<Vec<AskedAbout>> {
    let lines = lines_of(&request.facts);
    let products: Vec<ProductId> = lines.iter().map(|(_, line, _)| line.product).collect();
    let variants: Vec<ProductVariantId> =
        lines.iter().filter_map(|(_, line, _)| line.variant).collect();
    let cards = catalog::product_cards(tx, permit, &products).await?;
    let variants = names_of_variants(tx, permit, &variants).await?;
    let shown = |(position, line, part): (usize, FactLine, Option<Decimal>)| {
        let card = cards.get(&line.product);
        let name = card.map(|card| card.name.clone()).unwrap_or_default();
        let variant = line.variant.and_then(|id| variants.get(&id));
        let price = UnitPrice { amount: line.price, per: line.per };
        AskedAbout {
            position,
            name: variant.map(|variant| format!("{name}, {variant}")).unwrap_or(name),
            quantity: part.unwrap_or(line.quantity),
            unit: card.map(|card| card.unit.clone()).unwrap_or_default(),
            price: price.per_base_unit().unwrap_or(line.price),
            discount: line.discount,
            amount: part.is_none().then_some(line.amount),
        }
    };
    Ok(lines.into_iter().map(shown).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn order() -> Value {
        let line = |quantity: &str| {
            json!({ "product": ProductId::new(), "variant": null, "quantity": quantity,
                    "price": "1005", "per": [10, 1], "discount": "15", "amount": "340" })
        };
        json!({ "customer": null, "lines": [line("4"), line("2")] })
    }

    #[test]
    fn facts_are_read_as_they_were_written() {
        let lines = lines_of(&order());
        assert_eq!(lines.iter().map(|(at, ..)| *at).collect::<Vec<_>>(), [1, 2]);
        let (_, line, part) = &lines[0];
        assert_eq!((line.quantity, line.amount, *part), (4.into(), 340.into(), None));
        let price = UnitPrice { amount: line.price, per: line.per };
        assert_eq!(price.per_base_unit(), Some(Decimal::new(1_005, 1)));
        // Of a shipment, what it takes.
        let shipment = json!({ "order": order(), "shipped": [[2, "1.5"]] });
        let lines = lines_of(&shipment);
        assert_eq!(lines.len(), 1);
        assert_eq!((lines[0].0, lines[0].2), (2, Some(Decimal::new(15, 1))));
        assert!(lines_of(&json!({ "something": 1 })).is_empty());
    }

    #[test]
    fn a_document_is_called_by_its_number_and_day() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 1);
        let text = called(Kind::Order, Some("В-000007"), day);
        assert_eq!(text, Text::new("order В-000007 of 2026-03-01", "заказ В-000007 от 01.03.2026"));
        let text = called(Kind::Shipment, Some("В-7"), None);
        assert_eq!(text, Text::new("shipment of order В-7", "отгрузка по заказу В-7"));
        assert_eq!(called(Kind::Quote, None, None), Text::new("quote", "предложение"));
    }
}
