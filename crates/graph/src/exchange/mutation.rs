//! What is done with imports.

use ::exchange::{CancelImport, DeleteImportProfile, FileOptions, SaveImportProfile, StartImport};
use async_graphql::{Context, InputObject, Object, SimpleObject};
use kernel::{AttachmentId, ImportJobId};

use super::job::ImportJob;
use super::{FileDateOrder, FileDecimalMark, FileEncoding, FileSeparator, ImportKind, ImportMode};
use crate::idempotency::mutate;
use crate::ids::GlobalId;
use crate::session::Session;
use crate::user_error::UserError;

/// Which header holds a field.
#[derive(InputObject)]
pub struct ImportColumnInput {
    /// The field: `sku`, `name`, `price`.
    field: String,
    /// The header over its column.
    header: String,
}

/// What all rows say of a field that has no column.
#[derive(InputObject)]
pub struct ImportValueInput {
    /// The field: `warehouse`, `validFrom`.
    field: String,
    /// The value, as a cell would hold it.
    value: String,
}

/// How a file is read; what is not said is found out from the file.
#[derive(InputObject, Default)]
pub struct ImportOptionsInput {
    /// How the characters of a CSV file are stored.
    encoding: Option<FileEncoding>,
    /// What stands between the cells of a CSV file.
    separator: Option<FileSeparator>,
    /// What stands before the fraction; a comma where none is named.
    decimal_mark: Option<FileDecimalMark>,
    /// Which dates with slashes are read; none where nothing is named.
    date_order: Option<FileDateOrder>,
    /// The sheet of a workbook; the first visible one where none is named.
    sheet: Option<String>,
    /// What all rows say of fields that have no column, such as the start date or the price list.
    #[graphql(validator(max_items = 50))]
    values: Option<Vec<ImportValueInput>>,
}

fn given(input: Vec<ImportValueInput>) -> ::exchange::Profile {
    input.into_iter().map(|given| (given.field, given.value)).collect()
}

impl From<ImportOptionsInput> for FileOptions {
    fn from(input: ImportOptionsInput) -> Self {
        Self {
            encoding: input.encoding.map(Into::into),
            separator: input.separator.map(Into::into),
            decimal: input.decimal_mark.map(Into::into),
            dates: input.date_order.map(Into::into),
            sheet: input.sheet,
            values: given(input.values.unwrap_or_default()),
        }
    }
}

/// A file to bring in.
#[derive(InputObject)]
pub struct StartImportInput {
    /// What the file holds.
    kind: ImportKind,
    /// The file: a CSV or XLSX that the caller sent by `POST /files` with his own user's id as the
    /// subject. An empty cell leaves its field as it is.
    file_id: GlobalId<AttachmentId>,
    /// What becomes of the rows.
    mode: ImportMode,
    /// The name of a saved mapping to begin with.
    profile: Option<String>,
    /// Headers of fields that their own names do not tell.
    #[graphql(validator(max_items = 50))]
    columns: Option<Vec<ImportColumnInput>>,
    /// How the file is read.
    options: Option<ImportOptionsInput>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Which import is stopped.
#[derive(InputObject)]
pub struct CancelImportInput {
    /// Which one.
    id: GlobalId<ImportJobId>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// A mapping to keep.
#[derive(InputObject)]
pub struct SaveImportProfileInput {
    /// For which kind of file.
    kind: ImportKind,
    /// Its name, unique for the kind; one of the same name is replaced.
    name: String,
    /// Which header holds which field.
    #[graphql(validator(max_items = 50))]
    columns: Vec<ImportColumnInput>,
    /// How such a file is read.
    options: Option<ImportOptionsInput>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// A mapping to remove.
#[derive(InputObject)]
pub struct DeleteImportProfileInput {
    /// For which kind of file.
    kind: ImportKind,
    /// Its name.
    name: String,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// An import after a mutation, or why it was refused.
#[derive(SimpleObject)]
pub struct ImportJobPayload {
    /// The import as it is now; null where it was refused.
    import_job: Option<ImportJob>,
    /// Why nothing was written; empty where it was.
    user_errors: Vec<UserError>,
}

/// What came of keeping or removing a mapping.
#[derive(SimpleObject)]
pub struct ImportProfilePayload {
    /// The mapping's name; null where it was refused.
    name: Option<String>,
    /// Why nothing was written; empty where it was.
    user_errors: Vec<UserError>,
}

fn columns(input: Vec<ImportColumnInput>) -> ::exchange::Profile {
    input.into_iter().map(|column| (column.field, column.header)).collect()
}

/// Mutations of imports.
#[derive(Default)]
pub struct ExchangeMutation;

#[Object]
impl ExchangeMutation {
    /// Starts to bring in a file, in the background, with the caller's rights.
    async fn start_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file and what becomes of it.")] input: StartImportInput,
    ) -> async_graphql::Result<ImportJobPayload> {
        let session = Session::of(ctx)?;
        let command = StartImport {
            kind: input.kind.into(),
            file: input.file_id.0,
            mode: input.mode.into(),
            profile: input.profile,
            columns: columns(input.columns.unwrap_or_default()),
            options: input.options.unwrap_or_default().into(),
            language: session.language(),
        };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let import_job = session.load_made(done.output).await?;
        Ok(ImportJobPayload { import_job, user_errors: done.user_errors })
    }

    /// Stops an import before its next chunk of rows; what was written before stays.
    async fn cancel_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: CancelImportInput,
    ) -> async_graphql::Result<ImportJobPayload> {
        let done = mutate(ctx, CancelImport { id: input.id.0 }, input.idempotency_key).await?;
        let import_job = Session::of(ctx)?.load_made(done.output).await?;
        Ok(ImportJobPayload { import_job, user_errors: done.user_errors })
    }

    /// Keeps which header holds which field, for the next file of the same sender.
    async fn save_import_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The mapping.")] input: SaveImportProfileInput,
    ) -> async_graphql::Result<ImportProfilePayload> {
        let command = SaveImportProfile {
            kind: input.kind.into(),
            name: input.name,
            columns: columns(input.columns),
            options: input.options.unwrap_or_default().into(),
        };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        Ok(ImportProfilePayload { name: done.output, user_errors: done.user_errors })
    }

    /// Removes a saved mapping.
    async fn delete_import_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: DeleteImportProfileInput,
    ) -> async_graphql::Result<ImportProfilePayload> {
        let command = DeleteImportProfile { kind: input.kind.into(), name: input.name };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        Ok(ImportProfilePayload { name: done.output, user_errors: done.user_errors })
    }
}
