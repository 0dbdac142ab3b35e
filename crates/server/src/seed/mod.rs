//! The demo data: two invented companies whose history ends today, so that every screen is alive.
//!
//! The generator is pure: no clock, no database, no network. The same `today` and seed give the same data, on every
//! machine and with every later version of the program's dependencies. What comes out are plain
//! values ([`Company`]) and a list of what happened in order of time ([`Event`]); [`load`] plays them
//! through the program's own commands, one event after the other, as people would.
//!
//! What holds for every company (and is tested):
//! - events are sorted by date and none lies after today;
//! - what is shipped was wholly reserved when its order was confirmed, from lots received by then;
//! - an order whose terms ask for money before shipment has been paid before it ships;
//! - amounts are rounded by line, as documents round them.

use chrono::NaiveDate;
use chrono_tz::Tz;

mod calendar;
mod company;
mod customers;
mod dice;
mod lines;
pub mod load;
mod model;
mod orders;
mod payments;
mod products;
mod profile;
mod supply;
mod tax_number;
#[cfg(test)]
mod tests;
mod words;

pub use model::*;

/// The seed of the demo that is shipped.
pub const DEMO_SEED: u64 = 20_240_229;

/// The demo's tenants, the large one first.
pub const SLUGS: [&str; 2] = [profile::VOSTOK.slug, profile::ZAPAD.slug];

/// Where a demo tenant is.
#[must_use]
pub fn time_zone(slug: &str) -> Option<Tz> {
    let profile = [&profile::VOSTOK, &profile::ZAPAD].into_iter().find(|one| one.slug == slug)?;
    profile.time_zone.parse().ok()
}

/// The password of every demo user. These tenants exist in the demo only.
pub const DEMO_PASSWORD: &str = "oborot-demo";

/// Both demo companies with their history up to `today`, the large one first.
pub fn generate(today: NaiveDate, seed: u64) -> Vec<Company> {
    vec![
        company::build(&profile::VOSTOK, today, seed),
        company::build(&profile::ZAPAD, today, seed),
    ]
}
