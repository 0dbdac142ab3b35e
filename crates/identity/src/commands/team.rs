//! Teams: whose records the reach TEAM means.

use access::{Action, Permit, Right};
use db::{
    AuditEntry, Command, CommandError, Fault, FromQueryResult, Outcome, Sql, TenantTx, values,
};
use kernel::{Refusal, RefusalCode, TeamId, UserId, Uuid};
use serde_json::{Value, json};

use super::{lock_rights, rights_changed, stale, taken, tell, tenant_wide, unknown};
use crate::policy;
use crate::rules::{self, RoleRule};
use crate::store::uuids;

/// Members of one team, at most.
const MOST_MEMBERS: usize = 500;

/// Makes a team, or changes one: name, head and members as they are to be.
#[derive(Clone, Debug)]
pub struct SaveTeam {
    /// The team and the version that was read; `None` makes one.
    pub team: Option<(TeamId, i32)>,
    /// Its name; unique in the tenant.
    pub name: String,
    /// Who heads it.
    pub head: UserId,
    /// Everybody else in it.
    pub members: Vec<UserId>,
}

impl Action for SaveTeam {
    const RIGHT: Right = Right::UserWrite;
}

#[derive(FromQueryResult)]
struct Row {
    name: String,
    head_id: UserId,
    version: i32,
    members: Vec<Uuid>,
}

#[derive(FromQueryResult)]
struct Person {
    id: UserId,
    roles: Vec<String>,
}

fn refuse(fault: Fault) -> CommandError {
    let refusal = match fault.constraint() {
        Some("team_name_key") => {
            taken("Another team has this name.", "Так называется другая команда.", "name")
        }
        Some("team_head") => unknown("user", "пользователь", "headId"),
        Some("team_member_user") => unknown("user", "пользователь", "memberIds"),
        _ => return fault.into(),
    };
    refusal.into()
}

#[async_trait::async_trait]
impl Command for SaveTeam {
    type Output = TeamId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<TeamId> {
        tenant_wide(permit)?;
        let name = rules::name(&self.name).map_err(Refusal::from)?;
        if self.members.len() > MOST_MEMBERS {
            return Err(too_many().into());
        }
        lock_rights(tx).await?;
        let (id, before) = match self.team {
            None => (self.insert(tx, &name).await?, Value::Null),
            Some((id, version)) => (id, self.update(tx, id, version, &name).await?),
        };
        let members = self.set_members(tx, id).await?;
        self.check_reach(tx, permit, &before).await?;
        rights_changed(tx, None).await?;
        let after = json!({ "name": name, "headId": self.head, "memberIds": members });
        let changes = json!({ "before": before, "after": after });
        tx.audit(AuditEntry::new("saveTeam", "Team", id, changes));
        tell(tx, "Team", id.0);
        Ok(id)
    }
}

impl SaveTeam {
    async fn insert(&self, tx: &TenantTx, name: &str) -> Outcome<TeamId> {
        let id = TeamId::new();
        let sql = "insert into team (tenant_id, id, name, head_id) values ($1, $2, $3, $4)";
        let values = values![tx.tenant(), id, name, self.head];
        tx.run(Sql::new(sql, values)).await.map_err(refuse)?;
        Ok(id)
    }

    /// Answers with what the team was.
    async fn update(&self, tx: &TenantTx, id: TeamId, version: i32, name: &str) -> Outcome<Value> {
        let find = "
            select t.name, t.head_id, t.version,
                   array(select m.user_id
                         from team_member m
                         where m.tenant_id = $1 and m.team_id = t.id
                         order by m.user_id) as members
            from team t
            where t.tenant_id = $1 and t.id = $2";
        let row: Option<Row> = tx.one(Sql::new(find, values![tx.tenant(), id])).await?;
        let row = row.ok_or(CommandError::NotFound)?;
        if row.version != version {
            return Err(stale(row.version).into());
        }
        let sql = "
            update team
            set name = $3, head_id = $4, version = version + 1, updated_at = $5
            where tenant_id = $1 and id = $2";
        let values = values![tx.tenant(), id, name, self.head, tx.now()];
        tx.run(Sql::new(sql, values)).await.map_err(refuse)?;
        Ok(json!({ "name": row.name, "headId": row.head_id, "memberIds": row.members }))
    }

    /// Whoever comes into a team may reach the others' records from now on.
    async fn check_reach(
        &self,
        tx: &TenantTx,
        permit: &Permit<Self>,
        before: &Value,
    ) -> Outcome<()> {
        let mut people: Vec<UserId> = self.members.clone();
        people.push(self.head);
        people.sort_unstable();
        people.dedup();
        let was_there = |person: &UserId| {
            let id = json!(person);
            before["headId"] == id
                || before["memberIds"].as_array().is_some_and(|ids| ids.contains(&id))
        };
        if people.iter().all(was_there) {
            return Ok(());
        }
        let sql = "
            select u.id,
                   array(select r.role
                         from user_role r
                         where r.tenant_id = $1 and r.user_id = u.id) as roles
            from app_user u
            where u.tenant_id = $1 and u.id = any($2)";
        let rows: Vec<Person> = tx.all(Sql::new(sql, values![tx.tenant(), uuids(&people)])).await?;
        let policy = policy::compile(&policy::own_roles(tx).await?).await?;
        let people: Vec<_> =
            rows.into_iter().map(|row| (row.id, policy.rights(&row.roles))).collect();
        let scope = permit.scope();
        match rules::exceeded_by_team(scope.rights(), scope.team(), &people) {
            Some(right) => {
                let refusal = Refusal::from(RoleRule::TeamExceeded(right));
                Err(refusal.at(["memberIds"]).into())
            }
            None => Ok(()),
        }
    }

    async fn set_members(&self, tx: &TenantTx, id: TeamId) -> Outcome<Vec<Uuid>> {
        let mut members: Vec<Uuid> = self.members.iter().map(|user| user.0).collect();
        members.sort_unstable();
        members.dedup();
        let remove = "
            delete from team_member
            where tenant_id = $1 and team_id = $2 and not user_id = any($3)";
        tx.run(Sql::new(remove, values![tx.tenant(), id, members.clone()])).await?;
        let add = "
            insert into team_member (tenant_id, team_id, user_id)
            select $1, $2, m.user_id
            from unnest($3::uuid[]) as m (user_id)
            on conflict (tenant_id, team_id, user_id) do nothing";
        let values = values![tx.tenant(), id, members.clone()];
        tx.run(Sql::new(add, values)).await.map_err(refuse)?;
        Ok(members)
    }
}

fn too_many() -> Refusal {
    Refusal::new(
        RefusalCode::TooMany,
        "A team has at most 500 members.",
        "В команде не больше 500 человек.",
    )
    .at(["memberIds"])
}
