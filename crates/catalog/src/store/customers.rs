//! Customers and their contact persons. The permit's reach is part of every query: whose customer
//! it is, and the one customer a partner's key is bound to.

use std::collections::HashMap;

use access::{Action, Permit};
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    ContactId, CustomerId, Direction, Page, PageRequest, RegionId, SalesChannelId, UserId,
};

use super::card::{CHANNELS, ChannelColumns};
use super::custom_values::push_conditions;
use super::directories::AROUND;
use super::listing::{self, Archived, Key, Slice};
use super::search::Sought;
use super::uuids;
use crate::records::{ContactFields, ContactPerson, Customer, Record};
use crate::rules::{Condition, tag_key};
use crate::{ReadContacts, ReadCustomers};

const COLUMNS: &str = "r.name, r.legal_name, r.inn, r.kpp, r.vat_id, r.tags, r.region_id, r.sales_channel_id, \
                       r.price_segment_id, r.department_id, r.team_id, r.manager_id, r.phone, \
                       r.email, r.address, r.credit_limit, r.credit_limit_currency, \
                       r.merged_into, r.merged_at, \
                       (select h.manager_id from customer h \
                        where h.tenant_id = r.tenant_id and h.id = r.merged_into) \
                           as heir_manager_id";

/// Most merged cards of one customer that are read at once.
const MOST_MERGED: i64 = 100;

/// Which customers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomerFilter {
    /// Those with these ids.
    pub ids: Option<Vec<CustomerId>>,
    /// Archived ones or not.
    pub archived: Archived,
    /// Those of this manager.
    pub manager: Option<UserId>,
    /// Those in this region.
    pub region: Option<RegionId>,
    /// Those that buy through this channel.
    pub sales_channel: Option<SalesChannelId>,
    /// Those with this tax number.
    pub inn: Option<String>,
    /// Those with this VAT number.
    pub vat_id: Option<String>,
    /// Those with all these tags, whatever their case.
    pub tags: Vec<String>,
    /// Those whose custom fields hold this.
    pub custom: Vec<Condition>,
    /// Those with this external reference.
    pub external_reference: Option<String>,
    /// Those whose name, legal name, tax or VAT number, telephones or e-mails hold all these
    /// words; where little is found, as typed on another keyboard or misspelt. The 200 best.
    pub search: Option<String>,
    /// What the search and the filter look at.
    pub seen: Seen,
}

/// What of a customer a list may be narrowed by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Seen {
    /// Names alone: who may not see tax numbers and telephones does not find by them either.
    #[default]
    Names,
    /// Everything.
    Contacts,
}

/// The order of a list of customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerSort {
    /// By name.
    Name,
    /// By the moment they were made.
    CreatedAt,
    /// The best find first; by name where nothing is searched for.
    Relevance,
}

impl CustomerSort {
    /// As cursors name it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "NAME",
            Self::CreatedAt => "CREATED_AT",
            Self::Relevance => "RELEVANCE",
        }
    }

    fn key(self, is_searching: bool) -> Key {
        match self {
            Self::CreatedAt => Key::Moment { order: "CREATED_AT", column: "r.created_at" },
            Self::Relevance if is_searching => {
                Key::Place { order: "RELEVANCE", column: "found.place" }
            }
            Self::Relevance => Key::Text { order: "RELEVANCE", column: "r.name_key" },
            Self::Name => Key::Text { order: "NAME", column: "r.name_key" },
        }
    }
}

/// Adds whose customers are within reach.
fn within_reach<A>(sql: &mut Sql, permit: &Permit<A>) {
    sql.among("r.manager_id", permit.managers());
    if let Some(bound) = permit.customer() {
        sql.with(" and r.id = ", bound, "");
    }
}

/// As [`within_reach`], for cards that are named: a merged one is within reach of whoever reaches
/// the one that stands for it. Not for lists, where `or` keeps indexes from being used.
fn within_reach_by_name<A>(sql: &mut Sql, permit: &Permit<A>) {
    if let Some(managers) = permit.managers() {
        sql.with(" and (r.manager_id = any(", managers.clone(), "::uuid[])");
        sql.push(" or exists (select from customer h where h.tenant_id = r.tenant_id");
        sql.push(" and h.id = r.merged_into and h.manager_id = any(");
        sql.bind(managers).push("::uuid[])))");
    }
    if let Some(bound) = permit.customer() {
        sql.with(" and ", bound, " in (r.id, r.merged_into)");
    }
}

fn from_where(
    head: &str,
    permit: &Permit<ReadCustomers>,
    filter: &CustomerFilter,
    sought: Option<Sought>,
) -> Sql {
    let mut sql = Sql::new(format!("{head} from customer r"), values![permit.tenant()]);
    if let Some(sought) = sought {
        sought.join_customers(&mut sql, permit, filter.seen, filter.archived);
    }
    sql.push(" where r.tenant_id = $1");
    within_reach(&mut sql, permit);
    filter.archived.push(&mut sql);
    if let Some(ids) = &filter.ids {
        sql.with(" and r.id = any(", uuids(ids), "::uuid[])");
    }
    if let Some(manager) = filter.manager {
        sql.with(" and r.manager_id = ", manager, "");
    }
    if let Some(region) = filter.region {
        sql.with(" and r.region_id = ", region, "");
    }
    if let Some(channel) = filter.sales_channel {
        sql.with(" and r.sales_channel_id = ", channel, "");
    }
    if let Some(inn) = &filter.inn {
        sql.with(" and r.inn = ", inn.clone(), "");
    }
    if let Some(vat_id) = &filter.vat_id {
        sql.with(" and r.vat_id = ", vat_id.clone(), "");
    }
    for tag in &filter.tags {
        // An array of ids: a join would read all customers where the tag seems to be common.
        sql.push(
            " and r.id = any(array(select t.customer_id from customer_tag t
                                   where t.tenant_id = $1 and t.tag_key = ",
        );
        sql.bind(tag_key(tag)).push("))");
    }
    push_conditions(&mut sql, permit.tenant(), "r.id", &filter.custom);
    if let Some(reference) = &filter.external_reference {
        // A merged card's reference goes on leading to its company.
        sql.push(
            " and r.id = any(array(select coalesce(e.merged_into, e.id) from customer e
                                   where e.tenant_id = $1 and e.external_reference = ",
        );
        sql.bind(reference.clone()).push("))");
    }
    sql
}

fn sought(filter: &CustomerFilter) -> Outcome<Option<Sought>> {
    let parsed = filter.search.as_deref().map(Sought::parse_with_phone).transpose()?;
    Ok(parsed.flatten())
}

/// A page of customers.
///
/// # Errors
/// A refusal for a search text out of bounds or a cursor of another list.
pub async fn customers(
    tx: &TenantTx,
    permit: &Permit<ReadCustomers>,
    filter: &CustomerFilter,
    sort: CustomerSort,
    direction: Direction,
    page: &PageRequest,
) -> Outcome<Page<Customer>> {
    let sought = sought(filter)?;
    let key = sort.key(sought.is_some());
    let slice = Slice { key, direction, request: page };
    let (search, seen, archived) = (filter.search.clone(), filter.seen, filter.archived);
    let plain = CustomerFilter { archived, search, seen, ..CustomerFilter::default() };
    // Other conditions leave some of those found out: then the first ones are not enough.
    let sought = match slice.places() {
        Some(places) if *filter == plain => sought.map(|sought| sought.first(places)),
        _ => sought,
    };
    let head = format!("select {AROUND}, {COLUMNS}, {}", key.text());
    listing::page(tx, from_where(&head, permit, filter, sought), slice).await
}

/// How many customers, counted up to one more than 10,000.
///
/// # Errors
/// As [`customers`].
pub async fn count_customers(
    tx: &TenantTx,
    permit: &Permit<ReadCustomers>,
    filter: &CustomerFilter,
) -> Outcome<i64> {
    let head = "select count(*) as counted from (select 1";
    listing::count(tx, from_where(head, permit, filter, sought(filter)?)).await
}

/// The customers with these ids, within reach.
///
/// # Errors
/// [`db::Fault`].
pub async fn customers_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadCustomers>,
    ids: &[CustomerId],
) -> Outcome<HashMap<CustomerId, Customer>> {
    let text = format!(
        "select {AROUND}, {COLUMNS}
         from customer r
         where r.tenant_id = $1 and r.id = any($2::uuid[])"
    );
    let mut sql = Sql::new(text, values![permit.tenant(), uuids(ids)]);
    within_reach_by_name(&mut sql, permit);
    let rows: Vec<Customer> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The cards that were merged into each of these customers within reach, the latest first, at
/// most 100 of each.
///
/// # Errors
/// [`db::Fault`].
pub async fn cards_merged_into(
    tx: &TenantTx,
    permit: &Permit<ReadCustomers>,
    customers: &[CustomerId],
) -> Outcome<HashMap<CustomerId, Vec<Customer>>> {
    let text = format!(
        "select {AROUND}, {COLUMNS}
         from unnest($2::uuid[]) as k (id)
         cross join lateral (
             select m.*
             from customer m
             where m.tenant_id = $1 and m.merged_into = k.id
             order by m.merged_at desc, m.id
             limit $3
         ) r
         where true"
    );
    let mut sql = Sql::new(text, values![permit.tenant(), uuids(customers), MOST_MERGED]);
    within_reach_by_name(&mut sql, permit);
    sql.push(" order by r.merged_at desc, r.id");
    let mut found: HashMap<CustomerId, Vec<Customer>> = HashMap::new();
    for card in tx.all::<Customer>(sql).await? {
        if let Some(heir) = card.merged_into {
            found.entry(heir).or_default().push(card);
        }
    }
    Ok(found)
}

/// The contact persons of these customers, within reach, oldest first; without those removed.
///
/// # Errors
/// [`db::Fault`].
pub async fn contacts_by_customer(
    tx: &TenantTx,
    permit: &Permit<ReadContacts>,
    customers: &[CustomerId],
) -> Outcome<HashMap<CustomerId, Vec<ContactPerson>>> {
    let mut sql = contacts(permit);
    sql.with(" and p.customer_id = any(", uuids(customers), "::uuid[])");
    sql.push(" and p.archived_at is null order by p.customer_id, p.created_at, p.id");
    let mut found: HashMap<CustomerId, Vec<ContactPerson>> = HashMap::new();
    for row in tx.all::<ContactRow>(sql).await? {
        found.entry(row.customer_id).or_default().push(row.into_person()?);
    }
    Ok(found)
}

/// The contact persons with these ids, of customers within reach; removed ones too.
///
/// # Errors
/// [`db::Fault`].
pub async fn contacts_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadContacts>,
    ids: &[ContactId],
) -> Outcome<HashMap<ContactId, ContactPerson>> {
    let mut sql = contacts(permit);
    sql.with(" and p.id = any(", uuids(ids), "::uuid[])");
    let rows: Vec<ContactRow> = tx.all(sql).await?;
    rows.into_iter().map(|row| Ok((row.id, row.into_person()?))).collect()
}

#[derive(FromQueryResult)]
struct ContactRow {
    id: ContactId,
    customer_id: CustomerId,
    #[sea_orm(nested)]
    fields: ContactFields,
    #[sea_orm(nested)]
    record: Record,
    #[sea_orm(nested)]
    channels: ChannelColumns,
}

impl ContactRow {
    fn into_person(self) -> Result<ContactPerson, Fault> {
        Ok(ContactPerson {
            id: self.id,
            customer_id: self.customer_id,
            fields: self.fields,
            channels: self.channels.into_channels()?,
            record: self.record,
        })
    }
}

fn contacts(permit: &Permit<ReadContacts>) -> Sql {
    let text = format!(
        "select p.id, p.customer_id, p.name, p.position, p.phone, p.email, p.birthday, p.consent,
                p.consent_since, p.consent_how, p.comment, p.external_reference, p.version,
                p.created_at, p.updated_at, p.created_by, p.archived_at,
                s.kinds, s.channels, s.comments
         from contact_person p
         join customer r on r.tenant_id = $1 and r.id = p.customer_id {CHANNELS}
         where p.tenant_id = $1"
    );
    let mut sql = Sql::new(text, values![permit.tenant()]);
    within_reach(&mut sql, permit);
    sql
}

/// Adds the reach of a permit to a query that has the customer's row as `r`.
pub(super) fn reach<A: Action>(sql: &mut Sql, permit: &Permit<A>) {
    within_reach(sql, permit);
}
