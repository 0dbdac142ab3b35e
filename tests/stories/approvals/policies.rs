//! What an agreement's credit policy does at each gate.

use chrono::Duration;
use serde_json::{Value, json};
use stories::actor::{Actor, text};
use stories::company::{Company, merge};
use stories::house::house;
use stories::stock::draft;

use super::{comes_to, confirms, decides, request, rule};

/// What a gate does.
#[derive(Debug, PartialEq, Eq)]
enum Gate {
    Passes,
    Warns(Vec<String>),
    Refuses(String),
    Asks,
}
use Gate::{Asks, Passes};

fn warns(code: &str) -> Gate {
    Gate::Warns(vec![code.to_owned()])
}

fn refuses(code: &str) -> Gate {
    Gate::Refuses(code.to_owned())
}

const LIMIT: &str = "CREDIT_LIMIT_EXCEEDED";
const DEBT: &str = "OVERDUE_DEBT";

/// A company with plenty of tea at 100.00, long in stock.
struct Shop {
    company: Company,
    tea: String,
    past: String,
}

impl Shop {
    async fn open() -> Self {
        let company = Company::new().await;
        let at = company.furnish().await;
        let tea = company.product(&at, "TEA", "100.00").await;
        let past = (house().today() - Duration::days(20)).to_string();
        company.receive(&at, Some(&past), &[(&tea, "500", "60.00")]).await;
        Self { company, tea, past }
    }

    async fn customer(&self, policy: &str, limit: Option<&str>) -> String {
        let terms = json!({"creditLimit": limit, "agreement": {"creditPolicy": policy}});
        let name = format!("{policy} {}", uuid::Uuid::new_v4());
        self.company.customer(&name, &self.company.anna_id, terms).await
    }

    async fn order(&self, customer: &str, quantity: &str) -> String {
        draft(&self.company.anna, customer, &[(&self.tea, quantity)], json!({})).await.0
    }

    /// 1 200 are ordered where 1 000 may be owed.
    async fn confirm(&self, policy: &str) -> Gate {
        let customer = self.customer(policy, Some("1000")).await;
        let order = self.order(&customer, "12").await;
        let selection = "order { state } warnings { code }";
        let anna = &self.company.anna;
        match anna.tries("confirmSalesOrder", json!({"id": order}), selection).await {
            Err(code) => Gate::Refuses(code),
            Ok(told) if told["order"]["state"] == "PENDING_APPROVAL" => Asks,
            Ok(told) => passed(&told["warnings"]),
        }
    }

    /// Of 800 that are confirmed the goods were let go, and now only 700 may be owed.
    async fn reserve(&self, policy: &str) -> Gate {
        let order = self.over_afterwards(policy).await;
        let anna = &self.company.anna;
        let query = "query($id: ID!) { order(id: $id) { lines { reservations { id } } } }";
        let told = anna.ask(query, json!({"id": order})).await;
        let held = &told["order"]["lines"][0]["reservations"][0]["id"];
        let input = json!({"reservationId": held, "reason": "a try"});
        anna.does("releaseReservation", input, "order { id }").await;
        let selection = "order { lines { reserved } }";
        match anna.tries("reserveSalesOrder", json!({"id": order}), selection).await {
            Err(code) => Gate::Refuses(code),
            Ok(told) => {
                assert_eq!(told["order"]["lines"][0]["reserved"], "8");
                Passes
            }
        }
    }

    /// The same order leaves.
    async fn ship(&self, policy: &str) -> Gate {
        let order = self.over_afterwards(policy).await;
        self.leaves(&order).await
    }

    async fn over_afterwards(&self, policy: &str) -> String {
        let customer = self.customer(policy, Some("1000")).await;
        let order = self.order(&customer, "8").await;
        let told = confirms(&self.company.anna, &order).await;
        assert_eq!(told["order"]["state"], "CONFIRMED");
        let query = "query($id: ID!) { customer(id: $id) { version } }";
        let told = self.company.accounting.ask(query, json!({"id": customer})).await;
        let input = json!({"id": customer, "version": told["customer"]["version"],
            "creditLimit": "700"});
        self.company.accounting.does("updateCustomer", input, "customer { id }").await;
        order
    }

    /// Goods leave for one who owes 100 for twenty days.
    async fn ship_to_debtor(&self, policy: &str) -> Gate {
        let customer = self.customer(policy, None).await;
        let director = &self.company.director;
        let dated = json!({"date": self.past});
        let old = draft(director, &customer, &[(&self.tea, "1")], dated.clone()).await.0;
        director.does("confirmSalesOrder", json!({"id": old}), "order { id }").await;
        let mut input = json!({"orderId": old});
        merge(&mut input, dated);
        director.does("shipSalesOrder", input, "shipment { id }").await;
        let order = self.order(&customer, "5").await;
        assert_eq!(confirms(&self.company.anna, &order).await["order"]["state"], "CONFIRMED");
        self.leaves(&order).await
    }

    /// What the gate before shipping says; what it let through with a word, the document tells.
    async fn leaves(&self, order: &str) -> Gate {
        let keeper = &self.company.warehouse;
        let selection = "shipment { id state }";
        match keeper.tries("shipSalesOrder", json!({"orderId": order}), selection).await {
            Err(code) => {
                self.tells_no_figures(order).await;
                Gate::Refuses(code)
            }
            Ok(told) if told["shipment"]["state"] == "PENDING_APPROVAL" => Asks,
            Ok(told) => {
                let query = "query($id: ID!) { explain(id: $id) { gates { kind
                    warnings { code message } } } }";
                let id = &told["shipment"]["id"];
                let seen = self.company.director.ask(query, json!({"id": id})).await;
                let gates = seen["explain"]["gates"].as_array().unwrap();
                let gate = gates.iter().find(|gate| gate["kind"] == "SHIP").unwrap();
                passed(&gate["warnings"])
            }
        }
    }

    /// The storekeeper is told that it may not leave, and nothing of what the customer owes.
    async fn tells_no_figures(&self, order: &str) {
        let query = "mutation($input: ShipSalesOrderInput!) { shipSalesOrder(input: $input) {
            userErrors { message details } } }";
        let ask = async |actor: &Actor| {
            let told = actor.ask(query, json!({"input": {"orderId": order}})).await;
            told["shipSalesOrder"]["userErrors"][0].clone()
        };
        let has_figures = |error: &Value| {
            let message = text(&error["message"]);
            message.contains(|letter: char| letter.is_ascii_digit()) || !error["details"].is_null()
        };
        let told = ask(&self.company.warehouse).await;
        assert!(!has_figures(&told), "{told}");
        let told = ask(&self.company.director).await;
        assert!(has_figures(&told), "{told}");
    }
}

fn passed(warnings: &Value) -> Gate {
    let codes: Vec<String> =
        warnings.as_array().unwrap().iter().map(|one| text(&one["code"])).collect();
    if codes.is_empty() { Passes } else { Gate::Warns(codes) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_policies_at_four_gates() {
    let shop = Shop::open().await;
    let check = async |policy: &str, expected: [Gate; 4]| {
        let seen = [
            shop.confirm(policy).await,
            shop.reserve(policy).await,
            shop.ship(policy).await,
            shop.ship_to_debtor(policy).await,
        ];
        assert_eq!(seen, expected, "{policy}: confirm, reserve, ship over the limit, to a debtor");
    };
    check("IGNORE", [Passes, Passes, Passes, Passes]).await;
    // Holding goods has no word of its own: confirming had one, shipping has.
    check("WARN", [warns(LIMIT), Passes, warns(LIMIT), warns(DEBT)]).await;
    check("BLOCK", [refuses(LIMIT), refuses(LIMIT), refuses(LIMIT), refuses(DEBT)]).await;
    // The policy decides whether, a rule decides who: without one nobody can be asked.
    check("APPROVE", [refuses(LIMIT), refuses(LIMIT), refuses(LIMIT), refuses(DEBT)]).await;
    rule(&shop.company, "CREDIT_LIMIT_EXCEEDED", "accounting", json!({})).await;
    rule(&shop.company, "SHIPMENT_WITH_OVERDUE_DEBT", "director", json!({})).await;
    // Nobody is asked about holding goods alone: it needs what was agreed to about the order.
    check("APPROVE", [Asks, refuses(LIMIT), Asks, Asks]).await;
    check("BLOCK", [refuses(LIMIT), refuses(LIMIT), refuses(LIMIT), refuses(DEBT)]).await;
    house().verify(&shop.company.slug).await;
}

/// What was agreed to about an order holds for the acts of its services as for its shipments.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_agreed_to_about_an_order_holds_for_its_acts() {
    let shop = Shop::open().await;
    let Company { director, anna, accounting, .. } = &shop.company;
    let input = json!({"sku": "SETUP", "name": "Setting up", "unit": "pcs", "isService": true});
    let made = director.does("createProduct", input, "product { id }").await;
    let setup = text(&made["product"]["id"]);
    let list = director.all("priceLists", "id").await[0]["id"].clone();
    let input = json!({"priceListId": list, "validFrom": "2000-01-01",
        "prices": [{"productId": setup, "price": "1200.00"}]});
    director.does("setPrices", input, "priceList { id }").await;
    rule(&shop.company, "CREDIT_LIMIT_EXCEEDED", "director", json!({})).await;
    let customer = shop.customer("APPROVE", Some("1000")).await;
    let order = draft(anna, &customer, &[(&setup, "1")], json!({})).await.0;
    let told = confirms(anna, &order).await;
    decides(director, &request(&told), "APPROVE").await;
    comes_to(anna, &order, "CONFIRMED").await;
    let made =
        accounting.does("createServiceAct", json!({"orderId": order}), "serviceAct { id }").await;
    let input = json!({"id": made["serviceAct"]["id"]});
    let posted = accounting.does("postServiceAct", input, "serviceAct { state }").await;
    assert_eq!(posted["serviceAct"]["state"], "POSTED");
    house().verify(&shop.company.slug).await;
}
