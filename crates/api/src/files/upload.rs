//! `POST /files`: one file for one record, as a form: `subjectId`, `kind` if any, then `file`.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{InputType, Value};
use axum::Json;
use axum::body::{Body, BodyDataStream};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use db::{CommandError, apart};
use files::{AttachmentKind, Files, Upload, UploadError, too_large};
use futures::{Stream, StreamExt};
use graph::files::Attachment;
use graph::{AnyId, ErrorCode, Failure, Session};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use multer::{Constraints, Field, Multipart, SizeLimit};
use serde_json::json;

use super::answer::Refused;
use super::enter;
use crate::Api;
use crate::http_graphql::language;

/// Points of cost of a file: it is written twice, to the store and to the database.
const COST: u64 = 100;
/// How long a form may take as a whole; 64 MiB in it are 220 KiB a second.
const FORM_TIME: Duration = Duration::from_secs(300);
/// How long a client may send nothing.
const SILENCE: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 15 });
/// What a form holds besides the file: two short fields and their heads.
const AROUND_BYTES: u64 = 16 * 1024;
/// A field besides the file.
const FIELD_BYTES: u64 = 256;
/// How long, and how much, is still read of a form that was refused: many clients look at the
/// answer only when they have sent all.
const LINGER: Duration = Duration::from_secs(5);
const LINGER_BYTES: usize = 128 * 1024 * 1024;

/// `POST /files`.
pub(super) async fn post(State(api): State<Arc<Api>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match take(&api, &parts, body).await {
        Ok(attachment) => {
            let told = attachment.to_json();
            let place = [(LOCATION, told["url"].as_str().unwrap_or_default().to_owned())];
            (StatusCode::CREATED, place, Json(json!({ "attachment": told }))).into_response()
        }
        Err(refused) => refused.into_response(language(&parts.headers)),
    }
}

async fn take(api: &Api, parts: &Parts, body: Body) -> Result<Attachment, Refused> {
    let mut stream = body.into_data_stream();
    let received = async {
        let session = enter(api, parts, COST).await?;
        let files = session.files()?.clone();
        let boundary = boundary(&parts.headers)?;
        refuse_if_longer(&parts.headers, files.limit_bytes())?;
        let form = receive(&session, &files, &mut stream, boundary);
        let form = tokio::time::timeout(FORM_TIME, form).await.map_err(|_| too_slow())??;
        Ok((session, files, form))
    };
    match received.await {
        Ok((session, files, form)) => keep(session, files, form).await,
        Err(refused) => {
            linger(&mut stream).await;
            Err(refused)
        }
    }
}

/// A form whose file is on its last step.
struct Form {
    subject: AnyId,
    kind: AttachmentKind,
    upload: Upload,
}

async fn receive(
    session: &Session,
    files: &Files,
    stream: &mut BodyDataStream,
    boundary: String,
) -> Result<Form, Refused> {
    let sizes = SizeLimit::new()
        .whole_stream(files.limit_bytes() + AROUND_BYTES)
        .for_field("subjectId", FIELD_BYTES)
        .for_field("kind", FIELD_BYTES);
    let constraints = Constraints::new().size_limit(sizes);
    let mut form = Multipart::with_constraints(stream, boundary, constraints);
    let (mut subject, mut kind) = (None, None);
    let mut file = loop {
        let field = next(&mut form, files).await?;
        let field = field.ok_or_else(|| wrong("the field file is missing", "нет поля file"))?;
        match field.name() {
            Some("file") => break field,
            Some("subjectId") if subject.is_none() => subject = Some(subject_of(field).await?),
            Some("kind") if kind.is_none() => kind = Some(kind_of(field).await?),
            _ => return Err(unknown_field()),
        }
    };
    let subject = subject.ok_or_else(|| {
        wrong("the field subjectId is missing before file", "перед file нет поля subjectId")
    })?;
    graph::files::may_attach(session, &subject).await?;
    let name = file.file_name().unwrap_or_default();
    let tenant = session.scope()?.tenant();
    let mut upload = Upload::begin(files, tenant, name).await.map_err(refused)?;
    while let Some(piece) = in_time(file.chunk()).await?.map_err(|error| broken(&error, files))? {
        upload.write(&piece).await.map_err(refused)?;
    }
    drop(file);
    if next(&mut form, files).await?.is_some() {
        return Err(wrong(
            "one file a request, and nothing behind it",
            "в запросе один файл, и после него ничего",
        ));
    }
    Ok(Form { subject, kind: kind.unwrap_or_default(), upload })
}

/// Ends the file and writes its row, in a task of its own: a client that hangs up now leaves
/// either both or nothing.
async fn keep(session: Session, files: Files, form: Form) -> Result<Attachment, Refused> {
    let work = async move {
        let stored = form.upload.finish().await.map_err(refused)?;
        let (tenant, id) = (session.scope()?.tenant(), stored.id);
        let attached = graph::files::attach(&session, &form.subject, form.kind, stored).await;
        if let Err(failure) = &attached
            && is_certain(failure)
            && let Err(error) = files.discard(tenant, id).await
        {
            tracing::warn!(%error, "a file without a row waits for the sweeper");
        }
        Ok(attached?)
    };
    apart("an upload", work).await.unwrap_or_else(|stopped| Err(Failure::from(stopped).into()))
}

/// Whether there is no row for sure. After a fault there may be one: the commit may have reached
/// the database and its answer not us. Then the sweeper finds out.
fn is_certain(failure: &Failure) -> bool {
    match failure {
        Failure::Command(error) => !matches!(**error, CommandError::Fault(_)),
        Failure::Told(_) => true,
    }
}

async fn next<'f>(form: &mut Multipart<'f>, files: &Files) -> Result<Option<Field<'f>>, Refused> {
    in_time(form.next_field()).await?.map_err(|error| broken(&error, files))
}

async fn text(field: Field<'_>) -> Result<String, Refused> {
    let told = in_time(field.bytes()).await?;
    let told = told.ok().and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
    told.ok_or_else(|| {
        wrong("a field is too long or not in UTF-8", "поле слишком длинное или не в UTF-8")
    })
}

async fn subject_of(field: Field<'_>) -> Result<AnyId, Refused> {
    AnyId::parse(Some(Value::String(text(field).await?))).map_err(|_| {
        wrong("subjectId is not an id of this API", "subjectId — не идентификатор этого API")
    })
}

async fn kind_of(field: Field<'_>) -> Result<AttachmentKind, Refused> {
    AttachmentKind::parse(&text(field).await?)
        .ok_or_else(|| wrong("kind is FILE or PHOTO", "kind — это FILE или PHOTO"))
}

async fn in_time<T>(step: impl Future<Output = T>) -> Result<T, Refused> {
    tokio::time::timeout(SILENCE, step).await.map_err(|_| too_slow())
}

async fn linger(stream: &mut (impl Stream<Item = Result<bytes::Bytes, axum::Error>> + Unpin)) {
    let drain = async {
        let mut left = LINGER_BYTES;
        while let Some(Ok(piece)) = stream.next().await {
            let Some(less) = left.checked_sub(piece.len()) else { return };
            left = less;
        }
    };
    // What is not read by then is cut off.
    let _ = tokio::time::timeout(LINGER, drain).await;
}

fn boundary(headers: &HeaderMap) -> Result<String, Refused> {
    let told = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    told.and_then(|told| multer::parse_boundary(told).ok()).ok_or_else(|| {
        Refused::with_status(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send multipart/form-data",
            "отправляйте multipart/form-data",
        )
    })
}

/// A form that tells beforehand that it is too long is not waited for.
fn refuse_if_longer(headers: &HeaderMap, limit_bytes: u64) -> Result<(), Refused> {
    let told = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if told.is_some_and(|told: u64| told > limit_bytes + AROUND_BYTES) {
        return Err(CommandError::from(too_large(limit_bytes)).into());
    }
    Ok(())
}

fn wrong(en: &str, ru: &str) -> Refused {
    Refused::form(en, ru)
}

fn unknown_field() -> Refused {
    wrong(
        "the form holds subjectId, kind if any, then file, each once",
        "в форме поля subjectId, при необходимости kind, затем file, каждое один раз",
    )
}

fn too_slow() -> Refused {
    Refused::with_status(
        StatusCode::REQUEST_TIMEOUT,
        "the form did not come in time",
        "форма не пришла вовремя",
    )
}

fn broken(error: &multer::Error, files: &Files) -> Refused {
    match error {
        multer::Error::StreamSizeExceeded { .. } => {
            CommandError::from(too_large(files.limit_bytes())).into()
        }
        multer::Error::StreamReadFailed(_) => wrong("the form broke off", "форма оборвалась"),
        _ => wrong("the form is broken", "форма повреждена"),
    }
}

fn refused(error: UploadError) -> Refused {
    match error {
        UploadError::Refused(refusal) => CommandError::Refused(refusal).into(),
        UploadError::Busy => Failure::told(
            ErrorCode::Unavailable,
            "too many files are being sent now, try again",
            "сейчас передаётся слишком много файлов, повторите позже",
        )
        .into(),
        UploadError::Store(error) => {
            tracing::error!(%error, "a file could not be stored");
            Failure::told(
                ErrorCode::Unavailable,
                "the file cannot be stored now, try again",
                "файл сейчас не сохранить, повторите позже",
            )
            .into()
        }
    }
}
