//! All SQL about attachments.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{AttachmentId, DateTime, UserId, Utc, Uuid};
use serde::{Deserialize, Serialize};

use crate::subject::{ReadFiles, Subject};
use crate::upload::Stored;

const COLUMNS: &str = "a.id, a.subject_id, a.kind, a.name, a.content_type, a.size_bytes, \
                       a.sha256, a.created_at, a.created_by";

/// What a file is to its record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum AttachmentKind {
    /// Any file.
    #[default]
    File,
    /// The record's picture; there is one.
    Photo,
}

impl AttachmentKind {
    /// The kind as the API and the table write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "FILE",
            Self::Photo => "PHOTO",
        }
    }

    /// Reads the kind as the API and the table write it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "FILE" => Some(Self::File),
            "PHOTO" => Some(Self::Photo),
            _ => None,
        }
    }
}

/// A file that hangs on a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its id, and its object's.
    pub id: AttachmentId,
    /// The kind of the record, as the API names its type.
    pub subject_kind: &'static str,
    /// The record.
    pub subject_id: Uuid,
    /// What it is to the record.
    pub kind: AttachmentKind,
    /// The name it was given.
    pub name: String,
    /// What it is (RFC 6838).
    pub content_type: String,
    /// Its size in bytes.
    pub size_bytes: i64,
    /// The SHA-256 of its content, in hexadecimal digits.
    pub sha256: String,
    /// When it was attached.
    pub created_at: DateTime<Utc>,
    /// The person who attached it.
    pub created_by: Option<UserId>,
}

#[derive(FromQueryResult)]
struct Row {
    id: AttachmentId,
    subject_id: Uuid,
    kind: String,
    name: String,
    content_type: String,
    size_bytes: i64,
    sha256: Vec<u8>,
    created_at: DateTime<Utc>,
    created_by: Option<UserId>,
}

impl Row {
    fn of<S: Subject>(self) -> Attachment {
        Attachment {
            id: self.id,
            subject_kind: S::KIND,
            subject_id: self.subject_id,
            kind: AttachmentKind::parse(&self.kind).unwrap_or_default(),
            name: self.name,
            content_type: self.content_type,
            size_bytes: self.size_bytes,
            sha256: hexadecimal(&self.sha256),
            created_at: self.created_at,
            created_by: self.created_by,
        }
    }
}

impl Stored {
    /// The row it got.
    #[must_use]
    pub fn into_row<S: Subject>(
        self,
        subject: Uuid,
        kind: AttachmentKind,
        created_at: DateTime<Utc>,
        created_by: Option<UserId>,
    ) -> Attachment {
        Attachment {
            id: self.id,
            subject_kind: S::KIND,
            subject_id: subject,
            kind,
            name: self.name.as_str().to_owned(),
            content_type: self.content_type.to_owned(),
            // A limit far below the largest number stands before it.
            size_bytes: i64::try_from(self.size_bytes).unwrap_or(i64::MAX),
            sha256: hexadecimal(&self.sha256),
            created_at,
            created_by,
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// Those of these files that hang on a record of this kind within the permit's reach. Removed
/// ones are not there.
///
/// # Errors
/// [`db::Fault`], or what the record's context answers.
pub async fn attachments<S: Subject>(
    tx: &TenantTx,
    permit: &Permit<ReadFiles<S>>,
    ids: &[AttachmentId],
) -> Outcome<HashMap<AttachmentId, Attachment>> {
    let sql = format!(
        "select {COLUMNS}
         from attachment a
         where a.tenant_id = $1 and a.id = any($2::uuid[]) and a.subject_kind = $3
           and a.removed_at is null"
    );
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<Row> = tx.all(Sql::new(sql, values![permit.tenant(), ids, S::KIND])).await?;
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let subjects: Vec<Uuid> = rows.iter().map(|row| row.subject_id).collect();
    let within = S::within(tx, permit, &subjects).await?;
    let seen = rows.into_iter().filter(|row| within.contains(&row.subject_id));
    Ok(seen.map(|row| (row.id, row.of::<S>())).collect())
}

/// The files of these records, oldest first; a record out of reach has none.
///
/// # Errors
/// [`db::Fault`], or what the record's context answers.
pub async fn attachments_of<S: Subject>(
    tx: &TenantTx,
    permit: &Permit<ReadFiles<S>>,
    subjects: &[Uuid],
) -> Outcome<HashMap<Uuid, Vec<Attachment>>> {
    let within: Vec<Uuid> = S::within(tx, permit, subjects).await?.into_iter().collect();
    let sql = format!(
        "select {COLUMNS}
         from attachment a
         where a.tenant_id = $1 and a.subject_id = any($2::uuid[]) and a.subject_kind = $3
           and a.removed_at is null
         order by a.created_at, a.id"
    );
    let rows: Vec<Row> = tx.all(Sql::new(sql, values![permit.tenant(), within, S::KIND])).await?;
    let mut found: HashMap<Uuid, Vec<Attachment>> = HashMap::new();
    for row in rows {
        found.entry(row.subject_id).or_default().push(row.of::<S>());
    }
    Ok(found)
}

/// The kind of record a file hangs on or hung on. It asks no right and is shown to nobody: it
/// tells which context decides.
///
/// # Errors
/// [`db::Fault`].
pub async fn subject_kind(tx: &TenantTx, id: AttachmentId) -> Outcome<Option<String>> {
    #[derive(FromQueryResult)]
    struct Kind {
        subject_kind: String,
    }
    let sql = "
        select a.subject_kind
        from attachment a
        where a.tenant_id = $1 and a.id = $2";
    let found: Option<Kind> = tx.one(Sql::new(sql, values![tx.tenant(), id])).await?;
    Ok(found.map(|row| row.subject_kind))
}

/// A file's row, locked.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Held {
    pub(crate) subject_id: Uuid,
    pub(crate) name: String,
    pub(crate) content_type: String,
}

pub(crate) async fn hold<S: Subject, A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: AttachmentId,
) -> Outcome<Option<Held>> {
    let sql = "
        select a.subject_id, a.name, a.content_type
        from attachment a
        where a.tenant_id = $1 and a.id = $2 and a.subject_kind = $3 and a.removed_at is null
        for no key update";
    Ok(tx.one(Sql::new(sql, values![permit.tenant(), id, S::KIND])).await?)
}

/// Makes those who change a record's files stand in line until the transaction ends.
pub(crate) async fn lock_files_of<S: Subject, A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    subject: Uuid,
) -> Outcome<()> {
    let name = format!("attachment:{}:{}:{subject}", permit.tenant(), S::KIND);
    let sql = "select pg_advisory_xact_lock(hashtextextended($1, 12))";
    tx.run(Sql::new(sql, values![name])).await?;
    Ok(())
}

pub(crate) async fn count<S: Subject, A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    subject: Uuid,
) -> Outcome<i64> {
    #[derive(FromQueryResult)]
    struct Counted {
        counted: i64,
    }
    let sql = "
        select count(*) as counted
        from attachment a
        where a.tenant_id = $1 and a.subject_id = $2 and a.subject_kind = $3
          and a.removed_at is null";
    let row: Option<Counted> =
        tx.one(Sql::new(sql, values![permit.tenant(), subject, S::KIND])).await?;
    Ok(row.map_or(0, |row| row.counted))
}

pub(crate) async fn insert<S: Subject, A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    subject: Uuid,
    kind: AttachmentKind,
    file: &Stored,
) -> Outcome<()> {
    let sql = "
        insert into attachment (tenant_id, id, subject_kind, subject_id, kind, name, content_type,
                                size_bytes, sha256, created_at, created_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let size_bytes = i64::try_from(file.size_bytes)
        .map_err(|_| db::Fault::broken("a file larger than its limit was stored"))?;
    let values = values![
        permit.tenant(),
        file.id,
        S::KIND,
        subject,
        kind.as_str(),
        file.name.as_str(),
        file.content_type,
        size_bytes,
        file.sha256.to_vec(),
        tx.now(),
        permit.user(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Gives the files of one record to another; a photo becomes an ordinary file. Tells how many.
pub(crate) async fn change_subject<S: Subject, A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (from, into): (Uuid, Uuid),
) -> Outcome<u64> {
    let sql = "
        update attachment
        set subject_id = $4, kind = 'FILE'
        where tenant_id = $1 and subject_id = $2 and subject_kind = $3 and removed_at is null";
    Ok(tx.run(Sql::new(sql, values![permit.tenant(), from, S::KIND, into])).await?)
}

/// The record's photo becomes an ordinary file.
pub(crate) async fn drop_photo<S: Subject, A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    subject: Uuid,
) -> Outcome<()> {
    let sql = "
        update attachment
        set kind = 'FILE'
        where tenant_id = $1 and subject_id = $2 and subject_kind = $3 and kind = 'PHOTO'
          and removed_at is null";
    tx.run(Sql::new(sql, values![permit.tenant(), subject, S::KIND])).await?;
    Ok(())
}

pub(crate) async fn make_photo<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: AttachmentId,
) -> Outcome<()> {
    let sql = "update attachment set kind = 'PHOTO' where tenant_id = $1 and id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), id])).await?;
    Ok(())
}

pub(crate) async fn remove<A>(tx: &TenantTx, permit: &Permit<A>, id: AttachmentId) -> Outcome<()> {
    let sql = "update attachment set removed_at = $3 where tenant_id = $1 and id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), id, tx.now()])).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Id {
    id: AttachmentId,
}

/// Files that were removed before a moment and whose bytes are still there.
pub(crate) async fn to_purge<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    before: DateTime<Utc>,
    most: i64,
) -> Outcome<Vec<AttachmentId>> {
    let sql = "
        select a.id
        from attachment a
        where a.tenant_id = $1 and a.removed_at < $2 and a.purged_at is null
        order by a.removed_at, a.id
        limit $3";
    let rows: Vec<Id> = tx.all(Sql::new(sql, values![permit.tenant(), before, most])).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

pub(crate) async fn mark_purged<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[AttachmentId],
) -> Outcome<u64> {
    let sql = "
        update attachment
        set purged_at = $3
        where tenant_id = $1 and id = any($2::uuid[]) and removed_at is not null";
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    Ok(tx.run(Sql::new(sql, values![permit.tenant(), ids, tx.now()])).await?)
}

/// Those of these ids that have a row, removed or not.
pub(crate) async fn known<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[AttachmentId],
) -> Outcome<Vec<AttachmentId>> {
    let sql = "
        select a.id
        from attachment a
        where a.tenant_id = $1 and a.id = any($2::uuid[])";
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<Id> = tx.all(Sql::new(sql, values![permit.tenant(), ids])).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
