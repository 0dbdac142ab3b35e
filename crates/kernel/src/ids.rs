//! One type per id, so that a customer's id is never taken for an order's. All of them are UUID
//! version 7: unique without a counter, and rows created together lie together in an index.

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
            DeriveValueType,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id; later ids sort after earlier ones.
            #[must_use]
            #[allow(clippy::new_without_default)]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )*};
}

ids! {
    /// One client company of the service.
    TenantId,
    /// A person who signs in to one tenant.
    UserId,
    /// One signing-in, from the password to the sign-out.
    SessionId,
    /// A partner's key.
    ApiKeyId,
    /// A single-purpose link.
    LinkId,
    /// A letter on its way.
    MailId,
    /// A group of managers with a head.
    TeamId,
    /// A node of the tenant's tree of departments.
    DepartmentId,
    /// A sales region.
    RegionId,
    /// A legal entity of the tenant that sells.
    OrganizationId,
    /// A place where goods lie.
    WarehouseId,
    /// A company that buys.
    CustomerId,
    /// A person at a customer.
    ContactId,
    /// Commercial terms with one customer.
    AgreementId,
    /// A legal paper with one customer.
    ContractId,
    /// Where a customer's goods go.
    DeliveryAddressId,
    /// A node of the tree of products.
    ProductGroupId,
    /// Goods or a service.
    ProductId,
    /// A list of prices in one currency.
    PriceListId,
    /// Many prices of a list changed at once.
    PriceChangeId,
    /// Where a customer comes from: shop, site, dealers.
    SalesChannelId,
    /// Customers that share a price list.
    PriceSegmentId,
    /// A way of selling: when goods are held, what covers what is short.
    SalesRouteId,
    /// A company that sells to the tenant.
    SupplierId,
    /// What a supplier calls a product, and how it sells it.
    SupplierItemId,
    /// A currency the tenant works in.
    CurrencyId,
    /// Goods taxed alike.
    VatCategoryId,
    /// A place inside a warehouse.
    BinId,
    /// A unit in which a product is packed, bought or sold.
    PackagingId,
    /// A product in one combination of attributes.
    ProductVariantId,
    /// What variants differ by: colour, size, grade.
    ProductAttributeId,
    /// One of the values that an attribute may have.
    AttributeChoiceId,
    /// A percentage off, and for whom, what and when.
    DiscountRuleId,
    /// A field that the tenant added to a kind of record.
    CustomFieldId,
    /// A received quantity with its own value.
    LotId,
    /// Goods coming in.
    ReceiptId,
    /// A line of a receipt.
    ReceiptLineId,
    /// Goods moved between warehouses.
    TransferId,
    /// A line of a transfer.
    TransferLineId,
    /// Goods that are no more.
    WriteOffId,
    /// A line of a write-off.
    WriteOffLineId,
    /// A stock count.
    CountId,
    /// Goods of a count.
    CountLineId,
    /// A cost that comes after its goods.
    LandedCostId,
    /// Goods of a landed cost.
    LandedCostLineId,
    /// One change of one balance row.
    MovementId,
    /// A quantity of a lot held for an order line.
    ReservationId,
    /// What an order's line misses.
    DemandId,
    /// What is ordered of a supplier.
    PurchaseOrderId,
    /// A line of a purchase order.
    PurchaseOrderLineId,
    /// Goods going back to a supplier.
    SupplierReturnId,
    /// A line of a return to a supplier.
    SupplierReturnLineId,
    /// From which quantity on a shelf is filled up.
    ReorderPointId,
    /// A bill of materials.
    BillId,
    /// Goods put together of others, or taken apart.
    AssemblyOrderId,
    /// A component of an assembly order.
    AssemblyLineId,
    /// What a customer ordered.
    OrderId,
    /// A line of an order.
    OrderLineId,
    /// What was offered to a customer.
    QuoteId,
    /// A line of a quote.
    QuoteLineId,
    /// Goods leaving, revenue and cost.
    ShipmentId,
    /// A line of a shipment.
    ShipmentLineId,
    /// Who must agree before something special happens.
    ApprovalRuleId,
    /// One asking, with its reasons.
    ApprovalRequestId,
    /// One person's word on a request.
    ApprovalDecisionId,
    /// Somebody who decides in another's place.
    ApprovalDeputyId,
    /// What a storekeeper is to take from the shelves, and for whom.
    PickTaskId,
    /// A line of a pick task.
    PickLineId,
    /// Goods of a shipment coming back.
    SalesReturnId,
    /// A line of a return.
    SalesReturnLineId,
    /// The paper by which a customer owes less.
    CreditNoteId,
    /// A shipment on its way to the customer.
    DeliveryId,
    /// A cost of one shipment beside what its goods cost.
    VariableCostId,
    /// One line of the register of sales.
    SaleFactId,
    /// Money a customer owes by one due date.
    ReceivableId,
    /// Money received.
    PaymentId,
    /// A part of a payment that settles a receivable.
    AllocationId,
    /// A request to pay.
    InvoiceId,
    /// Money given back to a customer.
    RefundId,
    /// A line of a bank's statement.
    BankLineId,
    /// Services done: revenue and a debt without goods.
    ServiceActId,
    /// A line of an act.
    ServiceActLineId,
    /// What was sold becoming cheaper afterwards.
    PriceCorrectionId,
    /// A line of a price correction.
    PriceCorrectionLineId,
    /// The tax paper of a sale, or of what lessens one.
    TaxInvoiceId,
    /// A user's dashboard.
    DashboardId,
    /// A row of the audit trail.
    AuditId,
    /// A row of the outbox.
    EventId,
    /// A file that hangs on a record.
    AttachmentId,
    /// A file being brought in.
    ImportJobId,
    /// A list being written to a file.
    ExportJobId,
    /// Somebody's records going to others.
    HandOverId,
}
