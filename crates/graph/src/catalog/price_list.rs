//! Price lists and prices.

use std::collections::HashMap;

use ::catalog::{
    CreatePriceList, ListPrice, NewPrice, PriceListChanges, PricesIn, ReadPrices, SetPrices,
    UpdatePriceList, directory_by_ids, lists_by_base, prices_by_product,
};
use async_graphql::{
    ComplexObject, Context, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject,
};
use kernel::{NaiveDate, PackagingId, PriceListId, ProductId, ProductVariantId};

use super::dated_prices::{self, ProductPrices};
use super::list::{Around, DirectoryFilter, DirectoryOrder, short_list};
use super::noted::Noted;
use super::payloads;
use crate::idempotency::mutate;
use crate::identity::change;
use crate::ids::{GlobalId, global};
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::Connection;
use crate::scalars::{CurrencyCode, Date, Decimal};
use crate::session::Session;
use crate::user_error::UserError;

/// Where a price goes that lies between two steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "kernel::RoundingDirection")]
pub enum RoundingDirection {
    /// To the nearer one; from the middle away from zero.
    Nearest,
    /// To the greater one.
    Up,
    /// To the smaller one.
    Down,
}

/// A list of prices in one currency: with prices of its own, or derived from another list.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct PriceList {
    /// The opaque global id.
    #[graphql(owned)]
    pub id: ID,
    /// Its name; unique in the tenant.
    name: String,
    /// The currency of its prices.
    currency: CurrencyCode,
    /// Whether its prices include VAT.
    includes_vat: bool,
    /// Taken where an agreement names none; one of the tenant's always is.
    is_default: bool,
    /// What the base list's prices are multiplied by; null: it has prices of its own.
    coefficient: Option<Decimal>,
    /// To multiples of what its prices are rounded; null: to four places.
    rounding_step: Option<Decimal>,
    /// Where a price goes that lies between two steps.
    rounding_direction: Option<RoundingDirection>,
    #[graphql(flatten)]
    noted: Noted,
    #[graphql(skip)]
    key: PriceListId,
    #[graphql(skip)]
    base_list_id: Option<PriceListId>,
}

#[ComplexObject]
impl PriceList {
    /// The list it is derived from; null: it has prices of its own.
    async fn base_list(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<PriceList>> {
        Ok(Session::of(ctx)?.load_made(self.base_list_id).await?)
    }

    /// The lists in use that are derived from it, by name.
    async fn derived_lists(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<PriceList>> {
        Ok(Session::of(ctx)?.load(DerivedFrom(self.key)).await?.unwrap_or_default())
    }

    /// The prices it holds itself, by product, in any variant, unit and quantity. A derived list
    /// holds none: those of a product stand in its `currentPrices`.
    async fn prices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Those that hold on this day; all where none is given.")] on: Option<Date>,
        #[graphql(desc = "So many products from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> async_graphql::Result<Connection<ProductPrices>> {
        let around = Around { first, after, last: None, before: None };
        let of = PricesIn::List(self.key);
        Ok(dated_prices::page::<ReadPrices>(ctx, of, on, around).await?)
    }
}

/// The lists that are derived from one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct DerivedFrom(PriceListId);

impl Load<DerivedFrom> for Loaders {
    type Value = Vec<PriceList>;

    async fn load(&self, keys: &[DerivedFrom]) -> Loaded<DerivedFrom, Vec<PriceList>> {
        let permit = self.permit::<ReadPrices>()?;
        let ids: Vec<PriceListId> = keys.iter().map(|key| key.0).collect();
        let found = lists_by_base(&*self.tx().await?, &permit, &ids).await?;
        let lists = |rows: Vec<_>| rows.into_iter().map(PriceList::from).collect();
        Ok(found.into_iter().map(|(id, rows)| (DerivedFrom(id), lists(rows))).collect())
    }
}

impl From<::catalog::PriceList> for PriceList {
    fn from(row: ::catalog::PriceList) -> Self {
        Self {
            id: global(row.id),
            name: row.fields.name,
            currency: row.fields.currency.into(),
            includes_vat: row.fields.includes_vat,
            is_default: row.fields.is_default,
            coefficient: row.fields.coefficient.map(|of| Decimal(of.normalize())),
            rounding_step: row.fields.rounding_step.map(|step| Decimal(step.normalize())),
            rounding_direction: row.fields.rounding_direction.map(Into::into),
            key: row.id,
            base_list_id: row.fields.base_list_id,
            noted: Noted::of(row.id, row.fields.external_reference, &row.record),
        }
    }
}

impl Load<PriceListId> for Loaders {
    type Value = PriceList;

    async fn load(&self, keys: &[PriceListId]) -> Loaded<PriceListId, PriceList> {
        let permit = self.permit::<ReadPrices>()?;
        let tx = self.tx().await?;
        let found = directory_by_ids::<::catalog::PriceList>(&tx, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

/// A price from a quantity on.
#[derive(Clone, SimpleObject)]
pub struct PriceBreak {
    /// From this quantity of a line on, in base units.
    min_quantity: Decimal,
    /// The price of one base unit.
    price: Decimal,
}

/// A product's price in one list.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct ProductPrice {
    /// The price of one base unit, in the currency, with up to four places.
    price: Decimal,
    /// The list's currency.
    currency: CurrencyCode,
    /// Whether the price includes VAT.
    includes_vat: bool,
    /// The day it holds from.
    valid_from: Date,
    /// What it costs in larger quantities, smaller quantities first.
    breaks: Vec<PriceBreak>,
    #[graphql(skip)]
    price_list_id: PriceListId,
}

#[ComplexObject]
impl ProductPrice {
    /// The list it stands in.
    async fn price_list(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<PriceList>> {
        Ok(Session::of(ctx)?.load(self.price_list_id).await?)
    }
}

impl From<ListPrice> for ProductPrice {
    fn from(row: ListPrice) -> Self {
        Self {
            price: row.price.into(),
            currency: row.currency.into(),
            includes_vat: row.includes_vat,
            valid_from: row.valid_from.into(),
            breaks: row
                .breaks
                .into_iter()
                .map(|of| PriceBreak {
                    min_quantity: Decimal(of.min_quantity.get().normalize()),
                    price: of.price.into(),
                })
                .collect(),
            price_list_id: row.price_list_id,
        }
    }
}

/// The prices of a product on a day; today where none is given.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct PricesOf {
    pub(super) product: ProductId,
    pub(super) on: Option<NaiveDate>,
}

impl Load<PricesOf> for Loaders {
    type Value = Vec<ProductPrice>;

    async fn load(&self, keys: &[PricesOf]) -> Loaded<PricesOf, Vec<ProductPrice>> {
        let permit = self.permit::<ReadPrices>()?;
        let tx = self.tx().await?;
        // One statement for each day that the query's text names.
        let mut by_day: HashMap<Option<NaiveDate>, Vec<ProductId>> = HashMap::new();
        for key in keys {
            by_day.entry(key.on).or_default().push(key.product);
        }
        let mut loaded = HashMap::new();
        for (on, products) in by_day {
            let day = on.unwrap_or_else(|| tx.today());
            for (product, rows) in prices_by_product(&tx, &permit, &products, day).await? {
                let prices = rows.into_iter().map(ProductPrice::from).collect();
                loaded.insert(PricesOf { product, on }, prices);
            }
        }
        Ok(loaded)
    }
}

/// Queries of price lists.
#[derive(Default)]
pub struct PriceListQuery;

#[Object]
impl PriceListQuery {
    /// The tenant's price lists. Needs the right price.read.
    #[expect(clippy::too_many_arguments, reason = "a Relay connection with filter and order")]
    async fn price_lists(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<DirectoryFilter>,
        #[graphql(desc = "The order; by name where none is given.")] order_by: Option<
            DirectoryOrder,
        >,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<PriceList>> {
        let around = Around { first, after, last, before };
        let filter = filter.unwrap_or_default().into();
        Ok(short_list::<::catalog::PriceList, _>(ctx, filter, order_by, around).await?)
    }
}

/// A new price list. The tenant's first one becomes the default.
#[derive(InputObject)]
pub struct CreatePriceListInput {
    /// Its name; unique in the tenant.
    name: String,
    /// The currency of its prices; the tenant's where none is given. Stays as it was made.
    currency: Option<CurrencyCode>,
    /// Whether its prices include VAT; stays as it was made.
    includes_vat: bool,
    /// Makes it the default instead of the one that is.
    is_default: Option<bool>,
    /// The list it is derived from; left out, it has prices of its own.
    base_list_id: Option<GlobalId<PriceListId>>,
    /// What the base's prices are multiplied by, above 0 and below 1000, up to six places;
    /// needed with a base list.
    coefficient: Option<Decimal>,
    /// To multiples of what its prices are rounded; to four places where none is given.
    rounding_step: Option<Decimal>,
    /// Where a price goes that lies between two steps; to the nearer one where none is given.
    rounding_direction: Option<RoundingDirection>,
    /// Its key in another system; unique in the tenant.
    external_reference: Option<String>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Changes of a price list; what is left out stays, null empties.
#[derive(InputObject)]
pub struct UpdatePriceListInput {
    /// Which one.
    id: GlobalId<PriceListId>,
    /// The version that was read.
    version: i32,
    /// Its name; unique in the tenant.
    name: Option<String>,
    /// True makes it the default instead of the one that is.
    is_default: Option<bool>,
    /// The list it is derived from; null gives it prices of its own.
    base_list_id: MaybeUndefined<GlobalId<PriceListId>>,
    /// What the base's prices are multiplied by, above 0 and below 1000, up to six places.
    coefficient: Option<Decimal>,
    /// To multiples of what its prices are rounded; null: to four places.
    rounding_step: MaybeUndefined<Decimal>,
    /// Where a price goes that lies between two steps.
    rounding_direction: Option<RoundingDirection>,
    /// Its key in another system; unique in the tenant.
    external_reference: MaybeUndefined<String>,
    /// Archives or restores it.
    archived: Option<bool>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// A price of one product.
#[derive(InputObject)]
pub struct PriceInput {
    /// The product.
    product_id: GlobalId<ProductId>,
    /// One variant of it; left out, all of them.
    variant_id: Option<GlobalId<ProductVariantId>>,
    /// The packaging it is the price of; left out, the base unit.
    packaging_id: Option<GlobalId<PackagingId>>,
    /// From this quantity of a line on, in base units whatever the packaging; any where none is
    /// given.
    min_quantity: Option<Decimal>,
    /// The price of one unit: 0 or more, up to four places; null: from the day on there is none.
    price: Option<Decimal>,
}

impl From<PriceInput> for NewPrice {
    fn from(input: PriceInput) -> Self {
        Self {
            product: input.product_id.0,
            variant: input.variant_id.map(|id| id.0),
            packaging: input.packaging_id.map(|id| id.0),
            min_quantity: input.min_quantity.map_or(kernel::Decimal::ZERO, |least| least.0),
            price: input.price.map(|price| price.0),
        }
    }
}

/// Prices of one list from one day on.
#[derive(InputObject)]
pub struct SetPricesInput {
    /// The list.
    price_list_id: GlobalId<PriceListId>,
    /// The first day they hold.
    valid_from: Date,
    /// The prices, each product once in a variant, packaging and quantity; at most 5,000.
    prices: Vec<PriceInput>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

payloads! {
    /// What came of making a price list.
    CreatePriceListPayload {
        /// The list; null where it was refused.
        price_list: PriceList
    }
    /// What came of changing a price list.
    UpdatePriceListPayload {
        /// The list; null where it was refused.
        price_list: PriceList
    }
    /// What came of setting prices.
    SetPricesPayload {
        /// The list; null where it was refused.
        price_list: PriceList
    }
}

/// Mutations of price lists and prices.
#[derive(Default)]
pub struct PriceListMutation;

#[Object]
impl PriceListMutation {
    /// Makes a price list.
    async fn create_price_list(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The list.")] input: CreatePriceListInput,
    ) -> async_graphql::Result<CreatePriceListPayload> {
        let fields = PriceListChanges {
            name: Some(input.name),
            currency: input.currency.map(|code| code.0),
            includes_vat: Some(input.includes_vat),
            is_default: input.is_default,
            base_list_id: Some(input.base_list_id.map(|id| id.0)),
            coefficient: Some(input.coefficient.map(|of| of.0)),
            rounding_step: Some(input.rounding_step.map(|step| step.0)),
            rounding_direction: Some(input.rounding_direction.map(Into::into)),
            external_reference: Some(input.external_reference),
        };
        let done = mutate(ctx, CreatePriceList { fields }, input.idempotency_key).await?;
        let price_list = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreatePriceListPayload { price_list, user_errors: done.user_errors })
    }

    /// Changes a price list.
    async fn update_price_list(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdatePriceListInput,
    ) -> async_graphql::Result<UpdatePriceListPayload> {
        let fields = PriceListChanges {
            name: input.name,
            currency: None,
            includes_vat: None,
            is_default: input.is_default,
            base_list_id: change(input.base_list_id, |id| id.0),
            coefficient: input.coefficient.map(|of| Some(of.0)),
            rounding_step: change(input.rounding_step, |step| step.0),
            rounding_direction: input.rounding_direction.map(|way| Some(way.into())),
            external_reference: change(input.external_reference, |text| text),
        };
        let (id, version, archived) = (input.id.0, input.version, input.archived);
        let command = UpdatePriceList { id, version, fields, archived };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let price_list = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdatePriceListPayload { price_list, user_errors: done.user_errors })
    }

    /// Sets prices of one list from one day on; prices of the same day are replaced.
    async fn set_prices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The prices.")] input: SetPricesInput,
    ) -> async_graphql::Result<SetPricesPayload> {
        let command = SetPrices {
            price_list: input.price_list_id.0,
            valid_from: input.valid_from.0,
            prices: input.prices.into_iter().map(Into::into).collect(),
        };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let price_list = Session::of(ctx)?.load_made(done.output).await?;
        Ok(SetPricesPayload { price_list, user_errors: done.user_errors })
    }
}
