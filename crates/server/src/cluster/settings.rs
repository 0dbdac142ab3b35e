//! The server's settings: a small box, one program, many short statements.

use std::path::Path;

use super::folder::DataFolder;

/// Whether what was committed must survive a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// As PostgreSQL has it.
    Kept,
    /// Nothing is flushed: for a cluster that is thrown away after a test run.
    Waived,
}

const ALWAYS: &[(&str, &str)] = &[
    // No TCP: the socket's folder is the only door.
    ("listen_addresses", ""),
    ("unix_socket_permissions", "0700"),
    ("max_connections", "60"),
    ("shared_buffers", "256MB"),
    ("effective_cache_size", "1GB"),
    ("work_mem", "16MB"),
    ("maintenance_work_mem", "128MB"),
    ("max_wal_size", "2GB"),
    ("checkpoint_timeout", "15min"),
    ("wal_compression", "on"),
    // After a crash one call for the file system, not one for each of thousands of files.
    ("recovery_init_sync_method", "syncfs"),
    ("random_page_cost", "1.1"),
    // Compiling a statement costs more than running most of ours.
    ("jit", "off"),
    // A client that hangs up stops paying for its query.
    ("client_connection_check_interval", "1s"),
    ("idle_in_transaction_session_timeout", "60s"),
    ("timezone", "UTC"),
    // The program reports its own failed statements; here only the server's own troubles.
    ("log_min_messages", "log"),
    ("log_checkpoints", "off"),
    ("log_min_error_statement", "panic"),
    ("log_timezone", "UTC"),
];

const THROWN_AWAY: &[(&str, &str)] = &[
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
    // Stories run side by side, each harness with pools of its own.
    ("max_connections", "500"),
];

/// Arguments of `postgres`; a running server with the same ones can be taken over as it is.
pub(super) fn arguments(
    folder: &DataFolder,
    socket_folder: &Path,
    durability: Durability,
) -> Vec<String> {
    let database = folder.database().to_string_lossy().into_owned();
    let socket = socket_folder.to_string_lossy();
    let special = match durability {
        Durability::Kept => &[],
        Durability::Waived => THROWN_AWAY,
    };
    // The last word on a setting counts.
    let settings = ALWAYS.iter().chain(special).map(|(name, value)| format!("{name}={value}"));
    let socket = std::iter::once(format!("unix_socket_directories={socket}"));
    let mut arguments = vec!["-D".to_owned(), database];
    for setting in settings.chain(socket) {
        arguments.extend(["-c".to_owned(), setting]);
    }
    arguments
}
