//! Two cards become one: what hangs on a customer's card changes hands. Whoever calls holds both
//! cards.

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{CustomerId, UserId, Uuid};

use super::bulk::Hold;
use super::record::Held;
use crate::records::{CustomerFields, Fields};

/// How a card is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grip {
    /// It is only looked at.
    Look,
    /// It stays as it is; documents are still written for it.
    Hold,
    /// Nothing is written for it either: whoever refers to it waits.
    Alone,
}

/// A card that may have been merged.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Card {
    pub(crate) merged_into: Option<CustomerId>,
    #[sea_orm(nested)]
    pub(crate) held: Held<CustomerFields>,
}

/// Reads a customer's card.
pub(crate) async fn card<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: CustomerId,
    grip: Grip,
) -> Outcome<Option<Card>> {
    let columns = CustomerFields::COLUMNS.join(", ");
    let lock = match grip {
        Grip::Look => "",
        Grip::Hold => "for no key update",
        Grip::Alone => "for update",
    };
    let sql = format!(
        "select merged_into, id, {columns}, version, created_at, updated_at, created_by, archived_at
         from customer
         where tenant_id = $1 and id = $2
         {lock}"
    );
    Ok(tx.one(Sql::new(sql, values![permit.tenant(), id])).await?)
}

/// A customer that a key leads to: by itself, or through a card that was merged into its own.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Keyed {
    /// The key that leads here.
    pub(crate) asked: String,
    #[sea_orm(nested)]
    pub(crate) held: Held<CustomerFields>,
}

/// The customers to which these keys in a text column lead, in the order of their ids.
pub(crate) async fn heirs_by_text<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    column: &str,
    keys: Vec<String>,
    hold: Hold,
) -> Outcome<Vec<Keyed>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let columns: String =
        CustomerFields::COLUMNS.iter().map(|column| format!(", r.{column}")).collect();
    let lock = if hold == Hold::Yes { "for no key update of r" } else { "" };
    let sql = format!(
        "select k.asked, r.id, r.version, r.created_at, r.updated_at, r.created_by, r.archived_at
                {columns}
         from (
             select c.{column} as asked, coalesce(c.merged_into, c.id) as id
             from customer c
             where c.tenant_id = $1 and c.{column} = any($2::text[])
         ) k
         join customer r on r.tenant_id = $1 and r.id = k.id
         order by r.id, k.asked
         {lock}"
    );
    Ok(tx.all(Sql::new(sql, values![permit.tenant(), keys])).await?)
}

/// The card that stands for a merged one.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Heir {
    pub(crate) id: CustomerId,
    pub(crate) name: String,
    pub(crate) manager_id: Option<UserId>,
    /// Of the merged card.
    pub(crate) own_manager_id: Option<UserId>,
}

/// Who stands for a customer; none for one that was not merged.
pub(crate) async fn heir<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: CustomerId,
) -> Outcome<Option<Heir>> {
    let sql = "
        select h.id, h.name, h.manager_id, c.manager_id as own_manager_id
        from customer c
        join customer h on h.tenant_id = $1 and h.id = c.merged_into
        where c.tenant_id = $1 and c.id = $2";
    Ok(tx.one(Sql::new(sql, values![permit.tenant(), id])).await?)
}

/// Keeps a customer from being merged until the transaction ends, and lets others do the same.
pub(crate) async fn share_customer<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: CustomerId,
) -> Outcome<()> {
    let sql = "select from customer where tenant_id = $1 and id = $2 for key share";
    tx.run(Sql::new(sql, values![permit.tenant(), id])).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Moved {
    id: Uuid,
}

/// Runs a statement that returns the ids of what it changed.
async fn moved(tx: &TenantTx, sql: Sql) -> Outcome<Vec<Uuid>> {
    Ok(tx.all::<Moved>(sql).await?.into_iter().map(|row| row.id).collect())
}

/// Gives the people of one card to another.
pub(crate) async fn move_contacts<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (from, into): (CustomerId, CustomerId),
) -> Outcome<Vec<Uuid>> {
    let sql = "
        update contact_person
        set customer_id = $3, version = version + 1, updated_at = $4
        where tenant_id = $1 and customer_id = $2
        returning id";
    moved(tx, Sql::new(sql, values![permit.tenant(), from, into, tx.now()])).await
}

/// Gives the delivery addresses of one card to another, whose default one stays.
pub(crate) async fn move_addresses<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (from, into): (CustomerId, CustomerId),
) -> Outcome<Vec<Uuid>> {
    let sql = "
        update delivery_address a
        set customer_id = $3,
            is_default = a.is_default and not exists (
                select from delivery_address d
                where d.tenant_id = $1 and d.customer_id = $3 and d.is_default),
            version = a.version + 1,
            updated_at = $4
        where a.tenant_id = $1 and a.customer_id = $2
        returning a.id";
    moved(tx, Sql::new(sql, values![permit.tenant(), from, into, tx.now()])).await
}

/// Gives the contracts of one card to another. A paper that the other has too, by number and date,
/// stays where it is.
pub(crate) async fn move_contracts<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (from, into): (CustomerId, CustomerId),
) -> Outcome<Vec<Uuid>> {
    let sql = "
        update contract c
        set customer_id = $3, version = c.version + 1, updated_at = $4
        where c.tenant_id = $1
          and c.customer_id = $2
          and not exists (
              select from contract o
              where o.tenant_id = $1 and o.customer_id = $3 and o.number = c.number
                and o.dated = c.dated)
        returning c.id";
    moved(tx, Sql::new(sql, values![permit.tenant(), from, into, tx.now()])).await
}

/// An agreement of either card.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct NamedAgreement {
    pub(crate) id: Uuid,
    pub(crate) customer_id: CustomerId,
    pub(crate) name: String,
    pub(crate) is_default: bool,
}

/// The agreements of both cards, archived ones too, oldest first.
pub(crate) async fn agreements_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (from, into): (CustomerId, CustomerId),
) -> Outcome<Vec<NamedAgreement>> {
    let sql = "
        select a.id, a.customer_id, a.name, a.is_default
        from agreement a
        where a.tenant_id = $1 and a.customer_id in ($2, $3)
        order by a.created_at, a.id";
    Ok(tx.all(Sql::new(sql, values![permit.tenant(), from, into])).await?)
}

/// Gives agreements to a card under these names; none of them is its default.
pub(crate) async fn move_agreements<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    into: CustomerId,
    named: &[(Uuid, String)],
) -> Outcome<()> {
    let (ids, names): (Vec<Uuid>, Vec<String>) = named.iter().cloned().unzip();
    let sql = "
        update agreement a
        set customer_id = $2, name = n.name, is_default = false, version = a.version + 1,
            updated_at = $5
        from unnest($3::uuid[], $4::text[]) as n (id, name)
        where a.tenant_id = $1 and a.id = n.id";
    tx.run(Sql::new(sql, values![permit.tenant(), into, ids, names, tx.now()])).await?;
    Ok(())
}

/// Makes a card lead to another one, and those that led to it.
pub(crate) async fn mark_merged<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (from, into): (CustomerId, CustomerId),
) -> Outcome<Vec<Uuid>> {
    let sql = "
        update customer
        set merged_into = $3, merged_at = $4, archived_at = coalesce(archived_at, $4),
            version = version + 1, updated_at = $4
        where tenant_id = $1 and id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), from, into, tx.now()])).await?;
    let sql = "
        update customer
        set merged_into = $3, version = version + 1, updated_at = $4
        where tenant_id = $1 and merged_into = $2
        returning id";
    moved(tx, Sql::new(sql, values![permit.tenant(), from, into, tx.now()])).await
}

/// A record whose custom field pointed at a merged card.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Pointing {
    pub(crate) record_id: Uuid,
    pub(crate) subject_kind: String,
    pub(crate) keys: Vec<String>,
}

/// Makes the custom fields that point at one card point at another: those that lists are filtered
/// by, so that the filter finds them. Others go on pointing at the old card, which leads on. Lives
/// on custom_value_key.
pub(crate) async fn repoint<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (from, into): (CustomerId, CustomerId),
) -> Outcome<Vec<Pointing>> {
    let sql = "
        with pointing as materialized (
            select v.record_id, array_agg(f.key order by f.key) as keys,
                   jsonb_object_agg(f.key, $3::uuid) as held
            from custom_field f
            join custom_value v
              on v.tenant_id = $1 and v.field_id = f.id and v.key = $2::uuid::text collate \"C\"
            where f.tenant_id = $1 and f.kind = 'REFERENCE' and f.target = $4
            group by v.record_id
        )
        update custom_record r
        set held = r.held || p.held
        from pointing p
        where r.tenant_id = $1 and r.record_id = p.record_id
        returning r.record_id, r.subject_kind, p.keys";
    let target = crate::rules::Target::Customer.as_str();
    Ok(tx.all(Sql::new(sql, values![permit.tenant(), from, into, target])).await?)
}
