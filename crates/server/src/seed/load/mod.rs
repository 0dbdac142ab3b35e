//! Plays the invented companies through the program's own commands, as their people would have.
//!
//! Every step has a name and is done once, whatever cuts the loading off: the next one asks each
//! step again and gets the ids it made. What has come to an end is written in the audit trail,
//! which nobody can change.

mod extras;
mod hand;
mod history;
mod mark;
mod masters;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex};

use anyhow::{Context, Result, bail};
use db::{Db, DbConfig};
use futures::future::try_join_all;
use identity::{Identity, NewAdmin, NewTenant, Passwords, Tenant};
use kernel::{Clock, Currency, Language, NaiveDate};

use self::hand::Hand;
use self::mark::Stage;
use super::model::{Company, Role};
use super::{DEMO_PASSWORD, DEMO_SEED, SLUGS, generate, time_zone};
use crate::commands::sentence;
use crate::parts::Parts;
use crate::place::Place;
use crate::progress::Progress;
use crate::serving::workers::{Announce, fold_everything};

/// Whether there was anything to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loaded {
    /// The companies were made.
    Now,
    /// They were there.
    Before,
}

/// Makes the demo companies, or what is missing of them.
///
/// # Errors
/// A tenant of that name is there and was not made here, or the database does not answer.
pub async fn demo(place: &Place, parts: &Parts) -> Result<Loaded> {
    let mut begun = Vec::new();
    for slug in SLUGS {
        match mark::stage(&parts.db, slug).await? {
            Stage::Complete => {}
            Stage::Begun(tenant, day) => begun.push((slug, Some(tenant), day)),
            Stage::Absent => begun.push((slug, None, first_day(&parts.clock, slug)?)),
        }
    }
    if begun.is_empty() {
        return Ok(Loaded::Before);
    }
    let hasty = hasty(place, parts)?;
    let identity = Identity::start(&parts.db).await.map_err(sentence)?;
    let mut works = Vec::with_capacity(begun.len());
    for (slug, tenant, day) in begun {
        works.push((invented(slug, day)?, tenant, day));
    }
    let steps = works.iter().map(|(company, ..)| masters::steps(company) + company.events.len());
    let progress = Progress::begin("Demo data", steps.sum::<usize>() as u64);
    let workshop = Workshop {
        lasting: parts.db.clone(),
        hasty: hasty.clone(),
        passwords: identity.passwords().clone(),
        progress: Arc::new(Mutex::new(progress)),
    };
    let loading = works.into_iter().map(|(company, tenant, day)| {
        let workshop = &workshop;
        async move { workshop.load(&company, tenant, day).await }
    });
    let loaded = try_join_all(loading).await;
    hasty.close().await;
    loaded?;
    fold_everything(&parts.db).await?;
    Ok(Loaded::Now)
}

/// The day the invented history ends on: today where the company is.
fn first_day(clock: &Clock, slug: &str) -> Result<NaiveDate> {
    Ok(clock.today(time_zone(slug).context("a demo company is nowhere")?))
}

fn invented(slug: &str, day: NaiveDate) -> Result<Company> {
    let mut companies = generate(day, DEMO_SEED).into_iter();
    companies.find(|company| company.slug == slug).context("a demo company is missing")
}

/// Connections that do not wait for the disk. Should the machine fail, the last steps are done
/// again; the word that all is done is written by one that waits, and the disk has them then.
fn hasty(place: &Place, parts: &Parts) -> Result<Db> {
    let mut url = place.app.reveal().clone();
    url.query_pairs_mut().append_pair("options", "-csynchronous_commit=off");
    let mut settings = DbConfig::new(url.to_string(), place.system.reveal().to_string());
    // Half for each company: nobody waits.
    settings.request_connections = 16;
    let announce = Arc::new(Announce::new(parts.live.clone()));
    Ok(Db::new(&settings, parts.clock.clone(), Some(announce))?)
}

/// What the loading of every company needs.
struct Workshop {
    lasting: Db,
    hasty: Db,
    passwords: Passwords,
    progress: Arc<Mutex<Progress>>,
}

impl Workshop {
    async fn load(&self, company: &Company, tenant: Option<Tenant>, day: NaiveDate) -> Result<()> {
        let tenant = match tenant {
            Some(tenant) => tenant,
            None => self.begin(company, day).await?,
        };
        self.play(company, &tenant, day).await?;
        mark::write(&self.lasting, &tenant, day, mark::COMPLETE).await
    }

    async fn play(&self, company: &Company, tenant: &Tenant, day: NaiveDate) -> Result<()> {
        let scope = identity::worker_scope(tenant, "demo");
        let hand = Hand::new(self.hasty.clone(), scope, Arc::clone(&self.progress));
        let masters = masters::write(&hand, company, &self.passwords).await?;
        history::play(&hand, company, &masters).await?;
        extras::variants(&hand, company, &masters, day).await
    }

    /// Makes the tenant with its administrator and notes the day its history ends on.
    async fn begin(&self, company: &Company, day: NaiveDate) -> Result<Tenant> {
        let admin = company.users.iter().find(|user| user.role == Role::Admin);
        let admin = admin.context("a demo company has an administrator")?;
        let new = NewTenant {
            slug: company.slug.to_owned(),
            name: company.name.to_owned(),
            base_currency: Currency::parse(company.currency).context("an unknown currency")?,
            time_zone: time_zone(company.slug).context("an unknown time zone")?,
            admin: NewAdmin {
                email: admin.email.clone(),
                name: admin.name.to_owned(),
                password: self
                    .passwords
                    .hash(DEMO_PASSWORD, &admin.email)
                    .await
                    .map_err(sentence)?,
                language: Language::Ru,
            },
        };
        if identity::tenant(&self.lasting, company.slug).await?.is_some() {
            bail!(
                "there is a tenant {} that the demo did not make; give the demo a database of \
                 its own, or another --data-dir",
                company.slug
            );
        }
        let tenant = identity::create_tenant(&self.lasting, new).await.map_err(sentence)?;
        mark::write(&self.lasting, &tenant, day, mark::BEGUN).await?;
        Ok(tenant)
    }
}
