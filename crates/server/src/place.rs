//! Where the rows are, made ready: the private PostgreSQL started or the given one reached, its
//! logins there, and their addresses for the crate that connects.

use db::{LoginError, Logins};

use crate::cluster::{Cluster, ClusterError, ClusterOptions, Keeper};
use crate::config::{Database, SecretUrl};

/// Whether a command serves, alone on its data, or does one thing, perhaps beside a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tenure {
    Alone,
    Beside,
}

/// A database that answers, and the addresses of those who may use it.
#[derive(Debug)]
pub struct Place {
    /// May change the schema; none where only the two logins were given.
    pub owner: Option<SecretUrl>,
    pub app: SecretUrl,
    pub system: SecretUrl,
    /// A replica for queries.
    pub read: Option<SecretUrl>,
    cluster: Option<Keeper>,
}

/// Why there is no database to work with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlaceError {
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    #[error(transparent)]
    Login(#[from] LoginError),
    #[error("starting the private PostgreSQL was interrupted: {0}")]
    Interrupted(#[from] tokio::task::JoinError),
}

impl Place {
    /// Starts or reaches the database and makes the logins where the owner is known.
    ///
    /// # Errors
    /// As a sentence for the user: the private cluster does not start, the owner does not
    /// connect, or may not make the logins.
    pub async fn open(database: &Database, tenure: Tenure) -> Result<Self, PlaceError> {
        match database {
            Database::Private { data_dir, pg_bin } => {
                let options = ClusterOptions::durable(data_dir.clone(), pg_bin.clone());
                let cluster = tokio::task::spawn_blocking(move || match tenure {
                    Tenure::Alone => Cluster::start(&options),
                    Tenure::Beside => Cluster::start_or_join(&options),
                });
                let cluster = Keeper::of(cluster.await??)?;
                let owner = SecretUrl::new(cluster.owner_url().clone());
                Self::of_owner(owner, None, Some(cluster)).await
            }
            Database::Owner { owner, read } => {
                Self::of_owner(owner.clone(), read.as_ref(), None).await
            }
            Database::Logins { owner, app, system, read } => {
                if let Some(owner) = owner {
                    let (app, system) = (app.reveal().clone(), system.reveal().clone());
                    Logins { app, system }.ensure(owner.reveal()).await?;
                }
                let (owner, read) = (owner.clone(), read.clone());
                Ok(Self { owner, app: app.clone(), system: system.clone(), read, cluster: None })
            }
        }
    }

    async fn of_owner(
        owner: SecretUrl,
        read: Option<&SecretUrl>,
        cluster: Option<Keeper>,
    ) -> Result<Self, PlaceError> {
        let logins = Logins::of_owner(owner.reveal());
        logins.ensure(owner.reveal()).await?;
        let app_at = |replica: &SecretUrl| Logins::app_at(owner.reveal(), replica.reveal());
        let read = read.map(|replica| SecretUrl::new(app_at(replica)));
        let (app, system) = (SecretUrl::new(logins.app), SecretUrl::new(logins.system));
        Ok(Self { owner: Some(owner), app, system, read, cluster })
    }

    /// Stops the private cluster; everybody who uses the database must be done.
    ///
    /// # Errors
    /// When the server does not stop in time.
    pub async fn close(self) -> Result<(), PlaceError> {
        let Some(cluster) = self.cluster else { return Ok(()) };
        tokio::task::spawn_blocking(move || cluster.stop()).await??;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{AssertSqlSafe, Connection, PgConnection};

    use super::*;
    use crate::cluster::tests::Folder;

    #[tokio::test]
    async fn logins_are_made_once_and_mended_when_the_owner_got_a_new_password() {
        let folder = Folder::new("logins");
        let cluster = Cluster::start(&folder.options()).unwrap();
        let owner = cluster.owner_url();
        let logins = Logins::of_owner(owner);
        PgConnection::connect(logins.app.as_str()).await.unwrap_err();

        let (one, other) = tokio::join!(logins.ensure(owner), logins.ensure(owner));
        one.and(other).unwrap();
        for url in [&logins.app, &logins.system] {
            let mut connection = PgConnection::connect(url.as_str()).await.unwrap();
            let sql = "select rolsuper or rolcreaterole or rolbypassrls from pg_roles \
                       where rolname = current_user";
            let strong: bool = sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap();
            assert!(!strong, "{}", url.username());
        }

        let mut connection = PgConnection::connect(owner.as_str()).await.unwrap();
        let spoil = "alter role oborot_system password 'of an earlier owner'";
        sqlx::query(AssertSqlSafe(spoil)).execute(&mut connection).await.unwrap();
        PgConnection::connect(logins.system.as_str()).await.unwrap_err();
        logins.ensure(owner).await.unwrap();
        PgConnection::connect(logins.system.as_str()).await.unwrap();
    }
}
