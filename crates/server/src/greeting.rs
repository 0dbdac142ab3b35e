//! What a person reads when the demo is ready: where it is, and who may sign in.

use std::net::SocketAddr;

use kernel::{Language, Text};

use crate::seed::DEMO_PASSWORD;

/// Language of the terminal, by the variables that decide it in their order (POSIX, 8.2).
#[must_use]
pub fn terminal_language() -> Language {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set);
    if locale.is_some_and(|locale| locale.starts_with("ru")) { Language::Ru } else { Language::En }
}

/// Addresses and sign-ins of a running demo.
#[must_use]
pub fn demo_is_ready(
    language: Language,
    listen: SocketAddr,
    admin_listen: Option<SocketAddr>,
) -> String {
    let word = |en: &str, ru: &str| Text::new(en, ru).get(language).to_owned();
    let mut rows = vec![
        (word("API and GraphiQL", "API и GraphiQL"), format!("http://{listen}/graphql")),
        (word("Subscriptions", "Подписки"), format!("ws://{listen}/graphql/ws")),
    ];
    if let Some(admin) = admin_listen {
        let paths = format!("http://{admin}/livez, /readyz, /metrics");
        rows.push((word("Health", "Состояние"), paths));
    }
    let tenants = [
        ("vostok", word("building materials", "стройматериалы")),
        ("zapad", word("food", "продукты")),
    ];
    for (tenant, trade) in tenants {
        let people = format!(
            "director@, manager@, warehouse@, accounting@, admin@{tenant}.example ({trade})"
        );
        rows.push((word("Tenant", "Компания") + " " + tenant, people));
    }
    rows.push((word("Password", "Пароль"), DEMO_PASSWORD.to_owned()));

    let title = word("Oborot is ready. Ctrl-C stops it.", "Oborot готов. Остановить: Ctrl-C.");
    rows.iter()
        .fold(format!("\n{title}\n"), |text, (name, value)| format!("{text}  {name:<18}{value}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greeting_names_the_addresses_in_the_readers_language() {
        let listen = "127.0.0.1:8080".parse().unwrap();
        let english = demo_is_ready(Language::En, listen, Some(listen));
        assert!(english.contains("http://127.0.0.1:8080/graphql"), "{english}");
        assert!(english.contains("/readyz") && english.contains(DEMO_PASSWORD), "{english}");
        let russian = demo_is_ready(Language::Ru, listen, None);
        assert!(russian.contains("Пароль") && !russian.contains("/readyz"), "{russian}");
    }
}
