//! The GraphQL schema: types, resolvers, edges both ways. One folder a context; the files beside
//! this one are what all of them stand on. No rule and no SQL stands here: resolvers ask for a
//! permit, call the context's command or read, and shape the answer.
//!
//! The way of a resolver that reads:
//!
//! ```ignore
//! let session = Session::of(ctx)?;
//! let permit = session.permit::<ReadCustomers>()?;
//! let tx = session.tx().await?;             // the operation's one snapshot
//! let page = paging::request(first, after.as_deref(), last, before.as_deref(), "NAME")?;
//! let rows = catalog::customers(&tx, &permit, &filter, &page).await?;
//! Ok(Connection::of(rows, Customer::from).counted(move |session| async move { … }))
//! ```
//!
//! One that reads by id loads in batches: `session.load(order.customer_id).await?`, where the
//! context's folder holds `impl Load<CustomerId> for Loaders`. One that writes:
//!
//! ```ignore
//! let done = mutate(ctx, ConfirmOrder { … }, input.idempotency_key).await?;
//! let order = session.load_made(done.output.map(|made| made.order_id)).await?;
//! Ok(ConfirmSalesOrderPayload { order, user_errors: done.user_errors })
//! ```
//!
//! Errors go up by `?` as they are ([`Failure`], `CommandError`, `Fault`, `Forbidden`);
//! [`present`] gives each its code and sentence in one place, and hides faults behind a trace id.

// Resolvers nest deeper than the default lets the compiler look.
#![recursion_limit = "512"]

mod analytics;
mod approvals;
mod catalog;
mod custom;
mod errors;
mod exchange;
pub mod files;
mod idempotency;
mod identity;
mod ids;
mod live;
mod loaders;
mod node;
pub mod paging;
mod sales;
mod scalars;
mod schema;
mod search;
mod session;
mod settlements;
mod simulation;
mod stock;
#[cfg(test)]
mod tests;
mod user_error;

pub use self::live::{DocumentEvent, DocumentKind, EventKind, StockEvent};
pub use errors::{ErrorCode, Failure, present};
pub use exchange::Lists;
pub use idempotency::{MutationResult, mutate};
pub use identity::history;
pub use ids::{AnyId, GlobalId, NodeId, global};
pub use loaders::{Load, Loaded, Loaders};
pub use node::Node;
pub use scalars::{CurrencyCode, Date, DateTime, Decimal, Money};
pub use schema::{Graph, Mutation, Query, Subscription};
pub use session::{Services, Session, Standing};
pub use user_error::{UserError, UserErrorCode};
