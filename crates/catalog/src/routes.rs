//! Sales routes as agreements and documents choose them.

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Refusal, RefusalCode, SalesRouteId};

use crate::constraints::unknown;
use crate::records::SalesRoute;
use crate::rules::{CoverBy, ReserveOn};

/// How an order is served: when goods are held for it, and what covers what is short. Without a
/// route it goes the standard way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct RouteTerms {
    /// Which route; `None` is none.
    pub sales_route_id: Option<SalesRouteId>,
    /// When goods are held.
    pub reserve_on: ReserveOn,
    /// What covers what stock does not.
    pub cover_by: CoverBy,
}

impl RouteTerms {
    /// As a row has them; what it leaves open is the standard way.
    pub(crate) fn kept(
        id: Option<SalesRouteId>,
        reserve_on: Option<ReserveOn>,
        cover_by: Option<CoverBy>,
    ) -> Self {
        Self {
            sales_route_id: id,
            reserve_on: reserve_on.unwrap_or(ReserveOn::Confirm),
            cover_by: cover_by.unwrap_or(CoverBy::Stock),
        }
    }

    /// Those of a route.
    #[must_use]
    pub fn of(route: &SalesRoute) -> Self {
        Self {
            sales_route_id: Some(route.id),
            reserve_on: route.fields.reserve_on,
            cover_by: route.fields.cover_by,
        }
    }
}

/// The route that is chosen, if one is. `before`: the one that stood there already, which stays
/// good when it is archived.
///
/// # Errors
/// A refusal where there is no such route, or it is archived and chosen anew.
pub async fn chosen_route<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    chosen: Option<SalesRouteId>,
    before: Option<SalesRouteId>,
) -> Outcome<Option<SalesRoute>> {
    let Some(id) = chosen else { return Ok(None) };
    let sql = "
        select r.id, r.name, r.reserve_on, r.cover_by, r.payment_steps, r.external_reference,
               r.version, r.created_at, r.updated_at, r.created_by, r.archived_at
        from sales_route r
        where r.tenant_id = $1 and r.id = $2";
    let found: Option<SalesRoute> = tx.one(Sql::new(sql, values![permit.tenant(), id])).await?;
    let Some(route) = found else { return Err(unknown("salesRouteId").into()) };
    if route.record.archived_at.is_some() && before != Some(id) {
        return Err(archived().into());
    }
    Ok(Some(route))
}

fn archived() -> Refusal {
    Refusal::new(
        RefusalCode::Archived,
        "The sales route is archived: choose another one.",
        "Схема продажи в архиве: выберите другую.",
    )
    .at(["salesRouteId"])
}
