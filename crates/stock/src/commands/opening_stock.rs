//! What lies in the warehouses on a start date, by the row: rows of one organization, warehouse and
//! day become goods receipts, posted as any others. A row comes in once, however often its file is
//! sent, unless its receipt was reversed.

mod known;

use std::collections::{BTreeMap, HashMap, HashSet};

use access::{Action, Permit, Right};
use catalog::{Goods, Intent, Named, Saved};
use db::{AuditEntry, CommandError, Outcome, TenantTx};
use kernel::{Decimal, NaiveDate, OrganizationId, ReceiptId, Refusal, RefusalCode, WarehouseId};
use serde_json::json;

use super::draft;
use super::post_goods_receipt::{Entering, enter_goods};
use crate::pegging;
use crate::rules::{MOST_LINES, ReceiptState};
use crate::store::opening::{self, BroughtIn};
use crate::store::receipts::{self, Header, Line};
use known::Known;

/// One row: goods that are there.
#[derive(Clone, Debug, Default)]
pub struct OpeningRow {
    /// Its number, as whoever brought it counts.
    pub place: u64,
    /// Whose goods; the default organization's where none is named.
    pub organization: Named,
    /// Where; the default warehouse where none is named.
    pub warehouse: Named,
    /// What.
    pub product: Named,
    /// In which variant; where the product has some, one is named.
    pub variant: Named,
    /// In which packaging the quantity is counted; the base unit where none is named.
    pub packaging: Option<String>,
    /// How many of it, above zero.
    pub quantity: Option<Decimal>,
    /// The lot's number as the maker printed it.
    pub lot_number: Option<String>,
    /// The last day the goods may be sold on.
    pub expires_on: Option<NaiveDate>,
    /// The start date: the day the quantity is there.
    pub date: Option<NaiveDate>,
    /// Since when the lot is there, at the latest the start date; that where none is named.
    pub received_on: Option<NaiveDate>,
    /// Per base unit in the base currency, without recoverable tax; what the product cost last
    /// where none is named.
    pub unit_cost: Option<Decimal>,
    /// The row's own key; what it says of itself where there is none.
    pub external_reference: Option<String>,
}

/// Brings opening stock in.
#[derive(Clone, Copy, Debug)]
pub struct SaveOpeningStock;

impl Action for SaveOpeningStock {
    const RIGHT: Right = Right::ReceiptWrite;
}

/// The receipt a row goes into.
type Place = (OrganizationId, WarehouseId, NaiveDate);

struct Draft {
    key: String,
    received_on: NaiveDate,
    line: Line,
}

impl SaveOpeningStock {
    /// Writes the rows that can be written and tells of the others.
    ///
    /// # Errors
    /// A right that is missing, or a fault.
    pub async fn run(
        tx: &TenantTx,
        permit: &Permit<Self>,
        rows: Vec<OpeningRow>,
        intent: Intent,
    ) -> Outcome<Saved> {
        let may_state_cost = permit.scope().reach(Right::ReceiptCost).is_some();
        if intent == Intent::Write {
            opening::lock(tx, permit).await?;
        }
        let mut saved = Saved::default();
        let mut known = Known::read(tx, permit, &rows, intent).await?;
        let mut drafts: Vec<(u64, Place, Draft)> = Vec::with_capacity(rows.len());
        for row in &rows {
            if row.unit_cost.is_some() && !may_state_cost {
                saved.refuse(row.place, cost_not_allowed());
                continue;
            }
            match known.draft(tx, permit, row) {
                Ok((place, draft)) => drafts.push((row.place, place, draft)),
                Err(refusal) => saved.refuse(row.place, refusal),
            }
        }
        let drafts = new_ones(tx, permit, drafts, &mut saved).await?;
        let drafts = with_costs(tx, permit, drafts, &mut saved).await?;
        let mut receipts: BTreeMap<Place, Vec<Draft>> = BTreeMap::new();
        for (_, place, draft) in drafts {
            saved.created += 1;
            receipts.entry(place).or_default().push(draft);
        }
        if intent == Intent::Write {
            // All at once, before the first receipt: queues are taken in their order.
            let goods = |(place, drafts): (&Place, &Vec<Draft>)| {
                let of = |draft: &Draft| (place.0, draft.line.product_id);
                drafts.iter().map(of).collect::<Vec<_>>()
            };
            pegging::queue(tx, permit, receipts.iter().flat_map(goods)).await?;
            for (place, drafts) in receipts {
                let mut drafts = drafts.into_iter().peekable();
                while drafts.peek().is_some() {
                    let some = drafts.by_ref().take(MOST_LINES).collect();
                    write(tx, permit, &known, place, some).await?;
                }
            }
        }
        Ok(saved)
    }
}

/// Leaves out what was brought in before; a row that says something else by now is refused.
async fn new_ones(
    tx: &TenantTx,
    permit: &Permit<SaveOpeningStock>,
    drafts: Vec<(u64, Place, Draft)>,
    saved: &mut Saved,
) -> Outcome<Vec<(u64, Place, Draft)>> {
    let keys = drafts.iter().map(|(_, _, draft)| draft.key.clone()).collect();
    let known = opening::brought_in(tx, permit, keys).await?;
    let mut new = Vec::with_capacity(drafts.len());
    for (row, place, draft) in drafts {
        match known.get(&draft.key) {
            None => new.push((row, place, draft)),
            Some(before) if is_same(before, place, &draft.line) => saved.unchanged += 1,
            Some(before) => saved.refuse(row, says_otherwise(before)),
        }
    }
    Ok(new)
}

fn is_same(before: &BroughtIn, (organization, warehouse, date): Place, line: &Line) -> bool {
    before.product_id == line.product_id
        && before.variant_id == line.variant_id
        && before.quantity == line.quantity
        && before.organization_id == organization
        && before.warehouse_id == warehouse
        && before.occurred_on == date
}

/// Gives each line its cost and amount; one whose product never came in at a cost is refused.
async fn with_costs(
    tx: &TenantTx,
    permit: &Permit<SaveOpeningStock>,
    drafts: Vec<(u64, Place, Draft)>,
    saved: &mut Saved,
) -> Outcome<Vec<(u64, Place, Draft)>> {
    let mut open: BTreeMap<OrganizationId, Vec<Goods>> = BTreeMap::new();
    for (_, place, draft) in drafts.iter().filter(|(_, _, draft)| draft.line.unit_cost.is_none()) {
        open.entry(place.0).or_default().push(draft.line.goods());
    }
    let mut last: HashMap<OrganizationId, HashMap<Goods, Decimal>> = HashMap::new();
    for (organization, goods) in open {
        let costs = receipts::last_costs(tx, permit, organization, &goods).await?;
        last.insert(organization, costs);
    }
    let mut complete = Vec::with_capacity(drafts.len());
    for (row, place, mut draft) in drafts {
        let line = &mut draft.line;
        let known = || last.get(&place.0)?.get(&line.goods()).copied();
        let Some(cost) = line.unit_cost.or_else(known) else {
            saved.refuse(row, without_cost());
            continue;
        };
        match draft::amount(0, line.quantity, cost) {
            Ok(amount) => {
                (line.unit_cost, line.amount) = (Some(cost), Some(amount));
                complete.push((row, place, draft));
            }
            Err(CommandError::Refused(refusal)) => saved.refuse(row, *refusal),
            Err(error) => return Err(error),
        }
    }
    Ok(complete)
}

/// One receipt, drafted and posted.
async fn write(
    tx: &TenantTx,
    permit: &Permit<SaveOpeningStock>,
    known: &Known,
    (organization, warehouse, date): Place,
    drafts: Vec<Draft>,
) -> Outcome<()> {
    let organization = known.organizations.get(&organization).ok_or(CommandError::NotFound)?;
    let (mut keys, mut received, mut lines) = (Vec::new(), Vec::new(), Vec::new());
    for (position, mut draft) in (0..).zip(drafts) {
        draft.line.position = position;
        keys.push((draft.key, draft.line.id));
        received.push(draft.received_on);
        lines.push(draft.line);
    }
    let packagings: Vec<_> = lines.iter().filter_map(|line| line.packaging_id).collect();
    // Their factors stay from now on.
    catalog::take_packagings(tx, permit, &packagings).await?;
    // So does whether they have variants.
    let products: HashSet<_> = lines.iter().map(|line| line.product_id).collect();
    let cards = known.products().filter(|card| products.contains(&card.id)).collect();
    catalog::take_products(tx, permit, cards).await?;
    let mut receipt = Header {
        id: ReceiptId::new(),
        number: String::new(),
        occurred_on: date,
        organization_id: organization.id,
        warehouse_id: warehouse,
        purchase_order_id: None,
        supplier_name: String::new(),
        state: ReceiptState::Draft.as_str().to_owned(),
        amount: draft::total(&lines),
        comment: "Начальные остатки / Opening stock".to_owned(),
        external_reference: None,
        reversed_on: None,
        version: 1,
        created_by: permit.user(),
    };
    receipts::insert(tx, permit, &receipt).await?;
    receipts::insert_lines(tx, permit, receipt.id, &lines).await?;
    let made = json!({ "after": receipt, "openingStock": lines.len() });
    tx.audit(AuditEntry::new("createGoodsReceipt", "GoodsReceipt", receipt.id, made));
    let entering = Entering { lines: &lines, received: &received };
    enter_goods(tx, permit, organization, &mut receipt, entering).await?;
    Ok(opening::note(tx, permit, &keys).await?)
}

fn says_otherwise(before: &BroughtIn) -> Refusal {
    let (number, quantity) = (&before.number, before.quantity.normalize());
    Refusal::new(
        RefusalCode::Taken,
        format!(
            "This row came in before with receipt {number} and quantity {quantity}, and says \
             something else now: reverse that receipt first."
        ),
        format!(
            "Эта строка уже загружена поступлением {number} с количеством {quantity} и теперь \
             другая: сначала сторнируйте то поступление."
        ),
    )
    .at(["externalReference"])
}

fn cost_not_allowed() -> Refusal {
    Refusal::new(
        RefusalCode::FieldNotAllowed,
        "You may not state a cost: leave the cell empty, and the last known one counts.",
        "Вам нельзя указывать себестоимость: оставьте ячейку пустой — возьмётся последняя.",
    )
    .at(["unitCost"])
}

fn without_cost() -> Refusal {
    Refusal::new(
        RefusalCode::Required,
        "The goods were never received before: state their cost.",
        "Товар раньше не поступал: укажите себестоимость.",
    )
    .at(["unitCost"])
}
