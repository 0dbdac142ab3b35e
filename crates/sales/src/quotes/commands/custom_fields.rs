//! What quotes hold in the fields that a tenant added.

use access::{Action, Permit, Right};
use catalog::Customizable;
use db::{Outcome, TenantTx};
use kernel::Uuid;

use super::super::model::Quote;
use super::{held, quote_changed};
use crate::store::next_version;

impl Customizable for Quote {
    const KIND: &'static str = "Quote";
    const READ: Right = Right::QuoteRead;
    const WRITE: Right = Right::QuoteWrite;

    async fn touch<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        id: Uuid,
        version: i32,
    ) -> Outcome<()> {
        let quote = held(tx, permit, id.into(), Some(version)).await?;
        next_version(tx, permit, "sales_quote", id).await?;
        quote_changed(tx, &quote);
        Ok(())
    }
}
