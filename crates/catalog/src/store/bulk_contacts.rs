//! Many contact persons at once.

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{CustomerId, Uuid};
use serde_json::{Value, json};

use super::Hold;
use super::card::{CHANNELS, ChannelColumns};
use super::record::Held;
use super::uuids;
use crate::constraints::known;
use crate::records::ContactFields;
use crate::rules::Channel;

/// A contact person with its customer and channels.
#[derive(Clone, Debug)]
pub(crate) struct HeldContact {
    pub(crate) customer: CustomerId,
    pub(crate) held: Held<ContactFields>,
    pub(crate) channels: Vec<Channel>,
}

/// The persons of these customers, without those removed, and the persons with these references,
/// in the order of their ids.
pub(crate) async fn held_contacts<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    customers: &[CustomerId],
    references: Vec<String>,
    hold: Hold,
) -> Outcome<Vec<HeldContact>> {
    #[derive(FromQueryResult)]
    struct Row {
        customer_id: CustomerId,
        #[sea_orm(nested)]
        held: Held<ContactFields>,
        #[sea_orm(nested)]
        channels: ChannelColumns,
    }
    let lock = if hold == Hold::Yes { "for no key update of p" } else { "" };
    // One arm an index, not `or`, which would read all persons of the tenant.
    let sql = format!(
        "select p.id, p.customer_id, p.name, p.position, p.phone, p.email, p.birthday, p.consent,
                p.consent_since, p.consent_how, p.comment, p.external_reference, p.version,
                p.created_at, p.updated_at, p.created_by, p.archived_at,
                s.kinds, s.channels, s.comments
         from (
             select a.id
             from contact_person a
             where a.tenant_id = $1
               and a.customer_id = any($2::uuid[])
               and a.archived_at is null
             union
             select b.id
             from contact_person b
             where b.tenant_id = $1
               and b.external_reference = any($3::text[])
         ) k
         join contact_person p on p.tenant_id = $1 and p.id = k.id {CHANNELS}
         order by p.id
         {lock}"
    );
    let values = values![permit.tenant(), uuids(customers), references];
    let rows: Vec<Row> = tx.all(Sql::new(sql, values)).await?;
    let held = rows.into_iter().map(|row| {
        let channels = row.channels.into_channels()?;
        Ok::<_, Fault>(HeldContact { customer: row.customer_id, held: row.held, channels })
    });
    Ok(held.collect::<Result<_, _>>()?)
}

/// Puts new channels in the place of the old ones of each of these persons.
pub(crate) async fn replace_all_channels<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    persons: &[(Uuid, Vec<Channel>)],
) -> Outcome<()> {
    if persons.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = persons.iter().map(|(id, _)| *id).collect();
    let drop = "delete from contact_channel where tenant_id = $1 and contact_id = any($2::uuid[])";
    tx.run(Sql::new(drop, values![permit.tenant(), ids])).await?;
    let rows = persons.iter().flat_map(|(id, channels)| {
        (1..).zip(channels).map(move |(place, channel): (i32, _)| {
            json!({
                "contact_id": id, "place": place, "kind": channel.kind.as_str(),
                "value": channel.value, "comment": channel.comment,
            })
        })
    });
    let rows = Value::Array(rows.collect());
    let sql = "
        insert into contact_channel (tenant_id, contact_id, place, kind, value, comment)
        select $1, s.contact_id, s.place, s.kind, s.value, s.comment
        from jsonb_populate_recordset(null::contact_channel, $2) s";
    known(tx.run(Sql::new(sql, values![permit.tenant(), rows])).await).map(std::mem::drop)
}
