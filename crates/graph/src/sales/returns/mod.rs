//! Returns and credit notes as the API shows them.

mod inputs;
mod loads;
mod mutations;
mod note;
mod queries;
mod sales_return;

pub(super) use loads::ReturnsOf;
pub use mutations::ReturnMutation;
pub use note::CreditNote;
pub use queries::ReturnQuery;
pub use sales_return::{SalesReturn, SalesReturnLine};
