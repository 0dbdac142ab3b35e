//! Files brought in: what is written, what is told, and what a crash does not double.

mod bad_files;
mod contacts;
mod crash;
mod custom;
mod jobs;
mod prices;
mod records;
mod stock;
mod variants;
