//! How much more than ordered a receipt may bring.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Decimal, Percent, Refusal, RefusalCode};
use serde_json::json;

/// Reading the settings of supply.
#[derive(Clone, Copy, Debug)]
pub struct ReadSupplySettings;

impl Action for ReadSupplySettings {
    const RIGHT: Right = Right::PurchaseRead;
}

/// A tenant's settings of supply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct SupplySettings {
    /// What may be received beyond what was ordered, per cent of it.
    pub over_receipt_percent: Decimal,
}

/// The settings; nothing may come beyond what was ordered where none were made.
///
/// # Errors
/// A fault of the database.
pub async fn supply_settings(
    tx: &TenantTx,
    permit: &Permit<ReadSupplySettings>,
) -> Outcome<SupplySettings> {
    Ok(read(tx, permit).await?)
}

pub(crate) async fn read<A>(tx: &TenantTx, permit: &Permit<A>) -> Result<SupplySettings, Fault> {
    let sql = "select s.over_receipt_percent from supply_settings s where s.tenant_id = $1";
    let found = tx.one(Sql::new(sql, values![permit.tenant()])).await?;
    Ok(found.unwrap_or(SupplySettings { over_receipt_percent: Decimal::ZERO }))
}

/// Says how much more than ordered a receipt may bring.
#[derive(Clone, Copy, Debug)]
pub struct SaveSupplySettings {
    /// Per cent of what was ordered, 0 to 100, at most 4 places.
    pub over_receipt_percent: Decimal,
}

impl Action for SaveSupplySettings {
    const RIGHT: Right = Right::PurchaseExceed;
}

#[async_trait::async_trait]
impl Command for SaveSupplySettings {
    type Output = ();

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<()> {
        let percent = self.over_receipt_percent;
        if percent.is_sign_negative() && !percent.is_zero() || Percent::new(percent).is_err() {
            return Err(out_of_range().into());
        }
        if percent > Decimal::ONE_HUNDRED {
            return Err(out_of_range().into());
        }
        let before = read(tx, permit).await?;
        let sql = "
            insert into supply_settings (tenant_id, over_receipt_percent, updated_by)
            values ($1, $2, $3)
            on conflict (tenant_id)
            do update set over_receipt_percent = excluded.over_receipt_percent,
                          updated_at = now(), updated_by = excluded.updated_by";
        tx.run(Sql::new(sql, values![permit.tenant(), percent, permit.user()])).await?;
        tx.audit(AuditEntry::new(
            "setSupplySettings",
            "Tenant",
            permit.tenant(),
            json!({ "overReceiptPercent": [before.over_receipt_percent, percent] }),
        ));
        Ok(())
    }
}

fn out_of_range() -> Refusal {
    Refusal::new(
        RefusalCode::OutOfRange,
        "From 0 to 100 per cent, at most 4 decimal places.",
        "От 0 до 100 процентов, не более 4 знаков после запятой.",
    )
    .at(["overReceiptPercent"])
}
