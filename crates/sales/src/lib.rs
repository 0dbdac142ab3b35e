//! What customers order and what leaves the house for them: orders, shipments, and the register
//! of sales that every report is made from.
//!
//! Invariants: what is shipped of an order's line is the sum of its posted shipments; a
//! document's total is the sum of its lines; the register of sales equals the posted shipments,
//! and a reversal is a row of its own; a posting writes stock, revenue and debt in one
//! transaction or nothing. [`discrepancies`] proves it.

mod acts;
mod after_payment;
mod approving;
mod changing;
mod commands;
mod corrections;
mod credit;
mod deliveries;
mod discretion;
mod events;
mod expiry;
mod findings;
mod following;
mod hand_over;
mod holding;
mod introducing;
mod invoicing;
mod kept_price;
mod landed;
mod loaders;
mod model;
mod money_gate;
mod picking;
mod posting;
mod price_quote;
mod promises;
mod promising;
mod quotes;
mod quoting;
mod recipients;
mod returns;
mod rules;
mod sold;
mod store;
mod submitting;
mod tax_invoices;
mod telling;
mod verify;

pub use acts::{
    ActDraft, ActFilter, ActMove, ActState, CancelServiceAct, CreateServiceAct, PostServiceAct,
    ReadActs, ReverseServiceAct, ServiceAct, ServiceActLine, act_lines_by_act, act_lines_by_id,
    acts, acts_by_id, acts_by_order, count_acts,
};
pub use after_payment::{HoldPaidOrder, hold_paid_orders};
pub use changing::{AgreedChange, ChangeSalesOrder, ChangedLine, WaitingChange, waiting_changes};
pub use commands::{
    CancelSalesOrder, CancelShipment, CloseSalesOrder, ConfirmSalesOrder, Confirmed,
    CopySalesOrder, CreateSalesOrder, CreateShipment, CreditSeen, Dispatch, Ended,
    LineAvailability, LineDraft, MergeCustomers, MoveReservation, OrderChange, OrderDraft,
    PostShipment, ReadReservationSettings, ReleaseReservation, ReserveLots, ReserveSalesOrder,
    ReverseShipment, SetReservationExpiry, ShipLine, ShipSalesOrder, UndoPriceChange,
    UpdateReservationSettings, UpdateSalesOrder, Warning,
};
pub use corrections::{
    CancelPriceCorrection, CorrectionDraft, CorrectionFilter, CorrectionLineDraft, CorrectionMove,
    CorrectionState, CreatePriceCorrection, PostPriceCorrection, PriceCorrection,
    PriceCorrectionLine, ReadCorrections, ReversePriceCorrection, SaleRef,
    correction_lines_by_correction, correction_lines_by_id, corrections, corrections_by_id,
    corrections_by_shipment, count_corrections, credit_notes_by_correction,
};
pub use deliveries::{
    Brought, CompleteDelivery, Delivery, DeliveryChange, DeliveryDraft, DeliveryFilter,
    DeliveryMove, DeliveryPackage, DeliveryState, FailDelivery, PackageDraft, PlanDelivery,
    ReadDeliveries, ReplanDelivery, SetDeliveryCost, StartDelivery, UpdateDelivery,
    brought_by_shipment, count_deliveries, deliveries, deliveries_by_id, deliveries_by_shipment,
    packages_by_delivery,
};
pub use discretion::words_instead;
pub use expiry::{ReleaseUnpaidOrder, release_unpaid_orders};
pub use following::{FollowOrder, FollowShipment, follow_decisions};
pub use hand_over::{
    HandOver, HandOverFilter, HandOverPreview, HandOverRow, HandOverState, HandOverStep, HeirRow,
    PreviewedHeir, ReadHandOvers, count_hand_overs, hand_over_preview, hand_overs,
    hand_overs_by_id, heirs_by_hand_over, run_hand_over, run_hand_overs,
};
pub use introducing::{AskedAbout, asked_about, introduced};
pub use invoicing::{InvoiceDraft, IssueInvoice, orders_by_numbers};
pub use landed::SalesRegister;
pub use loaders::{
    count_orders_of_customers, count_shipments_of_customers, order_lines_by_id,
    order_lines_by_order, orders_by_id, orders_of_customers, shipment_lines_by_id,
    shipment_lines_by_shipment, shipment_lots_by_line, shipments_by_id, shipments_by_order,
    shipments_of_customers,
};
pub use model::{Order, OrderLine, ReadOrders, ReadShipments, Shipment, ShipmentLine, ShipmentLot};
pub use picking::{
    CancelPickTask, ConfirmPick, CreatePickTask, FinishPick, GiveBackPickTask, PickLine, PickMove,
    PickState, PickTask, PickTaskFilter, PickTaskOrder, Picked, ReadPickTasks, ReportShortage,
    ShortageReported, TakePickTask, count_pick_tasks, pick_lines_by_id, pick_lines_by_task,
    pick_orders_by_task, pick_tasks, pick_tasks_by_id, pick_tasks_by_order,
};
pub use price_quote::{PriceQuote, PriceQuoteDraft, QuotePrices, QuotedLine, price_quote};
pub use promises::OrdersKept;
pub use promising::promises_of_lines;
pub use quotes::{
    AcceptByLink, AcceptQuote, CancelQuote, ClientLine, ClientQuote, CopyQuote,
    CreateOrderFromQuote, CreateQuote, DeclineByLink, DeclineQuote, ExpireQuote, ExtendQuote,
    FollowQuote, LinkQuote, OfferedLine, OrderedLine, Quote, QuoteChange, QuoteDraft, QuoteFilter,
    QuoteLetter, QuoteLine, QuoteLink, QuoteMove, QuoteOrderDraft, QuoteState, QuoteText,
    QuoteTexts, ReadByLink, ReadQuotes, ReviseQuote, SendQuote, UpdateQuote, count_quotes,
    count_quotes_of_customers, expire_quotes, orders_by_quote, quote_explanations,
    quote_lines_by_id, quote_lines_by_quote, quote_of_link, quotes, quotes_by_id,
    quotes_of_customers, versions_by_root,
};
pub use quoting::{AskedLine, TypedPrice};
pub use recipients::{
    LOT_SHIPMENT_ORDER, LotShipment, LotShipmentFilter, count_lot_shipments, lot_shipments,
    lots_shipped_for_orders,
};
pub use returns::{
    CancelSalesReturn, CreateSalesReturn, CreditNote, GoodsCondition, PostSalesReturn, ReadReturns,
    ReturnDraft, ReturnFilter, ReturnLineDraft, ReturnLot, ReturnMove, ReturnState,
    ReverseSalesReturn, SalesReturn, SalesReturnLine, count_returns, credit_notes_by_id,
    credit_notes_by_return, return_lines_by_id, return_lines_by_return, return_lots_by_line,
    returns, returns_by_id, returns_by_shipment,
};
pub use rules::{OrderMove, OrderState, ShipmentMove, ShipmentState};
pub use store::{
    CardLine, CardRow, ExplainedLine, OrderCard, OrderField, OrderFilter, OrderSort, Papers,
    ReservationSettings, ShipmentField, ShipmentFilter, ShipmentSort, count_orders,
    count_shipments, expiries_of_orders, explained_lines, explanations_by_line, newest_orders,
    order_card, orders, papers_of_orders, reservation_settings, shipments,
};
pub use submitting::{FollowAgreement, SubmitAgreement};
pub use tax_invoices::{
    CancelTaxInvoice, IssueTaxInvoice, ReadTaxInvoices, TaxBasis, TaxInvoice, TaxInvoiceDraft,
    TaxInvoiceFilter, TaxInvoiceKind, TaxInvoiceLine, TaxInvoicePayment, TaxInvoiceState,
    count_tax_invoices, tax_invoice_lines, tax_invoice_payments, tax_invoices, tax_invoices_by_id,
    tax_invoices_of_notes, tax_invoices_of_orders, tax_invoices_of_sales,
    tax_invoices_that_correct, unit_price,
};
pub use telling::tell_deciders;
pub use verify::{VerifySales, discrepancies};
