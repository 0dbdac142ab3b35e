//! Goods that go back to who delivered them: lots of one receipt, as far as they lie free, at the
//! value they lie with.

mod create;
mod posting;
mod reads;
mod rules;
mod store;

pub use create::{CancelSupplierReturn, CreateSupplierReturn, ReturnLineInput};
pub use posting::{PostSupplierReturn, ReverseSupplierReturn};
pub use reads::*;
pub use rules::SupplierReturnState;
