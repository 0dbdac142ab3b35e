//! Mutations of orders.

use ::sales::{
    CancelSalesOrder, CloseSalesOrder, ConfirmSalesOrder, CopySalesOrder, CreateSalesOrder,
    UpdateSalesOrder,
};
use access::Right;
use async_graphql::{Context, Json, Object, SimpleObject};
use kernel::{Language, OrderLineId};

use super::inputs::{
    CancelSalesOrderInput, CloseSalesOrderInput, ConfirmSalesOrderInput, CopySalesOrderInput,
    CreateSalesOrderInput, UpdateSalesOrderInput,
};
use super::order::{SalesOrder, SalesOrderLine};
use super::promise::{LinePromise, PromiseOf};
use crate::approvals::{ApprovalRequest, waiting};
use crate::catalog::{Product, alternatives};
use crate::custom::{filled_anew, filled_in};
use crate::errors::Failure;
use crate::idempotency::mutate;
use crate::scalars::{Decimal, Money};
use crate::session::Session;
use crate::simulation::simulates;
use crate::user_error::UserError;

/// What `createSalesOrder` answers.
#[derive(SimpleObject)]
pub struct CreateSalesOrderPayload {
    /// The new draft.
    order: Option<SalesOrder>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// What `updateSalesOrder` answers.
#[derive(SimpleObject)]
pub struct UpdateSalesOrderPayload {
    /// The draft as it is now.
    order: Option<SalesOrder>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// What `confirmSalesOrder` answers.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ConfirmSalesOrderPayload {
    /// The confirmed order, or one in PENDING_APPROVAL where somebody has to agree first.
    order: Option<SalesOrder>,
    /// What it waits for, with every reason; it goes on by itself once all have agreed. Null where
    /// nobody has to agree, or the caller may not see it.
    approval_request: Option<ApprovalRequest>,
    /// Where the customer stands against his credit limit with this order; null where there is no
    /// limit, or the policy of the agreement looks at none, or the caller may not see it.
    credit: Option<CreditStanding>,
    /// What is there for each line of goods; services have no stock.
    availability: Vec<LineAvailability>,
    /// What was let through all the same, such as a credit limit that only warns, or an order that
    /// must be paid before goods are held for it (`PREPAYMENT_DUE`), or whose sales route never
    /// reserves (`NOT_RESERVED`).
    warnings: Vec<OrderWarning>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// Where a customer stood at the gate of credit, the order counted once.
#[derive(SimpleObject)]
pub struct CreditStanding {
    /// The credit limit.
    limit: Money,
    /// What would be used of it: all that the customer owes in whichever currency, at today's rates;
    /// null where one is missing.
    exposure: Option<Money>,
    /// Limit less exposure, below zero where it is exceeded.
    free: Option<Money>,
    /// Overdue debt of all currencies in the order's one, at today's rates; null where one is missing.
    overdue: Option<Money>,
}

impl CreditStanding {
    /// For who sees the debts and the terms of the order's customer.
    pub(super) fn of(
        session: &Session,
        order: Option<&SalesOrder>,
        seen: Option<::sales::CreditSeen>,
    ) -> Option<Self> {
        let (order, seen) = (order?.row(), seen?);
        let covers = |right| session.covers(right, order.manager_id, order.customer_id);
        let may = covers(Right::TermsRead) && covers(Right::ReceivableRead);
        let money = |amount| Money::new(amount, seen.limit_currency);
        may.then(|| Self {
            limit: money(seen.limit),
            exposure: seen.exposure.map(money),
            free: seen.exposure.map(|exposure| money(seen.limit - exposure)),
            overdue: seen.overdue.map(|overdue| Money::new(overdue, seen.currency)),
        })
    }
}

/// What `copySalesOrder` answers.
#[derive(SimpleObject)]
pub struct CopySalesOrderPayload {
    /// The new draft.
    order: Option<SalesOrder>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// What `cancelSalesOrder` answers.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct CancelSalesOrderPayload {
    /// The cancelled order.
    order: Option<SalesOrder>,
    /// What stays all the same: an invoice that is paid in part (`INVOICE_PARTLY_PAID`).
    warnings: Vec<OrderWarning>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// What `closeSalesOrder` answers.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct CloseSalesOrderPayload {
    /// The closed order.
    order: Option<SalesOrder>,
    /// What stays all the same: an invoice that is paid in part and asks for more than was shipped
    /// (`INVOICE_PARTLY_PAID`).
    warnings: Vec<OrderWarning>,
    /// Why nothing was written.
    user_errors: Vec<UserError>,
}

/// What was there for a line when its order was confirmed, in base units.
pub struct LineAvailability(pub(super) ::sales::LineAvailability);

/// What was there for a line when its order was confirmed, in base units.
#[Object]
impl LineAvailability {
    /// The line.
    async fn line(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrderLine>> {
        let id: OrderLineId = self.0.line;
        Ok(Session::of(ctx)?.load(id).await?)
    }

    /// What was free before; zero where the order waits for money and nobody looked.
    async fn available(&self) -> Decimal {
        Decimal(self.0.available.normalize())
    }

    /// What is held for the line now.
    async fn reserved(&self) -> Decimal {
        Decimal(self.0.reserved.normalize())
    }

    /// What is missing: not held or, where the sales route never reserves, not free.
    async fn short(&self) -> Decimal {
        Decimal(self.0.short.normalize())
    }

    /// When all of the line can leave, as things stand now. Needs the right `stock.read`.
    async fn promise(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<LinePromise>> {
        Ok(Session::of(ctx)?.load(PromiseOf(self.0.line)).await?)
    }

    /// What may be offered in place of what is missing: declared substitutes that are available,
    /// the best first, then up to 10 others of the product's group; empty where nothing is
    /// missing. Needs the right `stock.read`.
    async fn alternatives(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<Product>>> {
        if self.0.short.is_zero() {
            return Ok(Some(Vec::new()));
        }
        let line: Option<SalesOrderLine> = Session::of(ctx)?.load(self.0.line).await?;
        match line {
            Some(line) => Ok(Some(alternatives(Session::of(ctx)?, line.product_id()).await?)),
            None => Ok(None),
        }
    }
}

/// Something that was let through with a word.
#[derive(SimpleObject)]
pub struct OrderWarning {
    /// What a program decides by, as a user error would have it.
    code: String,
    /// What a person reads, in the language of `Accept-Language`.
    message: String,
    /// Machine-readable facts.
    details: Option<Json<serde_json::Value>>,
}

impl OrderWarning {
    pub(super) fn all(warnings: Vec<::sales::Warning>, language: Language) -> Vec<Self> {
        let told = |warning: ::sales::Warning| Self {
            code: warning.code,
            message: warning.text.get(language).to_owned(),
            details: warning.details.map(Json),
        };
        warnings.into_iter().map(told).collect()
    }
}

/// An order that came to its end, with what stays all the same.
async fn ended(
    session: &Session,
    ended: Option<::sales::Ended>,
) -> Result<(Option<SalesOrder>, Vec<OrderWarning>), Failure> {
    let Some(ended) = ended else { return Ok((None, Vec::new())) };
    let order = session.load_made(Some(ended.order)).await?;
    Ok((order, OrderWarning::all(ended.warnings, session.language())))
}

/// Mutations of orders.
#[derive(Default)]
pub struct OrderMutation;

#[Object]
impl OrderMutation {
    /// Writes an order as a draft: prices from the agreement's list, its personal discount where
    /// none is given. Holds nothing yet.
    async fn create_sales_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order.")] mut input: CreateSalesOrderInput,
    ) -> async_graphql::Result<CreateSalesOrderPayload> {
        let key = input.idempotency_key.take();
        let given = std::mem::take(&mut input.custom_fields);
        let command = Ok(CreateSalesOrder { draft: input.into() });
        let done = filled_anew::<::sales::Order, _>(ctx, command, given, key).await?;
        let order = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreateSalesOrderPayload { order, user_errors: done.user_errors })
    }

    /// Changes a draft: what is left out stays, prices are found anew.
    async fn update_sales_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes.")] mut input: UpdateSalesOrderInput,
    ) -> async_graphql::Result<UpdateSalesOrderPayload> {
        let (key, id, version) = (input.idempotency_key.take(), input.id.0, input.version);
        let given = std::mem::take(&mut input.custom_fields);
        let command = Ok(UpdateSalesOrder { id, version, change: input.into() });
        let done = filled_in::<::sales::Order, _>(ctx, command, given, key).await?;
        let order = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdateSalesOrderPayload { order, user_errors: done.user_errors })
    }

    /// Writes a new draft with an order's customer, terms and lines, dated today. Prices are found
    /// anew, and typed ones are asked about anew: nothing that was decided about the order holds for
    /// its copy.
    async fn copy_sales_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which order.")] input: CopySalesOrderInput,
    ) -> async_graphql::Result<CopySalesOrderPayload> {
        let done = mutate(ctx, CopySalesOrder { id: input.id.0 }, input.idempotency_key).await?;
        let order = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CopySalesOrderPayload { order, user_errors: done.user_errors })
    }

    /// Confirms a draft: number, credit check, reservation of what is there. Where somebody has to
    /// agree first, it waits in PENDING_APPROVAL, holds its goods for as long as the tenant says,
    /// and goes on by itself: that is no error. What is short is
    /// told in `availability` and is no error. Where a part must be paid before goods are held,
    /// nothing is held until it is: a warning `PREPAYMENT_DUE` and `SalesOrder.awaitedPayment`
    /// tell how much. By a sales route that never reserves nothing is held: `availability` tells what
    /// is free, a warning `NOT_RESERVED` that it may go to others.
    async fn confirm_sales_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which order.")] input: ConfirmSalesOrderInput,
    ) -> async_graphql::Result<ConfirmSalesOrderPayload> {
        let session = Session::of(ctx)?;
        let command = ConfirmSalesOrder { id: input.id.0, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let user_errors = done.user_errors;
        let Some(confirmed) = done.output else {
            let (availability, warnings) = (Vec::new(), Vec::new());
            return Ok(ConfirmSalesOrderPayload {
                order: None,
                approval_request: None,
                credit: None,
                availability,
                warnings,
                user_errors,
            });
        };
        let order = session.load_made(Some(confirmed.order)).await?;
        Ok(ConfirmSalesOrderPayload {
            approval_request: waiting(session, confirmed.order.0).await?,
            credit: CreditStanding::of(session, order.as_ref(), confirmed.credit),
            order,
            availability: confirmed.availability.into_iter().map(LineAvailability).collect(),
            warnings: OrderWarning::all(confirmed.warnings, session.language()),
            user_errors,
        })
    }

    /// Cancels a draft, an order that waits for an approval or a confirmed one, and frees what was held
    /// for it. Its unpaid invoices are cancelled with it; one that is paid in part stays, with a
    /// warning.
    async fn cancel_sales_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which order, and why.")] input: CancelSalesOrderInput,
    ) -> async_graphql::Result<CancelSalesOrderPayload> {
        let (id, version, reason) = (input.id.0, input.version, input.reason);
        let command = CancelSalesOrder { id, version, reason };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let (order, warnings) = ended(Session::of(ctx)?, done.output).await?;
        Ok(CancelSalesOrderPayload { order, warnings, user_errors: done.user_errors })
    }

    /// Closes an order short: the rest is neither held nor shipped any more. Unpaid invoices are
    /// cancelled, due last first, until those that stand ask for no more than was shipped; one that is
    /// paid in part stays, with a warning.
    async fn close_sales_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which order, and why.")] input: CloseSalesOrderInput,
    ) -> async_graphql::Result<CloseSalesOrderPayload> {
        let (id, version, reason) = (input.id.0, input.version, input.reason);
        let command = CloseSalesOrder { id, version, reason };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let (order, warnings) = ended(Session::of(ctx)?, done.output).await?;
        Ok(CloseSalesOrderPayload { order, warnings, user_errors: done.user_errors })
    }
}

simulates!(CancelSalesOrderPayload, CloseSalesOrderPayload, ConfirmSalesOrderPayload);
