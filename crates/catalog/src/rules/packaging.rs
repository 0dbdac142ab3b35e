//! Packagings: what one holds in base units, and what a document's line comes to that is entered
//! in it.

use std::collections::HashMap;

use kernel::{
    Decimal, Factor, Inexact, PackagingId, ProductId, Quantity, Refusal, RefusalCode, ScaleError,
};
use serde_json::json;

use super::out_of_scale;

/// A packaging as a document's line needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackagingCard {
    /// The packaging.
    pub id: PackagingId,
    /// What it packs.
    pub product_id: ProductId,
    /// What lines call the unit.
    pub name: String,
    /// Base units in one.
    pub factor: Factor,
    /// Nothing new is entered in it.
    pub archived: bool,
}

/// What a line's author entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    /// In which packaging.
    pub packaging_id: PackagingId,
    /// So many of them.
    pub quantity: Quantity,
    /// Its name when the line was written.
    pub unit: String,
}

/// A line's quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// In the product's base unit: what stock moves and prices count by.
    pub base: Quantity,
    /// As it was entered, where that was not the base unit.
    pub entered: Option<Entered>,
}

/// Brings a line's quantity to base units, exactly.
///
/// # Errors
/// What is wrong, at the field of the line: a quantity that does not fit, a packaging
/// of another product or an archived one, a base quantity of more than three places.
pub fn measured(
    packagings: &HashMap<PackagingId, PackagingCard>,
    product: ProductId,
    packaging: Option<PackagingId>,
    quantity: Decimal,
) -> Result<Measured, Refusal> {
    let positive = Quantity::positive(quantity);
    let quantity = positive.map_err(|error| out_of_scale(error).at(["quantity"]))?;
    let Some(id) = packaging else { return Ok(Measured { base: quantity, entered: None }) };
    let card = packagings.get(&id).filter(|card| card.product_id == product);
    let Some(card) = card else { return Err(unknown().at(["packagingId"])) };
    if card.archived {
        let refusal = Refusal::new(
            RefusalCode::Archived,
            format!("The packaging {} is archived.", card.name),
            format!("Упаковка «{}» в архиве.", card.name),
        );
        return Err(refusal.at(["packagingId"]));
    }
    let base = card.factor.exact_quantity(quantity);
    let base = base.map_err(|inexact| does_not_come_out(inexact, &card.name).at(["quantity"]))?;
    let entered = Entered { packaging_id: id, quantity, unit: card.name.clone() };
    Ok(Measured { base, entered: Some(entered) })
}

fn unknown() -> Refusal {
    Refusal::new(
        RefusalCode::UnknownReference,
        "The product has no such packaging.",
        "У товара нет такой упаковки.",
    )
}

fn does_not_come_out(inexact: Inexact, unit: &str) -> Refusal {
    let Inexact::Between { below, above } = inexact else {
        return out_of_scale(ScaleError::TooLarge);
    };
    let text = |near: Option<Quantity>| near.map(|near| near.get().normalize().to_string());
    let (below, above) = (text(below), text(above));
    let nearest: Vec<&str> = below.iter().chain(&above).map(String::as_str).collect();
    let nearest = nearest.join(", ");
    Refusal::new(
        RefusalCode::OutOfRange,
        format!("So many ({unit}) are no base quantity of 3 decimal places; nearest: {nearest}."),
        format!(
            "Столько ({unit}) не составляет базового количества с 3 знаками после запятой; \
             ближайшие: {nearest}."
        ),
    )
    .with(json!({ "below": below, "above": above }))
}

/// The factor of a packaging, reduced.
///
/// # Errors
/// A part below 1 or above a million, at its field.
pub fn check_factor(numerator: i64, denominator: i64) -> Result<Factor, Refusal> {
    let part = |field: &'static str, part: i64| {
        let whole = u32::try_from(part).ok().filter(|part| Factor::new(*part, 1).is_ok());
        whole.ok_or_else(|| {
            Refusal::new(
                RefusalCode::OutOfRange,
                "Both parts of the factor are 1 to 1,000,000.",
                "Обе части коэффициента — от 1 до 1 000 000.",
            )
            .at([field])
        })
    };
    let (top, bottom) = (part("numerator", numerator)?, part("denominator", denominator)?);
    Factor::new(top, bottom).map_err(|error| out_of_scale(error).at(["numerator"]))
}

/// A weight in kilograms or a volume in cubic metres: above zero, six places at most.
///
/// # Errors
/// What does not fit.
pub fn check_measure(measure: Decimal) -> Result<Decimal, Refusal> {
    let measure = measure.normalize();
    let error = match measure {
        _ if measure <= Decimal::ZERO => ScaleError::TooSmall,
        _ if measure.scale() > 6 => ScaleError::TooManyPlaces(6),
        _ if measure >= Decimal::from(1_000_000_000_000_i64) => ScaleError::TooLarge,
        _ => return Ok(measure),
    };
    Err(out_of_scale(error))
}

#[cfg(test)]
mod tests {
    use kernel::Uuid;

    use super::*;

    const PRODUCT: ProductId = ProductId(Uuid::from_u128(1));
    const PALLET: PackagingId = PackagingId(Uuid::from_u128(2));

    fn pallets(archived: bool) -> HashMap<PackagingId, PackagingCard> {
        let factor = Factor::new(3, 7).unwrap();
        let name = "pallet".to_owned();
        let card = PackagingCard { id: PALLET, product_id: PRODUCT, name, factor, archived };
        HashMap::from([(PALLET, card)])
    }

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_entered_stays_and_the_base_is_exact() {
        let line = measured(&pallets(false), PRODUCT, Some(PALLET), dec("7")).unwrap();
        assert_eq!(line.base.get(), dec("3"));
        let entered = line.entered.unwrap();
        assert_eq!((entered.quantity.get(), entered.unit.as_str()), (dec("7"), "pallet"));
        let line = measured(&pallets(false), PRODUCT, None, dec("7")).unwrap();
        assert_eq!((line.base.get(), line.entered), (dec("7"), None));
    }

    #[test]
    fn what_does_not_come_out_is_refused_with_its_neighbours() {
        let refusal = measured(&pallets(false), PRODUCT, Some(PALLET), dec("1")).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::OutOfRange);
        assert_eq!(refusal.field, Some(vec!["quantity".to_owned()]));
        assert_eq!(refusal.details, Some(json!({ "below": "0.994", "above": "1.001" })));
    }

    #[test]
    fn other_refusals() {
        let other = ProductId(Uuid::from_u128(9));
        for (archived, product, quantity, at, code) in [
            (false, other, "7", "packagingId", RefusalCode::UnknownReference),
            (true, PRODUCT, "7", "packagingId", RefusalCode::Archived),
            (false, PRODUCT, "0", "quantity", RefusalCode::OutOfRange),
            (false, PRODUCT, "0.0001", "quantity", RefusalCode::OutOfRange),
        ] {
            let packagings = pallets(archived);
            let refused = measured(&packagings, product, Some(PALLET), dec(quantity));
            let refusal = refused.unwrap_err();
            assert_eq!((refusal.field, refusal.code), (Some(vec![at.to_owned()]), code));
        }
    }

    #[test]
    fn factors_are_reduced_and_bounded() {
        let factor = check_factor(6, 14).unwrap();
        assert_eq!((factor.numerator(), factor.denominator()), (3, 7));
        for (top, bottom) in [(0, 1), (1, 0), (-1, 1), (1_000_001, 1), (i64::MAX, 2)] {
            assert!(check_factor(top, bottom).is_err(), "{top}/{bottom}");
        }
        for (measure, fits) in [("0.5", true), ("0", false), ("0.0000001", false), ("1.10", true)] {
            assert_eq!(check_measure(dec(measure)).is_ok(), fits, "{measure}");
        }
    }
}
