//! The quick path: a read that fits one statement needs no BEGIN and no COMMIT. The tenant is
//! set inside the statement itself, before any row is looked at, and nothing of it stays behind.

use access::Permit;
use sea_orm::{FromQueryResult, QueryResult, Value, Values};
use sea_query_sqlx::SqlxValues;
use sqlx::Executor;

use crate::{Db, Fault};

/// A one-statement read. `$1` is the tenant; the body's own values begin at `$2`. The body's
/// outermost `where` must hold `s.s is not null`, which makes the setting come first.
#[derive(Debug)]
pub struct Quick {
    text: String,
}

impl Quick {
    /// Wraps a body, such as `select o.id from sales_order o where o.tenant_id = $1 and s.s is
    /// not null and o.id = $2`. Kept in a static, so that its text is built once.
    #[must_use]
    pub fn new(body: &str) -> Self {
        debug_assert!(body.contains("s.s is not null"), "the body must wait for the tenant");
        // `offset 0` keeps the planner from moving the rows in front of the setting.
        let text = format!(
            "select q.* from (select set_config('app.tenant_id', $1::uuid::text, true) s \
             offset 0) s cross join lateral ({body} offset 0) q"
        );
        Self { text }
    }
}

impl Db {
    /// Runs a one-statement read in the permit's tenant.
    ///
    /// # Errors
    /// [`Fault`] where the statement fails or a row has another shape.
    pub async fn quick<T: FromQueryResult, A>(
        &self,
        permit: &Permit<A>,
        query: &'static Quick,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<T>, Fault> {
        let pool = &self.inner().quick;
        let _share = pool.share(permit.tenant()).await?;
        let mut lease = pool.acquire().await?;
        self.count_statement();
        let mut bound = vec![Value::from(permit.tenant())];
        bound.extend(values);
        let sent = sqlx::query_with(query.text.as_str(), SqlxValues(Values(bound)));
        let used = lease.enter()?;
        let rows = used.conn.fetch_all(sent).await;
        used.done(&rows);
        rows?
            .into_iter()
            .map(|row| T::from_query_result(&QueryResult::from(row), "").map_err(Fault::from))
            .collect()
    }
}
