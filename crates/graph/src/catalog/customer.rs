//! A customer with its edges.

use ::catalog::{ReadContacts, ReadCustomers, ReadTerms, Whose, customers_by_id};
use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use kernel::{CustomerId, DepartmentId, PriceSegmentId, RegionId, SalesChannelId, TeamId};

use super::contacts::{ContactPerson, ContactsOf};
use super::contract::{Contract, ContractsOf};
use super::delivery_address::{AddressesOf, DeliveryAddress};
use super::directories::Region;
use super::merging::CardsMergedInto;
use super::noted::Noted;
use super::segments::{PriceSegment, SalesChannel};
use super::terms::{Agreement, AgreementsOf};
use crate::custom::{CustomFieldValue, custom_fields_of};
use crate::errors::Failure;
use crate::files::{Attachment, OfCustomer, files_of};
use crate::identity::{Department, Team, User};
use crate::ids::global;
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::Connection;
use crate::sales::{
    Quote, SalesOrder, Shipment, orders_of_customer, quotes_of_customer, shipments_of_customer,
};
use crate::scalars::{DateTime, Money};
use crate::session::Session;
use crate::settlements::{
    Invoice, Payment, Receivable, invoices_of_customer, payments_of_customer,
    receivables_of_customer,
};

/// A company that buys.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct Customer {
    /// The opaque global id.
    #[graphql(owned)]
    pub id: ID,
    /// The name people call it by.
    name: String,
    /// The name that papers carry.
    legal_name: Option<String>,
    /// Its postal address.
    address: Option<String>,
    #[graphql(flatten)]
    noted: Noted,
    /// For edges of other contexts.
    #[graphql(skip)]
    pub(crate) key: CustomerId,
    #[graphql(skip)]
    region_id: Option<RegionId>,
    #[graphql(skip)]
    sales_channel_id: Option<SalesChannelId>,
    #[graphql(skip)]
    price_segment_id: Option<PriceSegmentId>,
    #[graphql(skip)]
    department_id: Option<DepartmentId>,
    #[graphql(skip)]
    team_id: Option<TeamId>,
    #[graphql(skip)]
    whose: Whose,
    #[graphql(skip)]
    limit: Option<Money>,
    #[graphql(skip)]
    contact: Contact,
    #[graphql(skip)]
    merged_at: Option<DateTime>,
}

/// What needs the right customer.contact.
#[derive(Clone, Default)]
struct Contact {
    inn: Option<String>,
    kpp: Option<String>,
    vat_id: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    tags: Vec<String>,
}

impl From<::catalog::Customer> for Customer {
    fn from(row: ::catalog::Customer) -> Self {
        let (whose, merged_at) = (row.whose(), row.merged_at.map(Into::into));
        let fields = row.fields;
        Self {
            id: global(row.id),
            name: fields.name,
            legal_name: fields.legal_name,
            address: fields.address,
            noted: Noted::of(row.id, fields.external_reference, &row.record),
            key: row.id,
            region_id: fields.region_id,
            sales_channel_id: fields.sales_channel_id,
            price_segment_id: fields.price_segment_id,
            department_id: fields.department_id,
            team_id: fields.team_id,
            whose,
            limit: fields.credit_limit.map(|limit| Money::new(limit, fields.credit_limit_currency)),
            contact: Contact {
                inn: fields.inn,
                kpp: fields.kpp,
                vat_id: fields.vat_id,
                phone: fields.phone,
                email: fields.email,
                tags: fields.tags,
            },
            merged_at,
        }
    }
}

impl Customer {
    /// What came with another record in one statement. Only for a resolver that has looked ahead
    /// and seen that nothing but `id` and `name` is asked: the rest is blank.
    pub(crate) fn brief(key: CustomerId, name: String) -> Self {
        Self {
            id: global(key),
            name,
            legal_name: None,
            address: None,
            noted: Noted::unread(key),
            key,
            region_id: None,
            sales_channel_id: None,
            price_segment_id: None,
            department_id: None,
            team_id: None,
            whose: Whose { id: key, manager_id: None, heir: None },
            limit: None,
            contact: Contact::default(),
            merged_at: None,
        }
    }

    /// The right to see terms may reach fewer customers than the right to see customers.
    fn may_see_terms(&self, session: &Session) -> Result<(), Failure> {
        let permit = session.permit::<ReadTerms>()?;
        if self.whose.is_reached(&permit) {
            return Ok(());
        }
        Err(access::Forbidden(access::Right::TermsRead).into())
    }

    /// The same for tax numbers, telephones and people.
    fn contact(&self, session: &Session) -> Result<&Contact, Failure> {
        let permit = session.permit::<ReadContacts>()?;
        if self.whose.is_reached(&permit) {
            return Ok(&self.contact);
        }
        Err(access::Forbidden(access::Right::CustomerContact).into())
    }

    async fn terms(&self, session: &Session) -> Result<Vec<Agreement>, Failure> {
        self.may_see_terms(session)?;
        Ok(session.load(AgreementsOf(self.key)).await?.unwrap_or_default())
    }
}

#[ComplexObject]
impl Customer {
    /// Its sales region.
    async fn region(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Region>> {
        match self.region_id {
            Some(id) => Ok(Session::of(ctx)?.load(id).await?),
            None => Ok(None),
        }
    }

    /// The sales channel it buys through.
    async fn sales_channel(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<SalesChannel>> {
        Ok(Session::of(ctx)?.load_made(self.sales_channel_id).await?)
    }

    /// The segment that drives its prices. Needs the rights terms.read and price.read.
    async fn price_segment(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<PriceSegment>> {
        let session = Session::of(ctx)?;
        self.may_see_terms(session)?;
        match self.price_segment_id {
            Some(id) => Ok(session.load(id).await?),
            None => Ok(None),
        }
    }

    /// The department that looks after it.
    async fn department(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Department>> {
        Ok(Session::of(ctx)?.load_made(self.department_id).await?)
    }

    /// The team that looks after it.
    async fn team(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Team>> {
        Ok(Session::of(ctx)?.load_made(self.team_id).await?)
    }

    /// The responsible manager: the reach OWN of a right means the records of his customers.
    async fn manager(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(self.whose.manager_id).await?)
    }

    /// Its tax number (ИНН): 10 or 12 digits. Needs the right customer.contact.
    async fn inn(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<String>> {
        Ok(self.contact(Session::of(ctx)?)?.inn.clone())
    }

    /// Its registration reason code (КПП): nine characters. Needs the right customer.contact.
    async fn kpp(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<String>> {
        Ok(self.contact(Session::of(ctx)?)?.kpp.clone())
    }

    /// Its VAT number where it is not Russian, with the country's two letters. Needs the right
    /// customer.contact.
    async fn vat_id(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<String>> {
        Ok(self.contact(Session::of(ctx)?)?.vat_id.clone())
    }

    /// Its telephone number, as typed. Needs the right customer.contact.
    async fn phone(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<String>> {
        Ok(self.contact(Session::of(ctx)?)?.phone.clone())
    }

    /// Its e-mail address. Needs the right customer.contact.
    async fn email(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<String>> {
        Ok(self.contact(Session::of(ctx)?)?.email.clone())
    }

    /// The words it is marked with; null for who may not see them, with an error FORBIDDEN. Needs
    /// the right customer.contact.
    async fn tags(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<String>>> {
        Ok(Some(self.contact(Session::of(ctx)?)?.tags.clone()))
    }

    /// Its contact persons, oldest first; null for who may not see them, with an error FORBIDDEN.
    /// Needs the right customer.contact.
    async fn contacts(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Vec<ContactPerson>>> {
        let session = Session::of(ctx)?;
        self.contact(session)?;
        Ok(Some(session.load(ContactsOf(self.key)).await?.unwrap_or_default()))
    }

    /// Where its goods go, the default address first.
    async fn delivery_addresses(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<DeliveryAddress>> {
        Ok(Session::of(ctx)?.load(AddressesOf(self.key)).await?.unwrap_or_default())
    }

    /// The contracts with it, the newest first; null for who may not see terms, with an error
    /// FORBIDDEN. Needs the right terms.read.
    async fn contracts(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<Contract>>> {
        let session = Session::of(ctx)?;
        self.may_see_terms(session)?;
        Ok(Some(session.load(ContractsOf(self.key)).await?.unwrap_or_default()))
    }

    /// The most it may owe; null is no limit. Needs the right terms.read.
    async fn credit_limit(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        self.may_see_terms(Session::of(ctx)?)?;
        Ok(self.limit)
    }

    /// Its agreements in use, the default one first; null for who may not see terms, with an
    /// error FORBIDDEN. Needs the right terms.read.
    async fn agreements(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<Agreement>>> {
        Ok(Some(self.terms(Session::of(ctx)?).await?))
    }

    /// The agreement that orders are made on where they name none. Needs the right terms.read.
    async fn default_agreement(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Agreement>> {
        let agreements = self.terms(Session::of(ctx)?).await?;
        Ok(agreements.into_iter().find(|agreement| agreement.is_default))
    }

    /// Its orders, the newest first. Further pages stand in the root field `orders`, with the same
    /// cursors. Needs the right order.read.
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many, at most 250; 50 where none is given.")] first: Option<i32>,
    ) -> async_graphql::Result<Option<Connection<SalesOrder>>> {
        Ok(Some(orders_of_customer(Session::of(ctx)?, self.key, first).await?))
    }

    /// Quotes for it, the newest first. Further pages stand in the root field `quotes`, with the same
    /// cursors. Needs the right quote.read.
    async fn quotes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many, at most 250; 50 where none is given.")] first: Option<i32>,
    ) -> async_graphql::Result<Option<Connection<Quote>>> {
        Ok(Some(quotes_of_customer(Session::of(ctx)?, self.key, first).await?))
    }

    /// Shipments to it, the newest first. Further pages stand in the root field `shipments`, with
    /// the same cursors. Needs the right shipment.read.
    async fn shipments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many, at most 250; 50 where none is given.")] first: Option<i32>,
    ) -> async_graphql::Result<Option<Connection<Shipment>>> {
        Ok(Some(shipments_of_customer(Session::of(ctx)?, self.key, first).await?))
    }

    /// What it owes and owed, the earliest due first. Further pages stand in the root field
    /// `receivables`, with the same cursors. Needs the right receivable.read.
    async fn receivables(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Those with something left to pay (true) or with nothing left (false).")]
        open: Option<bool>,
        #[graphql(desc = "So many, at most 250; 50 where none is given.")] first: Option<i32>,
    ) -> async_graphql::Result<Option<Connection<Receivable>>> {
        let session = Session::of(ctx)?;
        Ok(Some(receivables_of_customer(session, self.key, open, first).await?))
    }

    /// What it has paid, the newest first. Further pages stand in the root field `payments`, with
    /// the same cursors. Needs the right payment.read.
    async fn payments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many, at most 250; 50 where none is given.")] first: Option<i32>,
    ) -> async_graphql::Result<Option<Connection<Payment>>> {
        Ok(Some(payments_of_customer(Session::of(ctx)?, self.key, first).await?))
    }

    /// The requests to pay it got, the newest first; all of them stand in the root field `invoices`.
    /// Needs the right invoice.read.
    async fn invoices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many, at most 250; 50 where none is given.")] first: Option<i32>,
    ) -> async_graphql::Result<Option<Vec<Invoice>>> {
        Ok(Some(invoices_of_customer(Session::of(ctx)?, self.key, first).await?))
    }

    /// The card that stands for it since the two were merged: everything of both is there. Never
    /// itself a merged one. Null for a card that was not merged, and for who does not see the other
    /// one.
    async fn merged_into(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Self>> {
        let heir = self.whose.heir.map(|(id, _)| id);
        Ok(Session::of(ctx)?.load_made(heir).await?)
    }

    /// When it was merged into another card; null for one that was not.
    async fn merged_at(&self) -> Option<DateTime> {
        self.merged_at
    }

    /// The cards that were merged into it, as they were then, the latest first, at most 100. Each
    /// has its own history; its documents are here.
    async fn merged_cards(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Self>> {
        Ok(Session::of(ctx)?.load(CardsMergedInto(self.key)).await?.unwrap_or_default())
    }

    /// What its custom fields hold, as far as the caller sees them, in the order of cards; those
    /// that hold nothing are absent.
    async fn custom_fields(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<CustomFieldValue>> {
        Ok(custom_fields_of::<::catalog::Customer>(Session::of(ctx)?, self.key).await?)
    }

    /// Its files, oldest first: contracts and the like, at most 200. They tell terms, so they need
    /// the right terms.read; null for who lacks it, with an error FORBIDDEN.
    async fn attachments(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Vec<Attachment>>> {
        Ok(Some(files_of::<OfCustomer>(Session::of(ctx)?, self.key.0).await?))
    }
}

impl Load<CustomerId> for Loaders {
    type Value = Customer;

    async fn load(&self, keys: &[CustomerId]) -> Loaded<CustomerId, Customer> {
        let permit = self.permit::<ReadCustomers>()?;
        let found = customers_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}
