//! A GraphQL client as a partner would write it: an address, a token, a query, its variables.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// One signed-in caller.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
}

/// What a mutation's rule refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The code a program decides by.
    pub code: String,
    /// The sentence for a person.
    pub message: String,
}

impl Client {
    /// A caller who has not signed in yet, at `http://host:port`.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn new(address: &str) -> Result<Self> {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(60))
            .tcp_nodelay(true)
            .pool_max_idle_per_host(64)
            .build()?;
        let url = format!("{}/graphql", address.trim_end_matches('/'));
        Ok(Self { http, url, token: None })
    }

    /// The same connection pool with a token of one's own.
    #[must_use]
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// Signs in and gives the caller with its token.
    ///
    /// # Errors
    /// As [`Client::token`].
    pub async fn sign_in(&self, tenant: &str, email: &str, password: &str) -> Result<Self> {
        Ok(self.with_token(self.token(tenant, email, password).await?))
    }

    /// Signs in and gives the access token.
    ///
    /// # Errors
    /// When the server cannot be reached or the password is wrong.
    pub async fn token(&self, tenant: &str, email: &str, password: &str) -> Result<String> {
        let query = "mutation($input: SignInInput!) {
            signIn(input: $input) { accessToken userErrors { code message } } }";
        let input = json!({"tenant": tenant, "email": email, "password": password});
        let data = self.ask(query, json!({"input": input})).await?;
        match data["signIn"]["accessToken"].as_str() {
            Some(token) => Ok(token.to_owned()),
            None => bail!("{email} cannot sign in to {tenant}: {}", data["signIn"]["userErrors"]),
        }
    }

    /// Sends a query or mutation and gives its `data`.
    ///
    /// # Errors
    /// When the server cannot be reached or answers with `errors`.
    pub async fn ask(&self, query: &str, variables: Value) -> Result<Value> {
        let mut answer = self.send(query, variables).await?;
        if let Some(errors) = answer.get("errors").filter(|errors| !errors.is_null()) {
            bail!("{errors}");
        }
        Ok(answer["data"].take())
    }

    /// Sends a query or mutation and gives the whole answer; comes again where it is asked to.
    ///
    /// # Errors
    /// When the server cannot be reached or does not answer with JSON.
    pub async fn send(&self, query: &str, variables: Value) -> Result<Value> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let answer = self.once(query, &variables).await?;
            let code = answer["errors"][0]["extensions"]["code"].as_str();
            // A partner that is asked to slow down, or to come again, does.
            if matches!(code, Some("RATE_LIMITED" | "UNAVAILABLE")) && attempt < 40 {
                tokio::time::sleep(Duration::from_millis(250)).await;
                continue;
            }
            return Ok(answer);
        }
    }

    /// Sends a query or mutation once and gives the whole answer, whatever it is.
    ///
    /// # Errors
    /// When the server cannot be reached or does not answer with JSON.
    pub async fn once(&self, query: &str, variables: &Value) -> Result<Value> {
        let body = json!({"query": query, "variables": variables});
        let mut request = self.http.post(&self.url).json(&body);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.context("the server does not answer")?;
        answer.json().await.context("the answer is not JSON")
    }

    /// Runs the mutation `name` with `input: name's input type` and gives its payload, or what
    /// refused it.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub async fn mutate(
        &self,
        name: &str,
        input: Value,
        selection: &str,
    ) -> Result<Result<Value, Refused>> {
        let query = mutation(name, selection);
        let mut data = self.ask(&query, json!({"input": input})).await.with_context(|| {
            // The input names what the caller was doing; secrets are never in one of these.
            format!("{name} {}", short(&input))
        })?;
        let payload = data[name].take();
        match payload["userErrors"].as_array().and_then(|errors| errors.first()) {
            None => Ok(Ok(payload)),
            Some(error) => Ok(Err(Refused {
                code: error["code"].as_str().unwrap_or_default().to_owned(),
                message: format!("{} ({})", error["message"], error["field"]),
            })),
        }
    }

    /// As [`Client::mutate`], where a refusal is an error too.
    ///
    /// # Errors
    /// As [`Client::ask`], and on a refusal.
    pub async fn do_it(&self, name: &str, input: Value, selection: &str) -> Result<Value> {
        match self.mutate(name, input.clone(), selection).await? {
            Ok(payload) => Ok(payload),
            Err(refused) => {
                bail!("{name} {} refused: {} {}", short(&input), refused.code, refused.message)
            }
        }
    }

    /// All nodes of a connection `name`, page by page.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub async fn all(&self, name: &str, arguments: &str, selection: &str) -> Result<Vec<Value>> {
        let query = format!(
            "query($after: String) {{ {name}(first: 250, after: $after{arguments}) {{ \
             nodes {{ {selection} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let mut nodes = Vec::new();
        let mut after = Value::Null;
        loop {
            let mut data = self.ask(&query, json!({"after": after})).await?;
            let mut page = data[name].take();
            if let Value::Array(mut found) = page["nodes"].take() {
                nodes.append(&mut found);
            }
            if page["pageInfo"]["hasNextPage"] != true {
                return Ok(nodes);
            }
            after = page["pageInfo"]["endCursor"].take();
        }
    }
}

/// The text of a mutation that takes an input of its own type.
pub(crate) fn mutation(name: &str, selection: &str) -> String {
    let mut type_name = name.to_owned();
    if let Some(first) = type_name.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    format!(
        "mutation($input: {type_name}Input!) {{ {name}(input: $input) {{ {selection} \
         userErrors {{ code message field }} }} }}"
    )
}

fn short(input: &Value) -> String {
    let mut text = input.to_string();
    if text.len() > 300 {
        let end = (0..=300).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
    }
    text
}
