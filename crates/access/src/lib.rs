//! Who may do what. A [`Scope`] says who is asking and in which tenant; the policy turns it into
//! a [`Permit`] for one [`Action`]; commands and stores take the permit of their own action and
//! nothing else. Forgetting the tenant or the right therefore does not compile:
//!
//! ```compile_fail
//! use access::{Action, Permit, Right};
//!
//! struct ReadStock;
//! impl Action for ReadStock {
//!     const RIGHT: Right = Right::StockRead;
//! }
//! struct PostShipment;
//! impl Action for PostShipment {
//!     const RIGHT: Right = Right::ShipmentPost;
//! }
//!
//! fn post(_: &Permit<PostShipment>) {}
//!
//! // A permit to read stock does not post a shipment.
//! fn slip_through(permit: &Permit<ReadStock>) {
//!     post(permit);
//! }
//! ```
//!
//! ```compile_fail
//! // A permit is made by a scope only; its fields are private.
//! let permit: access::Permit<()> = access::Permit { tenant: todo!() };
//! ```
//!
//! This is the only crate that knows casbin and jsonwebtoken.

mod link;
mod policy;
mod right;
mod scope;
mod tokens;

pub use link::{LinkKind, Linked};
pub use policy::{CustomRole, Policy, PolicyError, RightSet, partner_scopes};
pub use right::{Reach, Right};
pub use scope::{Action, Actor, Forbidden, Origin, Permit, Scope, TenantFacts};
pub use tokens::{Claims, KeyPair, PublicKey, TokenError, Tokens};
