//! Lists of bank lines, and what they seem to pay for.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    BankLineId, Currency, CustomerId, Direction, InvoiceId, NaiveDate, OrganizationId, Page,
    PageRequest, Position, Uuid,
};

use super::model::{BankLine, BankLineState, BankProposal, LINE_COLUMNS, ReadBankLines};
use crate::rules::{invoice_numbers_in, is_inn, numbers_in};
use crate::store::{Count, Keyset, Kind, whole_cents};

/// Which lines.
#[derive(Clone, Debug, Default)]
pub struct BankLineFilter {
    /// To one organization.
    pub organization: Option<OrganizationId>,
    /// In one state.
    pub state: Option<BankLineState>,
    /// Of the payer with this tax number.
    pub payer_inn: Option<String>,
    /// Of this day or later.
    pub date_from: Option<NaiveDate>,
    /// Of this day or earlier.
    pub date_to: Option<NaiveDate>,
    /// With exactly this id of the bank.
    pub reference: Option<String>,
}

/// What lines are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BankLineSort {
    /// The day.
    Date,
    /// The amount, whatever its currency.
    Amount,
}

impl BankLineSort {
    /// The order's name in cursors.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Date => "DATE",
            Self::Amount => "AMOUNT",
        }
    }

    fn keyset(self, direction: Direction) -> Keyset {
        let (column, kind) = match self {
            Self::Date => ("l.date", Kind::Date),
            Self::Amount => ("l.amount_cents", Kind::Cents),
        };
        Keyset { column, id: "l.id", kind, direction }
    }

    fn position(self, line: &BankLine) -> Position {
        let key = match self {
            Self::Date => line.date.to_string(),
            Self::Amount => whole_cents(line.amount),
        };
        Position { order: self.name().to_owned(), key: Some(key), id: line.id.0 }
    }
}

/// Lines are of no manager and no customer: who is bound to some of them sees none.
fn within_reach(sql: &mut Sql, permit: &Permit<ReadBankLines>) {
    if permit.managers().is_some() || permit.customer().is_some() {
        sql.push("\n  and false");
    }
}

/// One page of lines.
///
/// # Errors
/// A refusal where a cursor is not of this list; a fault where the statement fails.
pub async fn bank_lines(
    tx: &TenantTx,
    permit: &Permit<ReadBankLines>,
    filter: &BankLineFilter,
    (sort, direction): (BankLineSort, Direction),
    page: &PageRequest,
) -> Outcome<Page<BankLine>> {
    let mut sql = Sql::new(
        format!("select {LINE_COLUMNS} from bank_line l where l.tenant_id = $1"),
        values![permit.tenant()],
    );
    within_reach(&mut sql, permit);
    narrow(&mut sql, filter);
    sort.keyset(direction).finish(&mut sql, page)?;
    let rows: Vec<BankLine> = tx.all(sql).await?;
    Ok(Page::of(rows.into_iter().map(|row| (sort.position(&row), row)).collect(), page))
}

/// How many lines there are, counted up to `cap`.
///
/// # Errors
/// A fault where the statement fails.
pub async fn count_bank_lines(
    tx: &TenantTx,
    permit: &Permit<ReadBankLines>,
    filter: &BankLineFilter,
    cap: i64,
) -> Outcome<i64> {
    let mut sql = Sql::new(
        "select count(*) as counted from (select l.id from bank_line l where l.tenant_id = $1",
        values![permit.tenant()],
    );
    within_reach(&mut sql, permit);
    narrow(&mut sql, filter);
    sql.with("\nlimit ", cap, "\n) c");
    Count::of(tx.one(sql).await?)
}

fn narrow(sql: &mut Sql, filter: &BankLineFilter) {
    if let Some(organization) = filter.organization {
        sql.with("\n  and l.organization_id = ", organization, "");
    }
    if let Some(state) = filter.state {
        sql.push("\n  and l.state = ").word(state.as_str());
    }
    if let Some(inn) = &filter.payer_inn {
        sql.with("\n  and l.payer_inn = ", inn.as_str(), "");
    }
    if let Some(from) = filter.date_from {
        sql.with("\n  and l.date >= ", from, "");
    }
    if let Some(to) = filter.date_to {
        sql.with("\n  and l.date <= ", to, "");
    }
    if let Some(reference) = &filter.reference {
        sql.with("\n  and l.reference = ", reference.as_str(), "");
    }
}

/// The lines with these ids.
///
/// # Errors
/// A fault where the statement fails.
pub async fn bank_lines_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadBankLines>,
    ids: &[BankLineId],
) -> Outcome<HashMap<BankLineId, BankLine>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let mut sql = Sql::new(
        format!("select {LINE_COLUMNS} from bank_line l where l.tenant_id = $1"),
        values![permit.tenant()],
    );
    sql.with(" and l.id = any (", ids, "::uuid[])");
    within_reach(&mut sql, permit);
    let rows: Vec<BankLine> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

#[derive(FromQueryResult)]
struct Payer {
    inn: String,
    customer_id: CustomerId,
}

#[derive(FromQueryResult)]
struct Named {
    id: InvoiceId,
    number: String,
    organization_id: OrganizationId,
    customer_id: CustomerId,
    currency: Currency,
}

/// What lines seem to pay for, in two statements for any number of lines.
///
/// # Errors
/// A fault where a statement fails.
pub async fn proposals(
    tx: &TenantTx,
    permit: &Permit<ReadBankLines>,
    lines: &[BankLine],
) -> Outcome<HashMap<BankLineId, BankProposal>> {
    let inns: Vec<String> =
        lines.iter().filter_map(|line| line.payer_inn.clone()).filter(|inn| is_inn(inn)).collect();
    let sql = "
        select c.inn, c.id as customer_id
        from customer_payer_v c
        where c.tenant_id = $1
          and c.inn = any ($2)
          and not c.archived";
    let payers: Vec<Payer> = tx.all(Sql::new(sql, values![permit.tenant(), inns])).await?;
    let numbers: HashMap<BankLineId, Vec<String>> = lines
        .iter()
        .map(|line| (line.id, numbers_in(line.purpose.as_deref().unwrap_or_default())))
        .collect();
    let all: Vec<String> = numbers.values().flatten().cloned().collect();
    let sql = "
        select i.id, i.number, i.organization_id, i.customer_id, i.currency
        from invoice i
        where i.tenant_id = $1
          and i.number = any ($2)
          and i.state in ('ISSUED', 'PARTIALLY_PAID')
          and i.cancel_reason is null";
    let named: Vec<Named> = tx.all(Sql::new(sql, values![permit.tenant(), all])).await?;
    let proposal = |line: &BankLine| {
        let numbers = numbers.get(&line.id).cloned().unwrap_or_default();
        let of_invoices = invoice_numbers_in(line.purpose.as_deref().unwrap_or_default());
        let payer = only(payers.iter().filter(|p| Some(&p.inn) == line.payer_inn.as_ref()));
        let payer = payer.map(|payer| payer.customer_id);
        let fits = |invoice: &&Named| {
            of_invoices.contains(&invoice.number)
                && invoice.organization_id == line.organization_id
                && invoice.currency == line.currency
                && payer.is_none_or(|payer| payer == invoice.customer_id)
        };
        let invoice = only(named.iter().filter(fits));
        let customer_id = payer.or(invoice.map(|invoice| invoice.customer_id));
        let invoice_id = invoice.map(|invoice| invoice.id);
        (line.id, BankProposal { customer_id, invoice_id, numbers })
    };
    Ok(lines.iter().map(proposal).collect())
}

/// The only one; none where there are several.
fn only<T>(mut found: impl Iterator<Item = T>) -> Option<T> {
    let first = found.next()?;
    found.next().is_none().then_some(first)
}
