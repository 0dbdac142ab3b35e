//! Packagings of products.

use access::Permit;
use db::{Command, CommandError, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{PackagingId, ProductId, Refusal, RefusalCode};

use super::products::held as held_product;
use super::{Deed, archived_after, changes};
use crate::checks::{Checks, same_version};
use crate::records::{PackagingChanges, PackagingFields};
use crate::store::{Held, hold, insert, update};

/// Adds a packaging to a product.
#[derive(Clone, Debug)]
pub struct AddPackaging {
    /// What it packs.
    pub product: ProductId,
    /// Its fields; those not given are empty, and the denominator 1.
    pub fields: PackagingChanges,
}

#[async_trait::async_trait]
impl Command for AddPackaging {
    type Output = PackagingId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PackagingId> {
        let product = held_product(tx, permit, self.product).await?;
        archived_after(&product.record, None, tx.now())?;
        if product.fields.is_service {
            return Err(service_is_not_packed().into());
        }
        let blank = PackagingFields {
            name: String::new(),
            numerator: 0,
            denominator: 1,
            weight_kg: None,
            volume_m3: None,
            external_reference: None,
        };
        let fields = self.fields.applied(&blank).checked()?;
        let id = PackagingId::new();
        let fixed = [("product_id", self.product.into())];
        insert(tx, permit, "product_packaging", id.0, &fields, &fixed).await?;
        let deed = Deed::new("addPackaging", "ProductPackaging", id);
        deed.audit(tx, changes(None, &fields));
        tell(tx, &deed, self.product);
        Ok(id)
    }
}

/// Changes a packaging, archives it or restores it. Lines keep the quantities and the name they
/// were written with; the factor stays once a document has named the packaging.
#[derive(Clone, Debug)]
pub struct UpdatePackaging {
    /// Which one.
    pub id: PackagingId,
    /// The version it was read at.
    pub version: i32,
    /// What changes.
    pub fields: PackagingChanges,
    /// Whether it is to be archived or restored; `None` leaves that as it is.
    pub archived: Option<bool>,
}

#[async_trait::async_trait]
impl Command for UpdatePackaging {
    type Output = PackagingId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PackagingId> {
        let held: Option<Held<PackagingFields>> =
            hold(tx, permit, "product_packaging", self.id.0).await?;
        let held = held.ok_or(CommandError::NotFound)?;
        same_version(held.record.version, self.version)?;
        let archived_at = archived_after(&held.record, self.archived, tx.now())?;
        let fields = self.fields.applied(&held.fields).checked()?;
        // The row is ours: who names the packaging waits, and meets the new factor.
        let own = own(tx, permit, self.id).await?;
        let factor = |fields: &PackagingFields| (fields.numerator, fields.denominator);
        if own.in_use && factor(&fields) != factor(&held.fields) {
            return Err(factor_stays().into());
        }
        update(tx, permit, "product_packaging", held.id, &fields, archived_at).await?;
        let deed = Deed::new("updatePackaging", "ProductPackaging", self.id);
        deed.audit(tx, changes(Some(&held.fields), &fields));
        tell(tx, &deed, own.product_id);
        Ok(self.id)
    }
}

#[derive(FromQueryResult)]
struct Own {
    product_id: ProductId,
    in_use: bool,
}

async fn own<A>(tx: &TenantTx, permit: &Permit<A>, id: PackagingId) -> Outcome<Own> {
    let sql = "
        select p.product_id, p.in_use
        from product_packaging p
        where p.tenant_id = $1 and p.id = $2";
    let own: Option<Own> = tx.one(Sql::new(sql, values![permit.tenant(), id])).await?;
    own.ok_or(CommandError::NotFound)
}

fn tell(tx: &TenantTx, deed: &Deed, product: ProductId) {
    let mut event = deed.event();
    event.products.push(product.into());
    tx.emit(event);
}

fn service_is_not_packed() -> Refusal {
    Refusal::new(RefusalCode::Invalid, "A service is not packed.", "У услуги не бывает упаковки.")
        .at(["productId"])
}

fn factor_stays() -> Refusal {
    Refusal::new(
        RefusalCode::InUse,
        "Documents were written in this packaging: its factor stays. Archive it and add another.",
        "В этой упаковке уже есть документы, её коэффициент не меняется: уберите её в архив и \
         добавьте новую.",
    )
    .at(["numerator"])
}
