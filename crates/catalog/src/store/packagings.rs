//! Packagings of products.

use std::collections::HashMap;

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Decimal, PackagingId, ProductId};

use super::directories::AROUND;
use super::uuids;
use crate::ReadProducts;
use crate::records::Packaging;
use crate::rules::{PackagingCard, check_factor};

const COLUMNS: &str =
    "r.product_id, r.in_use, r.name, r.numerator, r.denominator, r.weight_kg, r.volume_m3";

/// The packagings with these ids.
///
/// # Errors
/// [`db::Fault`].
pub async fn packagings_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadProducts>,
    ids: &[PackagingId],
) -> Outcome<HashMap<PackagingId, Packaging>> {
    let text = format!(
        "select {AROUND}, {COLUMNS}
         from product_packaging r
         where r.tenant_id = $1 and r.id = any($2::uuid[])"
    );
    let rows: Vec<Packaging> = tx.all(Sql::new(text, values![permit.tenant(), uuids(ids)])).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The packagings of these products: those in use first, each by name.
///
/// # Errors
/// [`db::Fault`].
pub async fn packagings_by_product(
    tx: &TenantTx,
    permit: &Permit<ReadProducts>,
    products: &[ProductId],
) -> Outcome<HashMap<ProductId, Vec<Packaging>>> {
    let text = format!(
        "select {AROUND}, {COLUMNS}
         from product_packaging r
         where r.tenant_id = $1 and r.product_id = any($2::uuid[])
         order by r.product_id, r.archived_at nulls first, r.name, r.id"
    );
    let rows: Vec<Packaging> =
        tx.all(Sql::new(text, values![permit.tenant(), uuids(products)])).await?;
    let mut found: HashMap<ProductId, Vec<Packaging>> = HashMap::new();
    for row in rows {
        found.entry(row.product_id).or_default().push(row);
    }
    Ok(found)
}

/// A packaging's row as a [`PackagingCard`] is made from it: columns of a packaging `p`.
#[derive(FromQueryResult)]
struct CardRow {
    id: PackagingId,
    product_id: ProductId,
    name: String,
    numerator: i64,
    denominator: i64,
    archived: bool,
}

const CARD_COLUMNS: &str = "p.id, p.product_id, p.name, p.numerator, p.denominator, \
                            p.archived_at is not null as archived";

impl TryFrom<CardRow> for PackagingCard {
    type Error = Fault;

    fn try_from(row: CardRow) -> Result<Self, Fault> {
        let CardRow { id, product_id, name, numerator, denominator, archived } = row;
        let factor = check_factor(numerator, denominator)
            .map_err(|_| Fault::broken(format!("packaging {id} has no factor")))?;
        Ok(Self { id, product_id, name, factor, archived })
    }
}

async fn cards(tx: &TenantTx, sql: Sql) -> Result<Vec<PackagingCard>, Fault> {
    let rows: Vec<CardRow> = tx.all(sql).await?;
    rows.into_iter().map(PackagingCard::try_from).collect()
}

/// The packagings of these products that are not archived; no statement runs where there are no
/// products.
///
/// # Errors
/// [`db::Fault`].
pub async fn packagings_in_use<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    products: &[ProductId],
) -> Result<Vec<PackagingCard>, Fault> {
    if products.is_empty() {
        return Ok(Vec::new());
    }
    let text = format!(
        "select {CARD_COLUMNS}
         from product_packaging p
         where p.tenant_id = $1
           and p.product_id = any($2::uuid[])
           and p.archived_at is null"
    );
    cards(tx, Sql::new(text, values![permit.tenant(), uuids(products)])).await
}

/// The packagings that a document's lines name, marked as in use: their factors stay from now
/// on. Those that are not there are absent; no statement runs where none are named.
///
/// # Errors
/// [`db::Fault`].
pub async fn take_packagings<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[PackagingId],
) -> Outcome<HashMap<PackagingId, PackagingCard>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    // Waits for whoever changes a factor just now; the next statement reads what he wrote.
    let mark = "
        update product_packaging p
        set in_use = true
        from (
            select k.id
            from product_packaging k
            where k.tenant_id = $1 and k.id = any($2::uuid[]) and not k.in_use
            order by k.id
            for no key update
        ) k
        where p.tenant_id = $1 and p.id = k.id";
    tx.run(Sql::new(mark, values![permit.tenant(), uuids(ids)])).await?;
    packaging_cards(tx, permit, ids).await
}

/// The packagings that somebody asks about; those that are not there are absent, and no statement
/// runs where none are named.
///
/// # Errors
/// [`db::Fault`].
pub async fn packaging_cards<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[PackagingId],
) -> Outcome<HashMap<PackagingId, PackagingCard>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let text = format!(
        "select {CARD_COLUMNS}
         from product_packaging p
         where p.tenant_id = $1 and p.id = any($2::uuid[])"
    );
    let found = cards(tx, Sql::new(text, values![permit.tenant(), uuids(ids)])).await?;
    Ok(found.into_iter().map(|card| (card.id, card)).collect())
}

/// What one base unit of a product weighs and what room it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct UnitMeasure {
    /// The product.
    pub product_id: ProductId,
    /// Gross weight, kilograms; `None` where no packaging says.
    pub weight_kg: Option<Decimal>,
    /// Volume, cubic metres; `None` where no packaging says.
    pub volume_m3: Option<Decimal>,
}

/// What base units of products weigh and what room they take: by the smallest packaging that says
/// so, one in use before an archived one.
///
/// # Errors
/// [`db::Fault`].
pub async fn unit_measures<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    products: &[ProductId],
) -> Outcome<HashMap<ProductId, UnitMeasure>> {
    let of = |column: &str| {
        format!(
            "(select round(p.{column} * p.denominator / p.numerator, 9)
              from product_packaging p
              where p.tenant_id = $1 and p.product_id = u.id and p.{column} is not null
              order by p.archived_at is not null, p.numerator::numeric / p.denominator, p.id
              limit 1) as {column}"
        )
    };
    let sql = format!(
        "select u.id as product_id, {}, {} from unnest($2::uuid[]) as u (id)",
        of("weight_kg"),
        of("volume_m3"),
    );
    let rows: Vec<UnitMeasure> =
        tx.all(Sql::new(sql, values![permit.tenant(), uuids(products)])).await?;
    Ok(rows.into_iter().map(|row| (row.product_id, row)).collect())
}
