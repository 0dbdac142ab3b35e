//! Versions of agreements: each change leaves the agreement whole, for the documents made under
//! it.

use std::collections::HashMap;

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    AgreementId, Currency, CustomerId, DateTime, NaiveDate, OrganizationId, Percent, PriceListId,
    SalesRouteId, UserId, Utc, Uuid,
};
use serde_json::Value;

use super::customers::reach;
use super::uuids;
use crate::ReadTerms;
use crate::rules::{AgreementState, CreditPolicy, PaymentStep};

/// Most versions of an agreement that are read at once.
const MOST_VERSIONS: i64 = 250;

/// A version's key: the agreement, and which one.
pub type VersionKey = (AgreementId, i32);

/// An agreement as it was from one change to the next.
#[derive(Clone, Debug, PartialEq)]
pub struct AgreementVersion {
    /// Of which agreement.
    pub agreement_id: AgreementId,
    /// With whom.
    pub customer_id: CustomerId,
    /// The version of the agreement.
    pub number: i32,
    /// Its terms.
    pub terms: VersionTerms,
    /// How the customer paid; sums to 100 %.
    pub payment_steps: Vec<PaymentStep>,
    /// Whether it was archived.
    pub archived: bool,
    /// When the change was made.
    pub recorded_at: DateTime<Utc>,
    /// The user who made it; none for partners' keys and workers.
    pub created_by: Option<UserId>,
}

/// The fields of an agreement in one version.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct VersionTerms {
    /// Its name.
    pub name: String,
    /// The organization it is with; `None` is any.
    pub organization_id: Option<OrganizationId>,
    /// Its price list; `None` is the tenant's default one.
    pub price_list_id: Option<PriceListId>,
    /// The currency of its documents.
    pub currency: Currency,
    /// The personal discount.
    pub discount_percent: Percent,
    /// What a gate does over the credit limit.
    pub credit_policy: CreditPolicy,
    /// Where it stood.
    pub state: AgreementState,
    /// From this day on.
    pub valid_from: Option<NaiveDate>,
    /// To this day, itself included.
    pub valid_to: Option<NaiveDate>,
    /// Days that are left of a lot's life when it is shipped, at least.
    pub min_shelf_life_days: Option<i32>,
    /// How its orders were served; `None` is the standard way.
    pub sales_route_id: Option<SalesRouteId>,
    /// Whether it was the customer's default.
    pub is_default: bool,
}

/// Keeps these agreements as they stand now, each under its version. Called at the end of whatever
/// changes an agreement, its steps or its fixed prices.
pub(crate) async fn keep_versions<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    agreements: Vec<Uuid>,
) -> Outcome<()> {
    if agreements.is_empty() {
        return Ok(());
    }
    let sql = "
        insert into agreement_version
            (tenant_id, agreement_id, number, name, organization_id, price_list_id, currency,
             discount_percent, credit_policy, state, valid_from, valid_to, min_shelf_life_days,
             sales_route_id, is_default, payment_steps, archived, recorded_at, created_by)
        select $1, a.id, a.version, a.name, a.organization_id, a.price_list_id, a.currency,
               a.discount_percent, a.credit_policy, a.state, a.valid_from, a.valid_to,
               a.min_shelf_life_days, a.sales_route_id, a.is_default, coalesce(s.steps, '[]'),
               a.archived_at is not null, $3, $4
        from agreement a
        cross join lateral (
            select jsonb_agg(
                       jsonb_build_object('percent', p.percent::text, 'moment', p.moment,
                                          'days', p.days) order by p.place) as steps
            from payment_step p
            where p.tenant_id = $1 and p.agreement_id = a.id
        ) s
        where a.tenant_id = $1 and a.id = any($2::uuid[])";
    let values = values![permit.tenant(), agreements, tx.now(), permit.user()];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Moves an agreement to its next version where its own row does not change.
pub(crate) async fn next_version<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    agreement: AgreementId,
) -> Outcome<()> {
    let sql = "
        update agreement
        set version = version + 1, updated_at = $3
        where tenant_id = $1 and id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), agreement, tx.now()])).await?;
    keep_versions(tx, permit, vec![agreement.into()]).await
}

#[derive(FromQueryResult)]
struct Row {
    agreement_id: AgreementId,
    customer_id: CustomerId,
    number: i32,
    #[sea_orm(nested)]
    terms: VersionTerms,
    payment_steps: Value,
    archived: bool,
    recorded_at: DateTime<Utc>,
    created_by: Option<UserId>,
}

impl Row {
    fn into_version(self) -> Result<AgreementVersion, Fault> {
        let steps = serde_json::from_value(self.payment_steps)
            .map_err(|error| Fault::broken(format!("kept payment steps: {error}")))?;
        Ok(AgreementVersion {
            agreement_id: self.agreement_id,
            customer_id: self.customer_id,
            number: self.number,
            terms: self.terms,
            payment_steps: steps,
            archived: self.archived,
            recorded_at: self.recorded_at,
            created_by: self.created_by,
        })
    }
}

const SELECT: &str = "
    select v.agreement_id, a.customer_id, v.number, v.name, v.organization_id, v.price_list_id,
           v.currency, v.discount_percent, v.credit_policy, v.state, v.valid_from, v.valid_to,
           v.min_shelf_life_days, v.sales_route_id, v.is_default, v.payment_steps, v.archived, v.recorded_at,
           v.created_by";

/// The versions with these keys, of agreements with customers within reach.
///
/// # Errors
/// [`Fault`].
pub async fn agreement_versions(
    tx: &TenantTx,
    permit: &Permit<ReadTerms>,
    keys: &[VersionKey],
) -> Outcome<HashMap<VersionKey, AgreementVersion>> {
    let agreements: Vec<AgreementId> = keys.iter().map(|(agreement, _)| *agreement).collect();
    let numbers: Vec<i32> = keys.iter().map(|(_, number)| *number).collect();
    let sql = format!(
        "{SELECT}
         from unnest($2::uuid[], $3::integer[]) as k (agreement_id, number)
         join agreement_version v
           on v.tenant_id = $1 and v.agreement_id = k.agreement_id and v.number = k.number
         join agreement a on a.tenant_id = $1 and a.id = v.agreement_id
         join customer r on r.tenant_id = $1 and r.id = a.customer_id
         where true"
    );
    let mut sql = Sql::new(sql, values![permit.tenant(), uuids(&agreements), numbers]);
    reach(&mut sql, permit);
    let rows: Vec<Row> = tx.all(sql).await?;
    let keyed = |row: Row| Ok(((row.agreement_id, row.number), row.into_version()?));
    rows.into_iter().map(keyed).collect()
}

/// The versions of these agreements with customers within reach, the newest 250 of each, newest
/// first.
///
/// # Errors
/// [`Fault`].
pub async fn versions_by_agreement(
    tx: &TenantTx,
    permit: &Permit<ReadTerms>,
    agreements: &[AgreementId],
) -> Outcome<HashMap<AgreementId, Vec<AgreementVersion>>> {
    let sql = format!(
        "{SELECT}
         from agreement a
         join customer r on r.tenant_id = $1 and r.id = a.customer_id
         cross join lateral (
             select w.*
             from agreement_version w
             where w.tenant_id = $1 and w.agreement_id = a.id
             order by w.number desc
             limit $3
         ) v
         where a.tenant_id = $1 and a.id = any($2::uuid[])"
    );
    let mut sql = Sql::new(sql, values![permit.tenant(), uuids(agreements), MOST_VERSIONS]);
    reach(&mut sql, permit);
    sql.push(" order by v.agreement_id, v.number desc");
    let rows: Vec<Row> = tx.all(sql).await?;
    let mut found: HashMap<AgreementId, Vec<AgreementVersion>> = HashMap::new();
    for row in rows {
        found.entry(row.agreement_id).or_default().push(row.into_version()?);
    }
    Ok(found)
}
