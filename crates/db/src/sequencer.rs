//! The sequencer gives positions to committed events, in order, tenant by tenant. Postings write
//! their events without a position and so never wait for each other; only numbered events are
//! published, so a subscriber that has seen position n has seen all before it.

use kernel::{CustomerId, TenantId, UserId, Uuid};

use crate::{Db, Event, Fault, Reason, Sql, TenantTx, values};

/// Numbers events; one runs in every replica, and one of them at a time does the work.
#[derive(Clone)]
pub struct Sequencer {
    db: Db,
}

impl Sequencer {
    /// Events numbered at once: where a step gives so many, there may be more.
    pub const BATCH: usize = 500;

    /// A sequencer on this database.
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// Numbers what is committed and not numbered yet, and returns it in order. An empty answer
    /// means there is nothing, or another replica is at it.
    ///
    /// # Errors
    /// [`Fault`] where the database fails; nothing is numbered then.
    pub async fn step(&self) -> Result<Vec<Event>, Fault> {
        let sql = Sql::new("select n.* from number_events($1) n", values![Self::BATCH as i64]);
        let mut events: Vec<Event> = self.db.system_once(Reason::Sequencer, sql).await?;
        events.sort_by_key(|event| (event.tenant_id, event.position));
        Ok(events)
    }
}

impl TenantTx {
    /// Numbered events after a position, oldest first, at most `limit`; those within reach only
    /// (`None`: everybody's records, any customer).
    ///
    /// # Errors
    /// [`Fault`] where the statement fails.
    pub async fn events_after(&self, position: i64, limit: i64) -> Result<Vec<Event>, Fault> {
        let sql = "
            select position, tenant_id, kind, subject_kind, subject_id, manager_id, customer_id,
                   products, warehouses, recorded_at
            from event_outbox
            where tenant_id = $1 and position > $2
            order by position
            limit $3";
        self.all(Sql::new(sql, values![self.tenant(), position, limit])).await
    }

    /// The newest position and the oldest one still kept; (0, 0) where there is none.
    ///
    /// # Errors
    /// [`Fault`] where the statement fails.
    pub async fn event_bounds(&self) -> Result<(i64, i64), Fault> {
        let sql = "
            select coalesce((select last from event_position where tenant_id = $1), 0) as newest,
                   coalesce((select min(position) from event_outbox where tenant_id = $1), 0)
                   as oldest";
        let row: Option<Bounds> = self.one(Sql::new(sql, values![self.tenant()])).await?;
        Ok(row.map_or((0, 0), |row| (row.newest, row.oldest)))
    }
}

#[derive(sea_orm::FromQueryResult)]
struct Bounds {
    newest: i64,
    oldest: i64,
}

impl Event {
    /// Whether the event is about one of these managers' records and this customer; `None`
    /// means any.
    #[must_use]
    pub fn concerns(&self, managers: Option<&[Uuid]>, customer: Option<CustomerId>) -> bool {
        let manager = |id: Option<UserId>| {
            managers.is_none_or(|list| id.is_some_and(|id| list.contains(&id.0)))
        };
        manager(self.manager_id) && (customer.is_none() || customer == self.customer_id)
    }

    /// The tenant's channel.
    #[must_use]
    pub fn channel(&self) -> TenantId {
        self.tenant_id
    }
}
