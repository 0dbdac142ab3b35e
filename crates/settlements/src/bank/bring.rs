//! Bringing lines of a statement in.

use access::{Action, Permit, Right};
use db::{Command, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    BankLineId, Currency, Decimal, NaiveDate, OrganizationId, Refusal, RefusalCode, Uuid,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::line_changed;
use crate::commands::{
    LONGEST_REFERENCE, LONGEST_TEXT, amount_above_zero, hold_organization, text,
};
use crate::rules::account_number;

/// Lines brought in at once, at most.
const MOST_LINES: usize = 500;
/// Longest name of a payer, in characters.
const LONGEST_NAME: usize = 300;
/// Longest account number, in characters: an IBAN has 34.
const LONGEST_ACCOUNT: usize = 40;

/// A line as the bank wrote it.
#[derive(Clone, Debug)]
pub struct BankLineDraft {
    /// The bank's own id of the line.
    pub reference: String,
    /// The day on which the money came.
    pub date: NaiveDate,
    /// How much, above zero.
    pub amount: Decimal,
    /// The currency; the base currency where none is given.
    pub currency: Option<Currency>,
    /// Who paid.
    pub payer_name: Option<String>,
    /// His tax number.
    pub payer_inn: Option<String>,
    /// His account.
    pub payer_account: Option<String>,
    /// What for.
    pub purpose: Option<String>,
}

/// Brings lines of a statement in; those that are there already stay as they are.
#[derive(Clone, Debug)]
pub struct BringBankLines {
    /// Whose account; it must be open for business.
    pub organization_id: OrganizationId,
    /// The account, however it is written.
    pub account: String,
    /// At most 500.
    pub lines: Vec<BankLineDraft>,
}

/// What came of bringing lines in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BroughtLines {
    /// The lines that are new, in their order.
    pub made: Vec<BankLineId>,
    /// How many were there already.
    pub known: u32,
}

impl Action for BringBankLines {
    const RIGHT: Right = Right::BankWrite;
}

#[derive(Serialize)]
struct Row {
    id: Uuid,
    reference: String,
    date: NaiveDate,
    currency: String,
    amount: Decimal,
    payer_name: Option<String>,
    payer_inn: Option<String>,
    payer_account: Option<String>,
    purpose: Option<String>,
}

#[derive(FromQueryResult)]
struct Made {
    id: BankLineId,
}

#[async_trait::async_trait]

impl Command for BringBankLines {
    type Output = BroughtLines;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<BroughtLines> {
        let account = required("account", &account_number(&self.account), LONGEST_ACCOUNT)?;
        if self.lines.is_empty() {
            return Err(Refusal::new(RefusalCode::NoLines, "There are no lines.", "Строк нет.")
                .at(["lines"])
                .into());
        }
        if self.lines.len() > MOST_LINES {
            return Err(Refusal::new(
                RefusalCode::TooMany,
                format!("At most {MOST_LINES} lines at once."),
                format!("Не больше {MOST_LINES} строк за раз."),
            )
            .at(["lines"])
            .into());
        }
        hold_organization(tx, permit, self.organization_id).await?;
        let mut rows = Vec::with_capacity(self.lines.len());
        for (index, line) in self.lines.iter().enumerate() {
            let row = checked(permit, line, tx.today());
            rows.push(row.map_err(|refusal| at_line(refusal, index))?);
        }
        let rows = serde_json::to_value(&rows)
            .map_err(|error| db::Fault::broken(format!("lines without JSON: {error}")))?;
        // A line that comes twice in one statement is one line: the first is taken.
        let sql = "
            insert into bank_line
                (tenant_id, id, organization_id, account, reference, date, currency, amount,
                 payer_name, payer_inn, payer_account, purpose, state, created_at, updated_at,
                 created_by)
            select $1, x.id, $2, $3, x.reference, x.date, x.currency, x.amount, x.payer_name,
                   x.payer_inn, x.payer_account, x.purpose, 'NEW', $5, $5, $6
            from jsonb_to_recordset($4) as x
                (id uuid, reference text, date date, currency text, amount numeric,
                 payer_name text, payer_inn text, payer_account text, purpose text)
            on conflict (tenant_id, organization_id, account, reference) do nothing
            returning id";
        let values = values![
            permit.tenant(),
            self.organization_id,
            account.as_str(),
            rows,
            tx.now(),
            permit.user(),
        ];
        let mut made: Vec<BankLineId> =
            tx.all::<Made>(Sql::new(sql, values)).await?.into_iter().map(|row| row.id).collect();
        made.sort_unstable();
        let known = u32::try_from(self.lines.len() - made.len()).unwrap_or(u32::MAX);
        let facts = json!({ "account": account, "lines": made.len(), "known": known });
        tx.audit_each("bringBankLines", "BankLine", &made, facts).await?;
        for id in &made {
            line_changed(tx, *id);
        }
        Ok(BroughtLines { made, known })
    }
}

fn required(field: &'static str, value: &str, longest: usize) -> Result<String, Refusal> {
    text(field, Some(value), longest)?.ok_or_else(|| {
        Refusal::new(RefusalCode::Required, "This is needed.", "Это поле нужно заполнить.")
            .at([field])
    })
}

fn checked(
    permit: &Permit<BringBankLines>,
    line: &BankLineDraft,
    today: NaiveDate,
) -> Result<Row, Refusal> {
    if line.date > today {
        return Err(Refusal::new(
            RefusalCode::Invalid,
            "Money that has not come yet is no line of a statement.",
            "Строка выписки не может быть из будущего.",
        )
        .at(["date"]));
    }
    let base = permit.scope().facts().base_currency;
    let payer_account = line.payer_account.as_deref().map(account_number);
    let payer_account = text("payerAccount", payer_account.as_deref(), LONGEST_ACCOUNT)?;
    Ok(Row {
        id: BankLineId::new().0,
        reference: required("reference", &line.reference, LONGEST_REFERENCE)?,
        date: line.date,
        currency: line.currency.unwrap_or(base).to_string(),
        amount: amount_above_zero(permit, line.amount)?,
        payer_name: text("payerName", line.payer_name.as_deref(), LONGEST_NAME)?,
        payer_inn: text("payerInn", line.payer_inn.as_deref(), LONGEST_ACCOUNT)?,
        payer_account,
        purpose: text("purpose", line.purpose.as_deref(), LONGEST_TEXT)?,
    })
}

fn at_line(refusal: Refusal, index: usize) -> Refusal {
    let field = refusal.field.as_ref().and_then(|path| path.last()).cloned().unwrap_or_default();
    refusal.at(["lines".to_owned(), index.to_string(), field])
}
