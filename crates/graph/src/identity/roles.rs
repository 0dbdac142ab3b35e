//! Roles.

use access::Right;
use async_graphql::{Context, InputObject, Object, SimpleObject};
use identity::{DeleteRole, ReadRoles, RoleDraft, SaveRole, right_named};
use kernel::{Page, PageRequest, Position, Uuid};

use super::Reach;
use super::users::percent;
use super::viewer::GrantedRight;
use crate::errors::Failure;
use crate::idempotency::mutate;
use crate::paging::{self, Connection};
use crate::scalars::Decimal;
use crate::session::Session;
use crate::user_error::UserError;

/// A role users can have: those of the start, and those the tenant has made.
#[derive(Clone)]
pub struct Role(identity::Role);

/// A role users can have: those of the start, and those the tenant has made.
#[Object]
impl Role {
    /// Its name, for programs; unique in the tenant.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its name, for people.
    async fn title(&self, ctx: &Context<'_>) -> async_graphql::Result<&str> {
        Ok(self.0.title.get(Session::of(ctx)?.language()))
    }

    /// Whether the tenant made it, perhaps in place of one of the start.
    async fn own(&self) -> bool {
        self.0.is_own
    }

    /// The names of roles whose rights it takes in.
    async fn includes(&self) -> &[String] {
        &self.0.includes
    }

    /// All its rights, those of the roles it takes in among them.
    async fn rights(&self) -> Vec<GrantedRight> {
        self.0.rights.iter().map(|(right, reach)| GrantedRight::of(*right, *reach)).collect()
    }

    /// The largest discount, percent, that who has the role gives without asking, where he has no
    /// limit of his own; of several roles the largest counts. Null: the role sets none.
    async fn max_discount(&self) -> Option<Decimal> {
        self.0.max_discount.map(|percent| Decimal(percent.normalize()))
    }

    /// Grows with each change; null for a role of the start.
    async fn version(&self) -> Option<i32> {
        self.0.version
    }
}

/// A right that a role can hold.
#[derive(Clone, SimpleObject)]
pub struct KnownRight {
    /// What it is about, such as `order`.
    object: &'static str,
    /// What may be done, such as `read`.
    act: &'static str,
    /// What it allows, in English.
    meaning: &'static str,
}

/// Queries of roles.
#[derive(Default)]
pub struct RoleQuery;

async fn all(session: &Session) -> Result<Vec<identity::Role>, Failure> {
    let permit = session.permit::<ReadRoles>()?;
    Ok(identity::roles(&*session.tx().await?, &permit).await?)
}

#[Object]
impl RoleQuery {
    /// The tenant's roles, by name.
    async fn roles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Role>> {
        let session = Session::of(ctx)?;
        let page = paging::request(first, after.as_deref(), last, before.as_deref(), "NAME")?;
        let roles = all(session).await?;
        Ok(Connection::of(cut(roles, &page), Role).counted(|session| async move {
            Ok(i64::try_from(all(&session).await?.len()).unwrap_or(i64::MAX))
        }))
    }

    /// Every right there is, for those who make roles.
    async fn known_rights(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<KnownRight>> {
        Session::of(ctx)?.permit::<ReadRoles>()?;
        let known = |right: &Right| KnownRight {
            object: right.object(),
            act: right.act(),
            meaning: right.meaning(),
        };
        Ok(Right::ALL.iter().map(known).collect())
    }
}

/// A page of a list that is short and in memory.
fn cut(roles: Vec<identity::Role>, page: &PageRequest) -> Page<identity::Role> {
    let key = |position: &Option<Position>| position.as_ref().and_then(|place| place.key.clone());
    let (after, before) = (key(&page.after), key(&page.before));
    let mut rows: Vec<_> = roles
        .into_iter()
        .filter(|role| after.as_ref().is_none_or(|key| role.name > *key))
        .filter(|role| before.as_ref().is_none_or(|key| role.name < *key))
        .map(|role| {
            let key = Some(role.name.clone());
            (Position { order: "NAME".into(), key, id: Uuid::nil() }, role)
        })
        .collect();
    if page.backward {
        rows.reverse();
    }
    rows.truncate(page.limit as usize + 1);
    Page::of(rows, page)
}

/// A right with its reach.
#[derive(InputObject)]
pub struct RightInput {
    /// What it is about, such as `order`.
    object: String,
    /// What may be done, such as `read`.
    act: String,
    /// Whose records it reaches.
    reach: Reach,
}

/// A role as it is to be.
#[derive(InputObject)]
pub struct SaveRoleInput {
    /// Its name, for programs. One of the start's names replaces that role in the tenant.
    name: String,
    /// The version that was read; null makes the role.
    version: Option<i32>,
    /// Its name, for people.
    title: String,
    /// The names of roles whose rights it takes in.
    #[graphql(default)]
    includes: Vec<String>,
    /// Its own rights.
    #[graphql(default)]
    rights: Vec<RightInput>,
    /// The largest discount, percent, that who has the role gives without asking, where he has no
    /// limit of his own; null: the role sets none.
    max_discount: Option<Decimal>,
    /// Does the work once, however often it is sent.
    idempotency_key: Option<String>,
}

/// What `saveRole` answers.
#[derive(SimpleObject)]
pub struct SaveRolePayload {
    /// The role as it is now.
    role: Option<Role>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// A role to be removed.
#[derive(InputObject)]
pub struct DeleteRoleInput {
    /// Its name.
    name: String,
    /// The version that was read.
    version: i32,
    /// Does the work once, however often it is sent.
    idempotency_key: Option<String>,
}

/// What `deleteRole` answers.
#[derive(SimpleObject)]
pub struct DeleteRolePayload {
    /// The name of the role that is gone.
    deleted_name: Option<String>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// Mutations of roles.
#[derive(Default)]
pub struct RoleMutation;

#[Object]
impl RoleMutation {
    /// Makes a role of the tenant's own, or changes one. Holds for everybody who has it within a
    /// second.
    async fn save_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role as it is to be.")] input: SaveRoleInput,
    ) -> async_graphql::Result<SaveRolePayload> {
        let rights = input
            .rights
            .into_iter()
            .map(|given| match right_named(&given.object, &given.act) {
                Some(right) => Ok((right, given.reach.into())),
                None => Err(unknown_right(&given)),
            })
            .collect::<Result<_, _>>()?;
        let role = RoleDraft {
            name: input.name,
            title: input.title,
            includes: input.includes,
            rights,
            max_discount: input.max_discount.map(percent).transpose()?,
        };
        let command = SaveRole { role, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let role = match done.output {
            Some(name) => all(Session::of(ctx)?).await?.into_iter().find(|role| role.name == name),
            None => None,
        };
        Ok(SaveRolePayload { role: role.map(Role), user_errors: done.user_errors })
    }

    /// Removes a role of the tenant's own that nobody has. One that replaced a role of the start
    /// gives way to it.
    async fn delete_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role.")] input: DeleteRoleInput,
    ) -> async_graphql::Result<DeleteRolePayload> {
        let command = DeleteRole { name: input.name, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        Ok(DeleteRolePayload { deleted_name: done.output, user_errors: done.user_errors })
    }
}

fn unknown_right(given: &RightInput) -> Failure {
    let name = format!("{}.{}", given.object, given.act);
    Failure::bad_input(format!("there is no right {name:?}"), format!("нет права «{name}»"))
}

#[cfg(test)]
mod tests {
    use kernel::Text;

    use super::*;

    #[test]
    fn a_list_in_memory_is_paged_both_ways() {
        let role = |name: &str| identity::Role {
            name: name.into(),
            title: Text::new(name, name),
            is_own: false,
            includes: vec![],
            rights: vec![],
            max_discount: None,
            version: None,
        };
        let roles = || ["a", "b", "c", "d"].map(role).to_vec();
        let at = |key: &str| {
            Some(Position { order: "NAME".into(), key: Some(key.into()), id: Uuid::nil() })
        };
        for (backward, after, before, expected) in [
            (false, None, None, "ab +"),
            (false, at("b"), None, "cd -"),
            (false, at("c"), None, "d -"),
            (true, None, None, "cd -"),
            (true, None, at("c"), "ab +"),
        ] {
            let page = cut(roles(), &PageRequest { limit: 2, backward, after, before });
            let names: String = page.rows.iter().map(|(_, role)| role.name.as_str()).collect();
            let found = format!(
                "{names} {}{}",
                if page.has_previous { "-" } else { "" },
                if page.has_next { "+" } else { "" }
            );
            assert_eq!(found, expected);
        }
    }
}
