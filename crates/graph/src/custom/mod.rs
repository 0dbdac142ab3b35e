//! Fields that a tenant adds to its records. A new kind of record gets them by a
//! [`Customizable`](::catalog::Customizable) in its own context, an arm of `of_subject!` with its word, the edge
//! `customFields` on its object, and [`Filled`](::catalog::Filled) around its commands.

mod entries;
mod field;
mod field_writing;
mod set;
mod values;

pub use entries::{CustomFieldCondition, CustomFieldInput};
pub(crate) use entries::{conditions, filled_anew, filled_in};
pub use field::CustomField;
pub use values::CustomFieldValue;
pub(crate) use values::{custom_fields_of, without_hidden};

use async_graphql::{Enum, MergedObject};

/// Queries of this folder.
#[derive(MergedObject, Default)]
pub struct CustomQuery(field::FieldQuery);

/// Mutations of this folder.
#[derive(MergedObject, Default)]
pub struct CustomMutation(field_writing::FieldMutation, set::SetMutation);

/// Runs the same work for the one type of row that stands for a kind of record.
macro_rules! of_subject {
    ($subject:expr, $of:ident => $work:expr) => {
        match $subject {
            $crate::custom::CustomFieldSubject::Customer => {
                type $of = ::catalog::Customer;
                $work
            }
            $crate::custom::CustomFieldSubject::Product => {
                type $of = ::catalog::Product;
                $work
            }
            $crate::custom::CustomFieldSubject::SalesOrder => {
                type $of = ::sales::Order;
                $work
            }
            $crate::custom::CustomFieldSubject::Quote => {
                type $of = ::sales::Quote;
                $work
            }
            $crate::custom::CustomFieldSubject::Shipment => {
                type $of = ::sales::Shipment;
                $work
            }
            $crate::custom::CustomFieldSubject::ServiceAct => {
                type $of = ::sales::ServiceAct;
                $work
            }
            $crate::custom::CustomFieldSubject::Delivery => {
                type $of = ::sales::Delivery;
                $work
            }
            $crate::custom::CustomFieldSubject::SalesReturn => {
                type $of = ::sales::SalesReturn;
                $work
            }
            $crate::custom::CustomFieldSubject::PurchaseOrder => {
                type $of = ::stock::PurchaseOrderRow;
                $work
            }
            $crate::custom::CustomFieldSubject::GoodsReceipt => {
                type $of = ::stock::ReceiptRow;
                $work
            }
            $crate::custom::CustomFieldSubject::StockTransfer => {
                type $of = ::stock::TransferRow;
                $work
            }
            $crate::custom::CustomFieldSubject::WriteOff => {
                type $of = ::stock::WriteOffRow;
                $work
            }
            $crate::custom::CustomFieldSubject::StockCount => {
                type $of = ::stock::CountRow;
                $work
            }
            $crate::custom::CustomFieldSubject::AssemblyOrder => {
                type $of = ::stock::assembly::AssemblyRow;
                $work
            }
            $crate::custom::CustomFieldSubject::Invoice => {
                type $of = ::settlements::Invoice;
                $work
            }
            $crate::custom::CustomFieldSubject::Payment => {
                type $of = ::settlements::Payment;
                $work
            }
        }
    };
}
pub(super) use of_subject;

/// A kind of record to which a tenant may add fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CustomFieldSubject {
    /// Customers.
    Customer,
    /// Products.
    Product,
    /// Sales orders.
    SalesOrder,
    /// Quotes.
    Quote,
    /// Shipments.
    Shipment,
    /// Service acts.
    ServiceAct,
    /// Deliveries.
    Delivery,
    /// Returns of shipped goods.
    SalesReturn,
    /// Purchase orders.
    PurchaseOrder,
    /// Goods receipts.
    GoodsReceipt,
    /// Transfers between warehouses.
    StockTransfer,
    /// Write-offs.
    WriteOff,
    /// Stock counts.
    StockCount,
    /// Assembly orders.
    AssemblyOrder,
    /// Invoices.
    Invoice,
    /// Payments.
    Payment,
}

impl CustomFieldSubject {
    const ALL: [Self; 16] = [
        Self::Customer,
        Self::Product,
        Self::SalesOrder,
        Self::Quote,
        Self::Shipment,
        Self::ServiceAct,
        Self::Delivery,
        Self::SalesReturn,
        Self::PurchaseOrder,
        Self::GoodsReceipt,
        Self::StockTransfer,
        Self::WriteOff,
        Self::StockCount,
        Self::AssemblyOrder,
        Self::Invoice,
        Self::Payment,
    ];

    /// The kind of record, as the API names its type.
    fn kind(self) -> &'static str {
        of_subject!(self, Of => <Of as ::catalog::Customizable>::KIND)
    }

    /// The subject of a kind of record; none where it has no custom fields.
    fn of_kind(kind: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|subject| subject.kind() == kind)
    }
}
