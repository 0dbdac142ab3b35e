//! Where documents get their prices: reads what the rules need and lets them decide. What asks
//! what something would cost comes here as well.

use std::collections::{BTreeSet, HashMap, HashSet};

use access::Permit;
use db::{Outcome, TenantTx};
use kernel::{
    Currency, Decimal, NaiveDate, PriceChangeId, PriceListId, ProductGroupId, ProductId, Quantity,
};

use crate::ReadPrices;
use crate::cards::{OrderTerms, TaxedProduct};
use crate::goods::Goods;
use crate::rules::pricing::{
    AgreementTerms, Combination, DiscountRule, FoundFor, Leave, Line, PriceBook, PriceList,
    PriceRefusal, PriceSource, PricedLine, Rates, Record, Step, Terms, Threshold, VatMode,
    price_document,
};
use crate::store::{
    ListPrice, PriceBreak, RowKey, groups_above, lists_in_use, lists_with_bases, price_rows,
    rates_on, rules_on,
};

/// What a document's lines are priced for.
#[derive(Clone, Copy, Debug)]
pub struct Pricing<'a> {
    /// The customer's terms.
    pub terms: &'a OrderTerms,
    /// The document's date.
    pub on: NaiveDate,
    /// The document's currency.
    pub currency: Currency,
    /// What the caller may do without asking.
    pub leave: Leave,
}

/// What a document's lines came to, in their order.
#[derive(Clone, Debug)]
pub struct PricedLines {
    /// Each line with its price, or why it has none.
    pub lines: Vec<Result<PricedLine, PriceRefusal>>,
    /// The change of many prices that each line's price comes from, where it comes from one: a
    /// document that keeps the line holds it ([`crate::hold_price_changes`]).
    pub changes: Vec<Option<PriceChangeId>>,
}

/// Prices all lines of a document. `lines` come without the groups of their products, which are
/// looked up where a rule asks for them. At most five statements, whatever the number of lines.
///
/// # Errors
/// [`db::Fault`]; that a line has no price is an answer of its own.
pub async fn price_lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    pricing: Pricing<'_>,
    mut lines: Vec<Line>,
    products: &HashMap<ProductId, TaxedProduct>,
) -> Outcome<PricedLines> {
    let Pricing { terms: found, on, currency, leave } = pricing;
    let rules = rules_on(tx, permit, on).await?;
    if rules.iter().any(|rule| rule.group.is_some()) {
        let groups: Vec<ProductGroupId> =
            products.values().filter_map(|product| product.card.group_id).collect();
        let above = groups_above(tx, permit, &groups).await?;
        for line in &mut lines {
            let group = products.get(&line.product).and_then(|product| product.card.group_id);
            line.groups = group.and_then(|id| above.get(&id).cloned()).unwrap_or_default();
        }
    }
    let sources = [found.agreement_list, found.segment_list, found.default_list];
    let sources: HashSet<PriceListId> = sources.into_iter().flatten().collect();
    let sources: Vec<PriceListId> = sources.into_iter().collect();
    let lists = lists_with_bases(tx, permit, &sources).await?;
    let based = own_lists(&lists);
    let asked: HashSet<ProductId> = lines.iter().map(|line| line.product).collect();
    let asked: Vec<ProductId> = asked.into_iter().collect();
    let holders = (based.as_slice(), Some(found.agreement_id));
    let rows = price_rows(tx, permit, holders, &asked, on).await?;
    let currencies = lists.iter().map(|list| list.currency);
    let base = permit.scope().facts().base_currency;
    let foreign = currencies
        .chain([found.currency])
        .chain(lines.iter().any(has_minimum).then_some(base))
        .chain(rules.iter().filter_map(currency_of))
        .any(|one| one != currency);
    let rates = if foreign { rates_on(tx, permit, on).await? } else { Rates::default() };
    let (rows, changed) = rows;
    let book = PriceBook::new(lists, rows, rates);
    let terms = terms_of(found, on, currency, rules);
    let priced = price_document(&book, &terms, leave, &lines);
    let changes = lines.iter().zip(&priced).map(|(line, priced)| {
        let key = priced.as_ref().ok().and_then(|priced| key_of(line, priced))?;
        changed.get(&key).copied()
    });
    Ok(PricedLines { changes: changes.collect(), lines: priced })
}

/// Minima and costs are in the base currency.
fn has_minimum(line: &Line) -> bool {
    line.minimum_price.is_some() || line.minimum_margin.is_some()
}

/// The row of a list that a line's price was found in.
fn key_of(line: &Line, priced: &PricedLine) -> Option<RowKey> {
    let found = priced.explanation.steps.iter().find_map(|step| match step {
        Step::Found(found) if found.source != PriceSource::AgreementPrice => Some(found),
        _ => None,
    })?;
    Some(RowKey {
        list: found.record.id.into(),
        product: line.product,
        variant: line.variant.filter(|_| found.found_for == FoundFor::Variant),
        packaging: found.packaging.as_ref().map(|packaging| packaging.id.into()),
        min_quantity: found.min_quantity.get().normalize(),
        valid_from: found.valid_from,
    })
}

/// As [`prices_by_product`], of variants with their products: a list that has no price of the
/// variant shows the product's.
///
/// # Errors
/// [`db::Fault`]; a list that holds no price is absent.
pub async fn prices_by_variant(
    tx: &TenantTx,
    permit: &Permit<ReadPrices>,
    variants: &[Goods],
    on: NaiveDate,
) -> Outcome<HashMap<Goods, Vec<ListPrice>>> {
    shown_prices(tx, permit, variants, on).await
}

/// The prices of these products on a day in all lists in use, the default list first. At most
/// four statements, whatever the number of products and lists.
///
/// # Errors
/// [`db::Fault`]; a list that holds no price of a product is absent.
pub async fn prices_by_product(
    tx: &TenantTx,
    permit: &Permit<ReadPrices>,
    products: &[ProductId],
    on: NaiveDate,
) -> Outcome<HashMap<ProductId, Vec<ListPrice>>> {
    let plain = |id: &ProductId| Goods { product: *id, variant: None };
    let goods: Vec<Goods> = products.iter().map(plain).collect();
    let shown = shown_prices(tx, permit, &goods, on).await?;
    Ok(shown.into_iter().map(|(goods, prices)| (goods.product, prices)).collect())
}

async fn shown_prices(
    tx: &TenantTx,
    permit: &Permit<ReadPrices>,
    asked: &[Goods],
    on: NaiveDate,
) -> Outcome<HashMap<Goods, Vec<ListPrice>>> {
    let products: HashSet<ProductId> = asked.iter().map(|goods| goods.product).collect();
    let products: Vec<ProductId> = products.into_iter().collect();
    let order = lists_in_use(tx, permit).await?;
    let lists = lists_with_bases(tx, permit, &order).await?;
    let based: Vec<PriceListId> = own_lists(&lists);
    let (rows, _) = price_rows(tx, permit, (&based, None), &products, on).await?;
    let base = permit.scope().facts().base_currency;
    let foreign = lists.iter().any(|list| list.currency != base);
    let rates = if foreign { rates_on(tx, permit, on).await? } else { Rates::default() };
    let mut quantities: HashMap<ProductId, BTreeSet<Decimal>> = HashMap::new();
    for row in &rows {
        quantities.entry(row.product).or_default().insert(row.min_quantity.get());
    }
    let shown: HashMap<PriceListId, PriceList> =
        lists.iter().map(|list| (PriceListId(list.record.id), list.clone())).collect();
    let book = PriceBook::new(lists, rows, rates);
    let lines: Vec<Line> = asked
        .iter()
        .flat_map(|goods| {
            let breaks = quantities.get(&goods.product).into_iter().flatten().copied();
            let breaks = breaks.filter(|least| *least > Decimal::ONE);
            let all = std::iter::once(Decimal::ONE).chain(breaks);
            all.filter_map(|least| shown_line(*goods, least))
        })
        .collect();
    let mut found: HashMap<Goods, Vec<ListPrice>> = HashMap::new();
    for list in order.iter().filter_map(|id| shown.get(id)) {
        let priced = price_document(&book, &shown_terms(list, on), Leave::KEPT, &lines);
        for (line, priced) in lines.iter().zip(priced) {
            let Ok(priced) = priced else { continue };
            let goods = Goods { product: line.product, variant: line.variant };
            note(found.entry(goods).or_default(), list, line, &priced);
        }
    }
    Ok(found)
}

/// Adds a price to those of its product: the first one of a list, or a break of it.
fn note(prices: &mut Vec<ListPrice>, list: &PriceList, line: &Line, priced: &PricedLine) {
    let id = PriceListId(list.record.id);
    let price = priced.base_unit_price;
    match prices.last_mut().filter(|last| last.price_list_id == id) {
        Some(first) if line.quantity.get() > Decimal::ONE => {
            let before = first.breaks.last().map_or(first.price, |last| last.price);
            if price != before {
                first.breaks.push(PriceBreak { min_quantity: line.quantity, price });
            }
        }
        _ => prices.push(ListPrice {
            price_list_id: id,
            price,
            currency: list.currency,
            includes_vat: list.vat_mode == VatMode::Included,
            valid_from: held_since(priced),
            breaks: Vec::new(),
        }),
    }
}

fn held_since(priced: &PricedLine) -> NaiveDate {
    let since = priced.explanation.steps.iter().find_map(|step| match step {
        Step::Found(found) => Some(found.valid_from),
        _ => None,
    });
    since.unwrap_or(priced.explanation.on)
}

fn shown_line(goods: Goods, quantity: Decimal) -> Option<Line> {
    Some(Line {
        product: goods.product,
        variant: goods.variant,
        groups: HashSet::new(),
        vat_rate: None,
        packaging: None,
        quantity: Quantity::positive(quantity).ok()?,
        manual: None,
        minimum_price: None,
        minimum_margin: None,
        cost: None,
    })
}

/// For nobody in particular, from one list.
fn shown_terms(list: &PriceList, on: NaiveDate) -> Terms {
    Terms {
        on,
        currency: list.currency,
        vat_mode: list.vat_mode,
        agreement: None,
        segment: None,
        segment_list: None,
        default_list: Some(PriceListId(list.record.id)),
        channel: None,
        rules: Vec::new(),
        combination: Combination::Best,
    }
}

/// Only lists without a base have prices of their own.
fn own_lists(lists: &[PriceList]) -> Vec<PriceListId> {
    let own = lists.iter().filter(|list| list.derived.is_none());
    own.map(|list| PriceListId(list.record.id)).collect()
}

/// The currency a rule's sum is in.
fn currency_of(rule: &DiscountRule) -> Option<Currency> {
    match rule.threshold {
        Threshold::LineSum(_, currency) | Threshold::DocumentSum(_, currency) => Some(currency),
        Threshold::None | Threshold::LineQuantity(_) => None,
    }
}

fn terms_of(
    found: &OrderTerms,
    on: NaiveDate,
    currency: Currency,
    rules: Vec<DiscountRule>,
) -> Terms {
    let vat_mode = VatMode::of(found.prices_include_vat);
    Terms {
        on,
        currency,
        vat_mode,
        agreement: Some(AgreementTerms {
            id: found.agreement_id,
            record: Record::new(found.agreement_id, found.agreement_name.as_str()),
            currency: found.currency,
            vat_mode,
            list: found.agreement_list,
            discount: found.discount,
        }),
        segment: found.segment,
        segment_list: found.segment_list,
        default_list: found.default_list,
        channel: found.channel,
        rules,
        combination: found.combination,
    }
}
