//! All seven kinds of rules as a table: off and on, and the case under, at and above the threshold.

use chrono::Duration;
use serde_json::{Value, json};
use stories::actor::{Actor, text};
use stories::company::{Company, merge};
use stories::house::house;
use stories::stock::draft;

/// What comes of a document.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Passed,
    Asked,
    Refused(String),
}
use Outcome::{Asked, Passed};

fn refused(code: &str) -> Outcome {
    Outcome::Refused(code.to_owned())
}

/// Goods at 100.00 that cost 60.00, one kind with a minimum price of 95.00 and one with a minimum
/// margin of 40 %; and customers on all terms that rules are about.
struct Shop {
    company: Company,
    plain: String,
    /// At least 95.00.
    kept: String,
    /// At least 40 %.
    thin: String,
    usual: String,
    /// May owe 1 000.00; beyond that somebody is asked.
    limited: String,
    /// Owes 100.00 for twenty days; and one who owes as much from today on.
    late: String,
    prompt: String,
    /// Pays all of it before.
    prepaying: String,
    /// Pays in 45 days.
    deferred: String,
}

impl Shop {
    async fn open() -> Self {
        let company = Company::new().await;
        let at = company.furnish().await;
        let past = (house().today() - Duration::days(20)).to_string();
        let product = async |sku: &str, minima: Value| {
            let id = company.product(&at, sku, "100.00").await;
            let mut input = json!({"id": id, "version": 1});
            merge(&mut input, minima);
            company.director.does("updateProduct", input, "product { id }").await;
            company.receive(&at, Some(&past), &[(&id, "200", "60.00")]).await;
            id
        };
        let plain = product("PLAIN", json!({})).await;
        let kept = product("KEPT", json!({"minPrice": "95.00"})).await;
        let thin = product("THIN", json!({"minMarginPercent": "40"})).await;
        let customer =
            async |name: &str, more: Value| company.customer(name, &company.anna_id, more).await;
        let asking = json!({"creditPolicy": "APPROVE"});
        let late = customer("Late", json!({"agreement": asking})).await;
        let prompt = customer("Prompt", json!({"agreement": asking})).await;
        owes(&company, &late, &plain, Some(past)).await;
        owes(&company, &prompt, &plain, None).await;
        let limited = json!({"creditLimit": "1000", "agreement": asking});
        let steps = |percent: &str, moment: &str, days: u32| {
            let steps = json!([{"percent": percent, "moment": moment, "days": days}]);
            json!({"agreement": {"paymentSteps": steps}})
        };
        Self {
            usual: customer("Usual", json!({})).await,
            limited: customer("Limited", limited).await,
            prepaying: customer("Prepaying", steps("100", "BEFORE_SHIPMENT", 0)).await,
            deferred: customer("Deferred", steps("100", "AFTER_SHIPMENT", 45)).await,
            company,
            plain,
            kept,
            thin,
            late,
            prompt,
        }
    }

    /// Tries a document that is special for a kind, or as special as is still usual; and gives it up
    /// where it stands in the way.
    async fn tries(&self, kind: &str, is_special: bool) -> Outcome {
        let of = |special: &'static str, usual: &'static str| {
            if is_special { special } else { usual }
        };
        match kind {
            "DISCOUNT_OVER_LIMIT" => {
                self.confirms(&self.usual, &self.plain, "1", Some(of("15", "10"))).await
            }
            "PRICE_BELOW_MINIMUM" => {
                self.confirms(&self.usual, &self.kept, "1", Some(of("9.75", "5"))).await
            }
            "MARGIN_BELOW_MINIMUM" => {
                self.confirms(&self.usual, &self.thin, "1", Some(of("4", "0"))).await
            }
            "CREDIT_LIMIT_EXCEEDED" => {
                self.confirms(&self.limited, &self.plain, of("12", "10"), None).await
            }
            "SPECIAL_TERMS" => {
                let customer = if is_special { &self.deferred } else { &self.usual };
                self.confirms(customer, &self.plain, "1", None).await
            }
            "SHIPMENT_WITH_OVERDUE_DEBT" => {
                let customer = if is_special { &self.late } else { &self.prompt };
                self.ships(customer, None).await
            }
            "SHIPMENT_BEFORE_PAYMENT" => {
                self.ships(&self.prepaying, Some(of("200.00", "500.00"))).await
            }
            _ => unreachable!("{kind}"),
        }
    }

    /// Anna writes an order and confirms it.
    async fn confirms(
        &self,
        customer: &str,
        product: &str,
        quantity: &str,
        discount: Option<&str>,
    ) -> Outcome {
        let anna = &self.company.anna;
        let line = json!({"productId": product, "quantity": quantity, "discountPercent": discount});
        let input = json!({"customerId": customer, "lines": [line]});
        let made = anna.tries("createSalesOrder", input, "order { id }").await;
        let id = match made {
            Ok(made) => made["order"]["id"].clone(),
            Err(code) => return Outcome::Refused(code),
        };
        let told = anna.tries("confirmSalesOrder", json!({"id": id}), "order { state }").await;
        let input = json!({"id": id, "reason": "only a try"});
        anna.does("cancelSalesOrder", input, "order { id }").await;
        outcome(told.map(|told| text(&told["order"]["state"])), "CONFIRMED")
    }

    /// Five pieces leave, with so much paid ahead.
    async fn ships(&self, customer: &str, paid: Option<&str>) -> Outcome {
        let Company { anna, warehouse, accounting, .. } = &self.company;
        let order = draft(anna, customer, &[(&self.plain, "5")], json!({})).await.0;
        let told = anna.does("confirmSalesOrder", json!({"id": order}), "order { state }").await;
        assert_eq!(told["order"]["state"], "CONFIRMED");
        if let Some(paid) = paid {
            let input = json!({"orderId": order, "amount": paid});
            accounting.does("recordPayment", input, "payment { id }").await;
        }
        let selection = "shipment { id state }";
        let told = warehouse.tries("shipSalesOrder", json!({"orderId": order}), selection).await;
        let seen = outcome(told.clone().map(|told| text(&told["shipment"]["state"])), "POSTED");
        if seen == Asked {
            let input = json!({"id": told.unwrap()["shipment"]["id"]});
            warehouse.does("cancelShipment", input, "shipment { id }").await;
        }
        if seen != Passed {
            let input = json!({"id": order, "reason": "only a try"});
            anna.does("cancelSalesOrder", input, "order { id }").await;
        }
        seen
    }
}

fn outcome(told: Result<String, String>, passed: &str) -> Outcome {
    match told {
        Ok(state) if state == passed => Passed,
        Ok(state) => {
            assert_eq!(state, "PENDING_APPROVAL");
            Asked
        }
        Err(code) => Outcome::Refused(code),
    }
}

/// A piece at 100.00 leaves unpaid, on a day or today.
async fn owes(company: &Company, customer: &str, product: &str, date: Option<String>) {
    let director = &company.director;
    let dated = date.map_or(json!({}), |date| json!({"date": date}));
    let order = draft(director, customer, &[(product, "1")], dated.clone()).await.0;
    director.does("confirmSalesOrder", json!({"id": order}), "order { id }").await;
    let mut input = json!({"orderId": order});
    merge(&mut input, dated);
    director.does("shipSalesOrder", input, "shipment { id }").await;
}

/// One of the rules that a tenant begins with.
struct Rule<'a> {
    admin: &'a Actor,
    of: Value,
}

impl Rule<'_> {
    /// Switches it off, or on from a threshold on.
    async fn set(&mut self, is_on: bool, threshold: Option<&str>) {
        let input = json!({"id": self.of["id"], "version": self.of["version"],
            "name": self.of["name"], "kind": self.of["kind"], "isOn": is_on,
            "threshold": threshold, "steps": [{"approvers": [{"role": "director"}]}],
            "fallback": {"role": "director"}});
        let selection = "approvalRule { id version name kind }";
        self.of =
            self.admin.does("saveApprovalRule", input, selection).await["approvalRule"].take();
    }
}

#[tokio::test]
async fn seven_kinds_off_and_on_under_at_and_above_their_thresholds() {
    let shop = Shop::open().await;
    let admin = &shop.company.admin;
    let rules = admin.all("approvalRules", "id version name kind").await;
    // How special the document is, and a threshold that is more than that and one that is less;
    // what it is refused with where nobody can be asked.
    let table = [
        ("DISCOUNT_OVER_LIMIT", ["15.0001", "15", "14.9999"], "DISCOUNT_OVER_LIMIT"),
        ("PRICE_BELOW_MINIMUM", ["5.0001", "5", "4.9999"], "PRICE_BELOW_MINIMUM"),
        ("MARGIN_BELOW_MINIMUM", ["37.5001", "37.5", "37.4999"], "MARGIN_BELOW_MINIMUM"),
        ("CREDIT_LIMIT_EXCEEDED", ["200.01", "200", "199.99"], "CREDIT_LIMIT_EXCEEDED"),
        ("SHIPMENT_WITH_OVERDUE_DEBT", ["21", "20", "19"], "OVERDUE_DEBT"),
        ("SHIPMENT_BEFORE_PAYMENT", ["300.01", "300", "299.99"], "PREPAYMENT_DUE"),
        ("SPECIAL_TERMS", ["46", "45", "44"], ""),
    ];
    assert_eq!(rules.len(), table.len());
    for (kind, thresholds, code) in table {
        let of = rules.iter().find(|rule| rule["kind"] == kind).unwrap().clone();
        let mut rule = Rule { admin, of };
        // Special terms are let through where nobody minds; all else is refused.
        let unasked = || if code.is_empty() { Passed } else { refused(code) };
        assert_eq!(shop.tries(kind, true).await, unasked(), "{kind}, off");
        assert_eq!(shop.tries(kind, false).await, Passed, "{kind}, off, usual");
        rule.set(true, None).await;
        assert_eq!(shop.tries(kind, true).await, Asked, "{kind}, on");
        assert_eq!(shop.tries(kind, false).await, Passed, "{kind}, on, usual");
        // Margins are asked about below their threshold, all else from it on.
        let expected = match kind {
            "MARGIN_BELOW_MINIMUM" => [Asked, unasked(), unasked()],
            _ => [unasked(), Asked, Asked],
        };
        for (threshold, expected) in thresholds.into_iter().zip(expected) {
            rule.set(true, Some(threshold)).await;
            assert_eq!(shop.tries(kind, true).await, expected, "{kind} from {threshold}");
        }
        rule.set(false, None).await;
        assert_eq!(shop.tries(kind, true).await, unasked(), "{kind}, off again");
    }
    house().verify(&shop.company.slug).await;
}
