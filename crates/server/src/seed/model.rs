//! What the generator gives: a company's settings, its catalog and what happened, as plain values.
//!
//! Records point at each other by their position in the company's lists.

use chrono::NaiveDate;
use kernel::round_money;
use rust_decimal::Decimal;

/// One demo tenant.
#[derive(Debug, Clone, PartialEq)]
pub struct Company {
    /// What users type as the tenant when they sign in.
    pub slug: &'static str,
    pub name: &'static str,
    /// ISO 4217 code of all amounts of this company.
    pub currency: &'static str,
    pub departments: Vec<&'static str>,
    pub users: Vec<User>,
    pub organizations: Vec<Organization>,
    pub warehouses: Vec<Warehouse>,
    /// Parents stand before their children.
    pub groups: Vec<Group>,
    pub products: Vec<Product>,
    /// The base price list; prices include VAT.
    pub prices: Vec<ListPrice>,
    pub customers: Vec<Customer>,
    /// All orders, in order of their date; events name them by position.
    pub orders: Vec<Order>,
    /// What happened, sorted by date; events of one day stand in the order they can be posted.
    pub events: Vec<Event>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct User {
    pub email: String,
    pub name: &'static str,
    pub role: Role,
    /// Position in [`Company::departments`]; managers have one.
    pub department: Option<usize>,
}

/// The roles a tenant starts with (domain text, section 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Director,
    Manager,
    Warehouse,
    Accounting,
    Admin,
}

impl Role {
    /// The role's code, which is also the name of its first mailbox.
    pub fn code(self) -> &'static str {
        match self {
            Self::Director => "director",
            Self::Manager => "manager",
            Self::Warehouse => "warehouse",
            Self::Accounting => "accounting",
            Self::Admin => "admin",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Organization {
    pub name: &'static str,
    pub inn: String,
    pub kpp: String,
    pub address: &'static str,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Warehouse {
    pub code: &'static str,
    pub name: &'static str,
    pub address: &'static str,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    pub name: &'static str,
    /// Position in [`Company::groups`]; none at the top.
    pub parent: Option<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    pub sku: String,
    pub name: String,
    /// Position in [`Company::groups`].
    pub group: usize,
    /// Base unit, as printed.
    pub unit: &'static str,
    /// Percent.
    pub vat_rate: Decimal,
}

/// A price of the base list, valid until a later one of the same product.
#[derive(Debug, Clone, PartialEq)]
pub struct ListPrice {
    /// Position in [`Company::products`].
    pub product: usize,
    pub valid_from: NaiveDate,
    /// Per base unit, VAT included.
    pub price: Decimal,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    pub name: String,
    pub inn: String,
    /// Persons in business have none.
    pub kpp: Option<String>,
    pub address: String,
    pub region: &'static str,
    pub phone: String,
    pub email: String,
    pub contacts: Vec<Contact>,
    /// Position in [`Company::users`].
    pub manager: usize,
    pub credit_limit: Decimal,
    pub agreement: Agreement,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    pub name: String,
    pub position: &'static str,
    pub phone: String,
    pub email: String,
}

/// The customer's default terms, on the base price list.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    pub valid_from: NaiveDate,
    /// Sums to 100 percent.
    pub payment_steps: Vec<PaymentStep>,
    /// Personal discount in percent.
    pub discount: Decimal,
    pub credit_policy: CreditPolicy,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PaymentStep {
    pub percent: Decimal,
    pub moment: PaymentMoment,
    /// Days after that moment.
    pub days: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentMoment {
    BeforeShipment,
    AfterShipment,
}

/// What happens when a gate finds debt over the limit. Nothing in the demo's history is stopped
/// by its policy: `Block` stands only where money always came first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreditPolicy {
    Warn,
    Block,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// Position in [`Company::customers`]; its manager is responsible.
    pub customer: usize,
    /// Position in [`Company::warehouses`].
    pub warehouse: usize,
    pub date: NaiveDate,
    pub lines: Vec<OrderLine>,
}

impl Order {
    /// The sum of the lines' rounded amounts.
    pub fn total(&self) -> Decimal {
        self.lines.iter().map(OrderLine::amount).sum()
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct OrderLine {
    /// Position in [`Company::products`]; at most one line of an order names a product.
    pub product: usize,
    pub quantity: Decimal,
    /// The list price on the order's date, VAT included.
    pub price: Decimal,
    /// Percent.
    pub discount: Decimal,
}

impl OrderLine {
    /// What the whole line costs.
    pub fn amount(&self) -> Decimal {
        self.amount_of(self.quantity)
    }

    /// What a part of the line costs: round(quantity × price × (1 − discount / 100), 2), half away
    /// from zero (domain text, section 2).
    pub fn amount_of(&self, quantity: Decimal) -> Decimal {
        let kept = Decimal::ONE_HUNDRED - self.discount;
        round_money(quantity * self.price * kept / Decimal::ONE_HUNDRED)
    }
}

/// Something that happened on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub on: NaiveDate,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// Goods came in, each line as a lot.
    Receive(Receipt),
    /// The order at this position of [`Company::orders`] was written down as a draft.
    Draft { order: usize },
    /// It was confirmed; its goods are reserved from here on.
    Confirm { order: usize },
    /// Money came in.
    Pay(Payment),
    /// Goods left.
    Ship(Shipment),
    /// A confirmed order was called off before anything of it was shipped or paid.
    Cancel { order: usize },
}

#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    pub warehouse: usize,
    pub supplier: &'static str,
    pub lines: Vec<ReceiptLine>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ReceiptLine {
    /// Position in [`Company::products`].
    pub product: usize,
    pub quantity: Decimal,
    /// Per base unit, without VAT.
    pub unit_cost: Decimal,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Payment {
    pub customer: usize,
    /// The order it was made for; none is an advance on account.
    pub order: Option<usize>,
    pub amount: Decimal,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Shipment {
    pub order: usize,
    /// What left, by line; lines that stayed behind are absent.
    pub lines: Vec<ShipmentLine>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ShipmentLine {
    /// Position in [`Order::lines`].
    pub line: usize,
    pub quantity: Decimal,
}
