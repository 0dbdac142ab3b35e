//! What a client writes of an order, and what becomes of it: terms, prices, sums.

use std::collections::HashMap;

use access::{Permit, Reach, Right};
use catalog::{Measured, Moment, OrderTerms, PaymentStep, TaxedProduct};
use db::{CommandError, Outcome, TenantTx};
use kernel::{
    AgreementId, CustomerId, Decimal, DepartmentId, Money, NaiveDate, OrderId, OrderLineId,
    OrganizationId, PackagingId, Percent, ProductId, Refusal, RefusalCode, UserId, WarehouseId,
};

use crate::model::PaymentSteps;
use crate::rules::{
    Asked, Leave, LineRule, LineSum, Offer, VatMode, at_line, external_reference, line_sum,
    optional_text, out_of_scale, price_line, totals, unknown,
};
use crate::store::{NewLine, NewOrder, Seller, sellers};

/// Most lines of an order.
const MOST_LINES: usize = 1_000;
/// What a user may give where neither his account nor a right says otherwise.
const USUAL_DISCOUNT_LIMIT: i64 = 10;

/// An order as a client writes it.
#[derive(Clone, Debug)]
pub struct OrderDraft {
    /// Who buys.
    pub customer_id: CustomerId,
    /// On which terms; `None` is the customer's default agreement.
    pub agreement_id: Option<AgreementId>,
    /// Who sells; `None` is the agreement's organization, else the tenant's default one.
    pub organization_id: Option<OrganizationId>,
    /// Who is responsible; `None` is the customer's manager, or the caller where he sells to his
    /// own only.
    pub manager_id: Option<UserId>,
    /// From where it ships; `None` is wherever goods are.
    pub warehouse_id: Option<WarehouseId>,
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
    /// In which packaging it is counted; `None` is the base unit.
    pub packaging_id: Option<PackagingId>,
    /// How many of it, above zero, at most three places.
    pub quantity: Decimal,
    /// A price of one's own per base unit, at most four places; `None` is the list's.
    pub price: Option<Decimal>,
    /// A discount of one's own in per cent; `None` is the agreement's.
    pub discount_percent: Option<Decimal>,
}

/// How far the caller is trusted with a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Everything is the caller's own wish.
    Asked,
    /// The lines stood in the order before and are only priced anew.
    LinesKept,
}

/// Works a draft out: the header and lines to be written.
pub(crate) async fn prepare<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: OrderId,
    draft: &OrderDraft,
    trust: Trust,
) -> Outcome<(NewOrder, Vec<NewLine>)> {
    check_count(draft.lines.len())?;
    let comment = optional_text("comment", draft.comment.as_deref())?;
    let external_reference = external_reference(draft.external_reference.as_deref())?;
    let terms = terms(tx, permit, draft).await?;
    let (manager_id, department_id, leave) = people(tx, permit, draft, &terms).await?;
    check_warehouse(tx, permit, draft.warehouse_id).await?;
    let date = draft.date.unwrap_or_else(|| tx.today());
    let leave = if trust == Trust::LinesKept { Leave::KEPT } else { leave };
    let lines = priced(tx, permit, &draft.lines, &terms, leave, date).await?;
    let mode = VatMode::of(terms.prices_include_vat);
    let sums = lines.iter().map(|line| LineSum { amount: line.amount, vat: line.vat_amount });
    let totals = totals(sums, mode).ok_or(LineRule::TooLarge).map_err(Refusal::from)?;
    let order = NewOrder {
        id,
        date,
        organization_id: terms.organization_id,
        customer_id: terms.customer_id,
        agreement_id: terms.agreement_id,
        manager_id,
        department_id,
        region_id: terms.region_id,
        warehouse_id: draft.warehouse_id,
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

fn check_count(lines: usize) -> Result<(), Refusal> {
    match lines {
        0 => Err(LineRule::None.into()),
        lines if lines > MOST_LINES => Err(LineRule::TooMany { most: MOST_LINES }.into()),
        _ => Ok(()),
    }
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

/// The responsible manager with his department, and what the caller may give.
async fn people<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    draft: &OrderDraft,
    terms: &OrderTerms,
) -> Outcome<(Option<UserId>, Option<DepartmentId>, Leave)> {
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
    Ok((manager, seller.and_then(|seller| seller.department_id), leave_of(permit, caller)))
}

fn leave_of<A>(permit: &Permit<A>, caller: Option<&Seller>) -> Leave {
    let has = |right| permit.scope().reach(right).is_some();
    let usual = Percent::new(Decimal::from(USUAL_DISCOUNT_LIMIT)).unwrap_or(Percent::ZERO);
    let discount_limit = match caller.and_then(|seller| seller.max_discount) {
        _ if has(Right::OrderDiscount) => None,
        Some(own) => Some(own),
        None => Some(usual),
    };
    Leave { own_price: has(Right::OrderPrice), discount_limit }
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

async fn priced<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    drafts: &[LineDraft],
    terms: &OrderTerms,
    leave: Leave,
    date: NaiveDate,
) -> Outcome<Vec<NewLine>> {
    let products: Vec<ProductId> = drafts.iter().map(|line| line.product_id).collect();
    let organization = terms.organization_id;
    let cards = catalog::taxed_products(tx, permit, &products, organization, date).await?;
    let packagings: Vec<_> = drafts.iter().filter_map(|line| line.packaging_id).collect();
    let packagings = catalog::take_packagings(tx, permit, &packagings).await?;
    let list = terms.price_list_id;
    let prices = catalog::list_prices(tx, permit, list, &products, date).await?;
    let mut lines = Vec::with_capacity(drafts.len());
    for (index, draft) in drafts.iter().enumerate() {
        let taxed = product(&cards, draft.product_id, index)?;
        let offer =
            Offer { list_price: prices.get(&draft.product_id).copied(), discount: terms.discount };
        let measured =
            catalog::measured(&packagings, taxed.card.id, draft.packaging_id, draft.quantity)
                .map_err(|refusal| refusal.within(["lines".to_owned(), index.to_string()]))?;
        lines.push(line(index, draft, (taxed, measured), offer, terms, leave)?);
    }
    Ok(lines)
}

fn product(
    cards: &HashMap<ProductId, TaxedProduct>,
    id: ProductId,
    index: usize,
) -> Result<&TaxedProduct, Refusal> {
    let Some(taxed) = cards.get(&id) else {
        return Err(at_line(unknown("productId", "product", "товар"), index, "productId"));
    };
    let card = &taxed.card;
    if card.archived {
        let refusal = Refusal::new(
            RefusalCode::Archived,
            format!("{} is archived.", card.name),
            format!("«{}» в архиве.", card.name),
        );
        return Err(at_line(refusal, index, "productId"));
    }
    Ok(taxed)
}

fn line(
    index: usize,
    draft: &LineDraft,
    (TaxedProduct { card, vat_rate }, measured): (&TaxedProduct, Measured),
    offer: Offer,
    terms: &OrderTerms,
    leave: Leave,
) -> Result<NewLine, Refusal> {
    let fits = |field: &'static str| move |error| at_line(out_of_scale(error), index, field);
    let quantity = measured.base;
    let (packaging_id, entered_quantity, entered_unit) = match measured.entered {
        Some(entered) => {
            (Some(entered.packaging_id), Some(entered.quantity.get()), Some(entered.unit))
        }
        None => (None, None, None),
    };
    let price = draft.price.map(Money::unit_price).transpose().map_err(fits("price"))?;
    let discount = draft.discount_percent.map(Percent::new).transpose();
    let discount = discount.map_err(fits("discountPercent"))?;
    let priced = price_line(Asked { price, discount }, offer, leave)
        .map_err(|refusal| at_line(refusal.about(&card.name), index, refusal.field()))?;
    let mode = VatMode::of(terms.prices_include_vat);
    let sum = line_sum(quantity, priced.price, priced.discount, *vat_rate, mode)
        .ok_or(LineRule::TooLarge)?;
    Ok(NewLine {
        id: OrderLineId::new(),
        position: i32::try_from(index + 1).unwrap_or(i32::MAX),
        product_id: card.id,
        unit: card.unit.clone(),
        quantity: quantity.get(),
        packaging_id,
        entered_quantity,
        entered_unit,
        list_price: priced.list_price,
        price: priced.price,
        price_source: priced.price_source,
        discount_percent: priced.discount,
        discount_source: priced.discount_source,
        amount: sum.amount,
        vat_rate: *vat_rate,
        vat_amount: sum.vat,
    })
}
