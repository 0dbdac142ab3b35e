//! One field to look for anything in: ids of what was found, and how.

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{CustomerId, ProductId, Uuid};

use super::customers::{Seen, reach};
use super::listing::Archived;
use super::search::Sought;
use crate::{ReadCustomers, ReadProducts};

/// What of a record was met by what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matched {
    /// A code, number, telephone or e-mail is equal.
    Key,
    /// The name or the article number begins so.
    Beginning,
    /// All words are held somewhere.
    Text,
    /// As typed on another keyboard layout or in the other alphabet.
    OtherReading,
    /// Words that differ by a letter or two.
    Similar,
}

impl Matched {
    fn parse(text: &str) -> Result<Self, Fault> {
        match text {
            "KEY" => Ok(Self::Key),
            "BEGINNING" => Ok(Self::Beginning),
            "TEXT" => Ok(Self::Text),
            "OTHER_READING" => Ok(Self::OtherReading),
            "SIMILAR" => Ok(Self::Similar),
            _ => Err(Fault::broken("a find of no known kind")),
        }
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    how: String,
}

/// The first so many products in use that a text finds, the best first.
///
/// # Errors
/// A refusal for a text out of bounds.
pub async fn found_products(
    tx: &TenantTx,
    permit: &Permit<ReadProducts>,
    text: &str,
    most: u32,
) -> Outcome<Vec<(ProductId, Matched)>> {
    let Some(sought) = Sought::parse(text)? else { return Ok(Vec::new()) };
    let head = "select r.id, found.how from product r";
    let mut sql = Sql::new(head, values![permit.tenant()]);
    sought.first(most).join_products(&mut sql, Archived::Exclude);
    sql.push(" where r.tenant_id = $1");
    read(tx, sql, most).await
}

/// The first so many customers in use within reach that a text finds, the best first.
///
/// # Errors
/// As [`found_products`].
pub async fn found_customers(
    tx: &TenantTx,
    permit: &Permit<ReadCustomers>,
    seen: Seen,
    text: &str,
    most: u32,
) -> Outcome<Vec<(CustomerId, Matched)>> {
    let Some(sought) = Sought::parse_with_phone(text)? else { return Ok(Vec::new()) };
    let head = "select r.id, found.how from customer r";
    let mut sql = Sql::new(head, values![permit.tenant()]);
    sought.first(most).join_customers(&mut sql, permit, seen, Archived::Exclude);
    sql.push(" where r.tenant_id = $1");
    reach(&mut sql, permit);
    read(tx, sql, most).await
}

async fn read<T: From<Uuid>>(tx: &TenantTx, mut sql: Sql, most: u32) -> Outcome<Vec<(T, Matched)>> {
    sql.with(" order by found.place limit ", i64::from(most), "");
    let rows: Vec<Row> = tx.all(sql).await?;
    rows.into_iter().map(|row| Ok((T::from(row.id), Matched::parse(&row.how)?))).collect()
}
