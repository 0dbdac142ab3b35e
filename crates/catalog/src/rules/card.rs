//! What a customer's card holds besides plain fields: tags, the ways to reach a person, consent.

use kernel::{NaiveDate, Refusal, RefusalCode};
use sea_orm::sea_query::{Nullable, Value};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::terms::words;
use super::text::{TextError, clean, clean_email, clean_phone};
use super::{at, optional};

/// Tags of one customer at most.
const MOST_TAGS: usize = 20;
/// Characters of a tag.
const TAG: usize = 50;
/// Ways to reach one person at most.
const MOST_CHANNELS: usize = 20;
const COMMENT: usize = 200;

words! {
    /// How a person is reached.
    ChannelKind {
        /// A telephone number.
        Phone = "PHONE",
        /// An e-mail address.
        Email = "EMAIL",
        /// A name in Telegram.
        Telegram = "TELEGRAM",
    }
}

words! {
    /// What a person has said about being contacted; nothing is "never asked".
    Consent {
        /// May be contacted.
        Given = "GIVEN",
        /// Must not be contacted any more.
        Withdrawn = "WITHDRAWN",
    }
}

words! {
    /// What two cards of customers have in common.
    Likeness {
        /// The Russian tax number.
        Inn = "INN",
        /// The VAT number.
        VatId = "VAT_ID",
        /// A telephone of the company or of its people.
        Phone = "PHONE",
        /// An e-mail of the company or of its people.
        Email = "EMAIL",
        /// The name reads alike.
        Name = "NAME",
    }
}

impl Nullable for Consent {
    fn null() -> Value {
        Value::String(None)
    }
}

/// One way to reach a person; the first of its kind is the main one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Channel {
    /// How.
    pub kind: ChannelKind,
    /// The number, the address or the name, as typed.
    pub value: String,
    /// Such as "after 18:00" or "bookkeeping".
    pub comment: Option<String>,
}

/// Checks a person's channels; none may stand there twice.
///
/// # Errors
/// Too many, one twice, or what is wrong with one of them, by its place.
pub(crate) fn check_channels(channels: &[Channel]) -> Result<Vec<Channel>, Refusal> {
    if channels.len() > MOST_CHANNELS {
        return Err(too_many(MOST_CHANNELS).at(["channels"]));
    }
    let mut kept: Vec<Channel> = Vec::with_capacity(channels.len());
    for (place, channel) in channels.iter().enumerate() {
        let named = |field: &str| ["channels".to_owned(), place.to_string(), field.to_owned()];
        let checked = check_channel(channel)
            .map_err(|(field, error)| Refusal::from(error).at(named(field)))?;
        if kept.iter().any(|other| same(other, &checked)) {
            return Err(twice().at(named("value")));
        }
        kept.push(checked);
    }
    Ok(kept)
}

fn check_channel(channel: &Channel) -> Result<Channel, (&'static str, TextError)> {
    let value = match channel.kind {
        ChannelKind::Phone => clean_phone(&channel.value),
        ChannelKind::Email => clean_email(&channel.value),
        ChannelKind::Telegram => clean_telegram(&channel.value),
    };
    let comment = optional(channel.comment.as_deref(), |text| clean(text, COMMENT));
    Ok(Channel {
        kind: channel.kind,
        value: value.map_err(|error| ("value", error))?,
        comment: comment.map_err(|error| ("comment", error))?,
    })
}

fn same(one: &Channel, other: &Channel) -> bool {
    let key = |channel: &Channel| match channel.kind {
        ChannelKind::Phone => channel.value.chars().filter(char::is_ascii_digit).collect(),
        ChannelKind::Email | ChannelKind::Telegram => channel.value.to_lowercase(),
    };
    one.kind == other.kind && key(one) == key(other)
}

/// A name in Telegram, kept as `@name`: 4 to 32 letters, digits and underscores, a letter first.
/// A link to it is taken too.
fn clean_telegram(text: &str) -> Result<String, TextError> {
    let text = clean(text, 100)?;
    let bare = text.strip_prefix("https://").unwrap_or(&text);
    let name = bare.strip_prefix("t.me/").or(bare.strip_prefix('@')).unwrap_or(bare);
    let begins = name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
    let is_known = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if begins && is_known && (4..=32).contains(&name.len()) {
        Ok(format!("@{name}"))
    } else {
        Err(TextError::Telegram)
    }
}

/// The main telephone or e-mail among the channels.
pub(crate) fn main_of(channels: &[Channel], kind: ChannelKind) -> Option<String> {
    channels.iter().find(|channel| channel.kind == kind).map(|channel| channel.value.clone())
}

/// The channels with another main one of a kind in the place of the old one; `None` takes the old
/// one away, and the next of its kind becomes the main one.
pub(crate) fn with_main(
    channels: &[Channel],
    kind: ChannelKind,
    value: Option<&str>,
) -> Vec<Channel> {
    let mut after = channels.to_vec();
    let place = after.iter().position(|channel| channel.kind == kind);
    match (place, value.filter(|text| !text.trim().is_empty())) {
        (Some(place), Some(value)) if after[place].value != value => {
            // The comment was about the old one.
            after[place] = Channel { kind, value: value.to_owned(), comment: None };
            let new = after[place].clone();
            let mut seen = false;
            after.retain(|other| {
                let is_new = same(other, &new);
                let keeps = !is_new || !seen;
                seen |= is_new;
                keeps
            });
        }
        (Some(place), None) => drop(after.remove(place)),
        (None, Some(value)) => {
            after.push(Channel { kind, value: value.to_owned(), comment: None });
        }
        (Some(_), Some(_)) | (None, None) => {}
    }
    after
}

/// Tags trimmed, each once whatever its case, in the order given.
///
/// # Errors
/// Too many, empty, or too long.
pub(crate) fn check_tags(tags: &[String]) -> Result<Vec<String>, Refusal> {
    let mut kept: Vec<String> = Vec::with_capacity(tags.len());
    for tag in tags {
        let tag = at("tags", clean(tag, TAG))?;
        if !kept.iter().any(|other| tag_key(other) == tag_key(&tag)) {
            kept.push(tag);
        }
    }
    if kept.len() > MOST_TAGS { Err(too_many(MOST_TAGS).at(["tags"])) } else { Ok(kept) }
}

/// A tag as it is looked for; as `catalog_key` in the database.
pub(crate) fn tag_key(tag: &str) -> String {
    tag.trim().to_lowercase().replace('ё', "е")
}

/// Consent is a state with its day and its way, or nothing at all; the day has come.
///
/// # Errors
/// A part is missing, or the day is still to come.
pub(crate) fn check_consent(
    consent: Option<Consent>,
    since: Option<NaiveDate>,
    how: Option<&str>,
    today: NaiveDate,
) -> Result<(), Refusal> {
    let parts = [consent.is_some(), since.is_some(), how.is_some()];
    if parts.iter().any(|is_there| *is_there != parts[0]) {
        return Err(Refusal::new(
            RefusalCode::Required,
            "Consent needs its state, since when, and how it was given or withdrawn.",
            "Для согласия нужны состояние, с какого дня и как оно получено или отозвано.",
        )
        .at(["consent"]));
    }
    match since {
        Some(since) if since > today => Err(Refusal::new(
            RefusalCode::Invalid,
            "Consent cannot begin in the future.",
            "Согласие не может начинаться в будущем.",
        )
        .at(["consent", "since"])),
        _ => Ok(()),
    }
}

fn too_many(most: usize) -> Refusal {
    Refusal::new(
        RefusalCode::TooMany,
        format!("At most {most} are kept."),
        format!("Допустимо не больше: {most}."),
    )
    .with(json!({ "most": most }))
}

fn twice() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "This stands in the list twice.",
        "Это указано в списке дважды.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(kind: ChannelKind, value: &str) -> Channel {
        Channel { kind, value: value.to_owned(), comment: None }
    }

    #[test]
    fn names_in_telegram() {
        for typed in ["@ivan_p", "ivan_p", "t.me/ivan_p", "https://t.me/ivan_p"] {
            assert_eq!(clean_telegram(typed).as_deref(), Ok("@ivan_p"));
        }
        for bad in ["@ив", "@1van", "@iv", "@a b c d", "+79001234567"] {
            assert_eq!(clean_telegram(bad), Err(TextError::Telegram), "{bad}");
        }
    }

    #[test]
    fn a_channel_stands_there_once() {
        let list = [
            channel(ChannelKind::Phone, "+7 900 123-45-67"),
            channel(ChannelKind::Phone, "+7 (900) 1234567"),
        ];
        let refused = check_channels(&list).unwrap_err();
        let path: Vec<String> = ["channels", "1", "value"].map(str::to_owned).to_vec();
        assert_eq!(refused.field, Some(path));
        assert!(check_channels(&vec![list[0].clone(); 21]).is_err());
    }

    #[test]
    fn another_main_one_takes_the_place_of_the_old() {
        use ChannelKind::{Email, Phone};
        let list = [channel(Phone, "111"), channel(Email, "a@b.ru"), channel(Phone, "222")];
        let values = |list: &[Channel]| {
            list.iter().map(|channel| channel.value.clone()).collect::<Vec<_>>().join(" ")
        };
        for (kind, value, after) in [
            (Phone, Some("333"), "333 a@b.ru 222"),
            (Phone, Some("222"), "222 a@b.ru"),
            (Phone, None, "a@b.ru 222"),
            (Email, Some(" "), "111 222"),
            (ChannelKind::Telegram, Some("@ivan"), "111 a@b.ru 222 @ivan"),
            (ChannelKind::Telegram, None, "111 a@b.ru 222"),
        ] {
            assert_eq!(values(&with_main(&list, kind, value)), after, "{kind:?} {value:?}");
        }
        assert_eq!(main_of(&list, Phone).as_deref(), Some("111"));
    }

    #[test]
    fn tags_are_told_apart_without_case() {
        let tags = ["VIP", " vip ", "Ёлки", "елки"].map(str::to_owned);
        assert_eq!(check_tags(&tags), Ok(vec!["VIP".to_owned(), "Ёлки".to_owned()]));
        assert!(check_tags(&[" ".to_owned()]).is_err());
        let many: Vec<String> = (0..21).map(|n| n.to_string()).collect();
        assert!(check_tags(&many).is_err());
    }

    #[test]
    fn consent_is_whole_and_not_of_tomorrow() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 5, day).unwrap();
        let check = |state, since, how| check_consent(state, since, how, day(10));
        assert!(check(None, None, None).is_ok());
        assert!(check(Some(Consent::Given), Some(day(10)), Some("form")).is_ok());
        assert!(check(Some(Consent::Given), Some(day(11)), Some("form")).is_err());
        assert!(check(Some(Consent::Withdrawn), None, Some("letter")).is_err());
        assert!(check(None, Some(day(1)), None).is_err());
    }
}
