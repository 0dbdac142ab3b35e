//! Batched reads of quotes.

use std::collections::HashMap;
use std::sync::Arc;

use ::catalog::pricing::Explanation;
use ::sales::{ReadOrders, ReadQuotes};
use kernel::{CustomerId, OrderId, Page, QuoteId, QuoteLineId, Uuid};

use super::line::QuoteLine;
use super::mail::OutgoingMail;
use super::quote::Quote;
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::COUNT_CAP;
use crate::sales::loads::alike;

/// The lines of a quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct QuoteLinesOf(pub(super) QuoteId);

/// All versions of a quote, by the first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct VersionsOf(pub(super) QuoteId);

/// The orders that were made of a quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct OrdersOfQuote(pub(super) QuoteId);

/// The letters that brought a quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct MailsOf(pub(super) QuoteId);

/// Why a line of a quote costs what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct OfferedFor(pub(super) QuoteLineId);

/// The newest quotes for a customer: so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct QuotesOfCustomer {
    pub(super) customer: CustomerId,
    pub(super) limit: u32,
}

/// How many quotes a customer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct QuoteCountOf(pub(super) CustomerId);

impl Load<QuoteId> for Loaders {
    type Value = Quote;

    async fn load(&self, keys: &[QuoteId]) -> Loaded<QuoteId, Quote> {
        let permit = self.permit::<ReadQuotes>()?;
        let found = ::sales::quotes_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

impl Load<QuoteLineId> for Loaders {
    type Value = QuoteLine;

    async fn load(&self, keys: &[QuoteLineId]) -> Loaded<QuoteLineId, QuoteLine> {
        let permit = self.permit::<ReadQuotes>()?;
        let found = ::sales::quote_lines_by_id(&*self.tx().await?, &permit, keys).await?;
        let shaped =
            |(id, (row, currency, with_vat))| (id, QuoteLine::new(row, currency, with_vat));
        Ok(found.into_iter().map(shaped).collect())
    }
}

impl Load<QuoteLinesOf> for Loaders {
    type Value = Vec<::sales::QuoteLine>;

    async fn load(&self, keys: &[QuoteLinesOf]) -> Loaded<QuoteLinesOf, Self::Value> {
        let permit = self.permit::<ReadQuotes>()?;
        let ids: Vec<QuoteId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::quote_lines_by_quote(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (QuoteLinesOf(id), rows)).collect())
    }
}

impl Load<VersionsOf> for Loaders {
    type Value = Vec<Quote>;

    async fn load(&self, keys: &[VersionsOf]) -> Loaded<VersionsOf, Vec<Quote>> {
        let permit = self.permit::<ReadQuotes>()?;
        let ids: Vec<QuoteId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::versions_by_root(&*self.tx().await?, &permit, &ids).await?;
        let shaped = |rows: Vec<::sales::Quote>| rows.into_iter().map(Into::into).collect();
        Ok(found.into_iter().map(|(id, rows)| (VersionsOf(id), shaped(rows))).collect())
    }
}

impl Load<OrdersOfQuote> for Loaders {
    type Value = Vec<OrderId>;

    async fn load(&self, keys: &[OrdersOfQuote]) -> Loaded<OrdersOfQuote, Vec<OrderId>> {
        let permit = self.permit::<ReadOrders>()?;
        let ids: Vec<QuoteId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::orders_by_quote(&*self.tx().await?, &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (OrdersOfQuote(id), rows)).collect())
    }
}

impl Load<MailsOf> for Loaders {
    type Value = Vec<OutgoingMail>;

    async fn load(&self, keys: &[MailsOf]) -> Loaded<MailsOf, Vec<OutgoingMail>> {
        // Whoever holds a quote saw it: the letters are asked for by nobody else.
        let permit = self.permit::<ReadQuotes>()?;
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0.0).collect();
        let found = outbound::mails_by_subject(&*self.tx().await?, &permit, &ids).await?;
        let shaped = |rows: Vec<outbound::Mail>| rows.into_iter().map(Into::into).collect();
        Ok(found.into_iter().map(|(id, rows)| (MailsOf(QuoteId(id)), shaped(rows))).collect())
    }
}

impl Load<OfferedFor> for Loaders {
    type Value = Arc<Explanation>;

    async fn load(&self, keys: &[OfferedFor]) -> Loaded<OfferedFor, Arc<Explanation>> {
        let permit = self.permit::<ReadQuotes>()?;
        let ids: Vec<QuoteLineId> = keys.iter().map(|key| key.0).collect();
        let found = ::sales::quote_explanations(&*self.tx().await?, &permit, &ids).await?;
        let each = found.into_iter().map(|(id, found)| (OfferedFor(id), Arc::new(found)));
        Ok(each.collect::<HashMap<_, _>>())
    }
}

impl Load<QuotesOfCustomer> for Loaders {
    type Value = Page<::sales::Quote>;

    async fn load(&self, keys: &[QuotesOfCustomer]) -> Loaded<QuotesOfCustomer, Self::Value> {
        let permit = self.permit::<ReadQuotes>()?;
        let tx = self.tx().await?;
        let mut pages = HashMap::new();
        for (limit, ids) in alike(keys.iter().map(|key| (key.limit, key.customer))) {
            let found = ::sales::quotes_of_customers(&tx, &permit, &ids, limit).await?;
            let keyed = |(customer, page)| (QuotesOfCustomer { customer, limit }, page);
            pages.extend(found.into_iter().map(keyed));
        }
        Ok(pages)
    }
}

impl Load<QuoteCountOf> for Loaders {
    type Value = i64;

    async fn load(&self, keys: &[QuoteCountOf]) -> Loaded<QuoteCountOf, i64> {
        let permit = self.permit::<ReadQuotes>()?;
        let ids: Vec<CustomerId> = keys.iter().map(|key| key.0).collect();
        let (tx, cap) = (self.tx().await?, COUNT_CAP + 1);
        let found = ::sales::count_quotes_of_customers(&tx, &permit, &ids, cap).await?;
        Ok(found.into_iter().map(|(id, count)| (QuoteCountOf(id), count)).collect())
    }
}
