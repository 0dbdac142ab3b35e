//! Kept answers: a report or dashboard is computed once for all who ask the same at the same
//! time and may see the same, and kept until the tenant's next posting.

use std::sync::Arc;
use std::time::Duration;

use access::{Action, Permit, Reach, Right, Scope};
use db::{CommandError, Db, Fault, Outcome, ReadPool, TenantTx};
use kernel::{CustomerId, Uuid};
use live::{CacheKey, Cached, Live, Origin};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::report::{ReadSalesReport, SalesQuery, SalesReport, sales_report};

/// How long an answer is kept where nothing is posted. Postings end it at once; this bounds the
/// age of what no posting tells of, such as a user's name.
const TTL: Duration = Duration::from_secs(600);

/// The rights that decide what a report or dashboard shows.
const DECIDING: [Right; 7] = [
    Right::SalesReport,
    Right::MoneyReport,
    Right::DashboardRead,
    Right::OrderRead,
    Right::CostRead,
    Right::CustomerRead,
    Right::ProductRead,
];

/// An answer and whether it was there already.
#[derive(Clone, Debug)]
pub struct Answered<T> {
    /// The answer; its `as_of` says of which moment.
    pub value: Arc<T>,
    /// Computed for an earlier question, and true since: nothing was posted in between.
    pub cached: bool,
}

/// A sales report, kept or computed in a snapshot of its own on the connections of reports.
///
/// # Errors
/// As [`sales_report`].
pub async fn cached_sales_report(
    live: &Live,
    db: &Db,
    permit: &Permit<ReadSalesReport>,
    query: &SalesQuery,
) -> Outcome<Answered<SalesReport>> {
    let key = key(permit.scope(), "salesReport 1", query)?;
    answer(live, db, permit, &key, async |tx| sales_report(tx, permit, query).await).await
}

async fn answer<A: Action, T>(
    live: &Live,
    db: &Db,
    permit: &Permit<A>,
    key: &CacheKey,
    compute: impl AsyncFn(&TenantTx) -> Outcome<T>,
) -> Outcome<Answered<T>>
where
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    let computed = async {
        // Opened here and not before: the epoch must be read before the snapshot is taken.
        let reader = db.reader(permit.scope(), ReadPool::Reports);
        let value = {
            let tx = reader.tx().await?;
            compute(&tx).await
        };
        reader.renew().await;
        Ok::<_, CommandError>(Arc::new(value?))
    };
    let Cached { value, origin } = live.fresh(permit.tenant(), key, TTL, computed).await?;
    Ok(Answered { value, cached: origin != Origin::Computed })
}

/// What the caller may see, as far as it changes an answer. Everybody with reach ALL and the
/// same rights shares one.
#[derive(Serialize)]
struct Class {
    rights: Vec<Option<Reach>>,
    customer: Option<CustomerId>,
    own: Option<Uuid>,
    team: Vec<Uuid>,
}

impl Class {
    fn of(scope: &Scope) -> Self {
        let rights: Vec<_> = DECIDING.iter().map(|right| scope.reach(*right)).collect();
        let holds = |reach| rights.contains(&Some(reach));
        let mut team = Vec::new();
        if holds(Reach::Team) {
            team.extend(scope.team().iter().map(|id| id.0));
            team.sort();
        }
        let own = scope.user().filter(|_| holds(Reach::Own)).map(|id| id.0);
        Self { rights, customer: scope.customer(), own, team }
    }
}

fn key(scope: &Scope, question: &str, arguments: &impl Serialize) -> Result<CacheKey, Fault> {
    Ok(CacheKey::new(&json(&Class::of(scope))?, question, &json(arguments)?))
}

/// Fails rather than giving two questions the same text.
fn json(value: &impl Serialize) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec(value).map_err(|error| Fault::broken(format!("a key without JSON: {error}")))
}
