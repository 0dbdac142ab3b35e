//! Records brought in from files, and lists written to files (`exports`), in the background.
//!
//! Invariants: a job works with the rights its starter has at that moment, never with more; the
//! rows of a chunk and the job's position are written in one transaction, which also looks whether
//! the job is still its worker's, so that no crash writes a row twice; all-or-nothing writes all in
//! one transaction or nothing; memory does not grow with the file.

mod commands;
mod custom;
mod exports;
mod fields;
mod model;
mod queue;
mod reading;
mod source;
mod store;
mod subjects;
mod work;

pub use commands::{
    CancelImport, DeleteImportProfile, FileOptions, SaveImportProfile, StartImport,
};
pub use exports::{
    CancelExport, ExportFormat, ExportJob, ExportListing, ExportLists, ExportOptions, ExportState,
    Headings, ListFault, ListPage, ListRow, OfExport, ReadExports, RightsUsed, StartExport, Wanted,
    WrittenEncoding, count_export_jobs, expire_exports, export_jobs, export_jobs_by_id,
    run_exports,
};
pub use model::{
    BadRow, ImportJob, ImportKind, ImportMode, ImportProfile, ImportState, ReadImports,
};
pub use sheets::{DateOrder, DecimalMark, Encoding, Profile, Separator};
pub use store::{bad_rows, count_import_jobs, import_jobs, import_jobs_by_id, import_profiles};
pub use subjects::{OfImport, OfInbox};
pub use work::run_next_job;
