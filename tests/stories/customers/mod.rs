//! The customer's card: who the company is, its people, its papers, and whether it stands there
//! twice.

mod card;
mod contracts;
mod duplicates;
mod merged_filters;
mod merged_parts;
mod merging;
mod merging_refused;
