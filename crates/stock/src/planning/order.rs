//! Chosen proposals become purchase orders, transfers and assembly orders, in one transaction.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use access::{Action, Forbidden, Permit, Right};
use db::{Command, Outcome, TenantTx};
use kernel::{
    AssemblyOrderId, BillId, Decimal, NaiveDate, OrganizationId, ProductId, ProductVariantId,
    PurchaseOrderId, Refusal, RefusalCode, SupplierId, TransferId, WarehouseId,
};
use serde::{Deserialize, Serialize};

use super::moving::{self, MoveLine};
use crate::assembly::{AssemblyKind, CreateAssemblyOrder, hold_bills, write_draft as put_together};
use crate::commands::draft;
use crate::demand::queue::{self, Queue};
use crate::purchases::commands::{Draft, PurchaseLineInput, place_order, write_draft};
use crate::purchases::lines;

/// Lines of one request at most.
const MOST_LINES: usize = 1_000;
/// Assembly orders of one request at most: each is a document of its own.
const MOST_ASSEMBLIES: usize = 200;

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

/// What is put together.
#[derive(Clone, Debug)]
pub struct AssemblySupply {
    /// By which bill, as it holds today.
    pub bill_id: BillId,
    /// For whom; `None` is the default organization.
    pub organization_id: Option<OrganizationId>,
    /// Where; `None` is the default warehouse.
    pub warehouse_id: Option<WarehouseId>,
    /// Finished goods, base units, above zero.
    pub quantity: Decimal,
}

/// As what purchase orders are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlacedAs {
    /// To be looked through and ordered by hand.
    Draft,
    /// Ordered: their goods are expected.
    Ordered,
}

/// Makes documents of what was chosen: a purchase order for each supplier, organization and
/// warehouse, a draft of a transfer for each organization and pair of warehouses, and a draft of an
/// assembly order for each of the goods that are to be put together.
#[derive(Clone, Debug)]
pub struct OrderSupply {
    /// What is bought.
    pub lines: Vec<SupplyLine>,
    /// What is moved. Needs the right `transfer.write`.
    pub moves: Vec<MoveLine>,
    /// What is put together. Needs the right `assembly.write`.
    pub assemblies: Vec<AssemblySupply>,
    /// As what the purchase orders are left.
    pub placed_as: PlacedAs,
}

/// The documents that were made.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SupplyMade {
    /// One for each supplier, organization and warehouse.
    pub purchase_orders: Vec<PurchaseOrderId>,
    /// Drafts, since goods are on their way once somebody has sent them.
    pub transfers: Vec<TransferId>,
    /// Drafts, in the order they were chosen.
    pub assembly_orders: Vec<AssemblyOrderId>,
}

impl Action for OrderSupply {
    const RIGHT: Right = Right::PurchaseWrite;
}

#[async_trait::async_trait]
impl Command for OrderSupply {
    type Output = SupplyMade;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<SupplyMade> {
        check_count(self.lines.len() + self.moves.len(), self.assemblies.len())?;
        let groups = grouped(tx, permit, &self.lines).await?;
        // All at once: queues are taken in their order.
        let mut queues = self.assembled(tx, permit).await?;
        if self.placed_as == PlacedAs::Ordered {
            let goods = |(place, lines): (&Place, &Vec<PurchaseLineInput>)| {
                let organization = place.1;
                lines.iter().map(|line| (organization, line.product_id)).collect::<Vec<_>>()
            };
            queues.extend(groups.iter().flat_map(goods));
        }
        queue::take(tx, permit, &queues).await?;
        let mut assembly_orders = Vec::with_capacity(self.assemblies.len());
        for one in &self.assemblies {
            assembly_orders.push(put_together(tx, permit, &one.draft()).await?);
        }
        let transfers = moving::draft_moves(tx, permit, &self.moves).await?;
        let mut purchase_orders = Vec::with_capacity(groups.len());
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
            purchase_orders.push(order.id);
            if self.placed_as == PlacedAs::Ordered {
                place_order(tx, permit, order).await?;
            }
        }
        Ok(SupplyMade { purchase_orders, transfers, assembly_orders })
    }
}

impl OrderSupply {
    /// The queues of what is to be put together; its bills are held.
    async fn assembled(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<BTreeSet<Queue>> {
        if self.assemblies.is_empty() {
            return Ok(BTreeSet::new());
        }
        if permit.scope().reach(Right::AssemblyWrite).is_none() {
            return Err(Forbidden(Right::AssemblyWrite).into());
        }
        let bills: BTreeSet<BillId> = self.assemblies.iter().map(|one| one.bill_id).collect();
        let products = hold_bills(tx, permit, &bills).await?;
        let organizations: BTreeSet<Option<OrganizationId>> =
            self.assemblies.iter().map(|one| one.organization_id).collect();
        let mut queues = BTreeSet::new();
        for id in organizations {
            let card = catalog::organization_card(tx, permit, id).await?;
            let organization = card.ok_or_else(unknown_organization)?.id;
            let its = self.assemblies.iter().filter(|one| one.organization_id == id);
            // A bill that is not there is refused where the draft is written.
            let made = its.filter_map(|one| products.get(&one.bill_id));
            queues.extend(made.map(|product| (organization, *product)));
        }
        Ok(queues)
    }
}

impl AssemblySupply {
    fn draft(&self) -> CreateAssemblyOrder {
        CreateAssemblyOrder {
            kind: AssemblyKind::Assembly,
            organization_id: self.organization_id,
            warehouse_id: self.warehouse_id,
            occurred_on: None,
            bill_id: Some(self.bill_id),
            product_id: None,
            variant_id: None,
            quantity: self.quantity,
            labour: None,
            lot_number: None,
            expires_on: None,
            comment: String::new(),
            external_reference: None,
            lines: None,
            picks: Vec::new(),
        }
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

fn check_count(lines: usize, assemblies: usize) -> Result<(), Refusal> {
    match lines + assemblies {
        0 => Err(Refusal::new(RefusalCode::NoLines, "Nothing was chosen.", "Ничего не выбрано.")
            .at(["purchases"])),
        _ if assemblies > MOST_ASSEMBLIES => Err(Refusal::new(
            RefusalCode::TooMany,
            format!("At most {MOST_ASSEMBLIES} assembly orders at once."),
            format!("Не больше {MOST_ASSEMBLIES} сборок за раз."),
        )
        .at(["assemblies"])),
        _ if lines > MOST_LINES => Err(Refusal::new(
            RefusalCode::TooMany,
            format!("At most {MOST_LINES} lines at once."),
            format!("Не больше {MOST_LINES} строк за раз."),
        )
        .at(["purchases"])),
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
