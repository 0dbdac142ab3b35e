//! Departments and teams.

use std::collections::HashMap;

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use identity::{CreateDepartment, DepartmentChanges, ReadUsers, SaveTeam, UpdateDepartment};
use kernel::{DepartmentId, TeamId, UserId};

use super::change;
use super::users::User;
use crate::errors::Failure;
use crate::idempotency::mutate;
use crate::ids::{GlobalId, global};
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::{self, COUNT_CAP, Connection};
use crate::scalars::DateTime;
use crate::session::Session;
use crate::user_error::UserError;

/// A node of the tenant's tree of departments: a dimension of reports.
#[derive(Clone)]
pub struct Department(identity::Department);

/// A node of the tenant's tree of departments: a dimension of reports.
#[Object]
impl Department {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Its name; unique in the tenant.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it belongs to; null at the top.
    async fn parent(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Department>> {
        match self.0.parent_id {
            Some(id) => Ok(Session::of(ctx)?.load(id).await?),
            None => Ok(None),
        }
    }

    /// Grows with each change; an update names the version it has read.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}

impl Load<DepartmentId> for Loaders {
    type Value = Department;

    async fn load(&self, keys: &[DepartmentId]) -> Loaded<DepartmentId, Department> {
        let permit = self.permit::<ReadUsers>()?;
        let found = identity::departments_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, Department(row))).collect::<HashMap<_, _>>())
    }
}

/// Managers with a head. The reach TEAM of a right means the records of everybody in the teams
/// one heads or belongs to.
#[derive(Clone)]
pub struct Team(identity::Team);

/// Managers with a head. The reach TEAM of a right means the records of everybody in the teams
/// one heads or belongs to.
#[Object]
impl Team {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Its name; unique in the tenant.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Who heads it.
    async fn head(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load(self.0.head_id).await?)
    }

    /// Everybody else in it.
    async fn members(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<User>> {
        let ids = self.0.members.iter().copied().map(UserId).collect();
        let found = Session::of(ctx)?.load_all(ids).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Grows with each change; an update names the version it has read.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}

impl Load<TeamId> for Loaders {
    type Value = Team;

    async fn load(&self, keys: &[TeamId]) -> Loaded<TeamId, Team> {
        let permit = self.permit::<ReadUsers>()?;
        let found = identity::teams_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, Team(row))).collect::<HashMap<_, _>>())
    }
}

/// Queries of departments and teams.
#[derive(Default)]
pub struct PeopleQuery;

#[Object]
impl PeopleQuery {
    /// The tenant's departments, by name.
    async fn departments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Department>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadUsers>()?;
        let page = paging::request(first, after.as_deref(), last, before.as_deref(), "NAME")?;
        let rows = identity::departments(&*session.tx().await?, &permit, &page).await?;
        Ok(Connection::of(rows, Department).counted(move |session| {
            let permit = permit.clone();
            async move {
                let tx = session.tx().await?;
                Ok(identity::count_departments(&tx, &permit, COUNT_CAP + 1).await?)
            }
        }))
    }

    /// The tenant's teams, by name.
    async fn teams(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Team>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadUsers>()?;
        let page = paging::request(first, after.as_deref(), last, before.as_deref(), "NAME")?;
        let rows = identity::teams(&*session.tx().await?, &permit, &page).await?;
        Ok(Connection::of(rows, Team).counted(move |session| {
            let permit = permit.clone();
            async move {
                let tx = session.tx().await?;
                Ok(identity::count_teams(&tx, &permit, COUNT_CAP + 1).await?)
            }
        }))
    }
}

/// A new department.
#[derive(InputObject)]
pub struct CreateDepartmentInput {
    /// Its name; unique in the tenant.
    name: String,
    /// What it belongs to.
    parent_id: Option<GlobalId<DepartmentId>>,
    /// Does the work once, however often it is sent.
    idempotency_key: Option<String>,
}

/// Changes of a department; what is left out stays.
#[derive(InputObject)]
pub struct UpdateDepartmentInput {
    /// Which.
    id: GlobalId<DepartmentId>,
    /// The version that was read.
    version: i32,
    /// Its name.
    name: Option<String>,
    /// What it belongs to; null: nothing. Never itself or one below it.
    parent_id: MaybeUndefined<GlobalId<DepartmentId>>,
    /// Does the work once, however often it is sent.
    idempotency_key: Option<String>,
}

/// What `createDepartment` answers.
#[derive(SimpleObject)]
pub struct CreateDepartmentPayload {
    /// The new department.
    department: Option<Department>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// What `updateDepartment` answers.
#[derive(SimpleObject)]
pub struct UpdateDepartmentPayload {
    /// The department as it is now.
    department: Option<Department>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// A team as it is to be.
#[derive(InputObject)]
pub struct SaveTeamInput {
    /// Which; null makes one.
    id: Option<GlobalId<TeamId>>,
    /// The version that was read; needed with an id.
    version: Option<i32>,
    /// Its name; unique in the tenant.
    name: String,
    /// Who heads it.
    head_id: GlobalId<UserId>,
    /// Everybody else in it, at most 500.
    #[graphql(default)]
    member_ids: Vec<GlobalId<UserId>>,
    /// Does the work once, however often it is sent.
    idempotency_key: Option<String>,
}

/// What `saveTeam` answers.
#[derive(SimpleObject)]
pub struct SaveTeamPayload {
    /// The team as it is now.
    team: Option<Team>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// Mutations of departments and teams.
#[derive(Default)]
pub struct PeopleMutation;

#[Object]
impl PeopleMutation {
    /// Makes a department.
    async fn create_department(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The department.")] input: CreateDepartmentInput,
    ) -> async_graphql::Result<CreateDepartmentPayload> {
        let parent = input.parent_id.map(|id| id.0);
        let command = CreateDepartment { name: input.name, parent };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let department = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreateDepartmentPayload { department, user_errors: done.user_errors })
    }

    /// Changes a department.
    async fn update_department(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes.")] input: UpdateDepartmentInput,
    ) -> async_graphql::Result<UpdateDepartmentPayload> {
        let changes =
            DepartmentChanges { name: input.name, parent: change(input.parent_id, |id| id.0) };
        let (department, version) = (input.id.0, input.version);
        let command = UpdateDepartment { department, version, changes };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let department = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdateDepartmentPayload { department, user_errors: done.user_errors })
    }

    /// Makes a team, or gives one its name, head and members.
    async fn save_team(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The team as it is to be.")] input: SaveTeamInput,
    ) -> async_graphql::Result<SaveTeamPayload> {
        let team = match (input.id, input.version) {
            (None, None) => None,
            (Some(id), Some(version)) => Some((id.0, version)),
            _ => {
                return Err(Failure::bad_input(
                    "give id and version together",
                    "укажите id и version вместе",
                )
                .into());
            }
        };
        let members = input.member_ids.into_iter().map(|id| id.0).collect();
        let command = SaveTeam { team, name: input.name, head: input.head_id.0, members };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let team = Session::of(ctx)?.load_made(done.output).await?;
        Ok(SaveTeamPayload { team, user_errors: done.user_errors })
    }
}
