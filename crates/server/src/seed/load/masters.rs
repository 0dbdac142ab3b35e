//! What documents are made of: people, organization, warehouses, goods, prices, customers.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use approvals::AddRulePresets;
use catalog::{
    AddPackaging, AddRoutePresets, AgreementChanges, ContactChanges, CreateCustomer,
    CreateOrganization, CreatePriceList, CreateProduct, CreateProductGroup, CreateRegion,
    CreateWarehouse, CreditPolicy, CustomerChanges, Moment, NewPrice, OrganizationChanges,
    PackagingChanges, PaymentStep, PriceListChanges, ProductChanges, ProductGroupChanges,
    RegionChanges, SetPrices, WarehouseChanges,
};
use identity::{CreateDepartment, CreateUser, Passwords};
use kernel::{
    AgreementId, CustomerId, Decimal, DepartmentId, Language, OrganizationId, Percent, PriceListId,
    ProductGroupId, ProductId, RegionId, SalesRouteId, UserId, WarehouseId,
};

use super::extras;
use super::hand::Hand;
use crate::commands::sentence;
use crate::seed::DEMO_PASSWORD;
use crate::seed::model::{self, Company, Customer, PaymentMoment, Role};

/// The ids of everything documents refer to, in the order of the company's lists.
pub(super) struct Masters {
    pub(super) organization: OrganizationId,
    pub(super) warehouses: Vec<WarehouseId>,
    pub(super) products: Vec<ProductId>,
    pub(super) price_list: PriceListId,
    pub(super) customers: Vec<CustomerId>,
    /// The customers' default agreements.
    pub(super) agreements: Vec<AgreementId>,
}

/// The unit of what is counted.
const PIECE: &str = "шт";
/// One product in so many is packed in boxes.
const BOXED_EVERY: usize = 5;

/// How many steps [`write`] counts.
pub(super) fn steps(company: &Company) -> usize {
    company.users.len() + company.products.len() + company.customers.len()
}

pub(super) async fn write(
    hand: &Hand,
    company: &Company,
    passwords: &Passwords,
) -> Result<Masters> {
    let users = users(hand, company, passwords).await?;
    let organization = organization(hand, company).await?;
    let warehouses = warehouses(hand, company).await?;
    let groups = groups(hand, company).await?;
    let products = products(hand, company, &groups).await?;
    packagings(hand, company, &products).await?;
    let price_list = prices(hand, company, &products).await?;
    let regions = regions(hand, company).await?;
    let routes = routes(hand).await?;
    let rules = AddRulePresets { language: Language::Ru };
    hand.does("approval rules".to_owned(), rules).await?;
    let mut customers = Vec::with_capacity(company.customers.len());
    for (number, customer) in company.customers.iter().enumerate() {
        let region = regions.get(customer.region).copied();
        let manager = users[customer.manager];
        let command = new_customer(company, customer, region, manager)?;
        customers.push(hand.does(format!("customer:{number}"), command).await?);
        hand.advance(1);
    }
    let agreements = agreements(hand, &customers).await?;
    let masters = Masters { organization, warehouses, products, price_list, customers, agreements };
    extras::cards(hand, &masters, &routes).await?;
    Ok(masters)
}

/// Everybody but the administrator, who came with the tenant.
async fn users(
    hand: &Hand,
    company: &Company,
    passwords: &Passwords,
) -> Result<Vec<Option<UserId>>> {
    let mut departments: Vec<DepartmentId> = Vec::with_capacity(company.departments.len());
    for (number, name) in company.departments.iter().enumerate() {
        let command = CreateDepartment { name: (*name).to_owned(), parent: None };
        departments.push(hand.does(format!("department:{number}"), command).await?);
    }
    let mut users = Vec::with_capacity(company.users.len());
    for (number, user) in company.users.iter().enumerate() {
        hand.advance(1);
        if user.role == Role::Admin {
            users.push(None);
            continue;
        }
        let password = passwords.hash(DEMO_PASSWORD, &user.email).await.map_err(sentence)?;
        let command = CreateUser {
            email: user.email.clone(),
            name: user.name.to_owned(),
            password,
            language: Language::Ru,
            roles: vec![user.role.code().to_owned()],
            department: user.department.map(|position| departments[position]),
            max_discount: None,
            external_reference: None,
        };
        users.push(Some(hand.does(format!("user:{number}"), command).await?));
    }
    Ok(users)
}

async fn organization(hand: &Hand, company: &Company) -> Result<OrganizationId> {
    let firm = company.organizations.first().context("a demo company is an organization")?;
    let fields = OrganizationChanges {
        name: Some(firm.name.to_owned()),
        inn: Some(Some(firm.inn.clone())),
        kpp: Some(Some(firm.kpp.clone())),
        address: Some(Some(firm.address.to_owned())),
        prefix: Some(prefix(company.name)),
        ..OrganizationChanges::default()
    };
    hand.does("organization".to_owned(), CreateOrganization { fields }).await
}

/// The first two letters of what stands in quotation marks, capital.
fn prefix(name: &str) -> String {
    let quoted = name.split('«').nth(1).unwrap_or(name);
    quoted.chars().take(2).flat_map(char::to_uppercase).collect()
}

async fn warehouses(hand: &Hand, company: &Company) -> Result<Vec<WarehouseId>> {
    let mut ids = Vec::with_capacity(company.warehouses.len());
    for (number, warehouse) in (1..).zip(&company.warehouses) {
        let fields = WarehouseChanges {
            name: Some(warehouse.name.to_owned()),
            address: Some(Some(warehouse.address.to_owned())),
            priority: Some(number * 10),
            external_reference: Some(Some(warehouse.code.to_owned())),
            ..WarehouseChanges::default()
        };
        ids.push(hand.does(format!("warehouse:{number}"), CreateWarehouse { fields }).await?);
    }
    Ok(ids)
}

async fn groups(hand: &Hand, company: &Company) -> Result<Vec<ProductGroupId>> {
    let mut ids: Vec<ProductGroupId> = Vec::with_capacity(company.groups.len());
    for (number, group) in company.groups.iter().enumerate() {
        let fields = ProductGroupChanges {
            name: Some(group.name.to_owned()),
            parent_id: Some(group.parent.map(|position| ids[position])),
            ..ProductGroupChanges::default()
        };
        ids.push(hand.does(format!("group:{number}"), CreateProductGroup { fields }).await?);
    }
    Ok(ids)
}

async fn products(
    hand: &Hand,
    company: &Company,
    groups: &[ProductGroupId],
) -> Result<Vec<ProductId>> {
    let mut ids = Vec::with_capacity(company.products.len());
    for (number, product) in company.products.iter().enumerate() {
        let fields = ProductChanges {
            sku: Some(product.sku.clone()),
            name: Some(product.name.clone()),
            group_id: Some(Some(groups[product.group])),
            unit: Some(product.unit.to_owned()),
            vat_rate: Some(Some(percent(product.vat_rate)?)),
            ..ProductChanges::default()
        };
        ids.push(hand.does(format!("product:{number}"), CreateProduct { fields }).await?);
        hand.advance(1);
    }
    Ok(ids)
}

/// Some of the goods that are counted in pieces come in boxes too.
async fn packagings(hand: &Hand, company: &Company, products: &[ProductId]) -> Result<()> {
    let boxed = company.products.iter().zip(products).enumerate();
    for (number, (product, id)) in boxed.step_by(BOXED_EVERY) {
        if product.unit != PIECE {
            continue;
        }
        let fields = PackagingChanges {
            name: Some("коробка".to_owned()),
            numerator: Some(12),
            ..PackagingChanges::default()
        };
        hand.does(format!("packaging:{number}"), AddPackaging { product: *id, fields }).await?;
    }
    Ok(())
}

async fn prices(hand: &Hand, company: &Company, products: &[ProductId]) -> Result<PriceListId> {
    let fields = PriceListChanges {
        name: Some("Базовый прайс-лист".to_owned()),
        includes_vat: Some(true),
        ..PriceListChanges::default()
    };
    let list = hand.does("price list".to_owned(), CreatePriceList { fields }).await?;
    let mut by_day: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for price in &company.prices {
        by_day
            .entry(price.valid_from)
            .or_default()
            .push(NewPrice::of(products[price.product], price.price));
    }
    for (valid_from, prices) in by_day {
        let command = SetPrices { price_list: list, valid_from, prices };
        hand.does(format!("prices:{valid_from}"), command).await?;
    }
    Ok(list)
}

async fn routes(hand: &Hand) -> Result<Vec<SalesRouteId>> {
    let command = AddRoutePresets { language: Language::Ru };
    hand.does("sales routes".to_owned(), command).await
}

async fn regions(hand: &Hand, company: &Company) -> Result<BTreeMap<&'static str, RegionId>> {
    let mut ids = BTreeMap::new();
    for customer in &company.customers {
        if ids.contains_key(customer.region) {
            continue;
        }
        let name = Some(customer.region.to_owned());
        let fields = RegionChanges { name, ..RegionChanges::default() };
        let step = format!("region:{}", customer.region);
        ids.insert(customer.region, hand.does(step, CreateRegion { fields }).await?);
    }
    Ok(ids)
}

fn new_customer(
    company: &Company,
    customer: &Customer,
    region: Option<RegionId>,
    manager: Option<UserId>,
) -> Result<CreateCustomer> {
    let terms = &customer.agreement;
    let steps: Result<Vec<PaymentStep>> = terms.payment_steps.iter().map(step).collect();
    let agreement = AgreementChanges {
        name: Some(format!("Договор от {}", terms.valid_from.format("%d.%m.%Y"))),
        discount_percent: Some(percent(terms.discount)?),
        credit_policy: Some(match terms.credit_policy {
            model::CreditPolicy::Warn => CreditPolicy::Warn,
            model::CreditPolicy::Block => CreditPolicy::Block,
        }),
        ..AgreementChanges::default()
    };
    let contact = |person: &model::Contact| ContactChanges {
        name: Some(person.name.clone()),
        position: Some(Some(person.position.to_owned())),
        phone: Some(Some(person.phone.clone())),
        email: Some(Some(person.email.clone())),
        ..ContactChanges::default()
    };
    let fields = CustomerChanges {
        name: Some(customer.name.clone()),
        legal_name: Some(Some(customer.name.clone())),
        inn: Some(Some(customer.inn.clone())),
        kpp: Some(customer.kpp.clone()),
        region_id: Some(region),
        manager_id: Some(manager),
        phone: Some(Some(customer.phone.clone())),
        email: Some(Some(customer.email.clone())),
        address: Some(Some(customer.address.clone())),
        credit_limit: Some(Some(customer.credit_limit)),
        credit_limit_currency: kernel::Currency::parse(company.currency),
        ..CustomerChanges::default()
    };
    Ok(CreateCustomer {
        fields,
        contacts: customer.contacts.iter().map(|person| contact(person).into()).collect(),
        agreement: Some((agreement, Some(steps?))),
    })
}

fn step(step: &model::PaymentStep) -> Result<PaymentStep> {
    Ok(PaymentStep {
        percent: percent(step.percent)?,
        moment: match step.moment {
            PaymentMoment::BeforeShipment => Moment::BeforeShipment,
            PaymentMoment::AfterShipment => Moment::AfterShipment,
        },
        days: i32::from(step.days),
    })
}

pub(super) fn percent(value: Decimal) -> Result<Percent> {
    Percent::new(value).ok().with_context(|| format!("{value} is no percentage"))
}

async fn agreements(hand: &Hand, customers: &[CustomerId]) -> Result<Vec<AgreementId>> {
    let reader = hand.reader();
    let tx = reader.tx().await?;
    let permit = hand.scope().permit()?;
    let found = catalog::agreements_by_customer(&tx, &permit, customers).await;
    drop(tx);
    reader.renew().await;
    let found = found.map_err(sentence)?;
    let own = |customer| found.get(customer)?.first().map(|agreement| agreement.id);
    let all: Option<Vec<AgreementId>> = customers.iter().map(own).collect();
    all.context("a customer has no agreement")
}
