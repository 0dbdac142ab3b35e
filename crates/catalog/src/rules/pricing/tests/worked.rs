//! The worked case of the domain text, section 3.

use super::*;

#[test]
fn the_best_discount_counts() {
    let book = book([row(of_list(BASE), "1000.00")]);
    let priced = one(&book, &terms(), SELLER, line("120")).unwrap();
    assert_eq!(priced.base_unit_price, dec("900.00"));
    assert_eq!(priced.discount, percent("7"));
    assert_eq!(priced.sum.amount, dec("100440.00"));
    assert_eq!(priced.sum.vat, dec("16740.00"));
    assert_eq!(priced.reasons, []);
    // Below the threshold the personal discount is left.
    assert_eq!(one(&book, &terms(), SELLER, line("99")).unwrap().discount, percent("5"));
}

#[test]
fn discounts_add_up_to_their_cap() {
    let combination = Combination::Sum { cap: percent("10") };
    let terms = Terms { combination, ..terms() };
    let priced = one(&book([row(of_list(BASE), "1000.00")]), &terms, SELLER, line("120"));
    let priced = priced.unwrap();
    assert_eq!((priced.discount, priced.sum.amount), (percent("10"), dec("97200.00")));
}

#[test]
fn over_the_limit_needs_leave() {
    let asked = Line { manual: manual(None, Some("15")), ..line("120") };
    let book = book([row(of_list(BASE), "1000.00")]);
    let priced = one(&book, &terms(), up_to("10"), asked.clone()).unwrap();
    assert_eq!((priced.discount, priced.sum.amount), (percent("15"), dec("91800.00")));
    let (size, limit) = (dec("15"), percent("10"));
    assert_eq!(priced.reasons, [ApprovalReason::DiscountOverLimit { size, limit }]);
    assert_eq!(one(&book, &terms(), up_to("15"), asked).unwrap().reasons, []);
}
