//! What something would cost a customer: the same code that prices documents, and nothing is
//! written.

use std::collections::HashMap;

use access::{Action, Permit, Right};
use catalog::pricing::{PricedLine, Totals, VatMode, totals};
use catalog::{Goods, Pricing, ProductCard};
use db::{CommandError, Outcome, TenantTx};
use kernel::{
    AgreementId, Currency, CustomerId, Decimal, NaiveDate, OrganizationId, Percent,
    ProductVariantId, Refusal, round_money,
};
use stock::ReadCost;

use crate::quoting::{self, Answered, AskedLine, Asking, Costs, author_of, leave_of};
use crate::rules::{LineRule, unknown};
use crate::store::sellers;

/// Asking what something would cost: whose customers' terms one sees, for them one may ask.
pub struct QuotePrices;
impl Action for QuotePrices {
    const RIGHT: Right = Right::TermsRead;
}

/// What would be sold, to whom.
#[derive(Clone, Debug)]
pub struct PriceQuoteDraft {
    /// To whom.
    pub customer_id: CustomerId,
    /// On which terms; `None` is the customer's default agreement.
    pub agreement_id: Option<AgreementId>,
    /// Who would sell; `None` is the agreement's organization, else the tenant's default one.
    pub organization_id: Option<OrganizationId>,
    /// On which day; `None` is today.
    pub date: Option<NaiveDate>,
    /// In which currency; `None` is the agreement's.
    pub currency: Option<Currency>,
    /// 1 to 1,000 lines.
    pub lines: Vec<AskedLine>,
}

/// What it would cost.
#[derive(Clone, Debug)]
pub struct PriceQuote {
    /// The day.
    pub on: NaiveDate,
    /// The currency of all amounts.
    pub currency: Currency,
    /// Whether prices and line amounts include VAT.
    pub prices_include_vat: bool,
    /// The terms.
    pub agreement_id: AgreementId,
    /// The lines, in their order.
    pub lines: Vec<QuotedLine>,
    /// The sums of the lines that have a price.
    pub totals: Totals,
}

/// A line of a quote.
#[derive(Clone, Debug)]
pub struct QuotedLine {
    /// The product.
    pub card: ProductCard,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// The rate of tax on the quote's day; `None` is "without VAT", which is not 0 %.
    pub vat_rate: Option<Percent>,
    /// In the entered unit.
    pub quantity: Decimal,
    /// The price, or why there is none.
    pub priced: Result<PricedLine, Refusal>,
    /// Revenue without VAT; zero without a price.
    pub net: Decimal,
    /// What the goods would cost, two places, in the quote's currency; `None` where it is not
    /// known, or not asked for.
    pub cost: Option<Decimal>,
}

/// Prices what a customer asks for. With a permit to read cost, margins come with it. The number
/// of statements does not depend on the number of lines.
///
/// # Errors
/// Refusals of the input; not found where the customer is not visible.
pub async fn price_quote(
    tx: &TenantTx,
    permit: &Permit<QuotePrices>,
    costs: Option<&Permit<ReadCost>>,
    draft: &PriceQuoteDraft,
) -> Outcome<PriceQuote> {
    let (customer, organization) = (draft.customer_id, draft.organization_id);
    let found = catalog::order_terms(tx, permit, customer, draft.agreement_id, organization);
    let Some(terms) = found.await? else {
        if draft.agreement_id.is_some() {
            let (en, ru) = ("agreement of this customer", "соглашение этого клиента");
            return Err(unknown("agreementId", en, ru).into());
        }
        return Err(CommandError::NotFound);
    };
    let on = draft.date.unwrap_or_else(|| tx.today());
    terms.validity.check(on)?;
    let caller = match permit.user() {
        Some(id) => sellers(tx, permit, &[id]).await?.remove(&id),
        None => None,
    };
    let currency = draft.currency.unwrap_or(terms.currency);
    let leave = leave_of(permit, caller.as_ref());
    let pricing = Pricing { terms: &terms, on, currency, leave };
    let by = author_of(permit, caller.as_ref());
    let packed: Vec<_> = draft.lines.iter().filter_map(|line| line.packaging_id).collect();
    let packed = catalog::packaging_cards(tx, permit, &packed).await?;
    let shown = if costs.is_some() { Costs::Shown } else { Costs::Judged };
    let asking = Asking { pricing, by: &by, packed: &packed, costs: shown };
    let answers = quoting::price(tx, permit, asking, &draft.lines).await?;
    let costs = match costs {
        Some(costs) => costs_in(tx, costs, &answers, (currency, on)).await?,
        None => HashMap::new(),
    };
    let mode = VatMode::of(terms.prices_include_vat);
    let sums = answers.iter().filter_map(|answer| answer.priced.as_ref().ok());
    let totals = totals(sums.map(|priced| priced.sum), mode);
    let totals = totals.ok_or(LineRule::TooLarge).map_err(Refusal::from)?;
    let line = |answer: Answered| {
        let cost = costs.get(&answer.goods()).copied();
        let priced = answer.priced.as_ref().ok();
        let whole = |priced: &PricedLine| cost?.checked_mul(priced.base_quantity.get());
        QuotedLine {
            net: priced.map_or(Decimal::ZERO, |priced| priced.sum.net(mode)),
            cost: priced.and_then(whole).map(round_money),
            variant_id: answer.variant_id,
            card: answer.card,
            vat_rate: answer.vat_rate,
            quantity: answer
                .measured
                .entered
                .map_or(answer.measured.base, |own| own.quantity)
                .get(),
            priced: answer.priced,
        }
    };
    Ok(PriceQuote {
        on,
        currency,
        prices_include_vat: terms.prices_include_vat,
        agreement_id: terms.agreement_id,
        lines: answers.into_iter().map(line).collect(),
        totals,
    })
}

/// What a base unit of each line's goods would cost, in the quote's currency.
async fn costs_in(
    tx: &TenantTx,
    permit: &Permit<ReadCost>,
    answers: &[Answered],
    (currency, on): (Currency, NaiveDate),
) -> Outcome<HashMap<Goods, Decimal>> {
    let costs = answers.iter().filter_map(|answer| Some((answer.goods(), answer.cost?)));
    let base = permit.scope().facts().base_currency;
    if base == currency {
        return Ok(costs.collect());
    }
    let rates = catalog::rates_on(tx, permit, on).await?;
    let Some(conversion) = rates.conversion(base, currency, on) else {
        return Ok(HashMap::new());
    };
    Ok(costs.filter_map(|(id, cost)| Some((id, conversion.apply(cost)?))).collect())
}
