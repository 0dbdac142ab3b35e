//! One field to look for anything in.

use ::catalog::{Matched, ReadCustomers, ReadProducts, found_customers, found_products};
use ::sales::{
    OrderFilter, OrderSort, ReadOrders, ReadShipments, ReadTaxInvoices, ShipmentFilter,
    TaxInvoiceFilter,
};
use async_graphql::{Context, Enum, Object, SimpleObject};
use kernel::{CustomerId, PageRequest, ProductId};

use crate::catalog::seen_by;
use crate::errors::Failure;
use crate::node::Node;
use crate::session::Session;

/// Finds of each kind where the caller does not say.
const USUAL: i32 = 5;
/// Finds of each kind at most.
const MOST: i32 = 20;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SearchKind {
    /// Customers: by name, external reference, and for those with the right customer.contact by
    /// tax or VAT number, telephones and e-mails, those of contact persons among them.
    Customer,
    /// Products: by name, article number, barcode, external reference.
    Product,
    /// Sales orders: by the beginning of a number or external reference, or by the number's count.
    SalesOrder,
    /// Shipments: as orders.
    Shipment,
    /// Tax invoices: as orders.
    TaxInvoice,
}

/// What of a record was met by what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Matched")]
pub enum SearchMatch {
    /// A code, number, telephone or e-mail is equal.
    Key,
    /// The name, article number or number begins so.
    Beginning,
    /// All words are held somewhere.
    Text,
    /// As typed on another keyboard layout or in the other alphabet.
    OtherReading,
    /// Words that differ by a letter or two.
    Similar,
}

/// A find.
#[derive(Clone, SimpleObject)]
pub struct SearchHit {
    /// What kind of record it is.
    kind: SearchKind,
    /// What of it was met.
    matched: SearchMatch,
    /// The record.
    record: Node,
}

/// Search over all kinds of records.
#[derive(Default)]
pub struct SearchQuery;

#[Object]
impl SearchQuery {
    /// What is in use and within the caller's reach that a text finds: equal keys first, then kind
    /// by kind, the best first. Kinds the caller may not see are absent.
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What a person typed, at most 200 characters: words, a number, a code, \
                          a telephone. Russian and Latin, whatever the keyboard layout; small \
                          typing errors are forgiven where little else is found.")]
        text: String,
        #[graphql(desc = "Only these kinds, in this order; all where none are given.")]
        kinds: Option<Vec<SearchKind>>,
        #[graphql(desc = "So many of each kind, 1 to 20; 5 where none is given.")] first: Option<
            i32,
        >,
    ) -> async_graphql::Result<Vec<SearchHit>> {
        let session = Session::of(ctx)?;
        session.scope()?;
        let first = first.unwrap_or(USUAL);
        if !(1..=MOST).contains(&first) {
            return Err(Failure::bad_input(
                format!("give first from 1 to {MOST}"),
                format!("укажите first от 1 до {MOST}"),
            )
            .into());
        }
        let text = text.trim();
        if text.is_empty() {
            return Ok(Vec::new());
        }
        let mut asked: Vec<SearchKind> = Vec::new();
        for kind in kinds.unwrap_or_else(|| ALL.to_vec()) {
            if !asked.contains(&kind) {
                asked.push(kind);
            }
        }
        let mut hits = Vec::new();
        for kind in asked {
            match found(session, kind, text, first.unsigned_abs()).await {
                // What he may not see is absent.
                Err(failure) if failure.is_forbidden() => {}
                found => hits.extend(found?),
            }
        }
        hits.sort_by_key(|hit| hit.matched != SearchMatch::Key);
        Ok(hits)
    }
}

const ALL: [SearchKind; 5] = [
    SearchKind::Customer,
    SearchKind::Product,
    SearchKind::SalesOrder,
    SearchKind::Shipment,
    SearchKind::TaxInvoice,
];

async fn found(
    session: &Session,
    kind: SearchKind,
    text: &str,
    most: u32,
) -> Result<Vec<SearchHit>, Failure> {
    match kind {
        SearchKind::Customer => customers(session, text, most).await,
        SearchKind::Product => products(session, text, most).await,
        SearchKind::SalesOrder => orders(session, text, most).await,
        SearchKind::Shipment => shipments(session, text, most).await,
        SearchKind::TaxInvoice => tax_invoices(session, text, most).await,
    }
}

async fn customers(session: &Session, text: &str, most: u32) -> Result<Vec<SearchHit>, Failure> {
    let permit = session.permit::<ReadCustomers>()?;
    let seen = seen_by(session)?;
    let tx = session.tx().await?;
    let (ids, ways): (Vec<CustomerId>, Vec<Matched>) =
        found_customers(&tx, &permit, seen, text, most).await?.into_iter().unzip();
    let rows = session.load_all(ids).await?;
    Ok(hits(SearchKind::Customer, rows.into_iter().map(|row| row.map(Node::Customer)), ways))
}

async fn products(session: &Session, text: &str, most: u32) -> Result<Vec<SearchHit>, Failure> {
    let permit = session.permit::<ReadProducts>()?;
    let tx = session.tx().await?;
    let (ids, ways): (Vec<ProductId>, Vec<Matched>) =
        found_products(&tx, &permit, text, most).await?.into_iter().unzip();
    let rows = session.load_all(ids).await?;
    Ok(hits(SearchKind::Product, rows.into_iter().map(|row| row.map(Node::Product)), ways))
}

async fn orders(session: &Session, text: &str, most: u32) -> Result<Vec<SearchHit>, Failure> {
    let permit = session.permit::<ReadOrders>()?;
    let tx = session.tx().await?;
    let filter = OrderFilter { search: Some(text.to_owned()), ..OrderFilter::default() };
    let page = PageRequest::first(most);
    let found = ::sales::orders(&tx, &permit, &filter, OrderSort::default(), &page).await?;
    let rows = found.rows.into_iter().map(|(_, row)| {
        let way = way_of(text, [row.number.as_deref(), row.external_reference.as_deref()]);
        (Some(Node::SalesOrder(row.into())), way)
    });
    let (rows, ways): (Vec<_>, Vec<_>) = rows.unzip();
    Ok(hits(SearchKind::SalesOrder, rows.into_iter(), ways))
}

async fn shipments(session: &Session, text: &str, most: u32) -> Result<Vec<SearchHit>, Failure> {
    let permit = session.permit::<ReadShipments>()?;
    let tx = session.tx().await?;
    let filter = ShipmentFilter { search: Some(text.to_owned()), ..ShipmentFilter::default() };
    let page = PageRequest::first(most);
    let found = ::sales::shipments(&tx, &permit, &filter, OrderSort::default(), &page).await?;
    let rows = found.rows.into_iter().map(|(_, row)| {
        let way = way_of(text, [row.number.as_deref(), row.external_reference.as_deref()]);
        (Some(Node::Shipment(row.into())), way)
    });
    let (rows, ways): (Vec<_>, Vec<_>) = rows.unzip();
    Ok(hits(SearchKind::Shipment, rows.into_iter(), ways))
}

async fn tax_invoices(session: &Session, text: &str, most: u32) -> Result<Vec<SearchHit>, Failure> {
    let permit = session.permit::<ReadTaxInvoices>()?;
    let tx = session.tx().await?;
    let filter = TaxInvoiceFilter { search: Some(text.to_owned()), ..TaxInvoiceFilter::default() };
    let page = PageRequest::first(most);
    let found = ::sales::tax_invoices(&tx, &permit, &filter, OrderSort::default(), &page).await?;
    let rows = found.rows.into_iter().map(|(_, row)| {
        let way = way_of(text, [Some(row.number.as_str()), row.external_reference.as_deref()]);
        (Some(Node::TaxInvoice(row.into())), way)
    });
    let (rows, ways): (Vec<_>, Vec<_>) = rows.unzip();
    Ok(hits(SearchKind::TaxInvoice, rows.into_iter(), ways))
}

/// A number's end is its count, so a document may be met by what does not begin it.
fn way_of(text: &str, keys: [Option<&str>; 2]) -> Matched {
    let sought = text.to_lowercase();
    let mut kept = keys.into_iter().flatten().map(str::to_lowercase);
    if kept.clone().any(|key| key == sought) {
        Matched::Key
    } else if kept.any(|key| key.starts_with(&sought)) {
        Matched::Beginning
    } else {
        Matched::Text
    }
}

fn hits(
    kind: SearchKind,
    rows: impl Iterator<Item = Option<Node>>,
    ways: Vec<Matched>,
) -> Vec<SearchHit> {
    let met = rows.zip(ways);
    met.filter_map(|(row, way)| Some(SearchHit { kind, matched: way.into(), record: row? }))
        .collect()
}
