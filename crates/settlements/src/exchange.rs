//! Foreign currencies: the rate of a document's day, and what rates make of settling (domain,
//! section 2). Whoever writes here holds the customer's lock.

use std::collections::BTreeMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Currency, Decimal, NaiveDate, PaymentId, ReceivableId, Refusal, RefusalCode, Uuid};
use serde_json::json;

use crate::rules::{Offset, Settled, exchange_difference};

/// Places of a kept rate.
const RATE_PLACES: u32 = 12;

/// What a unit of a currency is worth in the base currency on a day; none for the base currency.
///
/// # Errors
/// A refusal where no rate is known by that day; a fault where the statement fails.
pub(crate) async fn rate_on<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    currency: Currency,
    on: NaiveDate,
) -> Outcome<Option<Decimal>> {
    let base = permit.scope().facts().base_currency;
    if currency == base {
        return Ok(None);
    }
    let rates = catalog::rates_on(tx, permit, on).await?;
    let rate = rates.conversion(currency, base, on).and_then(|known| known.apply(Decimal::ONE));
    let Some(rate) = rate else {
        return Err(Refusal::new(
            RefusalCode::NoRate,
            format!("No rate of {currency} is known on {on}."),
            format!("На {} нет курса {currency}.", on.format("%d.%m.%Y")),
        )
        .at(["date"])
        .with(json!({ "currency": currency, "date": on }))
        .into());
    };
    Ok(Some(rate.round_dp(RATE_PLACES)))
}

#[derive(FromQueryResult)]
struct Pair {
    payment_id: PaymentId,
    receivable_id: ReceivableId,
    payment_rate: Decimal,
    paid_on: NaiveDate,
    debt_rate: Decimal,
    sold_on: NaiveDate,
    settled: Decimal,
    booked: Decimal,
}

/// Books what these offsets, written already, make of exchange differences: what each pair of money
/// and debt comes to now, less what was booked of it before. Documents from before rates were kept
/// make none.
pub(crate) async fn book_differences<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    currency: Currency,
    rows: &[Offset],
) -> Result<(), db::Fault> {
    let mut days: BTreeMap<(PaymentId, ReceivableId), NaiveDate> = BTreeMap::new();
    for row in rows {
        let day = days.entry((row.payment_id, row.receivable_id)).or_insert(row.occurred_on);
        *day = (*day).max(row.occurred_on);
    }
    let sql = "
        select w.payment_id, w.receivable_id, p.rate as payment_rate, p.date as paid_on,
               i.rate as debt_rate, i.occurred_on as sold_on, coalesce(a.settled, 0) as settled,
               coalesce(d.booked, 0) as booked
        from unnest($2::uuid[], $3::uuid[]) as w (payment_id, receivable_id)
        join payment p on p.tenant_id = $1 and p.id = w.payment_id
        join receivable_item i on i.tenant_id = $1 and i.id = w.receivable_id
        cross join lateral (
            select sum(x.amount) as settled
            from allocation x
            where x.tenant_id = $1
              and x.payment_id = w.payment_id
              and x.receivable_id = w.receivable_id
        ) a
        cross join lateral (
            select sum(x.amount) as booked
            from exchange_difference x
            where x.tenant_id = $1
              and x.payment_id = w.payment_id
              and x.receivable_id = w.receivable_id
        ) d
        where p.rate is not null
          and i.rate is not null";
    let values = values![
        permit.tenant(),
        days.keys().map(|key| key.0.0).collect::<Vec<Uuid>>(),
        days.keys().map(|key| key.1.0).collect::<Vec<Uuid>>(),
    ];
    let pairs: Vec<Pair> = tx.all(Sql::new(sql, values)).await?;
    let moved = pairs.iter().filter_map(|pair| {
        let whole = exchange_difference(&Settled {
            amount: pair.settled,
            payment_rate: pair.payment_rate,
            paid_on: pair.paid_on,
            debt_rate: pair.debt_rate,
            sold_on: pair.sold_on,
        });
        let day = days.get(&(pair.payment_id, pair.receivable_id))?;
        let amount = whole - pair.booked;
        (!amount.is_zero()).then_some((pair, amount, *day))
    });
    let moved: Vec<(&Pair, Decimal, NaiveDate)> = moved.collect();
    if moved.is_empty() {
        return Ok(());
    }
    let sql = "
        insert into exchange_difference
            (tenant_id, id, payment_id, receivable_id, currency, amount, occurred_on)
        select $1, gen_random_uuid(), w.payment_id, w.receivable_id, $2, w.amount, w.occurred_on
        from unnest($3::uuid[], $4::uuid[], $5::numeric[], $6::date[])
             as w (payment_id, receivable_id, amount, occurred_on)";
    let values = values![
        permit.tenant(),
        currency,
        moved.iter().map(|row| row.0.payment_id.0).collect::<Vec<Uuid>>(),
        moved.iter().map(|row| row.0.receivable_id.0).collect::<Vec<Uuid>>(),
        moved.iter().map(|row| row.1).collect::<Vec<Decimal>>(),
        moved.iter().map(|row| row.2).collect::<Vec<NaiveDate>>(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// What settling by one payment of one debt cost or brought, in the base currency.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct ExchangeDifference {
    /// Whose money.
    pub payment_id: PaymentId,
    /// Which debt.
    pub receivable_id: ReceivableId,
    /// Below zero is a loss; what was taken back is a row of its own.
    pub amount: Decimal,
    /// The business date.
    pub occurred_on: NaiveDate,
}

/// The exchange differences of payments, as dated rows, oldest first. The payments were read within
/// reach.
///
/// # Errors
/// A fault where the statement fails.
pub async fn differences_of_payments(
    tx: &TenantTx,
    permit: &Permit<crate::ReadPayments>,
    payments: &[PaymentId],
) -> Outcome<std::collections::HashMap<PaymentId, Vec<ExchangeDifference>>> {
    let sql = "
        select d.payment_id, d.receivable_id, d.amount, d.occurred_on
        from exchange_difference d
        where d.tenant_id = $1
          and d.payment_id = any ($2)
        order by d.recorded_at, d.id";
    let ids: Vec<Uuid> = payments.iter().map(|id| id.0).collect();
    let rows: Vec<ExchangeDifference> =
        tx.all(Sql::new(sql, values![permit.tenant(), ids])).await?;
    let mut found: std::collections::HashMap<PaymentId, Vec<ExchangeDifference>> =
        std::collections::HashMap::new();
    for row in rows {
        found.entry(row.payment_id).or_default().push(row);
    }
    Ok(found)
}
