//! A new migration is part of the program though no source text has changed.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
