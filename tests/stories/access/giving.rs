//! Nobody gives rights that he lacks, whichever way; somebody can always manage users and roles.

use std::time::Duration;

use serde_json::{Value, json};
use stories::actor::{Actor, text};
use stories::company::{Company, PASSWORD, merge};
use stories::house::Replica;
use stories::socket::{Heard, Socket};
use stories::stock::draft;

const USER: &str = "user { id version roles }";

fn right(object: &str, act: &str, reach: &str) -> Value {
    json!({"object": object, "act": act, "reach": reach})
}

async fn person(company: &Company, mailbox: &str, roles: Value) -> (Actor, String) {
    let email = company.email(mailbox);
    let input = json!({"email": email, "name": mailbox, "password": PASSWORD, "roles": roles});
    let made = company.admin.does("createUser", input, "user { id }").await;
    (Actor::sign_in(&company.slug, &email, PASSWORD).await, text(&made["user"]["id"]))
}

async fn change(company: &Company, who: &Actor, user: &str, more: Value) -> Result<Value, String> {
    let users = company.admin.all("users", "id version").await;
    let found = users.iter().find(|one| one["id"] == user).unwrap();
    let mut input = json!({"id": user, "version": found["version"]});
    merge(&mut input, more);
    who.tries("updateUser", input, USER).await
}

/// Somebody who manages users and keys, sells in his team, and makes no roles.
async fn staff(company: &Company) -> (Actor, String) {
    let rights = json!([
        right("user", "read", "ALL"),
        right("user", "write", "ALL"),
        right("key", "write", "ALL"),
        right("product", "read", "ALL"),
        right("order", "read", "TEAM"),
    ]);
    let role = json!({"name": "staff", "title": "Staff", "includes": [], "rights": rights});
    company.admin.does("saveRole", role, "role { name }").await;
    let staff = person(company, "staff", json!(["staff"])).await;
    // What a new role allows is known everywhere within a second.
    tokio::time::sleep(Duration::from_secs(1)).await;
    staff
}

#[tokio::test]
async fn nobody_gives_what_he_lacks_by_users_keys_or_teams() {
    let company = Company::new().await;
    let (staff, staff_id) = staff(&company).await;
    let reads = json!([right("order", "read", "OWN")]);
    let role = json!({"name": "reader", "title": "R", "includes": [], "rights": reads});
    company.admin.does("saveRole", role, "role { name }").await;
    let reads = json!([right("order", "read", "TEAM")]);
    let role = json!({"name": "lead", "title": "L", "includes": [], "rights": reads});
    company.admin.does("saveRole", role, "role { name }").await;
    tokio::time::sleep(Duration::from_secs(1)).await;

    // By a new user, by an old one, by a password of somebody above him.
    let user = |roles: Value| json!({"email": company.email("new"), "name": "new", "password": PASSWORD, "roles": roles});
    for roles in [json!(["manager"]), json!(["reader", "director"]), json!(["admin"])] {
        let code = staff.refused("createUser", user(roles), USER).await;
        assert_eq!(code, "RIGHTS_EXCEEDED");
    }
    staff.does("createUser", user(json!(["reader"])), USER).await;
    for more in [json!({"roles": ["director"]}), json!({"roles": ["admin", "staff"]})] {
        let tried = change(&company, &staff, &staff_id, more).await;
        assert_eq!(tried.unwrap_err(), "RIGHTS_EXCEEDED");
    }
    let tried = change(&company, &staff, &company.boris_id, json!({"password": PASSWORD})).await;
    assert_eq!(tried.unwrap_err(), "RIGHTS_EXCEEDED");

    // By a key.
    let key = |scope: &str| json!({"name": scope, "scopes": [scope]});
    let code = staff.refused("createApiKey", key("orders:read"), "apiKey { id }").await;
    assert_eq!(code, "RIGHTS_EXCEEDED");

    // By a team: he may not put himself over others, nor a friend who reads his team's orders.
    let (_, friend_id) = person(&company, "friend", json!(["lead"])).await;
    let team = |name: &str, head: &str, members: Value| json!({"name": name, "headId": head, "memberIds": members});
    for (head, members) in [
        (&staff_id, json!([company.anna_id])),
        (&company.boris_id, json!([company.anna_id, staff_id])),
        (&friend_id, json!([company.anna_id])),
    ] {
        let code = staff.refused("saveTeam", team("Mine", head, members), "team { id }").await;
        assert_eq!(code, "RIGHTS_EXCEEDED");
    }
    // People whose rights end with their own records he may put together.
    let sales = team("Sales", &company.anna_id, json!([company.boris_id]));
    let made = staff.does("saveTeam", sales, "team { id version }").await;
    // Nor may he then give one of them the reach over the other.
    let tried = change(&company, &staff, &company.anna_id, json!({"roles": ["lead"]})).await;
    assert_eq!(tried.unwrap_err(), "RIGHTS_EXCEEDED");
    // An administrator may all of it, and then it holds.
    let mut input = team("Sales", &staff_id, json!([company.anna_id]));
    merge(&mut input, json!({"id": made["team"]["id"], "version": made["team"]["version"]}));
    company.admin.does("saveTeam", input, "team { id }").await;
}

#[tokio::test]
async fn a_discount_limit_comes_from_the_user_or_his_roles_and_is_given_by_who_has_it() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let good = company.product(&at, "GOOD", "100.00").await;
    let customer = company.customer("Dom", &company.anna_id, json!({})).await;
    let order = |percent: &str| {
        json!({"customerId": customer,
               "lines": [{"productId": good, "quantity": "1", "discountPercent": percent}]})
    };
    let is_over = async |percent: &str| {
        let selection = "order { id }";
        company.anna.tries("createSalesOrder", order(percent), selection).await.is_err()
    };
    let limit_of = async || {
        let users = company.admin.all("users", "id maxDiscount discountLimit").await;
        let anna = users.iter().find(|user| user["id"] == company.anna_id.as_str()).unwrap();
        (anna["maxDiscount"].clone(), anna["discountLimit"].clone())
    };
    assert_eq!(limit_of().await, (json!(null), json!(null)));
    for (name, limit) in [("senior", "20"), ("junior", "15")] {
        let rights = json!([right("product", "read", "ALL")]);
        let role = json!({"name": name, "title": name, "includes": [], "rights": rights,
            "maxDiscount": limit});
        let made = company.admin.does("saveRole", role, "role { maxDiscount }").await;
        assert_eq!(made["role"]["maxDiscount"], limit);
    }
    let roles = json!({"roles": ["manager", "senior", "junior"]});
    change(&company, &company.admin, &company.anna_id, roles).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(limit_of().await, (json!(null), json!("20")));
    assert!(!is_over("20").await && is_over("20.5").await);
    // His own limit counts alone.
    let own = json!({"maxDiscount": "5"});
    change(&company, &company.admin, &company.anna_id, own).await.unwrap();
    assert_eq!(limit_of().await, (json!("5"), json!("5")));
    assert!(!is_over("5").await && is_over("6").await);

    let (staff, staff_id) = staff(&company).await;
    let own = json!({"maxDiscount": "7"});
    change(&company, &company.admin, &staff_id, own).await.unwrap();
    let user = |mailbox: &str, limit: &str| {
        json!({"email": company.email(mailbox), "name": mailbox, "password": PASSWORD,
               "roles": [], "maxDiscount": limit})
    };
    let seven = staff.does("createUser", user("seven", "7"), USER).await;
    assert_eq!(staff.refused("createUser", user("eight", "8"), USER).await, "RIGHTS_EXCEEDED");
    let mut senior = user("senior", "7");
    merge(&mut senior, json!({"roles": ["senior"]}));
    assert_eq!(staff.refused("createUser", senior, USER).await, "RIGHTS_EXCEEDED");
    let raised = change(&company, &staff, &staff_id, json!({"maxDiscount": "9"})).await;
    assert_eq!(raised.unwrap_err(), "RIGHTS_EXCEEDED");
    // Without a limit of his own he would give the usual one, which is more than seven.
    let (seven, none) = (text(&seven["user"]["id"]), json!({"maxDiscount": null}));
    let cleared = change(&company, &staff, &seven, none.clone()).await;
    assert_eq!(cleared.unwrap_err(), "RIGHTS_EXCEEDED");
    let mut usual = user("usual", "7");
    merge(&mut usual, none.clone());
    assert_eq!(staff.refused("createUser", usual, USER).await, "RIGHTS_EXCEEDED");
    change(&company, &staff, &seven, json!({"maxDiscount": "6"})).await.unwrap();
    change(&company, &company.admin, &seven, none).await.unwrap();
}

/// Two administrators shut each other at the same moment: one of them stays, every time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_administrators_cannot_remove_each_other() {
    let company = Company::new().await;
    let users = company.admin.all("users", "id roles").await;
    let first = users.iter().find(|user| user["roles"] == json!(["admin"])).unwrap();
    let first = text(&first["id"]);
    let (second, second_id) = person(&company, "second", json!(["admin"])).await;
    for attempt in [json!({"active": false}), json!({"roles": ["director"]})] {
        let versions = company.admin.all("users", "id version active roles").await;
        let version =
            |id: &str| versions.iter().find(|user| user["id"] == id).unwrap()["version"].clone();
        let shut = async |who: &Actor, whom: &str| {
            let mut input = json!({"id": whom, "version": version(whom)});
            merge(&mut input, attempt.clone());
            who.tries("updateUser", input, USER).await.is_ok()
        };
        let (one, other) = tokio::join!(shut(&company.admin, &second_id), shut(&second, &first));
        assert!(one != other, "{attempt}: {one} {other}");
        // Whoever is left lets the other in again.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let (left, gone) = if one { (&company.admin, &second_id) } else { (&second, &first) };
        let users = left.all("users", "id version").await;
        let gone = users.iter().find(|user| user["id"] == gone.as_str()).unwrap();
        let input = json!({"id": gone["id"], "version": gone["version"], "active": true,
            "roles": ["admin"]});
        left.does("updateUser", input, USER).await;
        if !attempt["active"].is_null() {
            // A shut account's sessions are over; one is opened again for the next round.
            break;
        }
    }
    // Nor by emptying the role itself.
    let rights = json!([right("user", "read", "ALL")]);
    let role = json!({"name": "admin", "title": "Empty", "includes": [], "rights": rights});
    let left = Actor::sign_in(&company.slug, &company.email("second"), PASSWORD).await;
    assert_eq!(left.refused("saveRole", role, "role { name }").await, "LAST_ADMIN");
}

/// A right that is taken away is gone within a second, on every replica and in what is open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_role_reaches_open_subscriptions_of_every_replica() {
    let server = Replica::with_own_redis().await;
    let twin = server.twin().await;
    let company = Company::at(server.house()).await;
    let at = company.furnish().await;
    let good = company.product(&at, "GOOD", "10.00").await;
    let customer = company.customer("C", &company.boris_id, json!({})).await;
    let role = |reach: &str| {
        json!({"name": "watcher", "title": "W", "includes": [],
               "rights": [right("event", "read", "ALL"), right("order", "read", reach),
                          right("product", "read", "ALL"), right("customer", "read", "ALL")]})
    };
    let made = company.admin.does("saveRole", role("ALL"), "role { version }").await;
    let email = company.email("watcher");
    let input = json!({"email": email, "name": "w", "password": PASSWORD, "roles": ["watcher"]});
    company.admin.does("createUser", input, "user { id }").await;
    let watcher = Actor::sign_in_at(&twin.url(), &company.slug, &email, PASSWORD).await;
    let mut socket = Socket::signed_in_at(&twin.url(), &watcher.token).await;
    let query = "subscription { documentChanged { document { ... on SalesOrder { id } } } }";
    socket.subscribe("1", query, json!({})).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let order = draft(&company.boris, &customer, &[(&good, "1")], json!({})).await;
    assert_eq!(socket.event().await["documentChanged"]["document"]["id"], order.0.as_str());
    let query = "query($id: ID!) { order(id: $id) { id } }";
    socket.subscribe("2", query, json!({"id": order.0})).await;
    assert_eq!(socket.event().await["order"]["id"], order.0.as_str());
    assert_eq!(socket.hear().await, Heard::Message(json!({"type": "complete", "id": "2"})));

    let mut narrowed = role("OWN");
    merge(&mut narrowed, json!({"version": made["role"]["version"]}));
    company.admin.does("saveRole", narrowed, "role { version }").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    draft(&company.boris, &customer, &[(&good, "2")], json!({})).await;
    assert_eq!(socket.hear_within(Duration::from_secs(2)).await, Heard::Silence);
    socket.subscribe("3", query, json!({"id": order.0})).await;
    let Heard::Message(told) = socket.hear().await else { panic!("the socket is closed") };
    assert_eq!(told["payload"]["errors"][0]["extensions"]["code"], "NOT_FOUND", "{told}");
    assert_eq!(watcher.denied(query, json!({"id": order.0})).await, "NOT_FOUND");
}

/// What a key's scopes name it may do, with nothing beside.
#[tokio::test]
async fn a_key_of_orders_alone_reads_orders_and_another_writes_them() {
    let company = Company::new().await;
    let at = company.furnish().await;
    let good = company.product(&at, "GOOD", "10.00").await;
    company.receive(&at, None, &[(&good, "10", "5")]).await;
    let customer = company.customer("C", &company.anna_id, json!({})).await;
    let order = draft(&company.anna, &customer, &[(&good, "1")], json!({})).await.0;
    let key = async |scope: &str| {
        let input = json!({"name": scope, "scopes": [scope]});
        let made = company.admin.does("createApiKey", input, "secret").await;
        Actor::with_token(scope, &text(&made["secret"]))
    };
    let (reader, writer) = (key("orders:read").await, key("orders:write").await);
    let told = reader.ask("{ orders(first: 5) { nodes { id } } }", json!({})).await;
    assert_eq!(told["orders"]["nodes"], json!([{"id": order}]));
    let one = "query($id: ID!) { order(id: $id) { id lines { quantity } } }";
    let told = reader.ask(one, json!({"id": order})).await;
    assert_eq!(told["order"], json!({"id": order, "lines": [{"quantity": "1"}]}));
    // Whoever writes and does not read has done his work all the same.
    let selection = "order { id } approvalRequest { id } warnings { code }";
    let told = writer.does("confirmSalesOrder", json!({"id": order}), selection).await;
    assert!(told["order"].is_null(), "{told}");
    let told = reader.ask("query($id: ID!) { order(id: $id) { state } }", json!({"id": order}));
    assert_eq!(told.await["order"]["state"], "CONFIRMED");
    let input = json!({"id": order, "reason": "enough"});
    let told = writer.does("cancelSalesOrder", input, "order { id }").await;
    assert!(told["order"].is_null(), "{told}");
}
