//! Who may hand over whose records, and to whom.

use std::time::Duration;

use serde_json::json;
use stories::actor::{Actor, text};
use stories::company::{Company, PASSWORD};
use stories::inside::inside;

use super::{HANDED, hand_over, moved, person, tenant_of};

const MUTATION: &str = "mutation($input: HandOverInput!) { handOver(input: $input) {
    handOver { id } userErrors { code } } }";

#[tokio::test]
async fn a_head_hands_over_within_his_team_and_nobody_above_him() {
    let company = Company::new().await;
    let (head, head_id) = person(&company, "head", &["head_of_sales"]).await;
    let (_, vera_id) = person(&company, "vera", &["manager"]).await;
    let (_, chief_id) = person(&company, "chief", &["director"]).await;
    let members = json!([company.anna_id, vera_id, chief_id]);
    let input = json!({"name": "Sales", "headId": head_id, "memberIds": members});
    company.admin.does("saveTeam", input, "team { id }").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let customer = company.customer("C", &company.anna_id, json!({})).await;

    // Boris is of no team of his: neither gives nor takes.
    let input =
        |leaver: &str, heir: &str| json!({"parties": {"leaverId": leaver, "heirIds": [heir]}});
    let from_boris = json!({"input": input(&company.boris_id, &vera_id)});
    assert_eq!(head.denied(MUTATION, from_boris).await, "NOT_FOUND");
    let to_boris = input(&company.anna_id, &company.boris_id);
    assert_eq!(head.refused("handOver", to_boris, HANDED).await, "UNKNOWN_REFERENCE");
    // A director in his team stands above him.
    let chief = input(&chief_id, &vera_id);
    assert_eq!(head.refused("handOver", chief, HANDED).await, "RIGHTS_EXCEEDED");
    let parties = json!({"leaverId": company.anna_id, "heirIds": [vera_id]});
    let told = hand_over(&head, parties, json!({"signIn": "SHUT"})).await;
    assert_eq!(moved(&told, "Customer"), 1);

    // What he did he sees; managers, accounting and the warehouse can do nothing of it.
    let own = json!({"input": input(&vera_id, &company.boris_id)});
    for actor in [&company.boris, &company.accounting, &company.warehouse] {
        assert_eq!(actor.denied(MUTATION, own.clone()).await, "FORBIDDEN", "{}", actor.name);
        let list = "{ handOvers { nodes { id } } }";
        assert_eq!(actor.denied(list, json!({})).await, "FORBIDDEN", "{}", actor.name);
    }
    assert_eq!(head.all("handOvers", "id").await.len(), 1);
    let query = "query($id: ID!) { handOver(id: $id) { state } }";
    head.ask(query, json!({"id": told["id"]})).await;
    // A neighbour finds neither the people nor what was handed over.
    let neighbour = Company::new().await;
    assert_eq!(neighbour.director.denied(query, json!({"id": told["id"]})).await, "NOT_FOUND");
    let theirs = json!({"input": input(&vera_id, &neighbour.boris_id)});
    assert_eq!(neighbour.director.denied(MUTATION, theirs).await, "NOT_FOUND");
    let to_ours = input(&neighbour.anna_id, &company.boris_id);
    assert_eq!(neighbour.director.refused("handOver", to_ours, HANDED).await, "UNKNOWN_REFERENCE");
    assert!(!customer.is_empty());
}

#[tokio::test]
async fn an_administrator_leaves_with_his_keys_and_never_as_the_last() {
    let company = Company::new().await;
    let users = company.admin.all("users", "id roles").await;
    let first = users.iter().find(|user| user["roles"] == json!(["admin"])).unwrap();
    let first = text(&first["id"]);
    let (second, second_id) = person(&company, "second", &["admin"]).await;
    let input = json!({"name": "shop", "scopes": ["catalog:read"]});
    let made = second.does("createApiKey", input, "secret apiKey { id }").await;
    let shop = Actor::with_token("shop", made["secret"].as_str().unwrap());
    shop.ask("{ products { nodes { id } } }", json!({})).await;

    // The director may hand over, but not send away who has rights that he lacks.
    let parties = json!({"leaverId": second_id, "heirIds": [company.boris_id]});
    let input = json!({"parties": parties, "signIn": "SHUT"});
    assert_eq!(company.director.refused("handOver", input, HANDED).await, "RIGHTS_EXCEEDED");
    hand_over(&company.admin, parties, json!({"signIn": "SHUT"})).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let code = shop.denied("{ products { nodes { id } } }", json!({})).await;
    assert_eq!(code, "UNAUTHENTICATED");
    assert_eq!(second.denied("{ users { nodes { id } } }", json!({})).await, "UNAUTHENTICATED");

    // Nobody sends himself away, and the last administrator is not sent away by anybody.
    let parties = json!({"leaverId": first, "heirIds": [company.boris_id]});
    let input = json!({"parties": parties, "signIn": "SHUT"});
    assert_eq!(company.admin.refused("handOver", input.clone(), HANDED).await, "INVALID");
    let rights = json!([
        {"object": "user", "act": "hand_over", "reach": "ALL"},
        {"object": "role", "act": "write", "reach": "ALL"},
    ]);
    let role = json!({"name": "staff", "title": "Staff", "includes": [], "rights": rights});
    company.admin.does("saveRole", role, "role { name }").await;
    // A new role holds within a second.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (staff, _) = person(&company, "staff", &["staff"]).await;
    assert_eq!(staff.refused("handOver", input, HANDED).await, "LAST_ADMIN");
    Actor::sign_in(&company.slug, &company.email("admin"), PASSWORD).await;
}

/// Nobody is sent away while records are on their way to him.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_takes_over_stays_until_he_has_it_all() {
    let company = Company::new().await;
    company.customer("C", &company.anna_id, json!({})).await;
    let (_, vera_id) = person(&company, "vera", &["manager"]).await;
    let users = company.admin.all("users", "id version").await;
    let boris = users.iter().find(|user| user["id"] == company.boris_id.as_str()).unwrap();
    let shut = json!({"id": boris["id"], "version": boris["version"], "active": false});
    // As long as somebody else is at her customer, he cannot be handed over.
    let mut busy = inside(tenant_of(&company).await).await;
    sqlx::raw_sql("begin; select id from customer for update").execute(&mut busy).await.unwrap();
    let parties = json!({"leaverId": company.anna_id, "heirIds": [company.boris_id]});
    let handing = hand_over(&company.director, parties, json!({}));
    let meanwhile = async {
        while company.director.all("handOvers", "id").await.is_empty() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let code = company.admin.refused("updateUser", shut.clone(), "user { id }").await;
        assert_eq!(code, "IN_USE");
        for sign_in in ["KEPT", "ENDED", "SHUT"] {
            let parties = json!({"leaverId": company.boris_id, "heirIds": [vera_id]});
            let input = json!({"parties": parties, "signIn": sign_in});
            let code = company.director.refused("handOver", input, HANDED).await;
            assert_eq!(code, "IN_USE", "{sign_in}");
        }
        sqlx::raw_sql("rollback").execute(&mut busy).await.unwrap();
    };
    let (told, ()) = tokio::join!(handing, meanwhile);
    assert_eq!(moved(&told, "Customer"), 1);
    company.admin.does("updateUser", shut, "user { active }").await;
}
