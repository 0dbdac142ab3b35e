//! The one door to PostgreSQL. A transaction belongs to a tenant from its first statement, a
//! write is a [`Command`] with its own permit, a read is a [`Reader`]'s snapshot or one quick
//! statement, and what crosses tenants goes through [`Db::system`] with a named [`Reason`].
//!
//! Invariants: no other crate opens a connection; a connection whose statement was cut off half
//! way never returns to a pool; audit and outbox rows are written in the transaction that they
//! tell of.

mod apart;
mod audit;
mod command;
mod connections;
mod discrepancy;
mod fault;
mod idempotency;
mod json;
mod lease;
mod logins;
mod migrate;
mod numbers;
mod outbox;
mod pools;
mod quick;
mod reader;
mod sequencer;
mod sql;
mod system;
mod tx;

pub use apart::apart;
pub use audit::AuditEntry;
pub use command::{Answer, Command, Idempotency, Looked};
pub use discrepancy::Discrepancy;
pub use fault::{CommandError, Fault, Outcome, on_constraint};
pub use json::Json;
pub use logins::{LoginError, Logins};
pub use migrate::{Migration, migrate, pending};
pub use numbers::Series;
pub use outbox::{Event, EventDraft};
pub use pools::{AfterCommit, Db, DbConfig};
pub use quick::Quick;
pub use reader::{ReadPool, Reader};
pub use sequencer::Sequencer;
pub use sql::Sql;
pub use system::{Reason, SystemTx};
pub use tx::TenantTx;

pub use sea_orm::{FromQueryResult, Value};
