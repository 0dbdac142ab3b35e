//! From the quote to the money, on each of the four sales routes that a tenant begins with. Each
//! document is made on the basis of the one before, so nobody types a price, a quantity or a name
//! twice; what comes out is worked out by hand.
//!
//! The same deal each time: ten pumps at 1 000.00 and, if the client wishes, seven hoses at 33.33,
//! without VAT of 20 %, under an agreement with a discount of 5 %:
//!
//! | | net | VAT | gross |
//! |---|---|---|---|
//! | pumps | 10 × 1 000.00 × 0.95 = 9 500.00 | 1 900.00 | 11 400.00 |
//! | hoses | 7 × 33.33 × 0.95 = 221.6445 → 221.64 | 44.328 → 44.33 | 265.97 |
//! | together | 9 721.64 | 1 944.33 | 11 665.97 |
//!
//! Thirty hoses came at 12.3456, 370.368 → 370.37 together: seven leave with round(370.37 × 7 / 30,
//! 2) = 86.42.

mod full_prepayment;
mod part_prepayment;
mod purchase_to_order;
mod stock_sale;

use serde_json::{Value, json};
use stories::actor::text;
use stories::company::{Company, Furniture, merge};
use stories::house::house;
use stories::stock::confirm;

use crate::money::plain;
use crate::quotes::{answer, plain as plain_id};

/// The client's tax number, by which the bank's lines find him.
const INN: &str = "7707083893";

/// A company that sells pumps and hoses, and a client of Anna's.
pub struct Shop {
    pub company: Company,
    pub at: Furniture,
    pub pump: String,
    pub hose: String,
    pub client: String,
}

impl Shop {
    /// With a client whose agreement is served by the preset route of a name, on top of further
    /// fields of his card.
    pub async fn on_route(name: &str, card: Value) -> Self {
        let company = Company::new().await;
        let at = company.furnish().await;
        let pump = company.product(&at, "PUMP", "1000.00").await;
        let hose = company.product(&at, "HOSE", "33.33").await;
        tax(&company, &[&pump, &hose]).await;
        company.receive(&at, None, &[(&hose, "30", "12.3456")]).await;
        let routes = company.director.all("salesRoutes", "id name").await;
        let route = routes.iter().find(|route| route["name"] == name);
        let route = route.unwrap_or_else(|| panic!("no route {name}: {routes:?}"));
        let mut agreement = json!({"salesRouteId": route["id"], "discountPercent": "5"});
        merge(&mut agreement, card["agreement"].clone());
        let mut card = card;
        merge(&mut card, json!({"inn": INN, "agreement": agreement}));
        let client = company.customer("Vodokanal", &company.anna_id, card).await;
        let input = json!({"customerId": client, "name": "Station", "address": "Tula, Mira 1",
            "isDefault": true});
        company.anna.does("addDeliveryAddress", input, "deliveryAddress { id }").await;
        Self { company, at, pump, hose, client }
    }

    /// Offers the deal; the client accepts it through his link, hoses and all.
    pub async fn accepted_quote(&self) -> Value {
        let anna = &self.company.anna;
        let input = json!({"customerId": self.client, "lines": [
            {"productId": self.pump, "quantity": "10"},
            {"productId": self.hose, "quantity": "7", "isOptional": true}]});
        let made = anna.does("createQuote", input, "quote { id lines { id } }").await;
        let quote = &made["quote"];
        let input = json!({"id": quote["id"]});
        anna.does("sendQuote", input.clone(), "quote { id }").await;
        let link = text(&anna.does("createQuoteLink", input, "url").await["url"]);
        let hoses = plain_id(&quote["lines"][1]["id"]);
        let form = [("do", "accept"), ("option", hoses.as_str()), ("name", "Ivan Petrov")];
        let page = answer(&link, &form).await;
        assert_eq!(page.status, 200, "{}", page.html);
        let query = "query($id: ID!) { quote(id: $id) { id state answeredBy
            total { net { amount } vat { amount } gross { amount } } } }";
        let told = anna.ask(query, json!({"id": quote["id"]})).await;
        let quote = &told["quote"];
        assert_eq!(
            (&quote["state"], &quote["answeredBy"]),
            (&json!("ACCEPTED"), &json!("Ivan Petrov"))
        );
        assert_eq!(three(&quote["total"]), ["9721.64", "1944.33", "11665.97"]);
        quote.clone()
    }

    /// Makes an order of all that was accepted, and confirms it: the order, and by line what is
    /// held and what is missing.
    pub async fn confirmed_order(&self, quote: &Value) -> (Value, Vec<[Value; 2]>) {
        let anna = &self.company.anna;
        let selection = "order { id version salesRoute { name } customer { id } coverBy
            lines { id quantity discountPercent amount { amount } vatAmount { amount } }
            total { net { amount } vat { amount } gross { amount } } }";
        let input = json!({"quoteId": quote["id"]});
        let made = anna.does("createSalesOrderFromQuote", input, selection).await;
        let order = made["order"].clone();
        assert_eq!(order["customer"]["id"], json!(self.client));
        let lines: Vec<[String; 4]> = order["lines"].as_array().unwrap().iter().map(line).collect();
        assert_eq!(lines, [["10", "5", "9500", "1900"], ["7", "5", "221.64", "44.33"]]);
        assert_eq!(three(&order["total"]), ["9721.64", "1944.33", "11665.97"]);
        let version = order["version"].as_i64().unwrap();
        let told = confirm(anna, &(text(&order["id"]), version)).await;
        assert_eq!(told["order"]["state"], "CONFIRMED", "{told}");
        let held = told["availability"].as_array().unwrap().iter();
        let held = held.map(|line| [line["reserved"].clone(), line["short"].clone()]).collect();
        house().verify(&self.company.slug).await;
        (order, held)
    }

    /// Asks for a payment step of an order, or for all that no invoice asks for yet.
    pub async fn invoice(&self, order: &Value, step: Option<u32>) -> Value {
        let input = json!({"orderId": order["id"], "paymentStep": step});
        let selection = "invoice { id number dueOn net { amount } vat { amount }
            gross { amount } }";
        self.company.accounting.does("issueInvoice", input, selection).await["invoice"].clone()
    }

    /// The client pays so much, naming an invoice in words as people do; the bank's line finds it.
    pub async fn paid_by_bank(&self, invoice: &Value, amount: &str) {
        let accounting = &self.company.accounting;
        let organization = accounting.all("organizations", "id").await[0]["id"].clone();
        let reference = uuid::Uuid::new_v4().simple().to_string();
        let purpose = format!("Оплата по счёту № {} за насосы", text(&invoice["number"]));
        let line = json!({"reference": reference, "date": house().today(), "amount": amount,
            "payerInn": INN, "payerName": "Vodokanal", "purpose": purpose});
        let input = json!({"organizationId": organization, "account": "40702810", "lines": [line]});
        let selection = "bankLines { id version proposal { invoice { id } } }";
        let brought = accounting.does("bringBankLines", input, selection).await;
        let line = &brought["bankLines"][0];
        assert_eq!(line["proposal"]["invoice"]["id"], invoice["id"], "{brought}");
        let input =
            json!({"id": line["id"], "version": line["version"], "invoiceId": invoice["id"]});
        let selection = "payment { amount { amount } order { id } }";
        let posted = accounting.does("postBankLine", input, selection).await;
        assert_eq!(posted["payment"]["amount"]["amount"], amount);
    }

    /// Picks what is held for an order; the draft of its shipment.
    pub async fn picked(&self, order: &Value) -> Value {
        let keeper = &self.company.warehouse;
        let asked = self
            .company
            .anna
            .does("createPickTask", json!({"orders": [order["id"]]}), "pickTask { id }")
            .await;
        let task = &asked["pickTask"]["id"];
        let taken =
            keeper.does("takePickTask", json!({"id": task}), "pickTask { lines { id } }").await;
        for line in taken["pickTask"]["lines"].as_array().unwrap() {
            let input = json!({"pickTaskId": task, "lineId": line["id"]});
            keeper.does("confirmPick", input, "pickTask { id }").await;
        }
        let selection = "pickTask { hasShortage orders { shipment { id } } }";
        let done = keeper.does("finishPick", json!({"id": task}), selection).await;
        assert_eq!(done["pickTask"]["hasShortage"], false);
        done["pickTask"]["orders"][0]["shipment"]["id"].clone()
    }

    /// Lets picked goods go, which leaves their order in a state.
    pub async fn shipped(&self, shipment: &Value, order_state: &str) {
        let selection = "shipment { state order { state } }";
        let input = json!({"id": shipment});
        let posted = self.company.warehouse.does("postShipment", input, selection).await;
        let shipment = &posted["shipment"];
        assert_eq!(
            (&shipment["state"], &shipment["order"]["state"]),
            (&json!("POSTED"), &json!(order_state))
        );
        house().verify(&self.company.slug).await;
    }

    /// What posting a draft is refused with.
    pub async fn not_shipped(&self, shipment: &Value) -> String {
        let input = json!({"id": shipment});
        self.company.warehouse.refused("postShipment", input, "shipment { id }").await
    }

    /// Carries a shipment to the client, which costs so much.
    pub async fn delivered(&self, shipment: &Value, cost: &str) {
        let input = json!({"shipmentId": shipment, "cost": cost});
        let planned = self.company.anna.does("planDelivery", input, "delivery { id }").await;
        let id = &planned["delivery"]["id"];
        let keeper = &self.company.warehouse;
        keeper.does("startDelivery", json!({"id": id}), "delivery { id }").await;
        let input = json!({"id": id, "receivedBy": "Ivan Petrov"});
        let done = keeper.does("completeDelivery", input, "delivery { state }").await;
        assert_eq!(done["delivery"]["state"], "DELIVERED");
    }

    /// What the client owes that is not due and that is overdue, what he has paid ahead, and the
    /// balance.
    pub async fn owed(&self) -> [String; 4] {
        let query = "query($id: ID!) { receivablesAgeing(customerId: $id) { totals {
            notDue { amount } overdue { amount } advances { amount } balance { amount } } } }";
        let told = self.company.accounting.ask(query, json!({"id": self.client})).await;
        let totals = &told["receivablesAgeing"]["totals"][0];
        ["notDue", "overdue", "advances", "balance"].map(|field| match totals {
            Value::Null => "0".to_owned(),
            totals => plain(&totals[field]),
        })
    }

    /// The debts of an order, the first due first: amount, what of it is open, and in how many days
    /// it is due.
    pub async fn debts(&self, order: &Value) -> Vec<(String, String, i64)> {
        let query = "query($id: ID!) { order(id: $id) { receivables {
            amount { amount } open { amount } dueOn } } }";
        let told = self.company.accounting.ask(query, json!({"id": order["id"]})).await;
        let debts = told["order"]["receivables"].as_array().unwrap().clone();
        let debt = |debt: &Value| {
            let due: chrono::NaiveDate = text(&debt["dueOn"]).parse().unwrap();
            (plain(&debt["amount"]), plain(&debt["open"]), (due - house().today()).num_days())
        };
        debts.iter().map(debt).collect()
    }

    /// Revenue, cost, profit, what deliveries cost, contribution and margin of a shipment.
    pub async fn figures(&self, shipment: &Value) -> [String; 6] {
        let query =
            format!("query($id: ID!) {{ shipment(id: $id) {{ figures {{ {FIGURES} }} }} }}");
        let told = self.company.director.ask(&query, json!({"id": shipment})).await;
        six(&told["shipment"]["figures"])
    }

    /// The same of all that was ever sold to the client; its totals are those of all sales, since
    /// there are no others.
    pub async fn reported(&self) -> [String; 6] {
        let query = format!(
            "{{ salesReport(input: {{from: \"2010-01-01\", to: \"2035-01-01\",
                dimensions: [CUSTOMER]}}) {{ rows {{ customer {{ name }} {FIGURES} }}
                totals {{ {FIGURES} }} }} }}"
        );
        let told = self.company.director.ask(&query, json!({})).await;
        let rows = told["salesReport"]["rows"].as_array().unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0]["customer"]["name"], "Vodokanal");
        let totals = six(&told["salesReport"]["totals"]);
        assert_eq!(six(&rows[0]), totals);
        totals
    }

    /// From the quote, all that came of it is found again, document by document; and no register
    /// differs from its balances.
    pub async fn is_whole(&self, quote: &Value, chain: Value) {
        let query = "query($id: ID!) { quote(id: $id) {
            lines { leftToOrder }
            orders { state invoices { state payments { amount { amount } } }
                shipments { state deliveries { state } receivables { state } } } } }";
        let told = self.company.director.ask(query, json!({"id": quote["id"]})).await;
        for line in told["quote"]["lines"].as_array().unwrap() {
            assert_eq!(line["leftToOrder"], "0");
        }
        assert_eq!(told["quote"]["orders"], json!([chain]), "{:#}", told["quote"]["orders"]);
        house().verify(&self.company.slug).await;
    }

    /// What is in stock of a product, and what of it is held.
    pub async fn in_stock(&self, product: &str) -> [String; 2] {
        let query = "query($id: ID!) { product(id: $id) { stock { onHand reserved } } }";
        let told = self.company.director.ask(query, json!({"id": product})).await;
        let stock = &told["product"]["stock"][0];
        ["onHand", "reserved"].map(|field| text(&stock[field]))
    }
}

const FIGURES: &str = "revenue { amount } cost { amount } profit { amount }
    variableCosts { amount } contribution { amount } marginPercent";

fn six(figures: &Value) -> [String; 6] {
    let [revenue, cost, profit, variable, contribution] =
        ["revenue", "cost", "profit", "variableCosts", "contribution"]
            .map(|measure| plain(&figures[measure]));
    [revenue, cost, profit, variable, contribution, text(&figures["marginPercent"])]
}

fn three(total: &Value) -> [String; 3] {
    ["net", "vat", "gross"].map(|part| plain(&total[part]))
}

/// Quantity, discount, amount and tax of an order's line.
fn line(line: &Value) -> [String; 4] {
    [
        text(&line["quantity"]),
        text(&line["discountPercent"]),
        plain(&line["amount"]),
        plain(&line["vatAmount"]),
    ]
}

/// Taxes products at 20 %.
async fn tax(company: &Company, products: &[&str]) {
    let director = &company.director;
    let made = director.does("createVatCategory", json!({"name": "Usual"}), "vatCategory { id }");
    let category = text(&made.await["vatCategory"]["id"]);
    let rates = json!([{"validFrom": "2019-01-01", "rate": "20"}]);
    let input = json!({"vatCategoryId": category, "rates": rates});
    company.accounting.does("setVatRates", input, "vatCategory { id }").await;
    for product in products {
        let input = json!({"id": product, "version": 1, "vatCategoryId": category});
        director.does("updateProduct", input, "product { id }").await;
    }
}
