//! Somebody who acts through the API, and what he is told.

use load::client::Client;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::house::house;

/// A signed-in person or a partner's program.
#[derive(Clone)]
pub struct Actor {
    /// What the story calls him.
    pub name: String,
    /// The token he sends.
    pub token: String,
    /// The server he speaks to.
    pub url: String,
    client: Client,
}

impl Actor {
    /// Signs in by e-mail and password.
    pub async fn sign_in(tenant: &str, email: &str, password: &str) -> Self {
        Self::sign_in_at(&house().url(), tenant, email, password).await
    }

    /// As [`Actor::sign_in`] at another server.
    pub async fn sign_in_at(url: &str, tenant: &str, email: &str, password: &str) -> Self {
        let query = "mutation($input: SignInInput!) { signIn(input: $input) {
            accessToken userErrors { code message } } }";
        let input = json!({"tenant": tenant, "email": email, "password": password});
        let nobody = Client::new(url).unwrap();
        let data = nobody.ask(query, json!({"input": input})).await.unwrap();
        let token = data["signIn"]["accessToken"].as_str();
        let token = token.unwrap_or_else(|| panic!("{email} cannot sign in: {data}"));
        Self::at(url, email, token)
    }

    /// Acts with a token or an API key.
    pub fn with_token(name: &str, token: &str) -> Self {
        Self::at(&house().url(), name, token)
    }

    /// Acts with a token or an API key on another server.
    pub fn at(url: &str, name: &str, token: &str) -> Self {
        let client = Client::new(url).unwrap().with_token(token);
        Self { name: name.to_owned(), token: token.to_owned(), url: url.to_owned(), client }
    }

    /// Somebody who has not signed in.
    pub fn nobody() -> Client {
        Client::new(&house().url()).unwrap()
    }

    /// Asks; anything but data stops the story.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        match self.client.ask(query, variables).await {
            Ok(data) => data,
            Err(error) => panic!("{}: {query}\n{error:#}", self.name),
        }
    }

    /// Asks and gives the whole answer, errors and all.
    pub async fn send(&self, query: &str, variables: Value) -> Value {
        self.client.send(query, variables).await.unwrap()
    }

    /// Asks for what is refused and gives the code of the first error.
    pub async fn denied(&self, query: &str, variables: Value) -> String {
        let answer = self.send(query, variables).await;
        let code = answer["errors"][0]["extensions"]["code"].as_str();
        code.unwrap_or_else(|| panic!("{} was not denied: {answer}", self.name)).to_owned()
    }

    /// Does a thing; a refusal stops the story.
    pub async fn does(&self, mutation: &str, input: Value, selection: &str) -> Value {
        match self.client.do_it(mutation, input, selection).await {
            Ok(payload) => payload,
            Err(error) => panic!("{}: {error:#}", self.name),
        }
    }

    /// Tries a thing that a rule refuses and gives the code.
    pub async fn refused(&self, mutation: &str, input: Value, selection: &str) -> String {
        match self.client.mutate(mutation, input, selection).await {
            Ok(Err(refused)) => refused.code,
            Ok(Ok(payload)) => panic!("{}: {mutation} was not refused: {payload}", self.name),
            Err(error) => panic!("{}: {error:#}", self.name),
        }
    }

    /// Tries a thing: the payload, or the code of what refused it.
    pub async fn tries(
        &self,
        mutation: &str,
        input: Value,
        selection: &str,
    ) -> Result<Value, String> {
        match self.client.mutate(mutation, input, selection).await {
            Ok(outcome) => outcome.map_err(|refused| refused.code),
            Err(error) => {
                let told: Option<Value> =
                    serde_json::from_str(&error.root_cause().to_string()).ok();
                let code = told.as_ref().and_then(|told| told[0]["extensions"]["code"].as_str());
                Err(code.unwrap_or_else(|| panic!("{}: {error:#}", self.name)).to_owned())
            }
        }
    }

    /// All nodes of a connection.
    pub async fn all(&self, connection: &str, selection: &str) -> Vec<Value> {
        match self.client.all(connection, "", selection).await {
            Ok(nodes) => nodes,
            Err(error) => panic!("{}: {error:#}", self.name),
        }
    }
}

/// A decimal out of an answer.
pub fn number(value: &Value) -> Decimal {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is no decimal"));
    text.parse().unwrap_or_else(|_| panic!("{text} is no decimal"))
}

/// A text out of an answer.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}
