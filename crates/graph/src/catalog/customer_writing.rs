//! Making, changing, archiving and restoring customers.

use ::catalog::{
    AgreementChanges, ArchiveCustomer, CreateCustomer, CustomerChanges, RestoreCustomer,
    UpdateCustomer,
};
use async_graphql::{ComplexObject, Context, InputObject, MaybeUndefined, Object, SimpleObject};
use kernel::{
    CustomerId, DepartmentId, OrganizationId, PriceListId, PriceSegmentId, Refusal, RegionId,
    SalesChannelId, SalesRouteId, TeamId, UserId,
};

use super::contacts::ContactPersonInput;
use super::customer::Customer;
use super::duplicates::{CustomerDuplicate, duplicates};
use super::terms::CreditPolicy;
use super::terms_writing::{PaymentStepInput, steps};
use super::{payloads, percent};
use crate::custom::{CustomFieldInput, filled_anew, filled_in};
use crate::idempotency::mutate;
use crate::identity::change;
use crate::ids::GlobalId;
use crate::scalars::{CurrencyCode, Decimal};
use crate::session::Session;
use crate::user_error::UserError;

/// The default agreement of a new customer.
#[derive(InputObject)]
pub struct CustomerAgreementInput {
    /// Its name; "Standard" where none is given.
    name: Option<String>,
    /// The organization it is with; any of the tenant's where none is given.
    organization_id: Option<GlobalId<OrganizationId>>,
    /// Its price list; the tenant's default one where none is given.
    price_list_id: Option<GlobalId<PriceListId>>,
    /// Must be the price list's currency; left out, it is taken from there.
    currency: Option<CurrencyCode>,
    /// The personal discount on list prices, 0 to 100 per cent.
    discount_percent: Option<Decimal>,
    /// What a gate does over the credit limit; WARN where none is given.
    credit_policy: Option<CreditPolicy>,
    /// Days that are left of a lot's life when it is shipped, 1 to 36,500; what the product itself
    /// asks for where none is given.
    min_shelf_life_days: Option<i32>,
    /// How its orders are served; the standard way where none is given: goods are held on
    /// confirmation and come from stock.
    sales_route_id: Option<GlobalId<SalesRouteId>>,
    /// How the customer pays, 1 to 12 parts that sum to 100 %; where none are given, what the sales
    /// route says, else everything on the day of the shipment.
    payment_steps: Option<Vec<PaymentStepInput>>,
    /// Its key in another system; unique in the tenant.
    external_reference: Option<String>,
}

type Terms = (AgreementChanges, Option<Vec<::catalog::PaymentStep>>);

impl CustomerAgreementInput {
    fn terms(self) -> Result<Terms, Refusal> {
        let discount = |value| percent(["discountPercent"], value);
        let fields = AgreementChanges {
            name: self.name,
            organization_id: Some(self.organization_id.map(|id| id.0)),
            price_list_id: Some(self.price_list_id.map(|id| id.0)),
            currency: self.currency.map(|code| code.0),
            discount_percent: self.discount_percent.map(discount).transpose()?,
            credit_policy: self.credit_policy.map(Into::into),
            state: None,
            valid_from: None,
            valid_to: None,
            min_shelf_life_days: Some(self.min_shelf_life_days),
            sales_route_id: Some(self.sales_route_id.map(|id| id.0)),
            is_default: None,
            external_reference: Some(self.external_reference),
        };
        Ok((fields, steps(self.payment_steps)?))
    }
}

/// A new customer. It gets a default agreement.
#[derive(InputObject)]
pub struct CreateCustomerInput {
    /// The name people call it by.
    name: String,
    /// The name that papers carry.
    legal_name: Option<String>,
    /// Its tax number (ИНН): 10 or 12 digits with check digits.
    inn: Option<String>,
    /// Its registration reason code (КПП): nine characters.
    kpp: Option<String>,
    /// Its VAT number where it is not Russian, with the country's two letters.
    vat_id: Option<String>,
    /// The words it is marked with: at most 20 of 50 characters, each once whatever its case.
    #[graphql(default)]
    tags: Vec<String>,
    /// Its sales region.
    region_id: Option<GlobalId<RegionId>>,
    /// The sales channel it buys through.
    sales_channel_id: Option<GlobalId<SalesChannelId>>,
    /// The segment that drives its prices. Needs the right terms.write.
    price_segment_id: Option<GlobalId<PriceSegmentId>>,
    /// The department that looks after it.
    department_id: Option<GlobalId<DepartmentId>>,
    /// The team that looks after it.
    team_id: Option<GlobalId<TeamId>>,
    /// The responsible manager; who reaches his own customers only is it himself.
    manager_id: Option<GlobalId<UserId>>,
    /// Its telephone number, as typed: 3 to 20 digits.
    phone: Option<String>,
    /// Its e-mail address.
    email: Option<String>,
    /// Its postal address.
    address: Option<String>,
    /// The most it may owe; none is no limit. Needs the right terms.write.
    credit_limit: Option<Decimal>,
    /// The currency of the limit; the tenant's where none is given. Needs the right terms.write.
    credit_limit_currency: Option<CurrencyCode>,
    /// Contact persons, at most 50.
    #[graphql(default)]
    contacts: Vec<ContactPersonInput>,
    /// The default agreement; the usual terms where none is given. Needs the right terms.write.
    agreement: Option<CustomerAgreementInput>,
    /// Its key in another system; unique in the tenant.
    external_reference: Option<String>,
    /// What its custom fields hold; those required and writable for the caller must be among them.
    #[graphql(default)]
    custom_fields: Vec<CustomFieldInput>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

impl CreateCustomerInput {
    fn command(self) -> Result<CreateCustomer, Refusal> {
        let within_agreement = |mut refusal: Refusal| {
            let path = refusal.field.take().unwrap_or_default();
            refusal.at(std::iter::once("agreement".to_owned()).chain(path))
        };
        let terms = self.agreement.map(CustomerAgreementInput::terms).transpose();
        let fields = CustomerChanges {
            name: Some(self.name),
            legal_name: Some(self.legal_name),
            inn: Some(self.inn),
            kpp: Some(self.kpp),
            vat_id: Some(self.vat_id),
            tags: Some(self.tags),
            region_id: Some(self.region_id.map(|id| id.0)),
            sales_channel_id: Some(self.sales_channel_id.map(|id| id.0)),
            // As with the limit below.
            price_segment_id: self.price_segment_id.map(|id| Some(id.0)),
            department_id: Some(self.department_id.map(|id| id.0)),
            team_id: Some(self.team_id.map(|id| id.0)),
            manager_id: Some(self.manager_id.map(|id| id.0)),
            phone: Some(self.phone),
            email: Some(self.email),
            address: Some(self.address),
            // Naming a limit needs a right, so not naming one must stay apart from naming none.
            credit_limit: self.credit_limit.map(|limit| Some(limit.0)),
            credit_limit_currency: self.credit_limit_currency.map(|code| code.0),
            external_reference: Some(self.external_reference),
        };
        Ok(CreateCustomer {
            fields,
            contacts: self.contacts.into_iter().map(Into::into).collect(),
            agreement: terms.map_err(within_agreement)?,
        })
    }
}

/// Changes of a customer; what is left out stays, null empties.
#[derive(InputObject)]
pub struct UpdateCustomerInput {
    /// Which one.
    id: GlobalId<CustomerId>,
    /// The version that was read.
    version: i32,
    /// The name people call it by.
    name: Option<String>,
    /// The name that papers carry.
    legal_name: MaybeUndefined<String>,
    /// Its tax number (ИНН): 10 or 12 digits with check digits.
    inn: MaybeUndefined<String>,
    /// Its registration reason code (КПП): nine characters.
    kpp: MaybeUndefined<String>,
    /// Its VAT number where it is not Russian, with the country's two letters.
    vat_id: MaybeUndefined<String>,
    /// All the words it is marked with: at most 20 of 50 characters.
    tags: Option<Vec<String>>,
    /// Its sales region.
    region_id: MaybeUndefined<GlobalId<RegionId>>,
    /// The sales channel it buys through.
    sales_channel_id: MaybeUndefined<GlobalId<SalesChannelId>>,
    /// The segment that drives its prices. Needs the right terms.write.
    price_segment_id: MaybeUndefined<GlobalId<PriceSegmentId>>,
    /// The department that looks after it.
    department_id: MaybeUndefined<GlobalId<DepartmentId>>,
    /// The team that looks after it.
    team_id: MaybeUndefined<GlobalId<TeamId>>,
    /// The responsible manager; only to somebody within one's own reach.
    manager_id: MaybeUndefined<GlobalId<UserId>>,
    /// Its telephone number, as typed: 3 to 20 digits.
    phone: MaybeUndefined<String>,
    /// Its e-mail address.
    email: MaybeUndefined<String>,
    /// Its postal address.
    address: MaybeUndefined<String>,
    /// The most it may owe; null is no limit. Needs the right terms.write.
    credit_limit: MaybeUndefined<Decimal>,
    /// The currency of the limit. Needs the right terms.write.
    credit_limit_currency: Option<CurrencyCode>,
    /// Its key in another system; unique in the tenant.
    external_reference: MaybeUndefined<String>,
    /// Custom fields that change; those left out stay.
    #[graphql(default)]
    custom_fields: Vec<CustomFieldInput>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

impl UpdateCustomerInput {
    fn command(self) -> UpdateCustomer {
        let fields = CustomerChanges {
            name: self.name,
            legal_name: change(self.legal_name, |text| text),
            inn: change(self.inn, |text| text),
            kpp: change(self.kpp, |text| text),
            vat_id: change(self.vat_id, |text| text),
            tags: self.tags,
            region_id: change(self.region_id, |id| id.0),
            sales_channel_id: change(self.sales_channel_id, |id| id.0),
            price_segment_id: change(self.price_segment_id, |id| id.0),
            department_id: change(self.department_id, |id| id.0),
            team_id: change(self.team_id, |id| id.0),
            manager_id: change(self.manager_id, |id| id.0),
            phone: change(self.phone, |text| text),
            email: change(self.email, |text| text),
            address: change(self.address, |text| text),
            credit_limit: change(self.credit_limit, |limit| limit.0),
            credit_limit_currency: self.credit_limit_currency.map(|code| code.0),
            external_reference: change(self.external_reference, |text| text),
        };
        UpdateCustomer { id: self.id.0, version: self.version, fields }
    }
}

/// Which customer goes out of use.
#[derive(InputObject)]
pub struct ArchiveCustomerInput {
    /// Which one.
    id: GlobalId<CustomerId>,
    /// The version that was read.
    version: i32,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Which customer comes into use again.
#[derive(InputObject)]
pub struct RestoreCustomerInput {
    /// Which one.
    id: GlobalId<CustomerId>,
    /// The version that was read.
    version: i32,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// What came of making a customer.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct CreateCustomerPayload {
    /// The customer; null where it was refused.
    customer: Option<Customer>,
    /// Why nothing was written; empty where it was.
    user_errors: Vec<UserError>,
}

#[ComplexObject]
impl CreateCustomerPayload {
    /// Other customers that may be the same company, at most 20, the likeliest first: a warning,
    /// the new customer is there all the same. Only those within the caller's reach; none for who
    /// lacks the right customer.contact.
    async fn possible_duplicates(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<CustomerDuplicate>> {
        let Some(customer) = &self.customer else { return Ok(Vec::new()) };
        match duplicates(Session::of(ctx)?, Some(customer.key), None).await {
            // Who may write but not read has done his work all the same.
            Err(failure) if failure.is_forbidden() => Ok(Vec::new()),
            found => Ok(found?),
        }
    }
}

payloads! {
    /// What came of changing a customer.
    UpdateCustomerPayload {
        /// The customer; null where it was refused.
        customer: Customer
    }
    /// What came of archiving a customer.
    ArchiveCustomerPayload {
        /// The customer; null where it was refused.
        customer: Customer
    }
    /// What came of restoring a customer.
    RestoreCustomerPayload {
        /// The customer; null where it was refused.
        customer: Customer
    }
}

/// Mutations of customers.
#[derive(Default)]
pub struct CustomerMutation;

#[Object]
impl CustomerMutation {
    /// Makes a customer with contact persons and a default agreement.
    async fn create_customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The customer.")] mut input: CreateCustomerInput,
    ) -> async_graphql::Result<CreateCustomerPayload> {
        let key = input.idempotency_key.take();
        let given = std::mem::take(&mut input.custom_fields);
        let done = filled_anew::<::catalog::Customer, _>(ctx, input.command(), given, key).await?;
        let customer = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreateCustomerPayload { customer, user_errors: done.user_errors })
    }

    /// Changes a customer.
    async fn update_customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] mut input: UpdateCustomerInput,
    ) -> async_graphql::Result<UpdateCustomerPayload> {
        let key = input.idempotency_key.take();
        let given = std::mem::take(&mut input.custom_fields);
        let done =
            filled_in::<::catalog::Customer, _>(ctx, Ok(input.command()), given, key).await?;
        let customer = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdateCustomerPayload { customer, user_errors: done.user_errors })
    }

    /// Takes a customer out of use: nothing new is sold to it, documents under way go on.
    async fn archive_customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: ArchiveCustomerInput,
    ) -> async_graphql::Result<ArchiveCustomerPayload> {
        let command = ArchiveCustomer { id: input.id.0, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let customer = Session::of(ctx)?.load_made(done.output).await?;
        Ok(ArchiveCustomerPayload { customer, user_errors: done.user_errors })
    }

    /// Takes an archived customer into use again.
    async fn restore_customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: RestoreCustomerInput,
    ) -> async_graphql::Result<RestoreCustomerPayload> {
        let command = RestoreCustomer { id: input.id.0, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let customer = Session::of(ctx)?.load_made(done.output).await?;
        Ok(RestoreCustomerPayload { customer, user_errors: done.user_errors })
    }
}
