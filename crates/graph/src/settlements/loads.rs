//! How settlements are read in batches.

use std::collections::HashMap;

use ::settlements::{ReadPayments, ReadReceivables};
use kernel::{AllocationId, CustomerId, OrderId, Page, PaymentId, ReceivableId, ShipmentId};

use super::allocation::PaymentAllocation;
use super::payment::Payment;
use super::receivable::Receivable;
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::COUNT_CAP;

impl Load<PaymentId> for Loaders {
    type Value = Payment;

    async fn load(&self, keys: &[PaymentId]) -> Loaded<PaymentId, Payment> {
        let permit = self.permit::<ReadPayments>()?;
        let found = ::settlements::payments_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, Payment(row))).collect())
    }
}

impl Load<ReceivableId> for Loaders {
    type Value = Receivable;

    async fn load(&self, keys: &[ReceivableId]) -> Loaded<ReceivableId, Receivable> {
        let permit = self.permit::<ReadReceivables>()?;
        let found = ::settlements::receivables_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, Receivable(row))).collect())
    }
}

impl Load<AllocationId> for Loaders {
    type Value = PaymentAllocation;

    async fn load(&self, keys: &[AllocationId]) -> Loaded<AllocationId, PaymentAllocation> {
        let permit = self.permit::<ReadPayments>()?;
        let found = ::settlements::allocations_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, PaymentAllocation(row))).collect())
    }
}

/// What a payment settles and settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AllocationsOfPayment(pub PaymentId);

impl Load<AllocationsOfPayment> for Loaders {
    type Value = Vec<PaymentAllocation>;

    async fn load(
        &self,
        keys: &[AllocationsOfPayment],
    ) -> Loaded<AllocationsOfPayment, Vec<PaymentAllocation>> {
        let permit = self.permit::<ReadPayments>()?;
        let ids: Vec<PaymentId> = keys.iter().map(|key| key.0).collect();
        let tx = self.tx().await?;
        let found = ::settlements::allocations_of_payments(&tx, &permit, &ids).await?;
        Ok(listed(found, AllocationsOfPayment, PaymentAllocation))
    }
}

/// The exchange differences of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct DifferencesOf(pub(super) PaymentId);

impl Load<DifferencesOf> for Loaders {
    type Value = Vec<::settlements::ExchangeDifference>;

    async fn load(&self, keys: &[DifferencesOf]) -> Loaded<DifferencesOf, Self::Value> {
        let permit = self.permit::<ReadPayments>()?;
        let ids: Vec<PaymentId> = keys.iter().map(|key| key.0).collect();
        let tx = self.tx().await?;
        let found = ::settlements::differences_of_payments(&tx, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (DifferencesOf(id), rows)).collect())
    }
}

/// What settles and settled a debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AllocationsOfReceivable(pub ReceivableId);

impl Load<AllocationsOfReceivable> for Loaders {
    type Value = Vec<PaymentAllocation>;

    async fn load(
        &self,
        keys: &[AllocationsOfReceivable],
    ) -> Loaded<AllocationsOfReceivable, Vec<PaymentAllocation>> {
        let permit = self.permit::<ReadReceivables>()?;
        let ids: Vec<ReceivableId> = keys.iter().map(|key| key.0).collect();
        let tx = self.tx().await?;
        let found = ::settlements::allocations_of_receivables(&tx, &permit, &ids).await?;
        Ok(listed(found, AllocationsOfReceivable, PaymentAllocation))
    }
}

/// The debts of an order, earliest due first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReceivablesOfOrder(pub OrderId);

impl Load<ReceivablesOfOrder> for Loaders {
    type Value = Vec<Receivable>;

    async fn load(
        &self,
        keys: &[ReceivablesOfOrder],
    ) -> Loaded<ReceivablesOfOrder, Vec<Receivable>> {
        let permit = self.permit::<ReadReceivables>()?;
        let ids: Vec<OrderId> = keys.iter().map(|key| key.0).collect();
        let tx = self.tx().await?;
        let found = ::settlements::receivables_of_orders(&tx, &permit, &ids).await?;
        Ok(listed(found, ReceivablesOfOrder, Receivable))
    }
}

/// The debts of a shipment, earliest due first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReceivablesOfShipment(pub ShipmentId);

impl Load<ReceivablesOfShipment> for Loaders {
    type Value = Vec<Receivable>;

    async fn load(
        &self,
        keys: &[ReceivablesOfShipment],
    ) -> Loaded<ReceivablesOfShipment, Vec<Receivable>> {
        let permit = self.permit::<ReadReceivables>()?;
        let ids: Vec<ShipmentId> = keys.iter().map(|key| key.0).collect();
        let tx = self.tx().await?;
        let found = ::settlements::receivables_of_shipments(&tx, &permit, &ids).await?;
        Ok(listed(found, ReceivablesOfShipment, Receivable))
    }
}

/// The payments that name an order or settle its shipments, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PaymentsOfOrder(pub OrderId);

impl Load<PaymentsOfOrder> for Loaders {
    type Value = Vec<Payment>;

    async fn load(&self, keys: &[PaymentsOfOrder]) -> Loaded<PaymentsOfOrder, Vec<Payment>> {
        let permit = self.permit::<ReadPayments>()?;
        let ids: Vec<OrderId> = keys.iter().map(|key| key.0).collect();
        let tx = self.tx().await?;
        let found = ::settlements::payments_of_orders(&tx, &permit, &ids).await?;
        Ok(listed(found, PaymentsOfOrder, Payment))
    }
}

/// The first debts of a customer, earliest due first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReceivablesOfCustomer {
    /// The customer.
    pub customer: CustomerId,
    /// With something left or with nothing left; all where it is not said.
    pub open: Option<bool>,
    /// How many.
    pub limit: u32,
}

impl Load<ReceivablesOfCustomer> for Loaders {
    type Value = Page<::settlements::Receivable>;

    async fn load(
        &self,
        keys: &[ReceivablesOfCustomer],
    ) -> Loaded<ReceivablesOfCustomer, Self::Value> {
        let permit = self.permit::<ReadReceivables>()?;
        let tx = self.tx().await?;
        let mut pages = HashMap::new();
        // One statement for each way of asking, of which an operation has few.
        for ((open, limit), ids) in alike(keys, |key| (key.open, key.limit), |key| key.customer) {
            let found =
                ::settlements::receivables_of_customers(&tx, &permit, &ids, open, limit).await?;
            pages.extend(
                found.into_iter().map(|(customer, page)| {
                    (ReceivablesOfCustomer { customer, open, limit }, page)
                }),
            );
        }
        Ok(pages)
    }
}

/// The newest payments of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PaymentsOfCustomer {
    /// The customer.
    pub customer: CustomerId,
    /// How many.
    pub limit: u32,
}

impl Load<PaymentsOfCustomer> for Loaders {
    type Value = Page<::settlements::Payment>;

    async fn load(&self, keys: &[PaymentsOfCustomer]) -> Loaded<PaymentsOfCustomer, Self::Value> {
        let permit = self.permit::<ReadPayments>()?;
        let tx = self.tx().await?;
        let mut pages = HashMap::new();
        for (limit, ids) in alike(keys, |key| key.limit, |key| key.customer) {
            let found = ::settlements::payments_of_customers(&tx, &permit, &ids, limit).await?;
            pages.extend(
                found
                    .into_iter()
                    .map(|(customer, page)| (PaymentsOfCustomer { customer, limit }, page)),
            );
        }
        Ok(pages)
    }
}

/// How many debts a customer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ReceivableCountOf {
    pub(super) customer: CustomerId,
    pub(super) open: Option<bool>,
}

impl Load<ReceivableCountOf> for Loaders {
    type Value = i64;

    async fn load(&self, keys: &[ReceivableCountOf]) -> Loaded<ReceivableCountOf, i64> {
        let permit = self.permit::<ReadReceivables>()?;
        let tx = self.tx().await?;
        let mut counts = HashMap::new();
        for (open, ids) in alike(keys, |key| key.open, |key| key.customer) {
            let cap = COUNT_CAP + 1;
            let found =
                ::settlements::count_receivables_of_customers(&tx, &permit, &ids, open, cap)
                    .await?;
            counts.extend(
                found
                    .into_iter()
                    .map(|(customer, count)| (ReceivableCountOf { customer, open }, count)),
            );
        }
        Ok(counts)
    }
}

/// How many payments a customer has made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PaymentCountOf(pub(super) CustomerId);

impl Load<PaymentCountOf> for Loaders {
    type Value = i64;

    async fn load(&self, keys: &[PaymentCountOf]) -> Loaded<PaymentCountOf, i64> {
        let permit = self.permit::<ReadPayments>()?;
        let ids: Vec<CustomerId> = keys.iter().map(|key| key.0).collect();
        let (tx, cap) = (self.tx().await?, COUNT_CAP + 1);
        let found = ::settlements::count_payments_of_customers(&tx, &permit, &ids, cap).await?;
        Ok(found.into_iter().map(|(id, count)| (PaymentCountOf(id), count)).collect())
    }
}

/// Groups keys by how they ask.
fn alike<K: Copy, W: Copy + Eq + std::hash::Hash, T>(
    keys: &[K],
    way: impl Fn(&K) -> W,
    id: impl Fn(&K) -> T,
) -> HashMap<W, Vec<T>> {
    let mut groups: HashMap<W, Vec<T>> = HashMap::new();
    for key in keys {
        groups.entry(way(key)).or_default().push(id(key));
    }
    groups
}

/// Lists of rows by id, as lists of nodes by key.
fn listed<I, K: Eq + std::hash::Hash, R, N>(
    found: HashMap<I, Vec<R>>,
    key: impl Fn(I) -> K,
    node: impl Fn(R) -> N,
) -> HashMap<K, Vec<N>> {
    let nodes = |rows: Vec<R>| rows.into_iter().map(&node).collect();
    found.into_iter().map(|(id, rows)| (key(id), nodes(rows))).collect()
}
