//! `oborot verify`: proves, tenant by tenant, that what is kept equals the sum of its register.

use std::process::ExitCode;

use anyhow::{Context, Result};
use db::{Discrepancy, ReadPool};
use identity::Tenant;
use kernel::Clock;

use super::say;
use crate::config::Config;
use crate::parts::Parts;
use crate::place::{Place, Tenure};

pub(super) async fn run(config: Config) -> Result<ExitCode> {
    let place = Place::open(&config.database, Tenure::Beside).await?;
    let parts = Parts::assemble(&place, &config, Clock::system()).await?;
    let off = verify_all(&parts).await;
    parts.db.close().await;
    place.close().await?;
    Ok(if off? == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints what is off in every tenant, and counts it.
async fn verify_all(parts: &Parts) -> Result<usize> {
    let mut off = 0;
    let tenants = identity::tenants(&parts.db).await?;
    for tenant in &tenants {
        let found = verify(parts, tenant)
            .await
            .with_context(|| format!("the tenant {} cannot be checked", tenant.slug))?;
        off += found.len();
        for Discrepancy { figure, record, expected, found } in found {
            let slug = &tenant.slug;
            say(&format!("{slug}: {figure} of {record} is {found}, its register adds {expected}"))?;
        }
    }
    match off {
        0 => say(&format!("Every register adds up ({} tenants).", tenants.len()))?,
        _ => say(&format!("{off} figures differ from their registers."))?,
    }
    Ok(off)
}

/// From one snapshot, so that postings may go on meanwhile.
async fn verify(parts: &Parts, tenant: &Tenant) -> Result<Vec<Discrepancy>> {
    let scope = identity::worker_scope(tenant, "verify");
    let reader = parts.db.reader(&scope, ReadPool::Reports);
    let tx = reader.tx().await?;
    let mut found = stock::discrepancies(&tx, &scope.permit()?).await?;
    found.extend(settlements::discrepancies(&tx, &scope.permit()?).await?);
    drop(tx);
    reader.renew().await;
    Ok(found)
}
