//! Records that name a responsible manager go from one to another. Each context says which of its
//! tables do so (a [`Handed`]); customers themselves are moved here.

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{CustomerId, UserId, Uuid};

/// A kind of document that goes with its customer.
#[derive(Clone, Copy, Debug)]
pub struct Handed {
    /// Its name, as the API and the audit trail write it.
    pub kind: &'static str,
    /// Its table, which has `tenant_id`, `customer_id` and `manager_id`, and an index that begins
    /// with the tenant and the manager, and one with the tenant and the customer.
    pub table: &'static str,
    /// Which rows of the table `d` are of this kind, where others stand there too.
    pub only: &'static str,
    /// The column of its id.
    pub key: &'static str,
    /// The columns that follow the manager in its index: records are picked in this order.
    pub order: &'static [&'static str],
    /// Whether a change counts up its `version` and sets `updated_at`.
    pub is_versioned: bool,
    /// Whether subscribers are told of each as of a changed document.
    pub is_told: bool,
    /// Tables that repeat its manager, with the column of its id.
    pub beside: &'static [(&'static str, &'static str)],
}

/// Whose records, and which of them.
#[derive(Clone, Debug)]
pub struct HandedFrom {
    /// Who lets go of them.
    pub leaver: UserId,
    /// Only these customers and their documents; `None` is everything.
    pub customers: Option<Vec<CustomerId>>,
}

impl HandedFrom {
    fn push(&self, sql: &mut Sql, column: &str) {
        if let Some(customers) = &self.customers {
            let ids: Vec<Uuid> = customers.iter().map(|id| id.0).collect();
            sql.with(&format!(" and {column} = any("), ids, "::uuid[])");
        }
    }
}

/// A record that has another manager now.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct HandedOver {
    /// The record.
    pub id: Uuid,
    /// Its customer.
    pub customer_id: CustomerId,
    /// Who has it.
    pub heir_id: UserId,
}

#[derive(FromQueryResult)]
struct Counted {
    counted: i64,
}

/// How many records of a kind there are to hand over. Lives on the index of managers.
///
/// # Errors
/// A fault where the statement fails.
pub async fn count_handed<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    handed: &Handed,
    from: &HandedFrom,
) -> Outcome<i64> {
    let text = format!(
        "select count(*) as counted
         from {} d
         where d.tenant_id = $1 and d.manager_id = $2 and {}",
        handed.table, handed.only
    );
    let mut sql = Sql::new(text, values![permit.tenant(), from.leaver]);
    from.push(&mut sql, "d.customer_id");
    let row: Option<Counted> = tx.one(sql).await?;
    Ok(row.map_or(0, |row| row.counted))
}

/// Gives up to `limit` documents of a kind to others, in one statement. The only heir takes them
/// all. Of several, a document goes to the manager its customer has now; where that one has left
/// too, or is nobody, to one of the heirs, the same for all documents of the customer.
///
/// # Errors
/// A fault where the statement fails.
pub async fn hand_over_documents<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    handed: &Handed,
    (from, heirs): (&HandedFrom, &[UserId]),
    limit: i64,
) -> Outcome<Vec<HandedOver>> {
    let Handed { table, only, key, .. } = handed;
    let order: Vec<String> = handed.order.iter().map(|column| format!("d.{column}")).collect();
    let heirs: Vec<Uuid> = heirs.iter().map(|id| id.0).collect();
    let is_spread = heirs.len() > 1;
    let mut sql = Sql::new("", values![permit.tenant(), from.leaver, heirs]);
    // Picked by the index's order, locked in the order of ids, as everybody locks documents.
    sql.push(&format!(
        "with picked as (
             select d.{key} as id
             from {table} d
             where d.tenant_id = $1 and d.manager_id = $2 and {only}"
    ));
    from.push(&mut sql, "d.customer_id");
    sql.with(&format!(" order by {} limit ", order.join(", ")), limit, "");
    sql.push(&format!(
        "), held as (
             select d.{key} as id, d.customer_id
             from {table} d
             where d.tenant_id = $1 and d.manager_id = $2
               and d.{key} = any(array(select p.id from picked p))
             order by d.{key}
             for no key update
         ), given as (
             select h.id, h.customer_id, "
    ));
    sql.push(if is_spread {
        "coalesce(
                 (select c.manager_id
                  from customer c
                  join seller_v s on s.tenant_id = c.tenant_id and s.id = c.manager_id
                  where c.tenant_id = $1 and c.id = h.customer_id and c.manager_id <> $2
                    and s.active),
                 ($3::uuid[])[1 + mod(abs(hashtext(h.customer_id::text)::bigint),
                                      cardinality($3::uuid[]))::integer]) as heir_id"
    } else {
        "($3::uuid[])[1] as heir_id"
    });
    sql.push(&format!(
        "    from held h
         ), moved as (
             update {table} d
             set manager_id = g.heir_id"
    ));
    if handed.is_versioned {
        sql.with(", version = d.version + 1, updated_at = ", tx.now(), "");
    }
    sql.push(&format!(
        "    from given g
             where d.tenant_id = $1 and d.{key} = g.id
             returning g.id, g.customer_id, g.heir_id
         )"
    ));
    for (place, (beside, column)) in handed.beside.iter().enumerate() {
        sql.push(&format!(
            ", beside_{place} as (
             update {beside} b
             set manager_id = m.heir_id
             from moved m
             where b.tenant_id = $1 and b.{column} = m.id
         )"
        ));
    }
    sql.push(" select m.id, m.customer_id, m.heir_id from moved m order by m.id");
    Ok(tx.all(sql).await?)
}

/// How many customers of somebody there are to hand over; cards that were merged are not.
///
/// # Errors
/// A fault where the statement fails.
pub async fn count_handed_customers<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    from: &HandedFrom,
) -> Outcome<i64> {
    let text = "
        select count(*) as counted
        from customer c
        where c.tenant_id = $1 and c.manager_id = $2 and c.merged_into is null";
    let mut sql = Sql::new(text, values![permit.tenant(), from.leaver]);
    from.push(&mut sql, "c.id");
    let row: Option<Counted> = tx.one(sql).await?;
    Ok(row.map_or(0, |row| row.counted))
}

/// Up to `limit` customers of somebody, locked in the order of their ids.
///
/// # Errors
/// A fault where the statement fails.
pub async fn hold_handed_customers<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    from: &HandedFrom,
    limit: i64,
) -> Outcome<Vec<CustomerId>> {
    #[derive(FromQueryResult)]
    struct Held {
        id: CustomerId,
    }
    let mut sql = Sql::new(
        "with picked as (
             select c.id
             from customer c
             where c.tenant_id = $1 and c.manager_id = $2 and c.merged_into is null",
        values![permit.tenant(), from.leaver],
    );
    from.push(&mut sql, "c.id");
    sql.with(" order by c.name_key, c.id limit ", limit, "");
    sql.push(
        ")
         select c.id
         from customer c
         where c.tenant_id = $1 and c.manager_id = $2 
           and c.id = any(array(select p.id from picked p))
         order by c.id
         for no key update",
    );
    let rows: Vec<Held> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Gives each of these customers, which are locked, to its heir.
///
/// # Errors
/// A fault where the statement fails.
pub async fn hand_over_customers<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    given: &[(CustomerId, UserId)],
) -> Outcome<()> {
    let sql = "
        update customer c
        set manager_id = g.heir_id, version = c.version + 1, updated_at = $4
        from unnest($2::uuid[], $3::uuid[]) as g (id, heir_id)
        where c.tenant_id = $1 and c.id = g.id";
    let customers: Vec<Uuid> = given.iter().map(|(customer, _)| customer.0).collect();
    let heirs: Vec<Uuid> = given.iter().map(|(_, heir)| heir.0).collect();
    tx.run(Sql::new(sql, values![permit.tenant(), customers, heirs, tx.now()])).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Load {
    manager_id: UserId,
    counted: i64,
}

/// How many customers in use each of these people has; those who have none are absent.
///
/// # Errors
/// A fault where the statement fails.
pub async fn customers_of_managers<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    managers: &[UserId],
) -> Outcome<Vec<(UserId, i64)>> {
    let sql = "
        select c.manager_id, count(*) as counted
        from customer c
        where c.tenant_id = $1 and c.manager_id = any($2) and c.archived_at is null
        group by c.manager_id";
    let managers: Vec<Uuid> = managers.iter().map(|id| id.0).collect();
    let rows: Vec<Load> = tx.all(Sql::new(sql, values![permit.tenant(), managers])).await?;
    Ok(rows.into_iter().map(|row| (row.manager_id, row.counted)).collect())
}
