//! A letter as a context writes it, and what a mail server gets of it.

use kernel::{MailId, Refusal, RefusalCode, Uuid};
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::{Address, Message as Sendable};

/// Longest title, in characters.
const TITLE: usize = 200;
/// Longest body, in bytes.
const BODY_BYTES: usize = 256 * 1024;

/// A letter to one recipient, in plain text.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The kind of the record it is about: `Quote`.
    pub subject_kind: &'static str,
    /// The record.
    pub subject_id: Uuid,
    /// To whom: one address.
    pub recipient: String,
    /// Who gets the answer, where it is not the sender.
    pub reply_to: Option<String>,
    /// What it is called.
    pub title: String,
    /// What it says.
    pub body: String,
}

/// An address as it is kept: without spaces around it, one and whole.
///
/// # Errors
/// Not an address of one mailbox.
pub fn address(field: &str, text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    let is_sane = text.len() <= 320 && !text.chars().any(|c| c.is_control() || c.is_whitespace());
    match text.parse::<Address>() {
        Ok(address) if is_sane => Ok(address.to_string()),
        _ => Err(Refusal::new(
            RefusalCode::Invalid,
            "This is no e-mail address.",
            "Это не адрес электронной почты.",
        )
        .at([field])),
    }
}

impl Letter {
    /// The letter as it is kept.
    ///
    /// # Errors
    /// An address that is none, a title with control characters, empty or too long.
    pub(crate) fn checked(&self) -> Result<Self, Refusal> {
        let recipient = address("to", &self.recipient)?;
        let reply_to = self.reply_to.as_deref().map(|to| address("replyTo", to)).transpose()?;
        let title = title(&self.title)?;
        if self.body.len() > BODY_BYTES {
            let (en, ru) = ("The letter is too long.", "Письмо слишком длинное.");
            return Err(Refusal::new(RefusalCode::OutOfRange, en, ru).at(["message"]));
        }
        Ok(Self { recipient, reply_to, title, ..self.clone() })
    }
}

/// A title as it is kept: one line, without spaces around it.
///
/// # Errors
/// Empty, too long, or with control characters.
pub fn title(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    let length = text.chars().count();
    if length == 0 {
        let (en, ru) = ("Give the letter a title.", "Укажите тему письма.");
        return Err(Refusal::new(RefusalCode::Required, en, ru).at(["title"]));
    }
    if length > TITLE {
        return Err(Refusal::new(
            RefusalCode::OutOfRange,
            format!("At most {TITLE} characters."),
            format!("Не более {TITLE} символов."),
        )
        .at(["title"]));
    }
    // A line break would begin a header of its own.
    if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err(Refusal::new(
            RefusalCode::Invalid,
            "The title holds control characters.",
            "Тема содержит управляющие символы.",
        )
        .at(["title"]));
    }
    Ok(text.to_owned())
}

/// A letter that is to be handed over now.
pub(crate) struct Outgoing<'a> {
    pub(crate) id: MailId,
    pub(crate) recipient: &'a str,
    pub(crate) reply_to: Option<&'a str>,
    pub(crate) title: &'a str,
    pub(crate) body: &'a str,
}

impl Outgoing<'_> {
    /// What the mail server gets. The letter's own id names it, however often it is sent.
    ///
    /// # Errors
    /// Where it cannot be written as a letter: what was kept is no address.
    pub(crate) fn message(&self, from: &Mailbox) -> Result<Sendable, String> {
        let told = |error: lettre::address::AddressError| error.to_string();
        let domain = from.email.domain();
        let mut message = Message::builder()
            .message_id(Some(format!("<{}@{domain}>", self.id)))
            .from(from.clone())
            .to(Mailbox::new(None, self.recipient.parse().map_err(told)?))
            .subject(self.title)
            .header(ContentType::TEXT_PLAIN);
        if let Some(to) = self.reply_to {
            message = message.reply_to(Mailbox::new(None, to.parse().map_err(told)?));
        }
        message.body(self.body.to_owned()).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn letter(recipient: &str, title: &str) -> Letter {
        Letter {
            subject_kind: "Quote",
            subject_id: Uuid::nil(),
            recipient: recipient.to_owned(),
            reply_to: None,
            title: title.to_owned(),
            body: "Здравствуйте!\n".to_owned(),
        }
    }

    #[test]
    fn one_whole_address_and_a_title_of_one_line() {
        let good = letter(" ivan@client.example ", " КП №7 ").checked().unwrap();
        assert_eq!(
            (good.recipient.as_str(), good.title.as_str()),
            ("ivan@client.example", "КП №7")
        );
        for recipient in [
            "",
            "ivan",
            "ivan@client.example, petr@client.example",
            "Иван <ivan@client.example>",
            "ivan@client.example\r\nBcc: all@client.example",
            "ivan@client.example\nX: y",
            "ivan @client.example",
        ] {
            let code = letter(recipient, "x").checked().unwrap_err().code;
            assert_eq!(code, RefusalCode::Invalid, "{recipient:?}");
        }
        for (title, code) in [
            ("", RefusalCode::Required),
            ("КП\r\nBcc: all@client.example", RefusalCode::Invalid),
            ("КП\nX: y", RefusalCode::Invalid),
            ("КП\u{2028}X: y", RefusalCode::Invalid),
            (&"ж".repeat(201), RefusalCode::OutOfRange),
        ] {
            assert_eq!(letter("a@b.example", title).checked().unwrap_err().code, code, "{title:?}");
        }
    }

    fn headers(recipient: &str, title: &str, body: &str) -> Option<Vec<String>> {
        let (recipient, title) = match letter(recipient, title).checked() {
            Ok(good) => (good.recipient, good.title),
            Err(_) => return None,
        };
        let out = Outgoing {
            id: MailId::from(Uuid::nil()),
            recipient: &recipient,
            reply_to: None,
            title: &title,
            body,
        };
        let from = "Vostok <sales@vostok.example>".parse().unwrap();
        let text = String::from_utf8(out.message(&from).ok()?.formatted()).unwrap();
        let head = text.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
        Some(head.split("\r\n").map(|line| line.split(':').next().unwrap().to_owned()).collect())
    }

    proptest! {
        /// Whatever is typed, a letter has the headers that it should have and no others.
        #[test]
        fn no_header_comes_from_what_is_typed(
            local in "\\PC{0,20}|[a-z]{1,8}\\r\\n[A-Z][a-z]{1,5}: x",
            title in "(?s).{0,80}",
            body in "(?s).{0,200}",
        ) {
            if let Some(names) = headers(&format!("{local}@client.example"), &title, &body) {
                let expected = ["Message-ID", "From", "To", "Subject", "Content-Type", "Date",
                                "Content-Transfer-Encoding", "MIME-Version"];
                for name in names {
                    prop_assert!(expected.contains(&name.as_str()), "{name}");
                }
            }
        }
    }
}
