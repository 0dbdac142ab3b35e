//! A file on its way in: looked at, counted and hashed as it comes, a part in memory at a time.

use std::sync::Arc;

use bytes::Bytes;
use kernel::{AttachmentId, Refusal, RefusalCode, TenantId};
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::sync::OwnedSemaphorePermit;

use crate::rules::{FileName, FileType, HEAD_BYTES, recognise};
use crate::storage::{Files, StoreFault, key};

/// A part of an object: the least that S3 takes but for the last. A smaller file is written at
/// once, when it is whole.
pub(crate) const PART_BYTES: usize = 5 * 1024 * 1024;

/// Why a file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// A rule said no.
    #[error("refused: {}", .0.text.en)]
    Refused(Box<Refusal>),
    /// Too many uploads are under way.
    #[error("too many uploads at once")]
    Busy,
    /// The object store failed.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

impl From<Refusal> for UploadError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<object_store::Error> for UploadError {
    fn from(error: object_store::Error) -> Self {
        Self::Store(error.into())
    }
}

/// A whole object in the store, still without a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The id of the object, and of the row to come.
    pub id: AttachmentId,
    /// The name it was given.
    pub name: FileName,
    /// What it is.
    pub content_type: &'static str,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// The SHA-256 of its content.
    pub sha256: [u8; 32],
}

/// A file that the program itself makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// What it is (RFC 6838).
    pub content_type: &'static str,
    /// The largest it may be, in bytes.
    pub limit_bytes: u64,
}

/// A file that is being received. Dropped before it is finished, it leaves nothing behind.
pub struct Upload {
    store: Arc<dyn ObjectStore>,
    tenant: TenantId,
    id: AttachmentId,
    name: FileName,
    limit_bytes: u64,
    /// The type of a file that the program made; its content is not looked at.
    made_as: Option<&'static str>,
    kind: Option<&'static FileType>,
    size_bytes: u64,
    hash: Sha256,
    waiting: Vec<u8>,
    parts: Option<Box<dyn MultipartUpload>>,
    _place: OwnedSemaphorePermit,
}

impl Upload {
    /// Begins to receive a file.
    ///
    /// # Errors
    /// A name that is not allowed, too many uploads at once, or a store that cannot be opened.
    pub async fn begin(files: &Files, tenant: TenantId, name: &str) -> Result<Self, UploadError> {
        let name = FileName::parse(name)?;
        let place = Arc::clone(files.uploads()).try_acquire_owned();
        Ok(Self {
            _place: place.map_err(|_| UploadError::Busy)?,
            store: Arc::clone(files.store().await?),
            tenant,
            id: AttachmentId::new(),
            name,
            limit_bytes: files.limit_bytes(),
            made_as: None,
            kind: None,
            size_bytes: 0,
            hash: Sha256::new(),
            waiting: Vec::new(),
            parts: None,
        })
    }

    /// Begins a file that the program itself makes: its type is known, and it may be larger than
    /// what people attach.
    ///
    /// # Errors
    /// A name that is not allowed, too many uploads at once, or a store that cannot be opened.
    pub async fn begin_made(
        files: &Files,
        tenant: TenantId,
        name: &str,
        made: Made,
    ) -> Result<Self, UploadError> {
        let mut upload = Self::begin(files, tenant, name).await?;
        upload.limit_bytes = made.limit_bytes;
        upload.made_as = Some(made.content_type);
        Ok(upload)
    }

    /// Takes the next piece.
    ///
    /// # Errors
    /// The file is too large or of a type that is not allowed, or the store failed.
    pub async fn write(&mut self, piece: &Bytes) -> Result<(), UploadError> {
        self.size_bytes += piece.len() as u64;
        if self.size_bytes > self.limit_bytes {
            return Err(too_large(self.limit_bytes).into());
        }
        self.hash.update(piece);
        if let Some(kind) = self.kind {
            kind.goes_on(piece)?;
        }
        self.waiting.extend_from_slice(piece);
        if self.made_as.is_none() && self.kind.is_none() && self.waiting.len() >= HEAD_BYTES {
            self.look()?;
        }
        while self.waiting.len() > PART_BYTES {
            let rest = self.waiting.split_off(PART_BYTES);
            let part = std::mem::replace(&mut self.waiting, rest);
            self.send(part).await?;
        }
        Ok(())
    }

    /// Ends the file: now it is in the store, whole.
    ///
    /// # Errors
    /// The file is empty or of a type that is not allowed, or the store failed.
    pub async fn finish(mut self) -> Result<Stored, UploadError> {
        if self.size_bytes == 0 {
            return Err(empty().into());
        }
        let content_type = match (self.made_as, self.kind) {
            (Some(known), _) => known,
            (None, Some(kind)) => kind.content_type,
            (None, None) => self.look()?.content_type,
        };
        let last = std::mem::take(&mut self.waiting);
        if self.parts.is_some() {
            self.send(last).await?;
            if let Some(parts) = &mut self.parts {
                parts.complete().await?;
            }
            self.parts = None;
        } else {
            self.store.put(&key(self.tenant, self.id), PutPayload::from(last)).await?;
        }
        Ok(Stored {
            id: self.id,
            name: self.name.clone(),
            content_type,
            size_bytes: self.size_bytes,
            sha256: std::mem::take(&mut self.hash).finalize().into(),
        })
    }

    /// What came so far holds the beginning, and all of it has been kept.
    fn look(&mut self) -> Result<&'static FileType, Refusal> {
        let head = &self.waiting[..self.waiting.len().min(HEAD_BYTES)];
        let kind = recognise(&self.name.extension(), head)?;
        kind.goes_on(&self.waiting)?;
        self.kind = Some(kind);
        Ok(kind)
    }

    async fn send(&mut self, part: Vec<u8>) -> Result<(), UploadError> {
        let parts = match &mut self.parts {
            Some(parts) => parts,
            none => none.insert(self.store.put_multipart(&key(self.tenant, self.id)).await?),
        };
        parts.put_part(PutPayload::from(part)).await?;
        Ok(())
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let Some(mut parts) = self.parts.take() else { return };
        // No runtime means that the program is ending; the store's own rules clean up then.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = parts.abort().await {
                    tracing::warn!(%error, "the parts of an upload that broke off stay behind");
                }
            });
        }
    }
}

/// The file is larger than is taken.
#[must_use]
pub fn too_large(limit_bytes: u64) -> Refusal {
    let mib = limit_bytes / (1024 * 1024);
    Refusal::new(
        RefusalCode::FileTooLarge,
        format!("The file is larger than {mib} MiB."),
        format!("Файл больше {mib} МиБ."),
    )
    .at(["file"])
    .with(json!({ "limitBytes": limit_bytes }))
}

fn empty() -> Refusal {
    Refusal::new(RefusalCode::Required, "The file is empty.", "Файл пуст.").at(["file"])
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use futures::TryStreamExt;

    use super::*;
    use crate::storage::Place;

    struct Folder(PathBuf);

    impl Folder {
        fn new() -> Self {
            Self(std::env::temp_dir().join(format!("oborot-files-{}", AttachmentId::new())))
        }

        fn files(&self, limit_bytes: u64) -> Files {
            Files::new(Place::Folder(self.0.clone()), limit_bytes)
        }

        /// Everything in it, finished or not.
        fn entries(&self, tenant: TenantId) -> usize {
            std::fs::read_dir(self.0.join(tenant.to_string())).map_or(0, Iterator::count)
        }
    }

    impl Folder {
        /// Waits until nothing of the tenant is left.
        async fn empties(&self, tenant: TenantId) {
            for _ in 0..500 {
                if self.entries(tenant) == 0 {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            panic!("parts stayed behind");
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn pdf(size: usize) -> Bytes {
        let mut content = b"%PDF-1.7\n".to_vec();
        content.resize(size, 7);
        content.into()
    }

    async fn upload(
        files: &Files,
        tenant: TenantId,
        content: &Bytes,
    ) -> Result<Stored, UploadError> {
        let mut upload = Upload::begin(files, tenant, "a.pdf").await?;
        for piece in content.chunks(100_000) {
            upload.write(&content.slice_ref(piece)).await?;
        }
        upload.finish().await
    }

    #[tokio::test]
    async fn what_went_in_comes_out_small_or_in_parts() {
        let (folder, tenant) = (Folder::new(), TenantId::new());
        let files = folder.files(64 << 20);
        for size in [1000, PART_BYTES, 2 * PART_BYTES + 17] {
            let content = pdf(size);
            let stored = upload(&files, tenant, &content).await.unwrap();
            assert_eq!(stored.size_bytes, size as u64);
            assert_eq!(stored.sha256, <[u8; 32]>::from(Sha256::digest(&content)));
            let read = files.read(tenant, stored.id, None).await.unwrap();
            let read: Vec<Bytes> = read.try_collect().await.unwrap();
            assert!(read.concat() == content, "{size} bytes came back changed");
            let piece = files.read(tenant, stored.id, Some(1..4)).await.unwrap();
            let piece: Vec<Bytes> = piece.try_collect().await.unwrap();
            assert_eq!(piece.concat(), b"PDF");
            files.discard(tenant, stored.id).await.unwrap();
            files.discard(tenant, stored.id).await.unwrap();
        }
        assert_eq!(folder.entries(tenant), 0);
    }

    #[tokio::test]
    async fn what_breaks_off_or_is_refused_leaves_nothing() {
        let (folder, tenant) = (Folder::new(), TenantId::new());
        let files = folder.files(2 * PART_BYTES as u64);
        let refused = upload(&files, tenant, &pdf(2 * PART_BYTES + 1)).await.unwrap_err();
        assert!(
            matches!(refused, UploadError::Refused(no) if no.code == RefusalCode::FileTooLarge)
        );
        let refused = upload(&files, tenant, &Bytes::from_static(b"MZ")).await.unwrap_err();
        assert!(matches!(refused, UploadError::Refused(_)));
        let refused = upload(&files, tenant, &Bytes::new()).await.unwrap_err();
        assert!(matches!(refused, UploadError::Refused(_)));

        // What was refused with parts on their way is taken back beside the answer.
        folder.empties(tenant).await;

        let mut broken = Upload::begin(&files, tenant, "b.pdf").await.unwrap();
        broken.write(&pdf(PART_BYTES + 1)).await.unwrap();
        assert_eq!(folder.entries(tenant), 1, "a part is on its way");
        drop(broken);
        folder.empties(tenant).await;
    }

    #[tokio::test]
    async fn uploads_at_once_are_counted() {
        let (folder, tenant) = (Folder::new(), TenantId::new());
        let files = folder.files(1000);
        let mut open = Vec::new();
        let busy = loop {
            match Upload::begin(&files, tenant, "a.pdf").await {
                Ok(upload) => open.push(upload),
                Err(error) => break error,
            }
        };
        assert!(matches!(busy, UploadError::Busy) && open.len() == 16, "{busy} {}", open.len());
        open.pop();
        Upload::begin(&files, tenant, "a.pdf").await.unwrap();
    }
}
