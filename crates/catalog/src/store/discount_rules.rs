//! Discount rules by what they are for.

use std::collections::HashMap;

use access::Permit;
use db::{Outcome, Sql, TenantTx, values};
use kernel::{PriceSegmentId, ProductGroupId, ProductId, SalesChannelId, Uuid};

use super::directories::{AROUND, Directory};
use crate::ReadPrices;
use crate::records::DiscountRule;

/// Rules of one of them that are read at once.
const MOST_RULES: i64 = 250;

/// What a rule may be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RulesFor {
    /// For customers of a segment.
    Segment(PriceSegmentId),
    /// For documents of a channel.
    Channel(SalesChannelId),
    /// For products of a group; rules of the groups above are not among them.
    Group(ProductGroupId),
    /// For a product.
    Product(ProductId),
}

impl RulesFor {
    fn column(self) -> &'static str {
        match self {
            Self::Segment(_) => "price_segment_id",
            Self::Channel(_) => "sales_channel_id",
            Self::Group(_) => "product_group_id",
            Self::Product(_) => "product_id",
        }
    }

    fn id(self) -> Uuid {
        match self {
            Self::Segment(id) => id.into(),
            Self::Channel(id) => id.into(),
            Self::Group(id) => id.into(),
            Self::Product(id) => id.into(),
        }
    }

    /// What of a rule makes it one of these.
    fn of(self, rule: &DiscountRule) -> bool {
        let fields = &rule.fields;
        match self {
            Self::Segment(id) => fields.price_segment_id == Some(id),
            Self::Channel(id) => fields.sales_channel_id == Some(id),
            Self::Group(id) => fields.product_group_id == Some(id),
            Self::Product(id) => fields.product_id == Some(id),
        }
    }
}

/// The rules in use for each of these, by name, the first 250. One statement a kind.
///
/// # Errors
/// [`db::Fault`].
pub async fn discount_rules_for(
    tx: &TenantTx,
    permit: &Permit<ReadPrices>,
    keys: &[RulesFor],
) -> Outcome<HashMap<RulesFor, Vec<DiscountRule>>> {
    let mut kinds: HashMap<&'static str, Vec<RulesFor>> = HashMap::new();
    for key in keys {
        kinds.entry(key.column()).or_default().push(*key);
    }
    let mut found = HashMap::new();
    for (column, keys) in kinds {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.id()).collect();
        let sql = format!(
            "select {AROUND}, {}
             from unnest($2::uuid[]) as k (id)
             cross join lateral (
                 select w.*
                 from discount_rule w
                 where w.tenant_id = $1 and w.{column} = k.id and w.archived_at is null
                 order by w.name_key, w.id
                 limit $3
             ) r
             order by r.name_key, r.id",
            DiscountRule::COLUMNS
        );
        let rows: Vec<DiscountRule> =
            tx.all(Sql::new(sql, values![permit.tenant(), ids, MOST_RULES])).await?;
        for key in keys {
            found.insert(key, rows.iter().filter(|rule| key.of(rule)).cloned().collect());
        }
    }
    Ok(found)
}
