//! What payments hold in the fields that a tenant added. It touches no money, so it may be written
//! in every state and in a closed period.

use access::{Action, Permit, Right};
use catalog::Customizable;
use db::{Outcome, Sql, TenantTx, values};
use kernel::Uuid;

use super::hold_payment;
use crate::{Payment, events};

impl Customizable for Payment {
    const KIND: &'static str = "Payment";
    const READ: Right = Right::PaymentRead;
    const WRITE: Right = Right::PaymentWrite;

    async fn touch<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        id: Uuid,
        version: i32,
    ) -> Outcome<()> {
        let payment = hold_payment(tx, permit, id.into()).await?;
        payment.check_version(version)?;
        let sql = "
            update payment
            set version = version + 1, updated_at = $3
            where tenant_id = $1 and id = $2";
        tx.run(Sql::new(sql, values![permit.tenant(), id, tx.now()])).await?;
        events::payment_changed(tx, id.into(), payment.customer_id, payment.manager_id);
        Ok(())
    }
}
