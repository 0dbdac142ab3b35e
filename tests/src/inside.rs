//! The program's own login in one tenant, for what takes too long or cannot be done from outside.

use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::house::house;

/// A connection of the program's login that acts in this tenant.
pub async fn inside(tenant: Uuid) -> PgConnection {
    let mut inside = PgConnection::connect(&house().app_url).await.unwrap();
    let sql = "select set_config('app.tenant_id', $1::uuid::text, false)";
    sqlx::query(sql).bind(tenant).execute(&mut inside).await.unwrap();
    inside
}

/// Somebody who is making a product and does not finish: whoever makes one with the same article
/// number waits for him. So a story looks at what is half done, however fast the machine is.
pub struct Standstill(PgConnection);

impl Standstill {
    /// Begins to make a product with this article number.
    pub async fn at(tenant: Uuid, sku: &str) -> Self {
        let mut inside = inside(tenant).await;
        sqlx::raw_sql("begin").execute(&mut inside).await.unwrap();
        let sql = "insert into product (tenant_id, id, sku, name, unit, is_service)
                   values ($1, gen_random_uuid(), $2, 'Standstill', 'pcs', false)";
        sqlx::query(sql).bind(tenant).bind(sku).execute(&mut inside).await.unwrap();
        Self(inside)
    }

    /// Leaves it: the product was never there.
    pub async fn leave(mut self) {
        sqlx::raw_sql("rollback").execute(&mut self.0).await.unwrap();
    }
}
