//! The company the measurements are made on: goods in stock, customers, orders of five lines.

use anyhow::{Context, Result};
use futures::{StreamExt, TryStreamExt};
use serde_json::{Value, json};

use crate::client::Client;

/// Orders to read.
const ORDERS: usize = 1000;
/// Products to choose lines from.
const PRODUCTS: usize = 60;
/// Customers.
const CUSTOMERS: usize = 40;
/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";

/// What the cases need.
pub struct Company {
    /// The tenant's name at sign-in.
    pub slug: String,
    /// Signed in as director.
    pub director: Client,
    /// The director's token.
    pub token: String,
    /// Confirmed orders of five lines.
    pub orders: Vec<String>,
    products: Vec<String>,
    customers: Vec<String>,
}

fn id(payload: &Value, thing: &str) -> Result<String> {
    Ok(payload[thing]["id"].as_str().with_context(|| format!("no id in {payload}"))?.to_owned())
}

/// Makes a tenant's director and signs him in: the caller and his token.
///
/// # Errors
/// When the program refuses something.
pub async fn director(url: &str, slug: &str) -> Result<(Client, String)> {
    let nobody = Client::new(url)?;
    let admin = nobody.sign_in(slug, &format!("admin@{slug}.example"), PASSWORD).await?;
    let email = format!("director@{slug}.example");
    let input = json!({
        "email": email, "name": "Director", "password": PASSWORD, "roles": ["director"],
    });
    admin.do_it("createUser", input, "user { id }").await?;
    let token = nobody.token(slug, &email, PASSWORD).await?;
    Ok((nobody.with_token(&token), token))
}

/// Makes the company's people, goods, customers and orders through the API. The tenant with its
/// administrator is there.
///
/// # Errors
/// When the program refuses something.
pub async fn prepare(url: &str, slug: &str) -> Result<Company> {
    let (director, token) = director(url, slug).await?;
    let input = json!({"name": "Main"});
    let warehouse = director.do_it("createWarehouse", input, "warehouse { id }").await?;
    let input = json!({
        "name": "Base", "currency": "RUB", "includesVat": false, "isDefault": true,
    });
    let list = director.do_it("createPriceList", input, "priceList { id }").await?;
    let input = json!({"name": "Goods"});
    let group = director.do_it("createProductGroup", input, "productGroup { id }").await?;
    let mut products = Vec::new();
    for index in 0..PRODUCTS {
        let input = json!({
            "sku": format!("P{index:03}"), "name": format!("Product {index}"),
            "groupId": group["productGroup"]["id"], "unit": "pcs",
        });
        let payload = director.do_it("createProduct", input, "product { id }").await?;
        products.push(id(&payload, "product")?);
    }
    let prices: Vec<Value> =
        products.iter().map(|id| json!({"productId": id, "price": "10.00"})).collect();
    let input = json!({
        "priceListId": list["priceList"]["id"], "validFrom": "2020-01-01", "prices": prices,
    });
    director.do_it("setPrices", input, "priceList { id }").await?;
    let lines: Vec<Value> = products
        .iter()
        .map(|id| json!({"productId": id, "quantity": "1000000", "unitCost": "6.00"}))
        .collect();
    let input = json!({"warehouseId": warehouse["warehouse"]["id"], "lines": lines});
    let receipt =
        director.do_it("createGoodsReceipt", input, "goodsReceipt { id version }").await?;
    let receipt = &receipt["goodsReceipt"];
    let input = json!({"id": receipt["id"], "version": receipt["version"]});
    director.do_it("postGoodsReceipt", input, "goodsReceipt { id }").await?;
    let mut customers = Vec::new();
    for index in 0..CUSTOMERS {
        let input = json!({"name": format!("Customer {index:02}")});
        let payload = director.do_it("createCustomer", input, "customer { id }").await?;
        customers.push(id(&payload, "customer")?);
    }
    let mut company =
        Company { slug: slug.to_owned(), director, token, orders: Vec::new(), products, customers };
    company.orders = company.drafts(ORDERS).await?;
    company.confirm(&company.orders).await?;
    Ok(company)
}

impl Company {
    /// Its goods.
    #[must_use]
    pub fn products(&self) -> &[String] {
        &self.products
    }

    /// So many drafts of five lines each.
    ///
    /// # Errors
    /// When the program refuses one.
    pub async fn drafts(&self, count: usize) -> Result<Vec<String>> {
        let draft = |index: usize| async move {
            let lines: Vec<Value> = (0..5)
                .map(|line| {
                    let product = &self.products[(index * 7 + line * 11) % self.products.len()];
                    json!({"productId": product, "quantity": "2"})
                })
                .collect();
            let customer = &self.customers[index % self.customers.len()];
            let input = json!({"customerId": customer, "lines": lines});
            let payload = self.director.do_it("createSalesOrder", input, "order { id }").await?;
            id(&payload, "order")
        };
        futures::stream::iter(0..count).map(draft).buffered(8).try_collect().await
    }

    /// Confirms orders.
    ///
    /// # Errors
    /// When the program refuses one.
    pub async fn confirm(&self, orders: &[String]) -> Result<()> {
        let confirm = |order: &String| {
            let input = json!({"id": order});
            async move { self.director.do_it("confirmSalesOrder", input, "order { id }").await }
        };
        let mut work = futures::stream::iter(orders).map(confirm).buffer_unordered(8);
        while let Some(done) = work.next().await {
            done?;
        }
        Ok(())
    }

    /// Confirms and ships each order, with so many clients at once.
    ///
    /// # Errors
    /// When the program refuses one.
    pub async fn confirm_and_ship(&self, orders: &[String], clients: usize) -> Result<()> {
        let sell = |order: &String| {
            let order = order.clone();
            async move {
                let input = json!({"id": order});
                self.director.do_it("confirmSalesOrder", input, "order { id }").await?;
                let input = json!({"orderId": order});
                self.director.do_it("shipSalesOrder", input, "shipment { id }").await
            }
        };
        let mut work = futures::stream::iter(orders).map(sell).buffer_unordered(clients);
        while let Some(done) = work.next().await {
            done?;
        }
        Ok(())
    }
}
