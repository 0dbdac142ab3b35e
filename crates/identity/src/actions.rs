//! What can be read here, each with its right.

use access::{Action, Right};

macro_rules! reads {
    ($($(#[doc = $doc:literal])+ $name:ident = $right:ident),* $(,)?) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Action for $name {
            const RIGHT: Right = Right::$right;
        }
    )*};
}

reads! {
    /// See users, departments and teams.
    ReadUsers = UserRead,
    /// See roles and their rights.
    ReadRoles = RoleRead,
    /// See API keys.
    ReadKeys = KeyRead,
    /// Search the audit trail and see what was changed.
    ReadAudit = AuditRead,
    /// See who did what, and when, to a record one can see.
    ReadHistory = EventRead,
}
