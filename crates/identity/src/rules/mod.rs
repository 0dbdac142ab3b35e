//! The rules of accounts, rights and sessions: values in, values out.

mod account;
mod origin;
mod refresh;
mod roles;
pub(crate) mod seal;
mod throttle;
mod tree;

pub(crate) use account::{LONGEST_PASSWORD, email, name, password, within_discount};
pub(crate) use origin::origins;
pub(crate) use refresh::{Judgement, Presented, judge};
pub use roles::{RoleDraft, USUAL_DISCOUNT_LIMIT, right_named};
pub(crate) use roles::{
    RoleRule, check_role, discount_limit, exceeded, exceeded_by_team, exceeds_discount,
    is_administrator, reject_unknown_roles,
};
pub(crate) use throttle::{Limit, Verdict, admit, refund};
pub(crate) use tree::closes_a_circle;
