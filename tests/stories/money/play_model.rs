//! What a customer owes, in memory: a list of dated sums, recorded one after the other, and what of
//! them can be undone (domain, sections 4 and 6).

use rust_decimal::Decimal;

/// What a piece costs, without VAT and with it.
pub const PRICE: &str = "33.33";

/// A sum by which the customer owes more, or less.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Days from today, not above zero.
    pub date: i64,
    /// The step that recorded it.
    pub step: usize,
    pub amount: Decimal,
}

/// Goods that left.
#[derive(Clone, Debug)]
pub struct Sale {
    pub date: i64,
    pub billed: Decimal,
    /// Pieces that have not come back, and what is owed for them.
    pub pieces: u32,
    pub owed: Decimal,
    pub is_reversed: bool,
}

/// What is done to a customer's account besides shipping to him.
#[derive(Clone, Debug)]
pub enum Paper {
    Payment,
    /// Out of these payments.
    Refund(Vec<usize>),
    /// Pieces of a sale that came back.
    Return(usize, u32),
    /// A sale that became cheaper.
    Correction(usize),
}

/// A paper that stands, or is reversed.
#[derive(Clone, Debug)]
pub struct Filed {
    pub paper: Paper,
    pub date: i64,
    pub amount: Decimal,
    pub is_reversed: bool,
}

#[derive(Clone, Debug, Default)]
pub struct World {
    pub sales: Vec<Sale>,
    pub papers: Vec<Filed>,
    pub entries: Vec<Entry>,
    pub step: usize,
}

impl World {
    fn enter(&mut self, date: i64, amount: Decimal) {
        self.entries.push(Entry { date, step: self.step, amount });
    }

    /// What he owed by the end of a day, as far as it was recorded by a step.
    pub fn balance(&self, date: i64, step: usize) -> Decimal {
        let counts = |entry: &&Entry| entry.date <= date && entry.step <= step;
        self.entries.iter().filter(counts).map(|entry| entry.amount).sum()
    }

    pub fn ship(&mut self, date: i64, pieces: u32) {
        let billed = Decimal::from(pieces) * PRICE.parse::<Decimal>().unwrap();
        self.enter(date, billed);
        self.sales.push(Sale { date, billed, pieces, owed: billed, is_reversed: false });
    }

    pub fn file(&mut self, paper: Paper, date: i64, amount: Decimal) {
        let owes_more = matches!(paper, Paper::Refund(_));
        self.enter(date, if owes_more { amount } else { -amount });
        match paper {
            Paper::Return(sale, pieces) => {
                self.sales[sale].pieces -= pieces;
                self.sales[sale].owed -= amount;
            }
            Paper::Correction(sale) => self.sales[sale].owed -= amount,
            Paper::Payment | Paper::Refund(_) => {}
        }
        self.papers.push(Filed { paper, date, amount, is_reversed: false });
    }

    /// Whether nothing stands on a paper that stands.
    pub fn may_undo(&self, which: usize) -> bool {
        let of = &self.papers[which];
        let later = self.papers[which + 1..].iter().filter(|later| !later.is_reversed);
        let mut later = later.map(|later| &later.paper);
        !of.is_reversed
            && match of.paper {
                Paper::Payment => {
                    !later.any(|one| matches!(one, Paper::Refund(of) if of.contains(&which)))
                }
                Paper::Correction(sale) => !later.any(|one| is_about(one, sale)),
                Paper::Refund(_) | Paper::Return(..) => true,
            }
    }

    /// Undoes a paper: money today, papers of a sale on their own day.
    pub fn undo(&mut self, which: usize) {
        let Filed { paper, date, amount, .. } = self.papers[which].clone();
        self.papers[which].is_reversed = true;
        match paper {
            Paper::Payment => self.enter(0, amount),
            Paper::Refund(_) => self.enter(0, -amount),
            Paper::Return(sale, pieces) => {
                self.sales[sale].pieces += pieces;
                self.sales[sale].owed += amount;
                self.enter(date, amount);
            }
            Paper::Correction(sale) => {
                self.sales[sale].owed += amount;
                self.enter(date, amount);
            }
        }
    }

    /// Whether nothing stands on a sale that stands.
    pub fn may_undo_sale(&self, sale: usize) -> bool {
        let mut standing = self.papers.iter().filter(|paper| !paper.is_reversed);
        !self.sales[sale].is_reversed && !standing.any(|one| is_about(&one.paper, sale))
    }

    pub fn undo_sale(&mut self, sale: usize) {
        self.sales[sale].is_reversed = true;
        let Sale { date, billed, .. } = self.sales[sale];
        self.enter(date, -billed);
    }
}

fn is_about(paper: &Paper, sale: usize) -> bool {
    matches!(paper, Paper::Return(of, _) | Paper::Correction(of) if *of == sale)
}
