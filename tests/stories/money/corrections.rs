//! What was sold becomes cheaper, and money goes back.

use serde_json::json;
use stories::company::Company;
use stories::house::house;

use super::{balance, correct, pay, plain, sale};
use crate::returns::worked::totals;

#[tokio::test]
async fn a_correction_after_the_payment_becomes_an_advance_and_is_given_back() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let sold = sale(&company, &at, "10").await;
    let accounting = &company.accounting;
    let payment = pay(&company, "1000", json!({"customerId": sold.customer})).await;
    assert_eq!(plain(&payment["advance"]), "0");
    let input = json!({"customerId": sold.customer, "amount": "0.01", "reason": "early"});
    let code = accounting.refused("refundCustomer", input, "refund { id }").await;
    assert_eq!(code, "OUT_OF_RANGE");

    let correction = correct(&company, &sold, "200").await;
    assert_eq!(balance(&company, &sold.customer, "").await, "-200");
    let figure = |text: &str| text.to_owned();
    assert_eq!(totals(&company).await, (figure("10"), figure("800"), figure("500")));
    house().verify(&company.slug).await;

    let input = json!({"customerId": sold.customer, "amount": "150", "reason": "overpaid",
        "idempotencyKey": "once"});
    let selection = "refund { id version state parts { amount { amount } payment { id } } }";
    let refund =
        accounting.does("refundCustomer", input.clone(), selection).await["refund"].clone();
    let again = accounting.does("refundCustomer", input, selection).await["refund"].clone();
    assert_eq!(refund["id"], again["id"]);
    assert_eq!(refund["parts"][0]["payment"]["id"], payment["id"]);
    assert_eq!(balance(&company, &sold.customer, "").await, "-50");
    house().verify(&company.slug).await;

    // What was given back is not given back twice, nor reversed away.
    let input = json!({"paymentId": payment["id"], "amount": "50.01", "reason": "more"});
    let code = accounting.refused("refundCustomer", input, "refund { id }").await;
    assert_eq!(code, "OUT_OF_RANGE");
    let query = "query($id: ID!) { payment(id: $id) { version } }";
    let read = accounting.ask(query, json!({"id": payment["id"]})).await;
    let reversal = json!({"id": payment["id"], "version": read["payment"]["version"]});
    let code = accounting.refused("reversePayment", reversal.clone(), "payment { id }").await;
    assert_eq!(code, "IN_USE");

    let input = json!({"id": refund["id"], "version": refund["version"]});
    accounting.does("reverseRefund", input, "refund { state }").await;
    assert_eq!(balance(&company, &sold.customer, "").await, "-200");
    let input = json!({"id": correction, "reason": "not agreed after all"});
    let selection = "priceCorrection { state creditNote { reversedOn } }";
    let told = accounting.does("reversePriceCorrection", input, selection).await;
    assert!(told["priceCorrection"]["creditNote"]["reversedOn"].is_string());
    assert_eq!(balance(&company, &sold.customer, "").await, "0");
    assert_eq!(totals(&company).await, (figure("10"), figure("1000"), figure("500")));
    house().verify(&company.slug).await;
    accounting.does("reversePayment", reversal, "payment { id }").await;
    assert_eq!(balance(&company, &sold.customer, "").await, "1000");
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn a_new_price_takes_off_what_is_above_it_when_it_is_posted() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let sold = sale(&company, &at, "10").await;
    let accounting = &company.accounting;
    let at_price = async |price: &str| {
        let lines = json!([{"shipmentLineId": sold.line, "price": price}]);
        let input = json!({"shipmentId": sold.shipment, "reason": "agreed", "lines": lines});
        let selection = "priceCorrection { id }";
        let made = accounting.does("createPriceCorrection", input, selection).await;
        json!({"id": made["priceCorrection"]["id"]})
    };
    let (first, twin, lower) = (at_price("90").await, at_price("90").await, at_price("80").await);
    let selection = "priceCorrection { total { net { amount } } lines { amount { amount } } }";
    accounting.does("postPriceCorrection", first, selection).await;
    assert_eq!(balance(&company, &sold.customer, "").await, "900");
    // It costs ninety already.
    let code = accounting.refused("postPriceCorrection", twin, selection).await;
    assert_eq!(code, "OUT_OF_RANGE");

    // Four pieces come back, and the other six go from ninety to eighty.
    let lines = json!([{"shipmentLineId": sold.line, "quantity": "4"}]);
    let input = json!({"shipmentId": sold.shipment, "reason": "back", "lines": lines});
    let back = company.anna.does("createSalesReturn", input, "salesReturn { id }").await;
    let post = json!({"id": back["salesReturn"]["id"]});
    company.warehouse.does("postSalesReturn", post, "salesReturn { id }").await;
    let told = accounting.does("postPriceCorrection", lower, selection).await;
    let told = &told["priceCorrection"];
    assert_eq!(plain(&told["total"]["net"]), "60");
    assert_eq!(plain(&told["lines"][0]["amount"]), "60");
    assert_eq!(balance(&company, &sold.customer, "").await, "480");
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn returns_and_corrections_share_what_was_sold() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let sold = sale(&company, &at, "10").await;
    let accounting = &company.accounting;
    // By a price for what has not come back, and never upwards.
    let at_price = |price: &str| {
        let lines = json!([{"shipmentLineId": sold.line, "price": price}]);
        json!({"shipmentId": sold.shipment, "reason": "agreed", "lines": lines})
    };
    let selection = "priceCorrection { id total { net { amount } } }";
    for price in ["100", "101"] {
        let code = accounting.refused("createPriceCorrection", at_price(price), selection).await;
        assert_eq!(code, "OUT_OF_RANGE");
    }
    let back = async |pieces: &str| {
        let lines = json!([{"shipmentLineId": sold.line, "quantity": pieces}]);
        let input = json!({"shipmentId": sold.shipment, "reason": "back", "lines": lines});
        let made = company.anna.does("createSalesReturn", input, "salesReturn { id }").await;
        let id = made["salesReturn"]["id"].clone();
        let post =
            company.warehouse.does("postSalesReturn", json!({"id": id}), "salesReturn { id }");
        post.await;
        house().verify(&company.slug).await;
        id
    };
    back("4").await;
    let made = accounting.does("createPriceCorrection", at_price("90"), selection).await;
    assert_eq!(plain(&made["priceCorrection"]["total"]["net"]), "60");
    let correction = made["priceCorrection"]["id"].clone();
    let post = json!({"id": correction});
    accounting.does("postPriceCorrection", post, "priceCorrection { id }").await;
    house().verify(&company.slug).await;
    assert_eq!(balance(&company, &sold.customer, "").await, "540");

    // What comes back afterwards comes back at the new price, and the last takes the rest.
    back("1").await;
    assert_eq!(balance(&company, &sold.customer, "").await, "450");
    let last = back("5").await;
    assert_eq!(balance(&company, &sold.customer, "").await, "0");
    let input = json!({"shipmentId": sold.shipment, "reason": "more", "amount": "0.01"});
    let code = accounting.refused("createPriceCorrection", input, selection).await;
    assert_eq!(code, "EXCEEDS_SHIPMENT");

    // The correction stands under the returns; the shipment under both.
    let undo = json!({"id": correction, "reason": "no"});
    let code = accounting.refused("reversePriceCorrection", undo, "priceCorrection { id }").await;
    assert_eq!(code, "IN_USE");
    let input = json!({"id": last, "reason": "they kept it"});
    accounting.does("reverseSalesReturn", input, "salesReturn { id }").await;
    house().verify(&company.slug).await;
    assert_eq!(balance(&company, &sold.customer, "").await, "450");
    let input = json!({"id": sold.shipment, "reason": "by mistake"});
    let code = company.director.refused("reverseShipment", input, "shipment { id }").await;
    assert_eq!(code, "IN_USE");
}
