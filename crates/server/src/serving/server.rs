//! A running server: its doors, its workers, and the order in which they end.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result};
use axum::Router;
use db::Db;
use graph::{Lists, Services};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use outbound::Mailing;
use tokio::task::JoinSet;

use super::workers::{
    close_idle_connections, escalate_approvals, expire_quotes, fold_sales, follow_decisions,
    hold_paid_orders, keep_outbox_days, publish_events, release_unpaid_orders, run_exports,
    run_hand_overs, run_imports, seal_audit, send_mail, sweep_files, tell_deciders,
};
use super::{Admin, Door, Readiness};
use crate::config::Config;
use crate::parts::Parts;
use crate::shutdown::Shutdown;

/// Files brought in at once by one process: a long one leaves room for another.
const IMPORTS_AT_ONCE: usize = 2;
/// Exports under way at once, of all tenants; each holds a snapshot.
const EXPORTS_AT_ONCE: usize = 2;

/// The doors of a server, bound before anything slow happens: an address in use is told at once.
#[derive(Debug)]
pub struct Doors {
    api: Door,
    admin: Option<Door>,
}

impl Doors {
    /// Binds both addresses.
    ///
    /// # Errors
    /// When an address cannot be bound, naming the flag that sets it.
    pub async fn open(config: &Config) -> Result<Self> {
        let api = Door::open(config.listen, "--listen").await?.trusting(&config.trusted_proxies);
        let admin = match config.admin_listen {
            Some(address) => Some(Door::open(address, "--admin-listen").await?),
            None => None,
        };
        Ok(Self { api, admin })
    }

    /// Where the API is.
    #[must_use]
    pub fn api_address(&self) -> SocketAddr {
        self.api.address()
    }

    /// Where the admin address is.
    #[must_use]
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin.as_ref().map(Door::address)
    }

    /// Serves until stopping begins, and returns when requests under way are answered, workers
    /// have ended and the database has been let go.
    ///
    /// # Errors
    /// When the metrics cannot be collected or a worker failed.
    pub async fn serve(
        self,
        api: Router,
        parts: Parts,
        mailing: Mailing,
        shutdown: Shutdown,
    ) -> Result<()> {
        let mut workers = JoinSet::new();
        let Parts { db, live, files, seals, .. } = parts;
        let lists = Lists::new(Services::new(db.clone(), live.clone()).keeping(files.clone()));
        for _ in 0..EXPORTS_AT_ONCE {
            let (db, files, lists) = (db.clone(), files.clone(), lists.clone());
            workers.spawn(run_exports(db, files, lists, shutdown.clone()));
        }
        workers.spawn(publish_events(db.clone(), live, shutdown.clone()));
        workers.spawn(fold_sales(db.clone(), shutdown.clone()));
        workers.spawn(hold_paid_orders(db.clone(), shutdown.clone()));
        workers.spawn(release_unpaid_orders(db.clone(), shutdown.clone()));
        workers.spawn(expire_quotes(db.clone(), shutdown.clone()));
        workers.spawn(send_mail(db.clone(), mailing.post.clone(), shutdown.clone()));
        workers.spawn(tell_deciders(db.clone(), mailing.clone(), shutdown.clone()));
        workers.spawn(follow_decisions(db.clone(), mailing, shutdown.clone()));
        workers.spawn(escalate_approvals(db.clone(), shutdown.clone()));
        workers.spawn(keep_outbox_days(db.clone(), shutdown.clone()));
        workers.spawn(run_hand_overs(db.clone(), shutdown.clone()));
        workers.spawn(seal_audit(db.clone(), seals, shutdown.clone()));
        for _ in 0..IMPORTS_AT_ONCE {
            workers.spawn(run_imports(db.clone(), files.clone(), shutdown.clone()));
        }
        workers.spawn(sweep_files(db.clone(), files, shutdown.clone()));
        workers.spawn(close_idle_connections(db.clone(), shutdown.clone()));
        let admin =
            Admin { ready: readiness(db.clone()), metrics: metrics()?, shutdown: shutdown.clone() };
        // Told about stopping by readyz for as long as the API still answers.
        let closed = Shutdown::default();
        let admin_door =
            self.admin.map(|door| tokio::spawn(door.serve(admin.router(), closed.clone())));

        let serving = self.api.serve(api, shutdown.clone());
        let ((), watched) = tokio::join!(serving, watch(workers, &shutdown));
        closed.begin();
        if let Some(door) = admin_door {
            door.await.context("the admin address failed")?;
        }
        db.close().await;
        watched
    }
}

/// Workers end when stopping begins. One that fails earlier stops the server: without it events
/// would silently stay away, and whoever supervises the program starts it anew.
async fn watch(mut workers: JoinSet<()>, shutdown: &Shutdown) -> Result<()> {
    let mut verdict = Ok(());
    while let Some(ended) = workers.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "a worker failed; stopping");
            shutdown.begin();
            verdict = Err(error).context("a worker failed");
        }
    }
    verdict
}

fn readiness(db: Db) -> Readiness {
    Arc::new(move || {
        let db = db.clone();
        Box::pin(async move {
            if db.is_ready().await { Ok(()) } else { Err("the database does not answer".into()) }
        })
    })
}

/// The process has one recorder, whoever asks first.
fn metrics() -> Result<PrometheusHandle> {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(handle) = HANDLE.get() {
        return Ok(handle.clone());
    }
    let handle =
        PrometheusBuilder::new().install_recorder().context("metrics cannot be collected")?;
    Ok(HANDLE.get_or_init(|| handle).clone())
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use futures::StreamExt;
    use live::Signal;
    use sqlx::{Connection, PgConnection};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::cluster::Cluster;
    use crate::cluster::tests::Folder;
    use crate::config::Settings;
    use crate::place::{Place, Tenure};

    const TENANT: &str = "6f62726f-7400-4000-8000-000000000001";

    async fn status(address: SocketAddr, path: &str) -> String {
        let mut client = tokio::net::TcpStream::connect(address).await.unwrap();
        let ask = format!("GET {path} HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n");
        client.write_all(ask.as_bytes()).await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        answer.lines().next().unwrap_or_default().to_owned()
    }

    async fn run(url: &crate::config::SecretUrl, statements: &[&'static str]) {
        let mut connection = PgConnection::connect(url.reveal().as_str()).await.unwrap();
        for statement in statements {
            sqlx::raw_sql(*statement).execute(&mut connection).await.unwrap();
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_server_publishes_what_was_committed_and_stops_in_order() {
        let folder = Folder::new("server");
        let cluster = Cluster::start(&folder.options()).unwrap();
        let config = Config::resolve(Settings {
            database_url: Some(cluster.owner_url().to_string()),
            listen: Some("127.0.0.1:0".to_owned()),
            admin_listen: Some("127.0.0.1:0".to_owned()),
            seals: Some(folder.options().data_dir.join("seals").display().to_string()),
            ..Settings::default()
        })
        .unwrap();
        let place = Place::open(&config.database, Tenure::Alone).await.unwrap();
        let parts = Parts::assemble(&place, &config, kernel::Clock::system()).await.unwrap();
        let doors = Doors::open(&config).await.unwrap();
        let (api, admin) = (doors.api_address(), doors.admin_address().unwrap());
        let live = parts.live.clone();
        let shutdown = Shutdown::default();
        let router = Router::new().route("/", get(|| async { "here" }));
        let serving =
            tokio::spawn(doors.serve(router, parts, Mailing::default(), shutdown.clone()));
        assert_eq!(status(api, "/").await, "HTTP/1.1 200 OK");
        assert_eq!(status(admin, "/readyz").await, "HTTP/1.1 200 OK");

        let mut events = live.subscribe(kernel::TenantId(TENANT.parse().unwrap()));
        run(
            &place.system,
            &["insert into tenant (tenant_id, slug, name, base_currency, time_zone) \
              values ('6f62726f-7400-4000-8000-000000000001', 'vostok', 'V', 'RUB', 'UTC')"],
        )
        .await;
        run(
            &place.app,
            &[
                "select set_config('app.tenant_id', '6f62726f-7400-4000-8000-000000000001', false)",
                "insert into event_outbox (tenant_id, kind, subject_kind, subject_id, products, \
             warehouses) select current_setting('app.tenant_id')::uuid, 'document_changed', \
             'SalesOrder', gen_random_uuid(), '{}', '{}'",
            ],
        )
        .await;
        let next = tokio::time::timeout(std::time::Duration::from_secs(10), events.next());
        let Signal::Event(message) = next.await.unwrap().unwrap() else { panic!("no event") };
        let event: db::Event = serde_json::from_slice(&message).unwrap();
        assert_eq!((event.position, event.kind.as_str()), (1, "document_changed"));

        shutdown.begin();
        serving.await.unwrap().unwrap();
        place.close().await.unwrap();
    }
}
