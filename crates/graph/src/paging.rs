//! Relay connections over the kernel's keyset pages.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::{Context, Enum, Object, OutputType, SimpleObject, TypeName};
use futures::future::BoxFuture;
use kernel::{Cursor, Page, PageError, PageRequest};

use crate::errors::Failure;
use crate::session::Session;

/// How far `totalCount` counts. Stores count `limit COUNT_CAP + 1` rows at most.
pub const COUNT_CAP: i64 = 10_000;

/// Which way a list is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "kernel::Direction")]
pub enum OrderDirection {
    /// Smallest first.
    Asc,
    /// Largest first.
    Desc,
}

/// Checks the four arguments of a connection against its order.
///
/// # Errors
/// BAD_USER_INPUT for sizes out of range and cursors of another list.
pub fn request(
    first: Option<i32>,
    after: Option<&str>,
    last: Option<i32>,
    before: Option<&str>,
    order: &str,
) -> Result<PageRequest, Failure> {
    let (first, last) = (first.map(i64::from), last.map(i64::from));
    PageRequest::new(first, after, last, before, order).map_err(|error| match error {
        PageError::BadSize => Failure::bad_input(
            "give either first or last, from 0 to 250",
            "укажите либо first, либо last, от 0 до 250",
        ),
        PageError::BadCursor => Failure::bad_input(
            "this cursor is not of this list in this order",
            "этот курсор не относится к этому списку в этом порядке",
        ),
    })
}

type Counter =
    Arc<dyn Fn(Session) -> BoxFuture<'static, Result<i64, Failure>> + Send + Sync + 'static>;

/// A page of a list: `XConnection { edges nodes pageInfo totalCount }` for any object type `X`.
pub struct Connection<T> {
    edges: Vec<Edge<T>>,
    page: PageInfo,
    counter: Option<Counter>,
}

/// A row with its cursor: `XEdge { cursor node }`.
pub struct Edge<T> {
    cursor: String,
    node: T,
}

/// Where a page stands in its list.
#[derive(Clone, Debug, SimpleObject)]
pub struct PageInfo {
    /// Whether rows follow.
    has_next_page: bool,
    /// Whether rows come before.
    has_previous_page: bool,
    /// The cursor of the page's first row.
    start_cursor: Option<String>,
    /// The cursor of the page's last row.
    end_cursor: Option<String>,
}

/// How many rows a list has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SimpleObject)]
pub struct TotalCount {
    /// The number of rows, up to 10,000.
    count: i64,
    /// False where there are more rows than `count` says.
    exact: bool,
}

impl TotalCount {
    /// Of what a store counted, up to [`COUNT_CAP`] + 1.
    #[must_use]
    pub fn capped(counted: i64) -> Self {
        Self { count: counted.min(COUNT_CAP), exact: counted <= COUNT_CAP }
    }
}

impl<T> Connection<T> {
    /// A connection over a page, each row turned into its node.
    pub fn of<R>(page: Page<R>, node: impl Fn(R) -> T) -> Self {
        let edges: Vec<Edge<T>> = page
            .rows
            .into_iter()
            .map(|(position, row)| Edge { cursor: Cursor::of(&position).0, node: node(row) })
            .collect();
        let page = PageInfo {
            has_next_page: page.has_next,
            has_previous_page: page.has_previous,
            start_cursor: edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: edges.last().map(|edge| edge.cursor.clone()),
        };
        Self { edges, page, counter: None }
    }

    /// As [`Connection::of`], where making a node may fail.
    ///
    /// # Errors
    /// What the first failing row answered.
    pub fn try_of<R>(
        page: Page<R>,
        node: impl Fn(R) -> Result<T, Failure>,
    ) -> Result<Self, Failure> {
        let Page { rows, has_next, has_previous } = page;
        let rows = rows.into_iter().map(|(position, row)| Ok((position, node(row)?)));
        let rows = rows.collect::<Result<Vec<_>, Failure>>()?;
        Ok(Self::of(Page { rows, has_next, has_previous }, |node| node))
    }

    /// Adds how to count the whole list; it runs only when `totalCount` is asked for. It answers
    /// up to [`COUNT_CAP`] + 1.
    #[must_use]
    pub fn counted<F, R>(mut self, count: F) -> Self
    where
        F: Fn(Session) -> R + Send + Sync + 'static,
        R: Future<Output = Result<i64, Failure>> + Send + 'static,
    {
        self.counter = Some(Arc::new(move |session| Box::pin(count(session))));
        self
    }
}

/// A page of a list.
#[Object(name_type)]
impl<T: OutputType> Connection<T> {
    /// The rows with their cursors.
    async fn edges(&self) -> &[Edge<T>] {
        &self.edges
    }

    /// The rows.
    async fn nodes(&self) -> Vec<&T> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Where the page stands in its list.
    async fn page_info(&self) -> &PageInfo {
        &self.page
    }

    /// How many rows the list has, under the same filter. Counted up to 10,000.
    async fn total_count(&self, ctx: &Context<'_>) -> async_graphql::Result<TotalCount> {
        let counted = match &self.counter {
            Some(count) => count(Session::of(ctx)?.clone()).await?,
            // A list without a counter is given whole.
            None => i64::try_from(self.edges.len()).unwrap_or(i64::MAX),
        };
        Ok(TotalCount::capped(counted))
    }
}

impl<T: OutputType> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", T::type_name()).into()
    }
}

/// A row of a list with its cursor.
#[Object(name_type)]
impl<T: OutputType> Edge<T> {
    /// Where the row stands: for `after` and `before`.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// The row.
    async fn node(&self) -> &T {
        &self.node
    }
}

impl<T: OutputType> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", T::type_name()).into()
    }
}
