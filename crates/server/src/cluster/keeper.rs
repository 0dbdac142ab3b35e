//! Looks after a private cluster while the program uses it.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use url::Url;

use super::{Cluster, ClusterError};

const LOOK_EVERY: Duration = Duration::from_millis(200);
/// After a start that failed: what hinders it (a full disk, the processes of the dead server) does
/// not go at once.
const TRY_EVERY: Duration = Duration::from_secs(1);

/// A cluster that is started again when its server dies: by the kernel for want of memory, by a
/// mistaken `kill`. What was committed is there, the pools connect anew, and a request in between
/// is told to come again.
#[derive(Debug)]
pub struct Keeper {
    owner_url: Url,
    watch: Option<Watch>,
}

#[derive(Debug)]
struct Watch {
    end: mpsc::Sender<()>,
    thread: JoinHandle<Result<(), ClusterError>>,
}

impl Keeper {
    /// Looks after a running cluster from now on.
    ///
    /// # Errors
    /// When the system gives no thread; the cluster is stopped then.
    pub fn of(cluster: Cluster) -> Result<Self, ClusterError> {
        let owner_url = cluster.owner_url().clone();
        let (end, ended) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("postgres-keeper".to_owned())
            .spawn(move || keep(cluster, &ended))
            .map_err(|source| ClusterError::Watch { source })?;
        Ok(Self { owner_url, watch: Some(Watch { end, thread }) })
    }

    /// Address of the database for its owner, the same for each server that is started.
    #[must_use]
    pub fn owner_url(&self) -> &Url {
        &self.owner_url
    }

    /// Stops the server for good, unless it was only joined.
    ///
    /// # Errors
    /// When it does not end in time.
    pub fn stop(mut self) -> Result<(), ClusterError> {
        self.stop_once()
    }

    fn stop_once(&mut self) -> Result<(), ClusterError> {
        let Some(Watch { end, thread }) = self.watch.take() else { return Ok(()) };
        drop(end);
        match thread.join() {
            Ok(stopped) => stopped,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        if let Err(error) = self.stop_once() {
            tracing::error!(%error, "the private PostgreSQL was left running");
        }
    }
}

fn keep(mut cluster: Cluster, ended: &mpsc::Receiver<()>) -> Result<(), ClusterError> {
    let mut pause = LOOK_EVERY;
    while ended.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
        pause = match cluster.revive() {
            Ok(false) => LOOK_EVERY,
            Ok(true) => {
                tracing::warn!("the private PostgreSQL had died and was started again");
                LOOK_EVERY
            }
            Err(error) => {
                tracing::error!(%error, "the private PostgreSQL died and does not start");
                TRY_EVERY
            }
        };
    }
    cluster.stop()
}
