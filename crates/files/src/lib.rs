//! Files that hang on records: contracts with customers, photos of products. The bytes lie in an
//! object store (a folder, or a bucket of an S3-compatible service), the rows in PostgreSQL.
//!
//! Invariants: the key of an object is `tenant/id` and never holds anything a client wrote; the
//! object is there before its row, so that a row always has its bytes; nothing is shown and
//! nothing attached that the record's own context did not allow ([`Subject`]).

mod commands;
mod rules;
mod storage;
mod store;
mod subject;
mod sweep;
mod upload;

pub use commands::{Attach, Attached, Remove, SetPhoto, hand_over};
pub use rules::{FileName, allowed_extensions};
pub use storage::{AccessKeys, Bucket, Files, Place, StoreFault};
pub use store::{Attachment, AttachmentKind, attachments, attachments_of, subject_kind};
pub use subject::{ReadFiles, Subject};
pub use sweep::{SweepError, Swept, sweep};
pub use upload::{Made, Stored, Upload, UploadError, too_large};
