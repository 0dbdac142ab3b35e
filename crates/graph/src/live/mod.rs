//! Subscriptions: documents and stock as they change, filtered by the subscriber's rights at the
//! moment of sending, without loss or repetition from the cursor he names.

mod feed;
mod follower;
mod resume;
mod stock;

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use access::{Action, Actor, Right, Scope};
use async_graphql::{Context, Enum, ID, Object, Subscription};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use db::Event;
use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use kernel::{ApprovalRequestId, ExportJobId, ImportJobId, ProductId, WarehouseId};

pub(crate) use feed::{Feed, Feeds};
pub(crate) use resume::Resume;

use crate::approvals::ApprovalRequest;
use crate::errors::Failure;
use crate::exchange::{ExportJob, ImportJob};
use crate::ids::{AnyId, GlobalId};
use crate::node::{Node, find};
use crate::scalars::DateTime;
use crate::session::Session;
use follower::{Follower, Happening, Wants};
pub use stock::StockEvent;
use stock::Watched;

/// Ids that one subscription may name.
const MOST_IDS: usize = 250;

/// The kinds of documents whose changes can be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum DocumentKind {
    /// Goods coming in.
    GoodsReceipt,
    /// Goods moved between warehouses.
    StockTransfer,
    /// Goods that are no more.
    WriteOff,
    /// Stock that is counted.
    StockCount,
    /// Costs that come after their goods.
    LandedCost,
    /// What is ordered of a supplier.
    PurchaseOrder,
    /// Goods going back to a supplier.
    SupplierReturn,
    /// Goods put together of others, or taken apart.
    AssemblyOrder,
    /// What a customer ordered.
    SalesOrder,
    /// What was offered to a customer.
    Quote,
    /// Goods leaving.
    Shipment,
    /// What a storekeeper is to take.
    PickTask,
    /// Goods of a shipment coming back.
    SalesReturn,
    /// A shipment on its way to the customer.
    Delivery,
    /// Services done.
    ServiceAct,
    /// What was sold becoming cheaper.
    PriceCorrection,
    /// The tax paper of a sale, or of what lessens one.
    TaxInvoice,
    /// A request to pay.
    Invoice,
    /// Money received.
    Payment,
    /// Money given back.
    Refund,
    /// A line of a bank's statement.
    BankLine,
}

impl DocumentKind {
    /// By the subject's kind of an event, which is the GraphQL type's name.
    fn of(event: &Event) -> Option<Self> {
        match event.subject_kind.as_str() {
            "GoodsReceipt" => Some(Self::GoodsReceipt),
            "StockTransfer" => Some(Self::StockTransfer),
            "WriteOff" => Some(Self::WriteOff),
            "StockCount" => Some(Self::StockCount),
            "LandedCost" => Some(Self::LandedCost),
            "PurchaseOrder" => Some(Self::PurchaseOrder),
            "SupplierReturn" => Some(Self::SupplierReturn),
            "AssemblyOrder" => Some(Self::AssemblyOrder),
            "SalesOrder" => Some(Self::SalesOrder),
            "Quote" => Some(Self::Quote),
            "Shipment" => Some(Self::Shipment),
            "PickTask" => Some(Self::PickTask),
            "SalesReturn" => Some(Self::SalesReturn),
            "Delivery" => Some(Self::Delivery),
            "ServiceAct" => Some(Self::ServiceAct),
            "PriceCorrection" => Some(Self::PriceCorrection),
            "TaxInvoice" => Some(Self::TaxInvoice),
            "Invoice" => Some(Self::Invoice),
            "Payment" => Some(Self::Payment),
            "Refund" => Some(Self::Refund),
            "BankLine" => Some(Self::BankLine),
            _ => None,
        }
    }

    fn is_visible(self, event: &Event, scope: &Scope) -> bool {
        match self {
            Self::GoodsReceipt | Self::SupplierReturn => reaches::<SeeReceipts>(event, scope),
            Self::StockTransfer => reaches::<SeeTransfers>(event, scope),
            Self::WriteOff => reaches::<SeeWriteOffs>(event, scope),
            Self::StockCount => reaches::<SeeCounts>(event, scope),
            Self::LandedCost => reaches::<SeeLandedCosts>(event, scope),
            Self::PurchaseOrder => reaches::<SeePurchases>(event, scope),
            Self::AssemblyOrder => reaches::<SeeAssemblies>(event, scope),
            Self::SalesOrder => reaches::<SeeOrders>(event, scope),
            Self::Quote => reaches::<SeeQuotes>(event, scope),
            Self::Shipment => reaches::<SeeShipments>(event, scope),
            Self::PickTask => reaches::<SeePickTasks>(event, scope),
            Self::SalesReturn => reaches::<SeeReturns>(event, scope),
            Self::Delivery => reaches::<SeeDeliveries>(event, scope),
            Self::ServiceAct => reaches::<SeeActs>(event, scope),
            Self::PriceCorrection => reaches::<SeeCorrections>(event, scope),
            Self::TaxInvoice => reaches::<SeeTaxInvoices>(event, scope),
            Self::Invoice => reaches::<SeeInvoices>(event, scope),
            Self::Payment | Self::Refund => reaches::<SeePayments>(event, scope),
            Self::BankLine => reaches::<SeeBankLines>(event, scope),
        }
    }
}

macro_rules! seeing {
    ($($name:ident: $right:ident),* $(,)?) => {
        $(struct $name; impl Action for $name { const RIGHT: Right = Right::$right; })*
    };
}

seeing! {
    FollowEvents: EventRead,
    SeeReceipts: ReceiptRead,
    SeeTransfers: TransferRead,
    SeeWriteOffs: WriteOffRead,
    SeeCounts: CountRead,
    SeeLandedCosts: LandedCostRead,
    SeePurchases: PurchaseRead,
    SeeAssemblies: AssemblyRead,
    SeeOrders: OrderRead,
    SeeQuotes: QuoteRead,
    SeeShipments: ShipmentRead,
    SeePickTasks: PickRead,
    SeeReturns: ReturnRead,
    SeeDeliveries: DeliveryRead,
    SeeActs: ActRead,
    SeeCorrections: CorrectionRead,
    SeeTaxInvoices: TaxInvoiceRead,
    SeeInvoices: InvoiceRead,
    SeePayments: PaymentRead,
    SeeBankLines: BankRead,
    SeeStock: StockRead,
    SeeImports: ImportRun,
    SeeExports: ExportRun,
    DecideApprovals: ApprovalDecide,
}

fn reaches<A: Action>(event: &Event, scope: &Scope) -> bool {
    let permit = scope.permit::<A>();
    permit.is_ok_and(|permit| permit.reaches(event.manager_id, event.customer_id))
}

/// Whether an event tells of a change or of a break in the telling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum EventKind {
    /// Something has changed.
    Changed,
    /// The cursor is older than the events that are kept (7 days): read the state anew, then go
    /// on from this event's cursor.
    Resync,
}

/// A change of a document.
pub struct DocumentEvent(Happening);

/// A change of a document.
#[Object]
impl DocumentEvent {
    /// Where this event stands: pass it as `after` to go on from here.
    async fn cursor(&self) -> String {
        cursor(self.0.position())
    }

    /// A change, or a call to read everything anew.
    async fn kind(&self) -> EventKind {
        self.0.kind()
    }

    /// The kind of the document; null for RESYNC.
    async fn document_kind(&self) -> Option<DocumentKind> {
        self.0.event().and_then(DocumentKind::of)
    }

    /// The document's global id; null for RESYNC.
    async fn document_id(&self) -> Option<ID> {
        self.0.event().map(|event| subject(event).to_id())
    }

    /// The document as it is now; null for RESYNC, or where it is no longer visible.
    async fn document(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Node>> {
        match self.0.event() {
            Some(event) => Ok(find(Session::of(ctx)?, subject(event)).await?),
            None => Ok(None),
        }
    }

    /// When the change was made; null for RESYNC.
    async fn recorded_at(&self) -> Option<DateTime> {
        self.0.event().map(|event| event.recorded_at.into())
    }
}

/// A request that waits for somebody's word.
pub struct ApprovalEvent(Happening);

/// A request that waits for somebody's word.
#[Object]
impl ApprovalEvent {
    /// Where this event stands: pass it as `after` to go on from here.
    async fn cursor(&self) -> String {
        cursor(self.0.position())
    }

    /// A change, or a call to read everything anew.
    async fn kind(&self) -> EventKind {
        self.0.kind()
    }

    /// The request as it is now; null for RESYNC, or where it is no longer visible. `mayDecide`
    /// tells whether it waits for the subscriber himself.
    async fn approval_request(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<ApprovalRequest>> {
        let id = self.0.event().map(|event| ApprovalRequestId(event.subject_id));
        Ok(Session::of(ctx)?.load_made(id).await?)
    }

    /// When it came to wait; null for RESYNC.
    async fn recorded_at(&self) -> Option<DateTime> {
        self.0.event().map(|event| event.recorded_at.into())
    }
}

/// A step of an import.
pub struct ImportEvent(Happening);

/// A step of an import.
#[Object]
impl ImportEvent {
    /// Where this event stands: pass it as `after` to go on from here.
    async fn cursor(&self) -> String {
        cursor(self.0.position())
    }

    /// A change, or a call to read everything anew.
    async fn kind(&self) -> EventKind {
        self.0.kind()
    }

    /// The import as it is now; null for RESYNC.
    async fn import_job(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ImportJob>> {
        match self.0.event() {
            Some(event) => Ok(Session::of(ctx)?.load(ImportJobId(event.subject_id)).await?),
            None => Ok(None),
        }
    }
}

/// A step of an export.
pub struct ExportEvent(Happening);

/// A step of an export.
#[Object]
impl ExportEvent {
    /// Where this event stands: pass it as `after` to go on from here.
    async fn cursor(&self) -> String {
        cursor(self.0.position())
    }

    /// A change, or a call to read everything anew.
    async fn kind(&self) -> EventKind {
        self.0.kind()
    }

    /// The export as it is now; null for RESYNC.
    async fn export_job(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ExportJob>> {
        match self.0.event() {
            Some(event) => Ok(Session::of(ctx)?.load(ExportJobId(event.subject_id)).await?),
            None => Ok(None),
        }
    }
}

/// What can be listened to.
#[derive(Default)]
pub struct LiveSubscription;

#[Subscription]
impl LiveSubscription {
    /// Documents as they change: one by its id, all of some kinds, or all that the caller may see.
    async fn document_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only this document.")] id: Option<AnyId>,
        #[graphql(desc = "Only documents of these kinds.")] kinds: Option<Vec<DocumentKind>>,
        #[graphql(desc = "The cursor of the last event received: what came after it is sent \
                          first.")]
        after: Option<String>,
    ) -> async_graphql::Result<BoxStream<'static, async_graphql::Result<DocumentEvent>>> {
        let kinds = distinct(kinds)?;
        let wants = move |event: &Event, scope: &Scope| {
            event.kind == "document_changed"
                && DocumentKind::of(event).is_some_and(|kind| {
                    kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
                        && id.as_ref().is_none_or(|id| *id == subject(event))
                        && kind.is_visible(event, scope)
                })
        };
        Ok(follow(ctx, after, Box::new(wants), DocumentEvent).await?)
    }

    /// Stock as it changes, with what there is now: of some products, in some warehouses, or all.
    /// Changes that follow each other within a tenth of a second come as one event.
    async fn stock_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these products.")] products: Option<Vec<GlobalId<ProductId>>>,
        #[graphql(desc = "Only these warehouses.")] warehouses: Option<Vec<GlobalId<WarehouseId>>>,
        #[graphql(desc = "The cursor of the last event received: what came after it is sent \
                          first.")]
        after: Option<String>,
    ) -> async_graphql::Result<BoxStream<'static, async_graphql::Result<StockEvent>>> {
        let products = distinct(products.map(|ids| ids.into_iter().map(|id| id.0.0).collect()))?;
        let warehouses =
            distinct(warehouses.map(|ids| ids.into_iter().map(|id| id.0.0).collect()))?;
        let watched =
            Watched { products: products.map(Arc::new), warehouses: warehouses.map(Arc::new) };
        let asked = watched.clone();
        let wants = move |event: &Event, scope: &Scope| {
            event.kind == "stock_changed"
                && asked.meets(event)
                && scope.permit::<SeeStock>().is_ok()
        };
        let follower = Box::pin(begin_to_follow(ctx, after, Box::new(wants))).await?;
        Ok(follower.into_gathered(move |gathered| StockEvent::of(gathered, &watched)))
    }

    /// Requests for approval that wait for somebody's word: when they are made, when a next step opens
    /// or escalates. Those who may decide hear of documents within their reach. Needs the right
    /// `approval.decide`.
    async fn approval_requested(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cursor of the last event received: what came after it is sent \
                          first.")]
        after: Option<String>,
    ) -> async_graphql::Result<BoxStream<'static, async_graphql::Result<ApprovalEvent>>> {
        Session::of(ctx)?.permit::<DecideApprovals>()?;
        let wants = move |event: &Event, scope: &Scope| {
            event.kind == "approval_requested" && reaches::<DecideApprovals>(event, scope)
        };
        Ok(follow(ctx, after, Box::new(wants), ApprovalEvent).await?)
    }

    /// An import as it goes on: an event for each chunk of rows, and one at its end.
    async fn import_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The import.")] id: GlobalId<ImportJobId>,
        #[graphql(desc = "The cursor of the last event received: what came after it is sent \
                          first.")]
        after: Option<String>,
    ) -> async_graphql::Result<BoxStream<'static, async_graphql::Result<ImportEvent>>> {
        let wants = move |event: &Event, scope: &Scope| {
            event.kind == "import_changed"
                && event.subject_id == id.0.0
                && reaches::<SeeImports>(event, scope)
        };
        Ok(follow(ctx, after, Box::new(wants), ImportEvent).await?)
    }

    /// An export as it goes on: an event about each second, and one at its end.
    async fn export_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The export.")] id: GlobalId<ExportJobId>,
        #[graphql(desc = "The cursor of the last event received: what came after it is sent \
                          first.")]
        after: Option<String>,
    ) -> async_graphql::Result<BoxStream<'static, async_graphql::Result<ExportEvent>>> {
        let session = Session::of(ctx)?;
        // What a partner's key started is nobody's but its own.
        let is_own = match session.scope()?.actor() {
            Actor::Key(_) => is_seen(session, id.0).await?,
            _ => false,
        };
        let wants = move |event: &Event, scope: &Scope| {
            event.kind == "export_changed"
                && event.subject_id == id.0.0
                && (is_own || reaches::<SeeExports>(event, scope))
        };
        Ok(follow(ctx, after, Box::new(wants), ExportEvent).await?)
    }
}

/// Whether the caller sees an export; no snapshot stays open behind it.
async fn is_seen(session: &Session, id: ExportJobId) -> Result<bool, Failure> {
    let asking = session.anew(session.scope().ok().cloned());
    let found = asking.load(id).await;
    asking.finish().await;
    Ok(found?.is_some())
}

/// Boxed, as is what it gives: async-graphql keeps room for both as long as the subscription
/// lasts, thousands of times over.
fn follow<'a, T: 'static>(
    ctx: &'a Context<'_>,
    after: Option<String>,
    wants: Wants,
    shape: fn(Happening) -> T,
) -> BoxFuture<'a, Result<BoxStream<'static, async_graphql::Result<T>>, Failure>> {
    async move { Ok(begin_to_follow(ctx, after, wants).await?.into_stream(shape)) }.boxed()
}

async fn begin_to_follow(
    ctx: &Context<'_>,
    after: Option<String>,
    wants: Wants,
) -> Result<Follower, Failure> {
    let session = Session::of(ctx)?;
    session.permit::<FollowEvents>()?;
    let resume = ctx.data_opt::<Resume>().cloned().unwrap_or_default();
    let after = match (resume.position(), after) {
        (Some(position), _) => Some(position),
        (None, Some(text)) => Some(position(&text)?),
        (None, None) => None,
    };
    Follower::start(session.clone(), after, resume, wants).await
}

fn distinct<T: Eq + Hash>(list: Option<Vec<T>>) -> Result<Option<HashSet<T>>, Failure> {
    match list {
        Some(list) if list.len() > MOST_IDS => Err(Failure::bad_input(
            format!("at most {MOST_IDS} values at once"),
            format!("не более {MOST_IDS} значений за раз"),
        )),
        list => Ok(list.map(|list| list.into_iter().collect())),
    }
}

fn subject(event: &Event) -> AnyId {
    AnyId { kind: event.subject_kind.clone(), uuid: event.subject_id }
}

fn cursor(position: i64) -> String {
    URL_SAFE_NO_PAD.encode(format!("event:{position}"))
}

fn position(cursor: &str) -> Result<i64, Failure> {
    let read = || {
        let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        plain.strip_prefix("event:")?.parse::<i64>().ok().filter(|position| *position >= 0)
    };
    let refused =
        || Failure::bad_input("this is not the cursor of an event", "это не курсор события");
    if cursor.len() > 64 { Err(refused()) } else { read().ok_or_else(refused) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_and_a_foreign_one_is_not() {
        for place in [0, 1, i64::MAX] {
            assert_eq!(position(&cursor(place)).unwrap(), place);
        }
        for foreign in ["", "x", "ZXZlbnQ6", "ZXZlbnQ6LTE", &"A".repeat(100)] {
            position(foreign).unwrap_err();
        }
    }
}
