//! Reads what pricing needs: each kind in one statement, whatever the number of lines.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    AgreementId, Currency, Decimal, DiscountRuleId, Factor, NaiveDate, PackagingId, Percent,
    PriceChangeId, PriceListId, PriceSegmentId, ProductGroupId, ProductId, ProductVariantId,
    Quantity, Rounding, RoundingDirection, SalesChannelId, Uuid,
};

use super::uuids;
use crate::rules::pricing::{
    Derivation, DiscountRule, Holder, Packaging, PriceList, PriceRow, Rate, Rates, Record,
    Threshold, VatMode,
};

#[derive(FromQueryResult)]
struct ListRow {
    id: PriceListId,
    name: String,
    currency: Currency,
    includes_vat: bool,
    base_list_id: Option<PriceListId>,
    coefficient: Option<Decimal>,
    rounding_step: Option<Decimal>,
    rounding_direction: Option<RoundingDirection>,
}

/// The lists in use among these, with all lists they follow from, archived ones too.
pub(crate) async fn lists_with_bases<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lists: &[PriceListId],
) -> Outcome<Vec<PriceList>> {
    if lists.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "
        with recursive chain as (
            select l.id, l.base_list_id
            from price_list l
            where l.tenant_id = $1
              and l.id = any($2::uuid[])
              and l.archived_at is null
            union
            select b.id, b.base_list_id
            from chain c
            join price_list b on b.tenant_id = $1 and b.id = c.base_list_id
        )
        select l.id, l.name, l.currency, l.includes_vat, l.base_list_id, l.coefficient,
               l.rounding_step, l.rounding_direction
        from chain c
        join price_list l on l.tenant_id = $1 and l.id = c.id";
    let rows: Vec<ListRow> = tx.all(Sql::new(sql, values![permit.tenant(), uuids(lists)])).await?;
    rows.into_iter().map(|row| row.into_list().map_err(Into::into)).collect()
}

impl ListRow {
    fn into_list(self) -> Result<PriceList, Fault> {
        let rounding = match (self.rounding_step, self.rounding_direction) {
            (Some(step), Some(direction)) => Some(rounding(step, direction)?),
            _ => None,
        };
        let derived = self.base_list_id.zip(self.coefficient);
        let derived = derived.map(|(base, coefficient)| Derivation { base, coefficient, rounding });
        Ok(PriceList {
            record: Record::new(self.id, self.name),
            currency: self.currency,
            vat_mode: VatMode::of(self.includes_vat),
            derived,
        })
    }
}

fn rounding(step: Decimal, direction: RoundingDirection) -> Result<Rounding, Fault> {
    Rounding::new(step, direction).map_err(|_| Fault::broken("a step of rounding out of range"))
}

#[derive(FromQueryResult)]
struct Found {
    agreement_id: Option<AgreementId>,
    price_list_id: Option<PriceListId>,
    product_id: ProductId,
    variant_id: Option<ProductVariantId>,
    packaging_id: Option<PackagingId>,
    packaging_name: Option<String>,
    numerator: Option<i64>,
    denominator: Option<i64>,
    min_quantity: Quantity,
    valid_from: NaiveDate,
    price: Option<Decimal>,
    change_id: Option<PriceChangeId>,
}

/// What tells a price of a list from all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RowKey {
    pub(crate) list: PriceListId,
    pub(crate) product: ProductId,
    pub(crate) variant: Option<ProductVariantId>,
    pub(crate) packaging: Option<PackagingId>,
    /// Normalized.
    pub(crate) min_quantity: Decimal,
    pub(crate) valid_from: NaiveDate,
}

/// Prices, and the changes of many prices that wrote some of them.
pub(crate) type Rows = (Vec<PriceRow>, HashMap<RowKey, PriceChangeId>);

/// The prices that hold on a day of these products: of each series the latest row. Lives on
/// price_key and agreement_price_key.
pub(crate) async fn price_rows<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (lists, agreement): (&[PriceListId], Option<AgreementId>),
    products: &[ProductId],
    on: NaiveDate,
) -> Outcome<Rows> {
    let sql = "
        select null::uuid as agreement_id, l.id as price_list_id, a.id as product_id,
               f.variant_id, f.packaging_id, k.name as packaging_name, k.numerator,
               k.denominator, f.min_quantity, f.valid_from, f.price, f.change_id
        from unnest($2::uuid[]) as l (id)
        cross join unnest($4::uuid[]) as a (id)
        cross join lateral (
            select distinct on (p.variant_id, p.packaging_id, p.min_quantity)
                   p.variant_id, p.packaging_id, p.min_quantity, p.valid_from, p.price,
                   p.change_id
            from price p
            where p.tenant_id = $1
              and p.price_list_id = l.id
              and p.product_id = a.id
              and p.valid_from <= $5
            order by p.variant_id, p.packaging_id, p.min_quantity, p.valid_from desc
        ) f
        left join product_packaging k on k.tenant_id = $1 and k.id = f.packaging_id
        union all
        select $3::uuid, null, a.id, f.variant_id, f.packaging_id, k.name, k.numerator,
               k.denominator, f.min_quantity, f.valid_from, f.price, null
        from unnest($4::uuid[]) as a (id)
        cross join lateral (
            select distinct on (p.variant_id, p.packaging_id, p.min_quantity)
                   p.variant_id, p.packaging_id, p.min_quantity, p.valid_from, p.price
            from agreement_price p
            where p.tenant_id = $1
              and p.agreement_id = $3
              and p.product_id = a.id
              and p.valid_from <= $5
            order by p.variant_id, p.packaging_id, p.min_quantity, p.valid_from desc
        ) f
        left join product_packaging k on k.tenant_id = $1 and k.id = f.packaging_id";
    let values = values![permit.tenant(), uuids(lists), agreement, uuids(products), on];
    let rows: Vec<Found> = tx.all(Sql::new(sql, values)).await?;
    let changed = rows.iter().filter_map(|row| Some((row.key()?, row.change_id?))).collect();
    let rows: Result<Vec<PriceRow>, Fault> = rows.into_iter().map(Found::into_price).collect();
    Ok((rows?, changed))
}

impl Found {
    /// Of a list's price.
    fn key(&self) -> Option<RowKey> {
        Some(RowKey {
            list: self.price_list_id?,
            product: self.product_id,
            variant: self.variant_id,
            packaging: self.packaging_id,
            min_quantity: self.min_quantity.get().normalize(),
            valid_from: self.valid_from,
        })
    }

    fn into_price(self) -> Result<PriceRow, Fault> {
        let holder = match (self.agreement_id, self.price_list_id) {
            (Some(agreement), _) => Holder::Agreement(agreement),
            (None, Some(list)) => Holder::List(list),
            (None, None) => return Err(Fault::broken("a price of nobody")),
        };
        let packaging = match self.packaging_id {
            None => None,
            Some(id) => Some(Packaging {
                id,
                name: self.packaging_name.unwrap_or_default().into(),
                factor: factor(self.numerator, self.denominator)?,
            }),
        };
        Ok(PriceRow {
            holder,
            product: self.product_id,
            variant: self.variant_id,
            packaging,
            min_quantity: self.min_quantity,
            valid_from: self.valid_from,
            price: self.price,
        })
    }
}

fn factor(numerator: Option<i64>, denominator: Option<i64>) -> Result<Factor, Fault> {
    let part = |part: Option<i64>| part.and_then(|part| u32::try_from(part).ok());
    let parts = part(numerator).zip(part(denominator));
    let factor =
        parts.and_then(|(numerator, denominator)| Factor::new(numerator, denominator).ok());
    factor.ok_or_else(|| Fault::broken("a packaging's factor out of range"))
}

#[derive(FromQueryResult)]
struct RuleRow {
    id: DiscountRuleId,
    name: String,
    percent: Percent,
    price_segment_id: Option<PriceSegmentId>,
    product_group_id: Option<ProductGroupId>,
    product_id: Option<ProductId>,
    sales_channel_id: Option<SalesChannelId>,
    quantity_from: Option<Quantity>,
    line_sum_from: Option<Decimal>,
    document_sum_from: Option<Decimal>,
    currency: Currency,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
}

/// The rules in use on a day.
pub(crate) async fn rules_on<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    on: NaiveDate,
) -> Outcome<Vec<DiscountRule>> {
    let sql = "
        select r.id, r.name, r.percent, r.price_segment_id, r.product_group_id, r.product_id,
               r.sales_channel_id, r.quantity_from, r.line_sum_from, r.document_sum_from,
               r.currency, r.valid_from, r.valid_to
        from discount_rule r
        where r.tenant_id = $1
          and r.archived_at is null
          and (r.valid_from is null or r.valid_from <= $2)
          and (r.valid_to is null or r.valid_to >= $2)";
    let rows: Vec<RuleRow> = tx.all(Sql::new(sql, values![permit.tenant(), on])).await?;
    Ok(rows.into_iter().map(RuleRow::into_rule).collect())
}

impl RuleRow {
    fn into_rule(self) -> DiscountRule {
        let threshold = match (self.quantity_from, self.line_sum_from, self.document_sum_from) {
            (Some(quantity), ..) => Threshold::LineQuantity(quantity),
            (None, Some(sum), _) => Threshold::LineSum(sum, self.currency),
            (None, None, Some(sum)) => Threshold::DocumentSum(sum, self.currency),
            (None, None, None) => Threshold::None,
        };
        DiscountRule {
            id: self.id,
            name: Arc::from(self.name),
            percent: self.percent,
            segment: self.price_segment_id,
            product: self.product_id,
            group: self.product_group_id,
            channel: self.sales_channel_id,
            threshold,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
        }
    }
}

/// The rates of the tenant's currencies on a day.
///
/// # Errors
/// [`Fault`].
pub async fn rates_on<A>(tx: &TenantTx, permit: &Permit<A>, on: NaiveDate) -> Outcome<Rates> {
    #[derive(FromQueryResult)]
    struct Dated {
        code: Currency,
        valid_from: NaiveDate,
        rate: Decimal,
        nominal: i32,
    }
    let sql = "
        select c.code, r.valid_from, r.rate, r.nominal
        from currency c
        cross join lateral (
            select r.valid_from, r.rate, r.nominal
            from currency_rate r
            where r.tenant_id = $1
              and r.currency_id = c.id
              and r.valid_from <= $2
            order by r.valid_from desc
            limit 1
        ) r
        where c.tenant_id = $1";
    let rows: Vec<Dated> = tx.all(Sql::new(sql, values![permit.tenant(), on])).await?;
    let rate = |row: Dated| {
        let nominal = u32::try_from(row.nominal).unwrap_or_default();
        (row.code, Rate { on: row.valid_from, value: row.rate, nominal })
    };
    Ok(Rates::new(permit.scope().facts().base_currency, rows.into_iter().map(rate)))
}

/// Each of these groups with all groups above it, itself included.
pub(crate) async fn groups_above<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    groups: &[ProductGroupId],
) -> Outcome<HashMap<ProductGroupId, HashSet<ProductGroupId>>> {
    #[derive(FromQueryResult)]
    struct Above {
        start: ProductGroupId,
        id: ProductGroupId,
    }
    let sql = "
        with recursive up as (
            select g.id as start, g.id, g.parent_id
            from product_group g
            where g.tenant_id = $1
              and g.id = any($2::uuid[])
            union
            select u.start, g.id, g.parent_id
            from up u
            join product_group g on g.tenant_id = $1 and g.id = u.parent_id
        )
        select u.start, u.id
        from up u";
    let mut distinct: Vec<Uuid> = uuids(groups);
    distinct.sort_unstable();
    distinct.dedup();
    let rows: Vec<Above> = tx.all(Sql::new(sql, values![permit.tenant(), distinct])).await?;
    let mut found: HashMap<ProductGroupId, HashSet<ProductGroupId>> = HashMap::new();
    for row in rows {
        found.entry(row.start).or_default().insert(row.id);
    }
    Ok(found)
}
