//! What is done with exports.

use ::exchange::{CancelExport, ExportOptions, Headings, StartExport, Wanted};
use async_graphql::{Context, InputObject, Json, Object, SimpleObject};
use kernel::{ExportJobId, Refusal, RefusalCode, Text};
use serde_json::{Value, json};

use super::reader::{Refused, graph_of, try_out};
use super::{ExportEncoding, ExportFormat, ExportHeadings, ExportJob};
use crate::exchange::{FileDecimalMark, FileSeparator};
use crate::idempotency::mutate;
use crate::identity::Language;
use crate::ids::GlobalId;
use crate::session::Session;
use crate::user_error::UserError;

/// How a file is written; what is not said is as Excel in Russia opens it by a double click.
#[derive(InputObject, Default)]
pub struct ExportOptionsInput {
    /// How the characters of a CSV file are stored; UTF_8_WITH_MARK where none is named.
    encoding: Option<ExportEncoding>,
    /// What stands between the cells of a CSV file; a semicolon where none is named.
    separator: Option<FileSeparator>,
    /// What stands before the fraction in a CSV file; a comma where none is named.
    decimal_mark: Option<FileDecimalMark>,
    /// What stands over the columns; words where nothing is named.
    headings: Option<ExportHeadings>,
}

impl From<ExportOptionsInput> for ExportOptions {
    fn from(input: ExportOptionsInput) -> Self {
        Self {
            encoding: input.encoding.map(Into::into),
            separator: input.separator.map(Into::into),
            decimal: input.decimal_mark.map(Into::into),
            headings: input.headings.map(Into::into),
        }
    }
}

/// A list to write to a file.
#[derive(InputObject)]
pub struct StartExportInput {
    /// The list: a field of the root that gives a connection, such as `customers`.
    list: String,
    /// The list's own arguments but for those of paging, in its own form:
    /// `{"filter": {…}, "orderBy": {…}, "search": "…"}`. All rows where none are given.
    arguments: Option<Json<Value>>,
    /// The columns, at most 200: paths of fields from a row to a value, such as `number`,
    /// `customer.name`, `total.gross.amount`, `tags`, `customFields.KEY`. A path that ends at an
    /// amount of money stands for its amount and its currency, one that ends at a record for its
    /// name. Several values of a row are joined by `; `. Where none are named, the list's own
    /// values and the names of what they lead to, but for those the caller may not see.
    #[graphql(validator(max_items = 200))]
    columns: Option<Vec<String>>,
    /// What kind of file.
    format: ExportFormat,
    /// How it is written.
    options: Option<ExportOptionsInput>,
    /// The language of the headings; that of the request where none is named.
    language: Option<Language>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Which export is stopped.
#[derive(InputObject)]
pub struct CancelExportInput {
    /// Which one.
    id: GlobalId<ExportJobId>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// An export after a mutation, or why it was refused.
#[derive(SimpleObject)]
pub struct ExportJobPayload {
    /// The export as it is now; null where it was refused.
    export_job: Option<ExportJob>,
    /// Why nothing was written; empty where it was.
    user_errors: Vec<UserError>,
}

/// Mutations of exports.
#[derive(Default)]
pub struct ExportMutation;

#[Object]
impl ExportMutation {
    /// Starts to write a whole list to a file, in the background, with the caller's rights at that
    /// time. All rows are of one snapshot; moments are in the tenant's time zone. In a CSV or XLSX
    /// file a text longer than 32,767 characters ends with an ellipsis. The file is kept for 7
    /// days, and given to whoever sees the export and has the rights that it was read with.
    async fn start_export(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The list and its file.")] input: StartExportInput,
    ) -> async_graphql::Result<ExportJobPayload> {
        let session = Session::of(ctx)?;
        session.permit::<StartExport>()?;
        let options: ExportOptions = input.options.unwrap_or_default().into();
        let language = input.language.map_or(session.language(), Into::into);
        let command = StartExport {
            list: input.list,
            arguments: input.arguments.map_or_else(|| json!({}), |given| given.0),
            columns: input.columns.unwrap_or_default(),
            format: input.format.into(),
            options,
            language,
        };
        let wanted = Wanted {
            list: command.list.clone(),
            arguments: command.arguments.clone(),
            columns: command.columns.clone(),
            format: command.format,
            headings: options.headings.unwrap_or(Headings::Words),
            language,
        };
        match try_out(graph_of(ctx)?, session, &wanted).await {
            Ok(()) => {}
            Err(Refused::Failure(failure)) => return Err(failure.into()),
            Err(Refused::Told(text)) => {
                let user_errors = vec![UserError::of(&refusal(text), session.language())];
                return Ok(ExportJobPayload { export_job: None, user_errors });
            }
        }
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let export_job = session.load_made(done.output).await?;
        Ok(ExportJobPayload { export_job, user_errors: done.user_errors })
    }

    /// Stops an export before its next page of rows; there is no file then.
    async fn cancel_export(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: CancelExportInput,
    ) -> async_graphql::Result<ExportJobPayload> {
        let done = mutate(ctx, CancelExport { id: input.id.0 }, input.idempotency_key).await?;
        let export_job = Session::of(ctx)?.load_made(done.output).await?;
        Ok(ExportJobPayload { export_job, user_errors: done.user_errors })
    }
}

fn refusal(text: Text) -> Refusal {
    Refusal::new(RefusalCode::Invalid, text.en, text.ru)
}
