//! `oborot verify`: proves, tenant by tenant, that what is kept equals the sum of its register, and
//! that the audit trail is what its seals say.

use std::process::ExitCode;

use anyhow::{Context, Result};
use db::{Db, Discrepancy, Outcome, ReadPool};
use identity::{SealKeys, Tenant, TrailFault};
use kernel::Clock;

use super::say;
use crate::config::Config;
use crate::parts::Parts;
use crate::place::{Place, Tenure};

pub(super) async fn run(config: Config) -> Result<ExitCode> {
    let place = Place::open(&config.database, Tenure::Beside).await?;
    let parts = Parts::assemble(&place, &config, Clock::system()).await?;
    let off = verify_all(&parts.db, &parts.seals).await;
    parts.db.close().await;
    place.close().await?;
    Ok(if off? == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints what is off in every tenant, and counts it.
async fn verify_all(db: &Db, seals: &SealKeys) -> Result<usize> {
    let (mut off, mut faults) = (0, 0);
    let tenants = identity::tenants(db).await?;
    for tenant in &tenants {
        let slug = &tenant.slug;
        let found = check(db, tenant)
            .await
            .with_context(|| format!("the tenant {slug} cannot be checked"))?;
        off += found.len();
        for Discrepancy { figure, record, expected, found } in found {
            say(&format!("{slug}: {figure} of {record} is {found}, its register adds {expected}"))?;
        }
    }
    for tenant in &tenants {
        let found = check_trail(db, seals, tenant).await;
        let found = found.with_context(|| {
            format!("the audit trail of the tenant {} cannot be checked", tenant.slug)
        })?;
        faults += found.len();
        for fault in found {
            say(&format!("{}: audit trail: {fault}", tenant.slug))?;
        }
    }
    match off {
        0 => say(&format!("Every register adds up ({} tenants).", tenants.len()))?,
        _ => say(&format!("{off} figures differ from their registers."))?,
    }
    if faults > 0 {
        say(&format!("{faults} faults of the audit trail."))?;
    }
    Ok(off + faults)
}

/// What differs from its register in one tenant; nothing, if all is well.
///
/// # Errors
/// There is no such tenant, or the database does not answer.
pub async fn check_tenant(db: &Db, slug: &str) -> Result<Vec<Discrepancy>> {
    let tenant = identity::tenant(db, slug).await?;
    let tenant = tenant.with_context(|| format!("there is no tenant {slug}"))?;
    Ok(check(db, &tenant).await?)
}

/// What is wrong with the audit trail of one tenant; nothing, if all is well.
///
/// # Errors
/// There is no such tenant, or the database does not answer.
pub async fn check_trail_of(db: &Db, seals: &SealKeys, slug: &str) -> Result<Vec<TrailFault>> {
    let tenant = identity::tenant(db, slug).await?;
    let tenant = tenant.with_context(|| format!("there is no tenant {slug}"))?;
    Ok(check_trail(db, seals, &tenant).await?)
}

/// From one snapshot of the primary: a replica may lag behind what the seals' folder remembers.
async fn check_trail(db: &Db, seals: &SealKeys, tenant: &Tenant) -> Outcome<Vec<TrailFault>> {
    let scope = identity::worker_scope(tenant, "verify");
    let remembered = seals.remembered(tenant.id).await?;
    let reader = db.reader(&scope, ReadPool::Jobs);
    let tx = reader.tx().await?;
    let found = identity::trail_faults(&tx, &scope.permit()?, seals, remembered).await;
    drop(tx);
    reader.renew().await;
    found
}

/// From one snapshot, so that postings may go on meanwhile.
async fn check(db: &Db, tenant: &Tenant) -> Outcome<Vec<Discrepancy>> {
    let scope = identity::worker_scope(tenant, "verify");
    let reader = db.reader(&scope, ReadPool::Reports);
    let tx = reader.tx().await?;
    let mut found = stock::discrepancies(&tx, &scope.permit()?).await?;
    found.extend(settlements::discrepancies(&tx, &scope.permit()?).await?);
    found.extend(approvals::discrepancies(&tx, &scope.permit()?).await?);
    found.extend(sales::discrepancies(&tx, &scope.permit()?).await?);
    found.extend(analytics::discrepancies(&tx, &scope.permit()?).await?);
    drop(tx);
    reader.renew().await;
    Ok(found)
}
