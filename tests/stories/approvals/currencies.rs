//! One limit for whatever a customer owes, in whichever currency.

use serde_json::{Value, json};
use stories::actor::{Actor, text};
use stories::company::{Company, merge};
use stories::house::house;
use stories::stock::draft;

use super::{confirms, rule};

/// A customer with a limit of 100,000 roubles who buys in roubles and, by another agreement, in
/// dollars at ninety; chalk costs 1,000 roubles or 10 dollars.
struct Trader {
    company: Company,
    chalk: String,
    customer: String,
    dollars: String,
    currency: Value,
}

impl Trader {
    async fn new(policy: &str) -> Self {
        let company = Company::new().await;
        let at = company.furnish().await;
        let director = &company.director;
        let input = json!({"code": "USD", "name": "Dollar"});
        let made = director.does("createCurrency", input, "currency { id }").await;
        let input = json!({"name": "Dollars", "currency": "USD", "includesVat": false});
        let list = director.does("createPriceList", input, "priceList { id }").await;
        let chalk = company.product(&at, "CHALK", "1000").await;
        let input = json!({"priceListId": list["priceList"]["id"], "validFrom": "2000-01-01",
            "prices": [{"productId": chalk, "price": "10"}]});
        director.does("setPrices", input, "priceList { id }").await;
        company.receive(&at, Some("2026-01-05"), &[(&chalk, "900", "500")]).await;
        let terms = json!({"creditLimit": "100000", "agreement": {"creditPolicy": policy}});
        let customer = company.customer("Trader", &company.anna_id, terms).await;
        let input = json!({"customerId": customer, "name": "Dollars", "creditPolicy": policy,
            "currency": "USD", "priceListId": list["priceList"]["id"], "paymentSteps": [
                {"percent": "100", "moment": "AFTER_SHIPMENT", "days": 0}]});
        let agreement = director.does("saveAgreement", input, "agreement { id }").await;
        let currency = made["currency"]["id"].clone();
        let dollars = text(&agreement["agreement"]["id"]);
        Self { company, chalk, customer, dollars, currency }
    }

    async fn rate(&self, rate: &str, from: &str) {
        let rates = json!([{"validFrom": from, "rate": rate}]);
        let input = json!({"currencyId": self.currency, "rates": rates});
        self.company.accounting.does("setCurrencyRates", input, "currency { id }").await;
    }

    async fn drafts(&self, pieces: &str, in_dollars: bool, more: Value) -> String {
        let mut terms = more;
        if in_dollars {
            merge(&mut terms, json!({"agreementId": self.dollars}));
        }
        draft(&self.company.director, &self.customer, &[(&self.chalk, pieces)], terms).await.0
    }

    fn director(&self) -> &Actor {
        &self.company.director
    }

    async fn is_refused(&self, order: &str) -> String {
        let input = json!({"id": order});
        self.director().refused("confirmSalesOrder", input, "order { id }").await
    }

    async fn ships(&self, order: &str, on: Option<&str>) -> Result<Value, String> {
        let input = json!({"orderId": order, "date": on});
        self.director().tries("shipSalesOrder", input, "shipment { state }").await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn debts_in_another_currency_use_the_same_limit() {
    let trader = Trader::new("BLOCK").await;
    // Without a rate nobody can tell; an order in the limit's own currency needs none yet.
    let dollars = trader.drafts("50", true, json!({})).await;
    assert_eq!(trader.is_refused(&dollars).await, "NO_RATE");
    trader.rate("90", "2026-01-01").await;
    let told = confirms(trader.director(), &dollars).await;
    assert_eq!(told["order"]["state"], "CONFIRMED");
    assert_eq!(told["credit"]["limit"], json!({"amount": "100000.00"}));
    assert_eq!(told["credit"]["exposure"]["amount"], "45000.00", "500 dollars at ninety");
    // The agreed order counts in roubles, and so does the debt once it is shipped.
    let much = trader.drafts("56", false, json!({})).await;
    assert_eq!(trader.is_refused(&much).await, "CREDIT_LIMIT_EXCEEDED");
    trader.ships(&dollars, None).await.unwrap();
    assert_eq!(trader.is_refused(&much).await, "CREDIT_LIMIT_EXCEEDED");
    let fits = trader.drafts("55", false, json!({})).await;
    assert_eq!(confirms(trader.director(), &fits).await["order"]["state"], "CONFIRMED");
    // The last of the limit is gone for dollars too, and a dearer dollar eats of it.
    let one_more = trader.drafts("1", true, json!({})).await;
    assert_eq!(trader.is_refused(&one_more).await, "CREDIT_LIMIT_EXCEEDED");
    trader.rate("91", &house().today().to_string()).await;
    assert_eq!(trader.ships(&fits, None).await, Err("CREDIT_LIMIT_EXCEEDED".to_owned()));
    // Dollars that he has paid ahead give it back.
    let input = json!({"customerId": trader.customer, "agreementId": trader.dollars,
        "amount": "500"});
    trader.company.accounting.does("recordPayment", input, "payment { id }").await;
    trader.ships(&fits, None).await.unwrap();
    house().verify(&trader.company.slug).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn overdue_dollars_stop_a_shipment_in_roubles() {
    let trader = Trader::new("APPROVE").await;
    trader.rate("90", "2026-01-01").await;
    rule(&trader.company, "SHIPMENT_WITH_OVERDUE_DEBT", "director", json!({})).await;
    let past = (house().today() - chrono::Duration::days(20)).to_string();
    let dollars = trader.drafts("10", true, json!({"date": past})).await;
    confirms(trader.director(), &dollars).await;
    trader.ships(&dollars, Some(&past)).await.unwrap();
    let roubles = trader.drafts("1", false, json!({})).await;
    let input = json!({"id": roubles});
    let selection = "order { state } credit { overdue { amount } }";
    let told = trader.company.anna.does("confirmSalesOrder", input, selection).await;
    assert_eq!(told["order"]["state"], "CONFIRMED");
    assert_eq!(told["credit"]["overdue"]["amount"], "9000.00");
    let selection =
        "shipment { state } approvalRequest { reasons { kind measure message details } }";
    let input = json!({"orderId": roubles});
    let told = trader.company.warehouse.does("shipSalesOrder", input, selection).await;
    assert_eq!(told["shipment"]["state"], "PENDING_APPROVAL");
    let query = "{ approvalInbox { nodes { reasons { kind measure message details } } } }";
    let seen = trader.director().ask(query, json!({})).await;
    let reason = &seen["approvalInbox"]["nodes"][0]["reasons"][0];
    assert_eq!(reason["kind"], "SHIPMENT_WITH_OVERDUE_DEBT");
    assert_eq!(reason["measure"], "20");
    assert_eq!(reason["details"]["overdue"], "9000.00");
    assert!(text(&reason["message"]).contains("9000.00 RUB"), "{reason}");
    house().verify(&trader.company.slug).await;
}
