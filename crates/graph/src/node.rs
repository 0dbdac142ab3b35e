//! Any record by its global id. Each context adds its types to the one list below; a record that
//! does not exist, is another tenant's, or is out of the caller's reach is null alike.

use async_graphql::{Context, ID, Interface, Object};

use crate::errors::Failure;
use crate::ids::{AnyId, NodeId};
use crate::session::Session;

/// Most ids of one `nodes` field.
const MOST_NODES: usize = 250;

macro_rules! nodes {
    ($($name:ident($($object:ident)::+, $id:ident)),* $(,)?) => {
        /// A record with a global id.
        #[derive(Clone, Interface)]
        #[graphql(field(
            name = "id",
            ty = "ID",
            desc = "The opaque global id: it holds the type and never changes."
        ))]
        pub enum Node { $(
            #[allow(missing_docs)]
            $name($($object)::+)
        ),* }

        /// The record with this id, or none for the caller.
        pub(crate) async fn find(session: &Session, id: AnyId) -> Result<Option<Node>, Failure> {
            match id.kind.as_str() {
                $(<kernel::$id as NodeId>::TYPE => {
                    Ok(session.load(kernel::$id(id.uuid)).await?.map(Node::$name))
                })*
                _ => Ok(None),
            }
        }
    };
}

// The object needs `pub async fn id(&self) -> ID` and `impl Load<Id> for Loaders` with itself as
// the value.
nodes! {
    Tenant(crate::identity::Tenant, TenantId),
    User(crate::identity::User, UserId),
    Department(crate::identity::Department, DepartmentId),
    Team(crate::identity::Team, TeamId),
    ApiKey(crate::identity::ApiKey, ApiKeyId),
    AuditEntry(crate::identity::AuditEntry, AuditId),
    Organization(crate::catalog::Organization, OrganizationId),
    Warehouse(crate::catalog::Warehouse, WarehouseId),
    Region(crate::catalog::Region, RegionId),
    SalesChannel(crate::catalog::SalesChannel, SalesChannelId),
    PriceSegment(crate::catalog::PriceSegment, PriceSegmentId),
    SalesRoute(crate::catalog::SalesRoute, SalesRouteId),
    Supplier(crate::catalog::Supplier, SupplierId),
    SupplierItem(crate::catalog::SupplierItem, SupplierItemId),
    Currency(crate::catalog::Currency, CurrencyId),
    VatCategory(crate::catalog::VatCategory, VatCategoryId),
    Bin(crate::catalog::Bin, BinId),
    Customer(crate::catalog::Customer, CustomerId),
    ContactPerson(crate::catalog::ContactPerson, ContactId),
    Agreement(crate::catalog::Agreement, AgreementId),
    Contract(crate::catalog::Contract, ContractId),
    DeliveryAddress(crate::catalog::DeliveryAddress, DeliveryAddressId),
    ProductGroup(crate::catalog::ProductGroup, ProductGroupId),
    Product(crate::catalog::Product, ProductId),
    ProductPackaging(crate::catalog::ProductPackaging, PackagingId),
    ProductVariant(crate::catalog::ProductVariant, ProductVariantId),
    ProductAttribute(crate::catalog::ProductAttribute, ProductAttributeId),
    PriceList(crate::catalog::PriceList, PriceListId),
    PriceChange(crate::catalog::PriceChange, PriceChangeId),
    DiscountRule(crate::catalog::DiscountRule, DiscountRuleId),
    CustomField(crate::custom::CustomField, CustomFieldId),
    GoodsReceipt(crate::stock::GoodsReceipt, ReceiptId),
    GoodsReceiptLine(crate::stock::GoodsReceiptLine, ReceiptLineId),
    StockTransfer(crate::stock::StockTransfer, TransferId),
    StockTransferLine(crate::stock::StockTransferLine, TransferLineId),
    WriteOff(crate::stock::WriteOff, WriteOffId),
    WriteOffLine(crate::stock::WriteOffLine, WriteOffLineId),
    StockCount(crate::stock::StockCount, CountId),
    StockCountLine(crate::stock::StockCountLine, CountLineId),
    LandedCost(crate::stock::LandedCost, LandedCostId),
    LandedCostLine(crate::stock::LandedCostLine, LandedCostLineId),
    Lot(crate::stock::Lot, LotId),
    StockMovement(crate::stock::StockMovement, MovementId),
    Reservation(crate::stock::Reservation, ReservationId),
    Demand(crate::stock::Demand, DemandId),
    PurchaseOrder(crate::stock::PurchaseOrder, PurchaseOrderId),
    PurchaseOrderLine(crate::stock::PurchaseOrderLine, PurchaseOrderLineId),
    SupplierReturn(crate::stock::SupplierReturn, SupplierReturnId),
    ReorderPoint(crate::stock::ReorderPoint, ReorderPointId),
    BillOfMaterials(crate::stock::BillOfMaterials, BillId),
    AssemblyOrder(crate::stock::AssemblyOrder, AssemblyOrderId),
    AssemblyOrderLine(crate::stock::AssemblyOrderLine, AssemblyLineId),
    SalesOrder(crate::sales::SalesOrder, OrderId),
    SalesOrderLine(crate::sales::SalesOrderLine, OrderLineId),
    Quote(crate::sales::Quote, QuoteId),
    QuoteLine(crate::sales::QuoteLine, QuoteLineId),
    Shipment(crate::sales::Shipment, ShipmentId),
    ShipmentLine(crate::sales::ShipmentLine, ShipmentLineId),
    ApprovalRule(crate::approvals::ApprovalRule, ApprovalRuleId),
    ApprovalRequest(crate::approvals::ApprovalRequest, ApprovalRequestId),
    ApprovalDeputy(crate::approvals::ApprovalDeputy, ApprovalDeputyId),
    PickTask(crate::sales::PickTask, PickTaskId),
    PickTaskLine(crate::sales::PickTaskLine, PickLineId),
    SalesReturn(crate::sales::SalesReturn, SalesReturnId),
    SalesReturnLine(crate::sales::SalesReturnLine, SalesReturnLineId),
    CreditNote(crate::sales::CreditNote, CreditNoteId),
    Delivery(crate::sales::Delivery, DeliveryId),
    ServiceAct(crate::sales::ServiceAct, ServiceActId),
    ServiceActLine(crate::sales::ServiceActLine, ServiceActLineId),
    PriceCorrection(crate::sales::PriceCorrection, PriceCorrectionId),
    PriceCorrectionLine(crate::sales::PriceCorrectionLine, PriceCorrectionLineId),
    TaxInvoice(crate::sales::TaxInvoice, TaxInvoiceId),
    Invoice(crate::settlements::Invoice, InvoiceId),
    Refund(crate::settlements::Refund, RefundId),
    BankLine(crate::settlements::BankLine, BankLineId),
    Payment(crate::settlements::Payment, PaymentId),
    Receivable(crate::settlements::Receivable, ReceivableId),
    PaymentAllocation(crate::settlements::PaymentAllocation, AllocationId),
    Attachment(crate::files::Attachment, AttachmentId),
    ImportJob(crate::exchange::ImportJob, ImportJobId),
    ExportJob(crate::exchange::ExportJob, ExportJobId),
    HandOver(crate::sales::HandOver, HandOverId),
}

/// Records by global id.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The record with this id; null with NOT_FOUND where there is none for the caller.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The record's global id.")] id: AnyId,
    ) -> async_graphql::Result<Option<Node>> {
        let found = find(Session::of(ctx)?, id).await?;
        found.map(Some).ok_or_else(|| Failure::not_found().into())
    }

    /// The records with these ids, in their order, null for each that is not there. At most 250.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids, of any types.")] ids: Vec<AnyId>,
    ) -> async_graphql::Result<Vec<Option<Node>>> {
        if ids.len() > MOST_NODES {
            return Err(Failure::bad_input(
                format!("at most {MOST_NODES} ids at once"),
                format!("не более {MOST_NODES} идентификаторов за раз"),
            )
            .into());
        }
        let session = Session::of(ctx)?;
        let found = futures::future::join_all(ids.into_iter().map(|id| find(session, id))).await;
        Ok(found.into_iter().collect::<Result<_, _>>()?)
    }
}
