//! What clients write of quotes.

use ::sales::{
    AskedLine, OfferedLine, OrderedLine, QuoteChange, QuoteDraft, QuoteFilter as Wanted,
    QuoteLetter, QuoteOrderDraft, QuoteText, TypedPrice,
};
use async_graphql::{InputObject, MaybeUndefined};
use kernel::{
    AgreementId, CustomerId, Language, OrganizationId, PackagingId, ProductId, ProductVariantId,
    QuoteId, QuoteLineId, SalesRouteId, UserId, WarehouseId,
};

use super::quote::QuoteStateName;
use crate::custom::{CustomFieldCondition, CustomFieldInput};
use crate::ids::GlobalId;
use crate::sales::inputs::change;
use crate::scalars::{Date, Decimal};

/// Which quotes; all conditions hold at once.
#[derive(Clone, Debug, Default, InputObject)]
pub struct QuoteFilter {
    /// In one of these states.
    state: Option<Vec<QuoteStateName>>,
    /// For this customer; for a merged card, for the one that stands for it.
    customer: Option<GlobalId<CustomerId>>,
    /// Of this responsible manager.
    manager: Option<GlobalId<UserId>>,
    /// Of this organization.
    organization: Option<GlobalId<OrganizationId>>,
    /// Dated on this day or later.
    date_from: Option<Date>,
    /// Dated on this day or earlier.
    date_to: Option<Date>,
    /// Whose last day is this one or later.
    valid_from: Option<Date>,
    /// Whose last day is this one or earlier.
    valid_to: Option<Date>,
    /// With exactly this number, in all versions; numbers repeat from year to year.
    number: Option<String>,
    /// The one with this key in another system.
    external_reference: Option<String>,
    /// Whose number or key in another system begins with this, or whose count in the number is
    /// this.
    search: Option<String>,
    /// Those whose custom fields hold all of this; at most 10 conditions.
    custom_fields: Option<Vec<CustomFieldCondition>>,
}

impl QuoteFilter {
    pub(super) fn take_custom(&mut self) -> Option<Vec<CustomFieldCondition>> {
        self.custom_fields.take()
    }
}

impl From<QuoteFilter> for Wanted {
    fn from(filter: QuoteFilter) -> Self {
        Self {
            states: filter.state.unwrap_or_default().into_iter().map(Into::into).collect(),
            customer: filter.customer.map(|id| id.0),
            manager: filter.manager.map(|id| id.0),
            organization: filter.organization.map(|id| id.0),
            date_from: filter.date_from.map(|day| day.0),
            date_to: filter.date_to.map(|day| day.0),
            valid_from: filter.valid_from.map(|day| day.0),
            valid_to: filter.valid_to.map(|day| day.0),
            number: filter.number,
            custom: Vec::new(),
            external_reference: filter.external_reference,
            search: filter.search,
        }
    }
}

/// A block of text that the customer reads beside the lines.
#[derive(Clone, InputObject)]
pub struct QuoteTextInput {
    /// What stands above it, at most 200 characters.
    heading: Option<String>,
    /// Plain text, at most 10,000 characters; line breaks are kept.
    text: String,
}

impl From<QuoteTextInput> for QuoteText {
    fn from(block: QuoteTextInput) -> Self {
        Self { heading: block.heading, text: block.text }
    }
}

/// A line of a quote as it is written.
#[derive(InputObject)]
pub struct QuoteLineInput {
    /// What.
    product_id: GlobalId<ProductId>,
    /// In which variant; needed where the product has variants.
    variant_id: Option<GlobalId<ProductVariantId>>,
    /// The packaging that `quantity` counts; the product's base unit where none is given.
    packaging_id: Option<GlobalId<PackagingId>>,
    /// How much, above zero, at most three places.
    quantity: Decimal,
    /// A price of one's own per unit, at most four places; what the sources hold where none is
    /// given. Needs the right `order.price`.
    price: Option<Decimal>,
    /// A discount of one's own in per cent, at most four places; the automatic one where none is
    /// given.
    discount_percent: Option<Decimal>,
    /// Whether the customer may leave it out.
    #[graphql(default)]
    is_optional: bool,
    /// What the customer reads beside it.
    note: Option<String>,
}

impl From<QuoteLineInput> for OfferedLine {
    fn from(line: QuoteLineInput) -> Self {
        Self {
            asked: AskedLine {
                product_id: line.product_id.0,
                variant_id: line.variant_id.map(|id| id.0),
                packaging_id: line.packaging_id.map(|id| id.0),
                quantity: line.quantity.0,
                price: line.price.map(|price| TypedPrice::Entered(price.0)),
                discount_percent: line.discount_percent.map(|percent| percent.0),
            },
            is_optional: line.is_optional,
            note: line.note,
        }
    }
}

/// A new quote.
#[derive(InputObject)]
pub struct CreateQuoteInput {
    /// To whom it is offered.
    customer_id: GlobalId<CustomerId>,
    /// On which terms; his default agreement where none is given.
    agreement_id: Option<GlobalId<AgreementId>>,
    /// Who sells; the agreement's organization, else the tenant's default one.
    organization_id: Option<GlobalId<OrganizationId>>,
    /// Who is responsible; the customer's manager where none is given, or the caller where he
    /// sells to his own customers only.
    manager_id: Option<GlobalId<UserId>>,
    /// The document's date; today where none is given. The past needs a right of its own.
    date: Option<Date>,
    /// The last day on which it can be accepted; 14 days after its date where none is given.
    valid_until: Option<Date>,
    /// What the customer reads beside the lines: at most 20 blocks.
    #[graphql(default)]
    texts: Vec<QuoteTextInput>,
    /// A note that the customer does not read.
    comment: Option<String>,
    /// Its key in another system; unique among the tenant's quotes.
    external_reference: Option<String>,
    /// 1 to 1,000 lines.
    lines: Vec<QuoteLineInput>,
    /// What its custom fields hold; those required and writable for the caller must be among them.
    #[graphql(default)]
    pub(super) custom_fields: Vec<CustomFieldInput>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

impl From<CreateQuoteInput> for QuoteDraft {
    fn from(input: CreateQuoteInput) -> Self {
        Self {
            customer_id: input.customer_id.0,
            agreement_id: input.agreement_id.map(|id| id.0),
            organization_id: input.organization_id.map(|id| id.0),
            manager_id: input.manager_id.map(|id| id.0),
            date: input.date.map(|day| day.0),
            valid_until: input.valid_until.map(|day| day.0),
            texts: input.texts.into_iter().map(Into::into).collect(),
            comment: input.comment,
            external_reference: input.external_reference,
            lines: input.lines.into_iter().map(Into::into).collect(),
        }
    }
}

/// Changes of a draft; what is left out stays, prices are found anew.
#[derive(InputObject)]
pub struct UpdateQuoteInput {
    /// Which.
    pub(super) id: GlobalId<QuoteId>,
    /// The version that was read.
    pub(super) version: i32,
    /// To whom it is offered.
    customer_id: Option<GlobalId<CustomerId>>,
    /// On which terms; another customer's default agreement where only he is given.
    agreement_id: Option<GlobalId<AgreementId>>,
    /// Who sells.
    organization_id: Option<GlobalId<OrganizationId>>,
    /// Who is responsible.
    manager_id: Option<GlobalId<UserId>>,
    /// The document's date.
    date: Option<Date>,
    /// The last day on which it can be accepted.
    valid_until: Option<Date>,
    /// All text blocks from now on.
    texts: Option<Vec<QuoteTextInput>>,
    /// A note that the customer does not read; null: none.
    comment: MaybeUndefined<String>,
    /// Its key in another system; null: none.
    external_reference: MaybeUndefined<String>,
    /// All lines from now on.
    lines: Option<Vec<QuoteLineInput>>,
    /// Custom fields that change; those left out stay.
    #[graphql(default)]
    pub(super) custom_fields: Vec<CustomFieldInput>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

impl From<UpdateQuoteInput> for QuoteChange {
    fn from(input: UpdateQuoteInput) -> Self {
        Self {
            customer_id: input.customer_id.map(|id| id.0),
            agreement_id: input.agreement_id.map(|id| id.0),
            organization_id: input.organization_id.map(|id| id.0),
            manager_id: input.manager_id.map(|id| id.0),
            date: input.date.map(|day| day.0),
            valid_until: input.valid_until.map(|day| day.0),
            texts: input.texts.map(|texts| texts.into_iter().map(Into::into).collect()),
            comment: change(input.comment, |text| text),
            external_reference: change(input.external_reference, |text| text),
            lines: input.lines.map(|lines| lines.into_iter().map(Into::into).collect()),
        }
    }
}

/// The letter that brings a quote with a link to it.
#[derive(InputObject)]
pub struct QuoteLetterInput {
    /// To whom: 1 to 10 addresses; each gets a letter of his own.
    to: Vec<String>,
    /// What it is called, one line; the quote's name and who sells where none is given.
    title: Option<String>,
    /// What stands before the link, at most 4,000 characters.
    message: Option<String>,
}

impl QuoteLetterInput {
    /// What the program adds to it is in this language.
    pub(super) fn in_language(self, language: Language) -> QuoteLetter {
        QuoteLetter { to: self.to, title: self.title, message: self.message, language }
    }
}

/// A quote to be offered.
#[derive(InputObject)]
pub struct SendQuoteInput {
    /// Which.
    pub(super) id: GlobalId<QuoteId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// The letter that brings it; where none is given it is handed over otherwise, such as by a
    /// link of `createQuoteLink`.
    pub(super) email: Option<QuoteLetterInput>,
    /// Only try it out: the answer shows how everything would be, no letter leaves and nothing of it is
    /// kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// A key of one's own: a repeat with it changes nothing and sends nothing.
    pub(super) idempotency_key: Option<String>,
}

/// A quote to which a link is to be made. It takes no key: the answer holds a secret.
#[derive(InputObject)]
pub struct CreateQuoteLinkInput {
    /// Which.
    pub(super) id: GlobalId<QuoteId>,
}

/// A customer's agreement to a quote.
#[derive(InputObject)]
pub struct AcceptQuoteInput {
    /// Which.
    pub(super) id: GlobalId<QuoteId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// The optional lines that he takes.
    #[graphql(default)]
    pub(super) optional_line_ids: Vec<GlobalId<QuoteLineId>>,
    /// Who agreed, at most 200 characters.
    pub(super) by: Option<String>,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

/// A customer's refusal of a quote.
#[derive(InputObject)]
pub struct DeclineQuoteInput {
    /// Which.
    pub(super) id: GlobalId<QuoteId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// Why.
    pub(super) reason: String,
    /// Who declined, at most 200 characters.
    pub(super) by: Option<String>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

/// A quote to be valid for longer.
#[derive(InputObject)]
pub struct ExtendQuoteInput {
    /// Which.
    pub(super) id: GlobalId<QuoteId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// The last day from now on: later than before, and not over.
    pub(super) valid_until: Date,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

/// A quote of which a new version is to be made.
#[derive(InputObject)]
pub struct ReviseQuoteInput {
    /// Which.
    pub(super) id: GlobalId<QuoteId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

/// A quote to be copied.
#[derive(InputObject)]
pub struct CopyQuoteInput {
    /// Which, in whatever state.
    pub(super) id: GlobalId<QuoteId>,
    /// For whom; the same customer where none is given.
    pub(super) customer_id: Option<GlobalId<CustomerId>>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

/// A quote to be given up.
#[derive(InputObject)]
pub struct CancelQuoteInput {
    /// Which.
    pub(super) id: GlobalId<QuoteId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// Why.
    pub(super) reason: String,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

/// What is ordered of a quote's line.
#[derive(InputObject)]
pub struct QuoteOrderLineInput {
    /// The quote's line: not an optional one that the customer did not take.
    quote_line_id: GlobalId<QuoteLineId>,
    /// How much, in the unit that the line is offered in; all that is left where none is given.
    quantity: Option<Decimal>,
}

/// An order to be made of an accepted quote.
#[derive(InputObject)]
pub struct CreateSalesOrderFromQuoteInput {
    /// The accepted quote.
    quote_id: GlobalId<QuoteId>,
    /// What is ordered of it; all that is left where no lines are given.
    lines: Option<Vec<QuoteOrderLineInput>>,
    /// How it is served; the agreement's route where none is given.
    sales_route_id: Option<GlobalId<SalesRouteId>>,
    /// Who is responsible; the quote's manager where none is given and he has not left.
    manager_id: Option<GlobalId<UserId>>,
    /// From where it ships; wherever goods are where none is given.
    warehouse_id: Option<GlobalId<WarehouseId>>,
    /// Where no warehouse is chosen: goods are held in these alone, the first first; at most 50.
    #[graphql(default)]
    allowed_warehouse_ids: Vec<GlobalId<WarehouseId>>,
    /// The document's date; today where none is given. The past needs a right of its own.
    date: Option<Date>,
    /// When the customer wants it.
    requested_ship_date: Option<Date>,
    /// Its key in another system; unique among the tenant's orders.
    external_reference: Option<String>,
    /// A note.
    comment: Option<String>,
    /// What its custom fields hold; those required and writable for the caller must be among them.
    #[graphql(default)]
    pub(super) custom_fields: Vec<CustomFieldInput>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

impl From<CreateSalesOrderFromQuoteInput> for QuoteOrderDraft {
    fn from(input: CreateSalesOrderFromQuoteInput) -> Self {
        let line = |line: QuoteOrderLineInput| OrderedLine {
            quote_line_id: line.quote_line_id.0,
            quantity: line.quantity.map(|quantity| quantity.0),
        };
        Self {
            quote_id: input.quote_id.0,
            lines: input.lines.map(|lines| lines.into_iter().map(line).collect()),
            sales_route_id: input.sales_route_id.map(|id| id.0),
            manager_id: input.manager_id.map(|id| id.0),
            warehouse_id: input.warehouse_id.map(|id| id.0),
            allowed_warehouses: input.allowed_warehouse_ids.iter().map(|id| id.0).collect(),
            date: input.date.map(|day| day.0),
            requested_ship_date: input.requested_ship_date.map(|day| day.0),
            external_reference: input.external_reference,
            comment: input.comment,
        }
    }
}
