//! The data folder: the database, the owner's password, the lock and the socket.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::account::{self, Account};
use super::binaries::DataVersion;
use super::{ClusterError, on_file};

/// `sockaddr_un` holds 107 bytes and a zero.
const LONGEST_SOCKET_PATH: usize = 107;
/// PostgreSQL's name for its socket in the folder, with the slash before it.
const SOCKET_NAME: &str = "/.s.PGSQL.5432";

const UNFINISHED: &str = "postgres.new-";

/// A prepared data folder, by its canonical path.
#[derive(Debug)]
pub(super) struct DataFolder {
    root: PathBuf,
}

/// The exclusive right to run the cluster; the system frees it when the program dies.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl DataFolder {
    pub(super) fn prepare(path: &Path, account: &Account) -> Result<Self, ClusterError> {
        // Others may pass through to the server's folder under root, and see nothing.
        let mode = if matches!(account, Account::Own) { 0o700 } else { 0o711 };
        DirBuilder::new()
            .recursive(true)
            .mode(mode)
            .create(path)
            .map_err(on_file("create", path))?;
        let root = path.canonicalize().map_err(on_file("find", path))?;
        account.check_reaches(&root)?;
        Ok(Self { root })
    }

    /// PostgreSQL's own data.
    pub(super) fn database(&self) -> PathBuf {
        self.root.join("postgres")
    }

    /// Where a new database is made, so that a half-made one is never started. Each process has
    /// its own: `initdb` goes on for a while when the program that ran it was killed.
    pub(super) fn unfinished_database(&self) -> PathBuf {
        self.root.join(format!("{UNFINISHED}{}", std::process::id()))
    }

    /// Removes what killed programs left half made, as far as it can be removed by now.
    pub(super) fn remove_unfinished(&self) {
        let Ok(entries) = std::fs::read_dir(&self.root) else { return };
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
    }

    pub(super) fn log(&self) -> PathBuf {
        self.root.join("postgres.log")
    }

    pub(super) fn password_file(&self) -> PathBuf {
        self.root.join("owner-password")
    }

    pub(super) fn password(&self) -> Result<String, ClusterError> {
        let path = self.password_file();
        let password = std::fs::read_to_string(&path).map_err(on_file("read", &path))?;
        Ok(password.trim().to_owned())
    }

    /// Major version of the data, none before the first start.
    pub(super) fn major_version(&self) -> Result<Option<DataVersion>, ClusterError> {
        let path = self.database().join("PG_VERSION");
        if !path.exists() {
            return Ok(None);
        }
        let version = std::fs::read_to_string(&path).map_err(on_file("read", &path))?;
        let folder = self.database();
        Ok(version.trim().parse().ok().map(|major| DataVersion { folder, major }))
    }

    pub(super) fn lock(&self) -> Result<Option<Lock>, ClusterError> {
        let path = self.lock_file();
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(on_file("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(source)) => return Err(on_file("lock", &path)(source)),
        }
        file.set_len(0)
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(on_file("write", &path))?;
        Ok(Some(Lock { _file: file }))
    }

    pub(super) fn in_use(&self) -> ClusterError {
        let mut holder = String::new();
        let read = File::open(self.lock_file()).and_then(|mut f| f.read_to_string(&mut holder));
        let user = match (read, holder.trim().parse::<u32>()) {
            (Ok(_), Ok(pid)) => format!("another oborot (process {pid})"),
            _ => "another oborot".to_owned(),
        };
        ClusterError::InUse { folder: self.root.clone(), user }
    }

    fn lock_file(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// A folder for the socket that only the server's account can enter: in the data folder, or
    /// under a short name that follows from it where the path would not fit.
    pub(super) fn prepare_socket_folder(&self, account: &Account) -> Result<PathBuf, ClusterError> {
        let folder = socket_folder(&self.root);
        let made = DirBuilder::new().mode(0o700).create(&folder);
        match made {
            Ok(()) => account.give(&folder)?,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(on_file("create", &folder)(error)),
        }
        let found = folder.symlink_metadata().map_err(on_file("look at", &folder))?;
        // In a folder that everybody can write to, somebody may have been there before us.
        if !found.is_dir() || (found.uid() != account.uid() && found.uid() != 0) {
            return Err(ClusterError::Foreign { path: folder });
        }
        account.give(&folder)?;
        let private = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(&folder, private).map_err(on_file("protect", &folder))?;
        Ok(folder)
    }
}

fn socket_folder(root: &Path) -> PathBuf {
    let inside = root.join("socket");
    if fits(&inside) {
        return inside;
    }
    let digest = Sha256::digest(root.as_os_str().as_encoded_bytes());
    let name = digest.iter().take(8).fold(String::new(), |name, byte| format!("{name}{byte:02x}"));
    if account::is_root() {
        PathBuf::from(format!("/run/oborot-{name}"))
    } else {
        let uid = nix::unistd::Uid::effective();
        PathBuf::from(format!("/tmp/oborot-{uid}-{name}"))
    }
}

fn fits(folder: &Path) -> bool {
    folder.as_os_str().len() + SOCKET_NAME.len() <= LONGEST_SOCKET_PATH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_path_never_exceeds_what_the_system_takes() {
        for length in [1, 20, 85, 86, 87, 120, 1_000] {
            let root = PathBuf::from(format!("/{}", "d".repeat(length)));
            let folder = socket_folder(&root);
            assert!(fits(&folder), "{length}: {}", folder.display());
            assert_eq!(folder, socket_folder(&root), "the same folder at every start");
        }
    }

    #[test]
    fn two_long_folders_have_two_sockets() {
        let long = "d".repeat(200);
        let one = socket_folder(&PathBuf::from(format!("/{long}/1")));
        let two = socket_folder(&PathBuf::from(format!("/{long}/2")));
        assert_ne!(one, two);
    }
}
