//! What people do with files. Every command writes the row and a row of the audit trail, which
//! stands under the record the file hangs on.

mod attach;
mod hand_over;
mod remove;
mod set_photo;

pub use attach::{Attach, Attached};
pub use hand_over::hand_over;
pub use remove::Remove;
pub use set_photo::SetPhoto;

use access::{Action, Permit};
use db::{CommandError, Outcome, TenantTx};
use kernel::{Refusal, RefusalCode, Uuid};

use crate::rules::is_picture;
use crate::subject::Subject;

/// The record must be there and within reach; not visible is not found.
async fn reach<S: Subject, A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    subject: Uuid,
) -> Outcome<()> {
    let within = S::within(tx, permit, &[subject]).await?;
    if within.contains(&subject) { Ok(()) } else { Err(CommandError::NotFound) }
}

/// Refuses a photo that browsers do not show, and one of a record that has none.
fn may_be_photo<S: Subject>(content_type: &str) -> Result<(), Refusal> {
    if !S::HAS_PHOTO {
        return Err(Refusal::new(
            RefusalCode::Invalid,
            "Such a record has no photo.",
            "У такой записи не бывает фотографии.",
        )
        .at(["kind"]));
    }
    if is_picture(content_type) {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::Invalid,
        "The photo is a JPEG, PNG, WebP or GIF picture.",
        "Фотография — это изображение JPEG, PNG, WebP или GIF.",
    )
    .at(["attachmentId"]))
}
