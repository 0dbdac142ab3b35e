//! Every list is kept in the same way: made, changed, archived, restored, and told of.

use serde_json::{Value, json};
use stories::actor::{Actor, text};
use stories::company::{Company, merge};

/// A kind of record: its type, its fields in queries, and a new one.
struct Kind {
    name: &'static str,
    one: &'static str,
    many: &'static str,
    input: Value,
    /// What is unique: the field, where there is one besides the external reference.
    has_unique_name: bool,
}

async fn kinds(company: &Company) -> Vec<Kind> {
    let at = company.furnish().await;
    let product = company.product(&at, "NAIL", "1.00").await;
    let input = json!({"name": "Zavod", "inn": "7707083893", "leadTimeDays": 14});
    let made = company.director.does("createSupplier", input.clone(), "supplier { id }").await;
    let supplier = text(&made["supplier"]["id"]);
    let kind =
        |name, one, many, input, has_unique_name| Kind { name, one, many, input, has_unique_name };
    let item = json!({"supplierId": supplier, "productId": product, "code": "N-1", "name": "Nails",
        "minimumLot": "100", "lotMultiple": "10.5", "leadTimeDays": 3});
    vec![
        kind("SalesChannel", "salesChannel", "salesChannels", json!({"name": "Shops"}), true),
        kind(
            "PriceSegment",
            "priceSegment",
            "priceSegments",
            json!({"name": "Wholesale", "priceListId": at.price_list}),
            true,
        ),
        kind(
            "SalesRoute",
            "salesRoute",
            "salesRoutes",
            json!({"name": "By train", "reserveOn": "NEVER", "coverBy": "TRANSFER"}),
            true,
        ),
        kind("Currency", "currency", "currencies", json!({"code": "CNY", "name": "Yuan"}), true),
        kind("VatCategory", "vatCategory", "vatCategories", json!({"name": "Usual"}), true),
        kind(
            "Bin",
            "bin",
            "bins",
            json!({"warehouseId": at.warehouse, "name": "A-01", "walkOrder": 7}),
            true,
        ),
        kind("Supplier", "supplier", "suppliers", input, false),
        kind("SupplierItem", "supplierItem", "supplierItems", item, true),
    ]
}

async fn listed(actor: &Actor, kind: &Kind, archived: &str) -> Vec<String> {
    let query = format!(
        "{{ {}(filter: {{archived: {archived}, externalReference: \"mine\"}}, orderBy: \
         {{direction: DESC}}, first: 5) {{ nodes {{ id }} totalCount {{ count }} }} }}",
        kind.many
    );
    let told = actor.ask(&query, json!({})).await;
    let nodes = told[kind.many]["nodes"].as_array().unwrap();
    assert_eq!(told[kind.many]["totalCount"]["count"], nodes.len());
    nodes.iter().map(|node| text(&node["id"])).collect()
}

#[tokio::test]
async fn every_list_is_made_changed_archived_and_restored() {
    let company = Company::new().await;
    let director = &company.director;
    for kind in kinds(&company).await {
        let (create, update) = (format!("create{}", kind.name), format!("update{}", kind.name));
        let selection = format!("{} {{ id version name createdBy {{ name }} }}", kind.one);
        let mut input = kind.input.clone();
        merge(&mut input, json!({"externalReference": "mine"}));
        let made = director.does(&create, input.clone(), &selection).await;
        let made = &made[kind.one];
        assert_eq!(made["createdBy"]["name"], "director", "{}", kind.name);
        let id = text(&made["id"]);

        // The same once more.
        let code = director.refused(&create, input, &selection).await;
        assert_eq!(code, "TAKEN", "{}", kind.name);
        if kind.has_unique_name {
            let code = director.refused(&create, kind.input.clone(), &selection).await;
            assert_eq!(code, "TAKEN", "{}", kind.name);
        }

        let change = json!({"id": id, "version": 1, "name": "Other"});
        let changed = director.does(&update, change.clone(), &selection).await;
        assert_eq!(changed[kind.one]["name"], "Other");
        assert_eq!(changed[kind.one]["version"], 2);
        let code = director.refused(&update, change, &selection).await;
        assert_eq!(code, "STALE_VERSION", "{}", kind.name);
        let code =
            director.refused(&update, json!({"id": id, "version": 2, "name": " "}), &selection);
        if kind.name != "SupplierItem" {
            assert_eq!(code.await, "REQUIRED", "{}", kind.name);
        }

        assert_eq!(listed(director, &kind, "EXCLUDE").await, std::slice::from_ref(&id));
        let put_away = json!({"id": id, "version": 2, "archived": true});
        director.does(&update, put_away, &selection).await;
        assert!(listed(director, &kind, "EXCLUDE").await.is_empty());
        assert_eq!(listed(director, &kind, "ONLY").await, std::slice::from_ref(&id));
        let change = json!({"id": id, "version": 3, "name": "Third"});
        let code = director.refused(&update, change, &selection).await;
        assert_eq!(code, "ARCHIVED", "{}", kind.name);
        let back = json!({"id": id, "version": 3, "archived": false});
        director.does(&update, back, &selection).await;
        assert_eq!(listed(director, &kind, "INCLUDE").await, std::slice::from_ref(&id));

        told(&company, &kind, &id).await;
    }
}

/// Found by its id in both ways, with all that happened to it.
async fn told(company: &Company, kind: &Kind, id: &str) {
    let query = format!(
        "query($id: ID!) {{ {}(id: $id) {{ name }} node(id: $id) {{ __typename \
         ... on {} {{ version archivedAt history {{ action changes }} }} }} }}",
        kind.one, kind.name
    );
    let told = company.director.ask(&query, json!({"id": id})).await;
    assert_eq!(told[kind.one]["name"], "Other");
    let node = &told["node"];
    assert_eq!(node["__typename"], kind.name);
    assert_eq!(node["version"], 4);
    assert_eq!(node["archivedAt"], Value::Null);
    let history = node["history"].as_array().unwrap();
    let actions: Vec<&str> =
        history.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    let update = format!("update{}", kind.name);
    assert_eq!(actions, [&update, &update, &update, &format!("create{}", kind.name)]);
}

#[tokio::test]
async fn what_a_list_depends_on_stays() {
    let company = Company::new().await;
    let director = &company.director;
    let at = company.furnish().await;
    let input = json!({"name": "Second"});
    let second = director.does("createWarehouse", input, "warehouse { id }").await;
    let second = text(&second["warehouse"]["id"]);
    for (warehouse, name, order) in [
        (&at.warehouse, "B", 2),
        (&at.warehouse, "A", 2),
        (&at.warehouse, "C", 1),
        (&second, "A", 0),
    ] {
        let input = json!({"warehouseId": warehouse, "name": name, "walkOrder": order});
        director.does("createBin", input, "bin { warehouse { id } }").await;
    }
    let told = director
        .ask("{ warehouses { nodes { name bins { name warehouse { name } } } } }", json!({}))
        .await;
    let bins = |warehouse: usize| -> Vec<String> {
        let bins = told["warehouses"]["nodes"][warehouse]["bins"].as_array().unwrap();
        bins.iter().map(|bin| text(&bin["name"])).collect()
    };
    assert_eq!((bins(0), bins(1)), (vec!["C".into(), "A".into(), "B".into()], vec!["A".into()]));
    let told = director
        .ask(
            "query($w: ID) { bins(filter: {warehouseId: $w}) { nodes { name } } }",
            json!({"w": at.warehouse}),
        )
        .await;
    assert_eq!(told["bins"]["nodes"].as_array().unwrap().len(), 3);

    // A price list, a currency code and the like must be there.
    let input = json!({"name": "X", "priceListId": at.warehouse});
    let query = "mutation($i: CreatePriceSegmentInput!) { createPriceSegment(input: $i) {
        userErrors { code } } }";
    assert_eq!(director.denied(query, json!({"i": input})).await, "BAD_USER_INPUT");
}

#[tokio::test]
async fn a_customer_stands_in_a_channel_a_segment_a_department_and_a_team() {
    let company = Company::new().await;
    let director = &company.director;
    let made = director.does("createSalesChannel", json!({"name": "Shops"}), "salesChannel { id }");
    let channel = text(&made.await["salesChannel"]["id"]);
    let made = director.does("createPriceSegment", json!({"name": "Vip"}), "priceSegment { id }");
    let segment = text(&made.await["priceSegment"]["id"]);
    let made = company.admin.does("createDepartment", json!({"name": "West"}), "department { id }");
    let department = text(&made.await["department"]["id"]);
    let input = json!({"name": "A", "headId": company.anna_id, "memberIds": []});
    let team = text(&company.admin.does("saveTeam", input, "team { id }").await["team"]["id"]);

    let more = json!({"salesChannelId": channel, "priceSegmentId": segment,
        "departmentId": department, "teamId": team});
    let customer = company.customer("Vega", &company.anna_id, more).await;
    company.customer("Altair", &company.anna_id, json!({})).await;
    let query = "query($c: ID) { customers(filter: {salesChannelId: $c}) { nodes { version name
        salesChannel { name } priceSegment { name } department { name } team { name } } } }";
    let told = company.anna.ask(query, json!({"c": channel})).await;
    let expected = json!([{"version": 1, "name": "Vega", "salesChannel": {"name": "Shops"},
        "priceSegment": {"name": "Vip"}, "department": {"name": "West"}, "team": {"name": "A"}}]);
    assert_eq!(told["customers"]["nodes"], expected);

    // A segment drives prices: the storekeeper does not see it, the manager does not set it.
    let query = "query($id: ID!) { customer(id: $id) { name salesChannel { name }
        priceSegment { name } } }";
    let code = company.warehouse.denied(query, json!({"id": customer})).await;
    assert_eq!(code, "FORBIDDEN");
    let query = "mutation($i: UpdateCustomerInput!) { updateCustomer(input: $i) {
        customer { version } } }";
    let input = json!({"id": customer, "version": 1, "priceSegmentId": null});
    let code = company.anna.denied(query, json!({"i": input})).await;
    assert_eq!(code, "FORBIDDEN");
    let input = json!({"id": customer, "version": 1, "salesChannelId": null, "teamId": null});
    let selection = "customer { version salesChannel { name } team { name } department { name } }";
    let told = company.anna.does("updateCustomer", input, selection).await;
    let expected = json!({"version": 2, "salesChannel": null, "team": null,
        "department": {"name": "West"}});
    assert_eq!(told["customer"], expected);
    let input = json!({"id": customer, "version": 2, "priceSegmentId": null});
    let told = company.accounting.does("updateCustomer", input, "customer { priceSegment { id } }");
    assert_eq!(told.await["customer"]["priceSegment"], Value::Null);
}

#[tokio::test]
async fn lists_are_written_by_those_whose_work_it_is() {
    let company = Company::new().await;
    let write = "mutation { createSalesChannel(input: {name: \"X\"}) { salesChannel { id } } }";
    let segment = "mutation { createPriceSegment(input: {name: \"X\"}) { priceSegment { id } } }";
    for actor in [&company.anna, &company.warehouse, &company.accounting] {
        assert_eq!(actor.denied(write, json!({})).await, "FORBIDDEN", "{}", actor.name);
        let read = "{ salesChannels { nodes { name } } currencies { nodes { name } }
            vatCategories { nodes { name } } bins { nodes { name } } }";
        actor.ask(read, json!({})).await;
    }
    for actor in [&company.anna, &company.warehouse, &company.admin] {
        assert_eq!(actor.denied(segment, json!({})).await, "FORBIDDEN", "{}", actor.name);
    }
    company.accounting.ask(segment, json!({})).await;
    let read = "{ priceSegments { nodes { name } } }";
    company.anna.ask(read, json!({})).await;
    assert_eq!(company.warehouse.denied(read, json!({})).await, "FORBIDDEN");
}
