//! Messages and close codes of the graphql-transport-ws sub-protocol.

use async_graphql::Response as Answer;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer;
use crate::request::Params;

/// The sub-protocol's name.
pub(crate) const PROTOCOL: &str = "graphql-transport-ws";

/// What a client may say.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Said {
    /// The first message, with the token.
    ConnectionInit {
        #[serde(default)]
        payload: Option<Init>,
    },
    Ping {
        #[serde(default)]
        payload: Option<Value>,
    },
    Pong {},
    Subscribe {
        id: String,
        payload: Params,
    },
    Complete {
        id: String,
    },
}

/// The payload of `connection_init`: headers under another name.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Init {
    #[serde(alias = "Authorization")]
    pub(crate) authorization: Option<String>,
    #[serde(alias = "Accept-Language", alias = "acceptLanguage", alias = "accept-language")]
    pub(crate) language: Option<String>,
}

/// Why a socket is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Farewell {
    /// The server stops.
    GoingAway,
    /// A message that is none of the protocol's.
    Invalid(String),
    /// `subscribe` before `connection_init`.
    Unauthorized,
    /// The token is wrong, expired or revoked.
    Forbidden,
    /// The client offered another sub-protocol.
    WrongProtocol,
    /// No `connection_init` in time.
    InitTimeout,
    /// Two operations with one id.
    Duplicate(String),
    /// A second `connection_init`.
    TooManyInits,
    /// It cannot be known now whether the token is good.
    Unavailable,
}

impl Farewell {
    /// The close code and its reason (at most 123 bytes go into a close frame).
    pub(crate) fn frame(&self) -> (u16, String) {
        let (code, reason) = match self {
            Self::GoingAway => (1001, "Going away".to_owned()),
            Self::Invalid(why) => (4400, format!("Invalid message: {why}")),
            Self::Unauthorized => (4401, "Unauthorized".to_owned()),
            Self::Forbidden => (4403, "Forbidden".to_owned()),
            Self::WrongProtocol => (4406, "Subprotocol not acceptable".to_owned()),
            Self::InitTimeout => (4408, "Connection initialisation timeout".to_owned()),
            Self::Duplicate(id) => (4409, format!("Subscriber for {id} already exists")),
            Self::TooManyInits => (4429, "Too many initialisation requests".to_owned()),
            Self::Unavailable => (1013, "Try again later".to_owned()),
        };
        let end = (0..=reason.len().min(120)).rev().find(|end| reason.is_char_boundary(*end));
        (code, reason[..end.unwrap_or(0)].to_owned())
    }
}

pub(crate) fn ack() -> String {
    json!({"type": "connection_ack"}).to_string()
}

pub(crate) fn pong(payload: Option<Value>) -> String {
    match payload {
        Some(payload) => json!({"type": "pong", "payload": payload}).to_string(),
        None => json!({"type": "pong"}).to_string(),
    }
}

/// `next`, put together from the answer's own bytes.
pub(crate) fn next(id: &str, answer: &Answer) -> String {
    let payload = answer::json(answer);
    format!(
        "{{\"id\":{},\"type\":\"next\",\"payload\":{}}}",
        Value::from(id),
        String::from_utf8_lossy(&payload)
    )
}

/// `error`: the operation was not executed.
pub(crate) fn error(id: &str, answer: &Answer) -> String {
    json!({"id": id, "type": "error", "payload": answer.errors}).to_string()
}

pub(crate) fn complete(id: &str) -> String {
    json!({"id": id, "type": "complete"}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_messages_of_the_protocol_are_understood() {
        for (text, understood) in [
            (r#"{"type":"connection_init"}"#, true),
            (r#"{"type":"connection_init","payload":{"Authorization":"Bearer x"}}"#, true),
            (r#"{"type":"connection_init","payload":null}"#, true),
            (r#"{"type":"ping","payload":{"a":1}}"#, true),
            (r#"{"type":"pong"}"#, true),
            (r#"{"type":"subscribe","id":"1","payload":{"query":"{ a }"}}"#, true),
            (r#"{"type":"subscribe","id":"1"}"#, false),
            (r#"{"type":"subscribe","payload":{"query":"{ a }"}}"#, false),
            (r#"{"type":"complete","id":"1"}"#, true),
            (r#"{"type":"start","id":"1"}"#, false),
            (r#"{"id":"1"}"#, false),
            ("hello", false),
        ] {
            assert_eq!(serde_json::from_str::<Said>(text).is_ok(), understood, "{text}");
        }
    }

    #[test]
    fn a_reason_fits_its_frame() {
        let (code, reason) = Farewell::Invalid("ё".repeat(200)).frame();
        assert_eq!(code, 4400);
        assert!(reason.len() <= 120 && reason.starts_with("Invalid message: ё"));
    }
}
