//! Offering a quote: by letter with a link, by a link handed over otherwise, or on paper.

use std::sync::Arc;

use access::{Action, LinkKind, Permit, Right};
use chrono::{Days, Duration, NaiveTime};
use db::{AuditEntry, Command, Outcome, TenantTx};
use identity::NewLink;
use kernel::{DateTime, Language, NaiveDate, QuoteId, Refusal, RefusalCode, Utc};
use outbound::{Letter, Mailing};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::intent::{Intent, QuoteLetter};
use super::super::model::Quote;
use super::super::rules::{QuoteMove, QuoteState, check_valid_on};
use super::super::store::{QuoteStep, lines_of_quote, reply_address, step_quote};
use super::{gate, held, number, quote_changed};
use crate::findings::Consent;
use crate::rules::optional_text;
use crate::store::author;

/// Recipients of one letter at most; each gets one of his own.
const MOST_RECIPIENTS: usize = 10;
/// Days after its last day that a quote can still be read through its link.
const READABLE_DAYS: u64 = 90;

/// Offers a draft to the customer, or sends what was offered once more. A draft that somebody has to
/// agree to waits, and goes out by itself then.
#[derive(Clone, Debug)]
pub struct SendQuote {
    /// Which.
    pub id: QuoteId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
    /// The letter that brings it; `None`: it is handed over otherwise.
    pub letter: Option<QuoteLetter>,
    /// How letters go out.
    pub mailing: Mailing,
}

impl Action for SendQuote {
    const RIGHT: Right = Right::QuoteWrite;
}

#[async_trait::async_trait]

impl Command for SendQuote {
    type Output = QuoteId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<QuoteId> {
        let quote = held(tx, permit, self.id, self.version).await?;
        let how = (self.letter.as_ref(), &self.mailing);
        send(tx, permit, &quote, how, Consent::Caller).await?;
        Ok(quote.id)
    }
}

/// Offers a locked quote, or lets it wait.
pub(crate) async fn send<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    quote: &Quote,
    (letter, mailing): (Option<&QuoteLetter>, &Mailing),
    consent: Consent,
) -> Outcome<()> {
    let state = quote.by(QuoteMove::Send).map_err(Refusal::from)?;
    let letter = letter.map(|letter| checked(letter, mailing)).transpose()?;
    let lines = lines_of_quote(tx, permit, quote.id).await?;
    let intent = Intent::Send(letter.clone());
    if !gate::pass(tx, permit, (quote, &lines), &intent, consent).await? {
        return Ok(());
    }
    let number = number(tx, permit, quote).await?;
    let name = match &number {
        Some((number, ..)) => number.clone(),
        None => quote.name().unwrap_or_default(),
    };
    let step = QuoteStep { number, sent_at: Some(tx.now()), ..QuoteStep::to(state) };
    step_quote(tx, permit, quote.id, step).await?;
    if let Some(letter) = &letter {
        write(tx, permit, (quote, &name), letter, mailing).await?;
    }
    let to = letter.map(|letter| letter.to).unwrap_or_default();
    tx.audit(AuditEntry::new(
        "sendQuote",
        "Quote",
        quote.id,
        json!({ "state": [quote.state, state], "number": name, "to": to }),
    ));
    quote_changed(tx, quote);
    Ok(())
}

/// A letter fit to be sent: one that waits is not to be refused once somebody has agreed.
fn checked(letter: &QuoteLetter, mailing: &Mailing) -> Result<QuoteLetter, Refusal> {
    mailing.post.ready()?;
    let message = optional_text("message", letter.message.as_deref())?;
    let title = letter.title.as_deref().map(outbound::title).transpose()?;
    Ok(QuoteLetter { to: recipients(&letter.to)?, title, message, language: letter.language })
}

/// Queues a letter for each recipient, all with one link.
async fn write<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (quote, name): (&Quote, &str),
    letter: &QuoteLetter,
    mailing: &Mailing,
) -> Outcome<()> {
    let link = identity::make_link(tx, permit, &new_link(quote, tx.now())).await?;
    let address = outbound::link_address(&mailing.public_url, &link.token);
    // Who answers the letter writes to whoever sent it.
    let author = reply_address(tx, permit, author(permit).or(quote.manager_id)).await?;
    let seller = quote.organization_id;
    let seller = catalog::organization_card(tx, permit, Some(seller)).await?;
    let seller = seller.map(|card| card.name).unwrap_or_default();
    let words = Words { language: letter.language, name, seller: &seller };
    let signature = author.as_ref().map(|(name, _)| name.as_str());
    for recipient in &letter.to {
        let title = letter.title.clone().unwrap_or_else(|| words.title());
        let body = words.body(letter.message.as_deref(), &address, quote.valid_until, signature);
        let letter = Letter {
            subject_kind: "Quote",
            subject_id: quote.id.0,
            recipient: recipient.clone(),
            reply_to: author.as_ref().map(|(_, email)| email.clone()),
            title,
            body,
        };
        mailing.post.queue(tx, permit, &letter).await?;
    }
    Ok(())
}

/// Each address once.
fn recipients(given: &[String]) -> Result<Vec<String>, Refusal> {
    if given.is_empty() {
        let (en, ru) = ("Name a recipient.", "Укажите получателя.");
        return Err(Refusal::new(RefusalCode::Required, en, ru).at(["email", "to"]));
    }
    if given.len() > MOST_RECIPIENTS {
        return Err(Refusal::new(
            RefusalCode::TooMany,
            format!("At most {MOST_RECIPIENTS} recipients."),
            format!("Не более {MOST_RECIPIENTS} получателей."),
        )
        .at(["email", "to"]));
    }
    let mut to: Vec<String> = Vec::with_capacity(given.len());
    for (place, text) in given.iter().enumerate() {
        let path = ["email".to_owned(), "to".to_owned(), place.to_string()];
        let address = outbound::address("to", text).map_err(|refusal| refusal.at(path))?;
        if !to.contains(&address) {
            to.push(address);
        }
    }
    Ok(to)
}

/// Until when a link to a quote is good: it can be read for a while after its last day.
pub(super) fn link_end(valid_until: NaiveDate, now: DateTime<Utc>) -> DateTime<Utc> {
    let last = valid_until.checked_add_days(Days::new(READABLE_DAYS)).unwrap_or(valid_until);
    last.and_time(NaiveTime::MIN).and_utc().max(now + Duration::days(1))
}

fn new_link(quote: &Quote, now: DateTime<Utc>) -> NewLink {
    NewLink {
        kind: LinkKind::Quote,
        subject: quote.id.0,
        user: None,
        ends_at: link_end(quote.valid_until, now),
        one_use: false,
    }
}

/// What the program adds to a letter.
struct Words<'a> {
    language: Language,
    name: &'a str,
    seller: &'a str,
}

impl Words<'_> {
    fn title(&self) -> String {
        let Self { language, name, seller } = self;
        let text = match language {
            Language::En => format!("Quote {name} of {seller}"),
            Language::Ru => format!("Коммерческое предложение {name} от {seller}"),
        };
        // A name of an organization may be longer than a title.
        text.chars().take(200).collect()
    }

    fn body(
        &self,
        message: Option<&str>,
        address: &str,
        valid_until: NaiveDate,
        signature: Option<&str>,
    ) -> String {
        let (name, until) = (self.name, valid_until.format("%d.%m.%Y"));
        let offer = match self.language {
            Language::En => format!(
                "See our quote {name} and answer it here (valid until {valid_until}):\n{address}"
            ),
            Language::Ru => format!(
                "Посмотреть предложение {name} и ответить на него можно здесь (действует до \
                 {until}):\n{address}"
            ),
        };
        let message = message.map(|text| format!("{text}\n\n")).unwrap_or_default();
        let signature = signature.map(|name| format!("{name}\n")).unwrap_or_default();
        format!("{message}{offer}\n\n{signature}{}\n", self.seller)
    }
}

/// Makes a link to a quote that was offered, to be handed over otherwise than by letter. It is
/// shown once.
#[derive(Clone, Debug)]
pub struct LinkQuote {
    /// Which.
    pub id: QuoteId,
    /// What addresses of this program begin with.
    pub public_url: Arc<str>,
}

/// A link to a quote.
#[derive(Clone, Serialize, Deserialize)]
pub struct QuoteLink {
    /// The quote.
    pub quote: QuoteId,
    /// The whole address: whoever has it may answer for the customer.
    pub url: String,
    /// Until when it is good.
    pub ends_at: DateTime<Utc>,
}

impl Action for LinkQuote {
    const RIGHT: Right = Right::QuoteWrite;
}

#[async_trait::async_trait]

impl Command for LinkQuote {
    type Output = QuoteLink;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<QuoteLink> {
        let quote = held(tx, permit, self.id, None).await?;
        if quote.state != QuoteState::Sent {
            // The same words as for whatever else the state does not allow.
            quote.by(QuoteMove::Decline).map_err(Refusal::from)?;
        }
        check_valid_on(quote.valid_until, tx.today())?;
        let new = new_link(&quote, tx.now());
        let link = identity::make_link(tx, permit, &new).await?;
        let told = json!({ "link": link.id, "endsAt": new.ends_at });
        tx.audit(AuditEntry::new("createQuoteLink", "Quote", quote.id, told));
        let url = outbound::link_address(&self.public_url, &link.token);
        Ok(QuoteLink { quote: quote.id, url, ends_at: new.ends_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_names_the_quote_and_brings_the_link() {
        let words = Words {
            language: Language::Ru, name: "В-000007/2", seller: "ООО «Восток»"
        };
        assert_eq!(words.title(), "Коммерческое предложение В-000007/2 от ООО «Восток»");
        let until = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
        let body = words.body(Some("Добрый день!"), "https://v.example/l/t", until, Some("Анна"));
        assert!(body.starts_with("Добрый день!\n\n") && body.contains("до 31.03.2026"), "{body}");
        assert!(body.contains("\nhttps://v.example/l/t\n\nАнна\nООО «Восток»\n"), "{body}");
    }

    #[test]
    fn recipients_are_some_and_each_once() {
        let given = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let to = recipients(&given(&["a@b.example", " a@b.example", "c@d.example"])).unwrap();
        assert_eq!(to, ["a@b.example", "c@d.example"]);
        for (bad, code) in [
            (given(&[]), RefusalCode::Required),
            (given(&["a"]), RefusalCode::Invalid),
            (given(&["a@b.example"; 11]), RefusalCode::TooMany),
        ] {
            assert_eq!(recipients(&bad).unwrap_err().code, code);
        }
    }

    #[test]
    fn a_link_outlives_the_quote() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let until = NaiveDate::from_ymd_opt(1970, 1, 11).unwrap();
        assert_eq!((link_end(until, now) - now).num_days(), 100);
        let long_ago = NaiveDate::from_ymd_opt(1969, 1, 1).unwrap();
        assert_eq!((link_end(long_ago, now) - now).num_days(), 1);
    }
}
