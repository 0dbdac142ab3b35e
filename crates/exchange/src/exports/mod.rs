//! Lists written to files: jobs, the worker that carries them to their end, and what the API above
//! gives for it ([`ExportLists`]).
//!
//! Invariants: a file shows one snapshot; it is read with the rights of whoever started it, and
//! given out only to those whose rights hold what it was read with; memory does not grow with the
//! rows; a file has its row and its job its end in one transaction, or there is none.

mod commands;
mod expire;
mod listing;
mod model;
mod rights;
mod run;
mod store;
mod subject;
mod work;
mod writing;

pub use commands::{CancelExport, StartExport};
pub use expire::expire_exports;
pub use listing::{ExportListing, ExportLists, ListFault, ListPage, ListRow, Wanted};
pub use model::{
    ExportFormat, ExportJob, ExportOptions, ExportState, Headings, ReadExports, WrittenEncoding,
};
pub use rights::RightsUsed;
pub use store::{count_export_jobs, export_jobs, export_jobs_by_id};
pub use subject::OfExport;
pub use work::run_exports;
