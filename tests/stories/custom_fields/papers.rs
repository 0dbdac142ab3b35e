//! Custom fields of returns, deliveries, acts, invoices, purchase and assembly orders: each is made
//! with them, found by them, changed in them whatever its state, and shows nobody what is not his.

use serde_json::{Value, json};
use stories::actor::text;
use stories::company::{Company, merge};
use stories::stock::{confirm, draft};

use super::documents::set;
use super::{HELD, field, pairs, told};

/// A kind of document, and how one comes and goes.
struct Paper {
    /// As custom fields name it.
    subject: &'static str,
    /// Its type.
    kind: &'static str,
    /// The field of the root that lists it.
    list: &'static str,
    /// The mutation that makes one.
    made_by: &'static str,
    /// The mutation that changes one, where there is one.
    changed_by: Option<&'static str>,
    /// The mutation that gives one up, and what it wants beside id and version.
    ended_by: (&'static str, Option<&'static str>),
    /// What a manager is told who writes the fields of another manager's.
    denied: &'static str,
}

const PAPERS: [Paper; 6] = [
    Paper {
        subject: "SALES_RETURN",
        kind: "SalesReturn",
        list: "salesReturns",
        made_by: "createSalesReturn",
        changed_by: None,
        ended_by: ("cancelSalesReturn", None),
        denied: "NOT_FOUND",
    },
    Paper {
        subject: "DELIVERY",
        kind: "Delivery",
        list: "deliveries",
        made_by: "planDelivery",
        changed_by: Some("updateDelivery"),
        ended_by: ("failDelivery", Some("reason")),
        denied: "NOT_FOUND",
    },
    Paper {
        subject: "SERVICE_ACT",
        kind: "ServiceAct",
        list: "serviceActs",
        made_by: "createServiceAct",
        changed_by: None,
        ended_by: ("cancelServiceAct", None),
        denied: "FORBIDDEN",
    },
    Paper {
        subject: "INVOICE",
        kind: "Invoice",
        list: "invoices",
        made_by: "issueInvoice",
        changed_by: None,
        ended_by: ("cancelInvoice", Some("reason")),
        denied: "FORBIDDEN",
    },
    Paper {
        subject: "PURCHASE_ORDER",
        kind: "PurchaseOrder",
        list: "purchaseOrders",
        made_by: "createPurchaseOrder",
        changed_by: Some("updatePurchaseOrder"),
        ended_by: ("cancelPurchaseOrder", Some("reason")),
        denied: "FORBIDDEN",
    },
    Paper {
        subject: "ASSEMBLY_ORDER",
        kind: "AssemblyOrder",
        list: "assemblyOrders",
        made_by: "createAssemblyOrder",
        changed_by: Some("updateAssemblyOrder"),
        ended_by: ("cancelAssemblyOrder", None),
        denied: "FORBIDDEN",
    },
];

impl Paper {
    /// The field of payloads and of the root that holds one.
    fn field(&self) -> String {
        let mut name = self.kind.to_owned();
        name[..1].make_ascii_lowercase();
        name
    }

    /// Makes one with these fields of the tenant's own.
    async fn make(&self, company: &Company, basis: &Basis, custom: Value) -> Value {
        let mut input = basis.of(self);
        merge(&mut input, json!({"customFields": custom}));
        self.run(company, self.made_by, input).await
    }

    /// The director does something with one; gives it as it is then.
    async fn run(&self, company: &Company, mutation: &str, input: Value) -> Value {
        let name = self.field();
        let selection = format!("{name} {{ id version {HELD} }}");
        company.director.does(mutation, input, &selection).await[&name].clone()
    }

    /// Gives one up.
    async fn end(&self, company: &Company, paper: &Value) -> Value {
        let mut input = json!({"id": paper["id"], "version": paper["version"]});
        if let Some(reason) = self.ended_by.1 {
            merge(&mut input, json!({reason: "no more"}));
        }
        self.run(company, self.ended_by.0, input).await
    }

    /// The question for those whose field holds something.
    fn by(&self, key: &str, condition: &str) -> String {
        format!(
            "{{ {}(filter: {{customFields: [{{key: \"{key}\", {condition}}}]}}) {{
                 nodes {{ id }} totalCount {{ count }} }} }}",
            self.list
        )
    }
}

/// What documents are made of.
struct Basis {
    shipment: Value,
    order: String,
    service: String,
    supplier: Value,
    good: String,
    kit: String,
}

impl Basis {
    async fn new(company: &Company) -> Self {
        let director = &company.director;
        let at = company.furnish().await;
        let good = company.product(&at, "GOOD", "10.00").await;
        let kit = company.product(&at, "KIT", "50.00").await;
        company.receive(&at, None, &[(&good, "10", "5.00")]).await;
        let made = director.does("createSupplier", json!({"name": "Zavod"}), "supplier { id }");
        let supplier = made.await["supplier"]["id"].clone();
        let customer = company.customer("Buyer", &company.anna_id, json!({})).await;
        let order = draft(&company.anna, &customer, &[(&good, "4")], json!({})).await;
        confirm(&company.anna, &order).await;
        let selection = "shipment { id lines { id } }";
        let input = json!({"orderId": order.0});
        let shipped = company.warehouse.does("shipSalesOrder", input, selection).await;
        let shipment = shipped["shipment"].clone();
        let service = service_order(company, &customer).await;
        Self { shipment, order: order.0, service, supplier, good, kit }
    }

    /// What one of a kind is made of; two may be made of it.
    fn of(&self, paper: &Paper) -> Value {
        let shipment = &self.shipment["id"];
        match paper.kind {
            "SalesReturn" => {
                let line = &self.shipment["lines"][0]["id"];
                let lines = json!([{"shipmentLineId": line, "quantity": "1"}]);
                json!({"shipmentId": shipment, "reason": "broken", "lines": lines})
            }
            "Delivery" => json!({"shipmentId": shipment}),
            "ServiceAct" => json!({"orderId": self.service}),
            "Invoice" => json!({"orderId": self.order, "amount": "1"}),
            "PurchaseOrder" => {
                let lines = json!([{"productId": self.good, "quantity": "5", "price": "1"}]);
                json!({"supplierId": self.supplier, "lines": lines})
            }
            "AssemblyOrder" => {
                let lines = json!([{"productId": self.good, "quantity": "1"}]);
                json!({"kind": "ASSEMBLY", "productId": self.kit, "quantity": "1", "lines": lines})
            }
            other => panic!("nobody has said what {other} is made of"),
        }
    }
}

/// A confirmed order of a service.
async fn service_order(company: &Company, customer: &str) -> String {
    let director = &company.director;
    let input = json!({"sku": "HOUR", "name": "Hour", "unit": "h", "isService": true});
    let made = director.does("createProduct", input, "product { id }").await;
    let lines = json!([{"productId": made["product"]["id"], "quantity": "2", "price": "9"}]);
    let input = json!({"customerId": customer, "lines": lines});
    let made = director.does("createSalesOrder", input, "order { id version }").await;
    let input = json!({"id": made["order"]["id"], "version": made["order"]["version"]});
    director.does("confirmSalesOrder", input, "order { id }").await;
    text(&made["order"]["id"])
}

/// A field that all see, and one that is the director's; both narrow lists.
async fn fields(company: &Company, subject: &str) {
    field(company, subject, "own", "TEXT", json!({"isFilterable": true})).await;
    let hidden = json!({"isFilterable": true, "readRoles": ["director"], "place": 1});
    field(company, subject, "secret", "TEXT", hidden).await;
}

#[tokio::test]
async fn papers_are_made_with_fields_and_found_by_them() {
    let company = Company::new().await;
    let both = json!([{"key": "own", "text": "this"}, {"key": "secret", "text": "hidden"}]);
    let basis = Basis::new(&company).await;
    for paper in PAPERS {
        fields(&company, paper.subject).await;
        let made = paper.make(&company, &basis, both.clone()).await;
        assert_eq!(told(&made), pairs(&[("own", "this"), ("secret", "hidden")]), "{}", paper.kind);
        let bare = paper.make(&company, &basis, json!([])).await;
        assert_eq!(told(&bare), [], "{}", paper.kind);
        for (key, condition, expected) in [
            ("own", "equals: \"THIS\"", vec![&made]),
            ("secret", "startsWith: \"hid\"", vec![&made]),
            ("own", "isSet: false", vec![&bare]),
            ("own", "in: []", vec![]),
        ] {
            let query = paper.by(key, condition);
            let found = company.director.ask(&query, json!({})).await[paper.list].clone();
            let ids: Vec<Value> = expected.iter().map(|one| json!({"id": one["id"]})).collect();
            assert_eq!(found["nodes"], json!(ids), "{query}");
            assert_eq!(found["totalCount"]["count"], expected.len(), "{query}");
        }
        // Who may see the document but not the field meets the field nowhere.
        let name = paper.field();
        let query = format!("query($id: ID!) {{ {name}(id: $id) {{ {HELD} }} }}");
        let seen = company.accounting.ask(&query, json!({"id": made["id"]})).await;
        assert_eq!(told(&seen[&name]), pairs(&[("own", "this")]), "{}", paper.kind);
        let query = paper.by("secret", "equals: \"hidden\"");
        assert_eq!(company.accounting.denied(&query, json!({})).await, "BAD_USER_INPUT");
    }
}

#[tokio::test]
async fn papers_take_fields_with_a_change_and_after_they_ended() {
    let company = Company::new().await;
    let basis = Basis::new(&company).await;
    for paper in PAPERS {
        fields(&company, paper.subject).await;
        let custom = json!([{"key": "own", "text": "first"}]);
        let mut made = paper.make(&company, &basis, custom).await;
        if let Some(mutation) = paper.changed_by {
            let input = json!({"id": made["id"], "version": made["version"],
                "customFields": [{"key": "own", "text": "new"}, {"key": "secret", "text": "x"}]});
            made = paper.run(&company, mutation, input).await;
            assert_eq!(told(&made), pairs(&[("own", "new"), ("secret", "x")]), "{}", paper.kind);
            let input = json!({"id": made["id"], "version": made["version"],
                "customFields": [{"key": "secret"}]});
            made = paper.run(&company, mutation, input).await;
            assert_eq!(told(&made), pairs(&[("own", "new")]), "{}", paper.kind);
        }
        // Another manager writes nothing into it.
        let input = json!({"recordId": made["id"], "version": made["version"],
            "customFields": [{"key": "own", "text": "mine"}]});
        let query = "mutation($input: SetCustomFieldsInput!) {
            setCustomFields(input: $input) { userErrors { code } } }";
        let code = company.boris.denied(query, json!({"input": input})).await;
        assert_eq!(code, paper.denied, "{}", paper.kind);
        let ended = paper.end(&company, &made).await;
        set(&company, &ended, "late", paper.kind).await;
        // What was read before that is stale.
        let input = json!({"recordId": ended["id"], "version": ended["version"],
            "customFields": [{"key": "own", "text": "later"}]});
        let code = company.director.refused("setCustomFields", input, "record { id }").await;
        assert_eq!(code, "STALE_VERSION", "{}", paper.kind);
    }
}
