//! Who is asking: tenants, users and their roles, sessions, partners' keys, single-purpose links. This context makes
//! scopes and nothing else does, but for named workers.
//!
//! Invariants: a password's hash is read by signing in only, by the cross-tenant login; refresh
//! tokens, keys and single-purpose links are kept as hashes; whatever decides rights is written together with a row of
//! `rights_change`, and what is remembered of it anywhere is forgotten within a second; somebody
//! can always manage users and roles; entries of the audit trail are sealed within seconds, and the
//! key that seals them lies outside the database.

mod acting;
mod actions;
mod commands;
mod doorkeeper;
mod keys;
mod links;
mod passwords;
mod people;
mod policy;
mod rules;
mod seals;
mod secrets;
mod sessions;
mod store;
mod tenants;
mod throttle;

pub use acting::{acting_scope, acting_scope_of};
pub use actions::{ReadAudit, ReadHistory, ReadKeys, ReadRoles, ReadUsers};
pub use commands::{
    CreateApiKey, CreateDepartment, CreateUser, DeleteRole, DepartmentChanges, Leaving, NewKey,
    RevokeApiKey, SaveRole, SaveTeam, SetApprovalLetters, SetWebOrigins, Successors,
    UpdateDepartment, UpdateUser, UserChanges, rebind_keys, see_off, successors, within_reach,
};
pub use doorkeeper::{AuthError, Authenticated, Credential, Doorkeeper};
pub use keys::rotate_keys;
pub use links::{
    LinkError, MadeLink, NewLink, keep_links_until, link_holders, link_is_used_up, make_link,
    make_links, revoke_links, use_link,
};
pub use passwords::{PasswordHash, Passwords};
pub use people::{Colleague, colleagues, teammates};
pub use rules::{RoleDraft, USUAL_DISCOUNT_LIMIT, right_named};
pub use seals::{
    AuditSeal, PublicKey, ReadSeals, SealKeys, SealedEntry, TrailFault, VerifyTrail, audit_seals,
    count_audit_seals, seal_audit, sealed_entries, trail_faults,
};
pub use sessions::{Credentials, Identity, SignOut, SignedIn};
pub use store::{
    ApiKey, AuditFilter, AuditRow, Department, OwnTenant, Role, Team, User, UserFilter, UserSort,
    WebOrigins, api_keys, api_keys_by_id, audit_by_id, audit_trail, count_api_keys,
    count_audit_trail, count_departments, count_teams, count_users, departments, departments_by_id,
    history, own_account, own_key, own_tenant, role_names, roles, teams, teams_by_id, users,
    users_by_email, users_by_id, web_origins,
};
pub use tenants::{
    ADMIN_ROLE, NewAdmin, NewTenant, Tenant, create_tenant, tenant, tenants, worker_scope,
};
