//! What keeps tenants apart, listed: tables without row-level security, what the cross-tenant
//! login may touch, and where scopes are made.

use std::collections::BTreeSet;
use std::path::Path;

use sqlx::{Connection, PgConnection};
use stories::house::house;

async fn owner() -> PgConnection {
    PgConnection::connect(&house().owner_url).await.unwrap()
}

/// Tables of no tenant. Each needs a reason.
const WITHOUT_TENANT: &[(&str, &str)] = &[
    ("_sqlx_migrations", "which migrations ran; neither login may touch it"),
    ("signing_key", "keys of the service itself; only the cross-tenant login, under a policy"),
];

#[tokio::test]
async fn every_table_is_under_row_level_security_but_the_listed_ones() {
    let mut owner = owner().await;
    let tables: Vec<(String, bool, bool, bool, bool)> = sqlx::query_as(
        "select c.relname::text, c.relrowsecurity, c.relforcerowsecurity, c.relispartition,
                exists (select from pg_attribute a
                        where a.attrelid = c.oid and a.attname = 'tenant_id' and a.attnotnull)
         from pg_class c
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    assert!(tables.len() > 20, "the tables were found");
    for (name, secured, forced, is_partition, has_tenant) in tables {
        let listed = WITHOUT_TENANT.iter().any(|(table, _)| *table == name);
        if is_partition {
            // Reached through its parent's policies only: nobody has a right on it.
            let granted: i64 = sqlx::query_scalar(
                "select count(*) from information_schema.role_table_grants
                 where table_name = $1 and grantee in ('oborot_app', 'oborot_system')",
            )
            .bind(&name)
            .fetch_one(&mut owner)
            .await
            .unwrap();
            assert_eq!(granted, 0, "{name}: a partition is granted to a login");
            continue;
        }
        assert!(listed || (secured && forced), "{name}: row-level security is not forced");
        assert!(listed || has_tenant, "{name}: no tenant_id");
    }
}

#[tokio::test]
async fn keys_lead_with_the_tenant() {
    let mut owner = owner().await;
    let wrong: Vec<String> = sqlx::query_scalar(
        "select i.indexrelid::regclass::text
         from pg_index i
         join pg_class c on c.oid = i.indrelid
         join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
         where c.relnamespace = 'public'::regnamespace and not c.relispartition
           and i.indisunique and a.attname <> 'tenant_id'
           and c.relname not in ('_sqlx_migrations', 'signing_key')",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    // A tenant's slug is what tells tenants apart at sign-in.
    assert_eq!(wrong, ["tenant_slug_key"]);
}

#[tokio::test]
async fn logins_own_nothing_and_bypass_nothing() {
    let mut owner = owner().await;
    let logins: Vec<(String, bool, bool, i64)> = sqlx::query_as(
        "select r.rolname::text, r.rolsuper, r.rolbypassrls,
                (select count(*) from pg_class c where c.relowner = r.oid)
         from pg_roles r where r.rolname in ('oborot_app', 'oborot_system')",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    assert_eq!(logins.len(), 2);
    for (name, is_super, bypasses, owned) in logins {
        assert!(!is_super && !bypasses, "{name} is not bound by row-level security");
        assert_eq!(owned, 0, "{name} owns tables");
    }
}

#[tokio::test]
async fn registers_cannot_be_changed_by_the_program() {
    let mut owner = owner().await;
    for register in [
        "audit_trail",
        "audit_seal",
        "stock_movement",
        "receivable_item",
        "allocation",
        "sale_fact",
    ] {
        let granted: Vec<String> = sqlx::query_scalar(
            "select distinct privilege_type::text from information_schema.role_table_grants
             where table_name = $1 and grantee in ('oborot_app', 'oborot_system')
             order by 1",
        )
        .bind(register)
        .fetch_all(&mut owner)
        .await
        .unwrap();
        assert_eq!(granted, ["INSERT", "SELECT"], "{register} is not append-only");
    }
}

#[tokio::test]
async fn the_cross_tenant_login_reaches_listed_tables_only() {
    let mut owner = owner().await;
    let reached: Vec<String> = sqlx::query_scalar(
        "select distinct table_name::text from information_schema.column_privileges
         where grantee = 'oborot_system' and table_schema = 'public' order by 1",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    let listed = [
        "access_link",
        "api_key",
        "app_user",
        "approval_deputy",
        "approval_request",
        "approval_step",
        "audit_trail",
        "audit_unsealed",
        "awaited_payment",
        "event_outbox",
        "event_position",
        "export_job",
        "hand_over",
        "import_job",
        "outgoing_mail",
        "refresh_token",
        "reservation_expiry",
        "rights_change",
        "sale_fact_delta",
        "sales_quote",
        "signing_key",
        "team",
        "team_member",
        "tenant",
        "tenant_role",
        "tenant_role_right",
        "user_role",
        "user_session",
        "web_origins",
    ];
    assert_eq!(reached, listed);
}

#[tokio::test]
async fn an_unset_tenant_is_an_error_not_an_empty_answer() {
    let mut app = PgConnection::connect(&house().app_url).await.unwrap();
    let error = sqlx::query("select tenant_id from tenant").fetch_all(&mut app).await;
    assert!(error.is_err(), "a connection without a tenant read rows");
    // Also after a transaction has set one and ended.
    let set = "begin; select set_config('app.tenant_id', gen_random_uuid()::text, true); commit";
    sqlx::raw_sql(set).execute(&mut app).await.unwrap();
    let error = sqlx::query("select tenant_id from tenant").fetch_all(&mut app).await;
    assert!(error.is_err(), "a setting stayed behind");
}

/// The files whose lines match, with how often, relative to `crates/`.
fn uses(pattern: &str) -> BTreeSet<(String, usize)> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let mut found = BTreeSet::new();
    let mut folders = vec![crates.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let count = text.matches(pattern).count();
                if count > 0 {
                    let name = path.strip_prefix(&crates).unwrap().display().to_string();
                    found.insert((name, count));
                }
            }
        }
    }
    found
}

/// A reviewed list: a new line here is a new place where work crosses tenants or a scope is made.
#[test]
fn places_that_cross_tenants_or_make_scopes_are_listed() {
    let mut lines = Vec::new();
    for pattern in [".system(", ".system_once(", "Scope::verified("] {
        for (file, count) in uses(pattern) {
            lines.push(format!("{pattern} {file} {count}"));
        }
    }
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("stories/contract/crossings.txt");
    let expected = std::fs::read_to_string(&golden).unwrap_or_default();
    let found = lines.join("\n") + "\n";
    if std::env::var_os("OBOROT_WRITE_GOLDEN").is_some() {
        std::fs::write(&golden, &found).unwrap();
        return;
    }
    assert_eq!(found, expected, "run with OBOROT_WRITE_GOLDEN=1 and review the difference");
}
