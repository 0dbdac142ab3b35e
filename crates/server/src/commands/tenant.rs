//! `oborot tenant create`: a client company and the people who begin in it.

use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};
use approvals::AddRulePresets;
use catalog::{AddRoutePresets, CreateOrganization, OrganizationChanges};
use clap::{Args, Subcommand};
use db::Db;
use identity::{CreateUser, Identity, NewAdmin, Passwords, Tenant};
use kernel::{Clock, Currency};
use rand::TryRngCore;
use rand::rngs::OsRng;

use super::{begin, say, sentence};
use crate::config::Settings;
use crate::greeting::terminal_language;
use crate::parts::Parts;
use crate::place::{Place, Tenure};

/// What can be done about tenants.
#[derive(Subcommand)]
pub(super) enum TenantCommand {
    /// Makes a tenant and its first users
    Create(Box<CreateTenant>),
}

#[derive(Args)]
pub(super) struct CreateTenant {
    /// Short name for signing in: small letters, digits and hyphens
    slug: String,

    /// Name for people [default: the short name]
    #[arg(long)]
    name: Option<String>,

    /// Currency of base amounts, as three letters
    #[arg(long, default_value = "RUB")]
    currency: String,

    /// Time zone of "today", due dates and months
    #[arg(long, default_value = "Europe/Moscow")]
    time_zone: String,

    /// First users, each as ROLE=EMAIL; one of them admin
    #[arg(long = "user", value_name = "ROLE=EMAIL", required = true)]
    users: Vec<String>,

    /// Their password; without it one is made and printed
    #[arg(long, env = "OBOROT_PASSWORD", hide_env_values = true)]
    password: Option<String>,

    /// Leaves a tenant that is there as it is
    #[arg(long)]
    if_missing: bool,

    #[command(flatten)]
    settings: Settings,
}

/// A first user as the flag names him.
struct FirstUser {
    role: String,
    email: String,
}

pub(super) async fn run(command: TenantCommand) -> Result<ExitCode> {
    let TenantCommand::Create(wish) = command;
    let config = begin(wish.settings.clone())?;
    let place = Place::open(&config.database, Tenure::Beside).await?;
    let parts = Parts::assemble(&place, &config, Clock::system()).await?;
    let made = create_with_users(&parts.db, &wish).await;
    parts.db.close().await;
    place.close().await?;
    made?;
    Ok(ExitCode::SUCCESS)
}

/// A tenant to be made, in the words of whoever asks for it.
#[derive(Clone, Debug)]
pub struct NewTenant {
    /// Short name for signing in.
    pub slug: String,
    /// Name for people.
    pub name: String,
    /// Three letters.
    pub base_currency: String,
    /// IANA name.
    pub time_zone: String,
    /// Who manages its users.
    pub admin_email: String,
    /// His password.
    pub admin_password: String,
}

/// Makes a tenant with its administrator, its first organization, which has its name, since every
/// document belongs to one, and the usual sales routes.
///
/// # Errors
/// As a sentence for the user: a value breaks a rule, or the short name is taken.
pub async fn create(db: &Db, new: NewTenant) -> Result<Tenant> {
    let identity = Identity::start(db).await.map_err(sentence)?;
    make(db, identity.passwords(), new).await
}

pub(crate) async fn make(db: &Db, passwords: &Passwords, new: NewTenant) -> Result<Tenant> {
    let tenant = identity::NewTenant {
        slug: new.slug,
        name: new.name,
        base_currency: Currency::parse(&new.base_currency)
            .context("the currency is not three capital letters such as RUB")?,
        time_zone: new
            .time_zone
            .parse()
            .map_err(|_| anyhow!("the time zone is not a name such as Europe/Moscow"))?,
        admin: NewAdmin {
            password: passwords
                .hash(&new.admin_password, &new.admin_email)
                .await
                .map_err(sentence)?,
            name: new.admin_email.clone(),
            email: new.admin_email,
            language: terminal_language(),
        },
    };
    let tenant = identity::create_tenant(db, tenant).await.map_err(sentence)?;
    let fields = OrganizationChanges {
        name: Some(tenant.name.clone()),
        prefix: Some(prefix(&tenant.slug)),
        ..OrganizationChanges::default()
    };
    let permit = identity::worker_scope(&tenant, "tenant").permit::<CreateOrganization>()?;
    db.write_as_job(&permit, &CreateOrganization { fields }).await.map_err(sentence)?;
    let permit = identity::worker_scope(&tenant, "tenant").permit::<AddRoutePresets>()?;
    let language = terminal_language();
    db.write_as_job(&permit, &AddRoutePresets { language }).await.map_err(sentence)?;
    let permit = identity::worker_scope(&tenant, "tenant").permit::<AddRulePresets>()?;
    db.write_as_job(&permit, &AddRulePresets { language }).await.map_err(sentence)?;
    Ok(tenant)
}

/// What its documents' numbers begin with until somebody chooses better.
fn prefix(slug: &str) -> String {
    slug.chars().filter(char::is_ascii_alphanumeric).take(2).collect::<String>().to_uppercase()
}

async fn create_with_users(db: &Db, wish: &CreateTenant) -> Result<()> {
    if wish.if_missing && identity::tenant(db, &wish.slug).await?.is_some() {
        return say(&format!("The tenant {} is there.", wish.slug));
    }
    let (admin, others) = first_users(&wish.users)?;
    let (password, is_made) = match wish.password.clone().filter(|given| !given.is_empty()) {
        Some(given) => (given, false),
        None => (new_password()?, true),
    };
    let identity = Identity::start(db).await.map_err(sentence)?;
    let passwords = identity.passwords();
    let new = NewTenant {
        slug: wish.slug.clone(),
        name: wish.name.clone().unwrap_or_else(|| wish.slug.clone()),
        base_currency: wish.currency.clone(),
        time_zone: wish.time_zone.clone(),
        admin_email: admin.email,
        admin_password: password.clone(),
    };
    let tenant = make(db, passwords, new).await?;
    for user in others {
        add(db, &tenant, user, passwords, &password).await?;
    }
    say(&format!("Made the tenant {}.", tenant.slug))?;
    if is_made {
        say(&format!("Password of its users, shown this once: {password}"))?;
    }
    Ok(())
}

async fn add(
    db: &Db,
    tenant: &Tenant,
    user: FirstUser,
    passwords: &Passwords,
    password: &str,
) -> Result<()> {
    let command = CreateUser {
        password: passwords.hash(password, &user.email).await.map_err(sentence)?,
        name: user.email.clone(),
        email: user.email,
        language: terminal_language(),
        roles: vec![user.role],
        department: None,
        max_discount: None,
        external_reference: None,
    };
    let permit = identity::worker_scope(tenant, "tenant").permit::<CreateUser>()?;
    db.write_as_job(&permit, &command).await.map_err(sentence)?;
    Ok(())
}

/// The admin, and who comes with him.
fn first_users(wishes: &[String]) -> Result<(FirstUser, Vec<FirstUser>)> {
    let mut users = Vec::with_capacity(wishes.len());
    for wish in wishes {
        let Some((role, email)) = wish.split_once('=') else {
            bail!("--user {wish} is not of the form ROLE=EMAIL");
        };
        users.push(FirstUser { role: role.to_owned(), email: email.to_owned() });
    }
    let admin = users.iter().position(|user| user.role == identity::ADMIN_ROLE);
    let admin = admin.context("one --user must be the admin: --user admin=EMAIL")?;
    Ok((users.swap_remove(admin), users))
}

/// 120 random bits in hexadecimal.
fn new_password() -> Result<String> {
    let mut bits = [0_u8; 15];
    OsRng.try_fill_bytes(&mut bits).context("the system gives no random numbers")?;
    Ok(bits.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_admin_is_found_among_the_first_users() {
        let wishes = ["director=d@x.example", "admin=a@x.example"].map(str::to_owned);
        let (admin, others) = first_users(&wishes).unwrap();
        assert_eq!((admin.email.as_str(), others.len()), ("a@x.example", 1));
        for wrong in ["admin", "director=d@x.example"] {
            assert!(first_users(&[wrong.to_owned()]).is_err(), "{wrong}");
        }
    }
}
