//! Customers that may be the same company.

use ::catalog::{Known, ReadContacts, check_vat_id, customer_duplicates, known_of};
use async_graphql::{ComplexObject, Context, Enum, InputObject, Object, SimpleObject};
use kernel::CustomerId;

use super::customer::Customer;
use crate::errors::Failure;
use crate::ids::GlobalId;
use crate::scalars::Decimal;
use crate::session::Session;

/// Longest text that is looked for.
const MOST_CHARACTERS: usize = 250;

/// What two customers have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::catalog::Likeness")]
pub enum CustomerLikeness {
    /// The Russian tax number.
    Inn,
    /// The VAT number.
    VatId,
    /// A telephone of the company or of its people, by its digits.
    Phone,
    /// An e-mail of the company or of its people, whatever its case.
    Email,
    /// The name reads alike, without legal form and quotation marks.
    Name,
}

/// A customer that may be the same company.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct CustomerDuplicate {
    /// 0 to 1: 1 for an equal tax or VAT number, 0.9 for an equal telephone or e-mail, up to 0.8
    /// for a name by the share of three-letter parts in common.
    score: Decimal,
    /// What is alike.
    matched: Vec<CustomerLikeness>,
    #[graphql(skip)]
    customer_id: CustomerId,
}

#[ComplexObject]
impl CustomerDuplicate {
    /// The customer.
    async fn customer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Customer>> {
        Ok(Session::of(ctx)?.load(self.customer_id).await?)
    }
}

impl From<::catalog::CustomerDuplicate> for CustomerDuplicate {
    fn from(found: ::catalog::CustomerDuplicate) -> Self {
        Self {
            score: Decimal(found.score.normalize()),
            matched: found.matched.into_iter().map(Into::into).collect(),
            customer_id: found.id,
        }
    }
}

/// Whose like is looked for: a customer, or what is known of a company. Not both, not nothing.
#[derive(InputObject)]
pub struct CustomerDuplicatesInput {
    /// A customer: what its card and its contact persons tell is looked for in the others.
    customer_id: Option<GlobalId<CustomerId>>,
    /// The name, with or without the legal form.
    name: Option<String>,
    /// The tax number (ИНН); what is not a digit is passed over.
    inn: Option<String>,
    /// The VAT number, with or without spaces.
    vat_id: Option<String>,
    /// A telephone number, as typed.
    phone: Option<String>,
    /// An e-mail address.
    email: Option<String>,
}

impl CustomerDuplicatesInput {
    /// What is known of the company; `None` where a customer is named instead.
    fn known(self) -> Result<Option<Known>, Failure> {
        let texts = [&self.name, &self.inn, &self.vat_id, &self.phone, &self.email];
        let given = texts.iter().filter(|text| text.is_some()).count();
        if (given == 0) != self.customer_id.is_some() {
            return Err(Failure::bad_input(
                "give either customerId or what is known of the company",
                "укажите либо customerId, либо то, что известно о компании",
            ));
        }
        let is_odd = |text: &str| {
            text.chars().count() > MOST_CHARACTERS || text.chars().any(char::is_control)
        };
        if texts.iter().any(|text| text.as_deref().is_some_and(is_odd)) {
            return Err(Failure::bad_input(
                format!("at most {MOST_CHARACTERS} characters, none of them control"),
                format!("не больше {MOST_CHARACTERS} знаков, без управляющих символов"),
            ));
        }
        if self.customer_id.is_some() {
            return Ok(None);
        }
        let digits = |text: String| text.chars().filter(char::is_ascii_digit).collect();
        Ok(Some(Known {
            name: self.name,
            inn: self.inn.map(digits),
            vat_id: self.vat_id.and_then(|text| check_vat_id(&text).ok()),
            phones: self.phone.into_iter().collect(),
            emails: self.email.map(|text| text.trim().to_owned()).into_iter().collect(),
        }))
    }
}

/// Queries of customers that stand there twice.
#[derive(Default)]
pub struct DuplicateQuery;

#[Object]
impl DuplicateQuery {
    /// Customers that may be the same company, at most 20, the likeliest first; archived ones too.
    /// What a merged card tells leads to the card that stands for it.
    /// Only those within the caller's reach: of other managers' customers it does not tell that
    /// they are there. Needs the right customer.contact.
    async fn customer_duplicates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose like.")] input: CustomerDuplicatesInput,
    ) -> async_graphql::Result<Vec<CustomerDuplicate>> {
        let session = Session::of(ctx)?;
        session.permit::<ReadContacts>()?;
        let customer = input.customer_id.map(|id| id.0);
        let known = input.known()?;
        Ok(duplicates(session, customer, known).await?)
    }
}

/// The likes of a customer, or of what is known of a company.
pub(super) async fn duplicates(
    session: &Session,
    customer: Option<CustomerId>,
    known: Option<Known>,
) -> Result<Vec<CustomerDuplicate>, Failure> {
    let permit = session.permit::<ReadContacts>()?;
    let tx = session.tx().await?;
    let known = match (known, customer) {
        (Some(known), _) => Some(known),
        (None, Some(customer)) => known_of(&tx, &permit, customer).await?,
        (None, None) => None,
    };
    let known = known.ok_or_else(Failure::not_found)?;
    let found = customer_duplicates(&tx, &permit, &known, customer).await?;
    Ok(found.into_iter().map(Into::into).collect())
}
