//! Texts that people type: trimmed, bounded, without control characters.

use kernel::{Refusal, RefusalCode};

/// Why a text is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextError {
    /// Nothing but spaces.
    Empty,
    /// More characters than the field keeps.
    TooLong {
        /// How many it keeps.
        most: usize,
    },
    /// A control character, NUL included.
    Control,
    /// Not an e-mail address.
    Email,
    /// Not a telephone number.
    Phone,
    /// Not a name in Telegram.
    Telegram,
}

impl From<TextError> for Refusal {
    fn from(error: TextError) -> Self {
        match error {
            TextError::Empty => Self::new(
                RefusalCode::Required,
                "The value must not be empty.",
                "Значение не может быть пустым.",
            ),
            TextError::TooLong { most } => Self::new(
                RefusalCode::Invalid,
                format!("At most {most} characters are kept."),
                format!("Допустимо не больше символов: {most}."),
            ),
            TextError::Control => Self::new(
                RefusalCode::Invalid,
                "Control characters are not allowed.",
                "Управляющие символы недопустимы.",
            ),
            TextError::Email => Self::new(
                RefusalCode::Invalid,
                "This is not an e-mail address.",
                "Это не адрес электронной почты.",
            ),
            TextError::Phone => Self::new(
                RefusalCode::Invalid,
                "A telephone number has 3 to 20 digits.",
                "В номере телефона от 3 до 20 цифр.",
            ),
            TextError::Telegram => Self::new(
                RefusalCode::Invalid,
                "A name in Telegram looks like @ivan_petrov.",
                "Имя в Telegram выглядит так: @ivan_petrov.",
            ),
        }
    }
}

/// A text of 1 to `most` characters, without spaces around it.
///
/// # Errors
/// Empty, too long, or with control characters.
pub fn clean(text: &str, most: usize) -> Result<String, TextError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TextError::Empty);
    }
    if text.chars().any(char::is_control) {
        return Err(TextError::Control);
    }
    if text.chars().count() > most { Err(TextError::TooLong { most }) } else { Ok(text.to_owned()) }
}

/// An optional text: spaces alone count as none.
///
/// # Errors
/// What `check` finds.
pub fn optional<E>(
    text: Option<&str>,
    check: impl FnOnce(&str) -> Result<String, E>,
) -> Result<Option<String>, E> {
    text.filter(|text| !text.trim().is_empty()).map(check).transpose()
}

/// An address that could receive mail: one @, a domain with a dot, no spaces. Whether it does,
/// only a letter tells.
///
/// # Errors
/// [`TextError`].
pub fn clean_email(text: &str) -> Result<String, TextError> {
    let text = clean(text, 320)?;
    let Some((local, domain)) = text.split_once('@') else { return Err(TextError::Email) };
    let domain_is_plausible = domain.split('.').count() > 1
        && domain.split('.').all(|label| !label.is_empty())
        && !domain.contains('@');
    let is_plausible =
        !local.is_empty() && domain_is_plausible && !text.contains(char::is_whitespace);
    if is_plausible { Ok(text) } else { Err(TextError::Email) }
}

/// A telephone number as typed: digits, spaces and `+ - ( ) . , # * / ext доб`.
///
/// # Errors
/// [`TextError`].
pub fn clean_phone(text: &str) -> Result<String, TextError> {
    let text = clean(text, 50)?;
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_known = |c: char| c.is_ascii_digit() || " +-().,;#*/".contains(c) || c.is_alphabetic();
    if (3..=20).contains(&digits) && text.chars().all(is_known) {
        Ok(text)
    } else {
        Err(TextError::Phone)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_are_trimmed_and_bounded() {
        for (typed, kept) in [
            ("  Кирпич  ", Ok("Кирпич")),
            ("", Err(TextError::Empty)),
            (" \u{a0} ", Err(TextError::Empty)),
            ("a\0b", Err(TextError::Control)),
            ("a\nb", Err(TextError::Control)),
            ("ёжик", Ok("ёжик")),
            ("ёжики", Err(TextError::TooLong { most: 4 })),
        ] {
            let most = if typed.starts_with('ё') { 4 } else { 100 };
            assert_eq!(clean(typed, most).as_deref().map_err(|e| *e), kept, "{typed:?}");
        }
    }

    #[test]
    fn spaces_alone_are_no_text() {
        assert_eq!(optional(Some("  "), |text| clean(text, 5)), Ok(None));
        assert_eq!(optional(None, |text| clean(text, 5)), Ok(None));
        assert_eq!(optional(Some("\0"), |text| clean(text, 5)), Err(TextError::Control));
    }

    #[test]
    fn addresses_of_mail() {
        for good in ["a@b.ru", "Anna.K+x@mail.example.com", "почта@пример.рф"] {
            assert_eq!(clean_email(good).as_deref(), Ok(good));
        }
        for bad in ["a", "a@b", "@b.ru", "a@", "a@b..ru", "a b@c.ru", "a@b@c.ru", "a@.ru"] {
            assert_eq!(clean_email(bad), Err(TextError::Email), "{bad}");
        }
    }

    #[test]
    fn telephone_numbers() {
        for good in ["+7 (495) 123-45-67", "112", "(5) 555-4729", "8 800 1 доб. 5"] {
            assert_eq!(clean_phone(good).as_deref(), Ok(good));
        }
        for bad in ["no", "12", "<script>123", "123456789012345678901"] {
            assert_eq!(clean_phone(bad), Err(TextError::Phone), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_kept_is_kept_as_it_is(text in ".{0,60}") {
            if let Ok(kept) = clean(&text, 40) {
                prop_assert!(kept.chars().count() <= 40 && !kept.contains('\0'));
                prop_assert_eq!(clean(&kept, 40), Ok(kept));
            }
        }
    }
}
