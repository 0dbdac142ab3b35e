//! What holds for any prices, rules and lines.

use kernel::{Factor, PackagingId, ProductGroupId, ProductVariantId, UnitPrice};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::*;

/// Everything that a document is priced from.
#[derive(Clone, Debug)]
struct Scenario {
    levels: Vec<Derivation>,
    rows: Vec<PriceRow>,
    terms: Terms,
    lines: Vec<Line>,
}

impl Scenario {
    fn book(&self) -> PriceBook {
        let mut lists = vec![list(BASE, "Base", None)];
        for (level, derivation) in (1..).zip(&self.levels) {
            lists.push(list(BASE + level, "Derived", Some(derivation.clone())));
        }
        PriceBook::new(lists, self.rows.clone(), Rates::new(rub(), []))
    }

    fn priced(&self) -> Vec<Result<PricedLine, PriceRefusal>> {
        price_document(&self.book(), &self.terms, up_to("10"), &self.lines)
    }
}

fn any_percent() -> impl Strategy<Value = Percent> {
    (0_i64..=1_000_000).prop_map(|mantissa| Percent::new(Decimal::new(mantissa, 4)).unwrap())
}

fn any_quantity() -> impl Strategy<Value = Quantity> {
    (1_i64..200_000).prop_map(|mantissa| Quantity::new(Decimal::new(mantissa, 3)).unwrap())
}

fn any_variant() -> impl Strategy<Value = Option<ProductVariantId>> {
    option::of((50_u128..52).prop_map(|number| ProductVariantId(id(number))))
}

fn any_packaging() -> impl Strategy<Value = Option<Packaging>> {
    let packagings = [(60, (12, 1)), (61, (144, 1)), (62, (1, 3))];
    option::of(prop::sample::select(packagings.to_vec()).prop_map(|(number, (top, low))| {
        Packaging {
            id: PackagingId(id(number)),
            name: "pack".into(),
            factor: Factor::new(top, low).unwrap(),
        }
    }))
}

fn any_price() -> impl Strategy<Value = Decimal> {
    (1_i64..50_000_000).prop_map(|mantissa| Decimal::new(mantissa, 4))
}

fn any_row() -> impl Strategy<Value = PriceRow> {
    let holders = [of_list(BASE), of_list(BASE), of_agreement()];
    (
        prop::sample::select(holders.to_vec()),
        any_variant(),
        any_packaging(),
        0_i64..3,
        1_u32..28,
        option::weighted(0.9, any_price()),
    )
        .prop_map(|(holder, variant, packaging, least, from, price)| PriceRow {
            holder,
            product: PRODUCT,
            variant,
            packaging,
            min_quantity: Quantity::new(Decimal::from(least * 20)).unwrap(),
            valid_from: day(from),
            price,
        })
}

fn any_derivation(base: u128) -> impl Strategy<Value = Derivation> {
    let steps = ["0.0001", "0.05", "1", "50"];
    let directions = [RoundingDirection::Nearest, RoundingDirection::Up, RoundingDirection::Down];
    let rounding =
        (prop::sample::select(steps.to_vec()), prop::sample::select(directions.to_vec()))
            .prop_map(|(step, direction)| Rounding::new(dec(step), direction).unwrap());
    (1_i64..3_000_000, option::of(rounding)).prop_map(move |(coefficient, rounding)| Derivation {
        base: PriceListId(id(base)),
        coefficient: Decimal::new(coefficient, 6),
        rounding,
    })
}

fn any_levels() -> impl Strategy<Value = Vec<Derivation>> {
    (0_usize..7).prop_flat_map(|levels| {
        (0..levels).map(|level| any_derivation(BASE + level as u128)).collect::<Vec<_>>()
    })
}

fn any_rule() -> impl Strategy<Value = DiscountRule> {
    let threshold = prop_oneof![
        Just(Threshold::None),
        any_quantity().prop_map(Threshold::LineQuantity),
        any_price().prop_map(|sum| Threshold::LineSum(sum, rub())),
        any_price().prop_map(|sum| Threshold::DocumentSum(sum, rub())),
    ];
    // Few percentages, so that rules are often equal.
    let off = prop_oneof![Just(percent("7")), Just(percent("12.5")), any_percent()];
    (off, option::of(0_u128..3), option::of(0_u128..2), threshold).prop_map(
        |(percent, group, product, threshold)| DiscountRule {
            percent,
            group: group.map(|number| ProductGroupId(id(number))),
            product: product.map(|number| ProductId(id(number))),
            threshold,
            ..rule(0, "Rule", "0")
        },
    )
}

fn any_line() -> impl Strategy<Value = Line> {
    let typed = (option::of(any_price()), option::of(any_percent()), any_packaging());
    (any_variant(), any_packaging(), any_quantity(), option::of(typed), option::of(0_i64..30))
        .prop_map(|(variant, packaging, quantity, typed, rate)| Line {
            variant,
            packaging,
            quantity,
            manual: typed.map(|(amount, discount, packaging)| {
                let per = packaging.map_or(Factor::ONE, |packaging| packaging.factor);
                let price = amount.map(|amount| UnitPrice { amount, per });
                Manual { price, discount, ..manual(None, None).unwrap() }
            }),
            vat_rate: rate.map(|rate| Percent::new(Decimal::from(rate)).unwrap()),
            groups: HashSet::from([ProductGroupId(id(0)), ProductGroupId(id(1))]),
            minimum_margin: Some(percent("10")),
            minimum_price: Some(MinimumPrice {
                amount: dec("100"),
                currency: rub(),
                vat_mode: VatMode::Excluded,
            }),
            ..line("1")
        })
}

fn any_combination() -> impl Strategy<Value = Combination> {
    prop_oneof![Just(Combination::Best), any_percent().prop_map(|cap| Combination::Sum { cap }),]
}

prop_compose! {
    fn any_scenario()(
        levels in any_levels(),
        rows in vec(any_row(), 1..12),
        rules in vec(any_rule(), 0..12),
        lines in vec(any_line(), 1..6),
        combination in any_combination(),
        personal in any_percent(),
        without_vat in any::<bool>(),
    ) -> Scenario {
        let mut terms = Terms { combination, ..terms() };
        if without_vat {
            terms.vat_mode = VatMode::Excluded;
        }
        terms.rules = rules;
        for (number, rule) in (100..).zip(&mut terms.rules) {
            rule.id = DiscountRuleId(id(number));
        }
        if let Some(agreement) = &mut terms.agreement {
            agreement.discount = personal;
            agreement.list = Some(PriceListId(id(BASE + levels.len() as u128)));
        }
        Scenario { levels, rows, terms, lines }
    }
}

proptest! {
    #[test]
    fn explanations_recompute_to_the_price(scenario in any_scenario()) {
        for priced in scenario.priced().into_iter().flatten() {
            let kept = serde_json::to_string(&priced.explanation).unwrap();
            let read: Explanation = serde_json::from_str(&kept).unwrap();
            let again = recompute(&read);
            let expected = Recomputed {
                price: priced.price,
                base_unit_price: priced.base_unit_price,
                discount: priced.discount,
                amount: priced.sum.amount,
            };
            prop_assert_eq!(again, Ok(expected), "{}", kept);
            for step in &read.steps {
                let text = step.sentence();
                prop_assert!(text.en.ends_with('.') && text.ru.ends_with('.'));
            }
        }
    }

    #[test]
    fn totals_are_sums_and_vat_is_its_formula(scenario in any_scenario()) {
        let mode = scenario.terms.vat_mode;
        let mut sums = Vec::new();
        for (line, priced) in scenario.lines.iter().zip(scenario.priced()) {
            let Ok(priced) = priced else { continue };
            let LineSum { amount, vat } = priced.sum;
            let rate = line.vat_rate.map_or(Decimal::ZERO, Percent::get);
            let whole = match mode {
                VatMode::Included => Decimal::ONE_HUNDRED + rate,
                VatMode::Excluded => Decimal::ONE_HUNDRED,
            };
            // Half a kopeck at most between the tax and its formula, by whole numbers.
            let left = (vat * whole - amount * rate).abs();
            prop_assert!(left * Decimal::TWO <= dec("0.01") * whole);
            prop_assert!(amount.scale() <= 2 && vat.scale() <= 2);
            sums.push(priced.sum);
        }
        let total = totals(sums.iter().copied(), mode).unwrap();
        let amounts: Decimal = sums.iter().map(|sum| sum.amount).sum();
        let vat: Decimal = sums.iter().map(|sum| sum.vat).sum();
        prop_assert_eq!(total.vat, vat);
        prop_assert_eq!(total.gross, total.net + total.vat);
        let own = if mode == VatMode::Included { total.gross } else { total.net };
        prop_assert_eq!(own, amounts);
    }

    /// Rules are asked one by one, each as if it were the only one.
    #[test]
    fn best_is_no_less_than_any_rule_and_sum_no_more_than_its_cap(scenario in any_scenario()) {
        let all = scenario.priced();
        for rule in &scenario.terms.rules {
            let mut alone = scenario.clone();
            alone.terms.rules = vec![rule.clone()];
            alone.terms.combination = Combination::Best;
            for (alone, all) in alone.priced().iter().zip(&all) {
                let (Ok(alone), Ok(all)) = (alone, all) else { continue };
                match scenario.terms.combination {
                    Combination::Best => {
                        prop_assert!(all.automatic_discount >= alone.automatic_discount);
                    }
                    Combination::Sum { cap } => {
                        prop_assert!(all.automatic_discount <= cap);
                        let least = alone.automatic_discount.min(cap);
                        prop_assert!(all.automatic_discount >= least);
                    }
                }
            }
        }
    }

    /// Explanations included: among equals the same one wins every time.
    #[test]
    fn order_does_not_matter(
        (scenario, rows, rules) in any_scenario().prop_flat_map(|scenario| {
            let rows = Just(scenario.rows.clone()).prop_shuffle();
            let rules = Just(scenario.terms.rules.clone()).prop_shuffle();
            (Just(scenario), rows, rules)
        }),
    ) {
        let mut shuffled = scenario.clone();
        shuffled.rows = rows;
        shuffled.terms.rules = rules;
        prop_assert_eq!(scenario.priced(), shuffled.priced());
        let mut turned = scenario.clone();
        turned.lines.reverse();
        let mut back = turned.priced();
        back.reverse();
        prop_assert_eq!(scenario.priced(), back);
    }

    #[test]
    fn a_chain_is_its_steps_one_after_another(levels in any_levels(), price in any_price()) {
        let mut expected = price;
        for derivation in &levels {
            let exact = expected * derivation.coefficient;
            let rounding = derivation.rounding.unwrap_or(Rounding::PRICE);
            // By the definition, with whole steps.
            let steps = exact / rounding.step();
            let steps = match rounding.direction() {
                RoundingDirection::Nearest => (steps + dec("0.5")).floor(),
                RoundingDirection::Up => steps.ceil(),
                RoundingDirection::Down => steps.floor(),
            };
            expected = steps.max(Decimal::ONE) * rounding.step();
        }
        let mut terms = Terms { rules: Vec::new(), ..terms() };
        if let Some(agreement) = &mut terms.agreement {
            agreement.list = Some(PriceListId(id(BASE + levels.len() as u128)));
        }
        let rows = vec![PriceRow { price: Some(price), ..row(of_list(BASE), "1") }];
        let scenario = Scenario { levels, rows, terms, lines: vec![line("1")] };
        let priced = scenario.priced().remove(0).unwrap();
        prop_assert_eq!(priced.base_unit_price, expected);
    }

    /// A manager's discount beyond his limit never goes without a reason, in whatever unit.
    #[test]
    fn nobody_slips_past_his_limit(scenario in any_scenario()) {
        for priced in scenario.priced().into_iter().flatten() {
            let Some(list) = priced.resolved else { continue };
            let off = priced.price.off(priced.discount, list).unwrap();
            let may = percent("10").max(priced.automatic_discount).get();
            let is_over = |reason: &ApprovalReason| {
                matches!(reason, ApprovalReason::DiscountOverLimit { .. })
            };
            let is_asked = priced.reasons.iter().any(is_over);
            // The size that is shown has four places; the comparison has all of them.
            prop_assert!(is_asked || off <= may + dec("0.0001"), "{off} over {may}");
            prop_assert!(!is_asked || off >= may - dec("0.0001"), "{off} over {may}");
        }
    }

    /// Numbers of 18 digits and the largest factors give a price or a refusal.
    #[test]
    fn extremes_never_panic(
        price in 0_i128..1_000_000_000_000_000_000,
        entered in 1_i128..1_000_000_000_000_000_000,
        typed in option::of(0_i128..1_000_000_000_000_000_000),
        (top, low) in (1_u32..=1_000_000, 1_u32..=1_000_000),
        coefficient in 1_i64..999_999_999,
        (rate, nominal) in (1_i128..1_000_000_000_000_000_000, 1_u32..),
        is_packed in any::<bool>(),
    ) {
        let usd = Currency::parse("USD").unwrap();
        let factor = Factor::new(top, low).unwrap();
        let pack = Packaging { id: PackagingId(id(60)), name: "pack".into(), factor };
        let price = Decimal::from_i128_with_scale(price, 4);
        let row = PriceRow {
            packaging: is_packed.then(|| pack.clone()),
            price: Some(price),
            ..row(of_list(BASE), "1")
        };
        let mut lists = lists();
        lists[0].currency = usd;
        lists[1].derived = Some(Derivation {
            base: PriceListId(id(BASE)),
            coefficient: Decimal::new(coefficient, 6),
            rounding: None,
        });
        let rate = Rate { on: day(1), value: Decimal::from_i128_with_scale(rate, 6), nominal };
        let book = PriceBook::new(lists, [row], Rates::new(rub(), [(usd, rate)]));
        let huge = dec("99999999999999.9999");
        let line = Line {
            packaging: Some(pack),
            quantity: Quantity::new(Decimal::from_i128_with_scale(entered, 3)).unwrap(),
            manual: typed.map(|amount| Manual {
                price: Some(UnitPrice::base(Decimal::from_i128_with_scale(amount, 4))),
                ..manual(None, Some("99.9999")).unwrap()
            }),
            minimum_price: Some(MinimumPrice {
                amount: huge,
                currency: usd,
                vat_mode: VatMode::Excluded,
            }),
            minimum_margin: Some(percent("99.9999")),
            cost: Some(UnitCost { amount: huge, currency: usd }),
            ..line("1")
        };
        let mut terms = terms();
        terms.rules[0].threshold = Threshold::DocumentSum(dec("9999999999999999.99"), usd);
        for vat_mode in [VatMode::Included, VatMode::Excluded] {
            let terms = Terms { vat_mode, ..terms.clone() };
            let lines = vec![line.clone(); 3];
            for priced in price_document(&book, &terms, up_to("10"), &lines).into_iter().flatten() {
                prop_assert!(recompute(&priced.explanation).is_ok());
            }
        }
    }
}
