//! Fields that a tenant adds to its records: what one may be, what it may hold, how lists are
//! narrowed by it.

mod condition;
mod form;
mod value;

pub use condition::{AskedCondition, Condition, Test};
pub(crate) use condition::{MOST_CONDITIONS, condition};
pub use form::{Choice, Choices, FieldKind, Target};
pub(crate) use form::{check_choices, check_key, check_pattern, check_roles, kept_choices};
pub use value::{Given, HeldValue};
pub(crate) use value::{MOST_DIGITS, held_value, is_blank, settle};

/// What a value is checked against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form<'a> {
    pub(crate) kind: FieldKind,
    pub(crate) choices: &'a [Choice],
    pub(crate) target: Option<Target>,
    pub(crate) scale: Option<i32>,
    pub(crate) least: Option<kernel::Decimal>,
    pub(crate) most: Option<kernel::Decimal>,
    pub(crate) max_length: Option<i32>,
    pub(crate) pattern: Option<&'a str>,
}

#[cfg(test)]
impl Form<'_> {
    /// A field of this kind without bounds.
    fn of(kind: FieldKind) -> Form<'static> {
        Form {
            kind,
            choices: &[],
            target: None,
            scale: None,
            least: None,
            most: None,
            max_length: None,
            pattern: None,
        }
    }
}
