//! VAT numbers of companies outside Russia: the country's prefix and the form that country gives
//! them (European Commission, "VAT identification number structure"). Check digits differ by
//! country and are left to the register that knows whether the company exists.

use kernel::{Refusal, RefusalCode};

/// Why a VAT number is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VatIdError {
    /// Two letters of a country, then 2 to 13 letters and digits.
    Form,
    /// Not as long as the country's numbers are, or letters where digits stand.
    Country,
    /// Russian companies have an INN.
    Russian,
}

impl From<VatIdError> for Refusal {
    fn from(error: VatIdError) -> Self {
        let (en, ru) = match error {
            VatIdError::Form => (
                "A VAT number begins with the country's two letters, such as DE123456789.",
                "Номер НДС начинается с двух букв страны, например DE123456789.",
            ),
            VatIdError::Country => (
                "VAT numbers of this country have another form.",
                "У номеров НДС этой страны другой вид.",
            ),
            VatIdError::Russian => (
                "A Russian company has an INN: put it there.",
                "У российской компании ИНН: укажите его.",
            ),
        };
        Self::new(RefusalCode::Invalid, en, ru)
    }
}

/// What follows a country's letters.
enum Body {
    /// So many digits.
    Digits(&'static [usize]),
    /// So many letters and digits, at least so many of them digits.
    Mixed(&'static [usize], usize),
}

/// Where the form is simple. A country that is not here is taken by its length alone.
fn body_of(country: &str) -> Option<Body> {
    Some(match country {
        "DE" | "EE" | "EL" | "PT" | "BY" => Body::Digits(&[9]),
        "FI" | "HU" | "LU" | "MT" | "SI" | "DK" | "AM" => Body::Digits(&[8]),
        "PL" | "SK" | "BE" => Body::Digits(&[10]),
        "IT" | "LV" | "HR" => Body::Digits(&[11]),
        "SE" | "KZ" => Body::Digits(&[12]),
        "BG" => Body::Digits(&[9, 10]),
        "CZ" => Body::Digits(&[8, 9, 10]),
        "LT" => Body::Digits(&[9, 12]),
        "RO" => Body::Digits(&[2, 3, 4, 5, 6, 7, 8, 9, 10]),
        "UA" => Body::Digits(&[10, 12]),
        "AT" | "CY" => Body::Mixed(&[9], 8),
        "ES" => Body::Mixed(&[9], 7),
        "FR" => Body::Mixed(&[11], 9),
        "GB" | "XI" => Body::Mixed(&[5, 9, 12], 3),
        "IE" => Body::Mixed(&[8, 9], 6),
        "NL" => Body::Mixed(&[12], 10),
        _ => return None,
    })
}

/// Checks a VAT number: capital letters and digits, without spaces, dots and hyphens.
///
/// # Errors
/// [`VatIdError`].
pub fn check_vat_id(text: &str) -> Result<String, VatIdError> {
    let is_between = |c: &char| c.is_whitespace() || matches!(c, '.' | '-');
    let number: String = text.chars().filter(|c| !is_between(c)).collect();
    let number = number.to_ascii_uppercase();
    let is_known = number.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if !is_known || !(4..=15).contains(&number.len()) {
        return Err(VatIdError::Form);
    }
    let (country, body) = number.split_at(2);
    if country.bytes().any(|b| b.is_ascii_digit()) {
        return Err(VatIdError::Form);
    }
    if country == "RU" {
        return Err(VatIdError::Russian);
    }
    let digits = body.bytes().filter(u8::is_ascii_digit).count();
    let fits = match body_of(country) {
        Some(Body::Digits(lengths)) => lengths.contains(&body.len()) && digits == body.len(),
        Some(Body::Mixed(lengths, least)) => lengths.contains(&body.len()) && digits >= least,
        None => true,
    };
    if fits { Ok(number) } else { Err(VatIdError::Country) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_of_countries() {
        for (typed, kept) in [
            ("DE 123 456 789", "DE123456789"),
            ("atu12345678", "ATU12345678"),
            ("NL123456789B01", "NL123456789B01"),
            ("FR-AB.123456789", "FRAB123456789"),
            ("HR12345678901", "HR12345678901"),
            ("BY123456789", "BY123456789"),
            ("CHE123456789", "CHE123456789"),
        ] {
            assert_eq!(check_vat_id(typed).as_deref(), Ok(kept));
        }
        for (typed, why) in [
            ("DE12345678", VatIdError::Country),
            ("DE12345678A", VatIdError::Country),
            ("PL123", VatIdError::Country),
            ("123456789", VatIdError::Form),
            ("D", VatIdError::Form),
            ("ДЕ123456789", VatIdError::Form),
            ("US1234567890123456", VatIdError::Form),
            ("RU7707083893", VatIdError::Russian),
        ] {
            assert_eq!(check_vat_id(typed), Err(why), "{typed}");
        }
    }

    proptest! {
        #[test]
        fn what_is_kept_is_kept_as_it_is(text in "[A-Za-z]{2}[-. 0-9A-Z]{0,16}") {
            if let Ok(kept) = check_vat_id(&text) {
                prop_assert_eq!(check_vat_id(&kept), Ok(kept));
            }
        }
    }
}
