//! What may have files. A new kind of record is a type here and a line in [`of_kind`].

use std::collections::{HashMap, HashSet};

use ::catalog::{
    ReadCustomers, ReadProducts, ReadTerms, contracts_by_id, customers_by_id, products_by_id,
    refuse_merged,
};
use ::files::Subject;
use ::sales::{ReadDeliveries, deliveries_by_id};
use access::{Action, Permit, Right};
use db::{Outcome, TenantTx};
use kernel::{ContractId, CustomerId, DeliveryId, ProductId, Uuid};

/// Runs the same work for the one type that stands for a kind of record; the last part is for a
/// kind to which people attach none: reports of imports and files of exports are the program's own.
macro_rules! of_kind {
    ($kind:expr, $of:ident => $work:expr, $none:expr) => {
        match $kind {
            kind if kind == <$crate::files::subjects::OfCustomer as ::files::Subject>::KIND => {
                type $of = $crate::files::subjects::OfCustomer;
                $work
            }
            kind if kind == <$crate::files::subjects::OfContract as ::files::Subject>::KIND => {
                type $of = $crate::files::subjects::OfContract;
                $work
            }
            kind if kind == <$crate::files::subjects::OfProduct as ::files::Subject>::KIND => {
                type $of = $crate::files::subjects::OfProduct;
                $work
            }
            kind if kind == <$crate::files::subjects::OfDelivery as ::files::Subject>::KIND => {
                type $of = $crate::files::subjects::OfDelivery;
                $work
            }
            kind if kind == <::exchange::OfInbox as ::files::Subject>::KIND => {
                type $of = ::exchange::OfInbox;
                $work
            }
            _ => $none,
        }
    };
}
pub(super) use of_kind;

/// The files of a customer: contracts, price agreements. Whoever may not see his terms may not
/// see the papers they stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct OfCustomer;

impl Subject for OfCustomer {
    const KIND: &'static str = "Customer";
    const READ: Right = Right::TermsRead;
    const WRITE: Right = Right::CustomerWrite;
    const HAS_PHOTO: bool = false;

    async fn within<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        ids: &[Uuid],
    ) -> Outcome<HashSet<Uuid>> {
        let ids: Vec<CustomerId> = ids.iter().copied().map(CustomerId).collect();
        let readable = permit.scope().permit::<ReadCustomers>()?;
        let found = customers_by_id(tx, &readable, &ids).await?;
        let reached = found.into_iter().filter(|(_, row)| row.whose().is_reached(permit));
        Ok(reached.map(|(id, _)| id.0).collect())
    }

    async fn is_open<A: Action>(tx: &TenantTx, permit: &Permit<A>, id: Uuid) -> Outcome<()> {
        refuse_merged(tx, permit, CustomerId(id)).await
    }
}

/// The files of a contract: the signed paper and its annexes. Whoever drafts it attaches them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct OfContract;

impl Subject for OfContract {
    const KIND: &'static str = "Contract";
    const READ: Right = Right::TermsRead;
    const WRITE: Right = Right::CustomerWrite;
    const HAS_PHOTO: bool = false;

    async fn within<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        ids: &[Uuid],
    ) -> Outcome<HashSet<Uuid>> {
        let ids: Vec<ContractId> = ids.iter().copied().map(ContractId).collect();
        let readable = permit.scope().permit::<ReadTerms>()?;
        let found = contracts_by_id(tx, &readable, &ids).await?;
        let with: HashMap<Uuid, Uuid> =
            found.into_iter().map(|(id, row)| (id.0, row.customer_id.0)).collect();
        let customers: Vec<Uuid> = with.values().copied().collect();
        let reached = OfCustomer::within(tx, permit, &customers).await?;
        let reached = with.into_iter().filter(|(_, customer)| reached.contains(customer));
        Ok(reached.map(|(id, _)| id).collect())
    }
}

/// The files of a product: its photo, certificates, data sheets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct OfProduct;

impl Subject for OfProduct {
    const KIND: &'static str = "Product";
    const READ: Right = Right::ProductRead;
    const WRITE: Right = Right::ProductWrite;
    const HAS_PHOTO: bool = true;

    async fn within<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        ids: &[Uuid],
    ) -> Outcome<HashSet<Uuid>> {
        let ids: Vec<ProductId> = ids.iter().copied().map(ProductId).collect();
        let readable = permit.scope().permit::<ReadProducts>()?;
        let found = products_by_id(tx, &readable, &ids).await?;
        Ok(found.into_keys().map(|id| id.0).collect())
    }
}

/// The files of a delivery: the proof that the customer has it. Whoever carries it attaches them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct OfDelivery;

impl Subject for OfDelivery {
    const KIND: &'static str = "Delivery";
    const READ: Right = Right::DeliveryRead;
    const WRITE: Right = Right::DeliveryWrite;
    const HAS_PHOTO: bool = false;

    async fn within<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        ids: &[Uuid],
    ) -> Outcome<HashSet<Uuid>> {
        let ids: Vec<DeliveryId> = ids.iter().copied().map(DeliveryId).collect();
        let readable = permit.scope().permit::<ReadDeliveries>()?;
        let found = deliveries_by_id(tx, &readable, &ids).await?;
        let reached = found
            .into_iter()
            .filter(|(_, row)| permit.reaches(row.manager_id, Some(row.customer_id)));
        Ok(reached.map(|(id, _)| id.0).collect())
    }
}
