//! How a business rule says no. A rule returns its own small enum with data; the enum turns into
//! a [`Refusal`] at the command's edge; the graph turns that into a user error.

use serde::Serialize;
use serde_json::Value;

use crate::{Language, Text};

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal),* $(,)?) => {
        /// The code a client's program decides by. New codes may come; old ones stay.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
        pub enum RefusalCode { $($(#[doc = $doc])+ #[serde(rename = $text)] $name),* }

        impl RefusalCode {
            /// Every code, for the schema.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code as the API writes it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// What it says, in English, for the schema.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_ascii()),* }
            }
        }
    };
}

codes! {
    /// A value breaks a rule named in the message.
    Invalid = "INVALID",
    /// A required value is missing or empty.
    Required = "REQUIRED",
    /// A number is out of its range or has too many decimal places.
    OutOfRange = "OUT_OF_RANGE",
    /// Another record has this value already.
    Taken = "TAKEN",
    /// A record named by the input does not exist or is not visible.
    UnknownReference = "UNKNOWN_REFERENCE",
    /// The record was changed since it was read; details hold the current version.
    StaleVersion = "STALE_VERSION",
    /// The document's state does not allow this; details hold the state and what is allowed.
    IllegalTransition = "ILLEGAL_TRANSITION",
    /// The record is archived.
    Archived = "ARCHIVED",
    /// The customer's card was merged into another one; details name it for who may see it.
    Merged = "MERGED",
    /// The record is in use.
    InUse = "IN_USE",
    /// No price list holds a price.
    NoPrice = "NO_PRICE",
    /// The agreement is a draft, closed, or not in force on the day.
    AgreementNotInForce = "AGREEMENT_NOT_IN_FORCE",
    /// The caller may not set a price of his own.
    PriceNotAllowed = "PRICE_NOT_ALLOWED",
    /// The caller may not write this field.
    FieldNotAllowed = "FIELD_NOT_ALLOWED",
    /// The discount is above the caller's limit.
    DiscountOverLimit = "DISCOUNT_OVER_LIMIT",
    /// No rate of a currency is known on the day.
    NoRate = "NO_RATE",
    /// The net price is below the product's minimum price.
    PriceBelowMinimum = "PRICE_BELOW_MINIMUM",
    /// The margin is below the minimum, or the cost is unknown.
    MarginBelowMinimum = "MARGIN_BELOW_MINIMUM",
    /// There are not enough goods; details name product, asked and available.
    InsufficientStock = "INSUFFICIENT_STOCK",
    /// A lot chosen by hand does not fit; details say why.
    LotUnfit = "LOT_UNFIT",
    /// More is to be shipped than the order has left.
    ExceedsOrder = "EXCEEDS_ORDER",
    /// More is to come back than was shipped; details hold what is left.
    ExceedsShipment = "EXCEEDS_SHIPMENT",
    /// What was scanned is not what is to be picked; details tell what was expected.
    WrongGoods = "WRONG_GOODS",
    /// A prepayment is not there yet.
    PrepaymentDue = "PREPAYMENT_DUE",
    /// The customer's credit limit would be exceeded.
    CreditLimitExceeded = "CREDIT_LIMIT_EXCEEDED",
    /// The customer has overdue debt.
    OverdueDebt = "OVERDUE_DEBT",
    /// The date lies in a closed period.
    PeriodClosed = "PERIOD_CLOSED",
    /// The series goes in the order of time, and its last document is dated later; details hold it.
    OutOfOrder = "OUT_OF_ORDER",
    /// A date in the past needs a right the caller lacks.
    BackdatingNotAllowed = "BACKDATING_NOT_ALLOWED",
    /// A balance would fall below zero at a later moment; details list where.
    NegativeBalance = "NEGATIVE_BALANCE",
    /// Currencies differ.
    CurrencyMismatch = "CURRENCY_MISMATCH",
    /// Nobody but the caller could decide this: the rule's approvers are not there.
    NoApprover = "NO_APPROVER",
    /// Nobody decides what he asked for himself, nor does his deputy.
    OwnRequest = "OWN_REQUEST",
    /// The request does not wait for the caller.
    NotApprover = "NOT_APPROVER",
    /// The document is empty.
    NoLines = "NO_LINES",
    /// Too many of something in one request.
    TooMany = "TOO_MANY",
    /// E-mail, password or tenant is wrong, or the account is shut.
    WrongCredentials = "WRONG_CREDENTIALS",
    /// Too many attempts; details hold the seconds to wait.
    Throttled = "THROTTLED",
    /// The refresh token is unknown, used or expired.
    InvalidToken = "INVALID_TOKEN",
    /// The caller cannot give rights that he lacks.
    RightsExceeded = "RIGHTS_EXCEEDED",
    /// The last administrator cannot be removed.
    LastAdmin = "LAST_ADMIN",
    /// The program has no mail server to send letters through.
    MailNotConfigured = "MAIL_NOT_CONFIGURED",
    /// The quote is not valid any more on this day; details hold until when it was.
    QuoteExpired = "QUOTE_EXPIRED",
    /// More is to be ordered of a quote than was offered; details hold what is left.
    ExceedsQuote = "EXCEEDS_QUOTE",
    /// The file's name could lead a program or a person astray.
    FileNameNotAllowed = "FILE_NAME_NOT_ALLOWED",
    /// Files of this type are not kept, or the content is not what the name says.
    FileTypeNotAllowed = "FILE_TYPE_NOT_ALLOWED",
    /// The file is larger than the limit; details hold it in bytes.
    FileTooLarge = "FILE_TOO_LARGE",
}

/// A business rule's "no": nothing was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// What a program decides by.
    pub code: RefusalCode,
    /// What a person reads.
    pub text: Text,
    /// The path of the input field it is about, in the API's spelling.
    pub field: Option<Vec<String>>,
    /// Machine-readable facts: the current version, what is short, what is allowed.
    pub details: Option<Value>,
}

impl Refusal {
    /// A refusal with its sentence in English and Russian.
    pub fn new(code: RefusalCode, en: impl Into<String>, ru: impl Into<String>) -> Self {
        Self { code, text: Text::new(en, ru), field: None, details: None }
    }

    /// Names the input field: `.at(["lines", "0", "quantity"])`.
    #[must_use]
    pub fn at<S: Into<String>>(mut self, path: impl IntoIterator<Item = S>) -> Self {
        self.field = Some(path.into_iter().map(Into::into).collect());
        self
    }

    /// Names the part of the input that its field is in: `.within(["lines", "0"])`.
    #[must_use]
    pub fn within<S: Into<String>>(mut self, path: impl IntoIterator<Item = S>) -> Self {
        let mut whole: Vec<String> = path.into_iter().map(Into::into).collect();
        whole.extend(self.field.take().unwrap_or_default());
        self.field = Some(whole);
        self
    }

    /// Adds facts for programs.
    #[must_use]
    pub fn with(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }

    /// The sentence in one language.
    #[must_use]
    pub fn message(&self, language: Language) -> &str {
        self.text.get(language)
    }
}
