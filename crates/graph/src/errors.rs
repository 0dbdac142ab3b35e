//! Errors that are not a business rule's "no": who is asking, rights, syntax, limits, faults.
//!
//! Resolvers pass errors up as they are; [`present`] is the one place where each gets its code
//! and its sentence. What it does not know is a fault: clients see a trace id, the log the rest.

use std::fmt;
use std::sync::Arc;

use access::{Forbidden, Right};
use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, PathSegment, Response, ServerError, Value as Async};
use db::{CommandError, Fault};
use kernel::{Language, Text, Uuid};
use serde_json::Value;

/// Where an input error keeps its Russian sentence until [`present`] chooses.
pub(crate) const IN_RUSSIAN: &str = "ru";

/// The codes of `errors[].extensions.code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// Nobody has signed in, or the token is wrong, expired or revoked.
    Unauthenticated,
    /// The right is not given.
    Forbidden,
    /// The record does not exist, or not for the caller.
    NotFound,
    /// Syntax, types, ids, numbers, dates: the request cannot be understood.
    BadUserInput,
    /// The bucket of cost points is empty; try again later.
    RateLimited,
    /// The query is too deep, too wide, or costs more than a bucket ever holds.
    QueryTooCostly,
    /// The idempotency key was used with other input.
    IdempotencyMismatch,
    /// Too busy, out of time or stopping; try again.
    Unavailable,
    /// The program failed; the trace id finds it in the log.
    Internal,
}

impl ErrorCode {
    /// The code as the API writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::RateLimited => "RATE_LIMITED",
            Self::QueryTooCostly => "QUERY_TOO_COSTLY",
            Self::IdempotencyMismatch => "IDEMPOTENCY_MISMATCH",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }
}

/// Why a resolver has no answer. Goes up by `?`; may be given to several waiters of one batch.
#[derive(Clone, Debug)]
pub enum Failure {
    /// An error with its code and sentence.
    Told(Box<Told>),
    /// What a command or a read of a context answered.
    Command(Arc<CommandError>),
}

/// An error of the API itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Its code.
    pub code: ErrorCode,
    /// Its sentence.
    pub text: Text,
    /// Facts for programs, next to the code.
    pub details: Option<Value>,
}

impl Failure {
    /// An error with its sentence in English and Russian.
    pub fn told(code: ErrorCode, en: impl Into<String>, ru: impl Into<String>) -> Self {
        Self::Told(Box::new(Told { code, text: Text::new(en, ru), details: None }))
    }

    /// The request cannot be understood.
    pub fn bad_input(en: impl Into<String>, ru: impl Into<String>) -> Self {
        Self::told(ErrorCode::BadUserInput, en, ru)
    }

    /// Nobody has signed in.
    #[must_use]
    pub fn unauthenticated() -> Self {
        let (en, ru) = ("sign in first", "сначала войдите в систему");
        Self::told(ErrorCode::Unauthenticated, en, ru)
    }

    /// The record does not exist, or not for the caller.
    #[must_use]
    pub fn not_found() -> Self {
        Self::Command(Arc::new(CommandError::NotFound))
    }

    /// A promise of the program does not hold.
    pub fn broken(what: impl Into<String>) -> Self {
        Self::from(Fault::broken(what))
    }

    /// Whether a right is missing.
    pub(crate) fn is_forbidden(&self) -> bool {
        match self {
            Self::Told(told) => told.code == ErrorCode::Forbidden,
            Self::Command(error) => matches!(**error, CommandError::Forbidden(_)),
        }
    }

    /// What a resolver answered; `None` where the error is async-graphql's own. What no resolver
    /// of ours gives is a fault.
    pub(crate) fn behind(error: &ServerError) -> Option<Self> {
        let source = Arc::clone(error.source.as_ref()?);
        let known = source.downcast::<Self>().map(|failure| (*failure).clone());
        let known = known.or_else(|other| other.downcast::<CommandError>().map(Self::Command));
        let known = known
            .or_else(|other| other.downcast::<Forbidden>().map(|forbidden| Self::from(*forbidden)));
        Some(known.unwrap_or_else(|_| Self::broken(error.message.clone())))
    }

    /// The sentence, where it is what was asked for that is wrong.
    pub(crate) fn told_of_input(&self) -> Option<Text> {
        match self {
            Self::Told(told) if told.code == ErrorCode::BadUserInput => Some(told.text.clone()),
            Self::Command(error) => match error.as_ref() {
                CommandError::Refused(refusal) => Some(refusal.text.clone()),
                _ => None,
            },
            Self::Told(_) => None,
        }
    }

    /// The sentence for people; `None` where the machinery failed.
    pub(crate) fn told_to_people(&self) -> Option<Text> {
        match self {
            Self::Told(told) => Some(told.text.clone()),
            Self::Command(error) => match error.as_ref() {
                CommandError::Refused(refusal) => Some(refusal.text.clone()),
                CommandError::Forbidden(Forbidden(right)) => Some(needed(*right)),
                CommandError::NotFound => {
                    Some(Text::new("there is no such record", "такой записи нет"))
                }
                _ => None,
            },
        }
    }

    /// Adds facts for programs.
    #[must_use]
    pub fn with(self, details: Value) -> Self {
        match self {
            Self::Told(told) => Self::Told(Box::new(Told { details: Some(details), ..*told })),
            command @ Self::Command(_) => command,
        }
    }

    /// The GraphQL error, with its code and its sentence in one language.
    #[must_use]
    pub fn into_server_error(self, language: Language) -> ServerError {
        let mut error = ServerError::new("", None);
        tell(&mut error, &self, language);
        error
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told(told) => f.write_str(&told.text.en),
            Self::Command(error) => error.fmt(f),
        }
    }
}

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Self {
        Self::Command(Arc::new(error))
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        CommandError::from(fault).into()
    }
}

impl From<Forbidden> for Failure {
    fn from(forbidden: Forbidden) -> Self {
        CommandError::from(forbidden).into()
    }
}

/// Gives every error of a response its code and its sentence.
#[must_use]
pub fn present(mut response: Response, language: Language) -> Response {
    for error in &mut response.errors {
        put_null(&mut response.data, &error.path);
        present_error(error, language);
    }
    response
}

/// Puts null where a field failed (GraphQL specification, 6.4.4). async-graphql 7.2 leaves the
/// field out, and makes the whole object null where all its fields failed: a client could not
/// tell a customer whose credit limit he may not see from one that is not there. The root stays
/// as it is.
fn put_null(data: &mut Async, path: &[PathSegment]) {
    let Some((PathSegment::Field(root), rest)) = path.split_first() else { return };
    let Async::Object(fields) = data else { return };
    let mut place = fields.entry(Name::new(root)).or_insert(Async::Null);
    for segment in rest {
        if matches!((&*place, segment), (Async::Null, PathSegment::Field(_))) {
            *place = Async::Object(IndexMap::new());
        }
        place = match (place, segment) {
            (Async::Object(fields), PathSegment::Field(name)) => {
                fields.entry(Name::new(name)).or_insert(Async::Null)
            }
            (Async::List(items), PathSegment::Index(index)) => match items.get_mut(*index) {
                Some(item) => item,
                None => return,
            },
            _ => return,
        };
    }
}

fn present_error(error: &mut ServerError, language: Language) {
    match Failure::behind(error) {
        Some(failure) => {
            error.source = None;
            tell(error, &failure, language);
        }
        None => present_input_error(error, language),
    }
}

/// Errors without a source are those of async-graphql itself: syntax, validation, input values.
fn present_input_error(error: &mut ServerError, language: Language) {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set("code", ErrorCode::BadUserInput.as_str());
    }
    if let Some(async_graphql::Value::String(russian)) = extensions.get(IN_RUSSIAN)
        && language == Language::Ru
    {
        error.message.clone_from(russian);
    }
    extensions.unset(IN_RUSSIAN);
}

fn tell(error: &mut ServerError, failure: &Failure, language: Language) {
    match failure {
        Failure::Told(told) => {
            set(error, told.code, told.text.get(language), told.details.as_ref());
        }
        Failure::Command(command) => tell_command(error, command, language),
    }
}

fn tell_command(error: &mut ServerError, command: &CommandError, language: Language) {
    let say = |en, ru| if language == Language::Ru { ru } else { en };
    match command {
        CommandError::Refused(refusal) => {
            let message = refusal.message(language);
            set(error, ErrorCode::BadUserInput, message, refusal.details.as_ref());
        }
        CommandError::Forbidden(Forbidden(right)) => {
            set(error, ErrorCode::Forbidden, needed(*right).get(language), None);
        }
        CommandError::NotFound => {
            let message = say("there is no such record", "такой записи нет");
            set(error, ErrorCode::NotFound, message, None);
        }
        CommandError::IdempotencyMismatch => {
            let message = say(
                "this idempotency key was used with other input",
                "этот ключ идемпотентности уже использован с другими данными",
            );
            set(error, ErrorCode::IdempotencyMismatch, message, None);
        }
        CommandError::Fault(fault) if fault.is_unavailable() => {
            tracing::warn!(%fault, "a request could not be served now");
            let message = say("too busy now, try again", "сервер занят, повторите позже");
            set(error, ErrorCode::Unavailable, message, None);
        }
        CommandError::Fault(fault) => hide(error, &fault.to_string(), language),
    }
}

fn needed(right: Right) -> Text {
    let right = format!("{}.{}", right.object(), right.act());
    Text::new(format!("the right {right} is needed"), format!("нужно право {right}"))
}

/// Shows a trace id and logs the text under the same one.
fn hide(error: &mut ServerError, text: &str, language: Language) {
    let trace = Uuid::new_v4().simple().to_string();
    tracing::error!(trace_id = %trace, path = ?error.path, fault = text, "a request failed");
    let message = match language {
        Language::En => "the server failed; tell support the trace id",
        Language::Ru => "сбой на сервере; сообщите поддержке номер traceId",
    };
    set(error, ErrorCode::Internal, message, None);
    error.extensions.get_or_insert_default().set("traceId", trace);
}

fn set(error: &mut ServerError, code: ErrorCode, message: &str, details: Option<&Value>) {
    message.clone_into(&mut error.message);
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("code", code.as_str());
    if let Some(details) = details {
        // Any JSON has a GraphQL form.
        let details = async_graphql::Value::from_json(details.clone()).unwrap_or_default();
        extensions.set("details", details);
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};

    use super::*;

    struct Root;

    struct Customer;

    #[Object]
    impl Customer {
        async fn name(&self) -> &str {
            "Vostok"
        }

        async fn limit(&self) -> async_graphql::Result<Option<i32>> {
            Err(Forbidden(access::Right::TermsRead))?
        }
    }

    #[Object]
    impl Root {
        async fn customers(&self) -> Vec<Customer> {
            vec![Customer, Customer]
        }

        async fn forbidden(&self) -> async_graphql::Result<i32> {
            Err(Forbidden(access::Right::CostRead))?
        }

        async fn fault(&self) -> async_graphql::Result<i32> {
            Err(Fault::broken("password=secret"))?
        }

        async fn foreign(&self) -> async_graphql::Result<i32> {
            Err(std::io::Error::other("/etc/secret"))?
        }

        async fn gone(&self) -> async_graphql::Result<i32> {
            Err(CommandError::NotFound)?
        }

        async fn number(&self, n: i32) -> i32 {
            n
        }
    }

    #[tokio::test]
    async fn a_field_that_failed_is_null_and_its_object_stays() {
        let schema = Schema::new(Root, EmptyMutation, EmptySubscription);
        let query = "{ all: customers { name most: limit } bare: customers { limit } }";
        let response = present(schema.execute(query).await, Language::En);
        assert_eq!(response.errors.len(), 4);
        let named = serde_json::json!({"name": "Vostok", "most": null});
        let bare = serde_json::json!({"limit": null});
        let expected = serde_json::json!({"all": [named, named], "bare": [bare, bare]});
        assert_eq!(serde_json::to_value(response.data).unwrap(), expected);
    }

    async fn ask(query: &str, language: Language) -> ServerError {
        let schema = Schema::new(Root, EmptyMutation, EmptySubscription);
        present(schema.execute(query).await, language).errors.remove(0)
    }

    fn code(error: &ServerError) -> String {
        error.extensions.as_ref().unwrap().get("code").unwrap().to_string().replace('"', "")
    }

    #[tokio::test]
    async fn every_error_has_a_code() {
        for (query, expected) in [
            ("{ forbidden }", "FORBIDDEN"),
            ("{ gone }", "NOT_FOUND"),
            ("{ number(n: 3000000000) }", "BAD_USER_INPUT"),
            ("{ nothing }", "BAD_USER_INPUT"),
            ("{ number(", "BAD_USER_INPUT"),
        ] {
            let error = ask(query, Language::En).await;
            assert_eq!(code(&error), expected, "{query}: {}", error.message);
            assert!(!error.message.is_empty());
        }
    }

    #[tokio::test]
    async fn a_fault_shows_a_trace_id_and_nothing_else() {
        for query in ["{ fault }", "{ foreign }"] {
            let error = ask(query, Language::Ru).await;
            let shown = serde_json::to_string(&error).unwrap();
            assert_eq!(code(&error), "INTERNAL");
            assert!(shown.contains("traceId") && !shown.contains("secret"), "{shown}");
            assert!(error.message.contains("сбой"), "{shown}");
        }
    }
}
