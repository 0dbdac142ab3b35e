//! What single-purpose links show and decide, as pages for people who have no account, or have not
//! signed in: in Russian or English, without scripts, without anything fetched from elsewhere.
//!
//! Each kind of link has a [`Purpose`]: what it shows, which changes nothing however often it is
//! asked for (mail scanners open links), and what it decides. A purpose works in the scope of the
//! link, which has one right and one record: it runs commands and reads of its context that take
//! the record from the scope, never from what was sent. A new kind of link is a `LinkKind`, a
//! module here and an arm of [`purpose`].
//!
//! Invariants: everything a person wrote is escaped (maud does); a link that is unknown, has ended
//! or was revoked gets the one page [`gone`].

mod approval;
mod form;
mod frame;
mod quote;

pub use form::Form;
pub use frame::{STYLE_SOURCE, busy, gone, unavailable};

use access::{LinkKind, Scope};
use async_trait::async_trait;
use db::{CommandError, Db, Outcome};
use kernel::Language;

/// Somebody who came with a link.
#[derive(Clone, Copy)]
pub struct Visit<'a> {
    /// The database.
    pub db: &'a Db,
    /// The link's scope: one right, one record.
    pub scope: &'a Scope,
    /// The language of his browser.
    pub language: Language,
}

/// A page, as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Whether what was asked for was done; not so where it was refused.
    pub is_done: bool,
    /// HTML.
    pub html: String,
}

/// What links of one kind are for.
#[async_trait]
pub trait Purpose: Send + Sync {
    /// Shows what there is to see. Changes nothing.
    async fn show(&self, visit: &Visit<'_>) -> Outcome<Page>;

    /// Decides as the form says, and shows what came of it.
    async fn decide(&self, visit: &Visit<'_>, form: &Form) -> Outcome<Page>;
}

fn purpose(kind: LinkKind) -> &'static dyn Purpose {
    match kind {
        LinkKind::Quote => &quote::OfQuote,
        LinkKind::Approval => &approval::OfApproval,
    }
}

fn purpose_of(visit: &Visit<'_>) -> Outcome<&'static dyn Purpose> {
    let link = visit.scope.link();
    link.map(|link| purpose(link.kind)).ok_or(CommandError::NotFound)
}

/// What a link shows.
///
/// # Errors
/// Not found where the link is over or its record is not there; faults.
pub async fn show(visit: &Visit<'_>) -> Outcome<Page> {
    purpose_of(visit)?.show(visit).await
}

/// What a link decides by this form.
///
/// # Errors
/// As [`show`].
pub async fn decide(visit: &Visit<'_>, form: &Form) -> Outcome<Page> {
    purpose_of(visit)?.decide(visit, form).await
}
