//! Bills of materials and assembly orders.

mod bill;
mod bill_mutation;
mod inputs;
mod loads;
mod mutation;
mod order;
mod query;

pub use bill::BillOfMaterials;
pub use bill_mutation::BillMutation;
pub use mutation::AssemblyMutation;
pub use order::{AssemblyOrder, AssemblyOrderLine};
pub use query::AssemblyQuery;
