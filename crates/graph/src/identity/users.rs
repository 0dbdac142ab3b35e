//! Users.

use std::collections::HashMap;

use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use identity::{CreateUser, ReadUsers, SetApprovalLetters, UpdateUser, UserChanges};
use kernel::{DepartmentId, Percent, UserId};

use super::people::Department;
use super::trail::{AuditEntry, history};
use super::{Language, change, told};
use crate::errors::Failure;
use crate::idempotency::mutate;
use crate::ids::{GlobalId, global};
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::{self, COUNT_CAP, Connection, OrderDirection};
use crate::scalars::{DateTime, Decimal};
use crate::session::Session;
use crate::user_error::UserError;

/// A person who signs in to the tenant.
#[derive(Clone)]
pub struct User(pub(super) identity::User);

/// A person who signs in to the tenant.
#[Object]
impl User {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// The address he signs in with; unique in the tenant.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// His name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The language of messages to him.
    async fn language(&self) -> Language {
        if self.0.language == "en" { Language::En } else { Language::Ru }
    }

    /// Whether he gets letters about approvals that wait for him, each with a link through which he
    /// decides; where the program has a mail server.
    async fn approval_letters(&self) -> bool {
        self.0.approval_letters
    }

    /// The names of his roles.
    async fn roles(&self) -> &[String] {
        &self.0.roles
    }

    /// Where he works.
    async fn department(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Department>> {
        match self.0.department_id {
            Some(id) => Ok(Session::of(ctx)?.load(id).await?),
            None => Ok(None),
        }
    }

    /// The largest discount he gives without asking, percent; null: none of his own.
    async fn max_discount(&self) -> Option<Decimal> {
        self.0.max_discount.map(|percent| Decimal(percent.normalize()))
    }

    /// The largest discount he gives without asking, percent: his own limit, else the largest of
    /// his roles'; null where neither is set, and the usual one holds.
    async fn discount_limit(&self) -> Option<Decimal> {
        self.0.discount_limit.map(|percent| Decimal(percent.normalize()))
    }

    /// Whether he may sign in.
    async fn active(&self) -> bool {
        self.0.active
    }

    /// His key in another system; unique in the tenant.
    async fn external_reference(&self) -> Option<&str> {
        self.0.external_reference.as_deref()
    }

    /// Grows with each change; an update names the version it has read.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When he was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When he was changed last.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }

    /// Who did what to this record, newest first, at most 100 entries.
    async fn history(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AuditEntry>> {
        Ok(history(Session::of(ctx)?, self.0.id).await?)
    }
}

impl Load<UserId> for Loaders {
    type Value = User;

    async fn load(&self, keys: &[UserId]) -> Loaded<UserId, User> {
        let permit = self.permit::<ReadUsers>()?;
        let found = identity::users_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, User(row))).collect::<HashMap<_, _>>())
    }
}

/// Which users; all conditions hold at once.
#[derive(Clone, Debug, Default, InputObject)]
pub struct UserFilter {
    /// Those who may sign in, or those who may not.
    active: Option<bool>,
    /// Those who have this role.
    role: Option<String>,
    /// Those of this department itself, not of those below it.
    department_id: Option<GlobalId<DepartmentId>>,
    /// The one with this address.
    email: Option<String>,
    /// The one with this key in another system.
    external_reference: Option<String>,
}

/// What users are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "identity::UserSort")]
pub enum UserOrderField {
    /// By name.
    Name,
    /// By address.
    Email,
    /// By the time they were made.
    Created,
}

/// The order of users; their id breaks ties.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct UserOrder {
    /// By what.
    field: UserOrderField,
    /// Which way.
    #[graphql(default_with = "OrderDirection::Asc")]
    direction: OrderDirection,
}

/// Queries of users.
#[derive(Default)]
pub struct UserQuery;

#[Object]
impl UserQuery {
    /// The tenant's users, by name where no order is given.
    #[expect(clippy::too_many_arguments, reason = "a Relay connection with filter and order")]
    async fn users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<UserFilter>,
        #[graphql(desc = "The order.")] order_by: Option<UserOrder>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<User>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadUsers>()?;
        let filter = filter.unwrap_or_default();
        let filter = identity::UserFilter {
            active: filter.active,
            role: filter.role,
            department: filter.department_id.map(|id| id.0),
            email: filter.email,
            external_reference: filter.external_reference,
        };
        let (sort, direction) = match order_by {
            Some(order) => (order.field.into(), order.direction.into()),
            None => (identity::UserSort::Name, kernel::Direction::Asc),
        };
        let page = paging::request(first, after.as_deref(), last, before.as_deref(), sort.name())?;
        let tx = session.tx().await?;
        let rows = identity::users(&tx, &permit, &filter, sort, direction, &page).await?;
        Ok(Connection::of(rows, User).counted(move |session| {
            let (permit, filter) = (permit.clone(), filter.clone());
            async move {
                let tx = session.tx().await?;
                Ok(identity::count_users(&tx, &permit, &filter, COUNT_CAP + 1).await?)
            }
        }))
    }
}

/// A new user.
#[derive(InputObject)]
pub struct CreateUserInput {
    /// The address he signs in with; unique in the tenant.
    email: String,
    /// His name.
    name: String,
    /// His password: 8 characters or more.
    password: String,
    /// The names of his roles.
    #[graphql(default)]
    roles: Vec<String>,
    /// The language of messages to him; Russian where none is given.
    language: Option<Language>,
    /// Where he works.
    department_id: Option<GlobalId<DepartmentId>>,
    /// The largest discount he gives without asking, percent.
    max_discount: Option<Decimal>,
    /// His key in another system; unique in the tenant.
    external_reference: Option<String>,
}

/// What `createUser` answers.
#[derive(SimpleObject)]
pub struct CreateUserPayload {
    /// The new user.
    user: Option<User>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// Changes of a user; what is left out stays.
#[derive(InputObject)]
pub struct UpdateUserInput {
    /// Whom.
    id: GlobalId<UserId>,
    /// The version that was read.
    version: i32,
    /// His name.
    name: Option<String>,
    /// The language of messages to him.
    language: Option<Language>,
    /// Whether he gets letters about approvals that wait for him.
    approval_letters: Option<bool>,
    /// The names of all his roles from now on.
    roles: Option<Vec<String>>,
    /// Where he works; null: nowhere.
    department_id: MaybeUndefined<GlobalId<DepartmentId>>,
    /// The largest discount he gives without asking, percent; null: none of his own.
    max_discount: MaybeUndefined<Decimal>,
    /// Whether he may sign in; his sessions end where he may not.
    active: Option<bool>,
    /// A new password; all his sessions end.
    password: Option<String>,
    /// His key in another system; null: none.
    external_reference: MaybeUndefined<String>,
}

/// What `updateUser` answers.
#[derive(SimpleObject)]
pub struct UpdateUserPayload {
    /// The user as he is now.
    user: Option<User>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// Whether the caller wants letters about approvals.
#[derive(InputObject)]
pub struct SetApprovalLettersInput {
    /// Whether he gets them.
    wanted: bool,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// What `setApprovalLetters` answers.
#[derive(SimpleObject)]
pub struct SetApprovalLettersPayload {
    /// The caller as he is now.
    user: Option<User>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// Mutations of users.
#[derive(Default)]
pub struct UserMutation;

#[Object]
impl UserMutation {
    /// Makes a user who may sign in at once. Takes no idempotency key, since it takes a
    /// password; a repeat is refused by the address. Who may not write roles gives only rights
    /// that he has himself.
    async fn create_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user.")] input: CreateUserInput,
    ) -> async_graphql::Result<CreateUserPayload> {
        let session = Session::of(ctx)?;
        session.permit::<CreateUser>()?;
        let passwords = session.identity()?.passwords();
        let hash = passwords.hash(&input.password, &input.email).await;
        let (password, user_errors) = told(session, hash)?;
        let Some(password) = password else {
            return Ok(CreateUserPayload { user: None, user_errors });
        };
        let command = CreateUser {
            email: input.email,
            name: input.name,
            password,
            language: input.language.map_or(kernel::Language::Ru, Into::into),
            roles: input.roles,
            department: input.department_id.map(|id| id.0),
            max_discount: input.max_discount.map(percent).transpose()?,
            external_reference: input.external_reference,
        };
        let done = mutate(ctx, command, None).await?;
        let user = session.load_made(done.output).await?;
        Ok(CreateUserPayload { user, user_errors: done.user_errors })
    }

    /// Changes a user: what is left out stays. Somebody must always be left who manages users
    /// and roles.
    async fn update_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes.")] input: UpdateUserInput,
    ) -> async_graphql::Result<UpdateUserPayload> {
        let session = Session::of(ctx)?;
        session.permit::<UpdateUser>()?;
        let password = match &input.password {
            None => None,
            Some(password) => {
                let user = session.load(input.id.0).await?.ok_or_else(Failure::not_found)?;
                let passwords = session.identity()?.passwords();
                let hash = passwords.hash(password, &user.0.email).await;
                let (hash, user_errors) = told(session, hash)?;
                if hash.is_none() {
                    return Ok(UpdateUserPayload { user: None, user_errors });
                }
                hash
            }
        };
        let max_discount = match input.max_discount {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(value) => Some(Some(percent(value)?)),
        };
        let changes = UserChanges {
            name: input.name,
            language: input.language.map(Into::into),
            approval_letters: input.approval_letters,
            roles: input.roles,
            department: change(input.department_id, |id| id.0),
            max_discount,
            active: input.active,
            password,
            external_reference: change(input.external_reference, |text| text),
        };
        let command = UpdateUser { user: input.id.0, version: input.version, changes };
        let done = mutate(ctx, command, None).await?;
        let user = session.load_made(done.output).await?;
        Ok(UpdateUserPayload { user, user_errors: done.user_errors })
    }

    /// Switches the caller's letters about approvals that wait for him off, or on again. Links in
    /// letters that he has got stay good. Needs the right `approval.decide`.
    async fn set_approval_letters(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whether he wants them.")] input: SetApprovalLettersInput,
    ) -> async_graphql::Result<SetApprovalLettersPayload> {
        let command = SetApprovalLetters { wanted: input.wanted };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let user = Session::of(ctx)?.load_made(done.output).await?;
        Ok(SetApprovalLettersPayload { user, user_errors: done.user_errors })
    }
}

/// A percentage that a column can hold.
pub(super) fn percent(value: Decimal) -> Result<Percent, Failure> {
    Percent::new(value.0).map_err(|_| {
        Failure::bad_input(
            "a percentage has at most 4 decimal places",
            "в процентах не больше 4 знаков после запятой",
        )
    })
}
