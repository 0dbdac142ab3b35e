//! Currencies with their dated rates against the tenant's base currency.

use std::collections::HashMap;

use ::catalog::{
    Create, ReadDirectory, SetCurrencyRates, TenantCurrencyChanges, Update, currency_rates,
    exchange_rates,
};
use async_graphql::{
    ComplexObject, Context, ID, InputObject, MaybeUndefined, Object, SimpleObject,
};
use kernel::{CurrencyId, NaiveDate};

use super::list::{Around, DirectoryFilter, DirectoryOrder, by_ids, short_list};
use super::noted::Noted;
use super::payloads;
use crate::errors::Failure;
use crate::idempotency::mutate;
use crate::identity::change;
use crate::ids::{GlobalId, global};
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::Connection;
use crate::scalars::{CurrencyCode, Date, Decimal};
use crate::session::Session;
use crate::user_error::UserError;

/// A currency the tenant works in. The base currency needs none: it is 1 to itself.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct Currency {
    /// The opaque global id.
    #[graphql(owned)]
    pub id: ID,
    /// Its code of ISO 4217; unique in the tenant.
    code: CurrencyCode,
    /// Its name.
    name: String,
    #[graphql(flatten)]
    noted: Noted,
    #[graphql(skip)]
    key: CurrencyId,
}

impl From<::catalog::TenantCurrency> for Currency {
    fn from(row: ::catalog::TenantCurrency) -> Self {
        Self {
            id: global(row.id),
            code: row.fields.code.into(),
            name: row.fields.name,
            noted: Noted::of(row.id, row.fields.external_reference, &row.record),
            key: row.id,
        }
    }
}

#[ComplexObject]
impl Currency {
    /// Its rates, the newest first.
    async fn rates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many, at most 250.", default = 50)] first: i32,
    ) -> async_graphql::Result<Vec<CurrencyRate>> {
        let Some(first) = u32::try_from(first).ok().filter(|first| *first <= 250) else {
            return Err(Failure::bad_input(
                "give first from 0 to 250",
                "укажите first от 0 до 250",
            )
            .into());
        };
        let key = RatesOf { currency: self.key, first };
        Ok(Session::of(ctx)?.load(key).await?.unwrap_or_default())
    }

    /// The latest rate not after the day; null where there is none.
    async fn rate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today where none is given.")] on: Option<Date>,
    ) -> async_graphql::Result<Option<CurrencyRate>> {
        let key = RateOn { currency: self.code.0, on: on.map(|day| day.0) };
        Ok(Session::of(ctx)?.load(key).await?)
    }
}

impl Load<CurrencyId> for Loaders {
    type Value = Currency;

    async fn load(&self, keys: &[CurrencyId]) -> Loaded<CurrencyId, Currency> {
        by_ids::<::catalog::TenantCurrency, _>(self, keys).await
    }
}

/// A currency against the base currency: so many units of the base currency for `nominal` units
/// of this one.
#[derive(Clone, SimpleObject)]
pub struct CurrencyRate {
    /// Units of the base currency for `nominal` units, with up to six places.
    rate: Decimal,
    /// How many units the rate is for.
    nominal: i32,
    /// The first day it holds; null for the base currency itself.
    valid_from: Option<Date>,
}

impl From<::catalog::CurrencyRate> for CurrencyRate {
    fn from(row: ::catalog::CurrencyRate) -> Self {
        let valid_from = Some(row.valid_from.into());
        Self { rate: Decimal(row.rate.normalize()), nominal: row.nominal, valid_from }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct RatesOf {
    currency: CurrencyId,
    first: u32,
}

impl Load<RatesOf> for Loaders {
    type Value = Vec<CurrencyRate>;

    async fn load(&self, keys: &[RatesOf]) -> Loaded<RatesOf, Vec<CurrencyRate>> {
        let permit = self.permit::<ReadDirectory>()?;
        let tx = self.tx().await?;
        // One statement for each number that the query's text names.
        let mut by_first: HashMap<u32, Vec<CurrencyId>> = HashMap::new();
        for key in keys {
            by_first.entry(key.first).or_default().push(key.currency);
        }
        let mut loaded = HashMap::new();
        for (first, ids) in by_first {
            for (currency, rows) in currency_rates(&tx, &permit, &ids, first).await? {
                let rates = rows.into_iter().map(CurrencyRate::from).collect();
                loaded.insert(RatesOf { currency, first }, rates);
            }
        }
        Ok(loaded)
    }
}

/// The rate of a currency on a day; today where none is given.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct RateOn {
    currency: kernel::Currency,
    on: Option<NaiveDate>,
}

impl Load<RateOn> for Loaders {
    type Value = CurrencyRate;

    async fn load(&self, keys: &[RateOn]) -> Loaded<RateOn, CurrencyRate> {
        let permit = self.permit::<ReadDirectory>()?;
        let tx = self.tx().await?;
        // One statement for each day that the query's text names.
        let mut by_day: HashMap<Option<NaiveDate>, Vec<kernel::Currency>> = HashMap::new();
        for key in keys {
            by_day.entry(key.on).or_default().push(key.currency);
        }
        let mut loaded = HashMap::new();
        for (on, codes) in by_day {
            let day = on.unwrap_or_else(|| tx.today());
            for (currency, row) in exchange_rates(&tx, &permit, &codes, day).await? {
                let valid_from = row.valid_from.map(Into::into);
                let rate = Decimal(row.rate.normalize());
                let found = CurrencyRate { rate, nominal: row.nominal, valid_from };
                loaded.insert(RateOn { currency, on }, found);
            }
        }
        Ok(loaded)
    }
}

/// Queries of currencies and their rates.
#[derive(Default)]
pub struct CurrencyQuery;

#[Object]
#[expect(clippy::too_many_arguments, reason = "Relay connections with filter and order")]
impl CurrencyQuery {
    /// The currencies the tenant works in, besides its base currency.
    async fn currencies(
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
    ) -> async_graphql::Result<Connection<Currency>> {
        let around = Around { first, after, last, before };
        let filter = filter.unwrap_or_default().into();
        Ok(short_list::<::catalog::TenantCurrency, _>(ctx, filter, order_by, around).await?)
    }

    /// One currency.
    async fn currency(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<CurrencyId>,
    ) -> async_graphql::Result<Option<Currency>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }

    /// What a currency is worth in the tenant's base currency on a day: the latest rate not after
    /// it, 1 for the base currency itself, null where there is no rate.
    async fn exchange_rate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The currency.")] currency: CurrencyCode,
        #[graphql(desc = "The day; today where none is given.")] on: Option<Date>,
    ) -> async_graphql::Result<Option<CurrencyRate>> {
        let key = RateOn { currency: currency.0, on: on.map(|day| day.0) };
        Ok(Session::of(ctx)?.load(key).await?)
    }
}

/// A new currency.
#[derive(InputObject)]
pub struct CreateCurrencyInput {
    /// Its code of ISO 4217; stays as it was made.
    code: CurrencyCode,
    /// Its name.
    name: String,
    /// Its key in another system; unique in the tenant.
    external_reference: Option<String>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Changes of a currency; what is left out stays, null empties.
#[derive(InputObject)]
pub struct UpdateCurrencyInput {
    /// Which one.
    id: GlobalId<CurrencyId>,
    /// The version that was read.
    version: i32,
    /// Its name.
    name: Option<String>,
    /// Its key in another system; unique in the tenant.
    external_reference: MaybeUndefined<String>,
    /// Archives or restores it.
    archived: Option<bool>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// A currency's rate from a day on.
#[derive(InputObject)]
pub struct CurrencyRateInput {
    /// The first day it holds.
    valid_from: Date,
    /// Units of the base currency for `nominal` units: above zero, up to six places.
    rate: Decimal,
    /// How many units the rate is for, 1 to 1,000,000.
    #[graphql(default = 1)]
    nominal: i32,
}

/// Rates of one currency.
#[derive(InputObject)]
pub struct SetCurrencyRatesInput {
    /// The currency.
    currency_id: GlobalId<CurrencyId>,
    /// The rates, each day once; a rate of the same day is replaced. With the removed ones at
    /// most 1,000.
    #[graphql(default)]
    rates: Vec<CurrencyRateInput>,
    /// The days whose rates are taken away.
    #[graphql(default)]
    removed: Vec<Date>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

payloads! {
    /// What came of making a currency.
    CreateCurrencyPayload {
        /// The currency; null where it was refused.
        currency: Currency
    }
    /// What came of changing a currency.
    UpdateCurrencyPayload {
        /// The currency; null where it was refused.
        currency: Currency
    }
    /// What came of setting rates of a currency.
    SetCurrencyRatesPayload {
        /// The currency; null where it was refused.
        currency: Currency
    }
}

/// Mutations of currencies and their rates.
#[derive(Default)]
pub struct CurrencyMutation;

#[Object]
impl CurrencyMutation {
    /// Makes a currency.
    async fn create_currency(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The currency.")] input: CreateCurrencyInput,
    ) -> async_graphql::Result<CreateCurrencyPayload> {
        let fields = TenantCurrencyChanges {
            code: Some(input.code.0),
            name: Some(input.name),
            external_reference: Some(input.external_reference),
        };
        let command = Create::<::catalog::TenantCurrency> { fields };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let currency = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreateCurrencyPayload { currency, user_errors: done.user_errors })
    }

    /// Changes a currency.
    async fn update_currency(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateCurrencyInput,
    ) -> async_graphql::Result<UpdateCurrencyPayload> {
        let fields = TenantCurrencyChanges {
            code: None,
            name: input.name,
            external_reference: change(input.external_reference, |text| text),
        };
        let (id, version, archived) = (input.id.0, input.version, input.archived);
        let command = Update::<::catalog::TenantCurrency> { id, version, fields, archived };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let currency = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdateCurrencyPayload { currency, user_errors: done.user_errors })
    }

    /// Sets and removes rates of a currency; documents keep the rate they were posted at. Needs
    /// the right rate.write.
    async fn set_currency_rates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rates.")] input: SetCurrencyRatesInput,
    ) -> async_graphql::Result<SetCurrencyRatesPayload> {
        let rate = |one: &CurrencyRateInput| ::catalog::CurrencyRate {
            valid_from: one.valid_from.0,
            rate: one.rate.0,
            nominal: one.nominal,
        };
        let command = SetCurrencyRates {
            currency: input.currency_id.0,
            rates: input.rates.iter().map(rate).collect(),
            removed: input.removed.iter().map(|day| day.0).collect(),
        };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let currency = Session::of(ctx)?.load_made(done.output).await?;
        Ok(SetCurrencyRatesPayload { currency, user_errors: done.user_errors })
    }
}
