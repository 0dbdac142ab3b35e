//! Free text as the search functions take it.

use db::{Sql, Value};
use kernel::{Refusal, RefusalCode};

/// Longest text that is searched for.
const MOST_CHARACTERS: usize = 200;
/// Most words that are looked at.
const MOST_WORDS: usize = 8;
/// The trigram index finds nothing shorter inside a word.
const TRIGRAM: usize = 3;

/// A text to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sought {
    /// The whole text, as `catalog_key` writes texts.
    pub(crate) whole: String,
    /// A like-pattern that the trigram index can look up: of the word with the most letters in a
    /// row, anywhere where these are three, else at the beginning of a word.
    pub(crate) word: Option<String>,
    /// A like-pattern of each word.
    pub(crate) patterns: Vec<String>,
}

impl Sought {
    /// Reads what a person typed; `None` where it holds nothing to look for.
    ///
    /// # Errors
    /// Too long, or with control characters.
    pub(crate) fn parse(text: &str) -> Result<Option<Self>, Refusal> {
        if text.chars().count() > MOST_CHARACTERS || text.chars().any(char::is_control) {
            return Err(Refusal::new(
                RefusalCode::Invalid,
                format!("Search takes up to {MOST_CHARACTERS} characters, none of them control."),
                format!("Для поиска — до {MOST_CHARACTERS} знаков, без управляющих символов."),
            )
            .at(["search"]));
        }
        let lowered = text.to_lowercase().replace('ё', "е");
        let words: Vec<&str> = lowered.split_whitespace().take(MOST_WORDS).collect();
        if words.is_empty() {
            return Ok(None);
        }
        let longest = words.iter().max_by_key(|word| letters_in_a_row(word));
        let word = longest.and_then(|word| indexed(word));
        Ok(Some(Self {
            whole: words.join(" "),
            word,
            patterns: words.iter().map(|word| pattern(word)).collect(),
        }))
    }

    /// As [`Sought::parse`], where a telephone number is looked for by its digits.
    ///
    /// # Errors
    /// As [`Sought::parse`].
    pub(crate) fn parse_with_phone(text: &str) -> Result<Option<Self>, Refusal> {
        let is_phone = text.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c));
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if !is_phone || digits.len() < 4 {
            return Self::parse(text);
        }
        let country = digits.strip_prefix('8').filter(|rest| rest.len() == 10);
        Self::parse(&country.map_or(digits.clone(), |rest| format!("7{rest}")))
    }

    /// The first three arguments of a search function.
    pub(crate) fn push(self, sql: &mut Sql) {
        let all: [Value; 3] = [self.whole.into(), self.word.into(), self.patterns.into()];
        for value in all {
            sql.bind(value).push(", ");
        }
    }
}

/// Letters and digits, which are all that makes trigrams, without anything between.
fn letters_in_a_row(word: &str) -> usize {
    let runs = word.split(|c: char| !c.is_alphanumeric());
    runs.map(|run| run.chars().count()).max().unwrap_or_default()
}

fn indexed(word: &str) -> Option<String> {
    if letters_in_a_row(word) >= TRIGRAM {
        return Some(pattern(word));
    }
    let begins = word.chars().next().is_some_and(char::is_alphanumeric);
    begins.then(|| pattern(word).replacen('%', "% ", 1))
}

fn pattern(word: &str) -> String {
    let escaped = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_become_patterns() {
        let sought = Sought::parse("  Кирпич  КРАСНЫЙ ёж ").unwrap().unwrap();
        assert_eq!(sought.whole, "кирпич красный еж");
        assert_eq!(sought.word.as_deref(), Some("%красный%"));
        assert_eq!(sought.patterns, ["%кирпич%", "%красный%", "%еж%"]);
        assert_eq!(Sought::parse("100%_\\").unwrap().unwrap().patterns, ["%100\\%\\_\\\\%"]);
        for (typed, word) in [
            ("ab", Some("% ab%")),
            ("еж ооо", Some("%ооо%")),
            ("a%%%bc", Some("% a\\%\\%\\%bc%")),
            ("%%%", None),
            ("«а»", None),
        ] {
            assert_eq!(Sought::parse(typed).unwrap().unwrap().word.as_deref(), word, "{typed}");
        }
        assert_eq!(Sought::parse("  ").unwrap(), None);
        assert!(Sought::parse("a\0").is_err());
        assert!(Sought::parse(&"я".repeat(201)).is_err());
    }

    #[test]
    fn telephone_numbers_are_looked_for_by_digits() {
        for (typed, whole) in [
            ("8 (495) 123-45-67", "74951234567"),
            ("+7 495 123-45-67", "74951234567"),
            ("123-45-67", "1234567"),
            ("12", "12"),
            ("8 марта", "8 марта"),
        ] {
            assert_eq!(Sought::parse_with_phone(typed).unwrap().unwrap().whole, whole);
        }
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_bounded(text in "\\PC{0,200}") {
            if let Some(sought) = Sought::parse(&text).unwrap() {
                prop_assert!(sought.patterns.len() <= MOST_WORDS);
                prop_assert!(!sought.whole.contains("  "));
            }
        }
    }
}
