//! Barcodes: their lengths and check digits (norm: GS1 General Specifications, 7.9), and the keys
//! they are found by.

use kernel::{PackagingId, ProductVariantId, Refusal, RefusalCode};
use serde::{Deserialize, Serialize};

/// Longest code of a kind without a norm.
const MOST_CHARACTERS: usize = 80;

/// What kind of code a barcode holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BarcodeKind {
    /// Thirteen digits, the last one a check.
    #[serde(rename = "EAN_13")]
    Ean13,
    /// Eight digits, the last one a check.
    #[serde(rename = "EAN_8")]
    Ean8,
    /// Twelve digits, the last one a check.
    #[serde(rename = "UPC_A")]
    UpcA,
    /// Anything else, unchecked: a code of the house, Code 128, a QR code's text.
    #[serde(rename = "OTHER")]
    Other,
}

impl BarcodeKind {
    const ALL: [Self; 4] = [Self::Ean13, Self::Ean8, Self::UpcA, Self::Other];

    /// The kind as the table writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ean13 => "EAN_13",
            Self::Ean8 => "EAN_8",
            Self::UpcA => "UPC_A",
            Self::Other => "OTHER",
        }
    }

    /// Reads a kind as the table writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    fn digits(self) -> Option<usize> {
        match self {
            Self::Ean13 => Some(13),
            Self::Ean8 => Some(8),
            Self::UpcA => Some(12),
            Self::Other => None,
        }
    }
}

/// A code of a product, or of a packaging of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Barcode {
    /// As a scanner reads it.
    pub code: String,
    /// What kind of code it is.
    pub kind: BarcodeKind,
    /// The packaging it is printed on; `None` is the product itself.
    pub packaging_id: Option<PackagingId>,
    /// The variant it is printed on; `None` is all of them.
    pub variant_id: Option<ProductVariantId>,
}

impl Barcode {
    /// What it is found by: a UPC is the EAN-13 that begins with 0.
    #[must_use]
    pub fn key(&self) -> String {
        match self.kind {
            BarcodeKind::UpcA => format!("0{}", self.code),
            _ => self.code.clone(),
        }
    }
}

/// The code without spaces around it.
///
/// # Errors
/// A wrong length, a wrong check digit, or no code at all.
pub fn check_barcode(kind: BarcodeKind, code: &str) -> Result<String, Refusal> {
    let code = code.trim();
    let Some(length) = kind.digits() else {
        return super::clean(code, MOST_CHARACTERS).map_err(Refusal::from);
    };
    let Some(digits) = digits(code).filter(|digits| digits.len() == length) else {
        return Err(Refusal::new(
            RefusalCode::Invalid,
            format!("This kind of barcode has {length} digits."),
            format!("В штрихкоде этого вида цифр: {length}."),
        ));
    };
    if !check_digit_fits(&digits) {
        return Err(Refusal::new(
            RefusalCode::Invalid,
            "The check digit of the barcode does not fit: look for a mistyped digit.",
            "Контрольная цифра штрихкода не сходится: проверьте, нет ли опечатки.",
        ));
    }
    Ok(code.to_owned())
}

/// The keys under which a scanned or typed code may be found.
#[must_use]
pub fn barcode_keys(code: &str) -> Vec<String> {
    let code = code.trim();
    if code.is_empty() || code.contains('\0') || code.chars().count() > MOST_CHARACTERS {
        return Vec::new();
    }
    let upc = digits(code).filter(|digits| digits.len() == 12 && check_digit_fits(digits));
    let as_upc = upc.map(|_| format!("0{code}"));
    [code.to_owned()].into_iter().chain(as_upc).collect()
}

fn digits(code: &str) -> Option<Vec<u32>> {
    code.chars().map(|c| c.to_digit(10)).collect()
}

/// From the right, digits count once and three times in turn; the sum is a multiple of ten.
fn check_digit_fits(digits: &[u32]) -> bool {
    let weights = [1, 3].into_iter().cycle();
    let sum: u32 = digits.iter().rev().zip(weights).map(|(digit, weight)| digit * weight).sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_of_each_kind() {
        for (kind, code, fits) in [
            (BarcodeKind::Ean13, "4006381333931", true),
            (BarcodeKind::Ean13, " 4600051000057 ", true),
            (BarcodeKind::Ean13, "4006381333932", false),
            (BarcodeKind::Ean13, "400638133393", false),
            (BarcodeKind::Ean13, "40063813339З1", false),
            (BarcodeKind::Ean8, "96385074", true),
            (BarcodeKind::Ean8, "96385075", false),
            (BarcodeKind::UpcA, "036000291452", true),
            (BarcodeKind::UpcA, "036000291453", false),
            (BarcodeKind::Other, "BOX-0001/А", true),
            (BarcodeKind::Other, "  ", false),
            (BarcodeKind::Other, "a\0b", false),
        ] {
            assert_eq!(check_barcode(kind, code).is_ok(), fits, "{kind:?} {code}");
        }
    }

    #[test]
    fn a_upc_and_its_ean_are_one_code() {
        let upc = Barcode {
            code: "036000291452".to_owned(),
            kind: BarcodeKind::UpcA,
            packaging_id: None,
            variant_id: None,
        };
        let ean = "0036000291452";
        assert!(check_barcode(BarcodeKind::Ean13, ean).is_ok());
        assert_eq!(upc.key(), ean);
        assert!(barcode_keys("036000291452").contains(&upc.key()));
        assert!(barcode_keys(ean).contains(&upc.key()));
        assert_eq!(barcode_keys("012345678901"), ["012345678901"], "the check digit is wrong");
        assert!(barcode_keys(" \0").is_empty());
    }

    proptest! {
        #[test]
        fn a_mistyped_digit_is_found(
            first in prop::collection::vec(0_u32..10, 12),
            place in 0_usize..13,
            change in 1_u32..10,
        ) {
            let check = (0..10).find(|check| {
                let mut digits = first.clone();
                digits.push(*check);
                check_digit_fits(&digits)
            });
            let mut digits = first;
            digits.push(check.unwrap());
            digits[place] = (digits[place] + change) % 10;
            prop_assert!(!check_digit_fits(&digits));
        }
    }
}
