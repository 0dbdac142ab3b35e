//! The API as a stranger meets it: by the book, and with bad manners.

mod bad_input;
mod exports;
mod files;
mod lists;
mod northwind;
