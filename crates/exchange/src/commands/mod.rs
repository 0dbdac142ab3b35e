//! What people do: start an import, stop it, keep the mapping of a sender's headers.

mod cancel_import;
mod profiles;
mod start_import;

pub use cancel_import::CancelImport;
pub use profiles::{DeleteImportProfile, SaveImportProfile};
pub use start_import::StartImport;

use std::collections::BTreeMap;

use access::Permit;
use db::{Outcome, TenantTx};
use kernel::{Refusal, RefusalCode};
use serde::{Deserialize, Serialize};
use sheets::{DateOrder, DecimalMark, Encoding, Profile, Separator};

use crate::custom::{custom_columns, is_custom};
use crate::fields::fields;
use crate::model::ImportKind;

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
    /// What all rows say of fields that have no column, by field, as a cell would say it.
    pub values: BTreeMap<String, String>,
}

/// Characters of a header, and of a value for all rows.
const LONGEST_TEXT: usize = 250;

/// Refuses headers and values of fields that such a file does not have, empty ones and long ones.
/// Those of the tenant's own are looked up where one is named.
pub(crate) async fn check_fields<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    kind: ImportKind,
    columns: &Profile,
    options: &FileOptions,
) -> Outcome<()> {
    let mut named = columns.keys().chain(options.values.keys());
    let custom = match named.any(|field| is_custom(field)) {
        true => custom_columns(tx, permit, kind).await?,
        false => Vec::new(),
    };
    let is_field = |field: &String| {
        fields(kind).iter().any(|known| known.name == field)
            || custom.iter().any(|column| column.name == *field)
    };
    for (named, at) in [(columns, "columns"), (&options.values, "values")] {
        for (field, text) in named {
            if !is_field(field) || text.trim().is_empty() || text.chars().count() > LONGEST_TEXT {
                return Err(odd_field(field).at([at]).into());
            }
        }
    }
    Ok(())
}

fn odd_field(field: &str) -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        format!("“{field}” is no field of such a file, or its text is empty or too long."),
        format!("«{field}» — не поле такого файла, либо его текст пуст или слишком длинный."),
    )
}
