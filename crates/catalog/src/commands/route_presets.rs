//! The sales routes that a tenant begins with.

use access::Permit;
use db::{Command, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Language, SalesRouteId};

use super::{Deed, changes};
use crate::records::SalesRouteFields;
use crate::rules::{PaymentSteps, presets};
use crate::store::insert;

/// Makes the routes that every tenant begins with (domain, section 4), where it has none yet.
#[derive(Clone, Copy, Debug)]
pub struct AddRoutePresets {
    /// What their names are in.
    pub language: Language,
}

#[async_trait::async_trait]
impl Command for AddRoutePresets {
    /// The new routes: the standard one, purchase to order, full prepayment, 30 % and 70 %. Empty
    /// where the tenant has routes.
    type Output = Vec<SalesRouteId>;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Vec<SalesRouteId>> {
        let mut made = Vec::new();
        if has_routes(tx, permit).await? {
            return Ok(made);
        }
        for preset in presets() {
            let fields = SalesRouteFields {
                name: preset.name.get(self.language).to_owned(),
                reserve_on: preset.reserve_on,
                cover_by: preset.cover_by,
                payment_steps: PaymentSteps(preset.payment_steps),
                external_reference: None,
            };
            let id = SalesRouteId::new();
            insert(tx, permit, "sales_route", id.0, &fields, &[]).await?;
            let deed = Deed::new("createSalesRoute", "SalesRoute", id);
            deed.audit(tx, changes(None, &fields));
            tx.emit(deed.event());
            made.push(id);
        }
        Ok(made)
    }
}

async fn has_routes<A>(tx: &TenantTx, permit: &Permit<A>) -> Outcome<bool> {
    #[derive(FromQueryResult)]
    struct Found {
        found: bool,
    }
    let sql = "select exists (select from sales_route r where r.tenant_id = $1) as found";
    let row: Option<Found> = tx.one(Sql::new(sql, values![permit.tenant()])).await?;
    Ok(row.is_some_and(|row| row.found))
}
