//! Suppliers, what they sell, and for how much.

use serde_json::{Value, json};
use stories::actor::text;
use stories::company::Company;

use super::person;

#[tokio::test]
async fn purchasing_keeps_suppliers_with_what_they_sell() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let nail = company.product(&at, "NAIL", "1.00").await;
    let buyer = person(&company, "purchasing").await;
    let supplier = json!({"name": "Zavod", "legalName": "ООО «Завод»", "inn": "7707083893",
        "kpp": "773601001", "phone": "+7 495 123-45-67", "email": "sales@zavod.example",
        "currency": "CNY", "leadTimeDays": 30});
    for (field, value, code) in [
        ("inn", json!("7707083894"), "INVALID"),
        ("kpp", json!("77"), "INVALID"),
        ("email", json!("nobody"), "INVALID"),
        ("phone", json!("12"), "INVALID"),
        ("leadTimeDays", json!(-1), "OUT_OF_RANGE"),
        ("name", json!(" "), "REQUIRED"),
    ] {
        let mut odd = supplier.clone();
        odd[field] = value;
        let refused = buyer.refused("createSupplier", odd, "supplier { id }").await;
        assert_eq!(refused, code, "{field}");
    }
    let made = buyer.does("createSupplier", supplier, "supplier { id version }").await;
    let supplier = text(&made["supplier"]["id"]);

    let item = json!({"supplierId": supplier, "productId": nail, "code": "N-1",
        "name": "Гвоздь 100", "minimumLot": "100.0", "lotMultiple": "12.5"});
    let mut odd = item.clone();
    odd["minimumLot"] = json!("0");
    let code = buyer.refused("createSupplierItem", odd, "supplierItem { id }").await;
    assert_eq!(code, "OUT_OF_RANGE");
    let made = buyer.does("createSupplierItem", item, "supplierItem { id version }").await;
    let item = text(&made["supplierItem"]["id"]);

    let prices = json!({"supplierItemId": item, "prices": [
        {"validFrom": "2020-01-01", "price": "1.5"}, {"validFrom": "2021-01-01", "price": "1.75"},
        {"validFrom": "2199-01-01", "price": "9"}]});
    let selection = "supplierItem { currentPrice { price validFrom } }";
    let told = buyer.does("setSupplierPrices", prices, selection).await;
    let current = &told["supplierItem"]["currentPrice"];
    assert_eq!(current["validFrom"], "2021-01-01");
    let prices = json!({"supplierItemId": item, "removed": ["2021-01-01"],
        "prices": [{"validFrom": "2020-01-01", "price": "1.6"}]});
    buyer.does("setSupplierPrices", prices, selection).await;
    let query = "query($id: ID!) { product(id: $id) { name supplierItems { code minimumLot
        lotMultiple leadTimeDays supplier { name currency leadTimeDays items { code } }
        product { sku } prices { validFrom } } } }";
    let told = buyer.ask(query, json!({"id": nail})).await;
    let expected = json!([{"code": "N-1", "minimumLot": "100", "lotMultiple": "12.5",
        "leadTimeDays": null, "supplier": {"name": "Zavod", "currency": "CNY", "leadTimeDays": 30,
        "items": [{"code": "N-1"}]}, "product": {"sku": "NAIL"},
        "prices": [{"validFrom": "2199-01-01"}, {"validFrom": "2020-01-01"}]}]);
    assert_eq!(told["product"]["supplierItems"], expected);
    for odd in [
        json!({"supplierItemId": item, "prices": []}),
        json!({"supplierItemId": item, "removed": ["2020-01-01", "2020-01-01"]}),
        json!({"supplierItemId": item, "prices": [{"validFrom": "2020-01-01", "price": "-1"}]}),
    ] {
        buyer.refused("setSupplierPrices", odd, selection).await;
    }
}

#[tokio::test]
async fn suppliers_are_seen_by_who_buys_and_their_prices_by_who_may_see_cost() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let nail = company.product(&at, "NAIL", "1.00").await;
    let made = company.accounting.does("createSupplier", json!({"name": "Z"}), "supplier { id }");
    let supplier = text(&made.await["supplier"]["id"]);
    let input = json!({"supplierId": supplier, "productId": nail});
    let made = company.director.does("createSupplierItem", input, "supplierItem { id }").await;
    let item = text(&made["supplierItem"]["id"]);
    for actor in [&company.anna, &company.warehouse, &company.admin] {
        for query in [
            "{ suppliers { nodes { id } } }",
            "{ supplierItems { nodes { id } } }",
            "mutation { createSupplier(input: {name: \"Y\"}) { supplier { id } } }",
        ] {
            assert_eq!(actor.denied(query, json!({})).await, "FORBIDDEN", "{}", actor.name);
        }
        let answer =
            actor.send("query($id: ID!) { node(id: $id) { id } }", json!({"id": supplier}));
        assert_eq!(answer.await["data"]["node"], Value::Null);
    }
    // A role that keeps suppliers and may not see cost.
    let rights = json!([{"object": "supplier", "act": "read", "reach": "ALL"},
        {"object": "supplier", "act": "write", "reach": "ALL"}]);
    let input = json!({"name": "clerk", "title": "Clerk", "includes": [], "rights": rights});
    company.admin.does("saveRole", input, "role { name }").await;
    let clerk = person(&company, "clerk").await;
    // A role holds within a second.
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let query = "{ supplierItems { nodes { id prices { price } } } }";
    assert_eq!(clerk.denied(query, json!({})).await, "FORBIDDEN");
    clerk.ask("{ supplierItems { nodes { id code } } }", json!({})).await;
    let query = "mutation($i: SetSupplierPricesInput!) { setSupplierPrices(input: $i) {
        supplierItem { id } } }";
    let input = json!({"supplierItemId": item,
        "prices": [{"validFrom": "2020-01-01", "price": "1"}]});
    assert_eq!(clerk.denied(query, json!({"i": input})).await, "FORBIDDEN");
}
