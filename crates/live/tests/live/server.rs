//! A Redis of one's own, and a cable to it that can be cut or squeezed.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use live::{Health, Live};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

/// A redis-server on a socket in a folder of its own; ends with the value.
pub struct Server {
    folder: PathBuf,
    process: Child,
}

impl Server {
    pub async fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("live-{}", Uuid::new_v4().simple()));
        std::fs::create_dir(&folder).unwrap();
        let process = spawn(&folder);
        let mut server = Self { folder, process };
        server.answers().await;
        server
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.join("redis.sock")
    }

    pub fn url(&self) -> String {
        url_of(&self.socket())
    }

    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Another process on the same socket, with the last dump that was saved.
    pub async fn start_again(&mut self) {
        self.process = spawn(&self.folder);
        self.answers().await;
    }

    pub async fn save_dump(&self) {
        let client = redis::Client::open(self.url()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        redis::cmd("SAVE").exec_async(&mut connection).await.unwrap();
    }

    async fn answers(&mut self) {
        for _ in 0..500 {
            if UnixStream::connect(self.socket()).await.is_ok() {
                return;
            }
            let ended = self.process.try_wait().unwrap();
            assert!(ended.is_none(), "redis-server ended at once: {ended:?}");
            sleep(Duration::from_millis(10)).await;
        }
        panic!("redis-server did not answer in 5 s");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn spawn(folder: &PathBuf) -> Child {
    Command::new("redis-server")
        .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"])
        .arg(folder.join("redis.sock"))
        .arg("--dir")
        .arg(folder)
        .stdout(Stdio::null())
        .spawn()
        .expect("these tests need redis-server on the PATH (Debian: apt-get install redis-server)")
}

fn url_of(socket: &std::path::Path) -> String {
    format!("redis+unix://{}", socket.display())
}

/// Where a test that does not harm its Redis finds one.
pub enum Redis {
    Given(String),
    Own(Server),
}

impl Redis {
    pub async fn any() -> Self {
        match std::env::var("OBOROT_TEST_REDIS_URL") {
            Ok(url) => Self::Given(url),
            Err(_) => Self::Own(Server::start().await),
        }
    }

    pub fn url(&self) -> String {
        match self {
            Self::Given(url) => url.clone(),
            Self::Own(server) => server.url(),
        }
    }
}

/// A replica of the program on that Redis, connected.
pub async fn replica(url: &str, name: &str) -> Live {
    let live = Live::redis_named(url, name).await.unwrap();
    until(&live, Health::RedisUp).await;
    live
}

pub async fn until(live: &Live, health: Health) {
    let reached = async {
        while live.health() != health {
            sleep(Duration::from_millis(5)).await;
        }
    };
    let reached = timeout(Duration::from_secs(15), reached).await;
    assert!(reached.is_ok(), "still {:?}, not {health:?}", live.health());
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Whole,
    Cut,
    Squeezed,
}

/// A socket that leads to another. Cut: connections end and none is made. Squeezed: nothing passes,
/// and arrives late when it is let go.
pub struct Cable {
    folder: PathBuf,
    way: watch::Sender<Way>,
}

impl Cable {
    pub fn to(socket: PathBuf) -> Self {
        let folder = std::env::temp_dir().join(format!("cable-{}", Uuid::new_v4().simple()));
        std::fs::create_dir(&folder).unwrap();
        let listener = UnixListener::bind(folder.join("redis.sock")).unwrap();
        let way = watch::Sender::new(Way::Whole);
        let ways = way.subscribe();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                if *ways.borrow() == Way::Cut {
                    continue;
                }
                let Ok(far) = UnixStream::connect(&socket).await else { continue };
                let (near_read, near_write) = near.into_split();
                let (far_read, far_write) = far.into_split();
                tokio::spawn(pass(near_read, far_write, ways.clone()));
                tokio::spawn(pass(far_read, near_write, ways.clone()));
            }
        });
        Self { folder, way }
    }

    pub fn url(&self) -> String {
        url_of(&self.folder.join("redis.sock"))
    }

    pub fn cut(&self) {
        self.way.send_replace(Way::Cut);
    }

    pub fn squeeze(&self) {
        self.way.send_replace(Way::Squeezed);
    }

    pub fn mend(&self) {
        self.way.send_replace(Way::Whole);
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn pass(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    mut ways: watch::Receiver<Way>,
) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let way = *ways.borrow_and_update();
        if way == Way::Cut {
            return;
        }
        tokio::select! {
            changed = ways.changed() => if changed.is_err() { return },
            read = from.read(&mut buffer), if way == Way::Whole => {
                let Ok(count @ 1..) = read else { return };
                if to.write_all(&buffer[..count]).await.is_err() {
                    return;
                }
            }
        }
    }
}
