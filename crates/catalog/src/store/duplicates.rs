//! Customers that may be the same company.

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{CustomerId, Decimal};

use super::customers::{contacts_by_customer, customers_by_id, reach};
use crate::rules::{ChannelKind, Likeness};
use crate::{ReadContacts, ReadCustomers};

/// What a company is known by; what is not known finds nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Its name, with or without its legal form.
    pub name: Option<String>,
    /// Its Russian tax number.
    pub inn: Option<String>,
    /// Its VAT number, as [`crate::check_vat_id`] writes it.
    pub vat_id: Option<String>,
    /// Telephones, as typed.
    pub phones: Vec<String>,
    /// E-mails, as typed.
    pub emails: Vec<String>,
}

/// A customer that may be the same company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerDuplicate {
    /// Which one.
    pub id: CustomerId,
    /// 0 to 1: a tax number 1, a telephone or e-mail 0.9, a name 0.8 × its trigrams' likeness.
    pub score: Decimal,
    /// What is alike.
    pub matched: Vec<Likeness>,
}

#[derive(FromQueryResult)]
struct Row {
    id: CustomerId,
    score: Decimal,
    matched: Vec<String>,
}

/// The customers within reach that may be this company, at most 20, the likeliest first. Those
/// beyond the caller's reach are absent, as from every search: not even that there is one is told
/// (domain, section 10).
///
/// # Errors
/// [`Fault`].
pub async fn customer_duplicates(
    tx: &TenantTx,
    permit: &Permit<ReadContacts>,
    known: &Known,
    except: Option<CustomerId>,
) -> Outcome<Vec<CustomerDuplicate>> {
    let mut sql = Sql::new(
        "select r.id, f.score, f.matched
         from customer_duplicates($2, $3, $4, $5::text[], $6::text[], $7::uuid, $8::uuid[],
                                  $9::uuid) f
         join customer r on r.tenant_id = $1 and r.id = f.id
         where true",
        values![
            permit.tenant(),
            known.name.clone(),
            known.inn.clone(),
            known.vat_id.clone(),
            known.phones.clone(),
            known.emails.clone(),
            except,
            permit.managers(),
            permit.customer()
        ],
    );
    reach(&mut sql, permit);
    sql.push(" order by f.score desc, cardinality(f.matched) desc, r.name_key, r.id");
    let rows: Vec<Row> = tx.all(sql).await?;
    rows.into_iter().map(|row| Ok(row.into_duplicate()?)).collect()
}

impl Row {
    fn into_duplicate(self) -> Result<CustomerDuplicate, Fault> {
        let likeness = |text: &String| {
            Likeness::parse(text).ok_or_else(|| Fault::broken("a likeness of no known kind"))
        };
        let matched = self.matched.iter().map(likeness).collect::<Result<_, _>>()?;
        Ok(CustomerDuplicate { id: self.id, score: self.score, matched })
    }
}

/// What the card of a customer tells of the company; `None` where it is not within reach.
///
/// # Errors
/// A right that is missing, or a [`Fault`].
pub async fn known_of(
    tx: &TenantTx,
    permit: &Permit<ReadContacts>,
    customer: CustomerId,
) -> Outcome<Option<Known>> {
    let readable = permit.scope().permit::<ReadCustomers>()?;
    let found = customers_by_id(tx, &readable, &[customer]).await?.remove(&customer);
    let Some(card) = found else { return Ok(None) };
    if !card.whose().is_reached(permit) {
        return Ok(None);
    }
    let people = contacts_by_customer(tx, permit, &[customer]).await?;
    let channels = people.into_values().flatten().flat_map(|person| person.channels);
    let (mut phones, mut emails) = (Vec::new(), Vec::new());
    phones.extend(card.fields.phone);
    emails.extend(card.fields.email);
    for channel in channels {
        match channel.kind {
            ChannelKind::Phone => phones.push(channel.value),
            ChannelKind::Email => emails.push(channel.value),
            ChannelKind::Telegram => {}
        }
    }
    Ok(Some(Known {
        name: Some(card.fields.name),
        inn: card.fields.inn,
        vat_id: card.fields.vat_id,
        phones,
        emails,
    }))
}
