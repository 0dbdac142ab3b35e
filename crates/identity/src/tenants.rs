//! Client companies of the service: making one, listing them, and working in one as the program
//! itself.

use std::sync::Arc;

use access::{Actor, Origin, RightSet, Scope, TenantFacts};
use chrono_tz::Tz;
use db::{CommandError, Db, Fault, FromQueryResult, Outcome, Reason, Sql, values};
use kernel::{Currency, Language, Refusal, RefusalCode, TenantId};

use crate::commands::CreateUser;
use crate::passwords::PasswordHash;
use crate::rules;

/// The role that manages users, roles and keys.
pub const ADMIN_ROLE: &str = "admin";

/// A tenant, as the program itself knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// Its name in addresses, keys and sign-in.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Its time zone and base currency.
    pub facts: TenantFacts,
}

/// A tenant to be made.
#[derive(Clone, Debug)]
pub struct NewTenant {
    /// Its name in addresses, keys and sign-in: small letters, digits and hyphens.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// The currency of base amounts.
    pub base_currency: Currency,
    /// The zone of "today", due dates and months.
    pub time_zone: Tz,
    /// Who manages its users.
    pub admin: NewAdmin,
}

/// The first user of a tenant.
#[derive(Clone, Debug)]
pub struct NewAdmin {
    /// What he signs in with.
    pub email: String,
    /// His name.
    pub name: String,
    /// His password's hash.
    pub password: PasswordHash,
    /// The language of messages to him.
    pub language: Language,
}

#[derive(FromQueryResult)]
struct Row {
    tenant_id: TenantId,
    slug: String,
    name: String,
    base_currency: String,
    time_zone: String,
}

impl TryFrom<Row> for Tenant {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self, Fault> {
        Ok(Self {
            id: row.tenant_id,
            facts: facts(&row.slug, &row.base_currency, &row.time_zone)?,
            slug: row.slug,
            name: row.name,
        })
    }
}

/// The facts as the database keeps them.
pub(crate) fn facts(tenant: &str, currency: &str, zone: &str) -> Result<TenantFacts, Fault> {
    let broken = |what| Fault::broken(format!("tenant {tenant} has an unknown {what}"));
    Ok(TenantFacts {
        zone: zone.parse().map_err(|_| broken("time zone"))?,
        base_currency: Currency::parse(currency).ok_or_else(|| broken("currency"))?,
    })
}

/// Every tenant, by name.
///
/// # Errors
/// [`Fault`] where the database cannot be reached.
pub async fn tenants(db: &Db) -> Result<Vec<Tenant>, Fault> {
    let mut tx = db.system(Reason::ListTenants).await?;
    let sql = "
        select tenant_id, slug, name, base_currency, time_zone
        from tenant
        order by slug";
    let rows: Vec<Row> = tx.all(sql).await?;
    tx.commit().await?;
    rows.into_iter().map(Tenant::try_from).collect()
}

/// One tenant by its slug.
///
/// # Errors
/// [`Fault`] where the database cannot be reached.
pub async fn tenant(db: &Db, slug: &str) -> Result<Option<Tenant>, Fault> {
    let mut tx = db.system(Reason::ListTenants).await?;
    let sql = "
        select tenant_id, slug, name, base_currency, time_zone
        from tenant
        where slug = $1";
    let row: Option<Row> = tx.one(Sql::new(sql, values![slug])).await?;
    tx.commit().await?;
    row.map(Tenant::try_from).transpose()
}

/// The scope of a named worker inside the program: everything, in one tenant.
#[must_use]
pub fn worker_scope(tenant: &Tenant, name: &'static str) -> Scope {
    Scope::verified(Origin {
        tenant: tenant.id,
        actor: Actor::Worker(name),
        session: None,
        rights: Arc::new(RightSet::everything()),
        team: Arc::from([]),
        customer: None,
        facts: tenant.facts,
    })
}

/// Makes a tenant and its first user. A tenant without users, left by a start that was cut off,
/// is taken over.
///
/// # Errors
/// A refusal where the slug is taken or a value breaks a rule.
pub async fn create_tenant(db: &Db, new: NewTenant) -> Outcome<Tenant> {
    check_slug(&new.slug)?;
    let name = rules::name(&new.name).map_err(Refusal::from)?;
    let mut tx = db.system(Reason::TenantAdmin).await?;
    let insert = "
        insert into tenant (tenant_id, slug, name, base_currency, time_zone)
        values ($1, $2, $3, $4, $5)
        on conflict (slug) do nothing";
    let values = values![
        TenantId::new(),
        new.slug.clone(),
        name,
        new.base_currency.code(),
        new.time_zone.name(),
    ];
    let is_new = tx.run(Sql::new(insert, values)).await? == 1;
    tx.commit().await?;
    let made = tenant(db, &new.slug).await?.ok_or_else(|| Fault::broken("a tenant is lost"))?;
    if !is_new && has_users(db, made.id).await? {
        return Err(taken(&new.slug));
    }
    let admin = CreateUser {
        email: new.admin.email,
        name: new.admin.name,
        password: new.admin.password,
        language: new.admin.language,
        roles: vec![ADMIN_ROLE.into()],
        department: None,
        max_discount: None,
        external_reference: None,
    };
    let permit = worker_scope(&made, "tenant").permit::<CreateUser>()?;
    db.write_as_job(&permit, &admin).await?;
    Ok(made)
}

async fn has_users(db: &Db, tenant: TenantId) -> Result<bool, Fault> {
    #[derive(FromQueryResult)]
    struct Any {
        found: bool,
    }
    let mut tx = db.system(Reason::TenantAdmin).await?;
    let sql = "select exists (select from app_user u where u.tenant_id = $1) as found";
    let any: Option<Any> = tx.one(Sql::new(sql, values![tenant])).await?;
    tx.commit().await?;
    Ok(any.is_some_and(|any| any.found))
}

fn taken(slug: &str) -> CommandError {
    Refusal::new(
        RefusalCode::Taken,
        format!("There is a tenant {slug:?} already."),
        format!("Арендатор «{slug}» уже есть."),
    )
    .at(["slug"])
    .into()
}

fn check_slug(slug: &str) -> Result<(), Refusal> {
    let fits = (2..=41).contains(&slug.len())
        && slug.starts_with(|c: char| c.is_ascii_lowercase())
        && slug.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if fits {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::Invalid,
        "A tenant's short name holds 2 to 41 small letters, digits and hyphens, a letter first.",
        "Короткое имя арендатора — от 2 до 41 строчной латинской буквы, цифры или дефиса, \
         первой идёт буква.",
    )
    .at(["slug"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        for (slug, fits) in [
            ("vostok", true),
            ("ab", true),
            ("north-wind-2", true),
            ("", false),
            ("a", false),
            ("2fast", false),
            ("-x", false),
            ("Vostok", false),
            ("vos_tok", false),
            ("восток", false),
        ] {
            assert_eq!(check_slug(slug).is_ok(), fits, "{slug}");
        }
        assert!(check_slug(&"x".repeat(42)).is_err());
    }
}
