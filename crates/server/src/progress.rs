//! How far a long piece of work has come, on the error stream: a bar for a person at a terminal,
//! a line each tenth for a log file.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

const REDRAWS_PER_SECOND: u8 = 10;
const TENTHS: u64 = 10;

/// Progress of one piece of work with a known number of steps.
#[derive(Debug)]
pub struct Progress {
    name: String,
    steps: u64,
    done: u64,
    // None where nobody watches a terminal.
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Begins at nought of `steps`.
    #[must_use]
    pub fn begin(name: impl Into<String>, steps: u64) -> Self {
        let name = name.into();
        let bar = std::io::stderr().is_terminal().then(|| {
            let target = ProgressDrawTarget::stderr_with_hz(REDRAWS_PER_SECOND);
            let bar = ProgressBar::with_draw_target(Some(steps), target);
            let style = ProgressStyle::with_template("{msg} {bar:30} {percent:>3} % · {eta}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.set_message(name.clone());
            bar.enable_steady_tick(Duration::from_secs(1));
            bar
        });
        Self { name, steps, done: 0, bar }
    }

    /// `steps` more are done.
    pub fn advance(&mut self, steps: u64) {
        let before = self.tenths();
        self.done = self.steps.min(self.done.saturating_add(steps));
        match &self.bar {
            Some(bar) => bar.set_position(self.done),
            None if self.tenths() > before => {
                // Nobody to tell when the error stream is closed.
                let line = format!("{} {} %", self.name, self.tenths() * TENTHS);
                let _ = writeln!(std::io::stderr(), "{line}");
            }
            None => {}
        }
    }

    fn tenths(&self) -> u64 {
        (self.done * TENTHS).checked_div(self.steps).unwrap_or(TENTHS)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenths_are_counted_without_overrun() {
        let mut progress = Progress::begin("orders", 30);
        assert_eq!(progress.tenths(), 0);
        progress.advance(29);
        assert_eq!(progress.tenths(), 9);
        progress.advance(100);
        assert_eq!(progress.tenths(), 10);
        assert_eq!(Progress::begin("nothing", 0).tenths(), 10);
    }
}
