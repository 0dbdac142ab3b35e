//! Mail. A context queues a letter in the transaction of what it tells of ([`Post::queue`]); a
//! worker sends it afterwards ([`send_due`]), so that a mail server that is away, or slow, stops
//! nobody and nothing is told that did not happen.
//!
//! Invariants: no transaction is open while a mail server is spoken to; a letter is sent at least
//! once, and twice only where the program dies between the server's answer and its own note of it
//! (both have the same `Message-ID`, by which mail programs show them once); tries are bounded and
//! further and further apart; what a letter says goes from the database once it is sent or given
//! up, since it may hold a link. Nothing that people type becomes a header but an address and a
//! title, and neither can hold a line break.

mod letter;
mod post;
mod rules;
mod sending;
mod store;

pub use letter::{Letter, address, title};
pub use post::{Mailbox, MailboxError, Mailing, Post, PostError, link_address};
pub use rules::MailState;
pub use sending::{due_tenants, send_due};
pub use store::{Mail, mails_by_subject};
