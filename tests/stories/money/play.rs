//! Random documents through the API against a simple model: the customer's balance is the model's, to
//! the kopeck, after every step.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::{number, text};
use stories::company::Company;
use stories::house::house;

use super::sell;

/// Steps of one play.
const STEPS: usize = 40;

/// What stands of one sale: its line, and what of it is not credited.
struct Sold {
    shipment: String,
    line: String,
    left: Decimal,
}

/// What happened and can be undone.
enum Done {
    Payment(String, Decimal),
    Refund(String, Decimal),
    Correction(String, usize, Decimal),
}

#[tokio::test]
async fn the_balance_is_that_of_a_simple_model_whatever_happens() {
    let seed = 20_260_301;
    let mut dice = StdRng::seed_from_u64(seed);
    let company = Company::new().await;
    let at = company.furnish().await;
    let goods = company.product(&at, "PLAY", "33.33").await;
    company.receive(&at, None, &[(&goods, "1000", "10")]).await;
    let customer = company.customer("Player", &company.anna_id, json!({})).await;
    let accounting = &company.accounting;
    let (mut sales, mut done): (Vec<Sold>, Vec<Done>) = (Vec::new(), Vec::new());
    let mut model = Decimal::ZERO;
    for step in 0..STEPS {
        match dice.random_range(0..6) {
            0 | 1 => {
                let pieces = dice.random_range(1..9).to_string();
                let sale = sell(&company, &customer, &goods, &pieces).await;
                let gross = billed(&company, &sale.shipment).await;
                model += gross;
                sales.push(Sold { shipment: sale.shipment, line: sale.line, left: gross });
            }
            2 => {
                let amount = Decimal::new(dice.random_range(1..40_000), 2);
                let input = json!({"customerId": customer, "amount": amount.to_string()});
                let made = accounting.does("recordPayment", input, "payment { id }").await;
                model -= amount;
                done.push(Done::Payment(text(&made["payment"]["id"]), amount));
            }
            3 => {
                let amount = Decimal::new(dice.random_range(1..10_000), 2);
                let input = json!({"customerId": customer, "amount": amount.to_string(),
                    "reason": "play"});
                // More than is free is refused, and changes nothing.
                if let Ok(made) = accounting.tries("refundCustomer", input, "refund { id }").await {
                    model += amount;
                    done.push(Done::Refund(text(&made["refund"]["id"]), amount));
                }
            }
            4 if !sales.is_empty() => {
                let which = dice.random_range(0..sales.len());
                let amount = Decimal::new(dice.random_range(1..5_000), 2);
                let sold = &mut sales[which];
                if let Some(id) = corrected(&company, sold, amount).await {
                    model -= amount;
                    sold.left -= amount;
                    done.push(Done::Correction(id, which, amount));
                }
            }
            _ if !done.is_empty() => {
                let which = dice.random_range(0..done.len());
                if let Some(change) = undone(&company, &done[which]).await {
                    model += change;
                    if let Done::Correction(_, sale, amount) = done.remove(which) {
                        sales[sale].left += amount;
                    }
                }
            }
            _ => {}
        }
        let told = told(&company, &customer).await;
        assert_eq!(told, model, "seed {seed}, step {step}");
    }
    house().verify(&company.slug).await;
}

/// What a shipment came to, with VAT.
async fn billed(company: &Company, shipment: &str) -> Decimal {
    let query = "query($id: ID!) { shipment(id: $id) { total { gross { amount } } } }";
    let told = company.director.ask(query, json!({"id": shipment})).await;
    number(&told["shipment"]["total"]["gross"]["amount"])
}

async fn told(company: &Company, customer: &str) -> Decimal {
    let query = "query($id: ID!) { receivablesAgeing(customerId: $id) {
        totals { balance { amount } } } }";
    let told = company.accounting.ask(query, json!({"id": customer})).await;
    let totals: &Value = &told["receivablesAgeing"]["totals"][0];
    if totals.is_null() { Decimal::ZERO } else { number(&totals["balance"]["amount"]) }
}

/// Takes an amount off a sale; none where less of it stands.
async fn corrected(company: &Company, sold: &Sold, amount: Decimal) -> Option<String> {
    let lines = json!([{"shipmentLineId": sold.line, "amount": amount.to_string()}]);
    let input = json!({"shipmentId": sold.shipment, "reason": "play", "lines": lines});
    let selection = "priceCorrection { id }";
    let made = company.accounting.tries("createPriceCorrection", input, selection).await;
    assert_eq!(made.is_ok(), amount <= sold.left, "{made:?}");
    let id = text(&made.ok()?["priceCorrection"]["id"]);
    company.accounting.does("postPriceCorrection", json!({"id": id}), selection).await;
    Some(id)
}

/// Undoes what was done: by how much the customer owes more then. None where something stands on it.
async fn undone(company: &Company, done: &Done) -> Option<Decimal> {
    let version = async |field: &str, id: &str| {
        let query = format!("query($id: ID!) {{ {field}(id: $id) {{ version }} }}");
        company.accounting.ask(&query, json!({"id": id})).await[field]["version"].clone()
    };
    let (mutation, input, selection, change) = match done {
        Done::Payment(id, amount) => {
            let input = json!({"id": id, "version": version("payment", id).await});
            ("reversePayment", input, "payment { id }", *amount)
        }
        Done::Refund(id, amount) => {
            let input = json!({"id": id, "version": version("refund", id).await});
            ("reverseRefund", input, "refund { id }", -*amount)
        }
        Done::Correction(id, _, amount) => {
            let input = json!({"id": id, "reason": "play"});
            ("reversePriceCorrection", input, "priceCorrection { id }", *amount)
        }
    };
    match company.accounting.tries(mutation, input, selection).await {
        Ok(_) => Some(change),
        Err(code) => {
            assert_eq!(code, "IN_USE");
            None
        }
    }
}
