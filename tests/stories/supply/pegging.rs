//! Whoever waited for goods gets them when they come in, in the same transaction.

use futures::future::join_all;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::number;
use stories::company::Company;
use stories::house::house;
use stories::socket::Socket;
use stories::stock::{confirm, draft};

use super::demand::look;

async fn held(company: &Company, order: &str) -> Decimal {
    number(&look(&company.director, order).await["lines"][0]["reserved"])
}

#[tokio::test]
async fn goods_go_to_whoever_needs_them_first() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let bolt = company.product(&at, "BOLT", "10.00").await;
    let customer = company.customer("Zavod", &company.anna_id, json!({})).await;
    let order = async |more: Value| {
        let order = draft(&company.anna, &customer, &[(&bolt, "10")], more).await;
        confirm(&company.anna, &order).await;
        order.0
    };
    let late = order(json!({"requestedShipDate": "2199-09-01"})).await;
    let soon = order(json!({"requestedShipDate": "2199-03-01"})).await;
    let now = order(json!({})).await;
    let again = order(json!({})).await;

    let mut socket = Socket::signed_in(&company.anna.token).await;
    let changed = "subscription { documentChanged(kinds: [SALES_ORDER]) { documentId } }";
    socket.subscribe("1", changed, json!({})).await;
    company.receive(&at, None, &[(&bolt, "25", "5.00")]).await;
    let event = socket.event().await.to_string();
    assert!([&now, &again, &soon].iter().any(|id| event.contains(id.as_str())), "{event}");
    for (order, has) in [(&now, 10), (&again, 10), (&soon, 5), (&late, 0)] {
        assert_eq!(held(&company, order).await, Decimal::from(has));
    }
    let seen = look(&company.anna, &soon).await;
    assert_eq!(seen["lines"][0]["demand"]["state"], "OPEN");
    assert_eq!(number(&seen["lines"][0]["demand"]["quantity"]), Decimal::from(5));
    let query = "query($id: ID!) { order(id: $id) { history { action } } }";
    let told = company.anna.ask(query, json!({"id": now})).await;
    assert_eq!(told["order"]["history"][0]["action"], "reserveForDemand");
    house().verify(&company.slug).await;

    // What a cancelled order lets go does not lie free while others wait.
    let version = look(&company.anna, &again).await["version"].clone();
    let input = json!({"id": again, "version": version, "reason": "changed his mind"});
    company.anna.does("cancelSalesOrder", input, "order { id }").await;
    for (order, has) in [(&now, 10), (&again, 0), (&soon, 10), (&late, 5)] {
        assert_eq!(held(&company, order).await, Decimal::from(has));
    }
    let told = look(&company.anna, &again).await;
    assert!(told["lines"][0]["demand"]["state"] == "CANCELLED");
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn only_goods_that_fit_are_held_for_who_waits() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let far = company.director.does("createWarehouse", json!({"name": "Far"}), "warehouse { id }");
    let far = far.await["warehouse"]["id"].as_str().unwrap().to_owned();
    let milk = company.product(&at, "MILK", "10.00").await;
    let fussy = json!({"agreement": {"minShelfLifeDays": 30}});
    let fussy = company.customer("Fussy", &company.anna_id, fussy).await;
    let near = company.customer("Near", &company.anna_id, json!({})).await;
    let fresh = draft(&company.anna, &fussy, &[(&milk, "3")], json!({})).await;
    confirm(&company.anna, &fresh).await;
    let chosen = json!({"warehouseId": at.warehouse});
    let near = draft(&company.anna, &near, &[(&milk, "3")], chosen).await;
    confirm(&company.anna, &near).await;

    let expires = |days: i64| (house().today() + chrono::Duration::days(days)).to_string();
    let receive = async |warehouse: &str, days: i64, quantity: &str| {
        let line = json!({"productId": milk, "quantity": quantity, "unitCost": "5",
            "expiresOn": expires(days)});
        let input = json!({"warehouseId": warehouse, "lines": [line]});
        let selection = "goodsReceipt { id version }";
        let made = company.director.does("createGoodsReceipt", input, selection).await;
        let receipt = &made["goodsReceipt"];
        let input = json!({"id": receipt["id"], "version": receipt["version"]});
        company.director.does("postGoodsReceipt", input, "goodsReceipt { id }").await;
    };
    receive(&far, 10, "5").await;
    assert_eq!(held(&company, &fresh.0).await, Decimal::ZERO, "not fresh enough");
    assert_eq!(held(&company, &near.0).await, Decimal::ZERO, "not there");
    receive(&at.warehouse, 10, "2").await;
    assert_eq!(held(&company, &fresh.0).await, Decimal::ZERO);
    assert_eq!(held(&company, &near.0).await, Decimal::TWO);
    receive(&far, 30, "5").await;
    assert_eq!(held(&company, &fresh.0).await, Decimal::from(3));
    assert_eq!(held(&company, &near.0).await, Decimal::TWO);
    house().verify(&company.slug).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_and_receipts_never_pass_each_other_unseen() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let bolt = company.product(&at, "BOLT", "10.00").await;
    let nut = company.product(&at, "NUT", "10.00").await;
    let customer = company.customer("Zavod", &company.anna_id, json!({})).await;
    let mut orders = Vec::new();
    for n in 0..48 {
        let lines = if n % 2 == 0 {
            [(bolt.as_str(), "5"), (nut.as_str(), "1")]
        } else {
            [(nut.as_str(), "1"), (bolt.as_str(), "5")]
        };
        orders.push(draft(&company.anna, &customer, &lines, json!({})).await);
    }
    let (company, at, bolt, nut) = (&company, &at, &bolt, &nut);
    // Sixteen clients: each confirms three orders, brings goods in between, and cancels one.
    let work = orders.chunks(3).enumerate().map(|(n, orders)| async move {
        confirm(&company.anna, &orders[0]).await;
        company.receive(at, None, &[(nut, "2", "1.00"), (bolt, "9", "5.00")]).await;
        confirm(&company.anna, &orders[1]).await;
        confirm(&company.anna, &orders[2]).await;
        if n % 4 == 0 {
            let input = json!({"id": orders[1].0, "reason": "changed his mind"});
            company.anna.does("cancelSalesOrder", input, "order { id }").await;
        }
    });
    join_all(work).await;
    // 48 orders less 4 want 220 bolts and 44 nuts; 144 and 32 came.
    let query = "query($id: ID!) { product(id: $id) { stock { onHand reserved available } } }";
    for (product, came) in [(bolt, 144), (nut, 32)] {
        let told = company.director.ask(query, json!({"id": product})).await;
        assert_eq!(number(&told["product"]["stock"][0]["reserved"]), Decimal::from(came));
        assert_eq!(number(&told["product"]["stock"][0]["available"]), Decimal::ZERO);
    }
    let demands = company.director.all("demands", "quantity product { sku }").await;
    let missed = |sku: &str| -> Decimal {
        let of = demands.iter().filter(|one| one["product"]["sku"] == sku);
        of.map(|one| number(&one["quantity"])).sum()
    };
    assert_eq!((missed("BOLT"), missed("NUT")), (Decimal::from(76), Decimal::from(12)));
    house().verify(&company.slug).await;
}
