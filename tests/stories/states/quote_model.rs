//! Quotes in memory: states, versions, days, quantities and what somebody must agree to, nothing else
//! (domain, sections 4 and 7).

use super::{No, illegal};

/// Lamps, and shades that the client may leave out.
pub const LINES: usize = 2;
/// Prices in roubles.
pub const PRICES: [u32; LINES] = [100, 10];
/// Shades of every quote.
pub const SHADES: u32 = 5;
/// What lamps cost with a discount that their seller may not give.
const CHEAP_LAMP: u32 = 85;
/// Days that a quote is valid where nobody says.
const USUAL: i64 = 14;
/// Days that a decision holds.
const HOLDS: i64 = 5;

/// So many of each line.
pub type Pieces = [u32; LINES];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuoteState {
    Draft,
    Pending,
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
            Self::Pending => "PENDING_APPROVAL",
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
    /// Whether lamps are cheaper than their seller may give them.
    pub is_cheap: bool,
    /// What it waits for leave to do: to be accepted, with or without shades, or to be sent.
    pub waits_to_accept: Option<bool>,
    /// The day on which somebody agreed.
    pub agreed: Option<i64>,
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
            QuoteState::Pending => &["REVISE", "CANCEL"],
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
        let lamp = if self.is_cheap { CHEAP_LAMP } else { PRICES[0] };
        self.quoted[0] * lamp + shades * PRICES[1]
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
        is_cheap: bool,
    },
    Copy {
        quote: usize,
    },
    Update {
        quote: usize,
        lamps: u32,
        is_cheap: bool,
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
    /// Somebody agrees to what waits, or does not.
    Decide {
        quote: usize,
        agrees: bool,
    },
    /// The seller takes back what he asked.
    Withdraw {
        quote: usize,
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
            Move::Create { lamps, is_cheap } => {
                let quote = self.fresh([lamps, SHADES], USUAL, is_cheap);
                self.quotes.push(quote);
            }
            Move::Copy { quote } => {
                let copy = self.again(quote);
                self.quotes.push(copy);
            }
            Move::Update { quote, lamps, is_cheap } => {
                self.quotes[quote].check("UPDATE")?;
                self.quotes[quote].quoted[0] = lamps;
                self.quotes[quote].is_cheap = is_cheap;
            }
            Move::Send { quote } => {
                self.quotes[quote].check("SEND")?;
                self.check_valid(quote)?;
                if !self.waits(quote, None) {
                    self.leave_draft(quote, QuoteState::Sent);
                }
            }
            Move::Accept { quote, with_shades } => {
                self.quotes[quote].check("ACCEPT")?;
                self.check_valid(quote)?;
                if !self.waits(quote, Some(with_shades)) {
                    self.leave_draft(quote, QuoteState::Accepted);
                    self.quotes[quote].took_shades = with_shades;
                }
            }
            Move::Decide { quote, agrees } => {
                let (today, one) = (self.today, &mut self.quotes[quote]);
                one.state = match one.waits_to_accept {
                    _ if !agrees || one.valid_until < today => QuoteState::Draft,
                    Some(with_shades) => {
                        one.took_shades = with_shades;
                        QuoteState::Accepted
                    }
                    None => QuoteState::Sent,
                };
                one.agreed = agrees.then_some(today);
            }
            Move::Withdraw { quote } => self.quotes[quote].state = QuoteState::Draft,
            Move::Decline { quote } => {
                self.quotes[quote].check("DECLINE")?;
                self.quotes[quote].state = QuoteState::Declined;
            }
            Move::Extend { quote, days } => {
                self.quotes[quote].check("EXTEND")?;
                let one = &mut self.quotes[quote];
                if one.is_cheap && one.agreed.is_none_or(|day| self.today >= day + HOLDS) {
                    return Err(No::Rule("DISCOUNT_OVER_LIMIT"));
                }
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

    /// One of those that wait.
    pub fn pending(&self, of: usize) -> Option<usize> {
        let waits = |quote: &usize| self.quotes[*quote].state == QuoteState::Pending;
        let all: Vec<usize> = (0..self.quotes.len()).filter(waits).collect();
        all.get(of % all.len().max(1)).copied()
    }

    /// Whether a draft waits for leave now.
    fn waits(&mut self, quote: usize, to_accept: Option<bool>) -> bool {
        let one = &mut self.quotes[quote];
        let waits = one.is_cheap && one.state == QuoteState::Draft;
        if waits {
            one.waits_to_accept = to_accept;
            self.leave_draft(quote, QuoteState::Pending);
        }
        waits
    }

    fn fresh(&self, quoted: Pieces, days: i64, is_cheap: bool) -> Quote {
        Quote {
            state: QuoteState::Draft,
            number: None,
            revision: 1,
            date: self.today,
            valid_until: self.today + days,
            quoted,
            is_cheap,
            waits_to_accept: None,
            agreed: None,
            took_shades: false,
            ordered: [0; LINES],
            has_successor: false,
        }
    }

    /// The same offer, of today and valid for as many days.
    fn again(&self, quote: usize) -> Quote {
        let quote = &self.quotes[quote];
        self.fresh(quote.quoted, quote.valid_until - quote.date, quote.is_cheap)
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
