//! Writing quotes, and reading them under their lock.

use std::collections::HashMap;

use access::Permit;
use catalog::pricing::Explanation;
use db::{
    CommandError, Fault, FromQueryResult, Json, Outcome, Sql, TenantTx, on_constraint, values,
};
use kernel::{
    AgreementId, Currency, CustomerId, Decimal, DepartmentId, NaiveDate, OrganizationId,
    ProductVariantId, QuoteId, QuoteLineId, Refusal, RefusalCode, RegionId, UserId,
};
use serde::Serialize;

use super::super::model::{QUOTE_COLUMNS, QUOTE_LINE_COLUMNS, Quote, QuoteLine, QuoteTexts};
use crate::rules::Totals;
use crate::store::{NewLine, author, rows, uuids, within_reach};

/// A quote within reach, locked until the transaction ends.
pub(crate) async fn lock_quote<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: QuoteId,
) -> Outcome<Quote> {
    let mut sql = Sql::new(format!("select {QUOTE_COLUMNS} from sales_quote q"), []);
    sql.with(" where q.tenant_id = ", permit.tenant(), "").with(" and q.id = ", id, "");
    within_reach(&mut sql, permit, "q");
    sql.push(" for no key update");
    tx.one(sql).await?.ok_or(CommandError::NotFound)
}

/// A quote, locked until the transaction ends, whoever is responsible for it: orders that were made
/// of it have managers of their own.
pub(crate) async fn hold_quote<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: QuoteId,
) -> Outcome<Option<Quote>> {
    let text = format!(
        "select {QUOTE_COLUMNS}
         from sales_quote q
         where q.tenant_id = $1 and q.id = $2
         for no key update"
    );
    Ok(tx.one(Sql::new(text, values![permit.tenant(), id])).await?)
}

/// The lines of a quote, in their order.
pub(crate) async fn lines_of_quote<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    quote: QuoteId,
) -> Outcome<Vec<QuoteLine>> {
    let text = format!(
        "select {QUOTE_LINE_COLUMNS}
         from sales_quote_line l
         where l.tenant_id = $1
           and l.quote_id = $2
         order by l.position"
    );
    Ok(tx.all(Sql::new(text, values![permit.tenant(), quote])).await?)
}

/// The explanations of a quote's lines, as they are kept.
pub(crate) async fn explanations<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    quote: QuoteId,
) -> Outcome<HashMap<QuoteLineId, Explanation>> {
    #[derive(FromQueryResult)]
    struct Found {
        id: QuoteLineId,
        explanation: Json<Explanation>,
    }
    let sql = "
        select l.id, l.explanation
        from sales_quote_line l
        where l.tenant_id = $1 and l.quote_id = $2";
    let found: Vec<Found> = tx.all(Sql::new(sql, values![permit.tenant(), quote])).await?;
    Ok(found.into_iter().map(|row| (row.id, row.explanation.0)).collect())
}

/// The names of variants, for lines that keep what their goods are called.
pub(crate) async fn names_of_variants<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[ProductVariantId],
) -> Outcome<HashMap<ProductVariantId, String>> {
    #[derive(FromQueryResult)]
    struct Named {
        id: ProductVariantId,
        name: String,
    }
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = "
        select v.id, v.name
        from product_variant_v v
        where v.tenant_id = $1 and v.id = any($2::uuid[])";
    let found: Vec<Named> = tx.all(Sql::new(sql, values![permit.tenant(), uuids(ids)])).await?;
    Ok(found.into_iter().map(|row| (row.id, row.name)).collect())
}

/// The name and the address of somebody whose letters are answered.
pub(crate) async fn reply_address<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    user: Option<UserId>,
) -> Outcome<Option<(String, String)>> {
    #[derive(FromQueryResult)]
    struct Found {
        name: String,
        email: String,
    }
    let Some(user) = user else { return Ok(None) };
    let sql = "
        select u.name, u.email
        from user_mail_v u
        where u.tenant_id = $1 and u.id = $2";
    let found: Option<Found> = tx.one(Sql::new(sql, values![permit.tenant(), user])).await?;
    Ok(found.map(|row| (row.name, row.email)))
}

/// The header of a quote as it is written.
#[derive(Clone, Debug)]
pub(crate) struct NewQuote {
    pub(crate) id: QuoteId,
    /// The first version, which of them this is, and the number they share.
    pub(crate) root_id: QuoteId,
    pub(crate) revision: i32,
    pub(crate) number: Option<(String, i64, i32)>,
    pub(crate) date: NaiveDate,
    pub(crate) valid_until: NaiveDate,
    pub(crate) organization_id: OrganizationId,
    pub(crate) customer_id: CustomerId,
    pub(crate) agreement_id: AgreementId,
    pub(crate) agreement_version: i32,
    pub(crate) manager_id: Option<UserId>,
    pub(crate) department_id: Option<DepartmentId>,
    pub(crate) region_id: Option<RegionId>,
    pub(crate) currency: Currency,
    pub(crate) prices_include_vat: bool,
    pub(crate) totals: Totals,
    pub(crate) texts: QuoteTexts,
    pub(crate) comment: Option<String>,
    pub(crate) external_reference: Option<String>,
}

/// A line as it is written.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewQuoteLine {
    #[serde(flatten)]
    pub(crate) line: NewLine,
    pub(crate) name: String,
    pub(crate) note: Option<String>,
    pub(crate) is_optional: bool,
    pub(crate) cost: Option<Decimal>,
}

const INSERT_LINES: &str = "
    insert into sales_quote_line
        (tenant_id, id, quote_id, position, product_id, variant_id, name, note, unit, quantity,
         packaging_id, entered_quantity, entered_unit, list_price, price, price_numerator,
         price_denominator, price_source, price_is_manual, discount_percent, discount_source,
         discount_is_manual, explanation, amount, vat_rate, vat_amount, cost, is_optional,
         approval_reasons)
    select $1, x.id, $2, x.position, x.product_id, x.variant_id, x.name, x.note, x.unit, x.quantity,
           x.packaging_id, x.entered_quantity, x.entered_unit, x.list_price, x.price,
           x.price_numerator, x.price_denominator, x.price_source, x.price_is_manual,
           x.discount_percent, x.discount_source, x.discount_is_manual, x.explanation, x.amount,
           x.vat_rate, x.vat_amount, x.cost, x.is_optional, x.approval_reasons
    from jsonb_to_recordset($3) as x
        (id uuid, position integer, product_id uuid, variant_id uuid, name text, note text,
         unit text, quantity numeric, packaging_id uuid, entered_quantity numeric,
         entered_unit text, list_price numeric, price numeric, price_numerator integer,
         price_denominator integer, price_source text, price_is_manual boolean,
         discount_percent numeric, discount_source text, discount_is_manual boolean,
         explanation jsonb, amount numeric, vat_rate numeric, vat_amount numeric, cost numeric,
         is_optional boolean, approval_reasons jsonb)";

/// Writes a draft with its lines, in one statement.
pub(crate) async fn insert_quote<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    quote: &NewQuote,
    lines: &[NewQuoteLine],
) -> Outcome<()> {
    let sql = format!(
        "with written as (
             insert into sales_quote
                 (tenant_id, id, root_id, revision, number, number_sequence, number_year, date,
                  valid_until, organization_id, customer_id, agreement_id, agreement_version,
                  manager_id, department_id, region_id, currency, prices_include_vat, state, net,
                  vat, gross, texts, comment, external_reference, created_at, updated_at,
                  created_by)
             values ($1, $2, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                     $19, 'DRAFT', $20, $21, $22, $23, $24, $25, $26, $26, $27)
         )
         {INSERT_LINES}"
    );
    let (number, sequence, year) = split(quote.number.clone());
    let values = values![
        permit.tenant(),
        quote.id,
        rows(lines)?,
        quote.root_id,
        quote.revision,
        number,
        sequence,
        year,
        quote.date,
        quote.valid_until,
        quote.organization_id,
        quote.customer_id,
        quote.agreement_id,
        quote.agreement_version,
        quote.manager_id,
        quote.department_id,
        quote.region_id,
        quote.currency,
        quote.prices_include_vat,
        quote.totals.net,
        quote.totals.vat,
        quote.totals.gross,
        quote.texts.clone(),
        quote.comment.clone(),
        quote.external_reference.clone(),
        tx.now(),
        author(permit),
    ];
    taken(tx.run(Sql::new(sql, values)).await)?;
    Ok(())
}

pub(super) fn split(
    number: Option<(String, i64, i32)>,
) -> (Option<String>, Option<i64>, Option<i32>) {
    number.map_or((None, None, None), |(text, sequence, year)| {
        (Some(text), Some(sequence), Some(year))
    })
}

/// Writes a draft's header anew.
pub(crate) async fn update_quote<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    quote: &NewQuote,
) -> Outcome<()> {
    let sql = "
        update sales_quote q
        set date = $3, valid_until = $4, organization_id = $5, customer_id = $6,
            agreement_id = $7, agreement_version = $8, manager_id = $9, department_id = $10,
            region_id = $11, currency = $12, prices_include_vat = $13, net = $14, vat = $15,
            gross = $16, texts = $17, comment = $18, external_reference = $19,
            version = q.version + 1, updated_at = $20
        where q.tenant_id = $1
          and q.id = $2";
    let values = values![
        permit.tenant(),
        quote.id,
        quote.date,
        quote.valid_until,
        quote.organization_id,
        quote.customer_id,
        quote.agreement_id,
        quote.agreement_version,
        quote.manager_id,
        quote.department_id,
        quote.region_id,
        quote.currency,
        quote.prices_include_vat,
        quote.totals.net,
        quote.totals.vat,
        quote.totals.gross,
        quote.texts.clone(),
        quote.comment.clone(),
        quote.external_reference.clone(),
        tx.now(),
    ];
    taken(tx.run(Sql::new(sql, values)).await)?;
    Ok(())
}

/// Puts other lines in place of a draft's.
pub(crate) async fn replace_quote_lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    quote: QuoteId,
    lines: &[NewQuoteLine],
) -> Outcome<()> {
    let sql = "
        delete from sales_quote_line l
        where l.tenant_id = $1
          and l.quote_id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), quote])).await?;
    tx.run(Sql::new(INSERT_LINES, values![permit.tenant(), quote, rows(lines)?])).await?;
    Ok(())
}

fn taken(result: Result<u64, Fault>) -> Outcome<u64> {
    on_constraint(result, "sales_quote_external_reference_key", || {
        Refusal::new(
            RefusalCode::Taken,
            "Another quote has this external reference.",
            "Такая внешняя ссылка уже есть у другого предложения.",
        )
        .at(["externalReference"])
    })
}
