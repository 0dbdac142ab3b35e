//! 30 % before the shipment and 70 % in 30 days: 11 665.97 × 30 % = 3 499.791 → 3 499.79, and the
//! rest, 8 166.18.

use serde_json::json;

use super::Shop;

#[tokio::test]
async fn thirty_percent_before_and_seventy_in_thirty_days() {
    // Exactly what the client will owe.
    let card = json!({"creditLimit": "8166.18", "agreement": {"creditPolicy": "BLOCK"}});
    let shop = Shop::on_route("30 % prepayment, 70 % in 30 days", card).await;
    shop.company.receive(&shop.at, None, &[(&shop.pump, "4", "600.00")]).await;
    shop.company.receive(&shop.at, None, &[(&shop.pump, "20", "650.00")]).await;

    let quote = shop.accepted_quote().await;
    let (order, held) = shop.confirmed_order(&quote).await;
    assert_eq!(held, [["10", "0"], ["7", "0"]]);

    // Of 3 499.79 the pumps take 3 420.00 with 570.00 of tax, and the hoses 79.79 with round(44.33 ×
    // 79.79 / 265.97, 2) = 13.30.
    let first = shop.invoice(&order, Some(1)).await;
    assert_eq!(super::three(&first), ["2916.49", "583.3", "3499.79"]);
    let shipment = shop.picked(&order).await;
    assert_eq!(shop.not_shipped(&shipment).await, "PREPAYMENT_DUE");
    shop.paid_by_bank(&first, "3499.79").await;
    assert_eq!(shop.owed().await, ["0", "0", "3499.79", "-3499.79"]);

    shop.shipped(&shipment, "COMPLETED").await;
    let debts = [("3499.79".into(), "0".into(), 0), ("8166.18".into(), "8166.18".into(), 30)];
    assert_eq!(shop.debts(&order).await, debts);
    assert_eq!(shop.owed().await, ["8166.18", "0", "0", "8166.18"]);
    shop.delivered(&shipment, "500.00").await;
    let figures = ["9721.64", "6386.42", "3335.22", "500", "2835.22", "34.31"];
    assert_eq!(shop.figures(&shipment).await, figures);
    assert_eq!(shop.reported().await, figures);

    // The second invoice takes what is left of each line, its tax included.
    let second = shop.invoice(&order, Some(2)).await;
    assert_eq!(super::three(&second), ["6805.15", "1361.03", "8166.18"]);
    let due = stories::house::house().today() + chrono::Duration::days(30);
    assert_eq!(second["dueOn"], json!(due));
    shop.paid_by_bank(&second, "8166.18").await;
    let debts = [("3499.79".into(), "0".into(), 0), ("8166.18".into(), "0".into(), 30)];
    assert_eq!(shop.debts(&order).await, debts);
    assert_eq!(shop.owed().await, ["0", "0", "0", "0"]);
    let invoice =
        |amount: &str| json!({"state": "PAID", "payments": [{"amount": {"amount": amount}}]});
    let settled = json!({"state": "SETTLED"});
    let chain = json!({"state": "COMPLETED",
        "invoices": [invoice("3499.79"), invoice("8166.18")],
        "shipments": [{"state": "POSTED", "deliveries": [{"state": "DELIVERED"}],
            "receivables": [settled, settled]}]});
    shop.is_whole(&quote, chain).await;
}
