//! What may be attached: names and types. Pure: values in, values out.

mod name;
mod types;

pub use name::FileName;
pub use types::allowed_extensions;
pub(crate) use types::{FileType, HEAD_BYTES, is_picture, recognise};
