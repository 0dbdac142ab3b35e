//! Two tenants with three years of business each, and the people of one of them.

use chrono::Days;
use kernel::{NaiveDate, Uuid};
use serde_json::json;
use sqlx::{Connection, PgConnection};
use stories::actor::Actor;
use stories::company::PASSWORD;
use stories::house::Replica;

use super::watch::Watched;

/// What both tenants hold; see their heads.
const ROWS: [&str; 2] = [include_str!("rows.sql"), include_str!("papers.sql")];

/// Helpers of the rows, made by the owner: the program's login makes no functions.
const HELPERS: &str = "
    create function here() returns uuid language sql stable
        as $$ select current_setting('app.tenant_id')::uuid $$;
    create function made(kind integer, n bigint) returns uuid language sql immutable
        as $$ select (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-'
                      || lpad(to_hex(n), 12, '0'))::uuid $$;";

/// The n-th id of a kind, as the rows have it.
pub fn made<T: graph::NodeId>(kind: u32, n: u64) -> String {
    let id: Uuid = format!("{kind:08x}-0000-7000-8000-{n:012x}").parse().unwrap();
    graph::global(T::from(id)).0
}

/// A large company among others.
pub struct Large {
    /// Where its server is.
    pub url: String,
    /// Reaches everything.
    pub director: Actor,
    /// Reaches the customers that are hers, one in thirty.
    pub anna: Actor,
    /// Her id.
    pub anna_id: String,
    /// Reads the audit trail.
    pub admin: Actor,
    /// The last day of its business; the first is a thousand days earlier.
    pub today: NaiveDate,
    _server: Replica,
}

impl Large {
    /// Two tenants on the watched PostgreSQL, full of rows.
    pub async fn new(watched: &Watched) -> Self {
        let server = Replica::on(&watched.owner_url()).await;
        let owner_url = watched.owner_url();
        let mut owner = PgConnection::connect(&owner_url).await.unwrap();
        sqlx::raw_sql(HELPERS).execute(&mut owner).await.unwrap();
        let (large, _) = tokio::join!(people(&server, "large"), people(&server, "neighbour"));
        // Only the cross-tenant login sees both, and only it numbers events.
        let mut system = PgConnection::connect(&system_url(&owner_url)).await.unwrap();
        let tenants: Vec<Uuid> = sqlx::query_scalar("select tenant_id from tenant")
            .fetch_all(&mut system)
            .await
            .unwrap();
        let app_url = server.house().app_url.clone();
        tokio::join!(fill(&app_url, tenants[0]), fill(&app_url, tenants[1]));
        let numbered = "insert into event_position (tenant_id, last)
                        select tenant_id, 12000 from tenant
                        on conflict (tenant_id) do update set last = excluded.last";
        sqlx::raw_sql(numbered).execute(&mut system).await.unwrap();
        sqlx::raw_sql("vacuum analyze").execute(&mut owner).await.unwrap();
        let [director, anna, admin] = large;
        let told = anna.ask("{ viewer { user { id } } }", json!({})).await;
        let anna_id = stories::actor::text(&told["viewer"]["user"]["id"]);
        let (url, today) = (server.url(), server.house().today());
        Self { url, director, anna, anna_id, admin, today, _server: server }
    }

    /// A date so many days ago.
    pub fn day(&self, ago: u64) -> String {
        (self.today - Days::new(ago)).to_string()
    }
}

fn system_url(owner_url: &str) -> String {
    db::Logins::of_owner(&reqwest::Url::parse(owner_url).unwrap()).system.to_string()
}

async fn people(server: &Replica, slug: &str) -> [Actor; 3] {
    let email = |mailbox: &str| format!("{mailbox}@{slug}.example");
    server.house().create_tenant(slug, "RUB", &email("admin"), PASSWORD).await;
    let url = server.url();
    let sign_in =
        async |mailbox: &str| Actor::sign_in_at(&url, slug, &email(mailbox), PASSWORD).await;
    let admin = sign_in("admin").await;
    for (mailbox, role) in [("director", "director"), ("anna", "manager")] {
        let input = json!({
            "email": email(mailbox), "name": mailbox, "password": PASSWORD, "roles": [role],
        });
        admin.does("createUser", input, "user { id }").await;
    }
    [sign_in("director").await, sign_in("anna").await, admin]
}

/// Puts the rows into a tenant, as the program's login.
async fn fill(app_url: &str, tenant: Uuid) {
    let mut app = PgConnection::connect(app_url).await.unwrap();
    sqlx::query("select set_config('app.tenant_id', $1::uuid::text, false)")
        .bind(tenant)
        .execute(&mut app)
        .await
        .unwrap();
    for rows in ROWS {
        sqlx::raw_sql(rows).execute(&mut app).await.unwrap();
    }
}
