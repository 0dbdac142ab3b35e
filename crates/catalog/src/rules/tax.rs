//! Russian tax numbers: lengths and check digits of INN (norm: order ED-7-14/559@ of the tax
//! service), the form of KPP. Companies of other countries leave both empty.

use kernel::{Refusal, RefusalCode};

const LEGAL: [u32; 9] = [2, 4, 10, 3, 5, 9, 4, 6, 8];
const PERSON_FIRST: [u32; 10] = [7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
const PERSON_SECOND: [u32; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];

/// Why a tax number is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaxNumberError {
    /// An INN has 10 digits (companies) or 12 (persons).
    InnForm,
    /// The check digits do not fit: a digit is mistyped.
    InnCheck,
    /// A KPP has nine characters: four digits, two digits or capital letters, three digits.
    KppForm,
}

impl From<TaxNumberError> for Refusal {
    fn from(error: TaxNumberError) -> Self {
        let (en, ru) = match error {
            TaxNumberError::InnForm => {
                ("An INN has 10 or 12 digits.", "В ИНН должно быть 10 или 12 цифр.")
            }
            TaxNumberError::InnCheck => (
                "The check digits of the INN do not fit: look for a mistyped digit.",
                "Контрольные цифры ИНН не сходятся: проверьте, нет ли опечатки.",
            ),
            TaxNumberError::KppForm => (
                "A KPP has nine characters, such as 770101001.",
                "КПП — девять знаков, например 770101001.",
            ),
        };
        Self::new(RefusalCode::Invalid, en, ru)
    }
}

/// Checks an INN.
///
/// # Errors
/// [`TaxNumberError`].
pub fn check_inn(inn: &str) -> Result<String, TaxNumberError> {
    let inn = inn.trim();
    let digits: Option<Vec<u32>> = inn.chars().map(|c| c.to_digit(10)).collect();
    let digits = digits.ok_or(TaxNumberError::InnForm)?;
    let fits = match digits.len() {
        10 => check_digit(&digits, &LEGAL) == digits[9],
        12 => {
            check_digit(&digits, &PERSON_FIRST) == digits[10]
                && check_digit(&digits, &PERSON_SECOND) == digits[11]
        }
        _ => return Err(TaxNumberError::InnForm),
    };
    if fits { Ok(inn.to_owned()) } else { Err(TaxNumberError::InnCheck) }
}

/// Checks the form of a KPP; it has no check digit.
///
/// # Errors
/// [`TaxNumberError::KppForm`].
pub fn check_kpp(kpp: &str) -> Result<String, TaxNumberError> {
    let kpp = kpp.trim();
    let fits = kpp.len() == 9
        && kpp.bytes().enumerate().all(|(place, byte)| {
            byte.is_ascii_digit() || (matches!(place, 4 | 5) && byte.is_ascii_uppercase())
        });
    if fits { Ok(kpp.to_owned()) } else { Err(TaxNumberError::KppForm) }
}

fn check_digit(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum::<u32>() % 11 % 10
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn published_examples() {
        for good in ["7830002293", "500100732259", " 7707083893 "] {
            assert_eq!(check_inn(good).as_deref(), Ok(good.trim()));
        }
        for (bad, why) in [
            ("7830002294", TaxNumberError::InnCheck),
            ("500100732258", TaxNumberError::InnCheck),
            ("783000229", TaxNumberError::InnForm),
            ("78300022931", TaxNumberError::InnForm),
            ("783000229O", TaxNumberError::InnForm),
            ("", TaxNumberError::InnForm),
        ] {
            assert_eq!(check_inn(bad), Err(why), "{bad}");
        }
    }

    #[test]
    fn forms_of_kpp() {
        assert_eq!(check_kpp("770101001").as_deref(), Ok("770101001"));
        assert_eq!(check_kpp("7701AB001").as_deref(), Ok("7701AB001"));
        for bad in ["77010100", "7701010011", "A70101001", "7701ab001", "77010100Я"] {
            assert_eq!(check_kpp(bad), Err(TaxNumberError::KppForm), "{bad}");
        }
    }

    proptest! {
        /// The check digit exists to catch one mistyped digit of a company's number. Weights are
        /// not zero modulo 11, so only the step "10 counts as 0" lets a few through.
        #[test]
        fn one_mistyped_digit_is_caught(body in prop::collection::vec(0_u32..10, 9), place in 0_usize..9, shift in 1_u32..10) {
            let check = check_digit(&body, &LEGAL);
            let mut wrong = body.clone();
            wrong[place] = (wrong[place] + shift) % 10;
            let sum = |digits: &[u32]| {
                digits.iter().zip(&LEGAL).map(|(d, w)| d * w).sum::<u32>() % 11
            };
            let is_blind = sum(&body) % 10 == 0 && sum(&wrong) % 10 == 0;
            let text: String = wrong.iter().chain([&check]).map(ToString::to_string).collect();
            prop_assert_eq!(check_inn(&text).is_err(), !is_blind);
        }
    }
}
