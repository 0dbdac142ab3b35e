//! What tax invoices say and in which order they come. Values in, values out.

use std::collections::HashMap;

use db::FromQueryResult;
use kernel::{
    Decimal, NaiveDate, Percent, ProductId, ProductVariantId, Refusal, RefusalCode, Rounding,
    ShipmentLineId,
};
use serde::Serialize;
use serde_json::json;

use crate::rules::{LineSum, VatMode, words};

words! {
    /// What a tax invoice is of.
    TaxInvoiceKind {
        /// A shipment or an act.
        Sale = "SALE",
        /// A credit note: what lessens a sale.
        Corrective = "CORRECTIVE",
    }

    /// Where a tax invoice stands.
    TaxInvoiceState {
        /// It stands.
        Issued = "ISSUED",
        /// It tells of nothing any more, and keeps its number.
        Cancelled = "CANCELLED",
    }
}

/// A tax invoice as others name it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub(super) struct Issued {
    pub(super) id: kernel::TaxInvoiceId,
    pub(super) number: String,
    pub(super) date: NaiveDate,
}

/// Numbers of an organization and year follow the dates: nothing is dated before the last one, be it
/// cancelled since.
pub(super) fn check_order(date: NaiveDate, last: Option<&Issued>) -> Result<(), Refusal> {
    let Some(last) = last.filter(|last| date < last.date) else { return Ok(()) };
    let Issued { number, date: on, .. } = last;
    let day = on.format("%d.%m.%Y");
    Err(Refusal::new(
        RefusalCode::OutOfOrder,
        format!("Tax invoices go in order of time: the last one, {number}, is dated {on}."),
        format!("Счета-фактуры идут в хронологическом порядке: последний, {number}, от {day}."),
    )
    .at(["date"])
    .with(json!({ "lastNumber": number, "lastDate": on })))
}

/// A line of the document that a tax invoice is of.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Part {
    pub(super) shipment_line_id: ShipmentLineId,
    pub(super) product_id: ProductId,
    pub(super) variant_id: Option<ProductVariantId>,
    pub(super) unit: String,
    /// None of it where only the price changes.
    pub(super) quantity: Decimal,
    /// With VAT or without it, as the sale says.
    pub(super) amount: Decimal,
    pub(super) vat_rate: Option<Percent>,
    pub(super) vat_amount: Decimal,
}

/// What the tax papers that stand tell of a line of a sale, without VAT and with the tax.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub(super) struct Told {
    pub(super) quantity: Decimal,
    pub(super) net: Decimal,
    pub(super) vat: Decimal,
}

/// A line as it is issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct NewLine {
    pub(super) position: i32,
    pub(super) shipment_line_id: ShipmentLineId,
    pub(super) product_id: ProductId,
    pub(super) variant_id: Option<ProductVariantId>,
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) quantity: Decimal,
    pub(super) price: Option<Decimal>,
    pub(super) net: Decimal,
    pub(super) vat_rate: Option<Percent>,
    pub(super) vat: Decimal,
    pub(super) gross: Decimal,
    pub(super) before_quantity: Option<Decimal>,
    pub(super) before_net: Option<Decimal>,
    pub(super) before_vat: Option<Decimal>,
}

/// What a unit costs without VAT, four places: for showing, no amount is computed from it.
#[must_use]
pub fn unit_price(net: Decimal, quantity: Decimal) -> Option<Decimal> {
    Rounding::PRICE.apply(net.checked_div(quantity)?)
}

/// The lines of a sale's tax invoice.
pub(super) fn sale_lines(
    parts: Vec<Part>,
    mode: VatMode,
    name: impl Fn(&Part) -> String,
) -> Vec<NewLine> {
    let line = |(index, part): (usize, Part)| written(index, name(&part), part, mode, None);
    parts.into_iter().enumerate().map(line).collect()
}

/// The lines of a corrective one, each with what was told of it before. Two parts of one line follow
/// each other: goods of it may come back in two conditions.
pub(super) fn corrective_lines(
    parts: Vec<Part>,
    mode: VatMode,
    mut told: HashMap<ShipmentLineId, Told>,
    name: impl Fn(&Part) -> String,
) -> Vec<NewLine> {
    let mut lines = Vec::with_capacity(parts.len());
    for (index, part) in parts.into_iter().enumerate() {
        let before = told.entry(part.shipment_line_id).or_default();
        let line = written(index, name(&part), part, mode, Some(*before));
        before.quantity -= line.quantity;
        before.net -= line.net;
        before.vat -= line.vat;
        lines.push(line);
    }
    lines
}

fn written(index: usize, name: String, part: Part, mode: VatMode, before: Option<Told>) -> NewLine {
    let sum = LineSum { amount: part.amount, vat: part.vat_amount };
    let net = sum.net(mode);
    NewLine {
        position: i32::try_from(index + 1).unwrap_or(i32::MAX),
        shipment_line_id: part.shipment_line_id,
        product_id: part.product_id,
        variant_id: part.variant_id,
        name,
        unit: part.unit,
        quantity: part.quantity,
        price: unit_price(net, part.quantity),
        net,
        vat_rate: part.vat_rate,
        vat: sum.vat,
        gross: net + sum.vat,
        before_quantity: before.map(|told| told.quantity),
        before_net: before.map(|told| told.net),
        before_vat: before.map(|told| told.vat),
    }
}

#[cfg(test)]
mod tests {
    use kernel::TaxInvoiceId;
    use proptest::prelude::*;

    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn day(number: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, number).unwrap()
    }

    fn part(line: ShipmentLineId, quantity: &str, amount: &str, vat: &str) -> Part {
        Part {
            shipment_line_id: line,
            product_id: ProductId::new(),
            variant_id: None,
            unit: "pcs".into(),
            quantity: dec(quantity),
            amount: dec(amount),
            vat_rate: Percent::new(Decimal::from(20)).ok(),
            vat_amount: dec(vat),
        }
    }

    fn named(_: &Part) -> String {
        "Lamp".into()
    }

    #[test]
    fn dates_never_go_back() {
        let last = Issued { id: TaxInvoiceId::new(), number: "V-000007".into(), date: day(5) };
        for (on, last, fits) in [
            (1, None, true),
            (4, Some(&last), false),
            (5, Some(&last), true),
            (6, Some(&last), true),
        ] {
            let told = check_order(day(on), last);
            assert_eq!(told.is_ok(), fits, "{on}");
            if let Err(refusal) = told {
                assert_eq!(refusal.code, RefusalCode::OutOfOrder);
                assert!(refusal.text.en.contains("V-000007"), "{}", refusal.text.en);
                assert!(refusal.text.ru.contains("05.03.2026"), "{}", refusal.text.ru);
            }
        }
    }

    #[test]
    fn a_line_tells_the_price_without_vat() {
        for (mode, quantity, amount, vat, price, net) in [
            (VatMode::Included, "3", "120.00", "20.00", Some("33.3333"), "100.00"),
            (VatMode::Excluded, "3", "100.00", "20.00", Some("33.3333"), "100.00"),
            (VatMode::Excluded, "4", "100.00", "0.00", Some("25.0000"), "100.00"),
            (VatMode::Excluded, "4", "0.00", "0.00", Some("0.0000"), "0.00"),
            (VatMode::Excluded, "0", "10.00", "2.00", None, "10.00"),
        ] {
            let parts = vec![part(ShipmentLineId::new(), quantity, amount, vat)];
            let line = sale_lines(parts, mode, named).remove(0);
            assert_eq!((line.price, line.net), (price.map(dec), dec(net)));
            assert_eq!(line.gross, dec(net) + dec(vat));
            assert_eq!(line.before_net, None);
        }
    }

    proptest! {
        // Whatever comes back in how many parts: each finds what the one before it left.
        #[test]
        fn correctives_follow_each_other(cuts in prop::collection::vec(1_i64..500, 1..8)) {
            let line = ShipmentLineId::new();
            let whole: i64 = cuts.iter().sum();
            let of = |units: i64| Told {
                quantity: Decimal::from(units),
                net: Decimal::new(units * 100, 2),
                vat: Decimal::new(units * 20, 2),
            };
            let parts = cuts.iter().map(|cut| Part {
                quantity: Decimal::from(*cut),
                amount: Decimal::new(cut * 120, 2),
                vat_amount: Decimal::new(cut * 20, 2),
                ..part(line, "1", "1", "0")
            });
            let told = HashMap::from([(line, of(whole))]);
            let lines = corrective_lines(parts.collect(), VatMode::Included, told, named);
            let mut left = whole;
            for (cut, line) in cuts.iter().zip(&lines) {
                prop_assert_eq!(line.before_quantity, Some(of(left).quantity));
                prop_assert_eq!(line.before_net, Some(of(left).net));
                prop_assert_eq!(line.before_vat, Some(of(left).vat));
                left -= cut;
            }
            prop_assert_eq!(left, 0);
        }
    }
}
