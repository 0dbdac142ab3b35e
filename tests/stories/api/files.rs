//! Files that hang on records: in, listed, out, and away; and who may do none of it.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use stories::actor::{Actor, text};
use stories::company::Company;
use stories::files::{
    BOUNDARY, fetch, form, form_end, form_head, post, refused, tenant_of, upload,
};
use stories::house::house;
use tokio::io::AsyncWriteExt;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01";
const MIB: usize = 1024 * 1024;

fn pdf(size: usize) -> Vec<u8> {
    let mut content = b"%PDF-1.7\n".to_vec();
    content.extend((content.len()..size).map(|place| (place % 251) as u8));
    content
}

async fn listed(actor: &Actor, customer: &str) -> Value {
    let query = "query($id: ID!) { customer(id: $id) { attachments {
        id kind name contentType sizeBytes sha256 createdBy { name } url
        subject { id } } } }";
    actor.ask(query, json!({"id": customer})).await["customer"]["attachments"].take()
}

#[tokio::test]
async fn a_file_comes_back_as_it_went() {
    let company = Company::new().await;
    let anna = &company.anna;
    let customer = company.customer("Papers", &company.anna_id, json!({})).await;
    // More than one part of the store.
    let content = pdf(7 * MIB + 3);
    let sent = upload(anna, &customer, "Договор № 5 \u{ab}А\u{bb}.pdf", &content).await;
    let id = &sent["id"];

    let files = listed(anna, &customer).await;
    assert_eq!(files[0]["id"], *id);
    assert_eq!(files[0]["name"], "Договор № 5 «А».pdf");
    assert_eq!(files[0]["sizeBytes"], content.len());
    assert_eq!(files[0]["contentType"], "application/pdf");
    assert_eq!(files[0]["createdBy"]["name"], "anna");
    assert_eq!(files[0]["subject"]["id"], customer.as_str());
    assert_eq!(files[0]["sha256"], sent["sha256"]);
    let history = "query($id: ID!) { customer(id: $id) { history { action } } }";
    let told = company.director.ask(history, json!({"id": customer})).await;
    assert_eq!(told["customer"]["history"][0]["action"], "attachFile");

    let response = fetch(anna, id, &[]).await;
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/pdf");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(header("cache-control"), "private, no-cache");
    assert_eq!(header("content-length"), content.len().to_string());
    let disposition = header("content-disposition");
    assert!(disposition.starts_with("attachment; filename=\""), "{disposition}");
    assert!(disposition.contains("filename*=UTF-8''%D0%94%D0%BE"), "{disposition}");
    let etag = header("etag");
    assert_eq!(etag, format!("\"{}\"", text(&sent["sha256"])));
    assert!(response.bytes().await.unwrap() == content, "another content came back");

    let known = fetch(anna, id, &[("if-none-match", &etag)]).await;
    assert_eq!((known.status().as_u16(), known.bytes().await.unwrap().len()), (304, 0));
    let part = fetch(anna, id, &[("range", "bytes=1-3")]).await;
    assert_eq!(part.status().as_u16(), 206);
    assert_eq!(part.headers()["content-range"], format!("bytes 1-3/{}", content.len()));
    assert_eq!(part.bytes().await.unwrap(), "PDF");
    let beyond = fetch(anna, id, &[("range", "bytes=99999999-")]).await;
    assert_eq!(beyond.status().as_u16(), 416);
    let head = reqwest::Client::new().head(format!("{}{}", house().url(), text(&sent["url"])));
    let head = head.bearer_auth(&anna.token).send().await.unwrap();
    assert_eq!(head.headers()["content-length"], content.len().to_string());
    assert_eq!((head.status().as_u16(), head.bytes().await.unwrap().len()), (200, 0));

    let input = json!({"id": id, "idempotencyKey": "once"});
    let gone = anna.does("removeAttachment", input.clone(), "attachmentId").await;
    assert_eq!(gone["attachmentId"], *id);
    assert_eq!(anna.does("removeAttachment", input, "attachmentId").await, gone);
    assert_eq!(listed(anna, &customer).await, json!([]));
    assert_eq!(fetch(anna, id, &[]).await.status().as_u16(), 404);
}

#[tokio::test]
async fn a_product_has_one_photo() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let (director, lamp) = (&company.director, company.product(&at, "LAMP", "10.00").await);
    let query = "query($id: ID!) { product(id: $id) { photo { id kind } attachments { id } } }";
    let photo = async || {
        let told = director.ask(query, json!({"id": lamp})).await;
        (told["product"]["photo"]["id"].clone(), told["product"]["attachments"].clone())
    };
    let (status, told) = post(director, form(&lamp, Some("PHOTO"), "a.png", PNG)).await;
    assert_eq!((status, &told["attachment"]["kind"]), (201, &json!("PHOTO")));
    let first = told["attachment"]["id"].clone();
    assert_eq!(photo().await.0, first);
    let second = upload(director, &lamp, "b.png", PNG).await["id"].clone();
    let input = json!({"productId": lamp, "attachmentId": second});
    director.does("setProductPhoto", input, "product { id }").await;
    let (now, all) = photo().await;
    assert_eq!((now, all.as_array().unwrap().len()), (second, 2));
    let sheet = upload(director, &lamp, "sheet.pdf", &pdf(100)).await["id"].clone();
    let input = json!({"productId": lamp, "attachmentId": sheet});
    assert_eq!(director.refused("setProductPhoto", input, "product { id }").await, "INVALID");
    let input = json!({"productId": lamp, "attachmentId": null});
    director.does("setProductPhoto", input, "product { id }").await;
    assert!(photo().await.0.is_null());

    // The warehouse sees goods with their pictures, and changes neither.
    assert_eq!(fetch(&company.warehouse, &first, &[]).await.bytes().await.unwrap(), PNG);
    let tried = refused(&company.warehouse, form(&lamp, None, "c.png", PNG)).await;
    assert_eq!(tried, (403, "FORBIDDEN".to_owned()));
}

#[tokio::test]
async fn a_file_is_there_for_whoever_may_see_its_record() {
    let (company, neighbour) = tokio::join!(Company::new(), Company::new());
    let hers = company.customer("Hers", &company.anna_id, json!({})).await;
    let id = upload(&company.anna, &hers, "terms.txt", b"5 %").await["id"].clone();
    let other = company.customer("Other", &company.boris_id, json!({})).await;
    let key = async |customer: &str| {
        let input = json!({
            "name": format!("of {customer}"), "customerId": customer,
            "scopes": ["customers:read", "customers:write"],
        });
        let made = company.admin.does("createApiKey", input, "secret").await;
        Actor::with_token("partner", &text(&made["secret"]))
    };
    let (own_key, other_key) = (key(&hers).await, key(&other).await);

    for sees in [&company.anna, &company.director, &company.accounting, &own_key] {
        assert_eq!(fetch(sees, &id, &[]).await.bytes().await.unwrap(), "5 %", "{}", sees.name);
    }
    let strangers = [&neighbour.director, &company.boris, &company.warehouse, &other_key];
    for stranger in strangers {
        let response = fetch(stranger, &id, &[]).await;
        assert_eq!(response.status().as_u16(), 404, "{}", stranger.name);
        let told: Value = response.json().await.unwrap();
        assert_eq!(told["errors"][0]["extensions"]["code"], "NOT_FOUND");
        let query = "query($id: ID!) { node(id: $id) { id } }";
        assert_eq!(stranger.denied(query, json!({"id": id})).await, "NOT_FOUND");
        let remove = "mutation($id: ID!) { removeAttachment(input: {id: $id}) {
            userErrors { code } } }";
        let code = stranger.denied(remove, json!({"id": id})).await;
        assert!(matches!(code.as_str(), "NOT_FOUND" | "FORBIDDEN"), "{}: {code}", stranger.name);
    }
    for stranger in [&neighbour.director, &company.boris, &other_key] {
        let tried = refused(stranger, form(&hers, None, "a.txt", b"a")).await;
        assert_eq!(tried, (404, "NOT_FOUND".to_owned()), "{}", stranger.name);
    }
    upload(&own_key, &hers, "from the shop.txt", b"hello").await;
    let query = "query($id: ID!) { customer(id: $id) { attachments { id } } }";
    assert_eq!(company.warehouse.denied(query, json!({"id": hers})).await, "FORBIDDEN");
    for token in ["", "wrong"] {
        let nobody = Actor::with_token("nobody", token);
        assert_eq!(fetch(&nobody, &id, &[]).await.status().as_u16(), 401);
        let tried = refused(&nobody, form(&hers, None, "a.txt", b"a")).await;
        assert_eq!(tried, (401, "UNAUTHENTICATED".to_owned()));
    }
}

#[tokio::test]
async fn what_is_no_good_file_is_refused_and_leaves_nothing() {
    let company = Company::new().await;
    let (anna, tenant) = (&company.anna, tenant_of(&company).await);
    let at = company.furnish().await;
    let customer = company.customer("Strict", &company.anna_id, json!({})).await;
    let named = |name: &str| form(&customer, None, name, b"text");
    for name in ["../../etc/passwd.txt", "/etc/a.txt", "C:\\a.txt", "nul.txt", "a\u{202e}txt.txt"] {
        let tried = refused(anna, named(name)).await;
        assert_eq!(tried, (422, "FILE_NAME_NOT_ALLOWED".to_owned()), "{name}");
    }
    let tried = refused(anna, named(&format!("{}.txt", "x".repeat(252)))).await;
    assert_eq!(tried.1, "FILE_NAME_NOT_ALLOWED");
    let exe: &[u8] = b"MZ\x90\0\x03\0\0\0";
    let svg: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg'/>";
    for (name, content) in [
        ("a.exe", exe),
        ("a.pdf", exe),
        ("a.svg", svg),
        ("a.png", svg),
        ("a.html", b"<html>"),
        ("a.txt", b"<script>"),
        ("a.jpg", PNG),
    ] {
        let tried = refused(anna, form(&customer, None, name, content)).await;
        assert_eq!(tried, (415, "FILE_TYPE_NOT_ALLOWED".to_owned()), "{name}");
    }
    assert_eq!(refused(anna, form(&customer, None, "a.txt", b"")).await.1, "REQUIRED");
    let large = refused(anna, form(&customer, None, "a.pdf", &pdf(64 * MIB + 1))).await;
    assert_eq!(large, (413, "FILE_TOO_LARGE".to_owned()));
    let larger = refused(anna, form(&customer, None, "a.pdf", &pdf(74 * MIB))).await;
    assert_eq!(larger, (413, "FILE_TOO_LARGE".to_owned()));
    assert_eq!(refused(anna, form(&customer, Some("PHOTO"), "a.png", PNG)).await.1, "INVALID");

    let whole = form(&customer, None, "a.txt", b"text");
    let two = [&whole[..whole.len() - 4], b"\r\n", &whole[..]].concat();
    let plain = String::from_utf8(whole.clone()).unwrap();
    let second_part = plain[2..].find(&format!("--{BOUNDARY}")).unwrap() + 2;
    let unsubjected = plain.as_bytes()[second_part..].to_vec();
    for broken in [
        b"no form at all".to_vec(),
        whole[..whole.len() - 30].to_vec(),
        two,
        unsubjected,
        form("nonsense", None, "a.txt", b"a"),
        form(&customer, Some("MOVIE"), "a.txt", b"a"),
        form(&at.warehouse, None, "a.txt", b"a"),
        [form_head(&customer, None, "a.txt"), b"text".to_vec()].concat(),
    ] {
        let tried = refused(anna, broken.clone()).await;
        let shown = String::from_utf8_lossy(&broken);
        assert_eq!(tried, (400, "BAD_USER_INPUT".to_owned()), "{shown}");
    }
    // Her own inbox takes files to import; another's is not there.
    let tried = refused(anna, form(&company.boris_id, None, "a.csv", b"sku\n")).await;
    assert_eq!(tried, (404, "NOT_FOUND".to_owned()));
    assert!(house().objects_of(tenant).is_empty(), "something stayed behind");
    assert_eq!(listed(anna, &customer).await, json!([]));
}

#[tokio::test]
async fn who_hangs_up_half_way_leaves_nothing() {
    let company = Company::new().await;
    let tenant = tenant_of(&company).await;
    let customer = company.customer("Tunnel", &company.anna_id, json!({})).await;
    let content = pdf(12 * MIB);
    let head = form_head(&customer, None, "a.pdf");
    let length = head.len() + content.len() + form_end().len();
    let address = house().url().replace("http://", "");
    let mut socket = tokio::net::TcpStream::connect(&address).await.unwrap();
    let request = format!(
        "POST /files HTTP/1.1\r\nhost: here\r\nauthorization: Bearer {}\r\n\
         content-type: multipart/form-data; boundary={BOUNDARY}\r\n\
         content-length: {length}\r\n\r\n",
        company.anna.token
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    socket.write_all(&head).await.unwrap();
    socket.write_all(&content[..8 * MIB]).await.unwrap();
    wait_for(|| house().objects_of(tenant).len() == 1, "the first part is on its way").await;
    drop(socket);
    wait_for(|| house().objects_of(tenant).is_empty(), "nothing stays behind").await;
    assert_eq!(listed(&company.anna, &customer).await, json!([]));
}

async fn wait_for(holds: impl Fn() -> bool, what: &str) {
    for _ in 0..200 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what}: it does not come");
}

#[tokio::test]
async fn what_nobody_needs_is_swept_after_a_day() {
    let company = Company::new().await;
    let (anna, tenant) = (&company.anna, tenant_of(&company).await);
    let customer = company.customer("Broom", &company.anna_id, json!({})).await;
    let stays = upload(anna, &customer, "stays.txt", b"stays").await["id"].clone();
    let goes = upload(anna, &customer, "goes.txt", b"goes").await["id"].clone();
    anna.does("removeAttachment", json!({"id": goes}), "attachmentId").await;
    let place = house().objects_of(tenant)[0].parent().unwrap().to_owned();
    let (old, new) = (
        place.join(uuid::Uuid::new_v4().to_string()),
        place.join(uuid::Uuid::new_v4().to_string()),
    );
    for orphan in [&old, &new] {
        std::fs::write(orphan, b"an upload that died before its row").unwrap();
    }
    for object in house().objects_of(tenant).iter().filter(|object| **object != new) {
        let file = std::fs::File::options().write(true).open(object).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
    }
    house().sweep_files().await;
    assert!(!old.exists() && new.exists(), "only what is a day old is an orphan");
    assert_eq!(house().objects_of(tenant).len(), 3, "what was removed today is still there");

    let mut app = PgConnection::connect(&house().app_url).await.unwrap();
    let age = format!(
        "select set_config('app.tenant_id', '{tenant}', false);
         update attachment set removed_at = removed_at - interval '2 days'"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(age)).execute(&mut app).await.unwrap();
    house().sweep_files().await;
    house().sweep_files().await;
    assert_eq!(house().objects_of(tenant).len(), 2);
    assert_eq!(fetch(anna, &stays, &[]).await.bytes().await.unwrap(), "stays");
}
