//! Free text as the search functions take it.

use access::Permit;
use db::{Sql, Value};
use kernel::{Refusal, RefusalCode};

use super::customers::Seen;
use super::listing::Archived;
use crate::rules::{barcode_keys, other_readings};

/// Most that a search finds.
const MOST_FOUND: u32 = 200;

/// Longest text that is searched for.
const MOST_CHARACTERS: usize = 200;
/// Most words that are looked at.
const MOST_WORDS: usize = 8;
/// The trigram index finds nothing shorter inside a word.
const TRIGRAM: usize = 3;

/// A text to look for: as it was typed, then as other keyboards and alphabets have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sought {
    /// The whole text in each reading, as `catalog_key` writes texts.
    pub(crate) texts: Vec<String>,
    /// A like-pattern for each reading that the trigram index can look up: of the word with the
    /// most letters in a row, anywhere where these are three, else at the beginning of a word.
    /// Empty where there is none.
    pub(crate) words: Vec<String>,
    /// A like-pattern of each word, reading after reading; all readings have as many words.
    pub(crate) patterns: Vec<String>,
    /// The text as codes are compared: as typed, without what stands between letters and digits,
    /// as a telephone, as a barcode.
    pub(crate) codes: Vec<String>,
    /// So many of the best are enough.
    wanted: u32,
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
        let typed = words.join(" ");
        let others = other_readings(&typed);
        let mut sought = Self {
            texts: vec![],
            words: vec![],
            patterns: vec![],
            codes: codes(text),
            wanted: MOST_FOUND,
        };
        for reading in std::iter::once(typed).chain(others) {
            let words: Vec<&str> = reading.split(' ').collect();
            let longest = words.iter().max_by_key(|word| letters_in_a_row(word));
            let word = longest.and_then(|word| indexed(word)).unwrap_or_default();
            let patterns: Vec<String> = words.iter().map(|word| pattern(word)).collect();
            sought.words.push(word);
            sought.patterns.extend(patterns);
            sought.texts.push(reading);
        }
        Ok(Some(sought))
    }

    /// As [`Sought::parse`], where a telephone number is looked for by its digits.
    ///
    /// # Errors
    /// As [`Sought::parse`].
    pub(crate) fn parse_with_phone(text: &str) -> Result<Option<Self>, Refusal> {
        let Some(digits) = phone(text) else { return Self::parse(text) };
        let mut sought = Self::parse(&digits)?;
        if let Some(sought) = &mut sought {
            sought.codes.extend(codes(text).into_iter().filter(|code| *code != digits));
        }
        Ok(sought)
    }

    /// The first so many of the best: who reads one page does not wait for the rest.
    #[must_use]
    pub(crate) fn first(self, wanted: u32) -> Self {
        Self { wanted: wanted.min(MOST_FOUND), ..self }
    }

    /// Joins the products found to those of `r`: as `found`, with `place` and `how`.
    pub(crate) fn join_products(self, sql: &mut Sql, archived: Archived) {
        let wanted = self.wanted;
        sql.push(" join (select * from search_products(");
        self.push(sql);
        sql.bind(archived.wanted()).push("::boolean, ");
        Self::push_end(sql, wanted);
    }

    /// Joins the customers within reach found to those of `r`, as products.
    pub(crate) fn join_customers<A>(
        self,
        sql: &mut Sql,
        permit: &Permit<A>,
        seen: Seen,
        archived: Archived,
    ) {
        let wanted = self.wanted;
        sql.push(" join (select * from search_customers(");
        self.push(sql);
        sql.bind(permit.managers()).push("::uuid[], ");
        sql.bind(permit.customer()).push("::uuid, ");
        sql.bind(archived.wanted()).push("::boolean, ");
        sql.bind(seen == Seen::Names).push("::boolean, ");
        Self::push_end(sql, wanted);
    }

    // In order, so that no more records are read than the page takes.
    fn push_end(sql: &mut Sql, wanted: u32) {
        sql.bind(i64::from(wanted)).push("::integer) order by place, id) found on found.id = r.id");
    }

    /// The first four arguments of a search function.
    fn push(self, sql: &mut Sql) {
        let all: [Value; 4] =
            [self.texts.into(), self.words.into(), self.patterns.into(), self.codes.into()];
        for value in all {
            sql.bind(value).push("::text[], ");
        }
    }
}

/// The digits of what looks like a telephone number, the Russian trunk prefix as the country's 7.
fn phone(text: &str) -> Option<String> {
    let is_phone = text.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c));
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if !is_phone || digits.len() < 4 {
        return None;
    }
    let country = digits.strip_prefix('8').filter(|rest| rest.len() == 10);
    Some(country.map_or(digits.clone(), |rest| format!("7{rest}")))
}

/// What a code may be kept as: external references as typed, e-mails in lower case, article
/// numbers without dashes, VAT numbers in capitals, telephones by their digits.
fn codes(text: &str) -> Vec<String> {
    let typed = text.trim();
    let lowered = typed.to_lowercase().replace('ё', "е");
    let bare: String = lowered.chars().filter(|c| c.is_alphanumeric()).collect();
    let mut codes = barcode_keys(typed);
    let others = [typed.to_owned(), lowered, bare.to_uppercase(), bare];
    for code in others.into_iter().chain(phone(typed)) {
        if !code.is_empty() && !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
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
    // A letter alone begins half of all names: they are found by their own beginning.
    let begins = word.chars().take(2).filter(|c| c.is_alphanumeric()).count() == 2;
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
        assert_eq!(sought.texts[0], "кирпич красный еж");
        assert_eq!(sought.words[0], "%красный%");
        assert_eq!(sought.patterns[..3], ["%кирпич%", "%красный%", "%еж%"]);
        assert_eq!(sought.patterns.len(), sought.texts.len() * 3);
        assert_eq!(Sought::parse("100%_\\").unwrap().unwrap().patterns, ["%100\\%\\_\\\\%"]);
        for (typed, word) in [
            ("ab", "% ab%"),
            ("еж ооо", "%ооо%"),
            ("a%%%bc", ""),
            ("я", ""),
            ("%%%", ""),
            ("«а»", ""),
        ] {
            assert_eq!(Sought::parse(typed).unwrap().unwrap().words[0], word, "{typed}");
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
            assert_eq!(Sought::parse_with_phone(typed).unwrap().unwrap().texts[0], whole);
        }
    }

    #[test]
    fn codes_are_compared_in_every_way_they_are_kept() {
        assert_eq!(codes(" AB-12/x "), ["AB-12/x", "ab-12/x", "AB12X", "ab12x"]);
        assert_eq!(codes("8 495 123-45-67")[1..], ["84951234567", "74951234567"]);
        assert!(codes("de 123 456 789").contains(&"DE123456789".to_owned()));
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_bounded(text in "\\PC{0,200}") {
            if let Some(sought) = Sought::parse(&text).unwrap() {
                let readings = sought.texts.len();
                prop_assert!(readings <= 3 && sought.words.len() == readings);
                prop_assert!(sought.patterns.len() <= MOST_WORDS * readings);
                prop_assert_eq!(sought.patterns.len() % readings, 0);
                prop_assert!(sought.texts.iter().all(|text| !text.contains("  ")));
            }
        }
    }
}
