//! Quotes in memory: states, versions, days and quantities, nothing else (domain, section 4).

use super::{No, illegal};

/// Lamps, and shades that the client may leave out.
pub const LINES: usize = 2;
/// Prices in roubles.
pub const PRICES: [u32; LINES] = [100, 10];
/// Shades of every quote.
pub const SHADES: u32 = 5;
/// Days that a quote is valid where nobody says.
const USUAL: i64 = 14;

/// So many of each line.
pub type Pieces = [u32; LINES];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuoteState {
    Draft,
    Sent,
    Accepted,
    Declined,
    Expired,
    Superseded,
    Cancelled,
}

impl QuoteState {
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Sent => "SENT",
            Self::Accepted => "ACCEPTED",
            Self::Declined => "DECLINED",
            Self::Expired => "EXPIRED",
            Self::Superseded => "SUPERSEDED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Quote {
    pub state: QuoteState,
    /// Which number it has, by the order of giving; the same in all versions.
    pub number: Option<usize>,
    pub revision: u32,
    /// Days from the beginning of the story.
    pub date: i64,
    pub valid_until: i64,
    pub quoted: Pieces,
    pub took_shades: bool,
    pub ordered: Pieces,
    pub has_successor: bool,
}

impl Quote {
    /// The domain's table; what was declined may be offered anew, once, and stays declined.
    pub fn allows(&self) -> &'static [&'static str] {
        match self.state {
            QuoteState::Draft => &["UPDATE", "SEND", "ACCEPT", "REVISE", "CANCEL"],
            QuoteState::Sent => &["SEND", "ACCEPT", "DECLINE", "EXTEND", "REVISE", "CANCEL"],
            QuoteState::Expired => &["EXTEND", "REVISE", "CANCEL"],
            QuoteState::Declined if !self.has_successor => &["REVISE"],
            QuoteState::Accepted => &["ORDER"],
            QuoteState::Declined | QuoteState::Superseded | QuoteState::Cancelled => &[],
        }
    }

    fn check(&self, what: &'static str) -> Result<(), No> {
        let allowed = self.allows();
        if allowed.contains(&what) { Ok(()) } else { Err(illegal(self.state.word(), allowed)) }
    }

    /// What can still be ordered of each line.
    pub fn left(&self) -> Pieces {
        let shades = if self.took_shades { self.quoted[1] } else { 0 };
        [self.quoted[0] - self.ordered[0], shades - self.ordered[1]]
    }

    /// What it comes to: shades count once they are chosen.
    pub fn worth(&self) -> u32 {
        let shades = if self.took_shades { self.quoted[1] } else { 0 };
        self.quoted[0] * PRICES[0] + shades * PRICES[1]
    }
}

#[derive(Clone, Debug)]
pub struct Order {
    pub quote: usize,
    pub is_cancelled: bool,
    pub pieces: Pieces,
}

/// What somebody does; documents are named by their place.
#[derive(Clone, Copy, Debug)]
pub enum Move {
    Create {
        lamps: u32,
    },
    Copy {
        quote: usize,
    },
    Update {
        quote: usize,
        lamps: u32,
    },
    Send {
        quote: usize,
    },
    Accept {
        quote: usize,
        with_shades: bool,
    },
    Decline {
        quote: usize,
    },
    /// So many days beyond today and its last day.
    Extend {
        quote: usize,
        days: i64,
    },
    Revise {
        quote: usize,
    },
    Cancel {
        quote: usize,
    },
    /// `None` is all that is left.
    Order {
        quote: usize,
        pieces: Option<Pieces>,
    },
    CancelOrder {
        order: usize,
    },
    DaysPass {
        days: i64,
    },
}

/// All that is there.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub quotes: Vec<Quote>,
    pub orders: Vec<Order>,
    pub today: i64,
    numbers: usize,
}

impl World {
    /// Does it, or says why not; then nothing is changed.
    pub fn play(&mut self, step: Move) -> Result<(), No> {
        match step {
            Move::Create { lamps } => {
                let quote = self.fresh([lamps, SHADES], USUAL);
                self.quotes.push(quote);
            }
            Move::Copy { quote } => {
                let copy = self.again(quote);
                self.quotes.push(copy);
            }
            Move::Update { quote, lamps } => {
                self.quotes[quote].check("UPDATE")?;
                self.quotes[quote].quoted[0] = lamps;
            }
            Move::Send { quote } => {
                self.quotes[quote].check("SEND")?;
                self.check_valid(quote)?;
                self.leave_draft(quote, QuoteState::Sent);
            }
            Move::Accept { quote, with_shades } => {
                self.quotes[quote].check("ACCEPT")?;
                self.check_valid(quote)?;
                self.leave_draft(quote, QuoteState::Accepted);
                self.quotes[quote].took_shades = with_shades;
            }
            Move::Decline { quote } => {
                self.quotes[quote].check("DECLINE")?;
                self.quotes[quote].state = QuoteState::Declined;
            }
            Move::Extend { quote, days } => {
                self.quotes[quote].check("EXTEND")?;
                let one = &mut self.quotes[quote];
                one.valid_until = one.valid_until.max(self.today) + days;
                one.state = QuoteState::Sent;
            }
            Move::Revise { quote } => self.revise(quote)?,
            Move::Cancel { quote } => {
                self.quotes[quote].check("CANCEL")?;
                self.quotes[quote].state = QuoteState::Cancelled;
            }
            Move::Order { quote, pieces } => self.order(quote, pieces)?,
            Move::CancelOrder { order } => {
                if self.orders[order].is_cancelled {
                    return Err(illegal("CANCELLED", &[]));
                }
                self.orders[order].is_cancelled = true;
                let Order { quote, pieces, .. } = self.orders[order];
                for (of, pieces) in pieces.into_iter().enumerate() {
                    self.quotes[quote].ordered[of] -= pieces;
                }
            }
            Move::DaysPass { days } => {
                self.today += days;
                for quote in &mut self.quotes {
                    if quote.state == QuoteState::Sent && quote.valid_until < self.today {
                        quote.state = QuoteState::Expired;
                    }
                }
            }
        }
        Ok(())
    }

    fn fresh(&self, quoted: Pieces, days: i64) -> Quote {
        Quote {
            state: QuoteState::Draft,
            number: None,
            revision: 1,
            date: self.today,
            valid_until: self.today + days,
            quoted,
            took_shades: false,
            ordered: [0; LINES],
            has_successor: false,
        }
    }

    /// The same offer, of today and valid for as many days.
    fn again(&self, quote: usize) -> Quote {
        let quote = &self.quotes[quote];
        self.fresh(quote.quoted, quote.valid_until - quote.date)
    }

    fn check_valid(&self, quote: usize) -> Result<(), No> {
        let is_valid = self.today <= self.quotes[quote].valid_until;
        if is_valid { Ok(()) } else { Err(No::Rule("QUOTE_EXPIRED")) }
    }

    fn leave_draft(&mut self, quote: usize, state: QuoteState) {
        let next = self.numbers;
        let one = &mut self.quotes[quote];
        one.state = state;
        if one.number.is_none() {
            one.number = Some(next);
            self.numbers += 1;
        }
    }

    fn revise(&mut self, quote: usize) -> Result<(), No> {
        self.quotes[quote].check("REVISE")?;
        let mut next = self.again(quote);
        let old = &mut self.quotes[quote];
        next.number = old.number;
        next.revision = old.revision + 1;
        old.has_successor = true;
        if old.state != QuoteState::Declined {
            old.state = QuoteState::Superseded;
        }
        self.quotes.push(next);
        Ok(())
    }

    fn order(&mut self, quote: usize, pieces: Option<Pieces>) -> Result<(), No> {
        let one = &mut self.quotes[quote];
        one.check("ORDER")?;
        let left = one.left();
        let pieces = pieces.unwrap_or(left);
        if pieces[1] > 0 && !one.took_shades {
            return Err(No::Rule("UNKNOWN_REFERENCE"));
        }
        if pieces == [0; LINES] || (0..LINES).any(|of| pieces[of] > left[of]) {
            return Err(No::Rule("EXCEEDS_QUOTE"));
        }
        for (of, taken) in pieces.into_iter().enumerate() {
            one.ordered[of] += taken;
        }
        self.orders.push(Order { quote, is_cancelled: false, pieces });
        Ok(())
    }
}
