//! Bad rows, written with the chunk that left them out.

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{ImportJobId, Page, PageRequest, Position, Uuid};
use serde_json::{Value, json};

use super::import_jobs_by_id;
use crate::model::{BadRow, ReadImports, read};
use crate::queue::foreign_cursor;

#[derive(FromQueryResult)]
struct Row {
    row_number: i64,
    place: i32,
    header: Option<String>,
    reason: Value,
}

impl Row {
    fn into_fault(self) -> Result<sheets::Fault, Fault> {
        Ok(sheets::Fault {
            row: u64::try_from(self.row_number).unwrap_or_default(),
            column: self.header,
            reason: read(self.reason)?,
        })
    }
}

pub(crate) async fn insert_faults<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    job: ImportJobId,
    faults: &[sheets::Fault],
) -> Outcome<()> {
    if faults.is_empty() {
        return Ok(());
    }
    let mut rows = Vec::with_capacity(faults.len());
    for (place, fault) in faults.iter().enumerate() {
        let reason = crate::model::told(&fault.reason)?;
        rows.push(json!({
            "row_number": fault.row, "place": place, "header": fault.column, "reason": reason,
        }));
    }
    let sql = "
        insert into import_fault (tenant_id, job_id, row_number, place, header, reason)
        select $1, $2, s.row_number, s.place, s.header, s.reason
        from jsonb_populate_recordset(null::import_fault, $3) s";
    tx.run(Sql::new(sql, values![permit.tenant(), job, Value::Array(rows)])).await?;
    Ok(())
}

/// Forgets the bad rows of a look that begins anew.
pub(crate) async fn clear_faults<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    job: ImportJobId,
) -> Outcome<()> {
    let sql = "delete from import_fault where tenant_id = $1 and job_id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), job])).await?;
    Ok(())
}

async fn slice<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    job: ImportJobId,
    after: (i64, i32),
    most: i64,
) -> Outcome<Vec<Row>> {
    let sql = "
        select f.row_number, f.place, f.header, f.reason
        from import_fault f
        where f.tenant_id = $1 and f.job_id = $2 and (f.row_number, f.place) > ($3, $4)
        order by f.row_number, f.place
        limit $5";
    let values = values![permit.tenant(), job, after.0, after.1, most];
    Ok(tx.all(Sql::new(sql, values)).await?)
}

/// Faults after a place, in the order of the file, with the place of the last.
pub(crate) async fn faults_after<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    job: ImportJobId,
    after: (i64, i32),
    most: i64,
) -> Outcome<(Vec<sheets::Fault>, (i64, i32))> {
    let rows = slice(tx, permit, job, after, most).await?;
    let last = rows.last().map_or(after, |row| (row.row_number, row.place));
    let faults: Result<Vec<_>, Fault> = rows.into_iter().map(Row::into_fault).collect();
    Ok((faults?, last))
}

/// One page of the bad rows of an import within reach, in the order of the file.
///
/// # Errors
/// A refusal where a cursor is not of this list or the page is read from the end; a fault.
pub async fn bad_rows(
    tx: &TenantTx,
    permit: &Permit<ReadImports>,
    job: ImportJobId,
    page: &PageRequest,
) -> Outcome<Page<BadRow>> {
    if !import_jobs_by_id(tx, permit, &[job]).await?.contains_key(&job) {
        return Err(db::CommandError::NotFound);
    }
    let after = match &page.after {
        None => (0, 0),
        Some(position) => place(position).ok_or_else(foreign_cursor)?,
    };
    if page.backward || page.before.is_some() {
        return Err(foreign_cursor().into());
    }
    // Places count from 0 within a chunk; a row below the header has a number above 1.
    let rows = slice(tx, permit, job, after, i64::from(page.limit) + 1).await?;
    let mut told = Vec::with_capacity(rows.len());
    for row in rows {
        let key = Some(format!("{}.{}", row.row_number, row.place));
        let position = Position { order: "ROW".to_owned(), key, id: Uuid::nil() };
        told.push((position, BadRow(row.into_fault()?)));
    }
    Ok(Page::of(told, page))
}

fn place(position: &Position) -> Option<(i64, i32)> {
    let (row, place) = position.key.as_deref()?.split_once('.')?;
    Some((row.parse().ok()?, place.parse().ok()?))
}
