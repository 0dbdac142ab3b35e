//! How letters go out, and where what they link to is found.

use outbound::{Mailbox, Mailing, Post};
use url::Url;

use super::{ConfigError, SecretUrl, Settings};

const SMTP_URL: &str = "--smtp-url (OBOROT_SMTP_URL)";
const MAIL_FROM: &str = "--mail-from (OBOROT_MAIL_FROM)";
const PUBLIC_URL: &str = "--public-url (OBOROT_PUBLIC_URL)";

const A_MAIL_SERVER: &str = "an address such as smtps://user:password@mail.example, \
                             smtp://mail.example:587?tls=required or smtp://127.0.0.1:25";
const A_SENDER: &str = "a sender such as `Vostok <sales@vostok.example>`";
const A_PUBLIC_URL: &str = "an address such as https://sales.example, without a slash at its end";

/// How letters go out, and where what they link to is found.
#[derive(Clone, Debug)]
pub struct MailConfig {
    /// Through which server, in whose name; `None`: letters are refused.
    pub server: Option<(SecretUrl, Mailbox)>,
    /// What addresses in letters begin with; `None` is where the API listens.
    pub public_url: Option<String>,
}

impl MailConfig {
    pub(super) fn of(settings: &Settings) -> Result<Self, ConfigError> {
        let server = match (&settings.smtp_url, &settings.mail_from) {
            (None, None) => None,
            (Some(_), None) => {
                return Err(ConfigError::Alone { setting: SMTP_URL, needed: MAIL_FROM });
            }
            (None, Some(_)) => {
                return Err(ConfigError::Alone { setting: MAIL_FROM, needed: SMTP_URL });
            }
            (Some(address), Some(from)) => Some((mail_server(address)?, sender(from)?)),
        };
        let public_url = settings.public_url.as_deref().map(public_url).transpose()?;
        Ok(Self { server, public_url })
    }

    /// The way out; `listening` is where the API listens.
    ///
    /// # Errors
    /// A mail server's address that has the right form and cannot be used.
    pub fn mailing(&self, listening: std::net::SocketAddr) -> Result<Mailing, ConfigError> {
        let post = match &self.server {
            Some((address, from)) => Post::through(address.reveal().as_str(), from.clone())
                .map_err(|_| refused(SMTP_URL, A_MAIL_SERVER))?,
            None => Post::nowhere(),
        };
        let here = || format!("http://{listening}");
        let public_url = self.public_url.clone().unwrap_or_else(here);
        Ok(Mailing { post, public_url: public_url.into() })
    }
}

/// The value may hold a password and is not shown.
fn refused(setting: &'static str, expected: &'static str) -> ConfigError {
    ConfigError::WrongSecret { setting, expected }
}

fn mail_server(address: &str) -> Result<SecretUrl, ConfigError> {
    let url = Url::parse(address).map_err(|_| refused(SMTP_URL, A_MAIL_SERVER))?;
    let is_whole = matches!(url.scheme(), "smtp" | "smtps") && url.host_str().is_some();
    if is_whole { Ok(SecretUrl::new(url)) } else { Err(refused(SMTP_URL, A_MAIL_SERVER)) }
}

fn sender(text: &str) -> Result<Mailbox, ConfigError> {
    text.parse().map_err(|_| wrong(MAIL_FROM, text, A_SENDER))
}

fn public_url(text: &str) -> Result<String, ConfigError> {
    let refused = || wrong(PUBLIC_URL, text, A_PUBLIC_URL);
    let url = Url::parse(text).map_err(|_| refused())?;
    let is_plain = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
        && !text.ends_with('/');
    if is_plain { Ok(text.to_owned()) } else { Err(refused()) }
}

fn wrong(setting: &'static str, value: &str, expected: &'static str) -> ConfigError {
    ConfigError::Wrong { setting, value: value.to_owned(), expected }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(value: &str) -> Option<String> {
        Some(value.to_owned())
    }

    fn whole() -> Settings {
        Settings {
            smtp_url: given("smtps://sales:hunter2@mail.vostok.example"),
            mail_from: given("Восток <sales@vostok.example>"),
            public_url: given("https://sales.vostok.example/b2b"),
            ..Settings::default()
        }
    }

    #[test]
    fn nothing_given_sends_nothing_and_links_to_where_the_api_is() {
        let config = MailConfig::of(&Settings::default()).unwrap();
        let mailing = config.mailing("127.0.0.1:8080".parse().unwrap()).unwrap();
        assert!(!mailing.post.is_configured());
        assert_eq!(&*mailing.public_url, "http://127.0.0.1:8080");
    }

    #[test]
    fn a_mail_server_is_taken_and_its_password_not_shown() {
        let config = MailConfig::of(&whole()).unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
        let mailing = config.mailing("127.0.0.1:8080".parse().unwrap()).unwrap();
        assert!(mailing.post.is_configured());
        assert_eq!(&*mailing.public_url, "https://sales.vostok.example/b2b");
    }

    #[test]
    fn a_wrong_value_is_named() {
        for (settings, setting) in [
            (Settings { mail_from: None, ..whole() }, "--mail-from"),
            (Settings { smtp_url: None, ..whole() }, "--smtp-url"),
            (Settings { smtp_url: given("http://hunter2@mail"), ..whole() }, "--smtp-url"),
            (Settings { smtp_url: given("hunter2"), ..whole() }, "--smtp-url"),
            (Settings { mail_from: given("Vostok"), ..whole() }, "--mail-from"),
            (Settings { mail_from: given("a@b.example\r\nBcc: c@d.example"), ..whole() }, "--mail"),
            (Settings { public_url: given("sales.example"), ..whole() }, "--public-url"),
            (Settings { public_url: given("https://sales.example/"), ..whole() }, "--public-url"),
        ] {
            let sentence = MailConfig::of(&settings).unwrap_err().to_string();
            assert!(sentence.contains(setting) && !sentence.contains("hunter2"), "{sentence}");
        }
    }
}
