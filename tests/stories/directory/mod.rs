//! What customers, goods and prices refer to: kept by the people whose work it is, read by those
//! who may.

mod lists;
mod rates;
mod search;
mod suppliers;
mod vat;

use serde_json::json;
use stories::actor::Actor;
use stories::company::{Company, PASSWORD};
use stories::house::house;

/// Somebody of a role that not every company has.
async fn person(company: &Company, role: &str) -> Actor {
    let email = company.email(role);
    let input = json!({"email": email, "name": role, "password": PASSWORD, "roles": [role]});
    company.admin.does("createUser", input, "user { id }").await;
    Actor::sign_in_at(&house().url(), &company.slug, &email, PASSWORD).await
}
