//! Where the bytes lie: a folder, or a bucket of an S3-compatible service.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use kernel::{AttachmentId, DateTime, TenantId, Utc};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt, RetryConfig};
use tokio::sync::{OnceCell, Semaphore};
use url::Url;

/// Uploads under way at once; each holds up to [`crate::upload::PART_BYTES`] and a little more.
const MOST_UPLOADS: usize = 16;
/// The region that services of one's own expect where none is named.
const USUAL_REGION: &str = "us-east-1";

/// Where the objects are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A folder of this machine, made when it is first needed.
    Folder(PathBuf),
    /// A bucket, for any number of servers.
    Bucket(Bucket),
}

/// A bucket of an S3-compatible service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// What all keys begin with; may be empty.
    pub prefix: String,
    /// The service's address; Amazon's where none is given.
    pub endpoint: Option<Url>,
    /// The service's region.
    pub region: Option<String>,
    /// Without them the machine's own role is asked for.
    pub keys: Option<AccessKeys>,
}

/// The keys of an account. Neither `Debug` nor a log shows the secret.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessKeys {
    /// The public half.
    pub id: String,
    /// The secret half.
    pub secret: String,
}

impl fmt::Debug for AccessKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKeys").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The object store failed. Its text is for logs.
#[derive(Debug, thiserror::Error)]
pub enum StoreFault {
    /// The folder cannot be made.
    #[error("the folder of files {path} cannot be made: {source}")]
    Folder {
        /// Which folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The store said no, or cannot be reached.
    #[error("the object store failed: {0}")]
    Store(#[from] object_store::Error),
}

/// An object that lies in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Object {
    pub(crate) id: AttachmentId,
    pub(crate) stored_at: DateTime<Utc>,
}

/// The store of files with its limits, cheap to clone.
#[derive(Clone)]
pub struct Files(Arc<Inner>);

struct Inner {
    place: Place,
    limit_bytes: u64,
    store: OnceCell<Arc<dyn ObjectStore>>,
    uploads: Arc<Semaphore>,
}

impl Files {
    /// A store at a place, for files up to a size. Nothing is made or reached yet.
    #[must_use]
    pub fn new(place: Place, limit_bytes: u64) -> Self {
        let uploads = Arc::new(Semaphore::new(MOST_UPLOADS));
        Self(Arc::new(Inner { place, limit_bytes, store: OnceCell::new(), uploads }))
    }

    /// The largest file that is taken, in bytes.
    #[must_use]
    pub fn limit_bytes(&self) -> u64 {
        self.0.limit_bytes
    }

    /// Makes the folder, or reads the bucket's settings; what every other call does by itself.
    ///
    /// # Errors
    /// [`StoreFault`] where the folder cannot be made or the settings do not fit together.
    pub async fn open(&self) -> Result<(), StoreFault> {
        self.store().await.map(drop)
    }

    /// Whether there may be objects: a folder is made with the first one.
    pub(crate) fn is_in_use(&self) -> bool {
        match &self.0.place {
            Place::Folder(path) => path.is_dir(),
            Place::Bucket(_) => true,
        }
    }

    /// A piece of an object, or all of it, as it comes from the store.
    ///
    /// # Errors
    /// [`StoreFault`] where it is not there or cannot be read.
    pub async fn read(
        &self,
        tenant: TenantId,
        id: AttachmentId,
        range: Option<Range<u64>>,
    ) -> Result<BoxStream<'static, Result<Bytes, StoreFault>>, StoreFault> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        let found = self.store().await?.get_opts(&key(tenant, id), options).await?;
        Ok(found.into_stream().map_err(StoreFault::from).boxed())
    }

    /// Removes an object; one that is not there is as good as removed.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub async fn discard(&self, tenant: TenantId, id: AttachmentId) -> Result<(), StoreFault> {
        match self.store().await?.delete(&key(tenant, id)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The tenant's objects; what has another name than ours is left out.
    pub(crate) async fn objects(
        &self,
        tenant: TenantId,
    ) -> Result<BoxStream<'static, Result<Object, StoreFault>>, StoreFault> {
        let listed = self.store().await?.list(Some(&Path::from(tenant.to_string())));
        Ok(listed
            .map_err(StoreFault::from)
            .try_filter_map(|meta| async move {
                let id = meta.location.filename().and_then(|name| name.parse().ok());
                let object = |id| Object { id: AttachmentId(id), stored_at: meta.last_modified };
                Ok(id.map(object))
            })
            .boxed())
    }

    pub(crate) async fn store(&self) -> Result<&Arc<dyn ObjectStore>, StoreFault> {
        self.0.store.get_or_try_init(|| async { at(&self.0.place).await }).await
    }

    pub(crate) fn uploads(&self) -> &Arc<Semaphore> {
        &self.0.uploads
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Files").field(&self.0.place).field(&self.0.limit_bytes).finish()
    }
}

/// Two ids of our own, whatever the client called the file.
pub(crate) fn key(tenant: TenantId, id: AttachmentId) -> Path {
    Path::from_iter([tenant.to_string(), id.to_string()])
}

async fn at(place: &Place) -> Result<Arc<dyn ObjectStore>, StoreFault> {
    match place {
        Place::Folder(path) => {
            let failed = |source| StoreFault::Folder { path: path.clone(), source };
            if let Some(above) = path.parent() {
                // The database's folder lies beside, and its account must be able to pass.
                folder(0o711).create(above).await.map_err(failed)?;
            }
            // Others on the machine see nothing of it.
            folder(0o700).create(path).await.map_err(failed)?;
            Ok(Arc::new(LocalFileSystem::new_with_prefix(path)?.with_fsync(true)))
        }
        Place::Bucket(bucket) => {
            let store = service(bucket).build()?;
            Ok(Arc::new(PrefixStore::new(store, Path::from(bucket.prefix.as_str()))))
        }
    }
}

/// Makes folders that are not there yet, with this mode.
fn folder(mode: u32) -> tokio::fs::DirBuilder {
    let mut builder = tokio::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    builder.mode(mode);
    #[cfg(not(unix))]
    let _ = mode;
    builder
}

fn service(bucket: &Bucket) -> AmazonS3Builder {
    // A client waits meanwhile: better an honest "try again" than the library's three minutes.
    let retry = RetryConfig {
        max_retries: 3,
        retry_timeout: Duration::from_secs(20),
        ..RetryConfig::default()
    };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&bucket.name)
        .with_region(bucket.region.as_deref().unwrap_or(USUAL_REGION))
        .with_retry(retry);
    if let Some(endpoint) = &bucket.endpoint {
        builder = builder
            .with_endpoint(endpoint.as_str().trim_end_matches('/'))
            .with_allow_http(endpoint.scheme() == "http");
    }
    if let Some(keys) = &bucket.keys {
        builder = builder.with_access_key_id(&keys.id).with_secret_access_key(&keys.secret);
    }
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown() {
        let keys = Some(AccessKeys { id: "AKID".into(), secret: "hunter2".into() });
        let bucket = Bucket {
            name: "files".into(),
            prefix: "oborot".into(),
            endpoint: None,
            region: None,
            keys,
        };
        let shown = format!("{:?}", Files::new(Place::Bucket(bucket.clone()), 1));
        assert!(shown.contains("AKID") && !shown.contains("hunter2"), "{shown}");
        // The library's builder would tell it; what is built, and errors name, does not.
        let shown = service(&bucket).build().unwrap().to_string();
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    /// The private PostgreSQL lies beside the files, under an account of its own.
    #[cfg(unix)]
    #[tokio::test]
    async fn others_pass_the_folder_above_and_see_no_files() {
        use std::os::unix::fs::PermissionsExt;
        let above = std::env::temp_dir().join(format!("oborot-files-{}", TenantId::new()));
        let files = above.join("files");
        at(&Place::Folder(files.clone())).await.unwrap();
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&above) & 0o011, mode(&files)), (0o011, 0o700));
        std::fs::remove_dir_all(above).unwrap();
    }

    #[test]
    fn a_key_is_the_tenant_and_the_id() {
        let (tenant, id) = (TenantId::new(), AttachmentId::new());
        assert_eq!(key(tenant, id).as_ref(), format!("{tenant}/{id}"));
    }
}
