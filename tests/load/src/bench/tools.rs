//! The two loads: `wrk` against the program, `pgbench` against PostgreSQL.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tokio::process::Command;

/// How long each load runs.
pub const RUN: Duration = Duration::from_secs(8);

/// What a load came to.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Requests, or transactions, a second.
    pub per_second: f64,
    /// Connections used.
    pub connections: u32,
}

/// A folder for scripts, removed with the run.
pub struct Scripts {
    folder: PathBuf,
}

impl Scripts {
    /// A new folder.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("oborot-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }

    fn write(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.folder.join(name);
        std::fs::write(&path, text)?;
        Ok(path)
    }
}

impl Drop for Scripts {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Sends one query over and over, its variable `id` taken from a list in turn.
///
/// # Errors
/// When wrk is missing, or the program answers with anything but data.
pub async fn wrk(
    scripts: &Scripts,
    url: &str,
    token: &str,
    query: &str,
    ids: &[String],
    connections: u32,
) -> Result<Load> {
    let bodies: Vec<String> = if ids.is_empty() {
        vec![serde_json::json!({"query": query}).to_string()]
    } else {
        ids.iter()
            .map(|id| serde_json::json!({"query": query, "variables": {"id": id}}).to_string())
            .collect()
    };
    let listed: Vec<String> =
        bodies.iter().map(|body| Value::String(body.clone()).to_string()).collect();
    let script = format!(
        "local bodies = {{ {} }}\nlocal at = 0\n\
         wrk.method = \"POST\"\nwrk.path = \"/graphql\"\n\
         wrk.headers[\"content-type\"] = \"application/json\"\n\
         wrk.headers[\"authorization\"] = \"Bearer {token}\"\n\
         request = function()\n  at = at % #bodies + 1\n  return wrk.format(nil, nil, nil, bodies[at])\nend\n\
         local wrong = 0\n\
         response = function(status, headers, body)\n\
           if status ~= 200 or body:find('\"errors\"', 1, true) then wrong = wrong + 1 end\n\
           if wrong == 1 then io.stderr:write(body:sub(1, 300) .. \"\\n\"); wrong = 2 end\n\
         end\n",
        listed.join(", ")
    );
    let script = scripts.write("wrk.lua", &script)?;
    let (threads, connections_text) = ("1", connections.to_string());
    let seconds = format!("{}s", RUN.as_secs());
    let output = Command::new("wrk")
        .args(["-t", threads, "-c", &connections_text, "-d", &seconds, "-s"])
        .arg(script)
        .arg(url)
        .output()
        .await
        .context("wrk is not installed (Debian's package wrk)")?;
    let told = String::from_utf8_lossy(&output.stderr);
    if !told.trim().is_empty() {
        bail!("the program answered: {told}");
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let figure = text.lines().find_map(|line| line.strip_prefix("Requests/sec:"));
    let per_second = figure.and_then(|f| f.trim().parse().ok()).with_context(|| text.clone())?;
    Ok(Load { per_second, connections })
}

/// Runs one script at several numbers of connections and gives the best.
///
/// # Errors
/// When pgbench is missing or a statement fails.
pub async fn pgbench(
    scripts: &Scripts,
    bin: &Path,
    database: &str,
    script: &str,
    connections: &[u32],
) -> Result<Load> {
    let script = scripts.write("bench.sql", script)?;
    let mut best: Option<Load> = None;
    for count in connections {
        let output = Command::new(bin)
            .args(["-n", "-M", "prepared", "-j", "1", "-c", &count.to_string()])
            .args(["-T", &RUN.as_secs().to_string(), "-f"])
            .arg(&script)
            .arg(database)
            .output()
            .await
            .context("pgbench is not installed (Debian's package postgresql)")?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let figure = text.lines().find_map(|line| {
            let rest = line.strip_prefix("tps = ")?;
            rest.split_whitespace().next()?.parse::<f64>().ok()
        });
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let per_second = figure.with_context(|| format!("{text}{told}"))?;
        let load = Load { per_second, connections: *count };
        if best.is_none_or(|best| best.per_second < per_second) {
            best = Some(load);
        }
    }
    best.context("no number of connections was given")
}
