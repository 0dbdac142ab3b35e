//! What an account's fields must look like.

use kernel::{Decimal, Percent, Refusal, RefusalCode};
use serde_json::json;

/// Shortest password, in characters (NIST SP 800-63B, 5.1.1.2).
pub(crate) const SHORTEST_PASSWORD: usize = 8;
/// Longest password, in bytes: bounds the work of one hash.
pub(crate) const LONGEST_PASSWORD: usize = 256;
/// Bytes.
const LONGEST_EMAIL: usize = 320;
const LONGEST_NAME: usize = 200;

/// Why a field of an account is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccountRule {
    EmailForm,
    NameEmpty,
    NameLong,
    PasswordShort,
    PasswordLong,
    PasswordIsEmail,
    DiscountRange,
}

impl From<AccountRule> for Refusal {
    fn from(rule: AccountRule) -> Self {
        let (code, en, ru, field) = match rule {
            AccountRule::EmailForm => (
                RefusalCode::Invalid,
                "This is not an e-mail address.",
                "Это не адрес электронной почты.",
                "email",
            ),
            AccountRule::NameEmpty => {
                (RefusalCode::Required, "A name is needed.", "Нужно имя.", "name")
            }
            AccountRule::NameLong => (
                RefusalCode::OutOfRange,
                "The name is longer than 200 characters.",
                "Имя длиннее 200 знаков.",
                "name",
            ),
            AccountRule::PasswordShort => (
                RefusalCode::Invalid,
                "A password has at least 8 characters.",
                "В пароле не меньше 8 знаков.",
                "password",
            ),
            AccountRule::PasswordLong => (
                RefusalCode::OutOfRange,
                "The password is longer than 256 bytes.",
                "Пароль длиннее 256 байт.",
                "password",
            ),
            AccountRule::PasswordIsEmail => (
                RefusalCode::Invalid,
                "The password must differ from the e-mail address.",
                "Пароль не должен совпадать с адресом почты.",
                "password",
            ),
            AccountRule::DiscountRange => (
                RefusalCode::OutOfRange,
                "The largest discount lies between 0 and 100 percent.",
                "Наибольшая скидка — от 0 до 100 процентов.",
                "maxDiscount",
            ),
        };
        let refusal = Self::new(code, en, ru).at([field]);
        match rule {
            AccountRule::PasswordShort => refusal.with(json!({ "shortest": SHORTEST_PASSWORD })),
            _ => refusal,
        }
    }
}

/// An address as it is kept: trimmed, in lower case.
pub(crate) fn email(text: &str) -> Result<String, AccountRule> {
    let address = text.trim().to_lowercase();
    let is_plain = !address.chars().any(|c| c.is_whitespace() || c.is_control());
    match address.split_once('@') {
        Some((local, domain))
            if is_plain
                && address.len() <= LONGEST_EMAIL
                && !local.is_empty()
                && !domain.is_empty()
                && !domain.contains('@')
                && !domain.starts_with('.')
                && !domain.ends_with('.') =>
        {
            Ok(address)
        }
        _ => Err(AccountRule::EmailForm),
    }
}

/// A name as it is kept: trimmed.
pub(crate) fn name(text: &str) -> Result<String, AccountRule> {
    let name = text.trim();
    if name.is_empty() {
        return Err(AccountRule::NameEmpty);
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(AccountRule::NameLong);
    }
    Ok(name.to_owned())
}

/// Whether a password may be set. No classes of characters are asked for: they make passwords
/// that people write down (NIST SP 800-63B, appendix A).
pub(crate) fn password(text: &str, email: &str) -> Result<(), AccountRule> {
    if text.chars().count() < SHORTEST_PASSWORD {
        return Err(AccountRule::PasswordShort);
    }
    if text.len() > LONGEST_PASSWORD {
        return Err(AccountRule::PasswordLong);
    }
    if text.eq_ignore_ascii_case(email) {
        return Err(AccountRule::PasswordIsEmail);
    }
    Ok(())
}

/// A user's largest discount: 0 to 100 percent.
pub(crate) fn within_discount(limit: Option<Percent>) -> Result<(), AccountRule> {
    match limit.map(Percent::get) {
        Some(percent) if percent < Decimal::ZERO || percent > Decimal::ONE_HUNDRED => {
            Err(AccountRule::DiscountRange)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_kept_in_lower_case() {
        for (typed, kept) in [
            ("anna@vostok.example", Ok("anna@vostok.example")),
            ("  Anna@Vostok.Example ", Ok("anna@vostok.example")),
            ("анна@восток.рф", Ok("анна@восток.рф")),
            ("admin@localhost", Ok("admin@localhost")),
            ("", Err(AccountRule::EmailForm)),
            ("anna", Err(AccountRule::EmailForm)),
            ("@vostok.example", Err(AccountRule::EmailForm)),
            ("anna@", Err(AccountRule::EmailForm)),
            ("anna@.example", Err(AccountRule::EmailForm)),
            ("an na@vostok.example", Err(AccountRule::EmailForm)),
            ("anna@vostok@example", Err(AccountRule::EmailForm)),
            ("anna\u{0}@vostok.example", Err(AccountRule::EmailForm)),
        ] {
            assert_eq!(email(typed), kept.map(str::to_owned), "{typed:?}");
        }
        assert_eq!(email(&format!("{}@x.ru", "a".repeat(320))), Err(AccountRule::EmailForm));
    }

    #[test]
    fn a_password_is_long_enough_and_not_the_address() {
        let long = "д".repeat(129);
        for (typed, verdict) in [
            ("oborot-demo", Ok(())),
            ("восемь88", Ok(())),
            ("семь777", Err(AccountRule::PasswordShort)),
            ("", Err(AccountRule::PasswordShort)),
            (long.as_str(), Err(AccountRule::PasswordLong)),
            ("Anna@X.example", Err(AccountRule::PasswordIsEmail)),
        ] {
            assert_eq!(password(typed, "anna@x.example"), verdict, "{typed:?}");
        }
    }

    #[test]
    fn a_name_is_trimmed_and_not_empty() {
        assert_eq!(name("  Анна "), Ok("Анна".to_owned()));
        assert_eq!(name(" \t"), Err(AccountRule::NameEmpty));
        assert_eq!(name(&"я".repeat(201)), Err(AccountRule::NameLong));
    }
}
