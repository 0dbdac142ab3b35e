//! Who sees what, and who does not.

mod giving;
mod hang_up;
mod neighbour;
mod pages;
mod roles;
mod sign_in;
