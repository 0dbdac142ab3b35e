//! Seals of the audit trail. Entries are hashed in batches into signed seals, each of which names
//! the one before. The key lies outside the database: who can change rows there cannot seal them
//! anew, and what he changed, removed, added or put in another order is found.
//!
//! What seals cannot show: an entry changed in the seconds before it was sealed.

mod actions;
mod keys;
mod sealer;
mod store;
mod verify;

pub use actions::{
    AuditSeal, ReadSeals, SealedEntry, audit_seals, count_audit_seals, sealed_entries,
};
pub use keys::{PublicKey, SealKeys};
pub use sealer::seal_audit;
pub use verify::{TrailFault, VerifyTrail, trail_faults};
