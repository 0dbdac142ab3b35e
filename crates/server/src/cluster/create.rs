//! Making the database on the first start: `initdb`, then the owner and its database by
//! PostgreSQL's single-user mode, which needs neither a connection nor a superuser's password.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rand::TryRngCore;
use rand::rngs::OsRng;

use super::account::Account;
use super::binaries::Binaries;
use super::folder::DataFolder;
use super::settings::Durability;
use super::{ClusterError, DATABASE, OWNER, on_file};

/// The superuser has no password and nobody may log in without one, so only single-user mode
/// on a stopped server reaches it.
const ACCESS_RULES: &str = "# Written by oborot: the private socket, with passwords.\n\
                            local all all scram-sha-256\n";

/// Makes the database unless it is there, and gives the password of its owner.
pub(super) fn ensure(
    binaries: &Binaries,
    account: &Account,
    folder: &DataFolder,
    durability: Durability,
) -> Result<String, ClusterError> {
    folder.remove_unfinished();
    let exists = folder.database().join("PG_VERSION").exists();
    if exists && folder.password_file().exists() {
        return folder.password();
    }
    let password = new_password(folder)?;
    if exists {
        // The password file was lost: set a new one.
        let statement = format!("alter role {OWNER} password '{password}'");
        single_user(binaries, account, &folder.database(), &[statement])?;
    } else {
        create(binaries, account, folder, durability, &password)?;
    }
    Ok(password)
}

fn create(
    binaries: &Binaries,
    account: &Account,
    folder: &DataFolder,
    durability: Durability,
    password: &str,
) -> Result<(), ClusterError> {
    let unfinished = folder.unfinished_database();
    std::fs::create_dir(&unfinished).map_err(on_file("create", &unfinished))?;
    account.give(&unfinished)?;

    let mut initdb = account.command(&binaries.program("initdb"));
    initdb.arg("--pgdata").arg(&unfinished).args([
        "--username=postgres",
        "--auth=reject",
        "--encoding=UTF8",
        // Bytes order text fast and the same everywhere; the character type knows Cyrillic.
        "--lc-collate=C",
        "--lc-ctype=C.UTF-8",
        "--lc-messages=C",
        "--data-checksums",
    ]);
    if durability == Durability::Waived {
        initdb.arg("--no-sync");
    }
    let output = run(initdb, "")?;
    if !output.status.success() {
        return Err(ClusterError::Create { reason: last_line(&output.stderr) });
    }
    let rules = unfinished.join("pg_hba.conf");
    std::fs::write(&rules, ACCESS_RULES).map_err(on_file("write", &rules))?;

    let statements = [
        // It makes the program's two logins, and databases where tests want one more.
        format!("create role {OWNER} login createrole createdb password '{password}'"),
        format!("create database {DATABASE} owner {OWNER}"),
    ];
    single_user(binaries, account, &unfinished, &statements)?;
    let database = folder.database();
    std::fs::rename(&unfinished, &database).map_err(on_file("create", &database))
}

/// 256 random bits, written for the next start before anything depends on them.
fn new_password(folder: &DataFolder) -> Result<String, ClusterError> {
    let mut bits = [0_u8; 32];
    OsRng
        .try_fill_bytes(&mut bits)
        .map_err(|error| ClusterError::Create { reason: error.to_string() })?;
    let password = bits.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let path = folder.password_file();
    OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(&path)
        .and_then(|mut file| {
            writeln!(file, "{password}")?;
            file.sync_all()
        })
        .map_err(on_file("write", &path))?;
    Ok(password)
}

fn single_user(
    binaries: &Binaries,
    account: &Account,
    database: &Path,
    statements: &[String],
) -> Result<(), ClusterError> {
    let mut postgres = account.command(&binaries.program("postgres"));
    postgres.arg("--single").arg("-D").arg(database);
    postgres.args(["-c", "exit_on_error=on", "-c", "log_min_messages=fatal", "postgres"]);
    // One statement a line is how this mode reads.
    let output = run(postgres, &(statements.join("\n") + "\n"))?;
    if output.status.success() {
        return Ok(());
    }
    // A failed statement may be quoted in what follows it, and it holds the password.
    let reason = String::from_utf8_lossy(&output.stderr);
    let reason = reason.lines().find(|line| line.contains("ERROR:") || line.contains("FATAL:"));
    Err(ClusterError::Create { reason: reason.unwrap_or("no reason was given").to_owned() })
}

fn run(mut command: Command, input: &str) -> Result<Output, ClusterError> {
    let program = command.get_program().into();
    let failed = |source| ClusterError::Spawn { program, source };
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let answer = command.spawn().and_then(|mut child| {
        if let Some(mut stdin) = child.stdin.take() {
            // Whoever ends before reading everything says why on its error stream.
            let _ = stdin.write_all(input.as_bytes());
        }
        child.wait_with_output()
    });
    answer.map_err(failed)
}

fn last_line(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let error = lines.clone().find(|line| line.contains("error:"));
    error.or_else(|| lines.next_back()).unwrap_or("no reason was given").to_owned()
}
