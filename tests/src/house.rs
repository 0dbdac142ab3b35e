//! The server the stories are told on: one for the whole run, on a database of its own, and
//! replicas of it where a story needs them.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock, mpsc};
use std::time::Duration;

use db::{Db, Discrepancy};
use identity::TrailFault;
use kernel::{Clock, NaiveDate};
use server::config::{Config, Settings};
use server::parts::Parts;
use server::place::{Place, Tenure};
use server::serving::Doors;
use server::shutdown::Shutdown;
use sqlx::{Connection, PgConnection};

/// A running server and the way to its inside, for checks that no client can make.
pub struct House {
    address: String,
    /// The owner of the database.
    pub owner_url: String,
    /// The program's login.
    pub app_url: String,
    parts: Parts,
    shutdown: Shutdown,
    /// The server's own: connections belong to the runtime that opened them.
    runtime: tokio::runtime::Handle,
}

/// The server of this run; the first story starts it.
pub fn house() -> &'static House {
    static HOUSE: OnceLock<House> = OnceLock::new();
    HOUSE.get_or_init(|| {
        let owner = fresh_database();
        let redis = std::env::var("OBOROT_TEST_REDIS_URL").ok();
        start(&owner, redis, Clock::system())
    })
}

/// The program itself, as an operator starts it.
pub fn program() -> PathBuf {
    // Stories run out of `target/<profile>/deps`, and the program is beside that folder.
    let story = std::env::current_exe().unwrap();
    let program = story.ancestors().nth(2).unwrap().join("oborot");
    assert!(program.exists(), "build the program first: cargo build --workspace --bins");
    program
}

/// A new empty database beside the run's own: its owner's address.
pub fn fresh_database() -> String {
    let url = std::env::var("OBOROT_TEST_DATABASE_URL")
        .expect("run `make test`: it starts a PostgreSQL and a Redis and gives their addresses");
    let name = format!("stories_{}", &uuid::Uuid::new_v4().simple().to_string()[..12]);
    let create = format!("create database {name}");
    on_own_runtime(async {
        let mut owner = PgConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(create)).execute(&mut owner).await.unwrap();
    });
    let mut url = reqwest::Url::parse(&url).unwrap();
    url.set_path(&name);
    url.to_string()
}

/// The folder of this run's files; it goes with the run.
pub fn files_folder() -> PathBuf {
    let folder = std::env::var_os("OBOROT_TEST_FILES");
    PathBuf::from(folder.expect("run `make test`: it makes a folder for files"))
}

/// The folder of this run's seals, for all servers and databases of it.
pub fn seals_folder() -> PathBuf {
    files_folder().with_file_name("seals")
}

/// Runs to the end on a thread of its own: stories live on runtimes that come and go.
fn on_own_runtime<T: Send>(work: impl Future<Output = T> + Send) -> T {
    std::thread::scope(|threads| {
        let worker = threads.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(work)
        });
        worker.join().unwrap()
    })
}

/// Starts a server on a thread and a runtime of its own, for as long as the process lives.
fn start(owner: &str, redis: Option<String>, clock: Clock) -> House {
    start_mailing(owner, redis, clock, None)
}

/// As [`start`], with a mail server.
fn start_mailing(
    owner: &str,
    redis: Option<String>,
    clock: Clock,
    smtp_url: Option<String>,
) -> House {
    let (tell, told) = mpsc::channel();
    let settings = Settings {
        database_url: Some(owner.to_owned()),
        redis_url: redis,
        // All servers of a run keep files together, as replicas do.
        files: Some(files_folder().display().to_string()),
        seals: Some(seals_folder().display().to_string()),
        listen: Some("127.0.0.1:0".to_owned()),
        admin_listen: Some("off".to_owned()),
        mail_from: smtp_url.as_ref().map(|_| "Vostok <sales@vostok.example>".to_owned()),
        smtp_url,
        ..Settings::default()
    };
    let owner_url = owner.to_owned();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let config = Config::resolve(settings).unwrap();
            let place = Place::open(&config.database, Tenure::Alone).await.unwrap();
            let parts = Parts::assemble(&place, &config, clock).await.unwrap();
            let doors = Doors::open(&config).await.unwrap();
            let shutdown = Shutdown::default();
            let house = House {
                address: doors.api_address().to_string(),
                owner_url,
                app_url: place.app.reveal().to_string(),
                parts: parts.clone(),
                shutdown: shutdown.clone(),
                runtime: tokio::runtime::Handle::current(),
            };
            let served = server::serving::serve(doors, parts, &config, shutdown);
            tell.send(house).unwrap();
            served.await.unwrap();
        });
    });
    told.recv_timeout(Duration::from_secs(60)).expect("the server starts")
}

impl House {
    /// Where the server is.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Today, in Moscow, where the stories' companies are.
    pub fn today(&self) -> NaiveDate {
        self.parts.clock.today(chrono_tz::Europe::Moscow)
    }

    /// Makes a tenant with its first administrator, as `oborot tenant create` does.
    pub async fn create_tenant(&self, slug: &str, currency: &str, email: &str, password: &str) {
        let new = server::commands::tenant::NewTenant {
            slug: slug.to_owned(),
            name: slug.to_owned(),
            base_currency: currency.to_owned(),
            time_zone: "Europe/Moscow".to_owned(),
            admin_email: email.to_owned(),
            admin_password: password.to_owned(),
        };
        let db = self.parts.db.clone();
        let work = async move { server::commands::tenant::create(&db, new).await.map(|_| ()) };
        self.runtime.spawn(work).await.unwrap().unwrap();
    }

    /// Stops the story where a register of the tenant differs from its balances, as
    /// `oborot verify` does.
    pub async fn verify(&self, slug: &str) {
        let found = self.discrepancies(slug).await;
        assert!(found.is_empty(), "{found:#?}");
        let faults = self.trail_faults(slug).await;
        assert!(faults.is_empty(), "{faults:#?}");
    }

    /// What is wrong with the tenant's audit trail.
    pub async fn trail_faults(&self, slug: &str) -> Vec<TrailFault> {
        let (db, seals, slug) = (self.parts.db.clone(), self.parts.seals.clone(), slug.to_owned());
        let work =
            async move { server::commands::verify::check_trail_of(&db, &seals, &slug).await };
        self.runtime.spawn(work).await.unwrap().unwrap()
    }

    /// Seals what waits, as the worker does.
    pub async fn seal_audit(&self) {
        let (db, seals) = (self.parts.db.clone(), self.parts.seals.clone());
        let work = async move { identity::seal_audit(&db, &seals).await };
        self.runtime.spawn(work).await.unwrap().unwrap();
    }

    /// What of the tenant differs from its registers. Beside hundreds of other stories the database
    /// may be busy: then it is asked again, as an operator would.
    pub async fn discrepancies(&self, slug: &str) -> Vec<Discrepancy> {
        let mut tries = 1;
        loop {
            let (db, slug) = (self.parts.db.clone(), slug.to_owned());
            let work = async move { server::commands::verify::check_tenant(&db, &slug).await };
            match self.runtime.spawn(work).await.unwrap() {
                Ok(found) => return found,
                Err(error) if tries == 5 => panic!("{error}"),
                Err(_) => tries += 1,
            }
        }
    }

    /// Runs the program itself on this server's database, as an operator does: what it prints,
    /// and its exit code.
    pub fn oborot(&self, words: &[&str]) -> (String, Option<i32>) {
        let output = Command::new(program())
            .args(words)
            .env("DATABASE_URL", &self.owner_url)
            .env("OBOROT_LOG", "warn")
            .env("OBOROT_SEALS", seals_folder())
            .output()
            .unwrap();
        (String::from_utf8(output.stdout).unwrap(), output.status.code())
    }

    /// What lies in the store of a tenant, finished or not.
    pub fn objects_of(&self, tenant: uuid::Uuid) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(files_folder().join(tenant.to_string()));
        entries.into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
    }

    /// Sweeps the store of files, as the worker does.
    pub async fn sweep_files(&self) {
        let (db, files) = (self.parts.db.clone(), self.parts.files.clone());
        let work = async move { server::serving::workers::sweep_all_files(&db, &files).await };
        self.runtime.spawn(work).await.unwrap().unwrap();
    }

    fn db(&self) -> &Db {
        &self.parts.db
    }
}

/// A server beside the house: on the house's database and Redis as replicas are, or with both of
/// its own. Two on one database with different buses would do each other's work and tell nobody.
pub struct Replica {
    house: House,
    redis: Option<Redis>,
    redis_url: Option<String>,
}

struct Redis {
    child: Mutex<Child>,
    folder: PathBuf,
}

impl Drop for Redis {
    fn drop(&mut self) {
        let mut child = self.child.lock().unwrap();
        let _ = child.kill();
        let _ = child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A story that is over gives its connections back: PostgreSQL has some hundreds for all of them.
impl Drop for Replica {
    fn drop(&mut self) {
        self.house.shutdown.begin();
    }
}

impl Replica {
    /// A server with a Redis and a database of its own; the story may kill the Redis.
    pub async fn with_own_redis() -> Self {
        let name = format!("oborot-redis-{}", uuid::Uuid::new_v4().simple());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let socket = folder.join("s");
        let child = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"])
            .arg(&socket)
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is installed");
        let redis = Redis { child: Mutex::new(child), folder };
        for _ in 0..100 {
            if socket.exists() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let url = format!("redis+unix://{}", socket.display());
        let house = start(&fresh_database(), Some(url.clone()), Clock::system());
        Self { house, redis: Some(redis), redis_url: Some(url) }
    }

    /// Another server on the house's database and the house's Redis.
    pub async fn beside_the_house() -> Self {
        let redis_url = std::env::var("OBOROT_TEST_REDIS_URL").ok();
        let house = start(&house().owner_url, redis_url.clone(), Clock::system());
        Self { house, redis: None, redis_url }
    }

    /// Another server on the same database and the same Redis.
    pub async fn twin(&self) -> Self {
        let house = start(&self.house.owner_url, self.redis_url.clone(), Clock::system());
        Self { house, redis: None, redis_url: self.redis_url.clone() }
    }

    /// A server on a database of its own whose clock the story moves.
    pub async fn with_clock(clock: Clock) -> Self {
        Self { house: start(&fresh_database(), None, clock), redis: None, redis_url: None }
    }

    /// A server on a database of its own that sends its letters to a mail server.
    pub async fn with_mail(smtp_url: String) -> Self {
        let house = start_mailing(&fresh_database(), None, Clock::system(), Some(smtp_url));
        Self { house, redis: None, redis_url: None }
    }

    /// As [`Replica::with_mail`], with a clock that the story moves.
    pub async fn with_mail_and_clock(smtp_url: String, clock: Clock) -> Self {
        let house = start_mailing(&fresh_database(), None, clock, Some(smtp_url));
        Self { house, redis: None, redis_url: None }
    }

    /// A server on a database of its own, whose owner the story may play.
    pub async fn on_own_database() -> Self {
        Self::with_clock(Clock::system()).await
    }

    /// A server on another PostgreSQL, given by its owner's address.
    pub async fn on(owner_url: &str) -> Self {
        Self { house: start(owner_url, None, Clock::system()), redis: None, redis_url: None }
    }

    /// Kills the Redis at once.
    pub fn kill_redis(&self) {
        let redis = self.redis.as_ref().expect("a replica with a Redis of its own");
        redis.child.lock().unwrap().kill().unwrap();
    }

    /// Where the server is.
    pub fn url(&self) -> String {
        self.house.url()
    }

    /// The server's inside.
    pub fn house(&self) -> &House {
        &self.house
    }

    /// How many statements a question costs this server. What its workers send meanwhile is
    /// counted too, so of several tries the fewest are the question's own; between them is time
    /// enough for a worker's round to end.
    pub async fn statements_of<A: Future>(&self, ask: impl Fn() -> A) -> u64 {
        let db = self.house.db();
        let mut fewest = u64::MAX;
        for _ in 0..7 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let before = db.statements();
            ask().await;
            fewest = fewest.min(db.statements() - before);
        }
        fewest
    }
}
