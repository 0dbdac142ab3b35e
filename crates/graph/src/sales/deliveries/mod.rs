//! Deliveries as the API shows them.

mod delivery;
mod inputs;
mod loads;
mod mutations;
mod queries;

pub use delivery::Delivery;
pub(super) use loads::{BroughtBy, DeliveriesOf};
pub use mutations::DeliveryMutation;
pub use queries::DeliveryQuery;
