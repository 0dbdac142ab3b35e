//! Numbers of documents: per organization, kind and year (domain, section 4). Papers that law
//! wants without gaps take theirs from the counter's row, last in the posting's transaction;
//! other kinds take blocks, so that their postings do not wait for each other.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};

use dashmap::DashMap;
use kernel::{OrganizationId, TenantId};
use tokio::sync::Mutex;

use crate::tx::Access;
use crate::{Fault, Sql, TenantTx, values};

/// Numbers taken at once for kinds that may have gaps.
const BLOCK: i64 = 20;

/// Which numbers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Series {
    /// The organization whose document it is.
    pub organization: OrganizationId,
    /// The kind: `sales_order`, `shipment`.
    pub kind: &'static str,
    /// The year of the document's date.
    pub year: i32,
}

type Block = Arc<Mutex<VecDeque<i64>>>;

#[derive(Default)]
pub(crate) struct Numbers {
    blocks: DashMap<(TenantId, Series), Block>,
}

#[derive(sea_orm::FromQueryResult)]
struct Last {
    last: i64,
}

impl TenantTx {
    /// The next number of a series without gaps; in a trial the likely one. Holds the counter's row until the transaction
    /// ends, so it is taken last.
    ///
    /// # Errors
    /// [`Fault`] where the statement fails.
    pub async fn gapless_number(&self, series: &Series) -> Result<i64, Fault> {
        if self.is_trial() { next(self, series).await } else { advance(self, series, 1).await }
    }

    /// The next number of a series that may have gaps; in a trial one that is free. Takes no lock that others wait for.
    ///
    /// # Errors
    /// [`Fault`] where a new block cannot be taken.
    pub async fn number(&self, series: &Series) -> Result<i64, Fault> {
        if self.is_trial() {
            return next(self, series).await;
        }
        let key = (self.tenant(), series.clone());
        let block = Arc::clone(&self.db().inner().numbers.blocks.entry(key).or_default());
        let mut block = block.lock().await;
        if block.is_empty() {
            // A short transaction of its own, on other connections: a rollback of this one
            // leaves a gap and nothing else.
            let blocks = &self.db().inner().blocks;
            let tx = Self::open(self.db(), self.scope(), blocks, Access::Write).await?;
            let last = advance(&tx, series, BLOCK).await?;
            tx.commit().await?;
            block.extend(last - BLOCK + 1..=last);
        }
        block.pop_front().ok_or_else(|| Fault::broken("an empty block of numbers"))
    }
}

/// The number that a document might get: no counter is taken for what is rolled back.
async fn next(tx: &TenantTx, series: &Series) -> Result<i64, Fault> {
    let sql = "
        select last
        from document_counter
        where tenant_id = $1 and organization_id = $2 and kind = $3 and year = $4";
    let values = values![tx.tenant(), series.organization, series.kind, series.year];
    let row: Option<Last> = tx.one(Sql::new(sql, values)).await?;
    let mut given = tx.given.lock().unwrap_or_else(PoisonError::into_inner);
    given.push(series.clone());
    let of_this_trial = (1..).zip(given.iter().filter(|before| *before == series)).last();
    Ok(row.map_or(0, |row| row.last) + of_this_trial.map_or(1, |(count, _)| count))
}

async fn advance(tx: &TenantTx, series: &Series, by: i64) -> Result<i64, Fault> {
    let sql = "
        insert into document_counter as c (tenant_id, organization_id, kind, year, last)
        values ($1, $2, $3, $4, $5)
        on conflict (tenant_id, organization_id, kind, year)
        do update set last = c.last + excluded.last
        returning last";
    let values = values![tx.tenant(), series.organization, series.kind, series.year, by];
    let row: Option<Last> = tx.one(Sql::new(sql, values)).await?;
    row.map(|row| row.last).ok_or_else(|| Fault::broken("a counter without a row"))
}
