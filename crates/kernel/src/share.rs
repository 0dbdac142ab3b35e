//! Spreading a sum over parts so that nothing is lost to rounding.

use rust_decimal::Decimal;

use crate::round_money;

/// `total` × `part` / `whole`, not rounded; `part` is at most `whole`, and `whole` is not zero. Two
/// amounts can be too large for the product of them: then the quotient comes first, and what is lost
/// of it is far below a kopeck.
#[must_use]
pub fn proportion(total: Decimal, part: Decimal, whole: Decimal) -> Decimal {
    let exact = total.checked_mul(part).and_then(|product| product.checked_div(whole));
    exact.unwrap_or_else(|| part / whole * total)
}

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
        if sum.is_zero() { total / Decimal::from(count) } else { proportion(total, *weight, sum) }
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

    #[test]
    fn the_largest_amounts_are_shared_out_to_the_kopeck() {
        let dec = |text: &str| -> Decimal { text.parse().unwrap() };
        for (total, weights, shares) in [
            ("9000000000000000.00", vec!["9000000000000000.00"], vec!["9000000000000000.00"]),
            (
                "9999999999999999.99",
                vec!["3333333333333333.33", "6666666666666666.66"],
                vec!["3333333333333333.33", "6666666666666666.66"],
            ),
            (
                "5000000000000000.00",
                vec!["9000000000000000.00", "0.03"],
                vec!["4999999999999999.98", "0.02"],
            ),
            (
                "9000000000000000.01",
                vec!["9000000000000000.00"; 3],
                vec!["3000000000000000.01", "3000000000000000.00", "3000000000000000.00"],
            ),
        ] {
            let weights: Vec<Decimal> = weights.into_iter().map(dec).collect();
            let shares: Vec<Decimal> = shares.into_iter().map(dec).collect();
            assert_eq!(share_out(dec(total), &weights), shares, "{total} over {weights:?}");
        }
        let largest = dec("9999999999999999.99");
        assert_eq!(round_money(proportion(largest, largest, largest)), largest);
    }

    proptest! {
        #[test]
        fn parts_of_any_amount_add_up_and_none_exceeds_its_weight(
            weights in prop::collection::vec(0_i64..=999_999_999_999_999_999, 1..8),
            kept in 0_i64..=1_000_000,
        ) {
            let weights: Vec<Decimal> =
                weights.into_iter().map(|one| Decimal::new(one, 2)).collect();
            let sum: Decimal = weights.iter().sum();
            let total = round_money(sum / Decimal::from(1_000_000) * Decimal::from(kept));
            let parts = share_out(total, &weights);
            prop_assert_eq!(parts.iter().sum::<Decimal>(), total);
            for (part, weight) in parts.iter().zip(&weights) {
                prop_assert!(*part >= Decimal::ZERO && part <= weight, "{part} of {weight}");
            }
        }

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
