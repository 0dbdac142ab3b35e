//! Writing down what is to be bought.

use std::collections::BTreeMap;

use access::{Action, Permit, Right};
use catalog::{Goods, SupplierCard};
use db::{AuditEntry, Command, Outcome, TenantTx, on_constraint};
use kernel::{
    Currency, Decimal, DemandId, NaiveDate, OrganizationId, PurchaseOrderId, Refusal, RefusalCode,
    SupplierId, WarehouseId,
};
use serde_json::json;

use super::{check_texts, order_changed, reference_taken};
use crate::commands::draft;
use crate::demand::store as demands;
use crate::purchases::lines::{self, PurchaseLineInput};
use crate::purchases::lot_size;
use crate::purchases::rules::PurchaseOrderState;
use crate::purchases::store::{self, Header};

/// Makes a draft by hand, of what orders miss, or of both; nothing is expected yet.
#[derive(Clone, Debug)]
pub struct CreatePurchaseOrder {
    /// Whose goods; the tenant's default organization where it is absent.
    pub organization_id: Option<OrganizationId>,
    /// Where to; the default warehouse where it is absent.
    pub warehouse_id: Option<WarehouseId>,
    /// Of whom.
    pub supplier_id: SupplierId,
    /// Business date; today where it is absent.
    pub occurred_on: Option<NaiveDate>,
    /// The currency of its prices; the supplier's where it is absent.
    pub currency: Option<Currency>,
    /// When lines without a day of their own are expected.
    pub expected_on: Option<NaiveDate>,
    /// The number that the supplier gave it.
    pub supplier_reference: String,
    /// A note.
    pub comment: String,
    /// The record's name in another program, unique among purchase orders.
    pub external_reference: Option<String>,
    /// The goods.
    pub lines: Vec<PurchaseLineInput>,
    /// What orders miss: each product once, as much as nothing is on its way for, in lots that the
    /// supplier sells.
    pub demands: Vec<DemandId>,
}

impl Action for CreatePurchaseOrder {
    const RIGHT: Right = Right::PurchaseWrite;
}

#[async_trait::async_trait]
impl Command for CreatePurchaseOrder {
    type Output = PurchaseOrderId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PurchaseOrderId> {
        let reference = self.external_reference.as_deref();
        check_texts(&self.supplier_reference, &self.comment, reference)?;
        lines::check_price_right(permit, &self.lines)?;
        let supplier = lines::supplier(tx, permit, self.supplier_id).await?;
        let organization = catalog::organization_card(tx, permit, self.organization_id).await?;
        let organization = organization.ok_or_else(unknown_organization)?;
        let occurred_on = self.occurred_on.unwrap_or_else(|| tx.today());
        let mut inputs = self.lines.clone();
        let asked = (organization.id, self.demands.as_slice());
        let missed = of_demands(tx, permit, asked, &supplier, occurred_on).await?;
        inputs.extend(missed);
        let draft = Draft {
            organization_id: organization.id,
            warehouse_id: draft::warehouse(tx, permit, self.warehouse_id).await?,
            occurred_on,
            currency: self.currency.unwrap_or(supplier.currency),
            expected_on: self.expected_on,
            supplier_reference: self.supplier_reference.clone(),
            comment: self.comment.clone(),
            external_reference: self.external_reference.clone(),
            lines: inputs,
        };
        Ok(write_draft(tx, permit, &supplier, draft).await?.id)
    }
}

/// A draft as it is written.
pub(crate) struct Draft {
    pub(crate) organization_id: OrganizationId,
    pub(crate) warehouse_id: WarehouseId,
    pub(crate) occurred_on: NaiveDate,
    pub(crate) currency: Currency,
    pub(crate) expected_on: Option<NaiveDate>,
    pub(crate) supplier_reference: String,
    pub(crate) comment: String,
    pub(crate) external_reference: Option<String>,
    pub(crate) lines: Vec<PurchaseLineInput>,
}

/// Writes a draft, whoever thought of it.
pub(crate) async fn write_draft<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    supplier: &SupplierCard,
    draft: Draft,
) -> Outcome<Header> {
    let mut order = Header {
        id: PurchaseOrderId::new(),
        number: String::new(),
        occurred_on: draft.occurred_on,
        organization_id: draft.organization_id,
        warehouse_id: draft.warehouse_id,
        supplier_id: supplier.id,
        currency: draft.currency,
        state: PurchaseOrderState::Draft.as_str().to_owned(),
        amount: None,
        expected_on: draft.expected_on,
        supplier_reference: draft.supplier_reference,
        comment: draft.comment,
        end_reason: None,
        external_reference: draft.external_reference,
        version: 1,
        created_by: permit.user(),
    };
    let lines = lines::lines(tx, permit, &order, supplier, &draft.lines).await?;
    order.amount = lines::total(&lines);
    let written = store::insert(tx, permit, &order).await;
    on_constraint(written, "purchase_order_external_reference_key", reference_taken)?;
    store::put_lines(tx, permit, order.id, &lines).await?;
    tx.audit(AuditEntry::new(
        "createPurchaseOrder",
        "PurchaseOrder",
        order.id,
        json!({ "after": order, "lines": lines }),
    ));
    order_changed(tx, &order);
    Ok(order)
}

/// What orders miss as lines of one order: each product once, in lots that the supplier sells.
async fn of_demands<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (organization, demands): (OrganizationId, &[DemandId]),
    supplier: &SupplierCard,
    on: NaiveDate,
) -> Outcome<Vec<PurchaseLineInput>> {
    if demands.is_empty() {
        return Ok(Vec::new());
    }
    let open = demands::open_by_id(tx, permit, organization, demands).await?;
    if open.len() != demands.len() {
        return Err(Refusal::new(
            RefusalCode::UnknownReference,
            "Some of these demands are of no or another organization, or miss nothing any more.",
            "Часть этих потребностей не найдена, другой организации или уже закрыта.",
        )
        .at(["demandIds"])
        .into());
    }
    let mut missed: BTreeMap<Goods, Decimal> = BTreeMap::new();
    for one in open {
        let goods = Goods { product: one.product_id, variant: one.variant_id };
        *missed.entry(goods).or_default() += one.uncovered;
    }
    let products: Vec<_> = missed.keys().map(|goods| goods.product).collect();
    let offers = catalog::supplier_offers(tx, permit, &products, on).await?;
    let line = |(goods, quantity): (Goods, Decimal)| {
        let mut own = offers.get(&goods.product).into_iter().flatten();
        let offer = own.find(|offer| offer.supplier_id == supplier.id);
        let (minimum, multiple) =
            offer.map_or((None, None), |offer| (offer.minimum_lot, offer.lot_multiple));
        PurchaseLineInput {
            product_id: goods.product,
            variant_id: goods.variant,
            packaging_id: None,
            quantity: lot_size(quantity, minimum, multiple),
            price: None,
            expected_on: None,
        }
    };
    Ok(missed.into_iter().filter(|one| one.1 > Decimal::ZERO).map(line).collect())
}

fn unknown_organization() -> Refusal {
    Refusal::new(
        RefusalCode::UnknownReference,
        "There is no such organization, or it is archived.",
        "Такой организации нет, или она в архиве.",
    )
    .at(["organizationId"])
}
