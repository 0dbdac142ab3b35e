//! The rules of the catalog: values in, values out; no clock, no database.

mod barcode;
mod breakdown;
mod card;
mod contract;
mod custom;
mod merging;
mod packaging;
mod period;
mod price_change;
pub mod pricing;
mod route;
mod tax;
mod terms;
mod text;
mod tree;
mod typed;
mod validity;
mod variant;
mod vat_id;

pub use barcode::{Barcode, BarcodeKind, barcode_keys, check_barcode};
pub use breakdown::{PackedPart, broken_down, packed_text};
pub use card::{Channel, ChannelKind, Consent, Likeness};
pub(crate) use card::{check_channels, check_consent, check_tags, main_of, tag_key, with_main};
pub use contract::ContractState;
pub(crate) use contract::{ContractPart, check_validity, may_change};
pub use custom::{
    AskedCondition, Choice, Choices, Condition, FieldKind, Given, HeldValue, Target, Test,
};
pub(crate) use custom::{
    Form, MOST_CONDITIONS, MOST_DIGITS, check_choices, check_key, check_pattern, check_roles,
    condition, held_value, is_blank, kept_choices, settle,
};
pub(crate) use merging::free_name;
pub use packaging::{Entered, Measured, PackagingCard, check_factor, check_measure, measured};
pub use period::{PeriodRefusal, check_period};
pub use price_change::{PriceChangePlan, PriceChangeState, PriceSource};
pub(crate) use route::presets;
pub use route::{CoverBy, ReserveOn};
pub use tax::{check_inn, check_kpp};
pub use terms::{
    AgreementState, CreditPolicy, Moment, PaymentStep, PaymentSteps, check_steps, deferral_days,
};
pub use text::{clean, clean_email, clean_phone, optional};
pub use tree::check_parent;
pub use typed::other_readings;
pub use validity::Validity;
pub(crate) use variant::{
    AttributeCard, MOST_ATTRIBUTES, MOST_CHARACTERS, MOST_VARIANTS, Valued, combination,
    combinations, derived_name, derived_sku,
};
pub use variant::{AttributeChoice, AttributeKind, GivenValue};
pub use vat_id::check_vat_id;

use kernel::{Refusal, ScaleError};

/// A number that does not fit, as a refusal.
#[must_use]
pub fn out_of_scale(error: ScaleError) -> Refusal {
    use kernel::RefusalCode::OutOfRange;
    match error {
        ScaleError::TooManyPlaces(places) => Refusal::new(
            OutOfRange,
            format!("At most {places} decimal places are kept."),
            format!("Допустимо не больше знаков после запятой: {places}."),
        ),
        ScaleError::TooLarge => {
            Refusal::new(OutOfRange, "The number is too large.", "Число слишком велико.")
        }
        ScaleError::TooSmall => {
            Refusal::new(OutOfRange, "The number is too small.", "Число слишком мало.")
        }
    }
}

/// Names the input field that a rule's refusal is about.
pub(crate) fn at<T, E: Into<Refusal>>(field: &str, checked: Result<T, E>) -> Result<T, Refusal> {
    checked.map_err(|error| error.into().at([field]))
}
