//! What users do with bills of materials.

use std::collections::HashSet;

use access::{Action, Permit, Right};
use catalog::Goods;
use db::{AuditEntry, Command, CommandError, EventDraft, Fault, Outcome, TenantTx};
use kernel::{
    BillId, DateTime, Decimal, Money, NaiveDate, ProductId, ProductVariantId, Quantity, Refusal,
    RefusalCode, Utc,
};
use serde_json::json;

use super::bill_store::{self, BillComponentRow, BillRow, BillVersionRow};
use super::draft::check_goods;
use crate::rules::{MOST_NAME, check_texts, same_version};

/// Components of one version at most.
const MOST_COMPONENTS: usize = 500;

/// A component as the user writes it.
#[derive(Clone, Debug)]
pub struct BillComponentInput {
    /// Goods, not a service.
    pub product_id: ProductId,
    /// Which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// Base units for what the version yields, above zero.
    pub quantity: Decimal,
}

/// What holds from a day on, as the user writes it.
#[derive(Clone, Debug)]
pub struct VersionInput {
    /// From this day on; today where it is absent.
    pub valid_from: Option<NaiveDate>,
    /// So many finished goods, base units, above zero.
    pub yields: Decimal,
    /// What work costs for one finished piece, base currency. Only with the right `cost.read`;
    /// what held before where it is absent, else nothing.
    pub labour_rate: Option<Decimal>,
    /// 1 to 500 components, each once.
    pub components: Vec<BillComponentInput>,
}

/// Makes a bill of materials with its first version.
#[derive(Clone, Debug)]
pub struct CreateBill {
    /// Its name, unique among those of its goods.
    pub name: String,
    /// What comes of it: goods, not a service.
    pub product_id: ProductId,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// Its name in another program.
    pub external_reference: Option<String>,
    /// What holds first.
    pub first: VersionInput,
}

impl Action for CreateBill {
    const RIGHT: Right = Right::BillWrite;
}

#[async_trait::async_trait]
impl Command for CreateBill {
    type Output = BillId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<BillId> {
        let now = tx.now();
        let bill = BillRow {
            id: BillId::new(),
            name: name(&self.name)?,
            product_id: self.product_id,
            variant_id: self.variant_id,
            external_reference: reference(self.external_reference.as_deref())?,
            archived_at: None,
            version: 1,
            created_at: now,
            updated_at: now,
            created_by: permit.user(),
        };
        let finished = Goods { product: bill.product_id, variant: bill.variant_id };
        check_goods(tx, permit, &[finished], |_| vec!["productId".to_owned()]).await?;
        bill_store::lock_bills(tx, permit).await?;
        written(bill_store::insert(tx, permit, &bill).await)?;
        let version = put(tx, permit, &bill, &self.first, None).await?;
        note(tx, "createBillOfMaterials", &bill, &version);
        Ok(bill.id)
    }
}

/// Says what holds of a bill from a day on; what was said of that very day is replaced.
#[derive(Clone, Debug)]
pub struct SaveBillVersion {
    /// The bill.
    pub id: BillId,
    /// The version that was read.
    pub version: i32,
    /// What holds.
    pub input: VersionInput,
}

impl Action for SaveBillVersion {
    const RIGHT: Right = Right::BillWrite;
}

#[async_trait::async_trait]
impl Command for SaveBillVersion {
    type Output = BillId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<BillId> {
        bill_store::lock_bills(tx, permit).await?;
        let bill = locked(tx, permit, self.id, self.version).await?;
        let from = self.input.valid_from.unwrap_or_else(|| tx.today());
        let before = bill_store::version_on(tx, permit, bill.id, from).await?;
        let version = put(tx, permit, &bill, &self.input, before).await?;
        bill_store::update(tx, permit, &bill).await?;
        note(tx, "saveBillVersion", &bill, &version);
        Ok(bill.id)
    }
}

/// Changes a bill's name, or its name in another program.
#[derive(Clone, Debug)]
pub struct UpdateBill {
    /// The bill.
    pub id: BillId,
    /// The version that was read.
    pub version: i32,
    /// Its name; `None` leaves it.
    pub name: Option<String>,
    /// Its name in another program; an inner `None` removes it.
    pub external_reference: Option<Option<String>>,
}

impl Action for UpdateBill {
    const RIGHT: Right = Right::BillWrite;
}

#[async_trait::async_trait]
impl Command for UpdateBill {
    type Output = BillId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<BillId> {
        let before = locked(tx, permit, self.id, self.version).await?;
        let mut after = before.clone();
        if let Some(asked) = &self.name {
            after.name = name(asked)?;
        }
        if let Some(asked) = &self.external_reference {
            after.external_reference = reference(asked.as_deref())?;
        }
        written(bill_store::update(tx, permit, &after).await)?;
        let changes = json!({ "name": [before.name, after.name],
            "externalReference": [before.external_reference, after.external_reference] });
        tx.audit(AuditEntry::new("updateBillOfMaterials", "BillOfMaterials", self.id, changes));
        changed(tx, self.id);
        Ok(self.id)
    }
}

/// Archives a bill, or takes it back into use.
#[derive(Clone, Copy, Debug)]
pub struct ArchiveBill {
    /// The bill.
    pub id: BillId,
    /// The version that was read.
    pub version: i32,
    /// When it was archived; `None` takes it back.
    pub archived_at: Option<DateTime<Utc>>,
}

impl Action for ArchiveBill {
    const RIGHT: Right = Right::BillWrite;
}

#[async_trait::async_trait]
impl Command for ArchiveBill {
    type Output = BillId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<BillId> {
        bill_store::lock_bills(tx, permit).await?;
        let before = locked(tx, permit, self.id, self.version).await?;
        let after = BillRow { archived_at: self.archived_at, ..before.clone() };
        bill_store::update(tx, permit, &after).await?;
        if bill_store::is_circle(tx, permit, &after).await? {
            return Err(circle().into());
        }
        let changes = json!({ "archivedAt": [before.archived_at, after.archived_at] });
        tx.audit(AuditEntry::new("archiveBillOfMaterials", "BillOfMaterials", self.id, changes));
        changed(tx, self.id);
        Ok(self.id)
    }
}

/// Checks what is to hold and writes it.
async fn put<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    bill: &BillRow,
    input: &VersionInput,
    before: Option<BillVersionRow>,
) -> Outcome<BillVersionRow> {
    if input.labour_rate.is_some() && permit.scope().reach(Right::CostRead).is_none() {
        return Err(access::Forbidden(Right::CostRead).into());
    }
    check_version(input)?;
    let goods: Vec<Goods> = input
        .components
        .iter()
        .map(|part| Goods { product: part.product_id, variant: part.variant_id })
        .collect();
    let at =
        |place: usize| vec!["components".to_owned(), place.to_string(), "productId".to_owned()];
    check_goods(tx, permit, &goods, at).await?;
    let kept = before.and_then(|version| version.labour_rate);
    let valid_from = input.valid_from.unwrap_or_else(|| tx.today());
    let version = BillVersionRow {
        bill_id: bill.id,
        valid_from,
        yields: input.yields,
        labour_rate: Some(input.labour_rate.or(kept).unwrap_or_default()),
        components: input
            .components
            .iter()
            .map(|part| BillComponentRow {
                bill_id: bill.id,
                valid_from,
                product_id: part.product_id,
                variant_id: part.variant_id,
                quantity: part.quantity,
            })
            .collect(),
    };
    bill_store::put_version(tx, permit, &version).await?;
    if bill_store::is_circle(tx, permit, bill).await? {
        return Err(circle().into());
    }
    Ok(version)
}

fn check_version(input: &VersionInput) -> Result<(), Refusal> {
    let out = |path: Vec<String>| {
        Refusal::new(
            RefusalCode::OutOfRange,
            "A quantity is above zero with at most 3 decimal places, a rate zero or more with 4.",
            "Количество больше нуля, до 3 знаков после запятой; ставка не меньше нуля, до 4 знаков.",
        )
        .at(path)
    };
    if Quantity::positive(input.yields).is_err() {
        return Err(out(vec!["yields".to_owned()]));
    }
    if input.labour_rate.is_some_and(|rate| Money::unit_price(rate).is_err()) {
        return Err(out(vec!["labourRate".to_owned()]));
    }
    let count = input.components.len();
    if count == 0 || count > MOST_COMPONENTS {
        let code = if count == 0 { RefusalCode::NoLines } else { RefusalCode::TooMany };
        return Err(Refusal::new(
            code,
            format!("A bill has 1 to {MOST_COMPONENTS} components."),
            format!("В спецификации от 1 до {MOST_COMPONENTS} компонентов."),
        )
        .at(["components"]));
    }
    let mut met = HashSet::new();
    for (place, part) in input.components.iter().enumerate() {
        let path = |field: &str| vec!["components".to_owned(), place.to_string(), field.to_owned()];
        if Quantity::positive(part.quantity).is_err() {
            return Err(out(path("quantity")));
        }
        if !met.insert((part.product_id, part.variant_id)) {
            return Err(Refusal::new(
                RefusalCode::Taken,
                "Each component is named once.",
                "Каждый компонент указывается один раз.",
            )
            .at(path("productId")));
        }
    }
    Ok(())
}

async fn locked<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: BillId,
    version: i32,
) -> Outcome<BillRow> {
    let bill = bill_store::lock(tx, permit, id).await?.ok_or(CommandError::NotFound)?;
    same_version(
        bill.version,
        version,
        "The bill was changed since you read it.",
        "Спецификация была изменена после того, как вы её прочитали.",
    )?;
    Ok(bill)
}

fn name(asked: &str) -> Result<String, Refusal> {
    let text = asked.trim();
    if text.is_empty() || text.chars().count() > MOST_NAME || text.chars().any(char::is_control) {
        return Err(Refusal::new(
            RefusalCode::OutOfRange,
            format!("A name has 1 to {MOST_NAME} characters."),
            format!("Название — от 1 до {MOST_NAME} символов."),
        )
        .at(["name"]));
    }
    Ok(text.to_owned())
}

fn reference(asked: Option<&str>) -> Result<Option<String>, Refusal> {
    check_texts(&[], asked)?;
    Ok(asked.map(ToOwned::to_owned))
}

fn written(result: Result<(), Fault>) -> Outcome<()> {
    result.map_err(|fault| match fault.constraint() {
        Some("bill_of_materials_name_key") => Refusal::new(
            RefusalCode::Taken,
            "Another bill of these goods has this name.",
            "У этого товара уже есть спецификация с таким названием.",
        )
        .at(["name"])
        .into(),
        Some("bill_of_materials_external_reference_key") => Refusal::new(
            RefusalCode::Taken,
            "Another bill has this external reference.",
            "Эта внешняя ссылка уже занята другой спецификацией.",
        )
        .at(["externalReference"])
        .into(),
        _ => fault.into(),
    })
}

fn circle() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "The goods would be made of themselves.",
        "Товар оказался бы собранным из самого себя.",
    )
    .at(["components"])
}

fn note(tx: &TenantTx, action: &'static str, bill: &BillRow, version: &BillVersionRow) {
    let parts: Vec<_> = version
        .components
        .iter()
        .map(|part| {
            json!({ "product": part.product_id, "variant": part.variant_id,
                            "quantity": part.quantity })
        })
        .collect();
    let changes = json!({ "name": bill.name, "validFrom": version.valid_from,
        "yields": version.yields, "labourRate": version.labour_rate, "components": parts });
    tx.audit(AuditEntry::new(action, "BillOfMaterials", bill.id, changes));
    changed(tx, bill.id);
}

fn changed(tx: &TenantTx, bill: BillId) {
    tx.emit(EventDraft {
        kind: "catalog_changed",
        subject_kind: "BillOfMaterials",
        subject_id: bill.0,
        manager_id: None,
        customer_id: None,
        products: Vec::new(),
        warehouses: Vec::new(),
    });
}
