//! What is around every page, and the pages that are the same for all links.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::{Language, Refusal, RefusalCode};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

/// The one style of all pages.
const STYLE: &str = include_str!("style.css");

/// The style as a Content-Security-Policy names it: nothing else is let in.
pub static STYLE_SOURCE: LazyLock<String> =
    LazyLock::new(|| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(STYLE.as_bytes()))));

/// The wording in one language.
pub(crate) fn say<'t>(language: Language, en: &'t str, ru: &'t str) -> &'t str {
    match language {
        Language::En => en,
        Language::Ru => ru,
    }
}

/// A whole page.
pub(crate) fn framed(language: Language, title: &str, content: &Markup) -> String {
    let code = say(language, "en", "ru");
    let page = html! {
        (DOCTYPE)
        html lang=(code) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex, nofollow";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { main { (content) } }
        }
    };
    page.into_string()
}

/// A form that says nothing we know.
pub(crate) fn not_understood() -> Refusal {
    Refusal::new(RefusalCode::Invalid, "The answer was not understood.", "Ответ не разобран.")
}

fn sentence(language: Language, title: &str, text: &str) -> String {
    framed(language, title, &html! { h1 { (title) } p { (text) } })
}

/// There is no such link, or it has ended, or was revoked: the page does not tell.
#[must_use]
pub fn gone(language: Language) -> String {
    sentence(
        language,
        say(language, "This link does not work", "Ссылка не работает"),
        say(
            language,
            "It may have ended. Ask whoever sent it for a new one.",
            "Возможно, срок её действия истёк. Попросите у отправителя новую.",
        ),
    )
}

/// Too many tries.
#[must_use]
pub fn busy(language: Language) -> String {
    sentence(
        language,
        say(language, "Too many attempts", "Слишком много попыток"),
        say(language, "Try again in a minute.", "Попробуйте снова через минуту."),
    )
}

/// It cannot be shown or done now.
#[must_use]
pub fn unavailable(language: Language) -> String {
    sentence(
        language,
        say(language, "Not available now", "Сейчас недоступно"),
        say(
            language,
            "Nothing was changed. Try again in a few minutes.",
            "Ничего не изменено. Попробуйте снова через несколько минут.",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_no_script_and_escapes_what_people_wrote() {
        let page = framed(Language::Ru, "<script>x</script>", &html! { p { "a\"b<i>" } });
        assert!(!page.contains("<script") && !page.contains("<i>"), "{page}");
        assert!(page.contains("lang=\"ru\""));
        assert!(STYLE_SOURCE.starts_with("'sha256-") && page.contains(STYLE));
    }

    #[test]
    fn the_style_needs_no_escaping_and_fetches_nothing() {
        assert!(!STYLE.contains('<') && !STYLE.contains("url(") && !STYLE.contains("@import"));
    }
}
