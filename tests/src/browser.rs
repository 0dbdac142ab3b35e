//! What somebody does who comes with a single-purpose link and a browser.

/// What a browser gets.
pub struct Seen {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: reqwest::header::HeaderMap,
    /// The page.
    pub html: String,
}

async fn seen(request: reqwest::RequestBuilder, language: &str) -> Seen {
    let response = request.header("accept-language", language).send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Seen { status, headers, html: response.text().await.unwrap() }
}

/// Opens a link.
pub async fn open(link: &str) -> Seen {
    seen(reqwest::Client::new().get(link), "en").await
}

/// Opens a link in Russian.
pub async fn open_in_russian(link: &str) -> Seen {
    seen(reqwest::Client::new().get(link), "ru").await
}

/// Sends a page's form.
pub async fn answer(link: &str, fields: &[(&str, &str)]) -> Seen {
    let body: String = fields
        .iter()
        .map(|(name, value)| {
            let value: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
            format!("{name}={value}&")
        })
        .collect();
    let request = reqwest::Client::new()
        .post(link)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    seen(request, "en").await
}

/// The token at the end of a link.
pub fn token(link: &str) -> &str {
    link.rsplit('/').next().unwrap()
}
