//! Products.

use access::{Action, Forbidden, Permit, Right};
use db::{Command, CommandError, Outcome, TenantTx};
use kernel::{ProductId, Refusal, RefusalCode, Uuid};

use super::{Deed, archived_after, archived_differs, changes};
use crate::checks::{Checks, same_version, unchanged};
use crate::custom::Customizable;
use crate::records::{Product, ProductChanges, ProductFields};
use crate::store::{Held, VariantUse, hold, insert, update, variant_uses};

/// Makes a product.
#[derive(Clone, Debug)]
pub struct CreateProduct {
    /// Its fields; those not given are empty.
    pub fields: ProductChanges,
}

#[async_trait::async_trait]
impl Command for CreateProduct {
    type Output = ProductId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ProductId> {
        check_limits_right(permit, &self.fields)?;
        let fields = self.fields.applied(&blank()).checked()?;
        let id = ProductId::new();
        insert(tx, permit, "product", id.0, &fields, &[]).await?;
        tell(tx, Deed::new("createProduct", "Product", id), None, &fields);
        Ok(id)
    }
}

/// Changes a product. Documents keep the name, unit and rate they were made with.
#[derive(Clone, Debug)]
pub struct UpdateProduct {
    /// Which one.
    pub id: ProductId,
    /// The version it was read at.
    pub version: i32,
    /// What changes.
    pub fields: ProductChanges,
}

#[async_trait::async_trait]
impl Command for UpdateProduct {
    type Output = ProductId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ProductId> {
        check_limits_right(permit, &self.fields)?;
        let held = held(tx, permit, self.id).await?;
        same_version(held.record.version, self.version)?;
        archived_after(&held.record, None, tx.now())?;
        let fields = self.fields.applied(&held.fields).checked()?;
        unchanged("isService", &held.fields.is_service, &fields.is_service)?;
        if fields.has_variants != held.fields.has_variants {
            let used = variant_uses(tx, permit, &[self.id]).await?;
            may_change_variants(used.get(&self.id).copied())?;
        }
        update(tx, permit, "product", held.id, &fields, None).await?;
        let deed = Deed::new("updateProduct", "Product", self.id);
        tell(tx, deed, Some(&held.fields), &fields);
        Ok(self.id)
    }
}

/// Takes a product out of use: nothing new is sold or received of it. What is in stock stays
/// and can still be shipped by orders confirmed before.
#[derive(Clone, Debug)]
pub struct ArchiveProduct {
    /// Which one.
    pub id: ProductId,
    /// The version it was read at.
    pub version: i32,
}

#[async_trait::async_trait]
impl Command for ArchiveProduct {
    type Output = ProductId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ProductId> {
        let deed = Deed::new("archiveProduct", "Product", self.id);
        put_away(tx, permit, deed, self.version, true).await?;
        Ok(self.id)
    }
}

/// Takes an archived product into use again.
#[derive(Clone, Debug)]
pub struct RestoreProduct {
    /// Which one.
    pub id: ProductId,
    /// The version it was read at.
    pub version: i32,
}

#[async_trait::async_trait]
impl Command for RestoreProduct {
    type Output = ProductId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ProductId> {
        let deed = Deed::new("restoreProduct", "Product", self.id);
        put_away(tx, permit, deed, self.version, false).await?;
        Ok(self.id)
    }
}

impl Customizable for Product {
    const KIND: &'static str = "Product";
    const READ: Right = Right::ProductRead;
    const WRITE: Right = Right::ProductWrite;

    async fn touch<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        id: Uuid,
        version: i32,
    ) -> Outcome<()> {
        let held = held(tx, permit, id.into()).await?;
        same_version(held.record.version, version)?;
        archived_after(&held.record, None, tx.now())?;
        update(tx, permit, "product", held.id, &held.fields, None).await?;
        let mut event = Deed::new("setCustomFields", Self::KIND, id).event();
        event.products.push(id);
        tx.emit(event);
        Ok(())
    }
}

/// The least price and margin tell of cost: who may not see cost does not set them.
fn check_limits_right<A>(permit: &Permit<A>, fields: &ProductChanges) -> Outcome<()> {
    let sets_limits = fields.min_price.is_some() || fields.min_margin_percent.is_some();
    if sets_limits && permit.scope().reach(Right::CostRead).is_none() {
        return Err(Forbidden(Right::CostRead).into());
    }
    Ok(())
}

/// Whether a product has variants stays once documents say with or without them what was meant.
pub(super) fn may_change_variants(used: Option<VariantUse>) -> Result<(), Refusal> {
    let (en, ru) = match used {
        Some(VariantUse { in_documents: true, .. }) => (
            "Documents have named the product: whether it has variants stays.",
            "Товар уже указан в документах: вести ли его по характеристикам, не меняется.",
        ),
        Some(VariantUse { has_some: true, .. }) => {
            ("The product has variants.", "У товара есть характеристики.")
        }
        _ => return Ok(()),
    };
    Err(Refusal::new(RefusalCode::InUse, en, ru).at(["hasVariants"]))
}

pub(super) async fn held<A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ProductId,
) -> Outcome<Held<ProductFields>> {
    hold(tx, permit, "product", id.0).await?.ok_or(CommandError::NotFound)
}

async fn put_away<A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    deed: Deed,
    version: i32,
    archived: bool,
) -> Outcome<()> {
    let held = held(tx, permit, deed.id.into()).await?;
    same_version(held.record.version, version)?;
    archived_differs(&held.record, archived)?;
    let archived_at = archived.then(|| tx.now());
    update(tx, permit, "product", held.id, &held.fields, archived_at).await?;
    tell(tx, deed, Some(&held.fields), &held.fields);
    Ok(())
}

pub(super) fn tell(
    tx: &TenantTx,
    deed: Deed,
    before: Option<&ProductFields>,
    after: &ProductFields,
) {
    deed.audit(tx, changes(before, after));
    let mut event = deed.event();
    event.products.push(deed.id);
    tx.emit(event);
}

/// A product of which nothing is said yet.
pub(super) fn blank() -> ProductFields {
    ProductFields {
        sku: String::new(),
        name: String::new(),
        group_id: None,
        unit: String::new(),
        vat_rate: None,
        vat_category_id: None,
        is_service: false,
        has_variants: false,
        tracks_lots: false,
        tracks_expiry: false,
        min_shelf_life_days: None,
        min_price: None,
        min_margin_percent: None,
        external_reference: None,
    }
}
