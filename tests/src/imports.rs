//! Files brought in, as people do it.

use std::io::Write;
use std::time::Duration;

use serde_json::{Value, json};
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::actor::{Actor, text};
use crate::company::{Company, PASSWORD, merge};
use crate::files::upload;

/// All there is to know of an import.
pub const JOB: &str = "id kind mode state rowsTotal rowsRead rowsCreated rowsUpdated rowsUnchanged
    rowsBad failure fields unknownColumns report { id name }
    badRows(first: 250) { nodes { row column reason } }";

/// What the files of a person hang on before they are brought in: the person.
pub async fn inbox(actor: &Actor) -> String {
    let told = actor.ask("{ viewer { user { id } } }", json!({})).await;
    text(&told["viewer"]["user"]["id"])
}

/// A person of another role than a company has at its start.
pub async fn colleague(company: &Company, role: &str) -> Actor {
    let email = company.email(role);
    let input = json!({"email": email, "name": role, "password": PASSWORD, "roles": [role]});
    company.admin.does("createUser", input, "user { id }").await;
    Actor::sign_in_at(&company.admin.url, &company.slug, &email, PASSWORD).await
}

/// Sends a file and starts to bring it in; gives the import's id.
pub async fn start(
    actor: &Actor,
    (kind, mode): (&str, &str),
    name: &str,
    content: &[u8],
    more: Value,
) -> Value {
    let file = upload(actor, &inbox(actor).await, name, content).await["id"].clone();
    let mut input = json!({"kind": kind, "mode": mode, "fileId": file});
    merge(&mut input, more);
    let mut started = actor.does("startImport", input, "importJob { id }").await;
    started["importJob"]["id"].take()
}

/// Sends a file and brings it in; gives the import once it is over.
pub async fn import(actor: &Actor, kind: &str, mode: &str, name: &str, content: &[u8]) -> Value {
    let id = start(actor, (kind, mode), name, content, json!({})).await;
    over(actor, &id).await
}

/// The import as it is now.
pub async fn job(actor: &Actor, id: &Value) -> Value {
    let query = format!("query($id: ID!) {{ importJob(id: $id) {{ {JOB} }} }}");
    actor.ask(&query, json!({"id": id})).await["importJob"].take()
}

/// Waits until an import is over.
pub async fn over(actor: &Actor, id: &Value) -> Value {
    until(actor, id, |job| !matches!(job["state"].as_str(), Some("WAITING" | "RUNNING"))).await
}

/// Waits until something is true of an import.
pub async fn until(actor: &Actor, id: &Value, is_so: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..900 {
        let job = job(actor, id).await;
        if is_so(&job) {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it does not come to that: {}", job(actor, id).await);
}

/// Rows that made a record, changed one, changed nothing, were left out.
pub fn counts(job: &Value) -> [i64; 4] {
    ["rowsCreated", "rowsUpdated", "rowsUnchanged", "rowsBad"].map(|n| job[n].as_i64().unwrap())
}

/// Row and column of each reason, in the order of the file.
pub fn places(job: &Value) -> Vec<(i64, String)> {
    let bad = job["badRows"]["nodes"].as_array().unwrap();
    let column = |row: &Value| row["column"].as_str().unwrap_or_default().to_owned();
    bad.iter().map(|row| (row["row"].as_i64().unwrap(), column(row))).collect()
}

/// A text as old programs in Russia store it.
pub fn windows_1251(text: &str) -> Vec<u8> {
    let byte = |sign: char| match sign {
        'Ё' => 0xA8,
        'ё' => 0xB8,
        'А'..='я' => u8::try_from(u32::from(sign) - 0x410 + 0xC0).unwrap(),
        other => u8::try_from(u32::from(other)).unwrap(),
    };
    text.chars().map(byte).collect()
}

const ROOT: &str = r#"<Relationships><Relationship Id="a"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
 Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str = r#"<workbook xmlns:r="r"><sheets>
<sheet name="Sheet" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const RELATED: &str = r#"<Relationships>
<Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;

/// A workbook of one sheet, given as the XML of its rows, and of its shared texts.
pub fn workbook(rows: &str, texts: &str) -> Vec<u8> {
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    let texts = format!("<sst>{texts}</sst>");
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in [
        ("_rels/.rels", ROOT),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", RELATED),
        ("xl/sharedStrings.xml", &texts),
        ("xl/worksheets/sheet1.xml", &sheet),
    ] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A row of a workbook's sheet: cells as XML.
pub fn sheet_row(number: usize, cells: &[&str]) -> String {
    format!(r#"<row r="{number}">{}</row>"#, cells.concat())
}

/// A cell with text.
pub fn text_cell(text: &str) -> String {
    format!(r#"<c t="inlineStr"><is><t>{text}</t></is></c>"#)
}
