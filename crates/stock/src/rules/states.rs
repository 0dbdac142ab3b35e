//! Where the documents of the house stand, and the ways between (domain, section 4).

use kernel::{Refusal, RefusalCode};
use serde_json::json;

/// Makes the states of a kind of document: how each is written and where it may go.
macro_rules! states {
    (
        $(#[doc = $doc:literal])+
        $name:ident ($en:literal, $ru:literal) {
            $($(#[doc = $each:literal])+ $state:ident = $text:literal => [$($next:ident),*],)*
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[doc = $each])+ $state),* }

        impl $name {
            /// Every state.
            pub const ALL: &'static [Self] = &[$(Self::$state),*];

            /// Reads a state as the table writes it.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|state| state.as_str() == text)
            }

            /// The state as the table and the API write it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$state => $text),* }
            }

            /// The states it may go to.
            #[must_use]
            pub fn next(self) -> &'static [Self] {
                match self { $(Self::$state => &[$(Self::$next),*]),* }
            }

            /// Checks that it may go to another state; the same one asks whether the document may
            /// be changed, as a draft may.
            ///
            /// # Errors
            /// `ILLEGAL_TRANSITION` with the state and what is allowed.
            pub fn to(self, target: Self) -> Result<(), Refusal> {
                let is_draft = self.as_str() == "DRAFT" && self == target;
                if is_draft || self.next().contains(&target) {
                    return Ok(());
                }
                let allowed: Vec<&str> = self.next().iter().map(|state| state.as_str()).collect();
                Err(illegal(($en, $ru), self.as_str(), &allowed))
            }
        }
    };
}

fn illegal((en, ru): (&str, &str), state: &str, allowed: &[&str]) -> Refusal {
    Refusal::new(
        RefusalCode::IllegalTransition,
        format!("{en} is {state}; this is not possible any more."),
        format!("{ru} в состоянии {state}; это действие невозможно."),
    )
    .with(json!({ "state": state, "allowed": allowed }))
}

states! {
    /// Where a transfer stands.
    TransferState ("The transfer", "Перемещение") {
        /// May be changed.
        Draft = "DRAFT" => [Sent, Cancelled],
        /// Its goods are on their way.
        Sent = "SENT" => [Received, Returned],
        /// Its goods are there.
        Received = "RECEIVED" => [],
        /// Its goods are back.
        Returned = "RETURNED" => [],
        /// Never sent.
        Cancelled = "CANCELLED" => [],
    }
}

states! {
    /// Where a write-off stands.
    WriteOffState ("The write-off", "Списание") {
        /// May be changed.
        Draft = "DRAFT" => [Posted, Cancelled],
        /// Its goods are gone.
        Posted = "POSTED" => [Reversed],
        /// Was posted, and undone.
        Reversed = "REVERSED" => [],
        /// Never posted.
        Cancelled = "CANCELLED" => [],
    }
}

states! {
    /// Where a landed cost stands.
    LandedCostState ("The landed cost", "Документ дополнительных расходов") {
        /// May be changed.
        Draft = "DRAFT" => [Posted, Cancelled],
        /// Goods and sales cost more.
        Posted = "POSTED" => [Reversed],
        /// Was posted, and undone.
        Reversed = "REVERSED" => [],
        /// Never posted.
        Cancelled = "CANCELLED" => [],
    }
}

states! {
    /// Where a stock count stands.
    CountState ("The count", "Инвентаризация") {
        /// Nothing is frozen yet.
        Draft = "DRAFT" => [Counting, Cancelled],
        /// People enter what they find.
        Counting = "COUNTING" => [Posted, Cancelled],
        /// Its differences are in stock.
        Posted = "POSTED" => [Reversed],
        /// Was posted, and undone.
        Reversed = "REVERSED" => [],
        /// Never posted.
        Cancelled = "CANCELLED" => [],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_of_a_transfer() {
        use TransferState::{Cancelled, Draft, Received, Returned, Sent};
        let allowed =
            [(Draft, Draft), (Draft, Sent), (Draft, Cancelled), (Sent, Received), (Sent, Returned)];
        for from in TransferState::ALL.iter().copied() {
            for to in TransferState::ALL.iter().copied() {
                assert_eq!(from.to(to).is_ok(), allowed.contains(&(from, to)), "{from:?} {to:?}");
            }
            assert_eq!(TransferState::parse(from.as_str()), Some(from));
        }
        let refusal = Sent.to(Cancelled).unwrap_err();
        let details = json!({"state": "SENT", "allowed": ["RECEIVED", "RETURNED"]});
        assert_eq!(refusal.details, Some(details));
    }

    #[test]
    fn the_ways_of_a_count_and_of_a_write_off() {
        use CountState::{Cancelled, Counting, Draft, Posted, Reversed};
        let allowed = [
            (Draft, Draft),
            (Draft, Counting),
            (Draft, Cancelled),
            (Counting, Posted),
            (Counting, Cancelled),
            (Posted, Reversed),
        ];
        for from in CountState::ALL.iter().copied() {
            for to in CountState::ALL.iter().copied() {
                assert_eq!(from.to(to).is_ok(), allowed.contains(&(from, to)), "{from:?} {to:?}");
            }
            assert_eq!(CountState::parse(from.as_str()), Some(from));
        }
        let of_write_off = WriteOffState::Posted.to(WriteOffState::Draft).unwrap_err();
        let details = json!({"state": "POSTED", "allowed": ["REVERSED"]});
        assert_eq!(of_write_off.details, Some(details));
    }
}
