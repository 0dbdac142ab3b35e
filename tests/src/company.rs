//! A company of a story: a tenant with people, goods and a customer.

use serde_json::{Value, json};

use crate::actor::{Actor, text};
use crate::house::{House, house};

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";

/// A tenant with its people; each acts through the API.
pub struct Company {
    /// What its people sign in to.
    pub slug: String,
    /// Makes users, roles and keys.
    pub admin: Actor,
    /// May do all of the business.
    pub director: Actor,
    /// A manager with customers of her own.
    pub anna: Actor,
    /// Another manager.
    pub boris: Actor,
    /// Handles goods, sees no prices.
    pub warehouse: Actor,
    /// Keeps terms, prices and money.
    pub accounting: Actor,
    /// The ids of the managers.
    pub anna_id: String,
    /// The id of the other manager.
    pub boris_id: String,
}

impl Company {
    /// A new company in roubles, in Moscow.
    pub async fn new() -> Self {
        Self::at(house()).await
    }

    /// As [`Company::new`] at another server.
    pub async fn at(house: &House) -> Self {
        let url = house.url();
        let slug = format!("c{}", &uuid::Uuid::new_v4().simple().to_string()[..12]);
        let email = format!("admin@{slug}.example");
        house.create_tenant(&slug, "RUB", &email, PASSWORD).await;
        let admin = Actor::sign_in_at(&url, &slug, &email, PASSWORD).await;
        let user = async |mailbox: &str, role: &str| {
            let email = format!("{mailbox}@{slug}.example");
            let input = json!({
                "email": email, "name": mailbox, "password": PASSWORD, "roles": [role],
            });
            let payload = admin.does("createUser", input, "user { id }").await;
            let user = Actor::sign_in_at(&url, &slug, &email, PASSWORD).await;
            (user, text(&payload["user"]["id"]))
        };
        let (director, _) = user("director", "director").await;
        let (anna, anna_id) = user("anna", "manager").await;
        let (boris, boris_id) = user("boris", "manager").await;
        let (warehouse, _) = user("warehouse", "warehouse").await;
        let (accounting, _) = user("accounting", "accounting").await;
        Self { slug, admin, director, anna, boris, warehouse, accounting, anna_id, boris_id }
    }

    /// The e-mail address of a mailbox of this company.
    pub fn email(&self, mailbox: &str) -> String {
        format!("{mailbox}@{}.example", self.slug)
    }

    /// A warehouse, a price list and a group: what goods need.
    pub async fn furnish(&self) -> Furniture {
        let director = &self.director;
        let input = json!({"name": "Main"});
        let payload = director.does("createWarehouse", input, "warehouse { id }").await;
        let warehouse = text(&payload["warehouse"]["id"]);
        let input = json!({
            "name": "Base", "currency": "RUB", "includesVat": false, "isDefault": true,
        });
        let payload = director.does("createPriceList", input, "priceList { id }").await;
        let price_list = text(&payload["priceList"]["id"]);
        let input = json!({"name": "Goods"});
        let payload = director.does("createProductGroup", input, "productGroup { id }").await;
        let group = text(&payload["productGroup"]["id"]);
        Furniture { warehouse, price_list, group }
    }

    /// What [`Company::furnish`] made, found again.
    pub async fn furnish_again(&self) -> Furniture {
        let first = async |list: &str| text(&self.director.all(list, "id").await[0]["id"]);
        Furniture {
            warehouse: first("warehouses").await,
            price_list: first("priceLists").await,
            group: first("productGroups").await,
        }
    }

    /// A customer of a manager, on the default terms, or with other fields set.
    pub async fn customer(&self, name: &str, manager: &str, more: Value) -> String {
        let mut input = json!({"name": name, "managerId": manager});
        merge(&mut input, more);
        let payload = self.director.does("createCustomer", input, "customer { id }").await;
        text(&payload["customer"]["id"])
    }
}

/// Adds the fields of one object to another.
pub fn merge(into: &mut Value, more: Value) {
    if let (Some(into), Value::Object(more)) = (into.as_object_mut(), more) {
        into.extend(more);
    }
}

/// What goods need before they can be sold.
#[derive(Clone, Debug)]
pub struct Furniture {
    /// The one warehouse.
    pub warehouse: String,
    /// The base price list.
    pub price_list: String,
    /// A group for products.
    pub group: String,
}
