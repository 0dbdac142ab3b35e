//! Who decides in whose place.

use async_graphql::{Context, ID, Object};

use crate::identity::User;
use crate::ids::global;
use crate::scalars::{Date, DateTime};
use crate::session::Session;

/// Somebody who decides in another's place from a day to a day, within his own rights.
#[derive(Clone)]
pub struct ApprovalDeputy(::approvals::ApprovalDeputy);

impl From<::approvals::ApprovalDeputy> for ApprovalDeputy {
    fn from(row: ::approvals::ApprovalDeputy) -> Self {
        Self(row)
    }
}

/// Somebody who decides in another's place from a day to a day, within his own rights.
#[Object]
impl ApprovalDeputy {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Who is away.
    async fn user(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(Some(self.0.user_id)).await?)
    }

    /// Who decides for him.
    async fn deputy(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(Some(self.0.deputy_id)).await?)
    }

    /// The first day, in the tenant's time zone.
    async fn from(&self) -> Date {
        self.0.valid_from.into()
    }

    /// The last day.
    async fn to(&self) -> Date {
        self.0.valid_to.into()
    }

    /// When it was ended before its time.
    async fn ended_at(&self) -> Option<DateTime> {
        self.0.ended_at.map(Into::into)
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }
}
