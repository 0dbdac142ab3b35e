//! Goods put together of others by a bill of materials, and taken apart again.
//!
//! A bill says, from a day on, how many finished goods come of which components, and what work
//! costs. An assembly order copies what it needs of a bill and lives on without it. What goes in,
//! labour included, is worth what comes out, to the kopeck; `verify_assembly.sql` proves it. What a
//! draft is to bring is expected on its day, as what is ordered of suppliers is.

mod bill_commands;
mod bill_store;
mod custom_fields;
mod draft;
mod order_commands;
mod posting;
mod reads;
mod reversing;
mod state;
mod store;

pub use bill_commands::{
    ArchiveBill, BillComponentInput, CreateBill, SaveBillVersion, UpdateBill, VersionInput,
};
pub(crate) use bill_store::hold_bills;
pub use bill_store::{
    BillComponentRow, BillFilter, BillRow, BillVersionRow, ReadBills, bill_versions_of, bills,
    bills_by_id, count_bills,
};
pub use draft::{AssemblyLineInput, AssemblyPick};
pub(crate) use order_commands::write_draft;
pub use order_commands::{
    AssemblyChange, CancelAssemblyOrder, CreateAssemblyOrder, UpdateAssemblyOrder,
};
pub use posting::PostAssemblyOrder;
pub use reads::{
    AssemblyFilter, AssemblyLineRow, AssemblyPickRow, AssemblyRow, ReadAssemblies, assemblies,
    assemblies_by_id, assembly_lines_by_id, count_assemblies, lines_of_assemblies,
    picks_of_assemblies,
};
pub use reversing::ReverseAssemblyOrder;
pub use state::{AssemblyKind, AssemblyState};
