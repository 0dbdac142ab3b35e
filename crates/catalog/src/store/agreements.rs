//! Agreements and their payment steps.

use std::collections::HashMap;

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{AgreementId, CustomerId, Decimal, Percent, Uuid};

use super::customers::reach;
use super::uuids;
use super::versions::keep_versions;
use crate::ReadTerms;
use crate::constraints::known;
use crate::records::{Agreement, AgreementFields, Record};
use crate::rules::{Moment, PaymentStep};

/// Payment steps as one row of arrays, in order.
#[derive(FromQueryResult)]
pub(crate) struct StepColumns {
    percents: Option<Vec<Decimal>>,
    moments: Option<Vec<String>>,
    days: Option<Vec<i32>>,
}

impl StepColumns {
    pub(crate) fn into_steps(self) -> Result<Vec<PaymentStep>, Fault> {
        let (percents, moments, days) = (self.percents, self.moments, self.days);
        let rows = percents.unwrap_or_default().into_iter().zip(moments.unwrap_or_default());
        let step = |((percent, moment), days): ((Decimal, String), i32)| {
            Some(PaymentStep {
                percent: Percent::new(percent).ok()?,
                moment: Moment::parse(&moment)?,
                days,
            })
        };
        rows.zip(days.unwrap_or_default())
            .map(|row| step(row).ok_or_else(|| Fault::broken("a payment step out of its range")))
            .collect()
    }
}

#[derive(FromQueryResult)]
struct AgreementRow {
    id: AgreementId,
    customer_id: CustomerId,
    #[sea_orm(nested)]
    fields: AgreementFields,
    #[sea_orm(nested)]
    record: Record,
    #[sea_orm(nested)]
    steps: StepColumns,
}

/// The agreements of these customers within reach, the default one first; without archived ones.
///
/// # Errors
/// [`Fault`].
pub async fn agreements_by_customer(
    tx: &TenantTx,
    permit: &Permit<ReadTerms>,
    customers: &[CustomerId],
) -> Outcome<HashMap<CustomerId, Vec<Agreement>>> {
    let mut found: HashMap<CustomerId, Vec<Agreement>> = HashMap::new();
    let mut sql = select(permit);
    sql.with(" and a.customer_id = any(", uuids(customers), "::uuid[])");
    sql.push(" and a.archived_at is null");
    for agreement in read(tx, permit, sql).await? {
        found.entry(agreement.customer_id).or_default().push(agreement);
    }
    Ok(found)
}

/// The agreements with these ids, of customers within reach; archived ones too, since documents
/// point at them.
///
/// # Errors
/// [`Fault`].
pub async fn agreements_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadTerms>,
    ids: &[AgreementId],
) -> Outcome<HashMap<AgreementId, Agreement>> {
    let mut sql = select(permit);
    sql.with(" and a.id = any(", uuids(ids), "::uuid[])");
    let found = read(tx, permit, sql).await?;
    Ok(found.into_iter().map(|agreement| (agreement.id, agreement)).collect())
}

fn select(permit: &Permit<ReadTerms>) -> Sql {
    Sql::new(
        "select a.id, a.customer_id, a.name, a.organization_id, a.price_list_id, a.currency,
                a.discount_percent, a.credit_policy, a.state, a.valid_from, a.valid_to,
                a.min_shelf_life_days, a.sales_route_id, a.is_default, a.external_reference,
                a.version, a.created_at, a.updated_at, a.created_by, a.archived_at,
                s.percents, s.moments, s.days
         from agreement a
         join customer r on r.tenant_id = $1 and r.id = a.customer_id
         cross join lateral (
             select array_agg(p.percent order by p.place) as percents,
                    array_agg(p.moment order by p.place) as moments,
                    array_agg(p.days order by p.place) as days
             from payment_step p
             where p.tenant_id = $1 and p.agreement_id = a.id
         ) s
         where a.tenant_id = $1",
        values![permit.tenant()],
    )
}

async fn read(tx: &TenantTx, permit: &Permit<ReadTerms>, mut sql: Sql) -> Outcome<Vec<Agreement>> {
    reach(&mut sql, permit);
    sql.push(" order by a.customer_id, a.is_default desc, a.created_at, a.id");
    let rows: Vec<AgreementRow> = tx.all(sql).await?;
    let whole = |row: AgreementRow| {
        Ok(Agreement {
            id: row.id,
            customer_id: row.customer_id,
            fields: row.fields,
            payment_steps: row.steps.into_steps()?,
            record: row.record,
        })
    };
    rows.into_iter().map(whole).collect()
}

/// The payment steps of one agreement.
pub(crate) async fn steps_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    agreement: AgreementId,
) -> Outcome<Vec<PaymentStep>> {
    let sql = "
        select array_agg(p.percent order by p.place) as percents,
               array_agg(p.moment order by p.place) as moments,
               array_agg(p.days order by p.place) as days
        from payment_step p
        where p.tenant_id = $1 and p.agreement_id = $2";
    let row: Option<StepColumns> =
        tx.one(Sql::new(sql, values![permit.tenant(), agreement])).await?;
    Ok(row.map(StepColumns::into_steps).transpose()?.unwrap_or_default())
}

/// Puts new payment steps in the place of an agreement's old ones.
pub(crate) async fn replace_steps<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    agreement: AgreementId,
    steps: &[PaymentStep],
) -> Outcome<()> {
    let drop = "delete from payment_step where tenant_id = $1 and agreement_id = $2";
    tx.run(Sql::new(drop, values![permit.tenant(), agreement])).await?;
    let percents: Vec<Decimal> = steps.iter().map(|step| step.percent.get()).collect();
    let moments: Vec<String> = steps.iter().map(|step| step.moment.as_str().to_owned()).collect();
    let days: Vec<i32> = steps.iter().map(|step| step.days).collect();
    let sql = "
        insert into payment_step (tenant_id, agreement_id, place, percent, moment, days)
        select $1, $2, s.place, s.percent, s.moment, s.days
        from unnest($3::numeric[], $4::text[], $5::integer[]) with ordinality
            as s (percent, moment, days, place)";
    let values = values![permit.tenant(), agreement, percents, moments, days];
    known(tx.run(Sql::new(sql, values)).await).map(std::mem::drop)
}

/// The customer's default agreement.
pub(crate) async fn default_agreement<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    customer: CustomerId,
) -> Outcome<Option<AgreementId>> {
    #[derive(FromQueryResult)]
    struct Found {
        id: AgreementId,
    }
    let sql = "
        select a.id
        from agreement a
        where a.tenant_id = $1 and a.customer_id = $2 and a.is_default";
    let found: Option<Found> = tx.one(Sql::new(sql, values![permit.tenant(), customer])).await?;
    Ok(found.map(|row| row.id))
}

/// Takes the default away from the customer's other agreement that has it, which is a new version
/// of that one.
pub(crate) async fn drop_other_defaults<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    customer: CustomerId,
    agreement: Uuid,
) -> Outcome<()> {
    #[derive(FromQueryResult)]
    struct Dropped {
        id: Uuid,
    }
    let sql = "
        update agreement
        set is_default = false, version = version + 1, updated_at = $4
        where tenant_id = $1 and customer_id = $2 and is_default and id <> $3
        returning id";
    let values = values![permit.tenant(), customer, agreement, tx.now()];
    let dropped: Vec<Dropped> = tx.all(Sql::new(sql, values)).await?;
    keep_versions(tx, permit, dropped.into_iter().map(|row| row.id).collect()).await
}
