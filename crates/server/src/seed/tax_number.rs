//! Russian tax numbers with right check digits (norm: order ED-7-14/559@ of the tax service).
//!
//! The numbers are drawn under inspection 99 of a region, so that they should meet no real
//! taxpayer's.

use super::dice::Dice;

const INSPECTION: u64 = 99;
const WEIGHTS_LEGAL: [u64; 9] = [2, 4, 10, 3, 5, 9, 4, 6, 8];
const WEIGHTS_PERSON_FIRST: [u64; 10] = [7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
const WEIGHTS_PERSON_SECOND: [u64; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];

/// INN of a company: 10 digits, the last one a check digit.
pub(super) fn inn_of_company(region: u64, dice: &mut Dice) -> String {
    let body = format!("{region:02}{INSPECTION:02}{:05}", dice.below(100_000));
    let check = check_digit(&body, &WEIGHTS_LEGAL);
    format!("{body}{check}")
}

/// INN of a person in business: 12 digits, the last two check digits.
pub(super) fn inn_of_person(region: u64, dice: &mut Dice) -> String {
    let body = format!("{region:02}{INSPECTION:02}{:06}", dice.below(1_000_000));
    let body = format!("{body}{}", check_digit(&body, &WEIGHTS_PERSON_FIRST));
    let check = check_digit(&body, &WEIGHTS_PERSON_SECOND);
    format!("{body}{check}")
}

/// KPP of a company at its place of registration: 9 digits, no check digit exists.
pub(super) fn kpp(region: u64) -> String {
    format!("{region:02}{INSPECTION:02}01001")
}

fn check_digit(digits: &str, weights: &[u64]) -> u64 {
    let sum: u64 =
        digits.bytes().zip(weights).map(|(digit, weight)| u64::from(digit - b'0') * weight).sum();
    sum % 11 % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_follow_the_published_examples() {
        // The examples that every description of the algorithm walks through.
        assert_eq!(check_digit("783000229", &WEIGHTS_LEGAL), 3);
        assert_eq!(check_digit("5001007322", &WEIGHTS_PERSON_FIRST), 5);
        assert_eq!(check_digit("50010073225", &WEIGHTS_PERSON_SECOND), 9);
    }
}
