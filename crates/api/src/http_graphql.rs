//! `/graphql`: POST and GET by the GraphQL-over-HTTP specification, and a page for browsers.

use std::net::SocketAddr;
use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use axum::extract::rejection::QueryRejection;
use axum::extract::{ConnectInfo, Query, Request, State};
use axum::response::{IntoResponse, Response};
use graph::{ErrorCode, Failure};
use http::header::{ACCEPT_LANGUAGE, ALLOW};
use http::{Extensions, HeaderMap, StatusCode};
use kernel::Language;

use crate::Api;
use crate::accept::{self, Form};
use crate::answer::{refusal, unread, written};
use crate::gate::{Denied, bearer};
use crate::operation::Client;
use crate::request::{self, Address, Params, Unread};

/// `POST /graphql`.
pub(crate) async fn post(State(api): State<Arc<Api>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let language = language(&parts.headers);
    let Some(form) = accept::form(&parts.headers) else {
        return unread(not_acceptable(), Form::Json, language);
    };
    if !accept::is_json(&parts.headers) || !accept::is_plain(&parts.headers) {
        let refused = Unread::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send application/json in UTF-8, not compressed",
            "отправляйте application/json в UTF-8 без сжатия",
        );
        return unread(refused, form, language);
    }
    let params = match request::body(body).await.and_then(|bytes| request::json(&bytes)) {
        Ok(params) => params,
        Err(refused) => return unread(refused, form, language),
    };
    match client(&api, &parts.headers, &parts.extensions).await {
        Ok(client) => serve(&api, params, client, form).await,
        Err(denied) => refused(denied, form, language),
    }
}

/// `GET /graphql`: a query in the address, or the page of the IDE.
pub(crate) async fn get(
    State(api): State<Arc<Api>>,
    address: Result<Query<Address>, QueryRejection>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let language = language(&parts.headers);
    let has_query = address.as_ref().is_ok_and(|address| address.query.is_some());
    if accept::wants_page(&parts.headers) && !has_query {
        return crate::ide::page().into_response();
    }
    let Some(form) = accept::form(&parts.headers) else {
        return unread(not_acceptable(), Form::Json, language);
    };
    let params = match address {
        Ok(Query(address)) => address.params(),
        Err(rejection) => Err(Unread::new(
            StatusCode::BAD_REQUEST,
            format!("the address cannot be read: {rejection}"),
            format!("адрес запроса не разобран: {rejection}"),
        )),
    };
    let params = match params {
        Ok(params) => params,
        Err(refused) => return unread(refused, form, language),
    };
    match client(&api, &parts.headers, &parts.extensions).await {
        Ok(client) => serve_read_only(&api, params, client, form).await,
        Err(denied) => refused(denied, form, language),
    }
}

/// An address that is none of ours.
pub(crate) async fn nowhere(headers: HeaderMap) -> Response {
    let refused = Unread {
        status: StatusCode::NOT_FOUND,
        failure: Failure::told(
            ErrorCode::NotFound,
            "there is nothing at this address; GraphQL is at /graphql",
            "по этому адресу ничего нет; GraphQL — по адресу /graphql",
        ),
    };
    unread(refused, Form::Json, language(&headers))
}

/// A method that an address does not take; the router names in `Allow` those it does.
pub(crate) async fn other_method(headers: HeaderMap) -> Response {
    let refused = Unread::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "this address does not take this method",
        "этот адрес не принимает такой метод",
    );
    let mut response = unread(refused, Form::Json, language(&headers));
    response.headers_mut().remove(ALLOW);
    response
}

async fn serve_read_only(api: &Arc<Api>, params: Params, client: Client, form: Form) -> Response {
    let language = client.language;
    match api.prepare(params, &client).await {
        Ok(operation) if operation.judged.kind == OperationType::Mutation => unread(
            Unread::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "mutations are sent by POST",
                "мутации отправляются методом POST",
            ),
            form,
            language,
        ),
        Ok(operation) => crate::sse::execute(api, operation, client, form).await,
        Err(answer) => written(&answer, form),
    }
}

async fn serve(api: &Arc<Api>, params: Params, client: Client, form: Form) -> Response {
    match api.prepare(params, &client).await {
        Ok(operation) => crate::sse::execute(api, operation, client, form).await,
        Err(answer) => written(&answer, form),
    }
}

/// Who is asking: nobody where there is no token, an error where there is a wrong one.
async fn client(api: &Api, headers: &HeaderMap, extensions: &Extensions) -> Result<Client, Denied> {
    let address = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let (admitted, token) = match bearer(headers)? {
        Some(token) => (Some(api.gate.admit(token).await?), Some(Arc::from(token))),
        None => (None, None),
    };
    Ok(Client { admitted, token, language: language(headers), address })
}

pub(crate) fn language(headers: &HeaderMap) -> Language {
    let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    header.map_or(Language::En, Language::from_accept)
}

fn refused(denied: Denied, form: Form, language: Language) -> Response {
    written(&refusal(denial(denied).into_server_error(language)), form)
}

pub(crate) fn denial(denied: Denied) -> Failure {
    match denied {
        Denied::Unauthenticated => Failure::told(
            ErrorCode::Unauthenticated,
            "the token is wrong, expired or revoked",
            "токен неверен, истёк или отозван",
        ),
        Denied::Unavailable => Failure::told(
            ErrorCode::Unavailable,
            "too busy now, try again",
            "сервер занят, повторите позже",
        ),
    }
}

fn not_acceptable() -> Unread {
    Unread::new(
        StatusCode::NOT_ACCEPTABLE,
        "accept application/graphql-response+json, application/json or text/event-stream",
        "принимайте application/graphql-response+json, application/json или text/event-stream",
    )
}
