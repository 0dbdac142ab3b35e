//! What a bank's line tells about what it pays for: numbers of documents in its purpose.

/// Numbers looked at in one purpose, at most.
const MOST_NUMBERS: usize = 20;

/// What may be a document's number in the purpose of a payment, in the order of the text, each
/// once: words of letters, digits and `-` or `/` that hold a digit, in capitals. Dates, sums and
/// shares of VAT are words too; they find no document, so nothing is gained by telling them apart.
#[must_use]
pub fn numbers_in(purpose: &str) -> Vec<String> {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '/');
    let mut found: Vec<String> = Vec::new();
    for word in purpose.split(|c: char| !part(c)) {
        let word = word.trim_matches(['-', '/']);
        if word.chars().any(|c| c.is_ascii_digit()) && word.chars().count() <= 40 {
            let word = word.to_uppercase();
            if !found.contains(&word) {
                found.push(word);
            }
        }
        if found.len() == MOST_NUMBERS {
            break;
        }
    }
    found
}

/// Those of [`numbers_in`] that may be an invoice's: not one that is called an order's alone. An
/// organization's orders and invoices are numbered alike, so only the word before tells them apart.
#[must_use]
pub fn invoice_numbers_in(purpose: &str) -> Vec<String> {
    let lowered = purpose.to_lowercase();
    let mut kept = String::with_capacity(lowered.len());
    let mut is_order = false;
    for word in lowered.split_whitespace() {
        let bare = word.trim_start_matches(|c: char| !c.is_alphanumeric());
        if bare.starts_with("заказ") || bare.starts_with("order") {
            is_order = true;
        } else if bare.chars().any(|c| c.is_ascii_digit()) {
            if !is_order {
                kept.push_str(word);
                kept.push(' ');
            }
            is_order = false;
        } else if ["счёт", "счет", "invoice"].iter().any(|invoice| bare.starts_with(invoice))
        {
            is_order = false;
        }
    }
    numbers_in(&kept)
}

/// An account in its one spelling, however it is written: letters and digits alone, in capitals.
#[must_use]
pub fn account_number(written: &str) -> String {
    written.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// Whether a text is a Russian tax number: 10 digits of a company or 12 of a person.
#[must_use]
pub fn is_inn(text: &str) -> bool {
    matches!(text.len(), 10 | 12) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_called_an_order_is_no_invoice() {
        for (purpose, numbers) in [
            ("заказ A-000001", vec![]),
            ("Оплата заказа № A-000001, счёт A-000002", vec!["A-000002"]),
            ("Order no A-1", vec![]),
            ("оплата по счёту №A-000001 от 15.01.2026", vec!["A-000001", "15"]),
            ("по заказу покупателя A-000001", vec![]),
            ("заказ по счёту A-000001", vec!["A-000001"]),
        ] {
            let mut found = invoice_numbers_in(purpose);
            found.retain(|number| !["01", "2026"].contains(&number.as_str()));
            assert_eq!(found, numbers, "{purpose}");
        }
    }

    #[test]
    fn numbers_are_found_whatever_stands_around_them() {
        for (purpose, numbers) in [
            ("Оплата по счету №ORG-000012 от 05.03.2026", vec!["ORG-000012", "05", "03", "2026"]),
            ("оплата,счёт org-000012;org-000012", vec!["ORG-000012"]),
            ("(ООО-000001/2)", vec!["ООО-000001/2"]),
            ("без назначения", vec![]),
            ("--", vec![]),
        ] {
            assert_eq!(numbers_in(purpose), numbers, "{purpose}");
        }
    }

    #[test]
    fn an_account_has_one_spelling() {
        for (written, number) in [
            ("40702810900000012345", "40702810900000012345"),
            (" 40702 810 9 0000 0012345", "40702810900000012345"),
            ("40702.810.9.0000.0012345", "40702810900000012345"),
            ("de89\u{a0}3704-0044", "DE8937040044"),
            ("—", ""),
        ] {
            assert_eq!(account_number(written), number, "{written}");
        }
    }

    #[test]
    fn tax_numbers_have_ten_or_twelve_digits() {
        for (text, known) in [
            ("7707083893", true),
            ("500100732259", true),
            ("77070838931", false),
            ("77070838a3", false),
        ] {
            assert_eq!(is_inn(text), known, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_purpose_makes_it_panic_or_tell_too_much(purpose in ".{0,400}") {
            let found = numbers_in(&purpose);
            prop_assert!(found.len() <= MOST_NUMBERS);
        }
    }
}
