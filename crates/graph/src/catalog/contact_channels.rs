//! How a person is reached, and whether that is agreed to.

use ::catalog::Channel;
use async_graphql::{Enum, InputObject, SimpleObject};
use kernel::NaiveDate;

use crate::scalars::Date;

/// How a person is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::catalog::ChannelKind")]
pub enum ContactChannelKind {
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// A name in Telegram.
    Telegram,
}

/// One way to reach a person.
#[derive(Clone, SimpleObject)]
pub struct ContactChannel {
    /// How.
    kind: ContactChannelKind,
    /// The number, the address, or the name as `@ivan_petrov`.
    value: String,
    /// Such as "after 18:00".
    comment: Option<String>,
    /// The first of its kind: what the person's `phone` and `email` say.
    is_main: bool,
}

impl ContactChannel {
    /// Channels in their order.
    pub(super) fn all(channels: Vec<Channel>) -> Vec<Self> {
        let mut made: Vec<Self> = Vec::with_capacity(channels.len());
        for channel in channels {
            let kind = channel.kind.into();
            let is_main = made.iter().all(|other| other.kind != kind);
            made.push(Self { kind, value: channel.value, comment: channel.comment, is_main });
        }
        made
    }
}

/// One way to reach a person.
#[derive(InputObject)]
pub struct ContactChannelInput {
    /// How.
    kind: ContactChannelKind,
    /// A number of 3 to 20 digits, an address, or a name in Telegram as `@ivan_petrov` or a link
    /// to it.
    value: String,
    /// Such as "after 18:00"; at most 200 characters.
    comment: Option<String>,
}

impl From<ContactChannelInput> for Channel {
    fn from(input: ContactChannelInput) -> Self {
        Self { kind: input.kind.into(), value: input.value, comment: input.comment }
    }
}

/// Channels of an input.
pub(super) fn channels(input: Option<Vec<ContactChannelInput>>) -> Option<Vec<Channel>> {
    input.map(|channels| channels.into_iter().map(Into::into).collect())
}

/// What a person has said about being contacted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::catalog::Consent")]
pub enum ConsentState {
    /// May be contacted.
    Given,
    /// Must not be contacted any more.
    Withdrawn,
}

/// A person's word about being contacted.
#[derive(Clone, SimpleObject)]
pub struct Consent {
    /// What was said.
    state: ConsentState,
    /// Since when it holds.
    since: Date,
    /// How it was given or withdrawn: a form, a letter, a call.
    how: String,
}

impl Consent {
    /// Of a person's fields; none where the person was never asked.
    pub(super) fn of(fields: &::catalog::ContactFields) -> Option<Self> {
        let state = fields.consent?.into();
        let since = fields.consent_since?.into();
        Some(Self { state, since, how: fields.consent_how.clone()? })
    }
}

/// A person's word about being contacted.
#[derive(InputObject)]
pub struct ConsentInput {
    /// What was said.
    state: ConsentState,
    /// Since when it holds; not after today.
    since: Date,
    /// How it was given or withdrawn: a form, a letter, a call; at most 250 characters.
    how: String,
}

/// The three fields of a person that a word about consent sets; none empties them.
pub(super) fn consent(
    input: Option<ConsentInput>,
) -> (Option<::catalog::Consent>, Option<NaiveDate>, Option<String>) {
    match input {
        Some(word) => (Some(word.state.into()), Some(word.since.0), Some(word.how)),
        None => (None, None, None),
    }
}
