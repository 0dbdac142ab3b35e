//! Under whose name PostgreSQL runs: ours, or an unprivileged one when we are root.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use nix::unistd::{Uid, User};

use super::{ClusterError, on_file};

/// The system user that owns the server process and its files.
#[derive(Clone, Debug)]
pub(super) enum Account {
    Own,
    Service { name: String, uid: u32, gid: u32 },
}

pub(super) fn is_root() -> bool {
    Uid::effective().is_root()
}

impl Account {
    pub(super) fn choose() -> Result<Self, ClusterError> {
        if !is_root() {
            return Ok(Self::Own);
        }
        // `postgres` comes with the Debian packages; `nobody` is there on every machine.
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| User::from_name(name).ok().flatten())
            .map(|user| Self::Service {
                name: user.name,
                uid: user.uid.as_raw(),
                gid: user.gid.as_raw(),
            })
            .ok_or(ClusterError::NoAccount)
    }

    /// A command that runs as this account, knows nothing of our environment and stands in a
    /// folder that every account may enter.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C.UTF-8");
        command.current_dir("/");
        if let Self::Service { uid, gid, .. } = self {
            // The standard library drops the supplementary groups of root with the user id.
            command.uid(*uid).gid(*gid);
        }
        command
    }

    /// Numeric owner that the server's own folders must have.
    pub(super) fn uid(&self) -> u32 {
        match self {
            Self::Own => Uid::effective().as_raw(),
            Self::Service { uid, .. } => *uid,
        }
    }

    pub(super) fn give(&self, path: &Path) -> Result<(), ClusterError> {
        match self {
            Self::Own => Ok(()),
            Self::Service { uid, gid, .. } => {
                std::os::unix::fs::chown(path, Some(*uid), Some(*gid))
                    .map_err(on_file("change the owner of", path))
            }
        }
    }

    /// Whether the account can walk down to `path`; root sees everything, so only the mode
    /// bits of the folders above can tell.
    pub(super) fn check_reaches(&self, path: &Path) -> Result<(), ClusterError> {
        let Self::Service { name, uid, gid } = self else { return Ok(()) };
        for folder in path.ancestors() {
            let metadata = folder.metadata().map_err(on_file("look at", folder))?;
            let mode = metadata.permissions().mode();
            let enter_bit = if metadata.uid() == *uid {
                0o100
            } else if metadata.gid() == *gid {
                0o010
            } else {
                0o001
            };
            if mode & enter_bit == 0 {
                let (user, folder) = (name.clone(), folder.to_owned());
                return Err(ClusterError::Unreachable { user, folder });
            }
        }
        Ok(())
    }
}
