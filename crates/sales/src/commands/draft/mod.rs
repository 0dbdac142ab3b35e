//! What a client writes of an order, and what becomes of it: terms, prices, sums.

mod lines;
mod parties;
mod places;

pub(crate) use lines::{Before, Written, check_ruled, priced};
pub(crate) use parties::{Parties, People, manager_after, people, terms};
pub(crate) use places::{allowed_warehouses, check_warehouse};

use access::{Permit, Right};
use catalog::pricing::{Leave, Record};
use catalog::{Moment, PaymentStep, PaymentSteps, Pricing, RouteTerms};
use db::{CommandError, Outcome, TenantTx};
use kernel::{
    AgreementId, CustomerId, Decimal, NaiveDate, OrderId, OrganizationId, PackagingId, ProductId,
    ProductVariantId, QuoteId, QuoteLineId, Refusal, SalesRouteId, UserId, WarehouseId,
};

use crate::quotes::{KeptFrom, kept_lines};
use crate::quoting::{AskedLine, Costs, TypedPrice};
use crate::rules::{
    LineRule, LineSum, VatMode, external_reference, optional_text, totals, unknown,
};
use crate::store::{NewLine, NewOrder};

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
    /// The accepted quote that its lines may keep their prices from.
    pub quote_id: Option<QuoteId>,
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
    /// The line of the order's quote whose price it keeps: a price or discount of one's own is
    /// none then.
    pub quote_line_id: Option<QuoteLineId>,
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

impl OrderDraft {
    fn parties(&self) -> Parties {
        Parties {
            customer: self.customer_id,
            agreement: self.agreement_id,
            organization: self.organization_id,
            manager: self.manager_id,
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

impl Trust {
    /// What the caller may do with the lines: what was typed before stays as far as its author could
    /// give it (see [`Before`]), the minima are asked about again.
    pub(crate) fn leave(self, own: Leave) -> Leave {
        match self {
            Self::Asked => own,
            Self::LinesKept => Leave { own_price: true, ..own },
        }
    }
}

/// What an order that is written anew stood on before: another agreement must be in force, another
/// route in use.
#[derive(Clone, Debug, Default)]
pub(crate) struct Under {
    pub(crate) agreement: Option<AgreementId>,
    pub(crate) route: Option<SalesRouteId>,
    /// What lines that are kept had, in the order of the lines.
    pub(crate) lines: Vec<Before>,
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
    let parties = draft.parties();
    let terms = terms(tx, permit, parties).await?;
    let date = draft.date.unwrap_or_else(|| tx.today());
    if under.agreement != Some(terms.agreement_id) {
        terms.validity.check(date)?;
    }
    let People { manager_id, department_id, leave, by } =
        people(tx, permit, parties, &terms).await?;
    let own_route = catalog::chosen_route(tx, permit, draft.sales_route_id, under.route).await?;
    check_warehouse(tx, permit, draft.warehouse_id).await?;
    let allowed_warehouses = allowed_warehouses(tx, permit, &draft.allowed_warehouses).await?;
    let leave = trust.leave(leave);
    let pricing = Pricing { terms: &terms, on: date, currency: terms.currency, leave };
    let lines = priced_or_kept(tx, permit, (pricing, &by), draft, &under.lines).await?;
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
        quote_id: draft.quote_id,
    };
    Ok((order, lines))
}

/// The lines of an order: those of its quote keep their prices, the others are priced. Both in a
/// constant number of statements.
async fn priced_or_kept<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (pricing, by): (Pricing<'_>, &Record),
    draft: &OrderDraft,
    before: &[Before],
) -> Outcome<Vec<NewLine>> {
    let from = KeptFrom { quote: draft.quote_id, pricing };
    let mut lines: Vec<(usize, NewLine)> = kept_lines(tx, permit, from, &draft.lines).await?;
    let fresh = draft.lines.iter().enumerate().filter(|(_, line)| line.quote_line_id.is_none());
    let (places, asked): (Vec<usize>, Vec<AskedLine>) =
        fresh.map(|(place, line)| (place, line.asked())).unzip();
    if !asked.is_empty() || lines.is_empty() {
        let before = |place: &usize| before.get(*place).cloned().unwrap_or_default();
        let before: Vec<Before> = places.iter().map(before).collect();
        let asked = (asked.as_slice(), before.as_slice());
        let written = priced(tx, permit, (pricing, Costs::Judged), by, asked).await;
        let written = written.map_err(|error| at_place(error, &places))?;
        lines.extend(places.into_iter().zip(written.into_iter().map(|written| written.line)));
    }
    lines.sort_unstable_by_key(|(place, _)| *place);
    let placed = lines.into_iter().map(|(place, line)| NewLine {
        position: i32::try_from(place + 1).unwrap_or(i32::MAX),
        ..line
    });
    Ok(placed.collect())
}

/// A refusal of some lines names a line by its place among all of them.
pub(crate) fn at_place(error: CommandError, places: &[usize]) -> CommandError {
    let CommandError::Refused(mut refusal) = error else { return error };
    if let Some([list, place, ..]) = refusal.field.as_deref_mut()
        && list == "lines"
        && let Some(whole) = place.parse().ok().and_then(|some: usize| places.get(some))
    {
        *place = whole.to_string();
    }
    CommandError::Refused(refusal)
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
