//! Full prepayment: nothing leaves before all of it is paid, and nobody needs credit.

use serde_json::json;

use super::Shop;

#[tokio::test]
async fn full_prepayment() {
    // Who may owe nothing at all can always confirm.
    let card = json!({"creditLimit": "0", "agreement": {"creditPolicy": "BLOCK"}});
    let shop = Shop::on_route("Full prepayment", card).await;
    shop.company.receive(&shop.at, None, &[(&shop.pump, "4", "600.00")]).await;
    shop.company.receive(&shop.at, None, &[(&shop.pump, "20", "650.00")]).await;

    let quote = shop.accepted_quote().await;
    let (order, held) = shop.confirmed_order(&quote).await;
    assert_eq!(held, [["10", "0"], ["7", "0"]]);
    let invoice = shop.invoice(&order, Some(1)).await;
    assert_eq!(super::three(&invoice), ["9721.64", "1944.33", "11665.97"]);

    // Picked, but neither without money nor for a kopeck less does it leave.
    let shipment = shop.picked(&order).await;
    assert_eq!(shop.not_shipped(&shipment).await, "PREPAYMENT_DUE");
    shop.paid_by_bank(&invoice, "11665.96").await;
    assert_eq!(shop.owed().await, ["0", "0", "11665.96", "-11665.96"]);
    assert_eq!(shop.not_shipped(&shipment).await, "PREPAYMENT_DUE");
    shop.paid_by_bank(&invoice, "0.01").await;
    assert_eq!(shop.owed().await, ["0", "0", "11665.97", "-11665.97"]);
    assert!(shop.debts(&order).await.is_empty());

    shop.shipped(&shipment, "COMPLETED").await;
    assert_eq!(shop.debts(&order).await, [("11665.97".into(), "0".into(), 0)]);
    assert_eq!(shop.owed().await, ["0", "0", "0", "0"]);
    assert_eq!(shop.in_stock(&shop.pump).await, ["14", "0"]);
    shop.delivered(&shipment, "500.00").await;
    // As in the standard sale: the same goods, the same lots.
    let figures = ["9721.64", "6386.42", "3335.22", "500", "2835.22", "34.31"];
    assert_eq!(shop.figures(&shipment).await, figures);
    assert_eq!(shop.reported().await, figures);
    let payments = json!([{"amount": {"amount": "11665.96"}}, {"amount": {"amount": "0.01"}}]);
    let chain = json!({"state": "COMPLETED",
        "invoices": [{"state": "PAID", "payments": payments}],
        "shipments": [{"state": "POSTED", "deliveries": [{"state": "DELIVERED"}],
            "receivables": [{"state": "SETTLED"}]}]});
    shop.is_whole(&quote, chain).await;
}
