//! What documents are made of: users, warehouse, groups, products, prices, customers. Each
//! record carries its key of the CSV as external reference, so a second run finds it.

use std::collections::HashMap;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::data::Data;
use super::{Actors, DOMAIN, PAYMENT_DAYS, Progress};
use crate::client::Client;

/// The ids of everything documents refer to.
#[derive(Clone, Debug, Default)]
pub struct Masters {
    pub warehouse: String,
    pub price_list: String,
    pub managers: HashMap<u32, String>,
    pub groups: HashMap<u32, String>,
    pub products: HashMap<u32, String>,
    pub customers: HashMap<String, String>,
}

/// The password of every user; the tenant is for trying things out.
pub const PASSWORD: &str = "oborot-demo";

/// The day prices are good from: before the first order.
const FIRST_DAY: &str = "1996-01-01";

/// Makes what is missing; gives the ids, and how many records were made.
///
/// # Errors
/// When the server refuses a record or cannot be reached.
pub async fn load_masters(
    actors: &Actors,
    data: &Data,
    progress: &dyn Progress,
) -> Result<(Masters, u64)> {
    let steps = data.employees.len() + data.categories.len() + data.products.len();
    progress.begin("catalogs", (steps + data.customers.len()) as u64);
    let mut made = 0;
    let mut masters = Masters::default();
    users(actors, data, &mut masters, &mut made, progress).await?;
    let director = &actors.director;
    masters.warehouse = warehouse(director, &mut made).await?;
    goods(director, data, &mut masters, &mut made, progress).await?;
    prices(director, data, &mut masters, &mut made).await?;
    customers(director, data, &mut masters, &mut made, progress).await?;
    Ok((masters, made))
}

/// External references to ids of all records of a connection.
async fn known(client: &Client, connection: &str) -> Result<HashMap<String, String>> {
    let nodes = client.all(connection, "", "id externalReference").await?;
    let pair = |node: &Value| {
        Some((node["externalReference"].as_str()?.to_owned(), node["id"].as_str()?.to_owned()))
    };
    Ok(nodes.iter().filter_map(pair).collect())
}

fn id_of(payload: &Value, thing: &str) -> Result<String> {
    let id = payload[thing]["id"].as_str();
    Ok(id.with_context(|| format!("no id of {thing} in {payload}"))?.to_owned())
}

async fn users(
    actors: &Actors,
    data: &Data,
    masters: &mut Masters,
    made: &mut u64,
    progress: &dyn Progress,
) -> Result<()> {
    let known = known(&actors.admin, "users").await?;
    for (index, employee) in data.employees.iter().enumerate() {
        let reference = format!("employee:{}", employee.employee_id);
        let id = match known.get(&reference) {
            Some(id) => id.clone(),
            None => {
                let mailbox =
                    if index == 0 { "manager".into() } else { format!("manager{}", index + 1) };
                let input = json!({
                    "email": format!("{mailbox}@{DOMAIN}"),
                    "name": format!("{} {}", employee.first_name, employee.last_name),
                    "password": PASSWORD,
                    "roles": ["manager"],
                    "externalReference": reference,
                });
                *made += 1;
                id_of(&actors.admin.do_it("createUser", input, "user { id }").await?, "user")?
            }
        };
        masters.managers.insert(employee.employee_id, id);
        progress.step();
    }
    Ok(())
}

async fn warehouse(director: &Client, made: &mut u64) -> Result<String> {
    if let Some(id) = known(director, "warehouses").await?.get("warehouse:main") {
        return Ok(id.clone());
    }
    *made += 1;
    let input = json!({"name": "Main", "externalReference": "warehouse:main"});
    id_of(&director.do_it("createWarehouse", input, "warehouse { id }").await?, "warehouse")
}

async fn goods(
    director: &Client,
    data: &Data,
    masters: &mut Masters,
    made: &mut u64,
    progress: &dyn Progress,
) -> Result<()> {
    let known_groups = known(director, "productGroups").await?;
    for category in &data.categories {
        let reference = format!("category:{}", category.category_id);
        let id = match known_groups.get(&reference) {
            Some(id) => id.clone(),
            None => {
                *made += 1;
                let input = json!({"name": category.category_name, "externalReference": reference});
                let payload = director.do_it("createProductGroup", input, "productGroup { id }");
                id_of(&payload.await?, "productGroup")?
            }
        };
        masters.groups.insert(category.category_id, id);
        progress.step();
    }
    let known_products = known(director, "products").await?;
    for product in data.products.values() {
        let reference = format!("product:{}", product.product_id);
        let id = match known_products.get(&reference) {
            Some(id) => id.clone(),
            None => {
                *made += 1;
                let input = json!({
                    "sku": format!("NW-{:03}", product.product_id),
                    "name": product.product_name,
                    "groupId": masters.groups.get(&product.category_id),
                    "unit": "pcs",
                    "externalReference": reference,
                });
                let payload = director.do_it("createProduct", input, "product { id }");
                id_of(&payload.await?, "product")?
            }
        };
        masters.products.insert(product.product_id, id);
        progress.step();
    }
    Ok(())
}

async fn prices(
    director: &Client,
    data: &Data,
    masters: &mut Masters,
    made: &mut u64,
) -> Result<()> {
    if let Some(id) = known(director, "priceLists").await?.get("prices:list") {
        masters.price_list = id.clone();
        return Ok(());
    }
    let input = json!({
        "name": "List prices", "currency": "USD", "includesVat": false, "isDefault": true,
        "externalReference": "prices:list",
    });
    let payload = director.do_it("createPriceList", input, "priceList { id }").await?;
    masters.price_list = id_of(&payload, "priceList")?;
    let prices: Vec<Value> = data
        .products
        .values()
        .map(|product| {
            json!({
                "productId": masters.products.get(&product.product_id),
                "price": product.unit_price.to_string(),
            })
        })
        .collect();
    *made += 1 + prices.len() as u64;
    let input =
        json!({"priceListId": masters.price_list, "validFrom": FIRST_DAY, "prices": prices});
    director.do_it("setPrices", input, "priceList { id }").await?;
    Ok(())
}

async fn customers(
    director: &Client,
    data: &Data,
    masters: &mut Masters,
    made: &mut u64,
    progress: &dyn Progress,
) -> Result<()> {
    let known = known(director, "customers").await?;
    // Who sold to a customer first looks after him.
    let mut manager_of: HashMap<&str, u32> = HashMap::new();
    for order in &data.orders {
        manager_of.entry(&order.customer_id).or_insert(order.employee_id);
    }
    for customer in &data.customers {
        let reference = format!("customer:{}", customer.customer_id);
        let id = match known.get(&reference) {
            Some(id) => id.clone(),
            None => {
                *made += 1;
                let manager = manager_of
                    .get(customer.customer_id.as_str())
                    .and_then(|employee| masters.managers.get(employee));
                let input = customer_input(customer, &reference, manager, &masters.price_list);
                let payload = director.do_it("createCustomer", input, "customer { id }").await?;
                id_of(&payload, "customer")?
            }
        };
        masters.customers.insert(customer.customer_id.clone(), id);
        progress.step();
    }
    Ok(())
}

fn customer_input(
    customer: &super::data::Customer,
    reference: &str,
    manager: Option<&String>,
    price_list: &str,
) -> Value {
    let address: Vec<&str> = [
        &customer.address,
        &customer.city,
        &customer.region,
        &customer.postal_code,
        &customer.country,
    ]
    .into_iter()
    .map(String::as_str)
    .filter(|part| !part.is_empty())
    .collect();
    json!({
        "name": customer.company_name,
        "phone": customer.phone,
        "address": address.join(", "),
        "managerId": manager,
        "externalReference": reference,
        "contacts": [{"name": customer.contact_name, "position": customer.contact_title}],
        "agreement": {
            "name": "30 days",
            "priceListId": price_list,
            "paymentSteps": [
                {"percent": "100", "moment": "AFTER_SHIPMENT", "days": PAYMENT_DAYS},
            ],
        },
    })
}
