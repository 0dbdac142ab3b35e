//! An import is asked for; a worker takes it within a second.

use access::{Action, Forbidden, Permit, Right, Scope};
use catalog::{SaveContacts, SaveCustomers, SavePrices, SaveProducts, SaveVariants};
use db::{AuditEntry, Command, Outcome, TenantTx};
use files::{ReadFiles, attachments};
use kernel::{AttachmentId, ImportJobId, Language, Refusal, RefusalCode};
use serde_json::json;
use sheets::Profile;
use stock::commands::SaveOpeningStock;

use super::{FileOptions, check_fields};
use crate::model::{ImportJob, ImportKind, ImportMode};
use crate::queue::{changed, open_jobs};
use crate::store::{NewJob, insert_job, profile_named};
use crate::subjects::OfInbox;

/// Imports of a tenant that are not over, at most.
const MOST_OPEN: i64 = 20;

/// Starts to bring in a file of one's own inbox.
#[derive(Clone, Debug)]
pub struct StartImport {
    /// What the file holds.
    pub kind: ImportKind,
    /// The file.
    pub file: AttachmentId,
    /// What becomes of the rows.
    pub mode: ImportMode,
    /// The saved mapping to begin with.
    pub profile: Option<String>,
    /// Fields to headers, before those of the saved mapping.
    pub columns: Profile,
    /// How the file is read; what it does not say the saved mapping does.
    pub options: FileOptions,
    /// The language of the report.
    pub language: Language,
}

impl Action for StartImport {
    const RIGHT: Right = Right::ImportRun;
}

#[async_trait::async_trait]
impl Command for StartImport {
    type Output = ImportJobId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ImportJobId> {
        // The work is done with the rights of a person as they will be then.
        let Some(user) = permit.user() else { return Err(Forbidden(Self::RIGHT).into()) };
        may_write(permit.scope(), self.kind)?;
        check_fields(tx, permit, self.kind, &self.columns, &self.options).await?;
        let name = self.file_name(tx, permit).await?;
        if open_jobs::<ImportJob, _>(tx, permit).await? >= MOST_OPEN {
            return Err(too_many().into());
        }
        let (columns, options) = self.asked(tx, permit).await?;
        let id = ImportJobId::new();
        let job = NewJob {
            id,
            kind: self.kind,
            mode: self.mode,
            file: self.file,
            file_name: &name,
            options: &options,
            columns: &columns,
            language: self.language,
            user,
        };
        insert_job(tx, permit, &job).await?;
        let changes = json!({ "kind": self.kind.as_str(), "mode": self.mode.as_str(),
                              "fileId": self.file, "fileName": name });
        tx.audit(AuditEntry::new("startImport", "ImportJob", id, changes));
        tx.emit(changed::<ImportJob>(id, user));
        Ok(id)
    }
}

impl StartImport {
    async fn file_name(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<String> {
        let readable = permit.scope().permit::<ReadFiles<OfInbox>>()?;
        let found = attachments::<OfInbox>(tx, &readable, &[self.file]).await?.remove(&self.file);
        let Some(file) = found else {
            return Err(unknown("fileId").into());
        };
        let name = file.name.to_lowercase();
        if [".csv", ".txt", ".xlsx"].iter().any(|end| name.ends_with(end)) {
            return Ok(file.name);
        }
        Err(Refusal::new(
            RefusalCode::FileTypeNotAllowed,
            "Only CSV and XLSX files are brought in.",
            "Загружаются только файлы CSV и XLSX.",
        )
        .at(["fileId"])
        .into())
    }

    /// The mapping and the notation after the saved ones.
    async fn asked(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<(Profile, FileOptions)> {
        let Some(name) = &self.profile else {
            return Ok((self.columns.clone(), self.options.clone()));
        };
        let saved = profile_named(tx, permit, self.kind, name).await?;
        let Some(saved) = saved else { return Err(unknown("profile").into()) };
        let mut columns = saved.columns;
        columns.extend(self.columns.clone());
        let own = self.options.clone();
        let mut values = saved.options.values;
        values.extend(own.values);
        let options = FileOptions {
            encoding: own.encoding.or(saved.options.encoding),
            separator: own.separator.or(saved.options.separator),
            decimal: own.decimal.or(saved.options.decimal),
            dates: own.dates.or(saved.options.dates),
            sheet: own.sheet.or(saved.options.sheet),
            values,
        };
        Ok((columns, options))
    }
}

/// Refuses a file that nothing could be written from.
fn may_write(scope: &Scope, kind: ImportKind) -> Result<(), Forbidden> {
    match kind {
        ImportKind::Products => scope.permit::<SaveProducts>().map(drop),
        ImportKind::ProductVariants => scope.permit::<SaveVariants>().map(drop),
        ImportKind::Customers => scope.permit::<SaveCustomers>().map(drop),
        ImportKind::Contacts => scope.permit::<SaveContacts>().map(drop),
        ImportKind::Prices => scope.permit::<SavePrices>().map(drop),
        ImportKind::Stock => scope.permit::<SaveOpeningStock>().map(drop),
    }
}

fn unknown(field: &str) -> Refusal {
    Refusal::new(
        RefusalCode::UnknownReference,
        "The record named here does not exist.",
        "Указанной здесь записи нет.",
    )
    .at([field])
}

fn too_many() -> Refusal {
    Refusal::new(
        RefusalCode::TooMany,
        format!("At most {MOST_OPEN} imports wait or run at once."),
        format!("Одновременно ждут и выполняются не больше загрузок: {MOST_OPEN}."),
    )
}
