//! Files that hang on records. The bytes come and go over HTTP (`POST /files`,
//! `GET /files/{id}`); here stand their rows, and what may have files: one type a kind of record,
//! which asks the record's own context who reads and who attaches.

mod attachment;
mod mutation;
mod subjects;
mod transfer;

pub use self::attachment::Attachment;
pub(crate) use self::attachment::files_of;
pub use self::mutation::FilesMutation;
pub(crate) use self::subjects::{OfContract, OfCustomer, OfDelivery, OfProduct};
pub use self::transfer::{attach, download, may_attach};
