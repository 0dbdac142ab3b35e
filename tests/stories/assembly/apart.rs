//! Finished goods become components: their value is spread and nothing of it is lost.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::{number, text};
use stories::company::Company;
use stories::house::house;

use super::{ORDER, amount, assemble, stock};

#[tokio::test]
async fn the_value_goes_by_shares_or_by_what_components_cost_last() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let [set, cup, lid] = [
        company.product(&at, "SET", "10.00").await,
        company.product(&at, "CUP", "10.00").await,
        company.product(&at, "LID", "10.00").await,
    ];
    company.receive(&at, None, &[(&set, "4", "25.00")]).await;
    let apart = |lines: Value| json!({"kind": "DISASSEMBLY", "productId": set, "quantity": "1", "lines": lines});
    let plain = json!([{"productId": cup, "quantity": "2"}, {"productId": lid, "quantity": "1"}]);
    // Nothing is known of what they cost.
    let made = company.director.does("createAssemblyOrder", apart(plain.clone()), ORDER).await;
    let input = json!({"id": made["assemblyOrder"]["id"], "version": 1});
    let code = company.director.refused("postAssemblyOrder", input, ORDER).await;
    assert_eq!(code, "REQUIRED");

    let shared = json!([{"productId": cup, "quantity": "2", "share": "2"},
                        {"productId": lid, "quantity": "1", "share": "1"}]);
    let mut input = apart(shared);
    input["labour"] = json!("0.01");
    let done = assemble(&company.director, input).await;
    assert_eq!((amount(&done["total"]), amount(&done["goodsCost"])), ("25.01".into(), "25".into()));
    // 25.01 as 2 to 1: 16.67 and 8.34 with the kopeck that is left over.
    let costs: Vec<Decimal> = done["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| number(&line["cost"]["amount"]))
        .collect();
    assert_eq!(costs.iter().sum::<Decimal>(), Decimal::new(2_501, 2));
    assert_eq!(costs[0], Decimal::new(1_667, 2));
    assert_eq!(stock(&company, &set).await, ("3".into(), "75".into()));

    // Later receipts say what components cost: 3.00 a cup, 4.00 a lid.
    company.receive(&at, None, &[(&cup, "1", "3.00"), (&lid, "1", "4.00")]).await;
    let done = assemble(&company.director, apart(plain)).await;
    assert_eq!(amount(&done["lines"][0]["cost"]), "15");
    assert_eq!(amount(&done["lines"][1]["cost"]), "10");
    house().verify(&company.slug).await;

    // Undone, all is as it was.
    let version = json!({"id": done["id"], "version": done["version"]});
    company.director.does("reverseAssemblyOrder", version, ORDER).await;
    assert_eq!(stock(&company, &set).await, ("3".into(), "75".into()));
    house().verify(&company.slug).await;
}

#[tokio::test]
async fn lots_are_chosen_by_hand_on_both_sides() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let [set, cup] =
        [company.product(&at, "SET", "10.00").await, company.product(&at, "CUP", "10.00").await];
    company.receive(&at, None, &[(&cup, "5", "1.00"), (&cup, "5", "2.00")]).await;
    let lots = company.director.all("lots", "id unitCost { amount }").await;
    let of = |cost: &str| {
        let found = lots.iter().find(|lot| amount(&lot["unitCost"]) == cost);
        text(&found.unwrap_or_else(|| panic!("no lot at {cost}: {lots:?}"))["id"])
    };
    let dear = of("2");
    let input = json!({"kind": "ASSEMBLY", "productId": set, "quantity": "1", "lines": [
        {"productId": cup, "quantity": "3", "lots": [{"lotId": dear, "quantity": "3"}]}]});
    let done = assemble(&company.director, input).await;
    assert_eq!(amount(&done["total"]), "6");
    assert_eq!(done["lines"][0]["lots"][0]["lot"]["id"], dear.as_str());
    // More of a lot than is asked for, or less: nothing moves.
    let wrong = |quantity: &str| {
        json!({"kind": "ASSEMBLY", "productId": set, "quantity": "1",
        "lines": [{"productId": cup, "quantity": "3",
                   "lots": [{"lotId": dear, "quantity": quantity}]}]})
    };
    let code = company.director.refused("createAssemblyOrder", wrong("4"), ORDER).await;
    assert_eq!(code, "OUT_OF_RANGE");
    let made = company.director.does("createAssemblyOrder", wrong("2"), ORDER).await;
    let input = json!({"id": made["assemblyOrder"]["id"], "version": 1});
    let code = company.director.refused("postAssemblyOrder", input, ORDER).await;
    assert_eq!(code, "INSUFFICIENT_STOCK");

    let finished =
        done["movements"].as_array().unwrap().iter().find(|one| one["quantity"] == "1").unwrap();
    let input = json!({"kind": "DISASSEMBLY", "productId": set, "quantity": "1",
        "lots": [{"lotId": finished["lot"]["id"], "quantity": "1"}],
        "lines": [{"productId": cup, "quantity": "3", "lotNumber": "BACK", "share": "1"}]});
    let apart = assemble(&company.director, input).await;
    assert_eq!(amount(&apart["total"]), "6");
    assert_eq!(stock(&company, &set).await.0, "0");
    assert_eq!(stock(&company, &cup).await, ("10".into(), "15".into()));
    // The cups that came back are the cups that went in.
    let back =
        company.director.ask("{ lots(filter: {number: \"BACK\"}) { nodes { id } } }", json!({}));
    let back = back.await["lots"]["nodes"][0]["id"].clone();
    let trace = "query($id: ID!) { lotTrace(id: $id) { origins { source { id } } } }";
    let told = company.director.ask(trace, json!({"id": back})).await;
    let origins = told["lotTrace"]["origins"].as_array().unwrap();
    assert_eq!(origins.len(), 2);
    assert!(origins.iter().any(|link| link["source"]["id"] == dear.as_str()), "{told}");
    house().verify(&company.slug).await;
}
