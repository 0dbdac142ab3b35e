//! What hangs on a customer: channels of its people, delivery addresses, contracts.

use std::collections::HashMap;

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{ContactId, ContractId, CustomerId, DeliveryAddressId, Uuid};

use super::customers::reach;
use super::uuids;
use crate::constraints::known;
use crate::records::{Contract, DeliveryAddress};
use crate::rules::{Channel, ChannelKind};
use crate::{ReadCustomers, ReadTerms};

/// Channels as one row of arrays, in order.
#[derive(FromQueryResult)]
pub(crate) struct ChannelColumns {
    kinds: Option<Vec<String>>,
    channels: Option<Vec<String>>,
    comments: Option<Vec<String>>,
}

/// Gives [`ChannelColumns`] of the contact person `p`.
pub(crate) const CHANNELS: &str = "
    cross join lateral (
        select array_agg(h.kind order by h.place) as kinds,
               array_agg(h.value order by h.place) as channels,
               array_agg(coalesce(h.comment, '') order by h.place) as comments
        from contact_channel h
        where h.tenant_id = $1 and h.contact_id = p.id
    ) s";

impl ChannelColumns {
    pub(crate) fn into_channels(self) -> Result<Vec<Channel>, Fault> {
        let (kinds, values) = (self.kinds.unwrap_or_default(), self.channels.unwrap_or_default());
        let rows = kinds.into_iter().zip(values).zip(self.comments.unwrap_or_default());
        rows.map(|((kind, value), comment)| {
            let kind = ChannelKind::parse(&kind);
            let kind = kind.ok_or_else(|| Fault::broken("a contact channel of no known kind"))?;
            Ok(Channel { kind, value, comment: Some(comment).filter(|text| !text.is_empty()) })
        })
        .collect()
    }
}

/// The channels of one person.
pub(crate) async fn channels_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    contact: ContactId,
) -> Outcome<Vec<Channel>> {
    let sql = format!(
        "select s.kinds, s.channels, s.comments
         from contact_person p {CHANNELS}
         where p.tenant_id = $1 and p.id = $2"
    );
    let row: Option<ChannelColumns> =
        tx.one(Sql::new(sql, values![permit.tenant(), contact])).await?;
    Ok(row.map(ChannelColumns::into_channels).transpose()?.unwrap_or_default())
}

/// Puts new channels in the place of a person's old ones.
pub(crate) async fn replace_channels<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    contact: ContactId,
    channels: &[Channel],
) -> Outcome<()> {
    let drop = "delete from contact_channel where tenant_id = $1 and contact_id = $2";
    tx.run(Sql::new(drop, values![permit.tenant(), contact])).await?;
    let all = |text: fn(&Channel) -> String| channels.iter().map(text).collect::<Vec<_>>();
    let kinds = all(|channel| channel.kind.as_str().to_owned());
    let texts = all(|channel| channel.value.clone());
    let comments = all(|channel| channel.comment.clone().unwrap_or_default());
    let sql = "
        insert into contact_channel (tenant_id, contact_id, place, kind, value, comment)
        select $1, $2, c.place, c.kind, c.value, nullif(c.comment, '')
        from unnest($3::text[], $4::text[], $5::text[]) with ordinality
            as c (kind, value, comment, place)";
    let values = values![permit.tenant(), contact, kinds, texts, comments];
    known(tx.run(Sql::new(sql, values)).await).map(std::mem::drop)
}

/// Writes anew what the search finds these customers by through their people, and through the
/// cards that were merged into theirs.
pub(crate) async fn note_contact_words<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    customers: &[CustomerId],
) -> Outcome<()> {
    let sql = "
        update customer c
        set contact_words = w.words
        from unnest($2::uuid[]) as a (id)
        cross join lateral (
            select string_agg(h.value_key, ' ' order by p.created_at, p.id, h.place) as words
            from contact_person p
            join contact_channel h on h.tenant_id = $1 and h.contact_id = p.id
            where p.tenant_id = $1 and p.customer_id = a.id and p.archived_at is null
        ) p
        cross join lateral (
            select string_agg(concat_ws(' ', catalog_key(m.name), catalog_key(m.legal_name), m.inn,
                                        lower(m.vat_id), m.phone_key, catalog_key(m.email)),
                              ' ' order by m.merged_at, m.id) as words
            from customer m
            where m.tenant_id = $1 and m.merged_into = a.id
        ) m
        cross join lateral (select concat_ws(' ', p.words, m.words) as words) w
        where c.tenant_id = $1 and c.id = a.id and c.contact_words <> w.words";
    tx.run(Sql::new(sql, values![permit.tenant(), uuids(customers)])).await?;
    Ok(())
}

/// The customer that a row of one of the card's tables belongs to.
pub(crate) async fn customer_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    table: &str,
    id: Uuid,
) -> Outcome<Option<CustomerId>> {
    #[derive(FromQueryResult)]
    struct Found {
        customer_id: CustomerId,
    }
    let sql = format!("select t.customer_id from {table} t where t.tenant_id = $1 and t.id = $2");
    let found: Option<Found> = tx.one(Sql::new(sql, values![permit.tenant(), id])).await?;
    Ok(found.map(|row| row.customer_id))
}

const ADDRESS: &str = "
    select a.id, a.customer_id, a.name, a.address, a.region_id, a.comment, a.is_default,
           a.external_reference, a.version, a.created_at, a.updated_at, a.created_by,
           a.archived_at
    from delivery_address a
    join customer r on r.tenant_id = $1 and r.id = a.customer_id
    where a.tenant_id = $1";

/// The delivery addresses of these customers within reach, the default one first; without those
/// removed.
///
/// # Errors
/// [`Fault`].
pub async fn addresses_by_customer(
    tx: &TenantTx,
    permit: &Permit<ReadCustomers>,
    customers: &[CustomerId],
) -> Outcome<HashMap<CustomerId, Vec<DeliveryAddress>>> {
    let mut sql = Sql::new(ADDRESS, values![permit.tenant()]);
    sql.with(" and a.customer_id = any(", uuids(customers), "::uuid[])");
    reach(&mut sql, permit);
    sql.push(" and a.archived_at is null");
    sql.push(" order by a.customer_id, a.is_default desc, a.created_at, a.id");
    let rows: Vec<DeliveryAddress> = tx.all(sql).await?;
    let mut found: HashMap<CustomerId, Vec<DeliveryAddress>> = HashMap::new();
    for row in rows {
        found.entry(row.customer_id).or_default().push(row);
    }
    Ok(found)
}

/// The delivery addresses with these ids, of customers within reach; removed ones too.
///
/// # Errors
/// [`Fault`].
pub async fn addresses_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadCustomers>,
    ids: &[DeliveryAddressId],
) -> Outcome<HashMap<DeliveryAddressId, DeliveryAddress>> {
    let mut sql = Sql::new(ADDRESS, values![permit.tenant()]);
    sql.with(" and a.id = any(", uuids(ids), "::uuid[])");
    reach(&mut sql, permit);
    let rows: Vec<DeliveryAddress> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Whether a customer has a delivery address in use.
pub(crate) async fn has_addresses<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    customer: CustomerId,
) -> Outcome<bool> {
    #[derive(FromQueryResult)]
    struct Found {
        found: bool,
    }
    let sql = "
        select exists (
            select
            from delivery_address a
            where a.tenant_id = $1 and a.customer_id = $2 and a.archived_at is null
        ) as found";
    let row: Option<Found> = tx.one(Sql::new(sql, values![permit.tenant(), customer])).await?;
    Ok(row.is_some_and(|row| row.found))
}

/// Takes the default away from the customer's other delivery address that has it.
pub(crate) async fn drop_default_address<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    customer: CustomerId,
    address: DeliveryAddressId,
) -> Outcome<()> {
    let sql = "
        update delivery_address
        set is_default = false, version = version + 1, updated_at = $4
        where tenant_id = $1 and customer_id = $2 and is_default and id <> $3";
    let values = values![permit.tenant(), customer, address, tx.now()];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

const CONTRACT: &str = "
    select k.id, k.customer_id, k.number, k.dated, k.valid_from, k.valid_to, k.organization_id,
           k.state, k.comment, k.external_reference, k.version, k.created_at, k.updated_at,
           k.created_by, k.archived_at
    from contract k
    join customer r on r.tenant_id = $1 and r.id = k.customer_id
    where k.tenant_id = $1";

/// The contracts with these customers within reach, the newest first.
///
/// # Errors
/// [`Fault`].
pub async fn contracts_by_customer(
    tx: &TenantTx,
    permit: &Permit<ReadTerms>,
    customers: &[CustomerId],
) -> Outcome<HashMap<CustomerId, Vec<Contract>>> {
    let mut sql = Sql::new(CONTRACT, values![permit.tenant()]);
    sql.with(" and k.customer_id = any(", uuids(customers), "::uuid[])");
    reach(&mut sql, permit);
    sql.push(" order by k.customer_id, k.dated desc, k.id desc");
    let rows: Vec<Contract> = tx.all(sql).await?;
    let mut found: HashMap<CustomerId, Vec<Contract>> = HashMap::new();
    for row in rows {
        found.entry(row.customer_id).or_default().push(row);
    }
    Ok(found)
}

/// The contracts with these ids, with customers within reach.
///
/// # Errors
/// [`Fault`].
pub async fn contracts_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadTerms>,
    ids: &[ContractId],
) -> Outcome<HashMap<ContractId, Contract>> {
    let mut sql = Sql::new(CONTRACT, values![permit.tenant()]);
    sql.with(" and k.id = any(", uuids(ids), "::uuid[])");
    reach(&mut sql, permit);
    let rows: Vec<Contract> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}
