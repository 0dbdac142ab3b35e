//! Limits on the text itself, before it is parsed: the parser takes time by tokens and stack by
//! nesting.

use graph::{ErrorCode, Failure};

/// Longest document.
const MOST_BYTES: usize = 128 * 1024;
/// Names, numbers, strings and signs of a document.
const MOST_TOKENS: usize = 6_000;
/// Brackets inside each other.
const MOST_NESTED: usize = 50;

/// Refuses a text that is too long or nested too deep.
///
/// # Errors
/// QUERY_TOO_COSTLY with the limit.
pub(crate) fn check_text(text: &str) -> Result<(), Failure> {
    if text.len() > MOST_BYTES {
        return Err(too_much("128 KiB of text", "128 КиБ текста"));
    }
    let (mut tokens, mut nested, mut rest) = (0, 0_usize, text);
    while let Some(first) = rest.chars().next() {
        let length = match first {
            ' ' | '\t' | '\r' | '\n' | ',' | '\u{feff}' => {
                rest = &rest[first.len_utf8()..];
                continue;
            }
            '#' => {
                rest = rest.split_once('\n').map_or("", |(_, after)| after);
                continue;
            }
            '"' => string_length(rest),
            c if c == '_' || c.is_ascii_alphanumeric() || c == '-' => {
                let word = |c: char| c == '_' || c.is_ascii_alphanumeric() || "+-.".contains(c);
                rest.find(|c| !word(c)).unwrap_or(rest.len())
            }
            '{' | '(' | '[' => {
                nested += 1;
                1
            }
            '}' | ')' | ']' => {
                nested = nested.saturating_sub(1);
                1
            }
            other => other.len_utf8(),
        };
        rest = &rest[length..];
        tokens += 1;
        if tokens > MOST_TOKENS {
            return Err(too_much("6,000 tokens", "6000 лексем"));
        }
        if nested > MOST_NESTED {
            return Err(too_much("50 nested brackets", "50 вложенных скобок"));
        }
    }
    Ok(())
}

/// The length of a string or block string with its quotes; the rest where it is not closed.
fn string_length(text: &str) -> usize {
    let block = text.starts_with("\"\"\"");
    let quote = if block { "\"\"\"" } else { "\"" };
    let mut from = quote.len();
    while let Some(found) = text[from..].find(quote) {
        let end = from + found;
        let slashes = text[..end].bytes().rev().take_while(|byte| *byte == b'\\').count();
        // A block string escapes its quotes by one backslash, another string each character.
        let escaped = if block { slashes > 0 } else { slashes % 2 == 1 };
        if !escaped {
            return end + quote.len();
        }
        from = end + 1;
    }
    text.len()
}

fn too_much(en: &str, ru: &str) -> Failure {
    Failure::told(
        ErrorCode::QueryTooCostly,
        format!("a document has at most {en}"),
        format!("в документе не более чем {ru}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_deep_texts_are_refused_before_they_are_parsed() {
        check_text("{ order(id: \"a { b \\\" { c\") { id } } # { { {").unwrap();
        check_text(&format!("{{ a(t: \"\"\"{}\\\"\"\" {{\"\"\") }}", "{".repeat(99))).unwrap();
        check_text(&"{".repeat(51)).unwrap_err();
        check_text(&"a ".repeat(6_001)).unwrap_err();
        check_text(&" ".repeat(129 * 1024)).unwrap_err();
        check_text("\"never closed").unwrap();
        check_text("é\u{1F600}{").unwrap();
    }
}
