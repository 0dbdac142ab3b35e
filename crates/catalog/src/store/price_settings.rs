//! How a tenant's automatic discounts combine.

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::Percent;

use crate::cards::combination_of;
use crate::rules::pricing::Combination;

/// The tenant's rules about prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceSettings {
    /// How automatic discounts combine.
    pub combination: Combination,
    /// Counts changes; 0 before the first.
    pub version: i32,
}

/// What the tenant has said, or what holds without it.
///
/// # Errors
/// [`db::Fault`].
pub async fn price_settings<A>(tx: &TenantTx, permit: &Permit<A>) -> Outcome<PriceSettings> {
    #[derive(FromQueryResult)]
    struct Found {
        combination: String,
        discount_cap: Option<Percent>,
        version: i32,
    }
    let sql = "
        select s.combination, s.discount_cap, s.version
        from price_settings s
        where s.tenant_id = $1";
    let found: Option<Found> = tx.one(Sql::new(sql, values![permit.tenant()])).await?;
    Ok(match found {
        None => PriceSettings { combination: Combination::Best, version: 0 },
        Some(row) => PriceSettings {
            combination: combination_of(Some(&row.combination), row.discount_cap),
            version: row.version,
        },
    })
}

/// Writes them; `false` where somebody else has written this version.
pub(crate) async fn put_price_settings<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    settings: PriceSettings,
) -> Outcome<bool> {
    let (word, cap) = match settings.combination {
        Combination::Best => ("BEST", None),
        Combination::Sum { cap } => ("SUM", Some(cap)),
    };
    let sql = "
        insert into price_settings as s (tenant_id, combination, discount_cap, version, updated_at)
        values ($1, $2, $3, $4, $5)
        on conflict (tenant_id)
        do update set combination = excluded.combination,
                      discount_cap = excluded.discount_cap,
                      version = excluded.version,
                      updated_at = excluded.updated_at
        where s.version = excluded.version - 1";
    let values = values![permit.tenant(), word, cap, settings.version, tx.now()];
    Ok(tx.run(Sql::new(sql, values)).await? == 1)
}
