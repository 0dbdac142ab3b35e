//! Orders made of a quote.

use serde_json::{Value, json};
use stories::company::merge;
use stories::house::house;
use stories::stock::confirm;

use super::{QUOTE, Shop, quote_now, sum};

const ORDER: &str = "order { id version quote { id } total { net { amount } } lines { id quantity
    quoteLine { id } price { amount } amount { amount } discountPercent product { id }
    priceExplanation { steps { kind english } } } }";

/// Accepted by telephone, shades and all.
async fn accepted(shop: &Shop) -> Value {
    let draft = shop.draft(json!({})).await;
    let input = json!({"id": draft["id"], "optionalLineIds": [draft["lines"][1]["id"]],
        "by": "Ivan, by telephone"});
    let quote = shop.company.anna.does("acceptQuote", input, QUOTE).await["quote"].take();
    assert_eq!((&quote["state"], &quote["answeredByLink"]), (&json!("ACCEPTED"), &json!(false)));
    assert!(quote["number"].is_string(), "a number is given on leaving DRAFT");
    quote
}

async fn ordered(shop: &Shop, quote: &Value, lines: Value) -> Result<Value, String> {
    let mut input = json!({"quoteId": quote["id"]});
    if !lines.is_null() {
        merge(&mut input, json!({"lines": lines}));
    }
    let tried = shop.company.anna.tries("createSalesOrderFromQuote", input, ORDER).await;
    tried.map(|mut payload| payload["order"].take())
}

#[tokio::test]
async fn two_orders_share_a_quote_and_keep_its_prices() {
    let shop = Shop::at(house()).await;
    let quote = accepted(&shop).await;
    let lamp = &quote["lines"][0];
    // Everything is twice as dear from today on.
    let today = house().today().to_string();
    let input = json!({"priceListId": shop.at.price_list, "validFrom": today, "prices": [
        {"productId": shop.lamp, "price": "200"}, {"productId": shop.shade, "price": "20"}]});
    shop.company.director.does("setPrices", input, "priceList { id }").await;

    let four = json!([{"quoteLineId": lamp["id"], "quantity": "4"}]);
    let first = ordered(&shop, &quote, four).await.unwrap();
    assert_eq!(first["quote"]["id"], quote["id"]);
    let line = &first["lines"][0];
    assert_eq!(line["quoteLine"]["id"], lamp["id"]);
    assert_eq!(sum(&line["price"]["amount"]), "100");
    assert_eq!(sum(&line["amount"]["amount"]), "400");
    let steps = line["priceExplanation"]["steps"].as_array().unwrap();
    assert!(steps.iter().any(|step| step["kind"] == "SUMMED"), "{steps:?}");
    confirm(&shop.company.anna, &(first["id"].as_str().unwrap().to_owned(), 1)).await;

    let rest = ordered(&shop, &quote, json!(null)).await.unwrap();
    let quantities: Vec<&Value> =
        rest["lines"].as_array().unwrap().iter().map(|line| &line["quantity"]).collect();
    assert_eq!(quantities, ["6", "5"]);
    assert_eq!(sum(&rest["total"]["net"]["amount"]), "650");
    let now = quote_now(&shop.company.anna, &quote["id"]).await;
    assert_eq!(
        (&now["lines"][0]["ordered"], &now["lines"][0]["leftToOrder"]),
        (&json!("10"), &json!("0"))
    );

    // Nothing is left; what an order lets go is.
    assert_eq!(ordered(&shop, &quote, json!(null)).await, Err("EXCEEDS_QUOTE".to_owned()));
    let one = json!([{"quoteLineId": lamp["id"], "quantity": "1"}]);
    assert_eq!(ordered(&shop, &quote, one.clone()).await, Err("EXCEEDS_QUOTE".to_owned()));
    let input = json!({"id": first["id"], "reason": "He changed his mind"});
    shop.company.anna.does("cancelSalesOrder", input, "order { id }").await;
    let third = ordered(&shop, &quote, one).await.unwrap();
    assert_eq!(sum(&third["lines"][0]["amount"]["amount"]), "100");
    house().verify(&shop.company.slug).await;
}

#[tokio::test]
async fn a_draft_that_is_changed_keeps_what_was_offered_and_prices_the_rest() {
    let shop = Shop::at(house()).await;
    let anna = &shop.company.anna;
    let quote = accepted(&shop).await;
    let order = ordered(&shop, &quote, json!(null)).await.unwrap();
    let today = house().today().to_string();
    let input = json!({"priceListId": shop.at.price_list, "validFrom": today, "prices": [
        {"productId": shop.lamp, "price": "200"}]});
    shop.company.director.does("setPrices", input, "priceList { id }").await;
    // Kept as it is while something else changes.
    let input = json!({"id": order["id"], "version": order["version"], "comment": "Call first"});
    let order = anna.does("updateSalesOrder", input, ORDER).await["order"].take();
    assert_eq!(sum(&order["lines"][0]["price"]["amount"]), "100");
    // Three of what was offered, two more at today's price.
    let line = |quantity: &str, kept: Value| {
        json!({"productId": shop.lamp, "quantity": quantity,
        "quoteLineId": kept})
    };
    let kept = &quote["lines"][0]["id"];
    let lines = json!([line("3", kept.clone()), line("2", json!(null))]);
    let input = json!({"id": order["id"], "version": order["version"], "lines": lines});
    let order = anna.does("updateSalesOrder", input, ORDER).await["order"].take();
    let lines = order["lines"].as_array().unwrap().iter();
    let amounts: Vec<String> = lines.map(|line| sum(&line["amount"]["amount"])).collect();
    assert_eq!(amounts, ["300", "400"]);
    let now = quote_now(anna, &quote["id"]).await;
    assert_eq!(
        (&now["lines"][0]["ordered"], &now["lines"][1]["ordered"]),
        (&json!("3"), &json!("0"))
    );

    for (lines, code) in [
        (json!([line("11", kept.clone())]), "EXCEEDS_QUOTE"),
        (json!([{"productId": shop.shade, "quantity": "1", "quoteLineId": kept}]), "INVALID"),
        (
            json!([{"productId": shop.lamp, "quantity": "1", "quoteLineId": kept, "discountPercent": "9"}]),
            "INVALID",
        ),
    ] {
        let input = json!({"id": order["id"], "version": order["version"], "lines": lines});
        assert_eq!(anna.refused("updateSalesOrder", input, "order { id }").await, code, "{lines}");
    }
    // An order of no quote keeps no prices of one.
    let input = json!({"customerId": shop.client, "lines": [line("1", kept.clone())]});
    let code = anna.refused("createSalesOrder", input, "order { id }").await;
    assert_eq!(code, "UNKNOWN_REFERENCE");
    house().verify(&shop.company.slug).await;
}

#[tokio::test]
async fn only_what_was_accepted_and_chosen_is_ordered() {
    let shop = Shop::at(house()).await;
    let (quote, _) = shop.offered(json!({})).await;
    assert_eq!(ordered(&shop, &quote, json!(null)).await, Err("ILLEGAL_TRANSITION".to_owned()));
    let input = json!({"id": quote["id"]});
    shop.company.anna.does("acceptQuote", input, "quote { id }").await;
    let shade = json!([{"quoteLineId": quote["lines"][1]["id"], "quantity": "1"}]);
    assert_eq!(ordered(&shop, &quote, shade).await, Err("UNKNOWN_REFERENCE".to_owned()));
    let all = ordered(&shop, &quote, json!(null)).await.unwrap();
    assert_eq!(all["lines"].as_array().unwrap().len(), 1, "the shades were not chosen");
}

/// What was typed on the quote is the quote's: the order keeps it while something else changes, and a
/// copy of the order asks for it anew.
#[tokio::test]
async fn an_order_of_a_typed_offer_is_changed_and_copied() {
    let shop = Shop::at(house()).await;
    let anna = &shop.company.anna;
    let lines = json!([{"productId": shop.lamp, "quantity": "10", "discountPercent": "9"}]);
    let draft = shop.draft(json!({"lines": lines})).await;
    let accepted = json!({"id": draft["id"], "by": "Ivan, by telephone"});
    let quote = anna.does("acceptQuote", accepted, QUOTE).await["quote"].take();
    let order = ordered(&shop, &quote, json!(null)).await.unwrap();
    let input = json!({"id": order["id"], "version": order["version"], "comment": "Call first"});
    let order = anna.does("updateSalesOrder", input, ORDER).await["order"].take();
    let line = &order["lines"][0];
    assert_eq!(
        (&line["discountPercent"], sum(&line["amount"]["amount"])),
        (&json!("9"), "910".to_owned())
    );
    assert_eq!(line["quoteLine"]["id"], quote["lines"][0]["id"]);

    let copy = anna.does("copySalesOrder", json!({"id": order["id"]}), ORDER).await["order"].take();
    let line = &copy["lines"][0];
    assert_eq!(
        (&line["discountPercent"], sum(&line["amount"]["amount"])),
        (&json!("9"), "910".to_owned())
    );
    assert!(copy["quote"].is_null() && line["quoteLine"].is_null(), "it was offered once");
    let now = quote_now(anna, &quote["id"]).await;
    assert_eq!(now["lines"][0]["ordered"], "10");
    house().verify(&shop.company.slug).await;
}
