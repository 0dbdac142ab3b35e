//! Kept answers: a report or dashboard is computed once for all who ask the same at the same
//! time and may see the same, and kept until the tenant's next posting.

use std::sync::Arc;
use std::time::Duration;

use access::{Permit, Reach, Right, Scope};
use db::{Db, Fault, Outcome, ReadPool};
use kernel::{CustomerId, Uuid};
use live::{CacheKey, Cached, Live, Origin};
use serde::Serialize;

use crate::dashboard::{Dashboard, DashboardPeriod, ReadDashboard, dashboard};
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
    /// Computed for another question, and still true: nothing was posted in between.
    pub cached: bool,
}

impl<T> From<Cached<Arc<T>>> for Answered<T> {
    fn from(Cached { value, origin }: Cached<Arc<T>>) -> Self {
        Self { value, cached: origin != Origin::Computed }
    }
}

// The snapshots below are opened inside the futures, which are first polled after the epoch has
// been read: what is kept under an epoch was seen after it.

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
    let computed = async {
        let reader = db.reader(permit.scope(), ReadPool::Reports);
        let report = match reader.tx().await {
            Ok(tx) => sales_report(&tx, permit, query).await,
            Err(fault) => Err(fault.into()),
        };
        reader.renew().await;
        report.map(Arc::new)
    };
    Ok(live.fresh(permit.tenant(), &key, TTL, computed).await?.into())
}

/// A dashboard, kept or computed in a snapshot of its own on the connections of reports.
///
/// # Errors
/// As [`dashboard`].
pub async fn cached_dashboard(
    live: &Live,
    db: &Db,
    permit: &Permit<ReadDashboard>,
    period: &DashboardPeriod,
) -> Outcome<Answered<Dashboard>> {
    // Its widgets are of a day: tomorrow the same question has another answer.
    let today = db.clock().today(permit.scope().facts().zone);
    let key = key(permit.scope(), "dashboard 1", &(today, period))?;
    let computed = async {
        let reader = db.reader(permit.scope(), ReadPool::Reports);
        let board = match reader.tx().await {
            Ok(tx) => dashboard(&tx, permit, period).await,
            Err(fault) => Err(fault.into()),
        };
        reader.renew().await;
        board.map(Arc::new)
    };
    Ok(live.fresh(permit.tenant(), &key, TTL, computed).await?.into())
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
