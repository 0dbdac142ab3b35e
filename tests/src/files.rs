//! Files as people send and fetch them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Response;
use serde_json::{Value, json};

use crate::actor::{Actor, text};
use crate::company::Company;

/// What stands between the parts of a form.
pub const BOUNDARY: &str = "----a-boundary-of-the-stories";

/// The beginning of a form with one file; its content and [`form_end`] follow.
pub fn form_head(subject: &str, kind: Option<&str>, name: &str) -> Vec<u8> {
    let field = |name: &str, value: &str| {
        format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        )
    };
    let mut head = field("subjectId", subject);
    head.extend(kind.map(|kind| field("kind", kind)));
    head += &format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    head.into_bytes()
}

/// The end of a form.
pub fn form_end() -> Vec<u8> {
    format!("\r\n--{BOUNDARY}--\r\n").into_bytes()
}

/// A whole form with one file.
pub fn form(subject: &str, kind: Option<&str>, name: &str, content: &[u8]) -> Vec<u8> {
    [form_head(subject, kind, name), content.to_vec(), form_end()].concat()
}

/// Sends a form: the status and the answer.
pub async fn post(actor: &Actor, form: Vec<u8>) -> (u16, Value) {
    let sent = reqwest::Client::new()
        .post(format!("{}/files", actor.url))
        .bearer_auth(&actor.token)
        .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
        .body(form)
        .send();
    let response = sent.await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// Attaches a file; a refusal stops the story. Gives the attachment.
pub async fn upload(actor: &Actor, subject: &str, name: &str, content: &[u8]) -> Value {
    let (status, mut told) = post(actor, form(subject, None, name, content)).await;
    assert_eq!(status, 201, "{}: {told}", actor.name);
    told["attachment"].take()
}

/// Tries to attach a file that is refused: the status and the code.
pub async fn refused(actor: &Actor, form: Vec<u8>) -> (u16, String) {
    let (status, told) = post(actor, form).await;
    assert!(status >= 400, "{}: {told}", actor.name);
    (status, text(&told["errors"][0]["extensions"]["code"]))
}

/// Fetches a file, with further headers.
pub async fn fetch(actor: &Actor, id: &Value, headers: &[(&str, &str)]) -> Response {
    let address = format!("{}/files/{}", actor.url, text(id));
    let mut request = reqwest::Client::new().get(address).bearer_auth(&actor.token);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

/// Waits until an export is over and gives it.
pub async fn export_is_over(actor: &Actor, id: &Value) -> Value {
    let query = "query($id: ID!) { exportJob(id: $id) {
        id state rowsTotal rowsWritten failure asOf file { id name sizeBytes } } }";
    for _ in 0..600 {
        let mut told = actor.ask(query, json!({"id": id})).await;
        let job = told["exportJob"].take();
        if !matches!(job["state"].as_str(), Some("WAITING" | "RUNNING")) {
            return job;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the export does not end");
}

/// The company's tenant, as the program knows it inside.
pub async fn tenant_of(company: &Company) -> uuid::Uuid {
    let told = company.director.ask("{ viewer { tenant { id } } }", json!({})).await;
    let id = URL_SAFE_NO_PAD.decode(text(&told["viewer"]["tenant"]["id"])).unwrap();
    String::from_utf8(id).unwrap().split_once(':').unwrap().1.parse().unwrap()
}
