//! What documents need of the catalog: small pictures of its records, read by ids in a constant
//! number of statements. The permit is that of the command or read that asks.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    AgreementId, Currency, CustomerId, Decimal, NaiveDate, OrganizationId, Percent, PriceListId,
    PriceSegmentId, ProductGroupId, ProductId, Refusal, RefusalCode, RegionId, SalesChannelId,
    SalesRouteId, UserId, Uuid, WarehouseId,
};

use crate::commands::living;
use crate::routes::RouteTerms;
use crate::rules::pricing::Combination;
use crate::rules::{AgreementState, CoverBy, CreditPolicy, PaymentStep, ReserveOn, Validity};
use crate::store::{StepColumns, uuids};

/// A product as a document's line needs it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct ProductCard {
    /// The product.
    pub id: ProductId,
    /// Its article number.
    pub sku: String,
    /// Its name.
    pub name: String,
    /// The base unit all quantities are in.
    pub unit: String,
    /// A service has no stock.
    pub is_service: bool,
    /// Nothing new is sold of it.
    pub archived: bool,
    /// A document's line names a variant of it.
    pub has_variants: bool,
    /// A document has named it: whether it has variants stays.
    pub in_documents: bool,
    /// Its group.
    pub group_id: Option<ProductGroupId>,
    /// A received lot names the maker's number of it.
    pub tracks_lots: bool,
    /// A received lot names its last day.
    pub tracks_expiry: bool,
    /// The least price per base unit, base currency, without VAT.
    pub min_price: Option<Decimal>,
    /// The least margin, per cent of revenue.
    pub min_margin_percent: Option<Percent>,
}

/// What a [`ProductCard`] is read from: columns of a product `p`.
pub(crate) const CARD_COLUMNS: &str = "p.id, p.sku, p.name, p.unit, p.is_service, \
    p.archived_at is not null as archived, p.has_variants, p.in_documents, p.group_id, \
    p.tracks_lots, p.tracks_expiry, p.min_price, p.min_margin_percent";

/// The products with these ids; those that are not there are absent.
///
/// # Errors
/// [`db::Fault`].
pub async fn product_cards<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[ProductId],
) -> Outcome<HashMap<ProductId, ProductCard>> {
    let sql = format!(
        "select {CARD_COLUMNS}
         from product p
         where p.tenant_id = $1 and p.id = any($2::uuid[])"
    );
    let cards: Vec<ProductCard> =
        tx.all(Sql::new(sql, values![permit.tenant(), uuids(ids)])).await?;
    Ok(cards.into_iter().map(|card| (card.id, card)).collect())
}

/// A product with the tax of one organization's documents on one day.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct TaxedProduct {
    /// The product.
    #[sea_orm(nested)]
    pub card: ProductCard,
    /// `None` is "without VAT", which is not 0 %.
    pub vat_rate: Option<Percent>,
}

/// As [`product_cards`], with the rate of tax for the organization's documents of that day: the
/// tax category's where the product is in one, else the product's own.
///
/// # Errors
/// A refusal where a product's category holds no rate on that day: that is not "without VAT".
pub async fn taxed_products<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[ProductId],
    organization: OrganizationId,
    on: NaiveDate,
) -> Outcome<HashMap<ProductId, TaxedProduct>> {
    #[derive(FromQueryResult)]
    struct Found {
        #[sea_orm(nested)]
        product: TaxedProduct,
        has_rate: bool,
    }
    let sql = include_str!("store/taxed_products.sql");
    let values = values![permit.tenant(), uuids(ids), organization, on];
    let found: Vec<Found> = tx.all(Sql::new(sql, values)).await?;
    if let Some(bare) = found.iter().find(|row| !row.has_rate) {
        return Err(no_vat_rate(&bare.product.card.name, on).into());
    }
    Ok(found.into_iter().map(|row| (row.product.card.id, row.product)).collect())
}

fn no_vat_rate(product: &str, on: NaiveDate) -> Refusal {
    Refusal::new(
        RefusalCode::NoRate,
        format!("The tax category of {product} holds no VAT rate on {on}."),
        format!("Для налоговой категории «{product}» нет ставки НДС на {}.", on.format("%d.%m.%Y")),
    )
    .with(serde_json::json!({ "product": product, "date": on }))
}

/// An organization as a document needs it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct OrganizationCard {
    /// The organization.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// What its documents' numbers begin with.
    pub prefix: String,
    /// Nothing is posted on or before this day.
    pub closed_until: Option<NaiveDate>,
}

/// An organization that is not archived; `None` asks for the tenant's default one. The answer is
/// `None` where there is no such organization.
///
/// # Errors
/// [`db::Fault`].
pub async fn organization_card<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: Option<OrganizationId>,
) -> Outcome<Option<OrganizationCard>> {
    let mut sql = Sql::new(
        "select o.id, o.name, o.prefix, o.closed_until
         from organization o
         where o.tenant_id = $1 and o.archived_at is null",
        values![permit.tenant()],
    );
    match id {
        Some(id) => sql.with(" and o.id = ", id, ""),
        None => sql.push(" and o.is_default"),
    };
    Ok(tx.one(sql).await?)
}

/// As [`organization_card`] by id, holding the organization so that its period is not closed while
/// the transaction posts into it. Postings do not wait for each other: a foreign key to the
/// organization takes the same lock.
///
/// # Errors
/// [`db::Fault`].
pub async fn hold_organization<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: OrganizationId,
) -> Outcome<Option<OrganizationCard>> {
    let sql = "
        select o.id, o.name, o.prefix, o.closed_until
        from organization o
        where o.tenant_id = $1 and o.id = $2
        for key share";
    Ok(tx.one(Sql::new(sql, values![permit.tenant(), id])).await?)
}

/// A warehouse as a document needs it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct WarehouseCard {
    /// The warehouse.
    pub id: WarehouseId,
    /// Its name.
    pub name: String,
    /// Reservation looks into smaller numbers first.
    pub priority: i32,
    /// Nothing new goes in or out.
    pub archived: bool,
}

const WAREHOUSE: &str = "
    select w.id, w.name, w.priority, w.archived_at is not null as archived
    from warehouse w
    where w.tenant_id = $1";

/// The warehouses with these ids; those that are not there are absent.
///
/// # Errors
/// [`db::Fault`].
pub async fn warehouse_cards<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[WarehouseId],
) -> Outcome<HashMap<WarehouseId, WarehouseCard>> {
    let mut sql = Sql::new(WAREHOUSE, values![permit.tenant()]);
    sql.with(" and w.id = any(", uuids(ids), "::uuid[])");
    let cards: Vec<WarehouseCard> = tx.all(sql).await?;
    Ok(cards.into_iter().map(|card| (card.id, card)).collect())
}

/// The warehouse that is taken where a document names none.
///
/// # Errors
/// [`db::Fault`].
pub async fn default_warehouse<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
) -> Outcome<Option<WarehouseCard>> {
    let mut sql = Sql::new(WAREHOUSE, values![permit.tenant()]);
    sql.push(" and w.is_default");
    Ok(tx.one(sql).await?)
}

/// Locks a customer's row until the transaction ends: gates on his debt stand in line. `false`
/// where there is no such customer.
///
/// # Errors
/// [`db::Fault`].
pub async fn lock_customer<A>(tx: &TenantTx, permit: &Permit<A>, id: CustomerId) -> Outcome<bool> {
    #[derive(FromQueryResult)]
    struct Locked {
        #[expect(dead_code, reason = "a row needs a column")]
        id: Uuid,
    }
    let sql = "
        select c.id
        from customer c
        where c.tenant_id = $1 and c.id = $2
        for no key update";
    let locked: Option<Locked> = tx.one(Sql::new(sql, values![permit.tenant(), id])).await?;
    Ok(locked.is_some())
}

/// The terms an order is made on: the customer's, the agreement's, the organization that sells.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderTerms {
    /// The customer.
    pub customer_id: CustomerId,
    /// His name.
    pub customer_name: String,
    /// The responsible manager.
    pub manager_id: Option<UserId>,
    /// The customer's region.
    pub region_id: Option<RegionId>,
    /// The agreement asked for, else his default one.
    pub agreement_id: AgreementId,
    /// The version of it that holds now.
    pub agreement_version: i32,
    /// The organization that sells.
    pub organization_id: OrganizationId,
    /// Its name.
    pub agreement_name: String,
    /// Whether new documents may be made under it, and from when to when.
    pub validity: Validity,
    /// The agreement's currency.
    pub currency: Currency,
    /// The agreement's own price list.
    pub agreement_list: Option<PriceListId>,
    /// The customer's price segment.
    pub segment: Option<PriceSegmentId>,
    /// The segment's price list.
    pub segment_list: Option<PriceListId>,
    /// The tenant's default price list.
    pub default_list: Option<PriceListId>,
    /// The way by which the customer's sales come.
    pub channel: Option<SalesChannelId>,
    /// How the tenant's automatic discounts combine.
    pub combination: Combination,
    /// Whether prices include VAT: by the agreement's list, else by the default one.
    pub prices_include_vat: bool,
    /// The personal discount.
    pub discount: Percent,
    /// How he pays; sums to 100 %.
    pub payment_steps: Vec<PaymentStep>,
    /// Days that are left of a lot's life when it is shipped, at least.
    pub min_shelf_life_days: Option<i32>,
    /// How the agreement's orders are served.
    pub route: RouteTerms,
    /// In [`OrderTerms::credit_limit_currency`]; `None` is no limit.
    pub credit_limit: Option<Decimal>,
    /// The currency of the limit.
    pub credit_limit_currency: Currency,
    /// What a gate does over the limit.
    pub credit_policy: CreditPolicy,
    /// Nothing new is sold to him.
    pub customer_archived: bool,
}

/// The terms of an order to a customer within the permit's reach. No agreement named takes the
/// customer's default one; no organization named takes the agreement's, else the tenant's
/// default one. `None`: no such customer or agreement, or not visible.
///
/// # Errors
/// A refusal where no organization or no price list is to be had, or currencies differ, or the
/// customer was merged into another one.
pub async fn order_terms<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    customer: CustomerId,
    agreement: Option<AgreementId>,
    organization: Option<OrganizationId>,
) -> Outcome<Option<OrderTerms>> {
    let terms = document_terms(tx, permit, customer, agreement, organization).await?;
    // A merged card is an archived one without agreements.
    if terms.as_ref().is_none_or(|found| found.customer_archived) {
        living(tx, permit, customer, "customerId").await?;
    }
    Ok(terms.filter(|found| permit.reaches(found.manager_id, Some(found.customer_id))))
}

/// As [`order_terms`], for a document that is itself within reach: its customer may have gone to
/// another manager since.
///
/// # Errors
/// As [`order_terms`].
pub async fn document_terms<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    customer: CustomerId,
    agreement: Option<AgreementId>,
    organization: Option<OrganizationId>,
) -> Outcome<Option<OrderTerms>> {
    let sql = include_str!("store/order_terms.sql");
    let values = values![permit.tenant(), customer, agreement, organization];
    let row: Option<TermsRow> = tx.one(Sql::new(sql, values)).await?;
    row.map(|row| row.into_terms(organization)).transpose()
}

#[derive(FromQueryResult)]
struct TermsRow {
    customer_id: CustomerId,
    customer_name: String,
    manager_id: Option<UserId>,
    region_id: Option<RegionId>,
    customer_archived: bool,
    credit_limit: Option<Decimal>,
    credit_limit_currency: Currency,
    agreement_id: AgreementId,
    agreement_version: i32,
    min_shelf_life_days: Option<i32>,
    sales_route_id: Option<SalesRouteId>,
    reserve_on: Option<ReserveOn>,
    cover_by: Option<CoverBy>,
    agreement_organization_id: Option<OrganizationId>,
    organization_id: Option<OrganizationId>,
    agreement_name: String,
    agreement_list_id: Option<PriceListId>,
    agreement_state: AgreementState,
    agreement_valid_from: Option<NaiveDate>,
    agreement_valid_to: Option<NaiveDate>,
    price_segment_id: Option<PriceSegmentId>,
    segment_list_id: Option<PriceListId>,
    default_list_id: Option<PriceListId>,
    sales_channel_id: Option<SalesChannelId>,
    combination: Option<String>,
    discount_cap: Option<Percent>,
    currency: Currency,
    prices_include_vat: Option<bool>,
    discount_percent: Percent,
    credit_policy: CreditPolicy,
    #[sea_orm(nested)]
    steps: StepColumns,
}

impl TermsRow {
    fn into_terms(self, asked: Option<OrganizationId>) -> Outcome<OrderTerms> {
        let Some(organization_id) = self.organization_id else {
            return Err(no_organization(asked).into());
        };
        if self.agreement_organization_id.is_some_and(|own| own != organization_id) {
            return Err(Refusal::new(
                RefusalCode::Invalid,
                "The agreement is with another organization.",
                "Соглашение заключено с другой организацией.",
            )
            .at(["organizationId"])
            .into());
        }
        let Some(prices_include_vat) = self.prices_include_vat else {
            return Err(Refusal::new(
                RefusalCode::NoPrice,
                "The agreement names no price list, and there is no default one.",
                "В соглашении нет вида цен, и вид цен по умолчанию не задан.",
            )
            .into());
        };
        Ok(OrderTerms {
            customer_id: self.customer_id,
            customer_name: self.customer_name,
            manager_id: self.manager_id,
            region_id: self.region_id,
            agreement_id: self.agreement_id,
            agreement_version: self.agreement_version,
            organization_id,
            currency: self.currency,
            agreement_name: self.agreement_name,
            validity: Validity {
                state: self.agreement_state,
                from: self.agreement_valid_from,
                to: self.agreement_valid_to,
            },
            agreement_list: self.agreement_list_id,
            segment: self.price_segment_id,
            segment_list: self.segment_list_id,
            default_list: self.default_list_id,
            channel: self.sales_channel_id,
            combination: combination_of(self.combination.as_deref(), self.discount_cap),
            prices_include_vat,
            discount: self.discount_percent,
            payment_steps: self.steps.into_steps()?,
            min_shelf_life_days: self.min_shelf_life_days,
            route: RouteTerms::kept(self.sales_route_id, self.reserve_on, self.cover_by),
            credit_limit: self.credit_limit,
            credit_limit_currency: self.credit_limit_currency,
            credit_policy: self.credit_policy,
            customer_archived: self.customer_archived,
        })
    }
}

/// How discounts combine, as the database keeps it; no row is `BEST`.
pub(crate) fn combination_of(word: Option<&str>, cap: Option<Percent>) -> Combination {
    match (word, cap) {
        (Some("SUM"), Some(cap)) => Combination::Sum { cap },
        _ => Combination::Best,
    }
}

fn no_organization(asked: Option<OrganizationId>) -> Refusal {
    let refusal = match asked {
        Some(_) => Refusal::new(
            RefusalCode::UnknownReference,
            "There is no such organization.",
            "Такой организации нет.",
        ),
        None => Refusal::new(
            RefusalCode::Required,
            "There is no default organization: name one.",
            "Организация по умолчанию не задана: укажите её.",
        ),
    };
    refusal.at(["organizationId"])
}
