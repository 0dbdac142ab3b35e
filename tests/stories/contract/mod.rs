//! Promises over the whole of the program: its shape, its rights, its schema, its tables.

mod plans;
mod ranks;
mod schema;
mod sizes;
mod tenancy;
