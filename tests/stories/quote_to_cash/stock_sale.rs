//! Standard stock sale: out of the warehouse, paid on the day of the shipment.

use serde_json::json;

use super::Shop;

#[tokio::test]
async fn standard_stock_sale() {
    let shop = Shop::on_route("Standard stock sale", json!({})).await;
    // Four came cheaper before the other twenty.
    shop.company.receive(&shop.at, None, &[(&shop.pump, "4", "600.00")]).await;
    shop.company.receive(&shop.at, None, &[(&shop.pump, "20", "650.00")]).await;

    let quote = shop.accepted_quote().await;
    let (order, held) = shop.confirmed_order(&quote).await;
    assert_eq!(order["salesRoute"]["name"], "Standard stock sale");
    assert_eq!(held, [["10", "0"], ["7", "0"]]);
    assert_eq!(shop.in_stock(&shop.pump).await, ["24", "10"]);

    let invoice = shop.invoice(&order, None).await;
    assert_eq!(super::three(&invoice), ["9721.64", "1944.33", "11665.97"]);
    assert_eq!(shop.owed().await, ["0", "0", "0", "0"], "an invoice is no debt");

    let shipment = shop.picked(&order).await;
    shop.shipped(&shipment, "COMPLETED").await;
    assert_eq!(shop.in_stock(&shop.pump).await, ["14", "0"]);
    assert_eq!(shop.in_stock(&shop.hose).await, ["23", "0"]);
    assert_eq!(shop.debts(&order).await, [("11665.97".into(), "11665.97".into(), 0)]);
    assert_eq!(shop.owed().await, ["11665.97", "0", "0", "11665.97"]);

    shop.delivered(&shipment, "500.00").await;
    // Cost 4 × 600 + 6 × 650 + 86.42 = 6 386.42; profit 9 721.64 − 6 386.42 = 3 335.22, which is
    // 34.307 % of the revenue; less the delivery 2 835.22.
    let figures = ["9721.64", "6386.42", "3335.22", "500", "2835.22", "34.31"];
    assert_eq!(shop.figures(&shipment).await, figures);
    assert_eq!(shop.reported().await, figures);

    shop.paid_by_bank(&invoice, "11665.97").await;
    assert_eq!(shop.debts(&order).await, [("11665.97".into(), "0".into(), 0)]);
    assert_eq!(shop.owed().await, ["0", "0", "0", "0"]);
    assert_eq!(shop.reported().await, figures, "money changes no sale");
    let chain = json!({"state": "COMPLETED",
        "invoices": [{"state": "PAID", "payments": [{"amount": {"amount": "11665.97"}}]}],
        "shipments": [{"state": "POSTED", "deliveries": [{"state": "DELIVERED"}],
            "receivables": [{"state": "SETTLED"}]}]});
    shop.is_whole(&quote, chain).await;
}
