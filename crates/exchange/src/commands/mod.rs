//! What people do: start an import, stop it, keep the mapping of a sender's headers.

mod cancel_import;
mod profiles;
mod start_import;

pub use cancel_import::CancelImport;
pub use profiles::{DeleteImportProfile, SaveImportProfile};
pub use start_import::StartImport;

use db::EventDraft;
use kernel::{ImportJobId, UserId};
use serde::{Deserialize, Serialize};
use sheets::{DateOrder, DecimalMark, Encoding, Separator};

/// How a file is read; what is not said is found out from the file, or is as usual in Russia.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FileOptions {
    /// How the characters of a CSV file are stored.
    pub encoding: Option<Encoding>,
    /// What stands between the cells of a CSV file.
    pub separator: Option<Separator>,
    /// What stands before the fraction; a comma.
    pub decimal: Option<DecimalMark>,
    /// Which dates with slashes are read; none.
    pub dates: Option<DateOrder>,
    /// The sheet of a workbook; the first visible one.
    pub sheet: Option<String>,
}

/// The event that tells of a job.
pub(crate) fn job_changed(id: ImportJobId, user: UserId) -> EventDraft {
    EventDraft {
        kind: "import_changed",
        subject_kind: "ImportJob",
        subject_id: id.0,
        manager_id: Some(user),
        customer_id: None,
        products: Vec::new(),
        warehouses: Vec::new(),
    }
}
