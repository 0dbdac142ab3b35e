//! Who has to decide gets a letter with a link, and decides through it: once, in his own name, and
//! nothing that he could not decide when signed in.

mod deciding;
mod holders;
mod links;
mod writing;

use serde_json::{Value, json};
use stories::actor::{Actor, text};
use stories::company::{Company, PASSWORD, merge};
use stories::house::Replica;
use stories::mail::{Catcher, Caught};

use super::{confirms, discounted, request, rule};

/// A company whose letters are caught: oil for 100, a cook who is Anna's, and a rule that asks for
/// discounts above the limit.
struct Office {
    catcher: Catcher,
    replica: Replica,
    company: Company,
    oil: String,
    cook: String,
}

impl Office {
    /// Where the director is asked.
    async fn new() -> Self {
        let office = Self::without_rule().await;
        rule(&office.company, "DISCOUNT_OVER_LIMIT", "director", json!({})).await;
        office
    }

    async fn without_rule() -> Self {
        let catcher = Catcher::new().await;
        let replica = Replica::with_mail(catcher.url()).await;
        Self::at(catcher, replica).await
    }

    async fn at(catcher: Catcher, replica: Replica) -> Self {
        let company = Company::at(replica.house()).await;
        let at = company.furnish().await;
        let oil = company.product(&at, "OIL", "100.00").await;
        company.receive(&at, None, &[(&oil, "50", "60.00")]).await;
        let cook = company.customer("Cook", &company.anna_id, json!({})).await;
        Self { catcher, replica, company, oil, cook }
    }

    /// Anna sells four with a discount that she may not give: the order and its request.
    async fn asked(&self) -> (String, String) {
        self.asked_by(&self.company.anna, &self.cook).await
    }

    async fn asked_by(&self, actor: &Actor, customer: &str) -> (String, String) {
        let (order, _) = discounted(actor, customer, &self.oil, ("4", "15")).await;
        let told = confirms(actor, &order).await;
        assert_eq!(told["order"]["state"], "PENDING_APPROVAL");
        (order, request(&told))
    }

    /// The newest letter to a mailbox of the company, once so many have come.
    async fn letter(&self, mailbox: &str, count: usize) -> Caught {
        self.catcher.letter_to(&self.company.email(mailbox), count).await
    }

    /// Who was written to about a request, each time that somebody was: names of each time, the
    /// oldest first.
    async fn written_to(&self, request: &str) -> Vec<Vec<String>> {
        let users = self.company.admin.all("users", "id name").await;
        let name = |plain: &Value| {
            let his = |one: &&Value| crate::quotes::plain(&one["id"]) == text(plain);
            text(&users.iter().find(his).unwrap()["name"])
        };
        let entries = trail(&self.company, request, "writeApprovalLetters").await;
        let names = |entry: &Value| {
            let to = entry["changes"]["to"].as_array().unwrap();
            let mut names: Vec<String> = to.iter().map(|one| name(&one["user"])).collect();
            names.sort_unstable();
            names
        };
        entries.iter().rev().map(names).collect()
    }

    /// Changes a user of the company.
    async fn change(&self, mailbox: &str, more: Value) {
        let users = self.company.admin.all("users", "id version email").await;
        let email = self.company.email(mailbox);
        let found = users.iter().find(|one| one["email"] == email.as_str()).unwrap();
        let mut input = json!({"id": found["id"], "version": found["version"]});
        merge(&mut input, more);
        self.company.admin.does("updateUser", input, "user { id }").await;
    }

    /// The least price of the oil.
    async fn minimum(&self, price: &str) {
        let query = "query($id: ID!) { product(id: $id) { version } }";
        let found = self.company.director.ask(query, json!({"id": self.oil})).await;
        let version = &found["product"]["version"];
        let input = json!({"id": self.oil, "version": version, "minPrice": price});
        self.company.director.does("updateProduct", input, "product { id }").await;
    }

    /// A further person who reads English.
    async fn english(&self, mailbox: &str, role: &str) {
        let input = json!({"email": self.company.email(mailbox), "name": mailbox,
            "password": PASSWORD, "roles": [role], "language": "EN"});
        self.company.admin.does("createUser", input, "user { id }").await;
    }

    /// A user's id.
    async fn id_of(&self, name: &str) -> String {
        let users = self.company.admin.all("users", "id name").await;
        text(&users.iter().find(|one| one["name"] == name).unwrap()["id"])
    }

    async fn verify(&self) {
        self.replica.house().verify(&self.company.slug).await;
    }
}

/// What the audit trail tells of a record, the newest first.
async fn trail(company: &Company, subject: &str, action: &str) -> Vec<Value> {
    let query = "query($filter: AuditFilter) { auditTrail(filter: $filter) { nodes {
        action actorKind user { name } changes } } }";
    let filter = json!({"subjectId": subject, "action": action});
    let told = company.admin.ask(query, json!({"filter": filter})).await;
    told["auditTrail"]["nodes"].as_array().unwrap().clone()
}

/// A request as its decider sees it when signed in.
async fn seen(actor: &Actor, request: &str) -> Value {
    let query = "query($id: ID!) { approvalRequest(id: $id) { state version decisions {
        verdict comment byLink user { name } onBehalfOf { name } } } }";
    actor.ask(query, json!({"id": request})).await["approvalRequest"].clone()
}
