//! Migrations: ordered plain SQL, applied by the owner of the tables.

use sqlx::migrate::Migrator;
use sqlx::{Connection, PgConnection};

use crate::Fault;

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// One migration, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Its number.
    pub version: i64,
    /// What it does.
    pub description: String,
}

/// Applies what is missing, as the owner. The two logins must exist.
///
/// # Errors
/// [`Fault`] where the database cannot be reached, a statement fails, or an applied file was
/// changed since.
pub async fn migrate(owner_url: &str) -> Result<Vec<Migration>, Fault> {
    let todo = pending(owner_url).await?;
    let mut connection = PgConnection::connect(owner_url).await?;
    MIGRATIONS
        .run(&mut connection)
        .await
        .map_err(|error| Fault::broken(format!("migrations: {error}")))?;
    // A server without the owner's address looks here whether the schema fits it.
    sqlx::raw_sql("grant select on _sqlx_migrations to oborot_app")
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    Ok(todo)
}

/// What [`migrate`] would apply; the program's login may ask too.
///
/// # Errors
/// [`Fault`] where the database cannot be reached.
pub async fn pending(url: &str) -> Result<Vec<Migration>, Fault> {
    let mut connection = PgConnection::connect(url).await?;
    let known: Option<String> = sqlx::query_scalar("select to_regclass('_sqlx_migrations')::text")
        .fetch_one(&mut connection)
        .await?;
    let applied: Vec<i64> = match known {
        Some(_) => {
            sqlx::query_scalar("select version from _sqlx_migrations where success")
                .fetch_all(&mut connection)
                .await?
        }
        None => Vec::new(),
    };
    connection.close().await?;
    let missing = MIGRATIONS.iter().filter(|one| !applied.contains(&one.version));
    Ok(missing
        .map(|one| Migration { version: one.version, description: one.description.to_string() })
        .collect())
}
