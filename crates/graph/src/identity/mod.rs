//! Who is asking and where: the viewer, users, departments, teams, roles, partners' keys, the
//! audit trail, and signing in.

mod keys;
mod people;
mod roles;
mod seals;
mod sign_in;
mod trail;
mod users;
mod viewer;
mod web_origins;

pub use keys::ApiKey;
pub use people::{Department, Team};
pub(crate) use trail::histories;
pub use trail::{AuditEntry, history};
pub use users::User;
pub use viewer::{Reach, Tenant, Viewer};

use async_graphql::{Context, Enum, MaybeUndefined, MergedObject, Object};
use db::{CommandError, Outcome};

use crate::errors::Failure;
use crate::session::Session;
use crate::user_error::UserError;

/// Queries about who is asking.
#[derive(Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// Whoever is asking.
    async fn viewer(&self, ctx: &Context<'_>) -> async_graphql::Result<Viewer> {
        Session::of(ctx)?.scope()?;
        Ok(Viewer)
    }
}

/// Queries of this context.
#[derive(MergedObject, Default)]
pub struct IdentityQuery(
    ViewerQuery,
    users::UserQuery,
    people::PeopleQuery,
    roles::RoleQuery,
    keys::KeyQuery,
    trail::TrailQuery,
    seals::SealQuery,
);

/// Mutations of this context.
#[derive(MergedObject, Default)]
pub struct IdentityMutation(
    sign_in::SignInMutation,
    users::UserMutation,
    people::PeopleMutation,
    roles::RoleMutation,
    keys::KeyMutation,
    web_origins::WebOriginsMutation,
);

/// A language of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "kernel::Language")]
pub enum Language {
    /// English.
    En,
    /// Russian.
    Ru,
}

/// A field of an update: left out, null, or a value.
pub(crate) fn change<T, U>(field: MaybeUndefined<T>, into: impl Fn(T) -> U) -> Option<Option<U>> {
    match field {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(into(value))),
    }
}

/// Splits what something besides a command answered: a refusal is for the payload.
fn told<T>(session: &Session, answer: Outcome<T>) -> Result<(Option<T>, Vec<UserError>), Failure> {
    match answer {
        Ok(value) => Ok((Some(value), Vec::new())),
        Err(CommandError::Refused(refusal)) => {
            Ok((None, vec![UserError::of(&refusal, session.language())]))
        }
        Err(other) => Err(other.into()),
    }
}
