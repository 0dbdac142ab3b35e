//! The keys that seal: in a folder of their own, outside the database. The first one signs, the
//! others are those of before. The folder also remembers each tenant's newest seal, so that its
//! removal is found where seals are chained in the database alone.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use db::Fault;
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use kernel::{TenantId, Uuid};
use tokio::fs;
use tokio::sync::OnceCell;

use crate::rules::seal::{Hash, hex};
use crate::secrets;

/// The file of keys: a line each, 32 bytes in base64url; the first one signs.
const FILE: &str = "seal.key";

/// The keys of this server, read when they are needed. A clone is a handle to the same.
#[derive(Clone)]
pub struct SealKeys {
    folder: PathBuf,
    held: Arc<OnceCell<Held>>,
}

struct Held {
    signs: SigningKey,
    /// By id, the one that signs among them.
    known: BTreeMap<String, VerifyingKey>,
}

/// A key that seals can be verified with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// What seals call it.
    pub id: String,
    /// Its 32 bytes in base64url.
    pub key: String,
    /// Whether new seals are signed with it.
    pub signs: bool,
}

impl std::fmt::Debug for SealKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealKeys").field("folder", &self.folder).finish_non_exhaustive()
    }
}

fn id_of(key: &VerifyingKey) -> String {
    hex(&secrets::digest(key.as_bytes())[..8])
}

impl Held {
    fn of(text: &str) -> Option<Self> {
        let keys: Vec<SigningKey> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| {
                Some(SigningKey::from_bytes(&URL_SAFE_NO_PAD.decode(line).ok()?.try_into().ok()?))
            })
            .collect::<Option<_>>()?;
        let known = keys.iter().map(|key| (id_of(&key.verifying_key()), key.verifying_key()));
        let known = known.collect();
        Some(Self { signs: keys.into_iter().next()?, known })
    }
}

impl SealKeys {
    /// Keys in this folder; nothing is read or made yet.
    #[must_use]
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), held: Arc::default() }
    }

    /// The keys; makes the first where there is none.
    async fn held(&self) -> Result<&Held, Fault> {
        let find = || async {
            let path = self.folder.join(FILE);
            let text = match fs::read_to_string(&path).await {
                Err(error) if error.kind() == ErrorKind::NotFound => self.make(&path).await,
                read => read,
            };
            let text = text.map_err(|error| unusable(&path, &error.to_string()))?;
            Held::of(&text).ok_or_else(|| unusable(&path, "it holds no keys, one a line"))
        };
        self.held.get_or_try_init(find).await
    }

    /// Makes a key, unless another server on this folder is first.
    async fn make(&self, path: &Path) -> io::Result<String> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        builder.mode(0o700);
        builder.create(&self.folder).await?;
        let text = format!("{}\n", URL_SAFE_NO_PAD.encode(secrets::random()));
        let draft = self.folder.join(format!("{FILE}.{}", Uuid::now_v7().simple()));
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        options.mode(0o600);
        let mut file = options.open(&draft).await?;
        tokio::io::AsyncWriteExt::write_all(&mut file, text.as_bytes()).await?;
        file.sync_all().await?;
        let linked = fs::hard_link(&draft, path).await;
        fs::remove_file(&draft).await?;
        match linked {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
            _ => fs::read_to_string(path).await,
        }
    }

    /// The public keys, the one that signs first.
    ///
    /// # Errors
    /// [`Fault`] where the folder cannot be used.
    pub async fn public(&self) -> Result<Vec<PublicKey>, Fault> {
        let held = self.held().await?;
        let signing = id_of(&held.signs.verifying_key());
        let mut keys: Vec<PublicKey> = held
            .known
            .iter()
            .map(|(id, key)| PublicKey {
                id: id.clone(),
                key: URL_SAFE_NO_PAD.encode(key.as_bytes()),
                signs: *id == signing,
            })
            .collect();
        keys.sort_by_key(|key| !key.signs);
        Ok(keys)
    }

    /// The id of the key that signs.
    pub(super) async fn signing(&self) -> Result<String, Fault> {
        Ok(id_of(&self.held().await?.signs.verifying_key()))
    }

    pub(super) async fn sign(&self, statement: &str) -> Result<Vec<u8>, Fault> {
        Ok(self.held().await?.signs.sign(statement.as_bytes()).to_bytes().to_vec())
    }

    /// Whether this key is known here.
    pub(super) async fn knows(&self, key: &str) -> Result<bool, Fault> {
        Ok(self.held().await?.known.contains_key(key))
    }

    /// Whether the statement was signed with this key.
    pub(super) async fn verifies(
        &self,
        key: &str,
        statement: &str,
        signature: &[u8],
    ) -> Result<bool, Fault> {
        let known = self.held().await?.known.get(key);
        let signature = Signature::from_slice(signature);
        Ok(match (known, signature) {
            (Some(key), Ok(signature)) => key.verify(statement.as_bytes(), &signature).is_ok(),
            _ => false,
        })
    }

    fn head_of(&self, tenant: TenantId) -> PathBuf {
        self.folder.join(tenant.to_string())
    }

    /// Remembers a tenant's newest seal. A server that dies before this remembers an older one,
    /// which is true as well.
    pub(super) async fn remember(&self, tenant: TenantId, head: Head) -> Result<(), Fault> {
        let path = self.head_of(tenant);
        let draft = self.folder.join(format!("{tenant}.{}", Uuid::now_v7().simple()));
        let text = format!("{} {}\n", head.number, hex(&head.hash));
        let written = async {
            fs::write(&draft, text).await?;
            fs::rename(&draft, &path).await
        };
        written.await.map_err(|error| unusable(&path, &error.to_string()))
    }

    /// The newest seal that this folder remembers of a tenant: its number and hash. To be asked
    /// before the snapshot that it is compared with.
    ///
    /// # Errors
    /// [`Fault`] where the folder cannot be read.
    pub async fn remembered(&self, tenant: TenantId) -> Result<Option<(i64, String)>, Fault> {
        let path = self.head_of(tenant);
        let text = match fs::read_to_string(&path).await {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            read => read.map_err(|error| unusable(&path, &error.to_string()))?,
        };
        let mut words = text.split_whitespace();
        let number = words.next().and_then(|word| word.parse().ok());
        match (number, words.next()) {
            (Some(number), Some(hash)) => Ok(Some((number, hash.to_owned()))),
            _ => Err(unusable(&path, "it holds no number and hash")),
        }
    }
}

/// A tenant's newest seal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) number: i64,
    pub(super) hash: Hash,
}

fn unusable(path: &Path, why: &str) -> Fault {
    Fault::broken(format!("the seals' file {} cannot be used: {why}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> PathBuf {
        std::env::temp_dir().join(format!("oborot-seals-{}", Uuid::now_v7().simple()))
    }

    #[tokio::test]
    async fn servers_on_one_folder_share_a_key_and_a_new_one_keeps_the_old() {
        let folder = folder();
        let (one, other) = (SealKeys::in_folder(&folder), SealKeys::in_folder(&folder));
        let (first, second) = tokio::join!(one.public(), other.public());
        let first = first.unwrap();
        assert_eq!(first, second.unwrap());
        let old = one.signing().await.unwrap();
        let signature = one.sign("said").await.unwrap();

        let file = folder.join(FILE);
        let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        let before = std::fs::read_to_string(&file).unwrap();
        let new = URL_SAFE_NO_PAD.encode(secrets::random());
        std::fs::write(&file, format!("# since May\n{new}\n{before}")).unwrap();
        let later = SealKeys::in_folder(&folder);
        assert_ne!(later.signing().await.unwrap(), old);
        assert!(later.verifies(&old, "said", &signature).await.unwrap());
        assert!(!later.verifies(&old, "unsaid", &signature).await.unwrap());
        assert!(!one.knows(&later.signing().await.unwrap()).await.unwrap());
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn a_file_that_holds_no_key_is_refused_and_not_replaced() {
        let folder = folder();
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(FILE), "short\n").unwrap();
        let keys = SealKeys::in_folder(&folder);
        assert!(keys.signing().await.unwrap_err().to_string().contains("holds no keys"));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
