//! Between whom a document is: customer, agreement, organization, manager.

use access::{Permit, Reach};
use catalog::OrderTerms;
use catalog::pricing::{Leave, Record};
use db::{CommandError, Outcome, TenantTx};
use kernel::{AgreementId, CustomerId, DepartmentId, OrganizationId, Refusal, RefusalCode, UserId};

use crate::quoting::{author_of, leave_of};
use crate::rules::unknown;
use crate::store::sellers;

/// Between whom a document is, as a client names them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parties {
    /// Who buys.
    pub(crate) customer: CustomerId,
    /// On which terms; `None` is the customer's default agreement.
    pub(crate) agreement: Option<AgreementId>,
    /// Who sells; `None` is the agreement's organization, else the tenant's default one.
    pub(crate) organization: Option<OrganizationId>,
    /// Who is responsible; `None` is the customer's manager, or the caller where he sells to his
    /// own only.
    pub(crate) manager: Option<UserId>,
}

/// The terms of a document between these parties.
pub(crate) async fn terms<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    parties: Parties,
) -> Outcome<OrderTerms> {
    let (customer, organization) = (parties.customer, parties.organization);
    let found = catalog::order_terms(tx, permit, customer, parties.agreement, organization);
    let Some(terms) = found.await? else {
        let own = catalog::order_terms(tx, permit, customer, None, organization).await;
        let refusal = match own {
            Ok(None) => unknown("customerId", "customer", "клиент"),
            _ => unknown("agreementId", "agreement of this customer", "соглашение этого клиента"),
        };
        return Err(refusal.into());
    };
    if terms.customer_archived {
        return Err(Refusal::new(
            RefusalCode::Archived,
            "The customer is archived.",
            "Клиент в архиве.",
        )
        .at(["customerId"])
        .into());
    }
    Ok(terms)
}

/// Who is to be responsible for a document that is written as another one was: whoever is asked
/// for, else the other one's manager, who is not carried on once he has left. Where it is `None`,
/// [`people`] finds somebody.
pub(crate) async fn manager_after<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    asked: Option<UserId>,
    before: Option<UserId>,
) -> Outcome<Option<UserId>> {
    let (None, Some(before)) = (asked, before) else { return Ok(asked) };
    let found = sellers(tx, permit, &[before]).await?;
    Ok(found.get(&before).filter(|seller| seller.active).map(|seller| seller.id))
}

/// Who stands behind a document.
pub(crate) struct People {
    /// The responsible manager.
    pub(crate) manager_id: Option<UserId>,
    /// His department.
    pub(crate) department_id: Option<DepartmentId>,
    /// What the caller may give.
    pub(crate) leave: Leave,
    /// The caller as explanations name him.
    pub(crate) by: Record,
}

/// Who stands behind a document between these parties, on these terms.
pub(crate) async fn people<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    parties: Parties,
    terms: &OrderTerms,
) -> Outcome<People> {
    let reached = |manager: Option<UserId>| permit.reaches(manager, Some(terms.customer_id));
    let customers = terms.manager_id.filter(|id| reached(Some(*id)));
    let mut wanted: Vec<UserId> =
        [parties.manager, customers, permit.user()].into_iter().flatten().collect();
    wanted.sort_unstable();
    wanted.dedup();
    let found = sellers(tx, permit, &wanted).await?;
    let is_there = |id: &UserId| found.get(id).is_some_and(|seller| seller.active);
    let manager = match (parties.manager, permit.reach()) {
        (Some(manager), _) => Some(manager),
        (None, Reach::Own) => permit.user(),
        // The customer's manager may have left, and nobody taken over yet.
        (None, _) => customers.filter(is_there).or(permit.user()),
    };
    let no_manager = || unknown("managerId", "manager", "менеджер");
    if !reached(manager) {
        return Err(if manager.is_some() { no_manager().into() } else { CommandError::NotFound });
    }
    let seller = manager.and_then(|id| found.get(&id));
    if parties.manager.is_some() && !seller.is_some_and(|seller| seller.active) {
        return Err(no_manager().into());
    }
    let caller = permit.user().and_then(|id| found.get(&id));
    Ok(People {
        manager_id: manager,
        department_id: seller.and_then(|seller| seller.department_id),
        leave: leave_of(permit, caller),
        by: author_of(permit, caller),
    })
}
