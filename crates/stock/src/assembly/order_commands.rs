//! Writing assembly orders down, changing drafts and giving them up.

use access::{Action, Permit, Right};
use catalog::Goods;
use db::{AuditEntry, Command, Outcome, TenantTx, on_constraint};
use kernel::{
    AssemblyOrderId, BillId, Decimal, NaiveDate, OrganizationId, ProductId, ProductVariantId,
    Refusal, RefusalCode, WarehouseId,
};
use serde_json::json;

use super::bill_store::{self, BillVersionRow};
use super::draft::{self, AssemblyLineInput, AssemblyPick, by_bill, out_of_range};
use super::state::{AssemblyKind, AssemblyState};
use super::store::{self, Header};
use crate::commands::warehouse;
use crate::coverage::cover;
use crate::demand::queue;
use crate::document;
use crate::rules::labour;

/// Makes a draft; nothing moves yet.
#[derive(Clone, Debug)]
pub struct CreateAssemblyOrder {
    /// Which way goods go.
    pub kind: AssemblyKind,
    /// Whose goods; the tenant's default organization where it is absent.
    pub organization_id: Option<OrganizationId>,
    /// Where; the default warehouse where it is absent.
    pub warehouse_id: Option<WarehouseId>,
    /// Business date; today where it is absent. Checked on posting.
    pub occurred_on: Option<NaiveDate>,
    /// The bill whose version of that day gives goods, components and labour.
    pub bill_id: Option<BillId>,
    /// The finished goods, where no bill is named.
    pub product_id: Option<ProductId>,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// How many finished goods, base units.
    pub quantity: Decimal,
    /// What work adds; of the bill where it is absent, else nothing.
    pub labour: Option<Decimal>,
    /// Putting together: the number of the finished goods' lot.
    pub lot_number: Option<String>,
    /// Putting together: the last day of the finished goods' lot.
    pub expires_on: Option<NaiveDate>,
    /// A note.
    pub comment: String,
    /// The record's name in another program, unique among assembly orders.
    pub external_reference: Option<String>,
    /// The components; those of the bill where it is absent.
    pub lines: Option<Vec<AssemblyLineInput>>,
    /// Taking apart: lots chosen by hand of the finished goods.
    pub picks: Vec<AssemblyPick>,
}

impl Action for CreateAssemblyOrder {
    const RIGHT: Right = Right::AssemblyWrite;
}

#[async_trait::async_trait]
impl Command for CreateAssemblyOrder {
    type Output = AssemblyOrderId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<AssemblyOrderId> {
        write_draft(tx, permit, self).await
    }
}

/// Writes a draft down; those who wait for what it is to bring count on it.
pub(crate) async fn write_draft<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    new: &CreateAssemblyOrder,
) -> Outcome<AssemblyOrderId> {
    let texts = (new.comment.as_str(), new.external_reference.as_deref());
    draft::check_header(new.quantity, new.labour, texts)?;
    draft::check_labour_right(permit, new.labour)?;
    draft::check_number(new.lot_number.as_deref(), || vec!["lotNumber".to_owned()])?;
    let organization = catalog::organization_card(tx, permit, new.organization_id).await?;
    let organization = organization.ok_or_else(|| unknown("organizationId"))?;
    let on = new.occurred_on.unwrap_or_else(|| tx.today());
    let (finished, version) = new.what(tx, permit, on).await?;
    draft::check_goods(tx, permit, &[finished], |_| vec!["productId".to_owned()]).await?;
    let id = AssemblyOrderId::new();
    let order = Header {
        id,
        number: String::new(),
        occurred_on: on,
        kind: new.kind.as_str().to_owned(),
        organization_id: organization.id,
        warehouse_id: warehouse(tx, permit, new.warehouse_id).await?,
        bill_id: new.bill_id,
        product_id: finished.product,
        variant_id: finished.variant,
        quantity: new.quantity,
        labour: new.work(version.as_ref())?,
        goods_cost: None,
        lot_number: new.lot_number.as_deref().map(str::trim).map(ToOwned::to_owned),
        expires_on: new.expires_on,
        state: AssemblyState::Draft.as_str().to_owned(),
        comment: new.comment.clone(),
        external_reference: new.external_reference.clone(),
        reversed_on: None,
        version: 1,
        created_by: permit.user(),
    };
    let inputs = match (&new.lines, &version) {
        (Some(lines), _) => lines.clone(),
        (None, Some(version)) => by_bill(version, new.quantity)?,
        (None, None) => Vec::new(),
    };
    let (lines, chosen) = draft::lines(tx, permit, id, (&inputs, &new.picks)).await?;
    let queues = order.queues();
    queue::take(tx, permit, &queues).await?;
    let written = store::insert(tx, permit, &order).await;
    on_constraint(written, "assembly_order_external_reference_key", taken)?;
    store::replace_lines(tx, permit, id, (&lines, &chosen)).await?;
    cover(tx, permit, &queues).await?;
    let changes = json!({ "after": order, "lines": lines, "lots": chosen });
    tx.audit(AuditEntry::new("createAssemblyOrder", "AssemblyOrder", id, changes));
    changed(tx, &order);
    Ok(id)
}

impl CreateAssemblyOrder {
    /// The finished goods, and what holds of the bill on the day.
    async fn what<A>(
        &self,
        tx: &TenantTx,
        permit: &Permit<A>,
        on: NaiveDate,
    ) -> Outcome<(Goods, Option<BillVersionRow>)> {
        let Some(id) = self.bill_id else {
            let product = self.product_id.ok_or_else(|| {
                Refusal::new(
                    RefusalCode::Required,
                    "Name a bill of materials, or the finished goods.",
                    "Укажите спецификацию или готовый товар.",
                )
                .at(["productId"])
            })?;
            return Ok((Goods { product, variant: self.variant_id }, None));
        };
        let bill = bill_store::lock(tx, permit, id).await?.ok_or_else(|| unknown("billId"))?;
        if bill.archived_at.is_some() {
            let (en, ru) = ("The bill is archived.", "Спецификация в архиве.");
            return Err(Refusal::new(RefusalCode::Archived, en, ru).at(["billId"]).into());
        }
        let Some(version) = bill_store::version_on(tx, permit, id, on).await? else {
            return Err(Refusal::new(
                RefusalCode::Invalid,
                "Nothing holds of this bill on the day yet.",
                "На эту дату спецификация ещё не действует.",
            )
            .at(["billId"])
            .into());
        };
        Ok((Goods { product: bill.product_id, variant: bill.variant_id }, Some(version)))
    }

    fn work(&self, version: Option<&BillVersionRow>) -> Result<Decimal, Refusal> {
        match (self.labour, version.and_then(|version| version.labour_rate)) {
            (Some(stated), _) => Ok(stated),
            // Taking apart is other work than putting together.
            (None, Some(rate)) if self.kind == AssemblyKind::Assembly => {
                labour(rate, self.quantity).ok_or_else(|| out_of_range(vec!["quantity".to_owned()]))
            }
            (None, _) => Ok(Decimal::ZERO),
        }
    }
}

/// What changes of a draft; `None` leaves it.
#[derive(Clone, Debug, Default)]
pub struct AssemblyChange {
    /// Where.
    pub warehouse_id: Option<WarehouseId>,
    /// Business date.
    pub occurred_on: Option<NaiveDate>,
    /// How many finished goods; components and labour stay unless they are named.
    pub quantity: Option<Decimal>,
    /// What work adds.
    pub labour: Option<Decimal>,
    /// The number of the finished goods' lot; an inner `None` removes it.
    pub lot_number: Option<Option<String>>,
    /// The last day of the finished goods' lot; an inner `None` removes it.
    pub expires_on: Option<Option<NaiveDate>>,
    /// A note.
    pub comment: Option<String>,
    /// All components anew, with the lots chosen for the finished goods.
    pub lines: Option<(Vec<AssemblyLineInput>, Vec<AssemblyPick>)>,
}

/// Changes a draft.
#[derive(Clone, Debug)]
pub struct UpdateAssemblyOrder {
    /// Which.
    pub id: AssemblyOrderId,
    /// The version that was read.
    pub version: i32,
    /// What.
    pub change: AssemblyChange,
}

impl Action for UpdateAssemblyOrder {
    const RIGHT: Right = Right::AssemblyWrite;
}

#[async_trait::async_trait]
impl Command for UpdateAssemblyOrder {
    type Output = AssemblyOrderId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<AssemblyOrderId> {
        let change = &self.change;
        let before = draft::locked(tx, permit, self.id, self.version).await?;
        before.state()?.to(AssemblyState::Draft)?;
        let mut after = before.clone();
        if let Some(id) = change.warehouse_id {
            after.warehouse_id = warehouse(tx, permit, Some(id)).await?;
        }
        after.occurred_on = change.occurred_on.unwrap_or(before.occurred_on);
        after.quantity = change.quantity.unwrap_or(before.quantity);
        after.labour = change.labour.unwrap_or(before.labour);
        if let Some(number) = &change.lot_number {
            draft::check_number(number.as_deref(), || vec!["lotNumber".to_owned()])?;
            after.lot_number = number.as_deref().map(str::trim).map(ToOwned::to_owned);
        }
        after.expires_on = change.expires_on.unwrap_or(before.expires_on);
        after.comment = change.comment.clone().unwrap_or(before.comment.clone());
        draft::check_header(after.quantity, change.labour, (&after.comment, None))?;
        draft::check_labour_right(permit, change.labour)?;
        let mut noted = json!({});
        if let Some((inputs, picks)) = &change.lines {
            let (lines, chosen) = draft::lines(tx, permit, self.id, (inputs, picks)).await?;
            store::replace_lines(tx, permit, self.id, (&lines, &chosen)).await?;
            noted = json!({ "after": lines, "lots": chosen });
        }
        let queues = after.queues();
        queue::take(tx, permit, &queues).await?;
        store::update(tx, permit, &after).await?;
        cover(tx, permit, &queues).await?;
        let changes = json!({ "before": before, "after": after, "lines": noted });
        tx.audit(AuditEntry::new("updateAssemblyOrder", "AssemblyOrder", self.id, changes));
        changed(tx, &after);
        Ok(self.id)
    }
}

/// Gives a draft up; nothing has moved.
#[derive(Clone, Copy, Debug)]
pub struct CancelAssemblyOrder {
    /// Which.
    pub id: AssemblyOrderId,
    /// The version that was read.
    pub version: i32,
}

impl Action for CancelAssemblyOrder {
    const RIGHT: Right = Right::AssemblyWrite;
}

#[async_trait::async_trait]
impl Command for CancelAssemblyOrder {
    type Output = AssemblyOrderId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<AssemblyOrderId> {
        let mut order = draft::locked(tx, permit, self.id, self.version).await?;
        order.state()?.to(AssemblyState::Cancelled)?;
        order.state = AssemblyState::Cancelled.as_str().to_owned();
        let queues = order.queues();
        queue::take(tx, permit, &queues).await?;
        store::update(tx, permit, &order).await?;
        cover(tx, permit, &queues).await?;
        let changes = json!({ "state": ["DRAFT", "CANCELLED"] });
        tx.audit(AuditEntry::new("cancelAssemblyOrder", "AssemblyOrder", self.id, changes));
        changed(tx, &order);
        Ok(self.id)
    }
}

/// Tells that an assembly order was made or changed.
pub(super) fn changed(tx: &TenantTx, order: &Header) {
    document::changed(tx, "AssemblyOrder", order.id, order.created_by);
}

fn taken() -> Refusal {
    Refusal::new(
        RefusalCode::Taken,
        "Another assembly order has this external reference.",
        "Эта внешняя ссылка уже занята другой сборкой.",
    )
    .at(["externalReference"])
}

fn unknown(field: &str) -> Refusal {
    Refusal::new(RefusalCode::UnknownReference, "There is no such record.", "Такой записи нет.")
        .at([field])
}
