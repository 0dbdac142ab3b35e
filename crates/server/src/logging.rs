//! What the program tells about its run, on the error stream.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::config::{Log, LogFormat};

/// What these write at `trace` holds what went over the wire, tokens too.
const NEVER_TRACED: [&str; 2] = ["tungstenite=warn", "tokio_tungstenite=warn"];

/// The filter that was asked for, without what must not be logged.
fn filter(asked: &str) -> EnvFilter {
    let filter = EnvFilter::new(asked);
    if filter.max_level_hint().is_some_and(|most| most < LevelFilter::TRACE) {
        return filter;
    }
    let directives = NEVER_TRACED.iter().filter_map(|directive| directive.parse().ok());
    directives.fold(filter, EnvFilter::add_directive)
}

/// Begins logging. Later calls change nothing, so that tests may each begin.
pub fn begin(log: &Log) {
    let filter = filter(&log.filter);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_over_the_wire_is_never_logged() {
        for asked in ["trace", "TRACE", "info,tungstenite=trace", "warn,db=trace", "5"] {
            let filter = filter(asked).to_string();
            assert!(filter.contains("tungstenite=warn"), "{asked}: {filter}");
            assert!(!filter.contains("tungstenite=trace"), "{asked}: {filter}");
        }
        assert_eq!(
            filter("warn,db=debug").to_string(),
            EnvFilter::new("warn,db=debug").to_string()
        );
    }
}
