//! `oborot schema`: the schema as its clients know it, from the code alone.

use std::process::ExitCode;

use anyhow::Result;
use graph::Graph;

use super::say;

pub(super) fn run() -> Result<ExitCode> {
    say(Graph::new().sdl().trim_end())?;
    Ok(ExitCode::SUCCESS)
}
