//! Spreading a sum over parts so that nothing is lost to rounding.

use rust_decimal::Decimal;

use crate::round_money;

/// Spreads `total` over parts in proportion to `weights` by largest remainders (domain, section
/// 2): each part has two places and the parts add up to the whole. Equal parts where all weights
/// are zero; nothing where there are no weights.
#[must_use]
pub fn share_out(total: Decimal, weights: &[Decimal]) -> Vec<Decimal> {
    let Some(count) = u32::try_from(weights.len()).ok().filter(|n| *n > 0) else {
        return Vec::new();
    };
    let sum: Decimal = weights.iter().sum();
    let cent = Decimal::new(1, 2);
    let exact = |weight: &Decimal| {
        if sum.is_zero() { total / Decimal::from(count) } else { total * *weight / sum }
    };
    let exacts: Vec<Decimal> = weights.iter().map(exact).collect();
    let mut parts: Vec<Decimal> = exacts.iter().map(|part| part.trunc_with_scale(2)).collect();
    let mut rest = round_money(total - parts.iter().sum::<Decimal>());
    let mut order: Vec<usize> = (0..parts.len()).collect();
    // The stable sort gives the earlier part the kopeck where remainders are equal.
    order.sort_by_key(|i| std::cmp::Reverse((exacts[*i] - parts[*i]).abs()));
    let step = if rest.is_sign_negative() { -cent } else { cent };
    for index in order.into_iter().cycle() {
        if rest.is_zero() {
            break;
        }
        parts[index] += step;
        rest -= step;
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn three_equal_parts_of_a_hundred() {
        let parts = share_out(Decimal::new(10_000, 2), &[Decimal::ONE; 3]);
        let texts: Vec<String> = parts.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["33.34", "33.33", "33.33"]);
    }

    proptest! {
        #[test]
        fn parts_add_up(total in -1_000_000_i64..1_000_000, weights in prop::collection::vec(0_i64..1000, 1..20)) {
            let total = Decimal::new(total, 2);
            let weights: Vec<Decimal> = weights.into_iter().map(Decimal::from).collect();
            let sum: Decimal = weights.iter().sum();
            let parts = share_out(total, &weights);
            prop_assert_eq!(parts.iter().sum::<Decimal>(), total);
            for (part, weight) in parts.iter().zip(&weights) {
                if !sum.is_zero() {
                    prop_assert!((*part - total * *weight / sum).abs() < Decimal::new(2, 2));
                }
            }
        }
    }
}
