//! Explanations: their stable shape, their sentences, and what happens to a changed one.

use serde_json::{Value, json};

use super::*;

/// The worked case with a manual discount: every kind of step that it has, as it is kept. A
/// change of this text breaks explanations that tenants keep: see [`VERSION`].
fn kept() -> Value {
    let record = |number: &str, name: &str| json!({ "id": format!("00000000-0000-0000-0000-0000000000{number}"), "name": name });
    json!({
        "version": 1,
        "on": "2026-03-15",
        "currency": "RUB",
        "vatMode": "INCLUDED",
        "steps": [
            { "step": "HELD_NOTHING", "source": "AGREEMENT_PRICE",
              "record": record("14", "Main agreement") },
            { "step": "FOUND", "source": "AGREEMENT_LIST", "record": record("0a", "Base"),
              "foundFor": "PRODUCT", "packaging": null, "minQuantity": "0",
              "validFrom": "2026-03-01", "currency": "RUB", "vatMode": "INCLUDED",
              "after": { "amount": "1000.00", "per": [1, 1] } },
            { "step": "DERIVED", "record": record("0b", "Wholesale"), "coefficient": "0.90",
              "before": "1000.00", "after": "900.0000" },
            { "step": "ROUNDED", "rounding": { "step": "1", "direction": "NEAREST" },
              "before": "900.0000", "after": "900" },
            { "step": "MATCHED", "source": "RULE", "record": record("1e", "From 100 pcs"),
              "percent": "7" },
            { "step": "MATCHED", "source": "AGREEMENT", "record": record("14", "Main agreement"),
              "percent": "5" },
            { "step": "COMBINED", "combination": { "how": "BEST" },
              "winner": record("1e", "From 100 pcs"), "discount": "7" },
            { "step": "MANUAL_DISCOUNT", "by": record("28", "Anna"), "before": "7",
              "after": "15" },
            { "step": "SUMMED", "quantity": "120", "unit": [1, 1],
              "price": { "amount": "900", "per": [1, 1] }, "baseUnitPrice": "900",
              "discount": "15", "amount": "91800" },
        ],
    })
}

fn explained() -> Explanation {
    let asked = Line { manual: manual(None, Some("15")), ..line("120") };
    let book = book([row(of_list(BASE), "1000.00")]);
    one(&book, &terms(), SELLER, asked).unwrap().explanation
}

#[test]
fn the_shape_is_stable() {
    assert_eq!(serde_json::to_value(explained()).unwrap(), kept());
    let read: Explanation = serde_json::from_value(kept()).unwrap();
    assert_eq!(read, explained());
    let again = recompute(&read).unwrap();
    assert_eq!((again.base_unit_price, again.amount), (dec("900"), dec("91800")));
    assert_eq!(again.discount, percent("15"));
}

#[test]
fn sentences() {
    let sentences: Vec<_> = explained().steps.iter().map(Step::sentence).collect();
    let en: Vec<&str> = sentences.iter().map(|text| text.en.as_str()).collect();
    assert_eq!(
        en,
        [
            "Price agreed upon: “Main agreement” holds no price.",
            "The agreement's price list: “Base” holds 1000.00 RUB with VAT for the product since \
             2026-03-01.",
            "“Wholesale”: 1000.00 × 0.9 = 900.00.",
            "Rounded to 1: 900.00 → 900.00.",
            "The discount “From 100 pcs” holds: 7 %.",
            "Personal discount of the agreement “Main agreement”: 5 %.",
            "The greatest discount counts: “From 100 pcs”, 7 %.",
            "Anna set the discount by hand: 7 % → 15 %.",
            "120 at 900.00 less 15 % is 91800.00.",
        ]
    );
    let ru: Vec<&str> = sentences.iter().map(|text| text.ru.as_str()).collect();
    assert_eq!(ru[3], "Округление до 1: 900.00 → 900.00.");
    assert_eq!(ru[7], "Anna: скидка изменена вручную, 7 % → 15 %.");
}

/// Changes any number or word of the kept text: it is either not read, or does not stand.
#[test]
fn a_changed_step_is_found() {
    for (path, value) in [
        ("/steps/1/after/amount", json!("999")),
        ("/steps/1/after/per", json!([2, 1])),
        ("/steps/2/coefficient", json!("0.89")),
        ("/steps/2/after", json!("901")),
        ("/steps/3/rounding/step", json!("7")),
        ("/steps/4/percent", json!("8")),
        ("/steps/5/percent", json!("79228162514264337593543950335")),
        ("/steps/6/combination", json!({ "how": "SUM", "cap": "11" })),
        ("/steps/6/discount", json!("6")),
        ("/steps/7/after", json!("-1")),
        ("/steps/7/before", json!("5")),
        ("/steps/8/quantity", json!("121")),
        ("/steps/8/amount", json!("91800.01")),
        ("/steps/8/discount", json!("14")),
    ] {
        let mut changed = kept();
        *changed.pointer_mut(path).unwrap() = value;
        let read: Explanation = serde_json::from_value(changed).unwrap();
        let found = recompute(&read);
        assert!(matches!(found, Err(ExplanationError::Broken(_))), "{path}: {found:?}");
    }
    let mut cut = explained();
    cut.steps.pop();
    assert_eq!(recompute(&cut), Err(ExplanationError::Unfinished));
    let later = Explanation { version: 2, ..explained() };
    assert_eq!(recompute(&later), Err(ExplanationError::UnknownVersion(2)));
}
