//! The audit trail, whole and by record.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Json, Object};
use identity::{AuditRow, ReadAudit, ReadHistory};
use kernel::{ApiKeyId, AuditId, UserId, Uuid};
use serde_json::Value;

use super::keys::ApiKey;
use super::users::User;
use crate::custom::without_hidden;
use crate::errors::Failure;
use crate::ids::{AnyId, encode, global};
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::{self, COUNT_CAP, Connection};
use crate::scalars::DateTime;
use crate::session::Session;

/// Who did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ActorKind {
    /// A person.
    User,
    /// A partner's program.
    Key,
    /// A part of this program.
    Worker,
    /// Whoever holds a single-purpose link, such as the client to whom a quote was sent.
    Link,
}

impl ActorKind {
    fn code(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Key => "key",
            Self::Worker => "worker",
            Self::Link => "link",
        }
    }
}

/// The global id of the entry with this number.
pub(super) fn entry_id(number: i64) -> ID {
    global(AuditId::from(Uuid::from_u128(u128::try_from(number).unwrap_or_default())))
}

/// One thing that somebody did to a record. Entries are never changed or removed.
#[derive(Clone)]
pub struct AuditEntry(Arc<AuditRow>);

/// One thing that somebody did to a record. Entries are never changed or removed.
#[Object]
impl AuditEntry {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id())
    }

    /// Its number in the audit trail, by which seals name it.
    async fn number(&self) -> i64 {
        self.0.number()
    }

    /// When.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.0.recorded_at)
    }

    /// What was done, named as the mutation: `confirmSalesOrder`.
    async fn action(&self) -> &str {
        &self.0.action
    }

    /// The type of the record: `SalesOrder`.
    async fn subject_type(&self) -> &str {
        &self.0.subject_kind
    }

    /// The global id of the record.
    async fn subject_id(&self) -> ID {
        ID(encode(&self.0.subject_kind, self.0.subject_id))
    }

    /// Whether a person did it, a partner's program, whoever holds a link, or this program.
    async fn actor_kind(&self) -> ActorKind {
        match self.0.actor_kind.as_str() {
            "user" => ActorKind::User,
            "key" => ActorKind::Key,
            "link" => ActorKind::Link,
            _ => ActorKind::Worker,
        }
    }

    /// The person who did it, or in whose name it was done through a link that was given to him.
    async fn user(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        let user = match self.0.actor_kind.as_str() {
            "user" => Some(UserId(self.0.actor_id)),
            "link" => self.0.link_user,
            _ => None,
        };
        match user {
            Some(user) => Ok(Session::of(ctx)?.load(user).await?),
            None => Ok(None),
        }
    }

    /// The partner's key that did it.
    async fn api_key(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ApiKey>> {
        if self.0.actor_kind != "key" {
            return Ok(None);
        }
        Ok(Session::of(ctx)?.load(ApiKeyId(self.0.actor_id)).await?)
    }

    /// The part of this program that did it.
    async fn worker(&self) -> Option<&str> {
        let label = Some(self.0.actor_label.as_str()).filter(|label| !label.is_empty());
        label.filter(|_| self.0.actor_kind == "worker")
    }

    /// What changed: fields with what they were and are, or the facts of a posting. For those who
    /// may read the audit trail, since it may hold cost and prices; custom fields only for who sees
    /// them. Null where the caller may not read the entries of who did it.
    async fn changes(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Json<Value>>> {
        let session = Session::of(ctx)?;
        if !self.0.is_within(&session.permit::<ReadAudit>()?) {
            return Ok(None);
        }
        let shown = without_hidden(session, &self.0.subject_kind, &self.0.changes).await?;
        Ok(Some(Json(shown)))
    }
}

impl Load<AuditId> for Loaders {
    type Value = AuditEntry;

    async fn load(&self, keys: &[AuditId]) -> Loaded<AuditId, AuditEntry> {
        let permit = self.permit::<ReadAudit>()?;
        let found = identity::audit_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect::<HashMap<_, _>>())
    }
}

/// The history of a record, as a key to load by.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct HistoryOf(Uuid);

impl Load<HistoryOf> for Loaders {
    type Value = Vec<AuditEntry>;

    async fn load(&self, keys: &[HistoryOf]) -> Loaded<HistoryOf, Vec<AuditEntry>> {
        let permit = self.permit::<ReadHistory>()?;
        let subjects: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let found = identity::history(&*self.tx().await?, &permit, &subjects).await?;
        let entries = |rows: Vec<AuditRow>| rows.into_iter().map(Into::into).collect();
        Ok(found.into_iter().map(|(id, rows)| (HistoryOf(id), entries(rows))).collect())
    }
}

/// Who did what to a record, newest first, at most 100 entries: for the `history` field of any
/// type. Whoever holds the object may see the record.
///
/// # Errors
/// FORBIDDEN for callers without the tenant's events, and faults.
pub async fn history(session: &Session, id: impl Into<Uuid>) -> Result<Vec<AuditEntry>, Failure> {
    Ok(session.load(HistoryOf(id.into())).await?.unwrap_or_default())
}

/// Who did what to each of these records, newest first, at most 100 entries of each, in one read.
/// Whoever asks has seen the records; nothing for who receives no events.
///
/// # Errors
/// Faults.
pub(crate) async fn histories(
    session: &Session,
    records: Vec<Uuid>,
) -> Result<Vec<AuditEntry>, Failure> {
    match session.load_all(records.into_iter().map(HistoryOf).collect()).await {
        Err(failure) if failure.is_forbidden() => Ok(Vec::new()),
        found => Ok(found?.into_iter().flatten().flatten().collect()),
    }
}

impl From<AuditRow> for AuditEntry {
    fn from(row: AuditRow) -> Self {
        Self(Arc::new(row))
    }
}

impl AuditEntry {
    /// As it was read.
    pub(crate) fn row(&self) -> &AuditRow {
        &self.0
    }
}

/// Which entries; all conditions hold at once.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AuditFilter {
    /// About this record.
    subject_id: Option<AnyId>,
    /// By this user or key.
    actor_id: Option<AnyId>,
    /// About records of this type: `SalesOrder`, `User`, `Role`, `UserSession`.
    subject_type: Option<String>,
    /// By people, partners' programs or this program itself.
    actor_kind: Option<ActorKind>,
    /// Of this kind, named as the mutation: `confirmSalesOrder`.
    action: Option<String>,
    /// Not before this moment.
    from: Option<DateTime>,
    /// Before this moment.
    to: Option<DateTime>,
    /// Where this field changed, as `changes` names it: `creditLimit`. Custom fields are found by
    /// their record. Needs `subjectId`, or `from` and `to` at most 31 days apart.
    field: Option<String>,
    /// Where this text stands in what changed, custom fields aside, whatever its letters' case; of
    /// `field` alone where that is given. Needs what `field` needs.
    text: Option<String>,
}

/// How far a text is looked for, where no record is named.
const LONGEST_SEARCH_DAYS: i64 = 31;
/// Letters of what is looked for, at most.
const LONGEST_TEXT: usize = 200;

impl AuditFilter {
    /// What is in no index is looked for in a record's entries or in a month's.
    fn checked(self) -> Result<identity::AuditFilter, Failure> {
        let looks = self.field.is_some() || self.text.is_some();
        let month = chrono::Duration::days(LONGEST_SEARCH_DAYS);
        let is_bounded = self.subject_id.is_some()
            || matches!((&self.from, &self.to), (Some(from), Some(to)) if to.0 - from.0 <= month);
        if looks && !is_bounded {
            return Err(Failure::bad_input(
                "field and text need subjectId, or from and to at most 31 days apart",
                "для field и text нужны subjectId либо from и to не дальше 31 дня друг от друга",
            ));
        }
        let is_long = |text: &Option<String>| {
            text.as_ref().is_some_and(|text| text.chars().count() > LONGEST_TEXT)
        };
        if is_long(&self.field) || is_long(&self.text) {
            return Err(Failure::bad_input(
                "field and text have at most 200 letters",
                "в field и text не больше 200 знаков",
            ));
        }
        Ok(identity::AuditFilter {
            subject: self.subject_id.map(|id| id.uuid),
            subject_kind: self.subject_type,
            actor: self.actor_id.map(|id| id.uuid),
            actor_kind: self.actor_kind.map(ActorKind::code),
            action: self.action,
            from: self.from.map(|at| at.0),
            to: self.to.map(|at| at.0),
            field: self.field,
            text: self.text,
        })
    }
}

/// Queries of the audit trail.
#[derive(Default)]
pub struct TrailQuery;

#[Object]
impl TrailQuery {
    /// Who did what in the tenant, newest first.
    async fn audit_trail(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<AuditFilter>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<AuditEntry>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadAudit>()?;
        let filter = filter.unwrap_or_default().checked()?;
        let page = paging::request(first, after.as_deref(), last, before.as_deref(), "NEWEST")?;
        let rows = identity::audit_trail(&*session.tx().await?, &permit, &filter, &page).await?;
        Ok(Connection::of(rows, AuditEntry::from).counted(move |session| {
            let (permit, filter) = (permit.clone(), filter.clone());
            async move {
                let tx = session.tx().await?;
                Ok(identity::count_audit_trail(&tx, &permit, &filter, COUNT_CAP + 1).await?)
            }
        }))
    }
}
