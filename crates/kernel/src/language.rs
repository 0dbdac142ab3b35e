//! Sentences for people exist in both languages from the moment they are made.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A language of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Russian.
    Ru,
}

impl Language {
    /// The better of ru and en by an `Accept-Language` header (RFC 9110, 12.5.4); English where
    /// neither is named.
    #[must_use]
    pub fn from_accept(header: &str) -> Self {
        let mut best = (0.0_f32, Self::En);
        for part in header.split(',').take(16) {
            let mut pieces = part.split(';');
            let tag = pieces.next().unwrap_or_default().trim().to_ascii_lowercase();
            let weight = pieces
                .find_map(|p| p.trim().strip_prefix("q=")?.parse::<f32>().ok())
                .unwrap_or(1.0);
            let language = match tag.split('-').next() {
                Some("ru") => Self::Ru,
                Some("en") => Self::En,
                _ => continue,
            };
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }

    /// A day as people of this language write it.
    #[must_use]
    pub fn day(self, day: NaiveDate) -> String {
        match self {
            Self::En => day.to_string(),
            Self::Ru => day.format("%d.%m.%Y").to_string(),
        }
    }
}

/// An amount or a price as people read it: two places, or as many as it has.
#[must_use]
pub fn shown_amount(amount: Decimal) -> String {
    let mut shown = amount.normalize();
    if shown.scale() < 2 {
        shown.rescale(2);
    }
    shown.to_string()
}

/// A sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// English.
    pub en: String,
    /// Russian.
    pub ru: String,
}

impl Text {
    /// Both wordings of one sentence.
    pub fn new(en: impl Into<String>, ru: impl Into<String>) -> Self {
        Self { en: en.into(), ru: ru.into() }
    }

    /// The wording in one language.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Ru => &self.ru,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_days_as_people_read_them() {
        for (amount, shown) in
            [("5", "5.00"), ("5.1000", "5.10"), ("5.1234", "5.1234"), ("-0.5", "-0.50")]
        {
            assert_eq!(shown_amount(amount.parse().unwrap()), shown);
        }
        let day = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        assert_eq!(
            (Language::Ru.day(day), Language::En.day(day)),
            ("01.03.2026".into(), "2026-03-01".into())
        );
    }

    #[test]
    fn the_heaviest_known_language_wins() {
        for (header, expected) in [
            ("", Language::En),
            ("ru", Language::Ru),
            ("ru-RU,ru;q=0.9,en;q=0.8", Language::Ru),
            ("de, en;q=0.5, ru;q=0.4", Language::En),
            ("en;q=0.1,ru;q=0.2", Language::Ru),
            ("fr", Language::En),
        ] {
            assert_eq!(Language::from_accept(header), expected, "{header}");
        }
    }
}
