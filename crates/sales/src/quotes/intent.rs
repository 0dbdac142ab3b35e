//! What is to be done with a quote once somebody has agreed to its prices.

use kernel::{Language, QuoteLineId};
use serde::{Deserialize, Serialize};

/// A letter that brings a quote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteLetter {
    /// To whom: 1 to 10 addresses.
    pub to: Vec<String>,
    /// What it is called; `None` names the quote and who sends it.
    pub title: Option<String>,
    /// What stands before the link.
    pub message: Option<String>,
    /// The language of what the program adds.
    pub language: Language,
}

/// What somebody wanted to do with a draft, kept with it while it waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
pub(crate) enum Intent {
    /// Offer it: by a letter, or otherwise.
    Send(Option<QuoteLetter>),
    /// Note that the customer agreed by telephone.
    Accept {
        /// The optional lines that he took.
        chosen: Vec<QuoteLineId>,
        /// Who agreed.
        by: Option<String>,
    },
}

impl Intent {
    /// The command that did not come through yet, as the audit trail calls it.
    pub(crate) fn action(&self) -> &'static str {
        match self {
            Self::Send(_) => "sendQuote",
            Self::Accept { .. } => "acceptQuote",
        }
    }
}
