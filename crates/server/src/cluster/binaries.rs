//! Which of the installed PostgreSQL servers is run.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::ClusterError;

/// Oldest major version with everything the schema and the settings use.
const OLDEST: u32 = 15;

/// A folder with `postgres` and `initdb`, and the major version of what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Binaries {
    pub(super) folder: PathBuf,
    pub(super) major: u32,
}

/// The data folder's own version, which the binaries must match.
#[derive(Clone, Debug)]
pub(super) struct DataVersion {
    pub(super) folder: PathBuf,
    pub(super) major: u32,
}

impl Binaries {
    /// The newest installed server, or the one that made the data.
    pub(super) fn find(
        pg_bin: Option<&Path>,
        data: Option<DataVersion>,
    ) -> Result<Self, ClusterError> {
        let folders = match pg_bin {
            Some(folder) => vec![folder.to_owned()],
            None => usual_folders(),
        };
        let installed: Vec<Self> = folders.iter().filter_map(|folder| Self::at(folder)).collect();
        if installed.is_empty() {
            let looked_in = match pg_bin {
                Some(folder) => format!("looked in {}", folder.display()),
                None => "looked in /usr/lib/postgresql/*/bin and PATH".to_owned(),
            };
            return Err(ClusterError::NoBinaries { looked_in });
        }
        choose(installed, data)
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn at(folder: &Path) -> Option<Self> {
        if !folder.join("initdb").is_file() {
            return None;
        }
        let output = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
        let major = major_of(&String::from_utf8_lossy(&output.stdout))?;
        Some(Self { folder: folder.to_owned(), major })
    }
}

fn choose(
    mut installed: Vec<Binaries>,
    data: Option<DataVersion>,
) -> Result<Binaries, ClusterError> {
    installed.sort_by_key(|binaries| std::cmp::Reverse(binaries.major));
    let newest = installed.first().map_or(0, |binaries| binaries.major);
    let found = installed.iter().map(|b| b.major.to_string()).collect::<Vec<_>>().join(", ");
    let wanted = data.as_ref().map_or(newest, |data| data.major);
    match (installed.into_iter().find(|binaries| binaries.major == wanted), data) {
        (Some(binaries), _) if binaries.major >= OLDEST => Ok(binaries),
        (None, Some(DataVersion { folder, major })) => {
            Err(ClusterError::OtherVersion { folder, wanted: major, found })
        }
        _ => Err(ClusterError::TooOld { found: wanted, oldest: OLDEST }),
    }
}

fn usual_folders() -> Vec<PathBuf> {
    let packaged = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    packaged.chain(std::env::split_paths(&path)).collect()
}

/// Reads `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)` and `… 18beta1`.
fn major_of(version_line: &str) -> Option<u32> {
    let version = version_line.split("(PostgreSQL) ").nth(1)?;
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn installed(majors: &[u32]) -> Vec<Binaries> {
        let at = |major: &u32| Binaries { folder: format!("/pg/{major}").into(), major: *major };
        majors.iter().map(at).collect()
    }

    fn made_by(major: u32) -> Option<DataVersion> {
        Some(DataVersion { folder: "/data".into(), major })
    }

    #[test]
    fn the_version_is_read_from_what_postgres_prints() {
        let cases = [
            ("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n", Some(15)),
            ("postgres (PostgreSQL) 18beta1\n", Some(18)),
            ("postgres (EnterpriseDB) 15.1\n", None),
            ("", None),
        ];
        for (line, major) in cases {
            assert_eq!(major_of(line), major, "{line:?}");
        }
    }

    #[test]
    fn the_newest_server_makes_new_data_and_the_same_version_opens_old_ones() {
        let newest = choose(installed(&[15, 17, 16]), None).unwrap();
        assert_eq!(newest.major, 17);
        let same = choose(installed(&[15, 17, 16]), made_by(16)).unwrap();
        assert_eq!(same.major, 16);
    }

    #[test]
    fn data_of_a_version_that_is_gone_say_what_to_install() {
        let refusal = choose(installed(&[17]), made_by(15)).unwrap_err().to_string();
        assert!(refusal.contains("`postgresql-15`"), "{refusal}");
        assert!(refusal.contains("found: 17"), "{refusal}");
        let refusal = choose(installed(&[13]), None).unwrap_err();
        assert!(matches!(refusal, ClusterError::TooOld { found: 13, .. }), "{refusal}");
    }
}
