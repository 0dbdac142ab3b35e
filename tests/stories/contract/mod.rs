//! Promises over the whole of the program: its shape, its rights, its schema, its tables.

mod ranks;
mod schema;
mod sizes;
mod tenancy;
