//! Attempts to sign in are counted per account and per address, and so is the opening of links.
//!
//! The counts stand in a table of fixed size in this process: a key's hash names its cell. No
//! flood of made-up accounts can grow it or push another key's count out; two keys that share a
//! cell share a limit, which is rare and harmless. Each replica counts for itself, so that n
//! replicas let in up to n times as many: that is accepted, since the alternative (a row per
//! attempt in PostgreSQL) hands a flood to the database.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use kernel::{DateTime, LinkId, Utc};

use crate::rules::{Limit, Verdict, admit, refund};

/// Cells; 8 bytes each.
const CELLS: usize = 65_536;
/// Wrong passwords for one account: ten at once, then one in 30 seconds.
const PER_ACCOUNT: Limit = Limit { burst: 10, each_ms: 30_000 };
/// Wrong passwords from one address, behind which an office may sit: 120 at once, then one a
/// second. Attempts under way count until they turn out right.
const PER_ADDRESS: Limit = Limit { burst: 120, each_ms: 1_000 };
/// Openings of one link: a person who reads and clicks, and his mail's scanner.
const PER_LINK: Limit = Limit { burst: 60, each_ms: 2_000 };
/// Openings of links from one address, whether there are such links or not.
const LINKS_PER_ADDRESS: Limit = Limit { burst: 240, each_ms: 500 };

/// The counts of this process.
pub(crate) struct Throttle {
    cells: Box<[AtomicU64]>,
    /// Keyed at random: nobody can find an account that shares another's cell.
    keys: RandomState,
}

/// An attempt that was let in. It counts as a wrong one until it is forgiven.
pub(crate) struct Attempt<'a> {
    charged: Vec<(&'a AtomicU64, Limit)>,
}

impl Default for Throttle {
    fn default() -> Self {
        let cells = (0..CELLS).map(|_| AtomicU64::new(0)).collect();
        Self { cells, keys: RandomState::new() }
    }
}

impl Throttle {
    /// Lets an attempt in.
    ///
    /// # Errors
    /// The milliseconds to wait.
    pub(crate) fn enter(
        &self,
        account: (&str, &str),
        address: Option<IpAddr>,
        now: DateTime<Utc>,
    ) -> Result<Attempt<'_>, u64> {
        let mut keys = vec![(self.cell(("account", account)), PER_ACCOUNT)];
        keys.extend(address.map(|address| (self.cell(("address", network(address))), PER_ADDRESS)));
        Self::charge_all(keys, now)
    }

    /// Lets somebody open a link; every opening counts.
    ///
    /// # Errors
    /// The milliseconds to wait.
    pub(crate) fn enter_link(
        &self,
        link: Option<LinkId>,
        address: Option<IpAddr>,
        now: DateTime<Utc>,
    ) -> Result<(), u64> {
        // The address first: a flood from one is not charged to the links that it names.
        let by_address = address
            .map(|address| (self.cell(("links of address", network(address))), LINKS_PER_ADDRESS));
        let by_link = link.map(|link| (self.cell(("link", link)), PER_LINK));
        Self::charge_all(by_address.into_iter().chain(by_link).collect(), now).map(drop)
    }

    fn charge_all(keys: Vec<(&AtomicU64, Limit)>, now: DateTime<Utc>) -> Result<Attempt<'_>, u64> {
        let now_ms = u64::try_from(now.timestamp_millis()).unwrap_or_default();
        let mut attempt = Attempt { charged: Vec::with_capacity(2) };
        for (cell, limit) in keys {
            match charge(cell, now_ms, limit) {
                Ok(()) => attempt.charged.push((cell, limit)),
                Err(wait_ms) => {
                    attempt.forgive();
                    return Err(wait_ms);
                }
            }
        }
        Ok(attempt)
    }

    fn cell(&self, key: impl std::hash::Hash) -> &AtomicU64 {
        let place = self.keys.hash_one(key) % CELLS as u64;
        &self.cells[usize::try_from(place).unwrap_or_default()]
    }
}

impl Attempt<'_> {
    /// The password was right: the attempt costs nothing.
    pub(crate) fn forgive(self) {
        for (cell, limit) in self.charged {
            let give_back = |state| Some(refund(state, limit));
            let _ = cell.fetch_update(Ordering::Relaxed, Ordering::Relaxed, give_back);
        }
    }
}

/// Who has an IPv6 address has a /64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & (u128::MAX << 64)).into()),
        v4 => v4,
    }
}

fn charge(cell: &AtomicU64, now_ms: u64, limit: Limit) -> Result<(), u64> {
    let mut wait_ms = 0;
    let take = |state| match admit(state, now_ms, limit) {
        Verdict::Admitted(next) => Some(next),
        Verdict::Wait(ms) => {
            wait_ms = ms;
            None
        }
    };
    match cell.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take) {
        Ok(_) => Ok(()),
        Err(_) => Err(wait_ms),
    }
}

#[cfg(test)]
mod tests {
    use kernel::DateTime;

    use super::*;

    #[test]
    fn wrong_passwords_run_out_and_right_ones_do_not() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let throttle = Throttle::default();
        let anna = ("vostok", "anna@vostok.example");
        for _ in 0..50 {
            throttle.enter(anna, None, now).map_err(|_| ()).unwrap().forgive();
        }
        for attempt in 0..10 {
            assert!(throttle.enter(anna, None, now).is_ok(), "attempt {attempt}");
        }
        assert_eq!(throttle.enter(anna, None, now).err(), Some(30_000));
        assert!(throttle.enter(("zapad", "anna@vostok.example"), None, now).is_ok());
    }

    #[test]
    fn a_link_runs_out_wherever_it_is_opened_from_and_an_address_over_all_links() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let throttle = Throttle::default();
        let from = |last: u8| Some(IpAddr::from([192, 0, 2, last]));
        let link = LinkId::new();
        for attempt in 0..60 {
            assert!(throttle.enter_link(Some(link), from(attempt), now).is_ok(), "{attempt}");
        }
        assert_eq!(throttle.enter_link(Some(link), from(99), now), Err(2_000));
        assert_eq!(throttle.enter_link(Some(LinkId::new()), from(1), now), Ok(()));
        for attempt in 0..240 {
            assert!(throttle.enter_link(None, from(200), now).is_ok(), "{attempt}");
        }
        assert_eq!(throttle.enter_link(Some(LinkId::new()), from(200), now), Err(500));
    }

    #[test]
    fn an_address_runs_out_over_many_accounts() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let throttle = Throttle::default();
        let from = |last: u16| Some(IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, last]));
        for attempt in 0..120_u16 {
            let email = format!("{attempt}@x.example");
            assert!(throttle.enter(("vostok", &email), from(attempt), now).is_ok(), "{attempt}");
        }
        let wait_ms = throttle.enter(("vostok", "one@more.example"), from(999), now).err();
        assert_eq!(wait_ms, Some(1_000));
        // The refused attempt was not charged to the account.
        for _ in 0..10 {
            assert!(throttle.enter(("vostok", "one@more.example"), None, now).is_ok());
        }
    }
}
