//! What the program tells about its run, on the error stream.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Begins logging. Later calls change nothing, so that tests may each begin.
pub fn begin(log: &Log) {
    let filter = EnvFilter::new(&log.filter);
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let begun = match log.format {
        LogFormat::Text => {
            let colours = std::io::stderr().is_terminal();
            subscriber.compact().with_ansi(colours).try_init()
        }
        LogFormat::Json => subscriber.json().flatten_event(true).try_init(),
    };
    // Only a second call fails.
    drop(begun);
}
