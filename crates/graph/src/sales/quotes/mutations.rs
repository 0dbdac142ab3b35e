//! Mutations of quotes.

use ::sales::{
    AcceptQuote, CancelQuote, CopyQuote, CreateOrderFromQuote, CreateQuote, DeclineQuote,
    ExtendQuote, LinkQuote, ReviseQuote, SendQuote, UpdateQuote,
};
use async_graphql::{Context, Object, SimpleObject};
use kernel::QuoteId;

use super::inputs::{
    AcceptQuoteInput, CancelQuoteInput, CopyQuoteInput, CreateQuoteInput, CreateQuoteLinkInput,
    CreateSalesOrderFromQuoteInput, DeclineQuoteInput, ExtendQuoteInput, ReviseQuoteInput,
    SendQuoteInput, UpdateQuoteInput,
};
use super::quote::Quote;
use crate::approvals::{ApprovalRequest, waiting};
use crate::catalog::payloads;
use crate::custom::{filled_anew, filled_in};
use crate::errors::Failure;
use crate::idempotency::mutate;
use crate::sales::SalesOrder;
use crate::scalars::DateTime;
use crate::session::Session;
use crate::simulation::simulates;
use crate::user_error::UserError;

payloads! {
    /// What came of writing a quote.
    CreateQuotePayload {
        /// The new draft.
        quote: Quote
    }
    /// What came of changing a draft of a quote.
    UpdateQuotePayload {
        /// The draft as it is now.
        quote: Quote
    }
    /// What came of declining a quote.
    DeclineQuotePayload {
        /// The declined quote.
        quote: Quote
    }
    /// What came of letting a quote be valid for longer.
    ExtendQuotePayload {
        /// The quote as it is now.
        quote: Quote
    }
    /// What came of making a new version of a quote.
    ReviseQuotePayload {
        /// The new version, a draft.
        quote: Quote
    }
    /// What came of copying a quote.
    CopyQuotePayload {
        /// The new draft.
        quote: Quote
    }
    /// What came of giving a quote up.
    CancelQuotePayload {
        /// The cancelled quote.
        quote: Quote
    }
    /// What came of making an order of a quote.
    CreateSalesOrderFromQuotePayload {
        /// The new draft.
        order: SalesOrder
    }
}

/// What came of offering a quote.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct SendQuotePayload {
    /// The quote as it is now: in PENDING_APPROVAL where somebody has to agree first.
    quote: Option<Quote>,
    /// What it waits for, with every reason; it goes out by itself, with its letter, once all have
    /// agreed. Null where nobody has to agree, or the caller may not see it.
    approval_request: Option<ApprovalRequest>,
    /// Why nothing was written; empty where it was.
    user_errors: Vec<UserError>,
}

/// What came of accepting a quote.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct AcceptQuotePayload {
    /// The accepted quote, or one in PENDING_APPROVAL where somebody has to agree first.
    quote: Option<Quote>,
    /// What it waits for, with every reason; it is accepted by itself once all have agreed. Null
    /// where nobody has to agree, or the caller may not see it.
    approval_request: Option<ApprovalRequest>,
    /// Why nothing was written; empty where it was.
    user_errors: Vec<UserError>,
}

/// A quote that was to go on, and what it waits for.
async fn answered(
    session: &Session,
    done: Option<QuoteId>,
) -> Result<(Option<Quote>, Option<ApprovalRequest>), Failure> {
    let Some(id) = done else { return Ok((None, None)) };
    Ok((session.load_made(Some(id)).await?, waiting(session, id.0).await?))
}

/// What `createQuoteLink` answers.
#[derive(SimpleObject)]
pub struct CreateQuoteLinkPayload {
    /// The quote.
    quote: Option<Quote>,
    /// The address to hand over: whoever has it sees this quote, and may answer for the customer. It
    /// is shown this once.
    url: Option<String>,
    /// Until when it is good.
    ends_at: Option<DateTime>,
    /// Why nothing was written; empty where it was.
    user_errors: Vec<UserError>,
}

/// Mutations of quotes.
#[derive(Default)]
pub struct QuoteMutation;

#[Object]
impl QuoteMutation {
    /// Writes a quote as a draft: prices and discounts are found where none are typed, by the same
    /// code as in orders.
    async fn create_quote(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The quote.")] mut input: CreateQuoteInput,
    ) -> async_graphql::Result<CreateQuotePayload> {
        let (key, custom) =
            (input.idempotency_key.take(), std::mem::take(&mut input.custom_fields));
        let command = CreateQuote { draft: input.into() };
        let done = filled_anew::<::sales::Quote, _>(ctx, Ok(command), custom, key).await?;
        let quote = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreateQuotePayload { quote, user_errors: done.user_errors })
    }

    /// Changes a draft; prices are found anew.
    async fn update_quote(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which quote, and what changes.")] mut input: UpdateQuoteInput,
    ) -> async_graphql::Result<UpdateQuotePayload> {
        let (key, custom) =
            (input.idempotency_key.take(), std::mem::take(&mut input.custom_fields));
        let (id, version) = (input.id.0, input.version);
        let command = UpdateQuote { id, version, change: input.into() };
        let done = filled_in::<::sales::Quote, _>(ctx, Ok(command), custom, key).await?;
        let quote = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdateQuotePayload { quote, user_errors: done.user_errors })
    }

    /// Offers a draft, or sends what was offered once more: by letter with a link where the customer
    /// sees the quote and accepts or declines it. A draft whose prices somebody has to agree to waits
    /// in PENDING_APPROVAL first. Letters leave after the commit, at least once; `Quote.mails` tells
    /// how they stand. Without a mail server letters are refused
    /// (`MAIL_NOT_CONFIGURED`).
    async fn send_quote(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which quote, and to whom.")] input: SendQuoteInput,
    ) -> async_graphql::Result<SendQuotePayload> {
        let session = Session::of(ctx)?;
        let (id, version) = (input.id.0, input.version);
        let letter = input.email.map(|letter| letter.in_language(session.language()));
        let command = SendQuote { id, version, letter, mailing: session.mail().clone() };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let (quote, approval_request) = answered(session, done.output).await?;
        Ok(SendQuotePayload { quote, approval_request, user_errors: done.user_errors })
    }

    /// Makes a link to a quote that was offered, to hand over otherwise than by letter. Earlier
    /// links stay good.
    async fn create_quote_link(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which quote.")] input: CreateQuoteLinkInput,
    ) -> async_graphql::Result<CreateQuoteLinkPayload> {
        let session = Session::of(ctx)?;
        let command = LinkQuote { id: input.id.0, public_url: session.mail().public_url.clone() };
        let done = mutate(ctx, command, None).await?;
        let user_errors = done.user_errors;
        let Some(link) = done.output else {
            return Ok(CreateQuoteLinkPayload {
                quote: None,
                url: None,
                ends_at: None,
                user_errors,
            });
        };
        Ok(CreateQuoteLinkPayload {
            quote: session.load_made(Some(link.quote)).await?,
            url: Some(link.url),
            ends_at: Some(link.ends_at.into()),
            user_errors,
        })
    }

    /// Notes that the customer agrees: to what was sent to him, or by telephone to a draft. A draft
    /// whose prices somebody has to agree to waits in PENDING_APPROVAL first.
    async fn accept_quote(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which quote, and what of it he takes.")] input: AcceptQuoteInput,
    ) -> async_graphql::Result<AcceptQuotePayload> {
        let chosen = input.optional_line_ids.iter().map(|id| id.0).collect();
        let (id, version, by) = (input.id.0, input.version, input.by);
        let command = AcceptQuote { id, version, chosen, by };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let (quote, approval_request) = answered(Session::of(ctx)?, done.output).await?;
        Ok(AcceptQuotePayload { quote, approval_request, user_errors: done.user_errors })
    }

    /// Notes that the customer declines what was sent to him.
    async fn decline_quote(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which quote, and why.")] input: DeclineQuoteInput,
    ) -> async_graphql::Result<DeclineQuotePayload> {
        let (id, version) = (input.id.0, input.version);
        let command = DeclineQuote { id, version, reason: input.reason, by: input.by };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let quote = Session::of(ctx)?.load_made(done.output).await?;
        Ok(DeclineQuotePayload { quote, user_errors: done.user_errors })
    }

    /// Lets what was sent be valid for longer, whether or not it has expired: prices and links stay.
    /// Where somebody had to agree to its prices, that must still hold: else a new version is made.
    async fn extend_quote(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which quote, and until when.")] input: ExtendQuoteInput,
    ) -> async_graphql::Result<ExtendQuotePayload> {
        let (id, version) = (input.id.0, input.version);
        let command = ExtendQuote { id, version, valid_until: input.valid_until.0 };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let quote = Session::of(ctx)?.load_made(done.output).await?;
        Ok(ExtendQuotePayload { quote, user_errors: done.user_errors })
    }

    /// Makes a new version of a quote, a draft with the same number: the old one is superseded (a
    /// declined one stays declined), stays readable and cannot be accepted any more. What was typed
    /// stays, automatic prices are those of today.
    async fn revise_quote(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which quote.")] input: ReviseQuoteInput,
    ) -> async_graphql::Result<ReviseQuotePayload> {
        let command = ReviseQuote { id: input.id.0, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let quote = Session::of(ctx)?.load_made(done.output).await?;
        Ok(ReviseQuotePayload { quote, user_errors: done.user_errors })
    }

    /// Writes a new draft like a quote, for the same customer or another one.
    async fn copy_quote(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which quote, and for whom.")] input: CopyQuoteInput,
    ) -> async_graphql::Result<CopyQuotePayload> {
        let customer_id = input.customer_id.map(|id| id.0);
        let command = CopyQuote { id: input.id.0, customer_id };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let quote = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CopyQuotePayload { quote, user_errors: done.user_errors })
    }

    /// Gives a quote up that was not answered; links to it end.
    async fn cancel_quote(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which quote, and why.")] input: CancelQuoteInput,
    ) -> async_graphql::Result<CancelQuotePayload> {
        let (id, version, reason) = (input.id.0, input.version, input.reason);
        let done = mutate(ctx, CancelQuote { id, version, reason }, input.idempotency_key).await?;
        let quote = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CancelQuotePayload { quote, user_errors: done.user_errors })
    }

    /// Writes an order as a draft whose lines keep the prices of an accepted quote. One quote gives
    /// as many orders as its quantities allow. Needs the right `quote.read` too.
    async fn create_sales_order_from_quote(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which quote, and what of it.")] mut input: CreateSalesOrderFromQuoteInput,
    ) -> async_graphql::Result<CreateSalesOrderFromQuotePayload> {
        let (key, custom) =
            (input.idempotency_key.take(), std::mem::take(&mut input.custom_fields));
        let command = CreateOrderFromQuote { draft: input.into() };
        let done = filled_anew::<::sales::Order, _>(ctx, Ok(command), custom, key).await?;
        let order = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreateSalesOrderFromQuotePayload { order, user_errors: done.user_errors })
    }
}

simulates!(SendQuotePayload, AcceptQuotePayload);
