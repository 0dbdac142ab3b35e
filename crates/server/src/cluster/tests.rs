//! The private PostgreSQL for real: these need the server binaries, and take seconds.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::Connection;

use super::*;

/// Set for the copy of this test program that is going to be killed.
const HOLDER: &str = "OBOROT_TEST_CLUSTER_HOLDER";

/// A data folder of one test, gone with it.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let unique = format!("oborot-{}-{count}-{name}", std::process::id());
        Self(std::env::temp_dir().join(unique))
    }

    pub(crate) fn options(&self) -> ClusterOptions {
        thrown_away(self.0.clone())
    }
}

fn thrown_away(data_dir: PathBuf) -> ClusterOptions {
    ClusterOptions { data_dir, pg_bin: None, durability: Durability::Waived }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn ask(url: &Url, sql: &'static str) -> Result<String, sqlx::Error> {
    let mut connection = sqlx::PgConnection::connect(url.as_str()).await?;
    let answer = sqlx::query_scalar(sql).fetch_one(&mut connection).await;
    connection.close().await?;
    answer
}

/// A program that runs a cluster until it is killed.
fn holder_of(folder: &Folder) -> (Child, u32) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "cluster::tests::a_holder_waits_to_be_killed", "--nocapture"])
        .env(HOLDER, &folder.0)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let pid = lines
        .map_while(Result::ok)
        .find_map(|line| line.split("holds ").nth(1)?.trim().parse().ok());
    (child, pid.unwrap())
}

#[test]
fn a_holder_waits_to_be_killed() {
    let Some(data_dir) = std::env::var_os(HOLDER) else { return };
    let cluster = Cluster::start(&thrown_away(data_dir.into())).unwrap();
    println!("\nholds {}", cluster.process_id());
    std::thread::sleep(Duration::from_secs(60));
}

#[test]
fn a_new_folder_gets_a_database_whose_owner_is_no_superuser() {
    let folder = Folder::new("first");
    let cluster = Cluster::start(&folder.options()).unwrap();
    let url = cluster.owner_url().clone();
    assert_eq!(cluster.origin(), Origin::Started);

    let sql = "select current_user || ' of ' || current_database() || ', superuser ' || \
               (select rolsuper or rolbypassrls from pg_roles where rolname = current_user)";
    assert_eq!(ask(&url, sql).unwrap(), "oborot_owner of oborot, superuser false");
    assert_eq!(ask(&url, "select lower('КИРПИЧ ЁЛКА')").unwrap(), "кирпич ёлка");
    assert_eq!(ask(&url, "show listen_addresses").unwrap(), "");

    let mut stranger = url.clone();
    stranger.set_username("postgres").unwrap();
    stranger.set_password(Some("postgres")).unwrap();
    ask(&stranger, "select 'in'").unwrap_err();

    cluster.stop().unwrap();
    ask(&url, "select 'still there'").unwrap_err();
}

#[test]
fn a_database_half_made_by_a_killed_program_is_made_anew() {
    let folder = Folder::new("half");
    let half = folder.0.join("postgres.new-1");
    std::fs::create_dir_all(&half).unwrap();
    std::fs::write(half.join("PG_VERSION"), "15\n").unwrap();
    let cluster = Cluster::start(&folder.options()).unwrap();
    assert_eq!(ask(cluster.owner_url(), "select current_user::text").unwrap(), OWNER);
    assert!(!half.exists());
}

#[test]
fn what_was_written_is_there_after_a_restart_and_a_lost_password_is_replaced() {
    let folder = Folder::new("again");
    let cluster = Cluster::start(&folder.options()).unwrap();
    let url = cluster.owner_url().clone();
    ask(&url, "select set_config('x.y', 'z', false)").unwrap();
    ask(&url, "with made as (select 1) select 'seen' from made").unwrap();
    drop(cluster);

    std::fs::remove_file(folder.0.join("owner-password")).unwrap();
    let began = std::time::Instant::now();
    let cluster = Cluster::start(&folder.options()).unwrap();
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert_ne!(cluster.owner_url(), &url, "a new password");
    assert_eq!(ask(cluster.owner_url(), "select current_user::text").unwrap(), OWNER);
}

#[test]
fn a_killed_program_leaves_a_cluster_that_the_next_one_takes_over_and_stops() {
    let folder = Folder::new("killed");
    let (mut holder, pid) = holder_of(&folder);
    holder.kill().unwrap();
    holder.wait().unwrap();

    let cluster = Cluster::start(&folder.options()).unwrap();
    assert_eq!((cluster.origin(), cluster.process_id()), (Origin::Adopted, pid));
    let url = cluster.owner_url().clone();
    assert_eq!(ask(&url, "select current_user::text").unwrap(), OWNER);
    cluster.stop().unwrap();
    ask(&url, "select 'still there'").unwrap_err();
    let cluster = Cluster::start(&folder.options()).unwrap();
    assert_eq!(cluster.origin(), Origin::Started);
}

#[test]
fn a_server_that_was_killed_is_started_again_at_the_same_address() {
    let folder = Folder::new("revived");
    let cluster = Cluster::start(&folder.options()).unwrap();
    let pid = Pid::from_raw(i32::try_from(cluster.process_id()).unwrap());
    let keeper = Keeper::of(cluster).unwrap();
    let url = keeper.owner_url().clone();
    kill(pid, Signal::SIGKILL).unwrap();

    let sql = "select current_user::text";
    let began = std::time::Instant::now();
    while ask(&url, sql).map_or(true, |user| user != OWNER) {
        assert!(began.elapsed() < Duration::from_secs(30), "PostgreSQL stays dead");
        std::thread::sleep(Duration::from_millis(50));
    }
    keeper.stop().unwrap();
    ask(&url, sql).unwrap_err();
}

#[test]
fn a_second_program_is_refused_but_a_command_may_join_and_leaves_it_running() {
    let folder = Folder::new("shared");
    let (mut holder, pid) = holder_of(&folder);

    let refusal = Cluster::start(&folder.options()).unwrap_err().to_string();
    assert!(refusal.contains(&format!("(process {})", holder.id())), "{refusal}");
    let guest = Cluster::start_or_join(&folder.options()).unwrap();
    assert_eq!((guest.origin(), guest.process_id()), (Origin::Joined, pid));
    let url = guest.owner_url().clone();
    guest.stop().unwrap();
    assert_eq!(ask(&url, "select 'still there'").unwrap(), "still there");

    holder.kill().unwrap();
    holder.wait().unwrap();
    Cluster::start(&folder.options()).unwrap().stop().unwrap();
}

#[test]
fn a_path_too_long_for_a_socket_still_works() {
    let folder = Folder::new(&"long".repeat(25));
    let cluster = Cluster::start(&folder.options()).unwrap();
    assert_eq!(ask(cluster.owner_url(), "select 'here'").unwrap(), "here");
    let socket =
        Postmaster::find(&DataFolder::prepare(&folder.0, &Account::choose().unwrap()).unwrap())
            .unwrap()
            .unwrap()
            .socket_folder;
    drop(cluster);
    assert!(!socket.starts_with(&folder.0), "{}", socket.display());
    std::fs::remove_dir_all(socket).unwrap();
}

#[test]
fn a_server_that_cannot_start_says_why() {
    let folder = Folder::new("broken");
    Cluster::start(&folder.options()).unwrap().stop().unwrap();
    std::fs::write(folder.0.join("postgres/postgresql.conf"), "no_such_setting = 1\n").unwrap();
    let refusal = Cluster::start(&folder.options()).unwrap_err().to_string();
    assert!(refusal.contains("configuration file"), "{refusal}");

    let nowhere = ClusterOptions { pg_bin: Some("/nowhere".into()), ..folder.options() };
    let refusal = Cluster::start(&nowhere).unwrap_err().to_string();
    assert!(refusal.contains("/nowhere") && refusal.contains("install"), "{refusal}");
}
