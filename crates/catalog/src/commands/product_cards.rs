//! Lists that belong to a product's card: barcodes and substitutes. Each is written anew as a
//! whole; the product's version and history cover it.

use std::collections::HashSet;

use access::Permit;
use db::{Command, Outcome, TenantTx};
use kernel::{ProductId, Refusal, RefusalCode};
use serde_json::json;

use super::products::held;
use super::{Deed, archived_after};
use crate::checks::same_version;
use crate::constraints::unknown;
use crate::records::ProductFields;
use crate::rules::{Barcode, check_barcode};
use crate::store::{
    Held, barcodes_of, codes_taken, foreign_variants, put_barcodes, put_substitutes,
    substitute_ids, update,
};

/// Barcodes, or substitutes, of one product at most.
const MOST: usize = 50;

/// Puts other barcodes in the place of a product's.
#[derive(Clone, Debug)]
pub struct SetProductBarcodes {
    /// Which product.
    pub product: ProductId,
    /// The version it was read at.
    pub version: i32,
    /// All codes from now on.
    pub barcodes: Vec<Barcode>,
}

#[async_trait::async_trait]
impl Command for SetProductBarcodes {
    type Output = ProductId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ProductId> {
        let product = ready(tx, permit, self.product, self.version).await?;
        let codes = checked(&self.barcodes)?;
        let keys: Vec<String> = codes.iter().map(Barcode::key).collect();
        let taken = codes_taken(tx, permit, self.product, &keys).await?;
        if let Some(place) = keys.iter().position(|key| taken.contains(key)) {
            return Err(code_taken(place).into());
        }
        let varied: Vec<_> = codes.iter().filter_map(|code| code.variant_id).collect();
        let foreign = foreign_variants(tx, permit, self.product, &varied).await?;
        let is_foreign = |code: &Barcode| code.variant_id.is_some_and(|id| foreign.contains(&id));
        if let Some(place) = codes.iter().position(is_foreign) {
            return Err(unknown("barcodes").at(path("barcodes", place, "variantId")).into());
        }
        let before = barcodes_of(tx, permit, self.product).await?;
        put_barcodes(tx, permit, self.product, &codes).await?;
        update(tx, permit, "product", product.id, &product.fields, None).await?;
        let deed = Deed::new("setProductBarcodes", "Product", self.product);
        deed.audit(tx, json!({ "barcodes": { "before": before, "after": codes } }));
        tell(tx, &deed);
        Ok(self.product)
    }
}

/// Puts other substitutes in the place of a product's.
#[derive(Clone, Debug)]
pub struct SetProductSubstitutes {
    /// Which product.
    pub product: ProductId,
    /// The version it was read at.
    pub version: i32,
    /// What may be sold in its place, the best first.
    pub substitutes: Vec<ProductId>,
}

#[async_trait::async_trait]
impl Command for SetProductSubstitutes {
    type Output = ProductId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ProductId> {
        let product = ready(tx, permit, self.product, self.version).await?;
        check_substitutes(self.product, &self.substitutes)?;
        let before = substitute_ids(tx, permit, self.product).await?;
        put_substitutes(tx, permit, self.product, &self.substitutes).await?;
        update(tx, permit, "product", product.id, &product.fields, None).await?;
        let deed = Deed::new("setProductSubstitutes", "Product", self.product);
        deed.audit(tx, json!({ "substitutes": { "before": before, "after": self.substitutes } }));
        tell(tx, &deed);
        Ok(self.product)
    }
}

/// The product under its lock, in use and in the version that was read.
async fn ready<A: access::Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ProductId,
    version: i32,
) -> Outcome<Held<ProductFields>> {
    let held = held(tx, permit, id).await?;
    same_version(held.record.version, version)?;
    archived_after(&held.record, None, tx.now())?;
    Ok(held)
}

fn tell(tx: &TenantTx, deed: &Deed) {
    let mut event = deed.event();
    event.products.push(deed.id);
    tx.emit(event);
}

fn checked(barcodes: &[Barcode]) -> Result<Vec<Barcode>, Refusal> {
    check_count("barcodes", barcodes.len())?;
    let mut met = HashSet::new();
    let mut codes = Vec::with_capacity(barcodes.len());
    for (place, barcode) in barcodes.iter().enumerate() {
        let at = |refusal: Refusal| refusal.at(path("barcodes", place, "code"));
        let code = check_barcode(barcode.kind, &barcode.code).map_err(at)?;
        let barcode = Barcode { code, ..barcode.clone() };
        if !met.insert(barcode.key()) {
            return Err(at(named_twice()));
        }
        codes.push(barcode);
    }
    Ok(codes)
}

fn check_substitutes(product: ProductId, substitutes: &[ProductId]) -> Result<(), Refusal> {
    check_count("substituteIds", substitutes.len())?;
    let mut met = HashSet::new();
    for (place, id) in substitutes.iter().enumerate() {
        let at = ["substituteIds".to_owned(), place.to_string()];
        if *id == product {
            return Err(Refusal::new(
                RefusalCode::Invalid,
                "A product does not stand for itself.",
                "Товар не заменяет сам себя.",
            )
            .at(at));
        }
        if !met.insert(*id) {
            return Err(named_twice().at(at));
        }
    }
    Ok(())
}

fn check_count(field: &str, count: usize) -> Result<(), Refusal> {
    if count <= MOST {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::TooMany,
        format!("At most {MOST} of one product."),
        format!("У одного товара — не больше {MOST}."),
    )
    .at([field]))
}

fn path(list: &str, place: usize, field: &str) -> [String; 3] {
    [list.to_owned(), place.to_string(), field.to_owned()]
}

fn named_twice() -> Refusal {
    Refusal::new(RefusalCode::Invalid, "This is named twice.", "Это указано дважды.")
}

fn code_taken(place: usize) -> Refusal {
    Refusal::new(
        RefusalCode::Taken,
        "Another product has this barcode.",
        "Этот штрихкод уже есть у другого товара.",
    )
    .at(path("barcodes", place, "code"))
}
