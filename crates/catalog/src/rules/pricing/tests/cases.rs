//! Tables of cases: sources, variants, breaks, dates, units, currencies, VAT, what was typed.

use kernel::{
    Factor, PackagingId, PriceSegmentId, ProductGroupId, ProductVariantId, SalesChannelId,
    UnitPrice,
};

use super::*;

fn packaging(number: u128, name: &str, pieces: u32) -> Packaging {
    let factor = Factor::new(pieces, 1).unwrap();
    Packaging { id: PackagingId(id(number)), name: name.into(), factor }
}

fn price_of(book: &PriceBook, terms: &Terms, line: Line) -> Option<Decimal> {
    one(book, terms, SELLER, line).ok().map(|priced| priced.base_unit_price)
}

#[test]
fn the_first_source_that_holds_a_price_wins() {
    const SEGMENT: u128 = 12;
    let mut terms = terms();
    terms.segment_list = Some(PriceListId(id(SEGMENT)));
    if let Some(agreement) = &mut terms.agreement {
        agreement.list = Some(PriceListId(id(13)));
    }
    let lists = [list(BASE, "Base", None), list(SEGMENT, "Shops", None), list(13, "Own", None)];
    let all =
        [(of_agreement(), "1"), (of_list(13), "2"), (of_list(SEGMENT), "3"), (of_list(BASE), "4")];
    for skipped in 0..=all.len() {
        let rows = all[skipped..].iter().map(|(holder, price)| row(*holder, price));
        let book = PriceBook::new(lists.clone(), rows, Rates::new(rub(), []));
        let priced = one(&book, &terms, SELLER, line("1"));
        match all.get(skipped) {
            Some((_, price)) => {
                let priced = priced.unwrap();
                assert_eq!(priced.price, UnitPrice::base(dec(price)));
                let is_nothing = |step: &&Step| matches!(step, Step::HeldNothing { .. });
                let nothing = priced.explanation.steps.iter().filter(is_nothing).count();
                assert_eq!(nothing, skipped);
                // A fixed price is net.
                let off = if skipped == 0 { "0" } else { "5" };
                assert_eq!(priced.discount, percent(off));
            }
            None => assert_eq!(priced, Err(PriceRefusal::NoPrice)),
        }
    }
}

#[test]
fn variants_breaks_and_dates() {
    let red = Some(ProductVariantId(id(50)));
    let blue = Some(ProductVariantId(id(51)));
    let base = row(of_list(BASE), "100");
    let rows = [
        base.clone(),
        PriceRow { valid_from: day(20), price: Some(dec("110")), ..base.clone() },
        PriceRow { min_quantity: quantity("10"), price: Some(dec("90")), ..base.clone() },
        // The break ends.
        PriceRow { min_quantity: quantity("10"), valid_from: day(25), price: None, ..base.clone() },
        PriceRow { variant: red, min_quantity: quantity("5"), price: Some(dec("95")), ..base },
    ];
    let book = book(rows);
    let mut terms = Terms { agreement: None, ..terms() };
    for (variant, pieces, on, price) in [
        (None, "1", day(15), "100"),
        (None, "9.999", day(19), "100"),
        (None, "10", day(19), "90"),
        (None, "1", day(20), "110"),
        (None, "10", day(24), "90"),
        (None, "10", day(25), "110"),
        (red, "4", day(15), "100"),
        // The variant's price stands before a better break of the product.
        (red, "10", day(15), "95"),
        (blue, "10", day(15), "90"),
    ] {
        terms.on = on;
        let found = price_of(&book, &terms, Line { variant, ..line(pieces) });
        assert_eq!(found, Some(dec(price)), "{variant:?} {pieces} {on}");
    }
    terms.on = NaiveDate::from_ymd_opt(2026, 2, 28).unwrap();
    assert_eq!(price_of(&book, &terms, line("1")), None);
}

#[test]
fn prices_of_packagings() {
    let pack = packaging(60, "box", 12);
    let pallet = packaging(61, "pallet", 144);
    let boxed = PriceRow { packaging: Some(pack.clone()), ..row(of_list(BASE), "1000") };
    let stacked = PriceRow { packaging: Some(pallet.clone()), ..row(of_list(BASE), "11000") };
    let piece = row(of_list(BASE), "90");
    let terms = Terms { agreement: None, rules: Vec::new(), ..terms() };
    let amount = |rows: &[&PriceRow], packaging: Option<&Packaging>, entered: &str| {
        let line = Line { packaging: packaging.cloned(), ..line(entered) };
        let rows = rows.iter().map(|row| (*row).clone());
        one(&book(rows), &terms, SELLER, line).unwrap().sum.amount
    };
    // A box costs what a box costs, in boxes and in pieces.
    assert_eq!(amount(&[&boxed], Some(&pack), "100"), dec("100000.00"));
    assert_eq!(amount(&[&boxed], None, "1200"), dec("100000.00"));
    // One's own unit before pieces, pieces before others, the smallest of the others.
    assert_eq!(amount(&[&boxed, &piece], Some(&pack), "1"), dec("1000.00"));
    assert_eq!(amount(&[&boxed, &piece], None, "12"), dec("1080.00"));
    assert_eq!(amount(&[&boxed, &piece], Some(&pallet), "1"), dec("12960.00"));
    assert_eq!(amount(&[&boxed, &stacked], None, "144"), dec("12000.00"));
    assert_eq!(amount(&[&boxed, &stacked], Some(&pallet), "1"), dec("11000.00"));
}

#[test]
fn currencies_and_vat() {
    let usd = Currency::parse("USD").unwrap();
    let rate = Rate { on: day(10), value: dec("90"), nominal: 1 };
    let mut base = list(BASE, "Base", None);
    base.currency = usd;
    base.vat_mode = VatMode::Excluded;
    let wholesale = list(WHOLESALE, "Wholesale", derived(BASE, "0.9", "1"));
    let rows = [row(of_list(BASE), "10.55")];
    let rates = Rates::new(rub(), [(usd, rate)]);
    let book = PriceBook::new([base.clone(), wholesale.clone()], rows.clone(), rates);
    // 10.55 × 90 = 949.50; × 0.9 = 854.55 → 855; with 20 % = 1026.
    assert_eq!(price_of(&book, &terms(), line("1")), Some(dec("1026")));
    // Without VAT nothing is put on.
    let untaxed = Line { vat_rate: None, ..line("1") };
    assert_eq!(price_of(&book, &terms(), untaxed), Some(dec("855")));
    let early = Terms { on: day(9), ..terms() };
    let no_rate = PriceRefusal::NoRate { from: usd, to: rub(), on: day(9) };
    assert_eq!(one(&book, &early, SELLER, line("1")), Err(no_rate));
    // Out again: 120 with VAT is 100 without.
    let without = Terms { vat_mode: VatMode::Excluded, agreement: None, ..terms() };
    let book = super::book([row(of_list(BASE), "120")]);
    assert_eq!(price_of(&book, &without, line("1")), Some(dec("100")));
}

#[test]
fn a_chain_without_an_end_is_refused() {
    let rings = [
        list(BASE, "Base", derived(WHOLESALE, "1", "1")),
        list(WHOLESALE, "Wholesale", derived(BASE, "1", "1")),
    ];
    let book = PriceBook::new(rings, [row(of_list(BASE), "1")], Rates::default());
    let refused = one(&book, &terms(), SELLER, line("1"));
    assert!(matches!(refused, Err(PriceRefusal::BrokenList { .. })), "{refused:?}");
}

#[test]
fn which_rules_match() {
    let book = book([row(of_list(BASE), "100")]);
    let group = ProductGroupId(id(70));
    let segment = PriceSegmentId(id(71));
    let channel = SalesChannelId(id(72));
    let plain = rule(80, "Rule", "8");
    let line_sum = |sum: &str| Threshold::LineSum(dec(sum), rub());
    let document_sum = |sum: &str| Threshold::DocumentSum(dec(sum), rub());
    let other = id(99);
    for (rule, matches) in [
        (plain.clone(), true),
        (DiscountRule { product: Some(PRODUCT), ..plain.clone() }, true),
        (DiscountRule { product: Some(ProductId(other)), ..plain.clone() }, false),
        (DiscountRule { group: Some(group), ..plain.clone() }, true),
        (DiscountRule { group: Some(ProductGroupId(other)), ..plain.clone() }, false),
        (
            DiscountRule {
                product: Some(PRODUCT),
                group: Some(ProductGroupId(other)),
                ..plain.clone()
            },
            false,
        ),
        (DiscountRule { segment: Some(segment), ..plain.clone() }, true),
        (DiscountRule { segment: Some(PriceSegmentId(other)), ..plain.clone() }, false),
        (DiscountRule { channel: Some(channel), ..plain.clone() }, true),
        (DiscountRule { channel: Some(SalesChannelId(other)), ..plain.clone() }, false),
        (DiscountRule { valid_from: Some(day(15)), ..plain.clone() }, true),
        (DiscountRule { valid_from: Some(day(16)), ..plain.clone() }, false),
        (DiscountRule { valid_to: Some(day(15)), ..plain.clone() }, true),
        (DiscountRule { valid_to: Some(day(14)), ..plain.clone() }, false),
        (DiscountRule { threshold: line_sum("900"), ..plain.clone() }, true),
        (DiscountRule { threshold: line_sum("900.01"), ..plain.clone() }, false),
        (DiscountRule { threshold: document_sum("1800"), ..plain.clone() }, true),
        (DiscountRule { threshold: document_sum("1800.01"), ..plain.clone() }, false),
    ] {
        let terms = Terms {
            segment: Some(segment),
            channel: Some(channel),
            rules: vec![rule.clone()],
            ..terms()
        };
        let line = Line { groups: HashSet::from([group]), ..line("10") };
        let priced = price_document(&book, &terms, SELLER, &[line.clone(), line]);
        let discount = priced[0].as_ref().unwrap().discount;
        assert_eq!(discount, percent(if matches { "8" } else { "5" }), "{rule:?}");
    }
}

#[test]
fn what_managers_type_and_what_comes_of_it() {
    let over = |size: &str, limit: &str| {
        let (size, limit) = (dec(size), percent(limit));
        vec![ApprovalReason::DiscountOverLimit { size, limit }]
    };
    for (price, discount, list, agreed, limit, expected) in [
        (None, None, Some("900"), "5", "10", Ok(("900", "5", vec![]))),
        (None, Some("7"), Some("900"), "5", "10", Ok(("900", "7", vec![]))),
        (None, Some("0"), Some("900"), "5", "10", Ok(("900", "0", vec![]))),
        (None, Some("15"), Some("900"), "5", "10", Ok(("900", "15", over("15", "10")))),
        // The agreement gives 15 % anyway.
        (None, Some("15"), Some("900"), "15", "10", Ok(("900", "15", vec![]))),
        (None, Some("14"), Some("900"), "15", "10", Ok(("900", "14", vec![]))),
        (None, Some("16"), Some("900"), "15", "10", Ok(("900", "16", over("16", "15")))),
        (None, None, None, "5", "10", Err(PriceRefusal::NoPrice)),
        (Some("900"), None, Some("900"), "5", "10", Ok(("900", "5", vec![]))),
        (Some("800"), None, Some("900"), "5", "10", Ok(("800", "0", over("11.1111", "10")))),
        (Some("820"), None, Some("900"), "5", "10", Ok(("820", "0", vec![]))),
        (Some("820"), Some("5"), Some("900"), "5", "10", Ok(("820", "5", over("13.4444", "10")))),
        (Some("1000"), Some("15"), Some("900"), "0", "10", Ok(("1000", "15", vec![]))),
        (Some("500"), None, None, "0", "10", Ok(("500", "0", vec![]))),
        (Some("500"), Some("11"), None, "0", "10", Ok(("500", "11", over("11", "10")))),
        (Some("123456789012345.1"), None, None, "0", "10", Err(PriceRefusal::TooLarge)),
    ] {
        let mut terms = Terms { rules: Vec::new(), ..terms() };
        if let Some(agreement) = &mut terms.agreement {
            (agreement.discount, agreement.list) = (percent(agreed), None);
        }
        let book = book(list.map(|price| row(of_list(BASE), price)));
        let line = Line { manual: manual(price, discount), ..line("1") };
        let priced = one(&book, &terms, up_to(limit), line);
        let priced = priced.map(|it| (it.base_unit_price, it.discount, it.reasons));
        let expected = expected.map(|(price, off, why)| (dec(price), percent(off), why));
        assert_eq!(priced, expected, "{price:?} {discount:?} of {list:?}");
    }
    let leave = Leave { own_price: false, ..SELLER };
    let book = book([row(of_list(BASE), "900")]);
    let own = Line { manual: manual(Some("800"), None), ..line("1") };
    assert_eq!(one(&book, &terms(), leave, own), Err(PriceRefusal::OwnPrice));
}

#[test]
fn minimum_price_and_margin() {
    let floor = |amount: &str| {
        let (amount, vat_mode) = (dec(amount), VatMode::Excluded);
        Some(MinimumPrice { amount, currency: rub(), vat_mode })
    };
    // 1 200 with 5 % off is 1 140 with VAT, 950 without.
    let terms = Terms { rules: Vec::new(), ..terms() };
    let listed = book([row(of_list(WHOLESALE), "7"), row(of_list(BASE), "1333.33")]);
    let asked = |minimum_price| Line { minimum_price, ..line("1") };
    let codes = |priced: PricedLine| -> Vec<ApprovalReason> { priced.reasons };
    assert_eq!(codes(one(&listed, &terms, SELLER, asked(floor("950"))).unwrap()), []);
    let (net, minimum) = (dec("1140"), dec("1140.12"));
    let below = vec![ApprovalReason::PriceBelowMinimum { net, minimum }];
    assert_eq!(codes(one(&listed, &terms, SELLER, asked(floor("950.1"))).unwrap()), below);
    // What the agreement fixed may lie below; what somebody takes off it may not.
    let fixed = book([row(of_agreement(), "900")]);
    assert_eq!(codes(one(&fixed, &terms, SELLER, asked(floor("950"))).unwrap()), []);
    let lower = Line { manual: manual(None, Some("1")), ..asked(floor("950")) };
    let (net, minimum) = (dec("891"), dec("1140"));
    let below = vec![ApprovalReason::PriceBelowMinimum { net, minimum }];
    assert_eq!(codes(one(&fixed, &terms, SELLER, lower).unwrap()), below);

    let minimum = percent("20");
    let cost = |amount: &str, code: &str| {
        let currency = Currency::parse(code).unwrap();
        Some(UnitCost { amount: dec(amount), currency })
    };
    for (cost, margin) in [
        (cost("760", "RUB"), None),
        (cost("769.5", "RUB"), Some(Some("19"))),
        (cost("1900", "RUB"), Some(Some("-100"))),
        (cost("1", "USD"), Some(None)),
        (None, Some(None)),
    ] {
        let line = Line { cost, minimum_margin: Some(minimum), ..line("1") };
        let expected = margin.map(|margin| {
            let margin = margin.map(dec);
            ApprovalReason::MarginBelowMinimum { margin, minimum }
        });
        let reasons = one(&listed, &terms, SELLER, line).unwrap().reasons;
        assert_eq!(reasons, expected.into_iter().collect::<Vec<_>>(), "{cost:?}");
    }
}
