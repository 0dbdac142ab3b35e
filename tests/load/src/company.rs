//! The company that measurements and load are made on: goods in stock, customers, orders of five
//! lines.

use anyhow::{Context, Result};
use futures::{StreamExt, TryStreamExt};
use serde_json::{Value, json};

use crate::client::Client;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";

/// How large a company is made.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Products to choose lines from.
    pub products: usize,
    /// Pieces of each in stock.
    pub pieces: u32,
    /// Customers.
    pub customers: usize,
    /// Confirmed orders of five lines.
    pub orders: usize,
}

/// A company at work.
pub struct Company {
    /// The tenant's name at sign-in.
    pub slug: String,
    /// Signed in as director.
    pub director: Client,
    /// The director's token.
    pub token: String,
    /// Confirmed orders of five lines.
    pub orders: Vec<String>,
    /// The receipt that brought its stock.
    pub receipt: String,
    warehouse: String,
    products: Vec<String>,
    customers: Vec<String>,
}

/// The id of what a mutation answered with.
pub(crate) fn id(payload: &Value, thing: &str) -> Result<String> {
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
pub async fn prepare(url: &str, slug: &str, scale: Scale) -> Result<Company> {
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
    for index in 0..scale.products {
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
        .map(|id| json!({"productId": id, "quantity": scale.pieces, "unitCost": "6.00"}))
        .collect();
    let warehouse = id(&warehouse, "warehouse")?;
    let input = json!({"warehouseId": warehouse, "lines": lines});
    let receipt =
        director.do_it("createGoodsReceipt", input, "goodsReceipt { id version }").await?;
    let receipt = &receipt["goodsReceipt"];
    let input = json!({"id": receipt["id"], "version": receipt["version"]});
    let posted = director.do_it("postGoodsReceipt", input, "goodsReceipt { id }").await?;
    let mut customers = Vec::new();
    for index in 0..scale.customers {
        let input = json!({"name": format!("Customer {index:02}")});
        let payload = director.do_it("createCustomer", input, "customer { id }").await?;
        customers.push(id(&payload, "customer")?);
    }
    let mut company = Company {
        slug: slug.to_owned(),
        director,
        token,
        orders: Vec::new(),
        receipt: id(&posted, "goodsReceipt")?,
        warehouse,
        products,
        customers,
    };
    company.orders = company.drafts(scale.orders).await?;
    company.confirm(&company.orders).await?;
    Ok(company)
}

impl Company {
    /// Its goods.
    #[must_use]
    pub fn products(&self) -> &[String] {
        &self.products
    }

    /// Those who buy of it.
    #[must_use]
    pub fn customers(&self) -> &[String] {
        &self.customers
    }

    /// Where its goods lie.
    #[must_use]
    pub fn warehouse(&self) -> &str {
        &self.warehouse
    }

    /// So many drafts of five lines each.
    ///
    /// # Errors
    /// When the program refuses one.
    pub async fn drafts(&self, count: usize) -> Result<Vec<String>> {
        let draft = |index: usize| async move {
            let product =
                |line: usize| &self.products[(index * 7 + line * 11) % self.products.len()];
            let customer = &self.customers[index % self.customers.len()];
            self.draft(customer, (0..5).map(product)).await
        };
        futures::stream::iter(0..count).map(draft).buffered(8).try_collect().await
    }

    /// So many drafts of a customer, each with a line of each of the products.
    ///
    /// # Errors
    /// When the program refuses one.
    pub async fn drafts_of(
        &self,
        customer: &str,
        products: &[String],
        count: usize,
    ) -> Result<Vec<String>> {
        let draft = |_| self.draft(customer, products.iter());
        futures::stream::iter(0..count).map(draft).buffered(8).try_collect().await
    }

    async fn draft<'a>(
        &self,
        customer: &str,
        products: impl Iterator<Item = &'a String>,
    ) -> Result<String> {
        let lines: Vec<Value> =
            products.map(|product| json!({"productId": product, "quantity": "2"})).collect();
        let input = json!({"customerId": customer, "lines": lines});
        let payload = self.director.do_it("createSalesOrder", input, "order { id }").await?;
        id(&payload, "order")
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
