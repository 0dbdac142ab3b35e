//! What a part of an order comes to on an invoice, and where an invoice stands by what is paid.

use kernel::{Decimal, proportion, round_money, share_out};

use crate::InvoiceState;

/// What of an order's line no invoice asks for yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineLeft {
    /// Without VAT.
    pub net: Decimal,
    /// The tax.
    pub vat: Decimal,
}

impl LineLeft {
    /// With VAT.
    #[must_use]
    pub fn gross(self) -> Decimal {
        self.net + self.vat
    }
}

/// What an invoice asks for of one line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinePart {
    /// Without VAT.
    pub net: Decimal,
    /// The tax.
    pub vat: Decimal,
}

impl LinePart {
    /// With VAT.
    #[must_use]
    pub fn gross(self) -> Decimal {
        self.net + self.vat
    }
}

/// Spreads a sum with VAT over what is left of the lines, by largest remainders (domain, section
/// 2): the parts add up to it to the kopeck, none exceeds what is left of its line, and a part that
/// takes all of a line takes its whole tax. `None` where more is asked for than is left.
#[must_use]
pub fn invoice_parts(left: &[LineLeft], gross: Decimal) -> Option<Vec<LinePart>> {
    let weights: Vec<Decimal> = left.iter().map(|line| line.gross()).collect();
    if gross > weights.iter().sum() {
        return None;
    }
    let part = |(line, share): (&LineLeft, Decimal)| {
        let whole = line.gross();
        let vat = if share == whole || whole.is_zero() {
            line.vat
        } else {
            round_money(proportion(line.vat, share, whole))
        };
        LinePart { net: share - vat, vat }
    };
    Some(left.iter().zip(share_out(gross, &weights)).map(part).collect())
}

/// Where an invoice that is not cancelled stands.
#[must_use]
pub fn invoice_state(gross: Decimal, paid: Decimal) -> InvoiceState {
    if paid.is_zero() {
        InvoiceState::Issued
    } else if paid < gross {
        InvoiceState::PartiallyPaid
    } else {
        InvoiceState::Paid
    }
}

/// Spreads money over invoices in their order, each up to what it still asks for. Gives places and
/// amounts above zero; what is left over pays no invoice.
#[must_use]
pub fn pay_invoices(asked: &[Decimal], amount: Decimal) -> Vec<(usize, Decimal)> {
    let mut left = amount;
    let mut paid = Vec::new();
    for (place, open) in asked.iter().enumerate() {
        let part = left.min(*open);
        if part > Decimal::ZERO {
            left -= part;
            paid.push((place, part));
        }
    }
    paid
}

/// What an invoice that stands asks for, and what is paid of it.
#[derive(Clone, Copy, Debug)]
pub struct Asking {
    /// With VAT.
    pub gross: Decimal,
    /// What payments brought for it.
    pub paid: Decimal,
}

/// An order comes to no more than `left`. The places of its invoices, in their order, that are to be
/// cancelled: unpaid ones, until what stands asks for no more than that. And of those that stay
/// although that is not enough: paid in part, they still ask for money.
#[must_use]
pub fn to_call_off(invoices: &[Asking], left: Decimal) -> (Vec<usize>, Vec<usize>) {
    let mut asked: Decimal = invoices.iter().map(|one| one.gross).sum();
    let (mut off, mut kept) = (Vec::new(), Vec::new());
    for (place, one) in invoices.iter().enumerate() {
        if asked > left && one.paid.is_zero() {
            asked -= one.gross;
            off.push(place);
        }
    }
    if asked > left {
        let in_part = |one: &Asking| !one.paid.is_zero() && one.paid < one.gross;
        kept = (0..invoices.len()).filter(|place| in_part(&invoices[*place])).collect();
    }
    (off, kept)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn line(net: &str, vat: &str) -> LineLeft {
        LineLeft { net: dec(net), vat: dec(vat) }
    }

    #[test]
    fn thirty_percent_of_two_lines_with_tax_by_line() {
        let lines = [line("1000.00", "220.00"), line("500.00", "0.00")];
        let parts = invoice_parts(&lines, dec("516.00")).unwrap();
        let told: Vec<_> = parts.iter().map(|part| (part.net, part.vat)).collect();
        assert_eq!(told, [(dec("300.00"), dec("66.00")), (dec("150.00"), dec("0.00"))]);
        assert_eq!(invoice_parts(&lines, dec("1720.01")), None);
    }

    #[test]
    fn the_largest_order_is_invoiced_to_the_kopeck() {
        let lines = [line("7500000000000000.00", "1500000000000000.00"), line("0.05", "0.01")];
        let whole = invoice_parts(&lines, dec("9000000000000000.06")).unwrap();
        let told: Vec<_> = whole.iter().map(|part| (part.net, part.vat)).collect();
        assert_eq!(told, lines.map(|line| (line.net, line.vat)));
        let half = invoice_parts(&lines, dec("4500000000000000.03")).unwrap();
        let told: Vec<_> = half.iter().map(|part| (part.net, part.vat)).collect();
        let halves = [("3750000000000000.00", "750000000000000.00"), ("0.02", "0.01")];
        assert_eq!(told, halves.map(|(net, vat)| (dec(net), dec(vat))));
    }

    #[test]
    fn states_follow_what_is_paid() {
        for (paid, state) in [
            ("0", InvoiceState::Issued),
            ("0.01", InvoiceState::PartiallyPaid),
            ("99.99", InvoiceState::PartiallyPaid),
            ("100", InvoiceState::Paid),
        ] {
            assert_eq!(invoice_state(dec("100"), dec(paid)), state, "{paid}");
        }
    }

    #[test]
    fn money_pays_invoices_in_their_order_and_the_rest_pays_none() {
        let asked = [dec("30"), dec("0"), dec("70")];
        assert_eq!(pay_invoices(&asked, dec("40")), [(0, dec("30")), (2, dec("10"))]);
        assert_eq!(pay_invoices(&asked, dec("500")), [(0, dec("30")), (2, dec("70"))]);
        assert_eq!(pay_invoices(&[], dec("500")), []);
    }

    #[test]
    fn an_order_that_comes_to_less_lets_unpaid_invoices_go() {
        let all = |invoices: &[(&str, &str)]| -> Vec<Asking> {
            let one = |(gross, paid): &(&str, &str)| Asking { gross: dec(gross), paid: dec(paid) };
            invoices.iter().map(one).collect()
        };
        for (invoices, left, off, kept) in [
            (vec![("300", "0"), ("700", "0")], "0", vec![0, 1], vec![]),
            (vec![("300", "0"), ("700", "0")], "700", vec![0], vec![]),
            (vec![("300", "0"), ("700", "0")], "699.99", vec![0, 1], vec![]),
            (vec![("300", "0"), ("700", "0")], "1000", vec![], vec![]),
            (vec![("300", "0"), ("700", "100")], "0", vec![0], vec![1]),
            (vec![("300", "0"), ("700", "100")], "700", vec![0], vec![]),
            (vec![("300", "100"), ("700", "700")], "700", vec![], vec![0]),
            (vec![("300", "300"), ("700", "700")], "0", vec![], vec![]),
            (vec![], "0", vec![], vec![]),
        ] {
            assert_eq!(to_call_off(&all(&invoices), dec(left)), (off, kept), "{invoices:?} {left}");
        }
    }

    proptest! {
        #[test]
        fn invoices_of_an_order_add_up_to_it_however_it_is_cut(
            lines in prop::collection::vec((0_i64..1_000_000, 0_i64..200_000), 1..8),
            cuts in prop::collection::vec(1_i64..500_000, 0..8),
        ) {
            let whole: Vec<LineLeft> = lines
                .iter()
                .map(|(net, vat)| LineLeft { net: Decimal::new(*net, 2), vat: Decimal::new(*vat, 2) })
                .collect();
            let mut left = whole.clone();
            let total = |lines: &[LineLeft]| lines.iter().map(|line| line.gross()).sum::<Decimal>();
            for cut in cuts.into_iter().map(|cut| Decimal::new(cut, 2)).chain([Decimal::MAX]) {
                let gross = cut.min(total(&left));
                let parts = invoice_parts(&left, gross).unwrap();
                prop_assert_eq!(parts.iter().map(|part| part.gross()).sum::<Decimal>(), gross);
                for (line, part) in left.iter_mut().zip(parts) {
                    prop_assert!(part.net >= Decimal::ZERO && part.net <= line.net);
                    prop_assert!(part.vat >= Decimal::ZERO && part.vat <= line.vat);
                    line.net -= part.net;
                    line.vat -= part.vat;
                }
            }
            prop_assert!(left.iter().all(|line| line.net.is_zero() && line.vat.is_zero()));
        }
    }
}
