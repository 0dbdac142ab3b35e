//! Numbers as people write them.

use kernel::Decimal;

use super::DecimalMark;
use crate::Reason;
use crate::cell::beginning;

/// A longer text is no number: 29 digits, their separators, sign and mark.
const LONGEST: usize = 160;

/// Blanks and apostrophes that part thousands: space, no-break, thin, figure and narrow no-break
/// space, both apostrophes.
const PARTS: [char; 7] = [' ', '\u{A0}', '\u{2009}', '\u{2007}', '\u{202F}', '\'', '’'];

/// The number of a trimmed text under the file's decimal mark.
pub(super) fn parse(text: &str, mark: DecimalMark) -> Result<Decimal, Reason> {
    let no = || Reason::NotNumber { value: beginning(text) };
    if text.len() > LONGEST {
        return Err(no());
    }
    let (sign, unsigned) = match text.strip_prefix(['-', '−']) {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (point, other) = match mark {
        DecimalMark::Comma => (',', '.'),
        DecimalMark::Point => ('.', ','),
    };
    let (whole, fraction) = match unsigned.split_once(point) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let digits = whole_digits(whole, other).ok_or_else(no)?;
    let fraction = match fraction {
        Some(fraction) if is_digits(fraction) => fraction,
        Some(_) => return Err(no()),
        None => "0",
    };
    let number = Decimal::from_str_exact(&format!("{sign}{digits}.{fraction}"));
    number
        .map_err(|_| Reason::OutOfRange { value: beginning(text) })
        .map(|number| number.normalize())
}

/// The digits before the mark: alone, or in threes parted by one and the same sign.
fn whole_digits(whole: &str, other: char) -> Option<String> {
    let part = whole.chars().find(|sign| PARTS.contains(sign) || *sign == other);
    let Some(part) = part else { return is_digits(whole).then(|| whole.to_owned()) };
    let mut digits = String::with_capacity(whole.len());
    for (index, group) in whole.split(part).enumerate() {
        let fits = if index == 0 { (1..=3).contains(&group.len()) } else { group.len() == 3 };
        if !fits || !is_digits(group) {
            return None;
        }
        digits.push_str(group);
    }
    Some(digits)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str, mark: DecimalMark) -> Option<String> {
        parse(text, mark).ok().map(|number| number.to_string())
    }

    #[test]
    fn numbers_are_read_under_the_file_s_mark() {
        use DecimalMark::{Comma, Point};
        for (text, mark, number) in [
            ("1,234", Point, Some("1234")),
            ("1,234", Comma, Some("1.234")),
            ("1.234", Comma, Some("1234")),
            ("1.234", Point, Some("1.234")),
            ("1 234,50", Comma, Some("1234.5")),
            ("1\u{A0}234\u{A0}567,89", Comma, Some("1234567.89")),
            ("1\u{202F}234.5", Point, Some("1234.5")),
            ("1\u{2009}234", Point, Some("1234")),
            ("1'234.50", Point, Some("1234.5")),
            ("1’234", Comma, Some("1234")),
            ("1.234.567,8", Comma, Some("1234567.8")),
            ("-5", Comma, Some("-5")),
            ("−5", Comma, Some("-5")),
            ("+5", Comma, Some("5")),
            ("007", Comma, Some("7")),
            ("1.5", Comma, None),
            ("1,5", Point, None),
            ("1 23", Comma, None),
            ("1234 567", Comma, None),
            ("1 234.567", Comma, None),
            ("1,234,5", Comma, None),
            ("1,", Comma, None),
            (",5", Comma, None),
            ("", Comma, None),
            ("-", Comma, None),
            ("--5", Comma, None),
            ("5 руб.", Comma, None),
            ("1e5", Comma, None),
            ("٣", Comma, None),
        ] {
            assert_eq!(read(text, mark).as_deref(), number, "{text} {mark:?}");
        }
        let long = "9".repeat(40);
        assert!(matches!(parse(&long, Comma), Err(Reason::OutOfRange { .. })));
        // More decimal places than a Decimal keeps are refused, not cut.
        assert!(parse(&format!("0,{}1", "0".repeat(30)), Comma).is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(units in any::<i64>(), scale in 0_u32..=12,
                                   comma in any::<bool>(), part in 0_usize..=7) {
            let number = Decimal::new(units, scale);
            let mark = if comma { DecimalMark::Comma } else { DecimalMark::Point };
            let text = number.abs().to_string();
            let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
            let mut written = String::new();
            for (index, digit) in whole.chars().enumerate() {
                if index > 0 && (whole.len() - index) % 3 == 0 && part < PARTS.len() {
                    written.push(PARTS[part]);
                }
                written.push(digit);
            }
            if !fraction.is_empty() {
                written.push(if comma { ',' } else { '.' });
                written.push_str(fraction);
            }
            let sign = if number.is_sign_negative() { "-" } else { "" };
            prop_assert_eq!(parse(&format!("{sign}{written}"), mark), Ok(number.normalize()));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = parse(&text, DecimalMark::Comma);
        }
    }
}
