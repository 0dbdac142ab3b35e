//! A PostgreSQL of the story's own that writes down the plan of every statement it runs, and the
//! reading of those plans.

use std::collections::BTreeSet;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use server::cluster::{Cluster, ClusterOptions, Durability};
use sqlx::{Connection, PgConnection};

/// While rows are put in: nothing is told, and no foreign key is looked up, which is most of the
/// work. Every session has the module from its start, so that it can be told to begin. Statistics
/// are what the story had made.
const LOADING: &str = "
log_line_prefix = ''
autovacuum = off
session_preload_libraries = 'auto_explain'
auto_explain.log_format = 'json'
auto_explain.log_analyze = on
auto_explain.log_timing = off
auto_explain.log_nested_statements = on
session_replication_role = 'replica'
";
const WATCHING: &str = "
session_replication_role = 'origin'
auto_explain.log_min_duration = 0
";

/// The cluster; stopped and removed with this.
pub struct Watched {
    cluster: Option<Cluster>,
    folder: PathBuf,
    /// How far its log has been read, in bytes.
    read: u64,
}

impl Drop for Watched {
    fn drop(&mut self) {
        drop(self.cluster.take());
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Watched {
    /// A new cluster in which rows can be put in fast. Only a superuser may turn plans on, and
    /// nobody can sign in as one: the file of settings is what the story can reach.
    pub async fn start() -> Self {
        let name = format!("oborot-plans-{}", uuid::Uuid::new_v4().simple());
        let folder = std::env::temp_dir().join(name);
        let pg_bin = std::env::var_os("PG_BIN").map(PathBuf::from);
        let data_dir = folder.clone();
        let options = ClusterOptions { data_dir, pg_bin, durability: Durability::Waived };
        let start = tokio::task::spawn_blocking(move || Cluster::start(&options));
        let cluster = Some(start.await.unwrap().unwrap());
        let watched = Self { cluster, folder, read: 0 };
        watched.set(LOADING, "session_replication_role", "replica").await;
        watched
    }

    /// The owner of its database.
    pub fn owner_url(&self) -> String {
        self.cluster.as_ref().unwrap().owner_url().to_string()
    }

    /// Begins to write plans down, in sessions that are open as well.
    pub async fn watch(&self) {
        self.set(WATCHING, "auto_explain.log_min_duration", "0").await;
    }

    /// Adds settings and waits until one of them holds.
    async fn set(&self, settings: &str, name: &str, value: &str) {
        let path = self.folder.join("postgres/postgresql.conf");
        let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
        file.write_all(settings.as_bytes()).unwrap();
        let pid = self.cluster.as_ref().unwrap().process_id();
        kill(Pid::from_raw(i32::try_from(pid).unwrap()), Signal::SIGHUP).unwrap();
        for _ in 0..200 {
            // A new session has what the server has, and the others were told before it began.
            let mut owner = PgConnection::connect(&self.owner_url()).await.unwrap();
            let held: String = sqlx::query_scalar("select current_setting($1)")
                .bind(name)
                .fetch_one(&mut owner)
                .await
                .unwrap();
            if held == value {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{name} does not become {value}");
    }

    /// The plans of the statements that have run since this was asked last. PostgreSQL writes a
    /// plan before it answers.
    pub fn plans(&mut self) -> Vec<Plan> {
        let mut log = std::fs::File::open(self.folder.join("postgres.log")).unwrap();
        log.seek(SeekFrom::Start(self.read)).unwrap();
        let mut bytes = Vec::new();
        log.read_to_end(&mut bytes).unwrap();
        // Somebody may be writing: what is not a whole line is read the next time.
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        let whole = whole_entries(&bytes[..whole]);
        self.read += whole.len() as u64;
        plans_in(&String::from_utf8_lossy(whole))
    }
}

/// Without the last plan where somebody is still writing it, as whole lines as they come.
fn whole_entries(lines: &[u8]) -> &[u8] {
    let last = lines.windows(5).rposition(|five| five == b"\nLOG:").map_or(0, |at| at + 1);
    let (before, entry) = lines.split_at(last);
    let text = String::from_utf8_lossy(entry);
    let mut parts = text.lines();
    let is_plan = parts.next().is_some_and(|head| head.ends_with("plan:"));
    let plan: String = parts.take_while(|line| line.starts_with('\t')).collect();
    let is_written = serde_json::from_str::<serde_json::Value>(&plan).is_ok();
    if is_plan && !is_written { before } else { lines }
}

fn plans_in(log: &str) -> Vec<Plan> {
    let mut plans = Vec::new();
    let mut entry: Option<String> = None;
    for line in log.lines().chain(["end"]) {
        match (&mut entry, line.strip_prefix('\t')) {
            (Some(text), Some(more)) => {
                text.push_str(more);
                text.push('\n');
            }
            (_, None) => {
                if let Some(text) = entry.take() {
                    plans.push(Plan::read(&serde_json::from_str(&text).unwrap()));
                }
                if line.starts_with("LOG:  duration: ") && line.ends_with("plan:") {
                    entry = Some(String::new());
                }
            }
            (None, Some(_)) => {}
        }
    }
    plans
}

/// What one statement read, and how.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The statement.
    pub text: String,
    /// The scans of tables.
    pub scans: Vec<Scan>,
    /// Every index it used.
    pub indexes: BTreeSet<String>,
}

/// One scan of a table.
#[derive(Clone, Debug)]
pub struct Scan {
    /// The table.
    pub table: String,
    /// As PostgreSQL names it: `Seq Scan`, `Index Scan`.
    pub way: String,
    /// The rows it looked at, all loops together, those that a filter threw away included.
    pub rows: f64,
}

impl Plan {
    fn read(told: &Value) -> Self {
        let text = told["Query Text"].as_str().unwrap_or_default().to_owned();
        let mut plan = Self { text, scans: Vec::new(), indexes: BTreeSet::new() };
        plan.take(&told["Plan"]);
        plan
    }

    fn take(&mut self, node: &Value) {
        if let Some(index) = node["Index Name"].as_str() {
            self.indexes.insert(index.to_owned());
        }
        let way = node["Node Type"].as_str().unwrap_or_default();
        if let Some(table) = node["Relation Name"].as_str()
            && way.ends_with("Scan")
        {
            let figure = |name: &str| node[name].as_f64().unwrap_or_default();
            let once = figure("Actual Rows")
                + figure("Rows Removed by Filter")
                + figure("Rows Removed by Index Recheck");
            let rows = once * figure("Actual Loops");
            self.scans.push(Scan { table: table.to_owned(), way: way.to_owned(), rows });
        }
        for below in node["Plans"].as_array().into_iter().flatten() {
            self.take(below);
        }
    }
}
