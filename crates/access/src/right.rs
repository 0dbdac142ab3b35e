//! The list of rights. A right is an object and an act, as casbin writes them; actions name one
//! right each. Field rights (cost, prices, customers' terms) are rights like any other.

use serde::{Deserialize, Serialize};

macro_rules! rights {
    ($($(#[doc = $doc:literal])+ $name:ident = $object:literal . $act:literal),* $(,)?) => {
        /// One thing that can be allowed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Right { $($(#[doc = $doc])+ $name),* }

        impl Right {
            /// Every right, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// What it is about, as the policy file writes it.
            #[must_use]
            pub fn object(self) -> &'static str {
                match self { $(Self::$name => $object),* }
            }

            /// What is done, as the policy file writes it.
            #[must_use]
            pub fn act(self) -> &'static str {
                match self { $(Self::$name => $act),* }
            }

            /// What it allows, in English.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_ascii()),* }
            }
        }
    };
}

rights! {
    /// See users, departments and teams.
    UserRead = "user"."read",
    /// Make users, shut them, give them roles.
    UserWrite = "user"."write",
    /// Hand somebody's customers and documents over to others, and end his way in.
    UserHandOver = "user"."hand_over",
    /// See roles and their rights.
    RoleRead = "role"."read",
    /// Make roles and change their rights.
    RoleWrite = "role"."write",
    /// See API keys.
    KeyRead = "key"."read",
    /// Make and revoke API keys.
    KeyWrite = "key"."write",
    /// Read the audit trail.
    AuditRead = "audit"."read",
    /// Change the tenant's settings.
    SettingsWrite = "settings"."write",
    /// Make and change the fields that the tenant adds to its records.
    CustomFieldWrite = "custom_field"."write",
    /// See organizations, warehouses, regions, channels, currencies, tax categories.
    DirectoryRead = "directory"."read",
    /// Make and change organizations, warehouses, regions, channels, currencies, tax categories.
    DirectoryWrite = "directory"."write",
    /// Set rates of currencies and of VAT.
    RateWrite = "rate"."write",
    /// Make and change sales routes.
    SalesRouteWrite = "sales_route"."write",
    /// See suppliers and what they sell.
    SupplierRead = "supplier"."read",
    /// Make and change suppliers, what they sell and, with the right to see cost, for how much.
    SupplierWrite = "supplier"."write",
    /// Close a period of an organization and open it again.
    PeriodClose = "period"."close",
    /// See customers: name, region, addresses.
    CustomerRead = "customer"."read",
    /// See customers' tax numbers, telephones, e-mails, tags and contact persons.
    CustomerContact = "customer"."contact",
    /// Make and change customers and contact persons.
    CustomerWrite = "customer"."write",
    /// Merge a customer's card into another one, with its documents, debts and agreements.
    CustomerMerge = "customer"."merge",
    /// See customers' credit limit and agreements.
    TermsRead = "terms"."read",
    /// Set customers' credit limit, agreements and payment steps.
    TermsWrite = "terms"."write",
    /// Propose agreements: drafts, which others put in force.
    TermsPropose = "terms"."propose",
    /// See products and their groups.
    ProductRead = "product"."read",
    /// Make and change products and their groups.
    ProductWrite = "product"."write",
    /// See sale prices and amounts, price lists and segments.
    PriceRead = "price"."read",
    /// Set prices of price lists, make and change price segments.
    PriceWrite = "price"."write",
    /// See unit cost, cost, profit and margin.
    CostRead = "cost"."read",
    /// See stock: lots, balances, reservations, movements.
    StockRead = "stock"."read",
    /// Say in which bins goods lie.
    StockPlace = "stock"."place",
    /// See goods receipts.
    ReceiptRead = "receipt"."read",
    /// Write and post goods receipts.
    ReceiptWrite = "receipt"."write",
    /// State the cost of received goods.
    ReceiptCost = "receipt"."cost",
    /// Reverse a posted receipt.
    ReceiptReverse = "receipt"."reverse",
    /// See transfers between warehouses.
    TransferRead = "transfer"."read",
    /// Write transfers between warehouses, send, receive and return them.
    TransferWrite = "transfer"."write",
    /// Hold lots back and let them go.
    LotBlock = "lot"."block",
    /// See write-offs.
    WriteOffRead = "write_off"."read",
    /// Write write-offs.
    WriteOffWrite = "write_off"."write",
    /// Post write-offs: goods leave stock for good.
    WriteOffPost = "write_off"."post",
    /// Reverse a posted write-off.
    WriteOffReverse = "write_off"."reverse",
    /// See stock counts.
    CountRead = "count"."read",
    /// Start stock counts and enter what is found.
    CountWrite = "count"."write",
    /// Post stock counts: differences go into stock.
    CountPost = "count"."post",
    /// Reverse a posted stock count.
    CountReverse = "count"."reverse",
    /// See landed costs; their amounts need the right to see cost.
    LandedCostRead = "landed_cost"."read",
    /// Write and post landed costs.
    LandedCostWrite = "landed_cost"."write",
    /// Reverse a posted landed cost.
    LandedCostReverse = "landed_cost"."reverse",
    /// See what orders miss, and who waits for what.
    DemandRead = "demand"."read",
    /// See purchase orders; for how much needs the right to see cost.
    PurchaseRead = "purchase"."read",
    /// Write purchase orders, order, close and cancel them; set reorder points.
    PurchaseWrite = "purchase"."write",
    /// Receive more than a purchase order's tolerance lets in.
    PurchaseExceed = "purchase"."exceed",
    /// See bills of materials.
    BillRead = "bill"."read",
    /// Make and change bills of materials.
    BillWrite = "bill"."write",
    /// See assembly orders.
    AssemblyRead = "assembly"."read",
    /// Write and post assembly orders.
    AssemblyWrite = "assembly"."write",
    /// Reverse a posted assembly order.
    AssemblyReverse = "assembly"."reverse",
    /// See sales orders.
    OrderRead = "order"."read",
    /// Write sales orders, confirm and cancel them.
    OrderWrite = "order"."write",
    /// Give goods held for one order to another.
    ReservationMove = "reservation"."move",
    /// Set a price of one's own on an order's line.
    OrderPrice = "order"."price",
    /// Give any discount, without a limit of one's own.
    OrderDiscount = "order"."discount",
    /// Sell below a product's minimum price or margin.
    OrderBelowMinimum = "order"."below_minimum",
    /// See quotes.
    QuoteRead = "quote"."read",
    /// Write quotes, send them, answer them for the customer, make orders of them.
    QuoteWrite = "quote"."write",
    /// See one quote through its link, accept or decline it; given by such a link alone.
    QuoteAnswer = "quote"."answer",
    /// See what was asked for approval, why, and what was decided.
    ApprovalRead = "approval"."read",
    /// Withdraw what was asked for approval.
    ApprovalAsk = "approval"."ask",
    /// Decide what the rules ask one about, and name deputies.
    ApprovalDecide = "approval"."decide",
    /// See one request for approval through its link, and decide it; given by such a link alone.
    ApprovalAnswer = "approval"."answer",
    /// See the rules of approvals.
    ApprovalRuleRead = "approval_rule"."read",
    /// Make, change and switch the rules of approvals, and name deputies for others.
    ApprovalRuleWrite = "approval_rule"."write",
    /// See shipments.
    ShipmentRead = "shipment"."read",
    /// Write and post shipments.
    ShipmentPost = "shipment"."post",
    /// Reverse a posted shipment.
    ShipmentReverse = "shipment"."reverse",
    /// See pick tasks.
    PickRead = "pick"."read",
    /// Ask for goods of orders to be picked, and call it off.
    PickAsk = "pick"."ask",
    /// Take pick tasks and pick goods.
    PickWrite = "pick"."write",
    /// See returns and credit notes.
    ReturnRead = "return"."read",
    /// Write returns.
    ReturnWrite = "return"."write",
    /// Take returned goods in: post returns and their credit notes.
    ReturnPost = "return"."post",
    /// Reverse a posted return with its credit note.
    ReturnReverse = "return"."reverse",
    /// See deliveries.
    DeliveryRead = "delivery"."read",
    /// Plan deliveries and say how they go.
    DeliveryWrite = "delivery"."write",
    /// Say what deliveries cost.
    DeliveryCost = "delivery"."cost",
    /// Date a document before today.
    DocumentBackdate = "document"."backdate",
    /// See payments.
    PaymentRead = "payment"."read",
    /// Record payments and allocate them.
    PaymentWrite = "payment"."write",
    /// Reverse a payment.
    PaymentReverse = "payment"."reverse",
    /// See lines of bank statements.
    BankRead = "bank"."read",
    /// Bring in lines of bank statements, and make payments of them or put them aside.
    BankWrite = "bank"."write",
    /// See invoices.
    InvoiceRead = "invoice"."read",
    /// Issue and cancel invoices.
    InvoiceWrite = "invoice"."write",
    /// See tax invoices.
    TaxInvoiceRead = "tax_invoice"."read",
    /// Issue and cancel tax invoices.
    TaxInvoiceWrite = "tax_invoice"."write",
    /// See service acts.
    ActRead = "act"."read",
    /// Write and post service acts.
    ActWrite = "act"."write",
    /// Reverse a posted service act.
    ActReverse = "act"."reverse",
    /// See price corrections.
    CorrectionRead = "correction"."read",
    /// Write and post price corrections with their credit notes.
    CorrectionWrite = "correction"."write",
    /// Reverse a posted price correction with its credit note.
    CorrectionReverse = "correction"."reverse",
    /// See what customers owe.
    ReceivableRead = "receivable"."read",
    /// See sales reports.
    SalesReport = "report"."sales",
    /// See reports about receivables and money.
    MoneyReport = "report"."money",
    /// See reports about stock.
    StockReport = "report"."stock",
    /// See dashboards.
    DashboardRead = "dashboard"."read",
    /// Receive the tenant's events.
    EventRead = "event"."read",
    /// Bring in records from files.
    ImportRun = "import"."run",
    /// Write lists that one may see to files, and see such exports.
    ExportRun = "export"."run",
}

/// Whose records a right reaches. A wider reach includes the narrower ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Reach {
    /// Records whose responsible manager is the user.
    Own,
    /// Records whose responsible manager is in one of the user's teams.
    Team,
    /// All records of the tenant.
    All,
}

impl Reach {
    /// Reads a reach as the policy file writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "OWN" => Some(Self::Own),
            "TEAM" => Some(Self::Team),
            "ALL" => Some(Self::All),
            _ => None,
        }
    }

    /// The reach as the policy file writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Own => "OWN",
            Self::Team => "TEAM",
            Self::All => "ALL",
        }
    }
}
