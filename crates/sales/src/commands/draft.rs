//! What a client writes of an order, and what becomes of it: terms, prices, sums.

use std::collections::BTreeSet;

use access::{Permit, Reach, Right};
use catalog::pricing::{ApprovalReason, Leave, PricedLine, Record, Step};
use catalog::{
    Measured, Moment, OrderTerms, PaymentStep, PaymentSteps, Pricing, ProductCard, RouteTerms,
};
use db::{CommandError, Outcome, TenantTx};
use kernel::{
    AgreementId, CustomerId, Decimal, DepartmentId, NaiveDate, OrderId, OrderLineId,
    OrganizationId, PackagingId, Percent, ProductId, ProductVariantId, Refusal, RefusalCode,
    SalesRouteId, UnitPrice, UserId, WarehouseId,
};

use crate::approving::kind_of;
use crate::quoting::{self, Answered, AskedLine, Asking, Costs, TypedPrice, author_of, leave_of};
use crate::rules::{
    LineRule, LineSum, VatMode, at_line, external_reference, optional_text, totals, unknown,
};
use crate::store::{NewLine, NewOrder, sellers};

/// An order as a client writes it.
#[derive(Clone, Debug)]
pub struct OrderDraft {
    /// Who buys.
    pub customer_id: CustomerId,
    /// On which terms; `None` is the customer's default agreement.
    pub agreement_id: Option<AgreementId>,
    /// How it is served; `None` is the agreement's route.
    pub sales_route_id: Option<SalesRouteId>,
    /// Who sells; `None` is the agreement's organization, else the tenant's default one.
    pub organization_id: Option<OrganizationId>,
    /// Who is responsible; `None` is the customer's manager, or the caller where he sells to his
    /// own only.
    pub manager_id: Option<UserId>,
    /// From where it ships; `None` is wherever goods are.
    pub warehouse_id: Option<WarehouseId>,
    /// Where no warehouse is chosen: the only ones that give, the first first; empty is all.
    pub allowed_warehouses: Vec<WarehouseId>,
    /// The document's date; `None` is today.
    pub date: Option<NaiveDate>,
    /// When the customer wants it.
    pub requested_ship_date: Option<NaiveDate>,
    /// Its number in another program.
    pub external_reference: Option<String>,
    /// A note.
    pub comment: Option<String>,
    /// 1 to 1,000 lines.
    pub lines: Vec<LineDraft>,
}

/// A line as a client writes it.
#[derive(Clone, Debug)]
pub struct LineDraft {
    /// What.
    pub product_id: ProductId,
    /// In which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// In which packaging it is counted; `None` is the base unit.
    pub packaging_id: Option<PackagingId>,
    /// How many of it, above zero, at most three places.
    pub quantity: Decimal,
    /// A price of one's own; `None` is what the sources hold.
    pub price: Option<TypedPrice>,
    /// A discount of one's own in per cent; `None` is the automatic one.
    pub discount_percent: Option<Decimal>,
}

impl LineDraft {
    fn asked(&self) -> AskedLine {
        AskedLine {
            product_id: self.product_id,
            variant_id: self.variant_id,
            packaging_id: self.packaging_id,
            quantity: self.quantity,
            price: self.price,
            discount_percent: self.discount_percent,
        }
    }
}

/// How far the caller is trusted with a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Everything is the caller's own wish.
    Asked,
    /// The lines stood in the order before and are only priced anew.
    LinesKept,
}

/// What an order that is written anew stood on before: another agreement must be in force, another
/// route in use.
#[derive(Clone, Debug, Default)]
pub(crate) struct Under {
    pub(crate) agreement: Option<AgreementId>,
    pub(crate) route: Option<SalesRouteId>,
    /// Why lines that are kept needed somebody's leave, in the order of the lines.
    pub(crate) reasons: Vec<Vec<ApprovalReason>>,
}

/// Works a draft out: the header and lines to be written.
pub(crate) async fn prepare<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: OrderId,
    draft: &OrderDraft,
    (trust, under): (Trust, Under),
) -> Outcome<(NewOrder, Vec<NewLine>)> {
    let comment = optional_text("comment", draft.comment.as_deref())?;
    let external_reference = external_reference(draft.external_reference.as_deref())?;
    let terms = terms(tx, permit, draft).await?;
    let date = draft.date.unwrap_or_else(|| tx.today());
    if under.agreement != Some(terms.agreement_id) {
        terms.validity.check(date)?;
    }
    let People { manager_id, department_id, leave, by } = people(tx, permit, draft, &terms).await?;
    let own_route = catalog::chosen_route(tx, permit, draft.sales_route_id, under.route).await?;
    check_warehouse(tx, permit, draft.warehouse_id).await?;
    let allowed_warehouses = allowed_warehouses(tx, permit, &draft.allowed_warehouses).await?;
    // Prices are found anew: what was typed before stays, the minima are asked about again.
    let below_minimum = leave.below_minimum;
    let kept = Leave { below_minimum, ..Leave::KEPT };
    let leave = if trust == Trust::LinesKept { kept } else { leave };
    let pricing = Pricing { terms: &terms, on: date, currency: terms.currency, leave };
    let lines = priced(tx, permit, (pricing, &by), &draft.lines, &under.reasons).await?;
    let mode = VatMode::of(terms.prices_include_vat);
    let sums = lines.iter().map(|line| LineSum { amount: line.amount, vat: line.vat_amount });
    let totals = totals(sums, mode).ok_or(LineRule::TooLarge).map_err(Refusal::from)?;
    let order = NewOrder {
        id,
        date,
        organization_id: terms.organization_id,
        customer_id: terms.customer_id,
        agreement_id: terms.agreement_id,
        agreement_version: terms.agreement_version,
        min_shelf_life_days: terms.min_shelf_life_days,
        route: own_route.as_ref().map_or(terms.route, RouteTerms::of),
        sales_route_is_own: own_route.is_some(),
        manager_id,
        department_id,
        region_id: terms.region_id,
        warehouse_id: draft.warehouse_id,
        allowed_warehouses,
        currency: terms.currency,
        prices_include_vat: terms.prices_include_vat,
        totals,
        requested_ship_date: draft.requested_ship_date,
        comment,
        prepayment_percent: paid_before(&terms.payment_steps),
        payment_steps: PaymentSteps(terms.payment_steps),
        external_reference,
    };
    Ok((order, lines))
}

/// Refuses a date on which the organization posts nothing, or the caller may not.
pub(crate) async fn check_date<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    organization: OrganizationId,
    date: NaiveDate,
) -> Outcome<()> {
    let Some(card) = catalog::organization_card(tx, permit, Some(organization)).await? else {
        return Err(unknown("organizationId", "organization", "организация").into());
    };
    let may_backdate = permit.scope().reach(Right::DocumentBackdate).is_some();
    catalog::check_period(&card, date, tx.today(), may_backdate)
        .map_err(|refusal| Refusal::from(refusal).at(["date"]))?;
    Ok(())
}

fn paid_before(steps: &[PaymentStep]) -> Decimal {
    let before = steps.iter().filter(|step| step.moment != Moment::AfterShipment);
    before.map(|step| step.percent.get()).sum()
}

async fn terms<A>(tx: &TenantTx, permit: &Permit<A>, draft: &OrderDraft) -> Outcome<OrderTerms> {
    let (customer, organization) = (draft.customer_id, draft.organization_id);
    let found = catalog::order_terms(tx, permit, customer, draft.agreement_id, organization);
    let Some(terms) = found.await? else {
        let own = catalog::order_terms(tx, permit, customer, None, organization).await;
        let refusal = match own {
            Ok(None) => unknown("customerId", "customer", "клиент"),
            _ => unknown("agreementId", "agreement of this customer", "соглашение этого клиента"),
        };
        return Err(refusal.into());
    };
    if terms.customer_archived {
        return Err(Refusal::new(
            RefusalCode::Archived,
            "The customer is archived.",
            "Клиент в архиве.",
        )
        .at(["customerId"])
        .into());
    }
    Ok(terms)
}

/// Who stands behind a document.
struct People {
    /// The responsible manager.
    manager_id: Option<UserId>,
    /// His department.
    department_id: Option<DepartmentId>,
    /// What the caller may give.
    leave: Leave,
    /// The caller as explanations name him.
    by: Record,
}

async fn people<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    draft: &OrderDraft,
    terms: &OrderTerms,
) -> Outcome<People> {
    let reached = |manager: Option<UserId>| permit.reaches(manager, Some(terms.customer_id));
    let manager = match (draft.manager_id, permit.reach()) {
        (Some(manager), _) => Some(manager),
        (None, Reach::Own) => permit.user(),
        (None, _) => terms.manager_id.filter(|id| reached(Some(*id))).or(permit.user()),
    };
    let no_manager = || unknown("managerId", "manager", "менеджер");
    if !reached(manager) {
        return Err(if manager.is_some() { no_manager().into() } else { CommandError::NotFound });
    }
    let mut wanted: Vec<UserId> = manager.into_iter().chain(permit.user()).collect();
    wanted.dedup();
    let found = sellers(tx, permit, &wanted).await?;
    let seller = manager.and_then(|id| found.get(&id));
    if draft.manager_id.is_some() && !seller.is_some_and(|seller| seller.active) {
        return Err(no_manager().into());
    }
    let caller = permit.user().and_then(|id| found.get(&id));
    Ok(People {
        manager_id: manager,
        department_id: seller.and_then(|seller| seller.department_id),
        leave: leave_of(permit, caller),
        by: author_of(permit, caller),
    })
}

async fn check_warehouse<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    warehouse: Option<WarehouseId>,
) -> Outcome<()> {
    let Some(id) = warehouse else { return Ok(()) };
    let cards = catalog::warehouse_cards(tx, permit, &[id]).await?;
    match cards.get(&id) {
        Some(card) if !card.archived => Ok(()),
        Some(_) => Err(Refusal::new(
            RefusalCode::Archived,
            "The warehouse is archived.",
            "Склад в архиве.",
        )
        .at(["warehouseId"])
        .into()),
        None => Err(unknown("warehouseId", "warehouse", "склад").into()),
    }
}

/// Warehouses that an order names at most.
const MOST_WAREHOUSES: usize = 50;

/// The warehouses that may give, each once, none of them archived.
async fn allowed_warehouses<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    asked: &[WarehouseId],
) -> Outcome<Vec<WarehouseId>> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    if asked.len() > MOST_WAREHOUSES {
        return Err(Refusal::new(
            RefusalCode::TooMany,
            format!("At most {MOST_WAREHOUSES} warehouses."),
            format!("Не больше {MOST_WAREHOUSES} складов."),
        )
        .at(["allowedWarehouseIds"])
        .into());
    }
    let mut allowed = Vec::with_capacity(asked.len());
    let cards = catalog::warehouse_cards(tx, permit, asked).await?;
    for (place, id) in asked.iter().enumerate() {
        let path = ["allowedWarehouseIds".to_owned(), place.to_string()];
        match cards.get(id) {
            Some(card) if card.archived => {
                let (en, ru) = ("The warehouse is archived.", "Склад в архиве.");
                return Err(Refusal::new(RefusalCode::Archived, en, ru).at(path).into());
            }
            Some(_) if allowed.contains(id) => {}
            Some(_) => allowed.push(*id),
            None => return Err(unknown("", "warehouse", "склад").at(path).into()),
        }
    }
    Ok(allowed)
}

/// Prices the lines. What needs an approval is kept with its line, where a rule of the tenant asks
/// about it, and refused where none does.
async fn priced<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (pricing, by): (Pricing<'_>, &Record),
    drafts: &[LineDraft],
    kept: &[Vec<ApprovalReason>],
) -> Outcome<Vec<NewLine>> {
    let asked: Vec<AskedLine> = drafts.iter().map(LineDraft::asked).collect();
    let packed: Vec<_> = drafts.iter().filter_map(|line| line.packaging_id).collect();
    let packed = catalog::take_packagings(tx, permit, &packed).await?;
    let asking = Asking { pricing, by, packed: &packed, costs: Costs::Judged };
    let answers = priced_for_good(tx, permit, asking, &asked).await?;
    let named = answers.iter().map(|answer| &answer.card).collect();
    catalog::take_products(tx, permit, named).await?;
    let is_special =
        |answer: &Answered| answer.priced.as_ref().is_ok_and(|priced| !priced.reasons.is_empty());
    let asked_about = match answers.iter().any(is_special) {
        true => approvals::kinds_in_force(tx, permit).await?,
        false => BTreeSet::new(),
    };
    let mut lines = Vec::with_capacity(answers.len());
    for (index, answer) in answers.into_iter().enumerate() {
        let Answered { card, variant_id, vat_rate, measured, priced, change, .. } = answer;
        let priced = priced?;
        let unruled = |reason: &&ApprovalReason| !asked_about.contains(&kind_of(reason));
        if let Some(reason) = priced.reasons.iter().find(unruled) {
            let refusal = reason.about(&card.name);
            return Err(at_line(refusal, index, reason.field()).into());
        }
        let reasons = with_kept(&priced, kept.get(index));
        let approval_reasons = (!reasons.is_empty()).then_some(reasons);
        let goods = (&card, variant_id, vat_rate);
        let line = line(index, goods, measured, priced);
        lines.push(NewLine { price_change_id: change, approval_reasons, ..line });
    }
    Ok(lines)
}

/// The reasons of a line, with those of what was typed before and only stays: whoever prices it anew
/// did not type it.
fn with_kept(priced: &PricedLine, kept: Option<&Vec<ApprovalReason>>) -> Vec<ApprovalReason> {
    let is_typed = priced.price_is_manual || priced.discount_is_manual;
    let of_typing = |reason: &&ApprovalReason| {
        is_typed && matches!(reason, ApprovalReason::DiscountOverLimit { .. })
    };
    let kept = kept.into_iter().flatten().filter(of_typing).cloned();
    let own = priced.reasons.iter().cloned();
    let typed = priced.reasons.iter().any(|reason| of_typing(&reason));
    if typed { own.collect() } else { kept.chain(own).collect() }
}

/// Prices the lines and holds the changes of prices that they come from. One that was undone in
/// between has taken its prices back: the lines are priced again without them.
async fn priced_for_good<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    asking: Asking<'_>,
    asked: &[AskedLine],
) -> Outcome<Vec<Answered>> {
    loop {
        let answers = quoting::price(tx, permit, asking, asked).await?;
        let changes = answers.iter().filter_map(|answer| answer.change).collect();
        if catalog::hold_price_changes(tx, permit, changes).await? {
            return Ok(answers);
        }
    }
}

fn line(
    index: usize,
    (card, variant_id, vat_rate): (&ProductCard, Option<ProductVariantId>, Option<Percent>),
    measured: Measured,
    priced: PricedLine,
) -> NewLine {
    let (packaging_id, entered_quantity, entered_unit) = match measured.entered {
        Some(entered) => {
            (Some(entered.packaging_id), Some(entered.quantity.get()), Some(entered.unit))
        }
        None => (None, None, None),
    };
    let steps = &priced.explanation.steps;
    let discount_source = steps.iter().find_map(|step| match step {
        Step::Matched { source, .. } => Some(*source),
        _ => None,
    });
    NewLine {
        id: OrderLineId::new(),
        position: i32::try_from(index + 1).unwrap_or(i32::MAX),
        product_id: card.id,
        variant_id,
        unit: card.unit.clone(),
        quantity: measured.base.get(),
        packaging_id,
        entered_quantity,
        entered_unit,
        list_price: priced.resolved.and_then(UnitPrice::per_base_unit),
        price: priced.price.amount,
        price_numerator: priced.price.per.numerator(),
        price_denominator: priced.price.per.denominator(),
        price_source: priced.source,
        price_is_manual: priced.price_is_manual,
        discount_percent: priced.discount,
        discount_source,
        discount_is_manual: priced.discount_is_manual,
        amount: priced.sum.amount,
        vat_rate,
        vat_amount: priced.sum.vat,
        explanation: priced.explanation,
        price_change_id: None,
        approval_reasons: None,
    }
}
