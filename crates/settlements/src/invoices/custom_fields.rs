//! What invoices hold in the fields that a tenant added. It touches no money, so it may be written in
//! every state and in a closed period.

use access::{Action, Permit, Right};
use catalog::Customizable;
use db::{Outcome, Sql, TenantTx, values};
use kernel::Uuid;

use super::holding::hold;
use super::invoice_changed;
use super::model::Invoice;

impl Customizable for Invoice {
    const KIND: &'static str = "Invoice";
    const READ: Right = Right::InvoiceRead;
    const WRITE: Right = Right::InvoiceWrite;

    async fn touch<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        id: Uuid,
        version: i32,
    ) -> Outcome<()> {
        let held = hold(tx, permit, id.into(), version).await?;
        let sql = "
            update invoice
            set version = version + 1, updated_at = $3
            where tenant_id = $1 and id = $2";
        tx.run(Sql::new(sql, values![permit.tenant(), id, tx.now()])).await?;
        invoice_changed(tx, id.into(), held.customer_id, held.manager_id);
        Ok(())
    }
}
