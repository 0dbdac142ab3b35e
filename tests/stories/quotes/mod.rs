//! Quotes: offered by letter, answered by the client through his link, turned into orders.

mod approvals;
mod client;
mod links;
mod mail;
mod orders;
mod rights;
mod validity;

use serde_json::{Value, json};
use stories::actor::{Actor, text};
pub use stories::browser::{answer, open, open_in_russian, token};
use stories::company::{Company, Furniture, merge};
use stories::house::House;

/// What stories look at.
pub const QUOTE: &str = "quote { id version number revision name state validUntil answeredByLink
    answeredBy declineReason total { gross { amount } }
    lines { id isOptional isChosen quantity ordered leftToOrder name price { amount }
            amount { amount } product { id } } }";

/// A company with a lamp for 100, a shade for 10 and a client of Anna's.
pub struct Shop {
    pub company: Company,
    pub at: Furniture,
    pub lamp: String,
    pub shade: String,
    pub client: String,
}

impl Shop {
    pub async fn at(house: &House) -> Self {
        let company = Company::at(house).await;
        let at = company.furnish().await;
        let lamp = company.product(&at, "LAMP", "100").await;
        let shade = company.product(&at, "SHADE", "10").await;
        let client = company.customer("Theatre", &company.anna_id, json!({})).await;
        Self { company, at, lamp, shade, client }
    }

    /// Ten lamps and, if the client wishes, five shades; a draft of Anna's.
    pub async fn draft(&self, more: Value) -> Value {
        let mut input = json!({"customerId": self.client, "lines": [
            {"productId": self.lamp, "quantity": "10", "note": "Black ones"},
            {"productId": self.shade, "quantity": "5", "isOptional": true},
        ], "texts": [{"heading": "Delivery", "text": "Three days after payment."}],
            "comment": "He is in a hurry"});
        merge(&mut input, more);
        self.company.anna.does("createQuote", input, QUOTE).await["quote"].take()
    }

    /// As [`Shop::draft`], offered without a letter; with the address of its link.
    pub async fn offered(&self, more: Value) -> (Value, String) {
        let anna = &self.company.anna;
        let draft = self.draft(more).await;
        let input = json!({"id": draft["id"]});
        let quote = anna.does("sendQuote", input.clone(), QUOTE).await["quote"].take();
        let link = anna.does("createQuoteLink", input, "url endsAt").await;
        (quote, text(&link["url"]))
    }
}

/// A quote as it is now.
pub async fn quote_now(actor: &Actor, id: &Value) -> Value {
    let query = format!("query($id: ID!) {{ {} }}", QUOTE.replacen("quote", "quote(id: $id)", 1));
    actor.ask(&query, json!({"id": id})).await["quote"].take()
}

/// Waits until a quote has come to a state.
pub async fn comes_to(actor: &Actor, id: &Value, state: &str) -> Value {
    for _ in 0..300 {
        let quote = quote_now(actor, id).await;
        if quote["state"] == state {
            return quote;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the quote is not {state}: {}", quote_now(actor, id).await);
}

/// The plain id behind a global one, as pages have it.
pub fn plain(id: &Value) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let whole = String::from_utf8(URL_SAFE_NO_PAD.decode(text(id)).unwrap()).unwrap();
    whole.split_once(':').unwrap().1.to_owned()
}

/// An amount without the zeros at its end.
pub fn sum(amount: &Value) -> String {
    stories::actor::number(amount).normalize().to_string()
}
