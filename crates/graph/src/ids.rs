//! Global ids: opaque texts that hold the type's name and the uuid.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    ContextSelectionSet, ID, InputType, InputValueError, InputValueResult, OutputType, Positioned,
    ServerResult, Value,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::Uuid;

/// An id of the kernel that clients see under a type's name.
pub trait NodeId: Copy + From<Uuid> + Into<Uuid> + Send + Sync + 'static {
    /// The GraphQL type whose id it is.
    const TYPE: &'static str;
}

macro_rules! node_ids {
    ($($id:ident = $name:literal),* $(,)?) => {
        $(impl NodeId for kernel::$id { const TYPE: &'static str = $name; })*
    };
}

node_ids! {
    TenantId = "Tenant",
    UserId = "User",
    SessionId = "UserSession",
    ApiKeyId = "ApiKey",
    TeamId = "Team",
    DepartmentId = "Department",
    RegionId = "Region",
    OrganizationId = "Organization",
    WarehouseId = "Warehouse",
    CustomerId = "Customer",
    ContactId = "ContactPerson",
    AgreementId = "Agreement",
    ContractId = "Contract",
    DeliveryAddressId = "DeliveryAddress",
    ProductGroupId = "ProductGroup",
    ProductId = "Product",
    PriceListId = "PriceList",
    PriceChangeId = "PriceChange",
    SalesChannelId = "SalesChannel",
    PriceSegmentId = "PriceSegment",
    SalesRouteId = "SalesRoute",
    SupplierId = "Supplier",
    SupplierItemId = "SupplierItem",
    CurrencyId = "Currency",
    VatCategoryId = "VatCategory",
    BinId = "Bin",
    PackagingId = "ProductPackaging",
    ProductVariantId = "ProductVariant",
    ProductAttributeId = "ProductAttribute",
    AttributeChoiceId = "ProductAttributeChoice",
    DiscountRuleId = "DiscountRule",
    CustomFieldId = "CustomField",
    LotId = "Lot",
    ReceiptId = "GoodsReceipt",
    ReceiptLineId = "GoodsReceiptLine",
    TransferId = "StockTransfer",
    TransferLineId = "StockTransferLine",
    WriteOffId = "WriteOff",
    WriteOffLineId = "WriteOffLine",
    CountId = "StockCount",
    CountLineId = "StockCountLine",
    LandedCostId = "LandedCost",
    LandedCostLineId = "LandedCostLine",
    MovementId = "StockMovement",
    ReservationId = "Reservation",
    DemandId = "Demand",
    PurchaseOrderId = "PurchaseOrder",
    PurchaseOrderLineId = "PurchaseOrderLine",
    SupplierReturnId = "SupplierReturn",
    ReorderPointId = "ReorderPoint",
    BillId = "BillOfMaterials",
    AssemblyOrderId = "AssemblyOrder",
    AssemblyLineId = "AssemblyOrderLine",
    OrderId = "SalesOrder",
    OrderLineId = "SalesOrderLine",
    QuoteId = "Quote",
    QuoteLineId = "QuoteLine",
    ShipmentId = "Shipment",
    ShipmentLineId = "ShipmentLine",
    ApprovalRuleId = "ApprovalRule",
    ApprovalRequestId = "ApprovalRequest",
    ApprovalDecisionId = "ApprovalDecision",
    ApprovalDeputyId = "ApprovalDeputy",
    PickTaskId = "PickTask",
    PickLineId = "PickTaskLine",
    SalesReturnId = "SalesReturn",
    SalesReturnLineId = "SalesReturnLine",
    CreditNoteId = "CreditNote",
    DeliveryId = "Delivery",
    SaleFactId = "SaleFact",
    ReceivableId = "Receivable",
    PaymentId = "Payment",
    AllocationId = "PaymentAllocation",
    InvoiceId = "Invoice",
    RefundId = "Refund",
    BankLineId = "BankLine",
    ServiceActId = "ServiceAct",
    ServiceActLineId = "ServiceActLine",
    PriceCorrectionId = "PriceCorrection",
    PriceCorrectionLineId = "PriceCorrectionLine",
    TaxInvoiceId = "TaxInvoice",
    DashboardId = "Dashboard",
    AuditId = "AuditEntry",
    EventId = "Event",
    AttachmentId = "Attachment",
    ImportJobId = "ImportJob",
    ExportJobId = "ExportJob",
    HandOverId = "HandOver",
}

/// The global form of an id, for `async fn id(&self) -> ID`.
#[must_use]
pub fn global<T: NodeId>(id: T) -> ID {
    ID(encode(T::TYPE, id.into()))
}

pub(crate) fn encode(kind: &str, id: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(format!("{kind}:{id}"))
}

fn decode(text: &str) -> Option<(String, Uuid)> {
    // The longest name has under 40 letters; anything longer is not ours.
    if text.len() > 128 {
        return None;
    }
    let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let (kind, id) = plain.split_once(':')?;
    let known = !kind.is_empty() && kind.bytes().all(|b| b.is_ascii_alphabetic());
    // Only the form that `encode` writes: one record has one id.
    let uuid = Uuid::try_parse(id).ok().filter(|uuid| known && uuid.to_string() == id)?;
    Some((kind.to_owned(), uuid))
}

/// The id of a record of one type. Another type's id is refused with the type that is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GlobalId<T>(pub T);

impl<T: NodeId> InputType for GlobalId<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <ID as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <ID as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match read(value)? {
            (kind, uuid) if kind == T::TYPE => Ok(Self(T::from(uuid))),
            (kind, _) => {
                let wanted = T::TYPE;
                Err(refused(
                    format!("the id of a {wanted} is expected, this one is of a {kind}"),
                    format!("нужен идентификатор {wanted}, а передан идентификатор {kind}"),
                ))
            }
        }
    }

    fn to_value(&self) -> Value {
        Value::String(encode(T::TYPE, self.0.into()))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

#[async_trait::async_trait]
impl<T: NodeId> OutputType for GlobalId<T> {
    fn type_name() -> Cow<'static, str> {
        <ID as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <ID as OutputType>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        _: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        Ok(self.to_value())
    }
}

/// The id of a record of any type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnyId {
    /// The GraphQL type's name, not yet known to exist.
    pub kind: String,
    /// The record.
    pub uuid: Uuid,
}

impl AnyId {
    /// The global id.
    #[must_use]
    pub fn to_id(&self) -> ID {
        ID(encode(&self.kind, self.uuid))
    }
}

impl InputType for AnyId {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <ID as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <ID as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let (kind, uuid) = read(value)?;
        Ok(Self { kind, uuid })
    }

    fn to_value(&self) -> Value {
        Value::String(encode(&self.kind, self.uuid))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

fn read<T: InputType>(value: Option<Value>) -> Result<(String, Uuid), InputValueError<T>> {
    let Some(Value::String(text)) = value else {
        return Err(InputValueError::expected_type(value.unwrap_or_default()));
    };
    decode(&text).ok_or_else(|| {
        refused("this is not an id of this API".into(), "это не идентификатор этого API".into())
    })
}

fn refused<T: InputType>(en: String, ru: String) -> InputValueError<T> {
    InputValueError::custom(en).with_extension(crate::errors::IN_RUSSIAN, ru)
}

#[cfg(test)]
mod tests {
    use kernel::{CustomerId, OrderId};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_id_comes_back_as_its_own_type_only() {
        let id = CustomerId::new();
        let value = || Some(Value::String(global(id).0));
        assert_eq!(GlobalId::<CustomerId>::parse(value()).unwrap(), GlobalId(id));
        let refused = GlobalId::<OrderId>::parse(value()).unwrap_err();
        let message = refused.into_server_error(async_graphql::Pos::default()).message;
        assert!(message.contains("SalesOrder") && message.contains("Customer"), "{message}");
        assert_eq!(AnyId::parse(value()).unwrap().kind, "Customer");
    }

    #[test]
    fn one_record_has_one_id() {
        let id = CustomerId::new();
        for other in [
            format!("Customer:{}", id.0.simple()),
            format!("Customer:{}", id.0.to_string().to_uppercase()),
            format!("Customer:{{{}}}", id.0),
            format!(":{}", id.0),
            "Customer".to_owned(),
        ] {
            assert_eq!(decode(&URL_SAFE_NO_PAD.encode(&other)), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,200}") {
            let _ = AnyId::parse(Some(Value::String(text)));
        }
    }
}
