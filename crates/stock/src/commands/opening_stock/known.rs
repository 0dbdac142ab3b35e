//! What rows of opening stock mean: records by their names, the checks of a receipt's line, the key
//! by which a row is known again.

use std::collections::{HashMap, HashSet};

use access::{Permit, Right};
use catalog::{
    Intent, Named, NamedKind, Names, OrganizationCard, PackagingNames, ProductCard, ProductNames,
    VariantNames, check_period, measured,
};
use db::{Outcome, TenantTx};
use kernel::{
    Decimal, NaiveDate, OrganizationId, ProductId, ReceiptLineId, Refusal, RefusalCode, WarehouseId,
};

use super::{Draft, OpeningRow, Place, SaveOpeningStock};
use crate::commands::draft::{ReceiptLineInput, lacks};
use crate::rules::check_line;
use crate::store::receipts::Line;

/// Characters of a reference.
const MOST_REFERENCE: usize = 200;

/// What the rows may mean.
pub(super) struct Known {
    organization_names: Names,
    warehouses: Names,
    products: ProductNames,
    variants: VariantNames,
    packagings: PackagingNames,
    pub(super) organizations: HashMap<OrganizationId, OrganizationCard>,
    seen: HashSet<String>,
}

impl Known {
    pub(super) async fn read(
        tx: &TenantTx,
        permit: &Permit<SaveOpeningStock>,
        rows: &[OpeningRow],
        intent: Intent,
    ) -> Outcome<Self> {
        let organization_names = Names::read(tx, permit, NamedKind::Organization).await?;
        let ids: HashSet<OrganizationId> =
            rows.iter().filter_map(|row| organization_names.find(&row.organization).ok()).collect();
        let mut ids: Vec<OrganizationId> = ids.into_iter().collect();
        ids.sort_unstable();
        let mut organizations = HashMap::new();
        // A handful. Held, so that their periods stay open until the end.
        for id in ids {
            let card = match intent {
                Intent::Write => catalog::hold_organization(tx, permit, id).await?,
                Intent::Check => catalog::organization_card(tx, permit, Some(id)).await?,
            };
            organizations.extend(card.map(|card| (id, card)));
        }
        let named: Vec<&Named> = rows.iter().map(|row| &row.product).collect();
        let products = ProductNames::read(tx, permit, &named).await?;
        let varied: Vec<&Named> = rows.iter().map(|row| &row.variant).collect();
        let variants = VariantNames::read(tx, permit, &varied).await?;
        let packed = rows.iter().filter(|row| row.packaging.is_some());
        let packed: Vec<ProductId> =
            packed.filter_map(|row| Some(products.find(&row.product).ok()?.id)).collect();
        let packagings = PackagingNames::read(tx, permit, &packed).await?;
        let warehouses = Names::read(tx, permit, NamedKind::Warehouse).await?;
        let seen = HashSet::new();
        Ok(Self {
            organization_names,
            warehouses,
            products,
            variants,
            packagings,
            organizations,
            seen,
        })
    }

    /// The products that the rows name.
    pub(super) fn products(&self) -> impl Iterator<Item = &ProductCard> {
        self.products.cards()
    }

    /// What a row comes to, and the receipt it goes into.
    pub(super) fn draft(
        &mut self,
        tx: &TenantTx,
        permit: &Permit<SaveOpeningStock>,
        row: &OpeningRow,
    ) -> Result<(Place, Draft), Refusal> {
        let organization: OrganizationId = self.organization_names.find(&row.organization)?;
        let warehouse: WarehouseId = self.warehouses.find(&row.warehouse)?;
        let date = row.date.ok_or_else(|| required("date"))?;
        if let Some(card) = self.organizations.get(&organization) {
            let may_backdate = permit.scope().reach(Right::DocumentBackdate).is_some();
            check_period(card, date, tx.today(), may_backdate)
                .map_err(|refusal| Refusal::from(refusal).at(["date"]))?;
        }
        let received_on = row.received_on.unwrap_or(date);
        if received_on > date {
            return Err(received_later());
        }
        let line = self.line(row)?;
        let place = (organization, warehouse, date);
        let key = key_of(row, place, received_on, &line)?;
        if !self.seen.insert(key.clone()) {
            return Err(twice());
        }
        Ok((place, Draft { key, received_on, line }))
    }

    fn line(&self, row: &OpeningRow) -> Result<Line, Refusal> {
        let product = self.products.find(&row.product)?;
        let quantity = row.quantity.ok_or_else(|| required("quantity"))?;
        check_goods(product, row, quantity)?;
        let variant = self.variants.find_one(product, &row.variant)?;
        let packaging = match &row.packaging {
            Some(name) => self.packagings.find(product, name)?,
            None => None,
        };
        let cards = packaging.map(|card| (card.id, card.clone())).into_iter().collect();
        let packaging = packaging.map(|card| card.id);
        let measured = measured(&cards, product.id, packaging, quantity)?;
        let entered = measured.entered;
        Ok(Line {
            id: ReceiptLineId::new(),
            position: 0,
            purchase_order_line_id: None,
            product_id: product.id,
            variant_id: variant,
            quantity: measured.base.get(),
            packaging_id: entered.as_ref().map(|entered| entered.packaging_id),
            entered_quantity: entered.as_ref().map(|entered| entered.quantity.get()),
            entered_unit: entered.map(|entered| entered.unit),
            unit_cost: row.unit_cost,
            amount: None,
            expires_on: row.expires_on,
            lot_number: row.lot_number.as_deref().map(str::trim).map(ToOwned::to_owned),
        })
    }
}

/// The checks of a receipt's line.
fn check_goods(product: &ProductCard, row: &OpeningRow, quantity: Decimal) -> Result<(), Refusal> {
    if product.is_service {
        return Err(Refusal::new(
            RefusalCode::Invalid,
            "A service is not received into stock.",
            "Услугу нельзя принять на склад.",
        )
        .at(["sku"]));
    }
    let input = ReceiptLineInput {
        id: None,
        purchase_order_line_id: None,
        product_id: Some(product.id),
        variant_id: None,
        packaging_id: None,
        quantity,
        lot_number: row.lot_number.clone(),
        unit_cost: row.unit_cost,
        expires_on: row.expires_on,
    };
    check_line(0, &input)?;
    if product.tracks_expiry && row.expires_on.is_none() {
        return Err(lacks(0, "expiresOn", &product.name));
    }
    if product.tracks_lots && row.lot_number.is_none() {
        return Err(lacks(0, "lotNumber", &product.name));
    }
    Ok(())
}

/// The row's own reference; else all it says but how many and at what cost.
fn key_of(
    row: &OpeningRow,
    (organization, warehouse, date): Place,
    received_on: NaiveDate,
    line: &Line,
) -> Result<String, Refusal> {
    if let Some(reference) = &row.external_reference {
        if reference.chars().count() > MOST_REFERENCE {
            return Err(Refusal::new(
                RefusalCode::OutOfRange,
                format!("At most {MOST_REFERENCE} characters."),
                format!("Не больше {MOST_REFERENCE} символов."),
            )
            .at(["externalReference"]));
        }
        return Ok(format!("r:{reference}"));
    }
    let lot = line.lot_number.as_deref().unwrap_or_default();
    let expires = line.expires_on.map(|day| day.to_string()).unwrap_or_default();
    // Keys written before files had variants name the product alone.
    let goods = match line.variant_id {
        Some(variant) => format!("{}.{}", line.product_id.0, variant.0),
        None => line.product_id.0.to_string(),
    };
    Ok(format!("n:{date}/{received_on}/{expires}/{}/{}/{goods}/{lot}", organization.0, warehouse.0))
}

fn required(field: &str) -> Refusal {
    Refusal::new(RefusalCode::Required, "A value is required.", "Требуется значение.").at([field])
}

fn received_later() -> Refusal {
    Refusal::new(
        RefusalCode::OutOfRange,
        "The lot was received after the start date.",
        "Партия поступила позже даты остатков.",
    )
    .at(["receivedOn"])
}

fn twice() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "An earlier row is about the same goods: tell them apart by external references.",
        "Об этих же остатках говорит одна из предыдущих строк: различите их внешним ключом.",
    )
    .at(["externalReference"])
}
