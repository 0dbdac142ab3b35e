//! Where a subscription goes on when its subscriber's rights have changed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

/// A note from a stream that has ended to the one that takes its place. Each execution reads and
/// writes under the rights it began with; the next one begins with those that hold then.
#[derive(Clone, Default)]
pub(crate) struct Resume(Arc<Note>);

#[derive(Default)]
struct Note {
    /// The position and one; zero where there is none.
    position: AtomicI64,
    is_left: AtomicBool,
}

impl Resume {
    /// The last position that has been dealt with.
    pub(crate) fn position(&self) -> Option<i64> {
        self.0.position.load(Ordering::Acquire).checked_sub(1).filter(|position| *position >= 0)
    }

    /// Asks to be taken up after this position.
    pub(crate) fn leave(&self, position: i64) {
        self.0.position.store(position + 1, Ordering::Release);
        self.0.is_left.store(true, Ordering::Release);
    }

    /// Whether the stream that has ended asked to be taken up.
    pub(crate) fn take_up(&self) -> bool {
        self.0.is_left.swap(false, Ordering::AcqRel)
    }
}
