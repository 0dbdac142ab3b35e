//! Discount rules as they are read and written.

use db::{FromQueryResult, Value};
use kernel::{
    Currency, Decimal, DiscountRuleId, NaiveDate, Percent, PriceSegmentId, ProductGroupId,
    ProductId, Quantity, SalesChannelId,
};
use serde::Serialize;

use super::{Fields, Record};

records! {
    /// A percentage off. What is `None` matches anything; all that is named must match.
    DiscountRule { DiscountRuleId, DiscountRuleFields },
}

fields! {
    /// A discount rule's own fields.
    DiscountRuleFields, DiscountRuleChanges {
        /// Name, unique in the tenant.
        name: String,
        /// How much, above zero.
        percent: Percent,
        /// For customers of this segment.
        price_segment_id: Option<PriceSegmentId>,
        /// For products of this group and the groups below it.
        product_group_id: Option<ProductGroupId>,
        /// For this product.
        product_id: Option<ProductId>,
        /// For documents of this channel.
        sales_channel_id: Option<SalesChannelId>,
        /// From this quantity of a line on, in base units.
        quantity_from: Option<Quantity>,
        /// From this amount of a line on, before discounts.
        line_sum_from: Option<Decimal>,
        /// From this amount of a document on, before discounts.
        document_sum_from: Option<Decimal>,
        /// The currency of the amounts.
        currency: Currency,
        /// From this day on.
        valid_from: Option<NaiveDate>,
        /// To this day, itself included.
        valid_to: Option<NaiveDate>,
        /// The partner's own key of it.
        external_reference: Option<String>,
    }
}
