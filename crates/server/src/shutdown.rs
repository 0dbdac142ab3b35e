//! The wish to stop: Ctrl-C, a signal of the system, or a command that is done.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Exit code by custom for a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// Told to everything that runs. The first signal stops in order; a second one ends the program
/// at once (a private PostgreSQL goes on then, and the next start takes it over).
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    token: CancellationToken,
}

impl Shutdown {
    /// Listens for SIGINT, SIGTERM and SIGHUP from now on.
    ///
    /// # Errors
    /// When the system refuses the handlers.
    pub fn on_signals() -> std::io::Result<Self> {
        let shutdown = Self::default();
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hangup = if ignores_hangup() { None } else { Some(signal(SignalKind::hangup())?) };
        let token = shutdown.token.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                    _ = next(&mut hangup) => {}
                }
                if token.is_cancelled() {
                    std::process::exit(INTERRUPTED);
                }
                token.cancel();
            }
        });
        Ok(shutdown)
    }

    /// Asks everything to stop.
    pub fn begin(&self) {
        self.token.cancel();
    }

    /// Whether stopping has begun.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Returns when stopping begins.
    pub async fn begun(&self) {
        self.token.cancelled().await;
    }

    /// For workers that take the token itself.
    #[must_use]
    pub fn token(&self) -> CancellationToken {
        self.token.clone()
    }

    /// The work's result, or none when stopping began before it was done.
    pub async fn unless_begun<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.token.run_until_cancelled(work).await
    }
}

/// Whether the program was started to outlive its terminal, as `nohup` does; a handler of ours
/// would undo that.
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // Signal 1 is the lowest bit (proc(5)).
    mask.is_some_and(|mask| mask & 1 == 1)
}

async fn next(signal: &mut Option<Signal>) -> Option<()> {
    match signal {
        Some(signal) => signal.recv().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_under_way_is_given_up_when_stopping_begins() {
        let shutdown = Shutdown::default();
        assert_eq!(shutdown.unless_begun(async { 1 }).await, Some(1));
        let other = shutdown.clone();
        other.begin();
        assert!(shutdown.has_begun());
        assert_eq!(shutdown.unless_begun(std::future::pending::<()>()).await, None);
    }
}
