//! Answers over HTTP: one as JSON, or many as server-sent events by the "distinct connections"
//! mode of the graphql-sse protocol.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Response as Answer;
use async_graphql::parser::types::OperationType;
use axum::body::Body;
use axum::response::Response;
use futures::stream::{self, BoxStream, StreamExt};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};

use crate::Api;
use crate::accept::Form;
use crate::answer::{json, refusal, unread, written};
use crate::gate::{Denied, ended};
use crate::http_graphql::denial;
use crate::operation::{Client, Operation};
use crate::request::Unread;

/// A comment this often keeps proxies from closing a quiet stream.
const KEEP_ALIVE: Duration = Duration::from_secs(12);

/// Executes an operation in the form the client asked for.
pub(crate) async fn execute(
    api: &Arc<Api>,
    operation: Operation,
    client: Client,
    form: Form,
) -> Response {
    if form == Form::EventStream {
        return events(api, operation, &client);
    }
    if operation.judged.kind == OperationType::Subscription {
        let refused = Unread::new(
            StatusCode::NOT_ACCEPTABLE,
            "a subscription needs Accept: text/event-stream, or /graphql/ws",
            "подписке нужен Accept: text/event-stream или /graphql/ws",
        );
        return unread(refused, form, client.language);
    }
    let kind = operation.judged.kind;
    let began = std::time::Instant::now();
    let answer = api.answer(operation).await;
    let kind = if kind == OperationType::Mutation { "mutation" } else { "query" };
    let ok = if answer.errors.is_empty() { "ok" } else { "error" };
    metrics::counter!("oborot_operations_total", "kind" => kind, "result" => ok).increment(1);
    metrics::histogram!("oborot_operation_seconds", "kind" => kind).record(began.elapsed());
    written(&answer, form)
}

fn events(api: &Arc<Api>, operation: Operation, client: &Client) -> Response {
    let answers = api.answers(operation);
    let answers = until_ended(api, client, answers);
    let answers = answers.map(Some).chain(stream::once(async { None }));
    let pieces = kept_alive(answers.boxed()).take_until(api.stopping.clone().cancelled_owned());
    let mut response = Response::new(Body::from_stream(pieces.map(Ok::<_, Infallible>)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The events as they are sent, with a comment first, so that the client knows it is heard, and
/// whenever nothing was said for a while.
fn kept_alive(answers: BoxStream<'static, Option<Answer>>) -> BoxStream<'static, Vec<u8>> {
    let comment = || b":\n\n".to_vec();
    let events = stream::unfold(answers, move |mut answers| async move {
        match tokio::time::timeout(KEEP_ALIVE, answers.next()).await {
            Ok(Some(answer)) => Some((event(answer.as_ref()), answers)),
            Ok(None) => None,
            Err(_) => Some((comment(), answers)),
        }
    });
    stream::once(async move { comment() }).chain(events).boxed()
}

fn event(answer: Option<&Answer>) -> Vec<u8> {
    match answer {
        Some(answer) => {
            // JSON has no line breaks of its own, so one line of data holds it.
            let mut text = b"event: next\ndata: ".to_vec();
            text.extend(json(answer));
            text.extend(b"\n\n");
            text
        }
        // Browsers drop events without data, so an empty line of it is sent.
        None => b"event: complete\ndata:\n\n".to_vec(),
    }
}

enum Piece {
    Answer(Box<Answer>),
    Over,
    Ended,
}

/// Answers until the caller's token expires or is revoked; then one that says so.
fn until_ended(
    api: &Arc<Api>,
    client: &Client,
    answers: BoxStream<'static, Answer>,
) -> BoxStream<'static, Answer> {
    let (Some(admitted), Some(token)) = (&client.admitted, &client.token) else { return answers };
    let ended = ended(Arc::clone(&api.gate), Arc::clone(token), admitted.clone());
    let ended = stream::once(ended).map(|()| Piece::Ended);
    let answers = answers
        .map(|answer| Piece::Answer(Box::new(answer)))
        .chain(stream::once(async { Piece::Over }));
    let language = client.language;
    let begin = (stream::select(answers, ended).boxed(), false);
    stream::unfold(begin, move |(mut pieces, is_over)| async move {
        if is_over {
            return None;
        }
        match pieces.next().await? {
            Piece::Answer(answer) => Some((*answer, (pieces, false))),
            Piece::Over => None,
            Piece::Ended => {
                let failure = denial(Denied::Unauthenticated);
                Some((refusal(failure.into_server_error(language)), (pieces, true)))
            }
        }
    })
    .boxed()
}
