//! Chosen proposals become purchase orders, in one transaction.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use access::{Action, Permit, Right};
use db::{Command, Outcome, TenantTx};
use kernel::{
    Decimal, NaiveDate, OrganizationId, ProductId, ProductVariantId, PurchaseOrderId, Refusal,
    RefusalCode, SupplierId, WarehouseId,
};

use crate::commands::draft;
use crate::demand::queue;
use crate::purchases::commands::{Draft, PurchaseLineInput, place_order, write_draft};
use crate::purchases::lines;

/// Lines of one request at most.
const MOST_LINES: usize = 1_000;

/// What is bought of whom.
#[derive(Clone, Debug)]
pub struct SupplyLine {
    /// Of whom.
    pub supplier_id: SupplierId,
    /// For whom; `None` is the default organization.
    pub organization_id: Option<OrganizationId>,
    /// Where to; `None` is the default warehouse.
    pub warehouse_id: Option<WarehouseId>,
    /// What.
    pub product_id: ProductId,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// Base units, above zero.
    pub quantity: Decimal,
    /// Per base unit in the supplier's currency; `None` is what the supplier asks.
    pub price: Option<Decimal>,
    /// When it is expected; `None` is the time that the supplier takes.
    pub expected_on: Option<NaiveDate>,
}

/// As what purchase orders are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlacedAs {
    /// To be looked through and ordered by hand.
    Draft,
    /// Ordered: their goods are expected.
    Ordered,
}

/// Makes purchase orders of what was chosen: one for each supplier, organization and warehouse.
#[derive(Clone, Debug)]
pub struct OrderSupply {
    /// What was chosen.
    pub lines: Vec<SupplyLine>,
    /// As what the orders are left.
    pub placed_as: PlacedAs,
}

impl Action for OrderSupply {
    const RIGHT: Right = Right::PurchaseWrite;
}

impl Command for OrderSupply {
    type Output = Vec<PurchaseOrderId>;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Vec<PurchaseOrderId>> {
        check_count(self.lines.len())?;
        let groups = grouped(tx, permit, &self.lines).await?;
        if self.placed_as == PlacedAs::Ordered {
            // All at once: queues are taken in their order.
            let goods: BTreeSet<_> = groups
                .iter()
                .flat_map(|(place, lines)| lines.iter().map(|line| (place.1, line.product_id)))
                .collect();
            queue::take(tx, permit, &goods).await?;
        }
        let mut made = Vec::with_capacity(groups.len());
        for ((supplier, organization_id, warehouse_id), lines) in groups {
            let supplier = lines::supplier(tx, permit, supplier).await?;
            let draft = Draft {
                organization_id,
                warehouse_id,
                occurred_on: tx.today(),
                currency: supplier.currency,
                expected_on: None,
                supplier_reference: String::new(),
                comment: String::new(),
                external_reference: None,
                lines,
            };
            let order = write_draft(tx, permit, &supplier, draft).await?;
            made.push(order.id);
            if self.placed_as == PlacedAs::Ordered {
                place_order(tx, permit, order).await?;
            }
        }
        Ok(made)
    }
}

type Place = (SupplierId, OrganizationId, WarehouseId);

/// The lines of each order.
async fn grouped<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    chosen: &[SupplyLine],
) -> Outcome<BTreeMap<Place, Vec<PurchaseLineInput>>> {
    let mut organizations: BTreeMap<Option<OrganizationId>, OrganizationId> = BTreeMap::new();
    let mut warehouses: BTreeMap<Option<WarehouseId>, WarehouseId> = BTreeMap::new();
    let mut groups: BTreeMap<Place, Vec<PurchaseLineInput>> = BTreeMap::new();
    for line in chosen {
        let organization = match organizations.entry(line.organization_id) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let card = catalog::organization_card(tx, permit, line.organization_id).await?;
                *new.insert(card.ok_or_else(unknown_organization)?.id)
            }
        };
        let warehouse = match warehouses.entry(line.warehouse_id) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                *new.insert(draft::warehouse(tx, permit, line.warehouse_id).await?)
            }
        };
        let place = (line.supplier_id, organization, warehouse);
        groups.entry(place).or_default().push(PurchaseLineInput {
            product_id: line.product_id,
            variant_id: line.variant_id,
            packaging_id: None,
            quantity: line.quantity,
            price: line.price,
            expected_on: line.expected_on,
        });
    }
    let all: Vec<PurchaseLineInput> = groups.values().flatten().cloned().collect();
    lines::check_price_right(permit, &all)?;
    Ok(groups)
}

fn check_count(lines: usize) -> Result<(), Refusal> {
    match lines {
        0 => Err(Refusal::new(RefusalCode::NoLines, "Nothing was chosen.", "Ничего не выбрано.")
            .at(["lines"])),
        lines if lines > MOST_LINES => Err(Refusal::new(
            RefusalCode::TooMany,
            format!("At most {MOST_LINES} lines at once."),
            format!("Не больше {MOST_LINES} строк за раз."),
        )
        .at(["lines"])),
        _ => Ok(()),
    }
}

fn unknown_organization() -> Refusal {
    Refusal::new(
        RefusalCode::UnknownReference,
        "There is no such organization, or it is archived.",
        "Такой организации нет, или она в архиве.",
    )
    .at(["organizationId"])
}
