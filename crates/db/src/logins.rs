//! The program's two logins in PostgreSQL, made and found from the owner's address alone.
//!
//! `oborot_app` serves requests and owns nothing; `oborot_system` does the listed work across
//! tenants. Neither may bypass row-level security. Their passwords follow from the owner's, so
//! that every replica that knows one address knows all three and nothing more is to be kept;
//! who wants the owner's password away from the server gives both addresses instead.

use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use url::Url;

/// Serves requests: sees one tenant a transaction.
pub const APP: &str = "oborot_app";
/// Sign-in, sequencer, platform administration: listed tables across tenants.
pub const SYSTEM: &str = "oborot_system";

/// Any number that no other program locks in this database: "oborot" in ASCII.
const LOCK: i64 = 0x6f62_6f72_6f74;

/// Addresses of the two logins.
#[derive(Clone)]
pub struct Logins {
    /// Of `oborot_app`.
    pub app: Url,
    /// Of `oborot_system`.
    pub system: Url,
}

/// Why the logins are not there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    #[error("the database does not let its owner in: {source}")]
    Connect { source: sqlx::Error },
    #[error(
        "the login `{role}` cannot be made; the owner in DATABASE_URL needs CREATEROLE, or make \
         both logins by hand and give DATABASE_URL and DATABASE_SYSTEM_URL: {source}"
    )]
    Make { role: &'static str, source: sqlx::Error },
    #[error(
        "the address of the login `{role}` names another login; the schema knows only that one"
    )]
    OtherName { role: &'static str },
    #[error("the login `{role}` may bypass row-level security; take that right away first")]
    TooStrong { role: &'static str },
}

impl Logins {
    /// The two logins at the owner's database.
    #[must_use]
    pub fn of_owner(owner: &Url) -> Self {
        Self { app: login(owner, owner, APP), system: login(owner, owner, SYSTEM) }
    }

    /// The app's login at another address of the same database, such as a replica.
    #[must_use]
    pub fn app_at(owner: &Url, replica: &Url) -> Url {
        login(owner, replica, APP)
    }

    /// Makes the logins where they are missing, with the passwords of these addresses, and sets
    /// a password that no longer fits. Two replicas may do it at once.
    ///
    /// # Errors
    /// When the owner cannot connect or may not make roles, or a login could bypass row-level
    /// security.
    pub async fn ensure(&self, owner: &Url) -> Result<(), LoginError> {
        let failed = |source| LoginError::Connect { source };
        let mut connection = connect(owner).await.map_err(failed)?;
        // Held until the connection closes.
        sqlx::query("select pg_advisory_lock($1)")
            .bind(LOCK)
            .execute(&mut connection)
            .await
            .map_err(failed)?;
        for (role, url) in [(APP, &self.app), (SYSTEM, &self.system)] {
            ensure_role(&mut connection, role, url).await?;
        }
        connection.close().await.map_err(failed)
    }
}

async fn ensure_role(
    connection: &mut PgConnection,
    role: &'static str,
    url: &Url,
) -> Result<(), LoginError> {
    let failed = |source| LoginError::Make { role, source };
    if url.username() != role {
        return Err(LoginError::OtherName { role });
    }
    let found: Option<bool> =
        sqlx::query_scalar("select rolsuper or rolbypassrls from pg_roles where rolname = $1")
            .bind(role)
            .fetch_optional(&mut *connection)
            .await
            .map_err(failed)?;
    match found {
        Some(true) => return Err(LoginError::TooStrong { role }),
        Some(false) if connect(url).await.is_ok() => {}
        Some(false) => set_password(connection, "alter role", role, url).await.map_err(failed)?,
        None => match set_password(connection, "create role", role, url).await {
            // Another database's owner on the same server was quicker.
            Err(error) if is_duplicate(&error) => {}
            made => made.map_err(failed)?,
        },
    }
    let_connect(connection, role).await.map_err(failed)
}

async fn set_password(
    connection: &mut PgConnection,
    verb: &str,
    role: &str,
    url: &Url,
) -> Result<(), sqlx::Error> {
    // Such a statement takes no parameters.
    let password = url.password().unwrap_or_default();
    let password = percent_decode_str(password).decode_utf8_lossy().replace('\'', "''");
    let sql = format!("{verb} {role} login password '{password}'");
    sqlx::query(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

/// Where an administrator took the right to connect from everybody.
async fn let_connect(connection: &mut PgConnection, role: &str) -> Result<(), sqlx::Error> {
    let may_connect: bool =
        sqlx::query_scalar("select has_database_privilege($1, current_database(), 'connect')")
            .bind(role)
            .fetch_one(&mut *connection)
            .await?;
    if may_connect {
        return Ok(());
    }
    let grant: String = sqlx::query_scalar(
        "select format('grant connect on database %I to %I', current_database(), $1)",
    )
    .bind(role)
    .fetch_one(&mut *connection)
    .await?;
    sqlx::query(AssertSqlSafe(grant)).execute(connection).await?;
    Ok(())
}

/// A connection whose statements are not logged: they hold passwords.
async fn connect(url: &Url) -> Result<PgConnection, sqlx::Error> {
    let options = PgConnectOptions::from_url(url)?;
    options.disable_statement_logging().connect().await
}

/// `duplicate_object`, or `unique_violation` in the catalog when two sessions race.
fn is_duplicate(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("42710" | "23505"))
}

fn login(owner: &Url, at: &Url, role: &str) -> Url {
    let mut url = at.clone();
    // Neither fails on an address with a host, and all of ours have one.
    let _ = url.set_username(role);
    let _ = url.set_password(Some(&password(owner, role)));
    url
}

/// One-way: who learns a login's password learns nothing about the owner's.
fn password(owner: &Url, role: &str) -> String {
    let mut hash = Sha256::new();
    for part in ["oborot login", role, owner.username(), owner.password().unwrap_or_default()] {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(password: &str) -> Url {
        let url = format!("postgres://owner:{password}@db/oborot?sslmode=require");
        Url::parse(&url).unwrap()
    }

    fn password_of(url: &Url) -> &str {
        url.password().unwrap()
    }

    #[test]
    fn every_replica_finds_the_same_logins_and_another_owner_other_ones() {
        let (one, again) = (Logins::of_owner(&owner("p")), Logins::of_owner(&owner("p")));
        assert_eq!(one.app, again.app);
        assert_eq!(one.app.query(), Some("sslmode=require"));
        assert_eq!(one.app.username(), APP);
        assert_ne!(password_of(&one.app), password_of(&one.system));
        let other = Logins::of_owner(&owner("q"));
        assert_ne!(password_of(&one.app), password_of(&other.app));
    }

    #[test]
    fn a_replica_is_read_by_the_same_login() {
        let replica = Url::parse("postgres://replica:6432/oborot").unwrap();
        let read = Logins::app_at(&owner("p"), &replica);
        assert_eq!(password_of(&read), password_of(&Logins::of_owner(&owner("p")).app));
        assert_eq!(read.port(), Some(6432));
    }
}
