//! Where attached files lie, and how large they may be.

use std::path::PathBuf;

use files::{AccessKeys, Bucket, Files, Place};
use url::Url;

use super::{ConfigError, Settings};
use crate::cluster;

const PLACE: &str = "--files (OBOROT_FILES)";
const ENDPOINT: &str = "--files-endpoint (OBOROT_FILES_ENDPOINT)";
const REGION: &str = "--files-region (OBOROT_FILES_REGION)";
const ACCESS_KEY: &str = "--files-access-key (OBOROT_FILES_ACCESS_KEY)";
const SECRET_KEY: &str = "--files-secret-key (OBOROT_FILES_SECRET_KEY)";
const LIMIT: &str = "--files-limit-mib (OBOROT_FILES_LIMIT_MIB)";

const A_PLACE: &str = "a folder, or an address such as s3://bucket/prefix";
const A_SERVICE: &str = "an address such as https://storage.example";
const A_LIMIT: &str = "a number of MiB from 1 to 1024";
const MIB: u64 = 1024 * 1024;
const USUAL_LIMIT_MIB: u64 = 64;

/// Where attached files lie, and how large they may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilesConfig {
    pub place: Place,
    pub limit_bytes: u64,
    /// Somebody chose the place: then it must be good from the start.
    pub is_given: bool,
}

impl FilesConfig {
    pub(super) fn of(settings: &Settings) -> Result<Self, ConfigError> {
        let place = match settings.files.as_deref() {
            Some(address) if address.starts_with("s3:") => {
                Place::Bucket(bucket(address, settings)?)
            }
            // An address of another kind would make a folder of that name.
            Some(other) if other.contains("://") => return Err(wrong(PLACE, other, A_PLACE)),
            folder => {
                folder_alone(settings)?;
                Place::Folder(folder.map_or_else(|| usual_folder(settings), PathBuf::from))
            }
        };
        let is_given = settings.files.is_some();
        Ok(Self { place, limit_bytes: limit(settings)?, is_given })
    }

    /// The store.
    #[must_use]
    pub fn files(&self) -> Files {
        Files::new(self.place.clone(), self.limit_bytes)
    }
}

/// Beside the private PostgreSQL.
fn usual_folder(settings: &Settings) -> PathBuf {
    let data_dir = settings.data_dir.as_ref();
    data_dir.map_or_else(cluster::default_data_dir, PathBuf::from).join("files")
}

/// What belongs to a bucket only.
fn folder_alone(settings: &Settings) -> Result<(), ConfigError> {
    for (setting, given) in [
        (ENDPOINT, &settings.files_endpoint),
        (REGION, &settings.files_region),
        (ACCESS_KEY, &settings.files_access_key),
        (SECRET_KEY, &settings.files_secret_key),
    ] {
        if given.is_some() {
            return Err(ConfigError::Alone { setting, needed: "a bucket in --files" });
        }
    }
    Ok(())
}

fn bucket(address: &str, settings: &Settings) -> Result<Bucket, ConfigError> {
    // Whoever writes a key into the address is not to find it in a log.
    let refused = || ConfigError::WrongSecret { setting: PLACE, expected: A_PLACE };
    let url = Url::parse(address).map_err(|_| refused())?;
    let name = url.host_str().filter(|name| !name.is_empty()).ok_or_else(refused)?;
    let is_plain = url.scheme() == "s3"
        && url.username().is_empty()
        && url.password().is_none()
        && url.port().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if !is_plain {
        return Err(refused());
    }
    let keys = match (&settings.files_access_key, &settings.files_secret_key) {
        (Some(id), Some(secret)) => Some(AccessKeys { id: id.clone(), secret: secret.clone() }),
        (None, None) => None,
        (Some(_), None) => {
            return Err(ConfigError::Alone { setting: ACCESS_KEY, needed: SECRET_KEY });
        }
        (None, Some(_)) => {
            return Err(ConfigError::Alone { setting: SECRET_KEY, needed: ACCESS_KEY });
        }
    };
    Ok(Bucket {
        name: name.to_owned(),
        prefix: url.path().trim_matches('/').to_owned(),
        endpoint: settings.files_endpoint.as_deref().map(service).transpose()?,
        region: settings.files_region.clone(),
        keys,
    })
}

fn service(address: &str) -> Result<Url, ConfigError> {
    let refused = || ConfigError::WrongSecret { setting: ENDPOINT, expected: A_SERVICE };
    let url = Url::parse(address).map_err(|_| refused())?;
    let is_plain = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none();
    if is_plain { Ok(url) } else { Err(refused()) }
}

fn limit(settings: &Settings) -> Result<u64, ConfigError> {
    let Some(value) = settings.files_limit_mib.as_deref() else {
        return Ok(USUAL_LIMIT_MIB * MIB);
    };
    match value.parse::<u64>() {
        Ok(mib @ 1..=1024) => Ok(mib * MIB),
        _ => Err(wrong(LIMIT, value, A_LIMIT)),
    }
}

fn wrong(setting: &'static str, value: &str, expected: &'static str) -> ConfigError {
    ConfigError::Wrong { setting, value: value.to_owned(), expected }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(value: &str) -> Option<String> {
        Some(value.to_owned())
    }

    fn refusal(settings: &Settings) -> String {
        FilesConfig::of(settings).unwrap_err().to_string()
    }

    #[test]
    fn nothing_given_is_a_folder_beside_the_data() {
        let settings = Settings { data_dir: given("/data"), ..Settings::default() };
        let config = FilesConfig::of(&settings).unwrap();
        assert_eq!(config.place, Place::Folder("/data/files".into()));
        assert_eq!((config.limit_bytes, config.is_given), (64 * MIB, false));
    }

    #[test]
    fn a_bucket_with_its_service_and_keys() {
        let settings = Settings {
            files: given("s3://papers/oborot/a"),
            files_endpoint: given("http://127.0.0.1:9000"),
            files_access_key: given("AKID"),
            files_secret_key: given("hunter2"),
            files_limit_mib: given("5"),
            ..Settings::default()
        };
        let config = FilesConfig::of(&settings).unwrap();
        let Place::Bucket(bucket) = &config.place else { panic!("{config:?}") };
        assert_eq!((bucket.name.as_str(), bucket.prefix.as_str()), ("papers", "oborot/a"));
        assert_eq!(config.limit_bytes, 5 * MIB);
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn a_wrong_value_is_named_and_a_secret_is_not() {
        let of = |files: &str| Settings { files: given(files), ..Settings::default() };
        let lone = |secret: &str| Settings { files_secret_key: given(secret), ..of("s3://b") };
        for (settings, setting) in [
            (of("gs://bucket"), "--files"),
            (of("s3://id:hunter2@bucket"), "--files"),
            (of("s3://"), "--files"),
            (lone("hunter2"), "--files-access-key"),
            (Settings { files_region: given("ru"), ..of("/srv/files") }, "--files-region"),
            (Settings { files_endpoint: given("hunter2"), ..of("s3://b") }, "--files-endpoint"),
            (Settings { files_limit_mib: given("0"), ..Settings::default() }, "--files-limit-mib"),
        ] {
            let sentence = refusal(&settings);
            assert!(sentence.contains(setting) && !sentence.contains("hunter2"), "{sentence}");
        }
    }
}
