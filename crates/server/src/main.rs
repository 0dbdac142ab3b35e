//! `oborot`: see `oborot --help`.

// Optimised, the compiler lays out the futures of the schema's nested fields in one another.
#![recursion_limit = "512"]

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use server::commands::Oborot;
use tikv_jemallocator::Jemalloc;

/// A GraphQL answer is thousands of small allocations; the system's allocator took a fifth of a
/// request's time.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    match Oborot::parse().run() {
        Ok(code) => code,
        Err(error) => {
            // Nobody to tell when the error stream is closed.
            let _ = writeln!(std::io::stderr(), "oborot: {}", sentence(&error));
            ExitCode::FAILURE
        }
    }
}

/// The error and its causes; many an error already tells its cause, and once is enough.
fn sentence(error: &anyhow::Error) -> String {
    error.chain().fold(String::new(), |told, cause| {
        let cause = cause.to_string();
        match told.as_str() {
            "" => cause,
            told if told.contains(&cause) => told.to_owned(),
            told => format!("{told}: {cause}"),
        }
    })
}
