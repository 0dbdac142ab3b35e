//! Prices fixed in agreements. Each came with a version of its agreement; what a later version
//! replaced is kept beside.

use access::Permit;
use db::{Outcome, Sql, TenantTx, values};
use kernel::{AgreementId, NaiveDate};

use super::prices::{NewPrice, as_rows};
use crate::constraints::known;

/// Writes fixed prices from one day on, as those of the agreement's version that is being made. A
/// price of the same day is replaced, and kept for the versions that had it.
pub(crate) async fn put_agreement_prices<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (agreement, version): (AgreementId, i32),
    valid_from: NaiveDate,
    prices: &[NewPrice],
) -> Outcome<()> {
    // In the order of the key, so that two who write the same prices wait and do not deadlock.
    let mut sorted: Vec<&NewPrice> = prices.iter().collect();
    sorted.sort_by_key(|price| price.key());
    let rows = as_rows(&sorted)?;
    let keep = "
        insert into agreement_price_past
            (tenant_id, agreement_id, product_id, valid_from, variant_id, packaging_id,
             min_quantity, price, since_version, until_version)
        select p.tenant_id, p.agreement_id, p.product_id, p.valid_from, p.variant_id,
               p.packaging_id, p.min_quantity, p.price, p.since_version, $4
        from jsonb_to_recordset($5) as s
             (product_id uuid, variant_id uuid, packaging_id uuid, min_quantity numeric)
        join agreement_price p
          on p.tenant_id = $1
         and p.agreement_id = $2
         and p.product_id = s.product_id
         and p.valid_from = $3
         and p.variant_id is not distinct from s.variant_id
         and p.packaging_id is not distinct from s.packaging_id
         and p.min_quantity = s.min_quantity
        where p.since_version < $4";
    let values = values![permit.tenant(), agreement, valid_from, version, rows.clone()];
    tx.run(Sql::new(keep, values)).await?;
    let put = "
        insert into agreement_price
            (tenant_id, agreement_id, product_id, valid_from, variant_id, packaging_id,
             min_quantity, price, since_version, recorded_at, created_by)
        select $1, $2, s.product_id, $3, s.variant_id, s.packaging_id, s.min_quantity, s.price,
               $4, $5, $6
        from jsonb_to_recordset($7) as s
             (product_id uuid, variant_id uuid, packaging_id uuid, min_quantity numeric,
              price numeric)
        on conflict on constraint agreement_price_key
        do update set price = excluded.price,
                      since_version = excluded.since_version,
                      recorded_at = excluded.recorded_at,
                      created_by = excluded.created_by";
    let tenant = permit.tenant();
    let values = values![tenant, agreement, valid_from, version, tx.now(), permit.user(), rows];
    known(tx.run(Sql::new(put, values)).await).map(drop)
}

/// Gives a new agreement the fixed prices of another one.
pub(crate) async fn copy_agreement_prices<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    from: AgreementId,
    to: AgreementId,
) -> Outcome<()> {
    let sql = "
        insert into agreement_price
            (tenant_id, agreement_id, product_id, valid_from, variant_id, packaging_id,
             min_quantity, price, recorded_at, created_by)
        select p.tenant_id, $3, p.product_id, p.valid_from, p.variant_id, p.packaging_id,
               p.min_quantity, p.price, $4, $5
        from agreement_price p
        where p.tenant_id = $1 and p.agreement_id = $2";
    let values = values![permit.tenant(), from, to, tx.now(), permit.user()];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}
