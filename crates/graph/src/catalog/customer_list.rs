//! The list of customers.

use ::catalog::{CustomerSort, ReadContacts, ReadCustomers, Seen};
use async_graphql::{Context, Enum, InputObject, Object};
use kernel::{CustomerId, Direction, RegionId, SalesChannelId, UserId};

use super::customer::Customer;
use super::list::{ArchivedFilter, Around};
use crate::custom::{CustomFieldCondition, conditions};
use crate::errors::Failure;
use crate::ids::GlobalId;
use crate::paging::{Connection, OrderDirection};
use crate::session::Session;

/// Which customers; all conditions hold at once.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CustomerFilter {
    /// Those with these ids.
    #[graphql(validator(max_items = 250))]
    ids: Option<Vec<GlobalId<CustomerId>>>,
    /// Archived ones or not.
    #[graphql(default)]
    archived: ArchivedFilter,
    /// Those this manager is responsible for.
    manager_id: Option<GlobalId<UserId>>,
    /// Those in this sales region.
    region_id: Option<GlobalId<RegionId>>,
    /// Those that buy through this sales channel.
    sales_channel_id: Option<GlobalId<SalesChannelId>>,
    /// Those with this tax number (ИНН). Needs the right customer.contact.
    inn: Option<String>,
    /// Those with this VAT number, as it is written on the card. Needs the right
    /// customer.contact.
    vat_id: Option<String>,
    /// Those with all these tags, whatever their case. Needs the right customer.contact.
    #[graphql(validator(max_items = 20))]
    tags: Option<Vec<String>>,
    /// The one with this key in another system; the card it was merged into, where it was.
    external_reference: Option<String>,
    /// Those whose custom fields hold all of this; at most 10 conditions.
    custom_fields: Option<Vec<CustomFieldCondition>>,
}

impl CustomerFilter {
    fn asks_for_contacts(&self) -> bool {
        self.inn.is_some() || self.vat_id.is_some() || self.tags.is_some()
    }
}

/// What the search and the filter may look at. Whoever sees tax numbers of fewer customers than
/// names is not to find the others by their numbers.
fn seen(session: &Session, filter: &CustomerFilter) -> Result<Seen, Failure> {
    let names = session.permit::<ReadCustomers>()?;
    match session.permit::<ReadContacts>() {
        Ok(contacts) if contacts.managers() == names.managers() => Ok(Seen::Contacts),
        Ok(_) if filter.asks_for_contacts() => {
            Err(access::Forbidden(access::Right::CustomerContact).into())
        }
        Ok(_) => Ok(Seen::Names),
        Err(failure) if failure.is_forbidden() && !filter.asks_for_contacts() => Ok(Seen::Names),
        Err(failure) => Err(failure),
    }
}

/// What a search of the caller may look at.
///
/// # Errors
/// FORBIDDEN for who may not see customers.
pub(crate) fn seen_by(session: &Session) -> Result<Seen, Failure> {
    seen(session, &CustomerFilter::default())
}

/// What customers are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "CustomerSort")]
pub enum CustomerOrderField {
    /// By name, without regard to case.
    Name,
    /// By the time they were made.
    CreatedAt,
    /// The best find first; by name where nothing is searched for.
    Relevance,
}

/// The order of customers; their id breaks ties.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct CustomerOrder {
    /// By what.
    field: CustomerOrderField,
    /// Which way.
    #[graphql(default_with = "OrderDirection::Asc")]
    direction: OrderDirection,
}

/// Queries of customers.
#[derive(Default)]
pub struct CustomerQuery;

#[Object]
impl CustomerQuery {
    /// The customers within reach: the best find first where something is searched for, else by
    /// name.
    #[expect(clippy::too_many_arguments, reason = "a Relay connection with filter and order")]
    async fn customers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<CustomerFilter>,
        #[graphql(desc = "The order.")] order_by: Option<CustomerOrder>,
        #[graphql(desc = "Words that name, legal name, tax or VAT number, telephones or e-mails \
                          must hold, or such a number as it is; where little is found, as typed \
                          on another keyboard, in the other alphabet or with a wrong letter. The \
                          200 best finds are given. Names alone for who lacks the right \
                          customer.contact.")]
        search: Option<String>,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Customer>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadCustomers>()?;
        let filter = filter.unwrap_or_default();
        let seen = seen(session, &filter)?;
        let custom = conditions::<::catalog::Customer>(session, filter.custom_fields).await?;
        let filter = ::catalog::CustomerFilter {
            ids: filter.ids.map(|ids| ids.into_iter().map(|id| id.0).collect()),
            archived: filter.archived.into(),
            manager: filter.manager_id.map(|id| id.0),
            sales_channel: filter.sales_channel_id.map(|id| id.0),
            region: filter.region_id.map(|id| id.0),
            inn: filter.inn,
            vat_id: filter.vat_id,
            tags: filter.tags.unwrap_or_default(),
            custom,
            external_reference: filter.external_reference,
            search,
            seen,
        };
        let (sort, direction) = match order_by {
            Some(order) => (order.field.into(), order.direction.into()),
            None if filter.search.is_some() => (CustomerSort::Relevance, Direction::Asc),
            None => (CustomerSort::Name, Direction::Asc),
        };
        let page = Around { first, after, last, before }.request(sort.as_str())?;
        let tx = session.tx().await?;
        let rows = ::catalog::customers(&tx, &permit, &filter, sort, direction, &page).await?;
        Ok(Connection::of(rows, Customer::from).counted(move |session| {
            let (permit, filter) = (permit.clone(), filter.clone());
            async move {
                let tx = session.tx().await?;
                Ok(::catalog::count_customers(&tx, &permit, &filter).await?)
            }
        }))
    }

    /// One customer within reach.
    async fn customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<CustomerId>,
    ) -> async_graphql::Result<Option<Customer>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }
}
