//! Orders and shipments in memory: states and quantities, nothing else (domain, sections 4 and 5).

use super::{No, illegal};

/// Two kinds of goods, in one warehouse.
pub const GOODS: usize = 2;
/// How many of each lie there at first: less than all orders want.
pub const STOCK: [u32; GOODS] = [12, 6];
/// Prices in roubles, so that every part of a line is a whole sum.
pub const PRICES: [u32; GOODS] = [10, 7];

/// So many of each.
pub type Pieces = [u32; GOODS];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderState {
    Draft,
    Confirmed,
    InFulfilment,
    Completed,
    Cancelled,
}

impl OrderState {
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Confirmed => "CONFIRMED",
            Self::InFulfilment => "IN_FULFILMENT",
            Self::Completed => "COMPLETED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// The domain's table.
    pub fn allows(self) -> &'static [&'static str] {
        match self {
            Self::Draft => &["UPDATE", "CONFIRM", "CANCEL"],
            Self::Confirmed => &["CHANGE", "SHIP", "CANCEL"],
            Self::InFulfilment => &["CHANGE", "SHIP", "CLOSE"],
            Self::Completed | Self::Cancelled => &[],
        }
    }

    fn check(self, what: &'static str) -> Result<(), No> {
        if self.allows().contains(&what) {
            Ok(())
        } else {
            Err(illegal(self.word(), self.allows()))
        }
    }

    fn is_open(self) -> bool {
        matches!(self, Self::Confirmed | Self::InFulfilment)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShipmentState {
    Draft,
    Posted,
    Reversed,
    Cancelled,
}

impl ShipmentState {
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Posted => "POSTED",
            Self::Reversed => "REVERSED",
            Self::Cancelled => "CANCELLED",
        }
    }

    pub fn allows(self) -> &'static [&'static str] {
        match self {
            Self::Draft => &["POST", "CANCEL"],
            Self::Posted => &["REVERSE"],
            Self::Reversed | Self::Cancelled => &[],
        }
    }

    fn check(self, what: &'static str) -> Result<(), No> {
        if self.allows().contains(&what) {
            Ok(())
        } else {
            Err(illegal(self.word(), self.allows()))
        }
    }
}

#[derive(Clone, Debug)]
pub struct Order {
    pub state: OrderState,
    /// Whether it has left DRAFT once.
    pub has_number: bool,
    /// In how many days the customer wants it: no two orders alike.
    pub needed_in: u32,
    pub ordered: Pieces,
    pub shipped: Pieces,
    pub reserved: Pieces,
}

impl Order {
    pub fn left(&self) -> Pieces {
        std::array::from_fn(|of| self.ordered[of] - self.shipped[of])
    }

    pub fn short(&self) -> Pieces {
        std::array::from_fn(|of| self.left()[of] - self.reserved[of])
    }
}

#[derive(Clone, Debug)]
pub struct Shipment {
    pub order: usize,
    pub state: ShipmentState,
    pub taken: Pieces,
}

/// What somebody does; documents are named by their place.
#[derive(Clone, Copy, Debug)]
pub enum Move {
    Create {
        ordered: Pieces,
        needed_in: u32,
    },
    Copy {
        order: usize,
        needed_in: u32,
    },
    Update {
        order: usize,
        ordered: Pieces,
    },
    /// Other quantities of what was agreed to.
    Change {
        order: usize,
        ordered: Pieces,
    },
    Confirm {
        order: usize,
    },
    Cancel {
        order: usize,
    },
    Close {
        order: usize,
    },
    /// Writes and posts; `None` is all that is left.
    Ship {
        order: usize,
        taken: Option<Pieces>,
    },
    DraftShipment {
        order: usize,
        taken: Option<Pieces>,
    },
    Post {
        shipment: usize,
    },
    CancelShipment {
        shipment: usize,
    },
    Reverse {
        shipment: usize,
    },
}

/// All that is there.
#[derive(Clone, Debug)]
pub struct World {
    pub orders: Vec<Order>,
    pub shipments: Vec<Shipment>,
    pub on_hand: Pieces,
}

impl World {
    pub fn new() -> Self {
        Self { orders: Vec::new(), shipments: Vec::new(), on_hand: STOCK }
    }

    pub fn reserved(&self) -> Pieces {
        std::array::from_fn(|of| self.orders.iter().map(|order| order.reserved[of]).sum())
    }

    pub fn free(&self) -> Pieces {
        std::array::from_fn(|of| self.on_hand[of] - self.reserved()[of])
    }

    /// What posted shipments of an order came to.
    pub fn billed(&self, order: usize) -> u32 {
        let posted = |one: &&Shipment| one.order == order && one.state == ShipmentState::Posted;
        self.shipments.iter().filter(posted).map(|one| worth(one.taken)).sum()
    }

    /// Does it, or says why not; then nothing is changed.
    pub fn play(&mut self, step: Move) -> Result<(), No> {
        match step {
            Move::Create { ordered, needed_in } => self.write(ordered, needed_in),
            Move::Copy { order, needed_in } => self.write(self.orders[order].ordered, needed_in),
            Move::Update { order, ordered } => {
                self.orders[order].state.check("UPDATE")?;
                self.orders[order].ordered = ordered;
            }
            Move::Change { order, ordered } => {
                self.orders[order].state.check("CHANGE")?;
                self.change(order, ordered)?;
            }
            Move::Confirm { order } => {
                self.orders[order].state.check("CONFIRM")?;
                self.orders[order].state = OrderState::Confirmed;
                self.orders[order].has_number = true;
                let free = self.free();
                let order = &mut self.orders[order];
                order.reserved = std::array::from_fn(|of| free[of].min(order.ordered[of]));
            }
            Move::Cancel { order } => {
                self.orders[order].state.check("CANCEL")?;
                self.end(order, OrderState::Cancelled);
            }
            Move::Close { order } => {
                self.orders[order].state.check("CLOSE")?;
                self.end(order, OrderState::Completed);
            }
            Move::Ship { order, taken } => {
                let shipment = self.written(order, taken)?;
                self.issue(order, shipment.taken)?;
                self.shipments.push(Shipment { state: ShipmentState::Posted, ..shipment });
            }
            Move::DraftShipment { order, taken } => {
                let shipment = self.written(order, taken)?;
                self.shipments.push(shipment);
            }
            Move::Post { shipment } => {
                let Shipment { order, state, taken } = self.shipments[shipment];
                state.check("POST")?;
                self.orders[order].state.check("SHIP")?;
                self.check_left(order, taken)?;
                self.issue(order, taken)?;
                self.shipments[shipment].state = ShipmentState::Posted;
            }
            Move::CancelShipment { shipment } => {
                self.shipments[shipment].state.check("CANCEL")?;
                self.shipments[shipment].state = ShipmentState::Cancelled;
            }
            Move::Reverse { shipment } => {
                let Shipment { order, state, taken } = self.shipments[shipment];
                state.check("REVERSE")?;
                self.shipments[shipment].state = ShipmentState::Reversed;
                for (of, pieces) in taken.into_iter().enumerate() {
                    self.on_hand[of] += pieces;
                    self.orders[order].shipped[of] -= pieces;
                }
                self.stand(order);
                self.hand_out();
            }
        }
        Ok(())
    }

    fn write(&mut self, ordered: Pieces, needed_in: u32) {
        self.orders.push(Order {
            state: OrderState::Draft,
            has_number: false,
            needed_in,
            ordered,
            shipped: [0; GOODS],
            reserved: [0; GOODS],
        });
    }

    fn end(&mut self, order: usize, state: OrderState) {
        self.orders[order].state = state;
        self.orders[order].reserved = [0; GOODS];
        self.hand_out();
    }

    /// A draft of a shipment.
    fn written(&self, order: usize, taken: Option<Pieces>) -> Result<Shipment, No> {
        self.orders[order].state.check("SHIP")?;
        let taken = taken.unwrap_or(self.orders[order].left());
        self.check_left(order, taken)?;
        Ok(Shipment { order, state: ShipmentState::Draft, taken })
    }

    fn check_left(&self, order: usize, taken: Pieces) -> Result<(), No> {
        let left = self.orders[order].left();
        let fits = (0..GOODS).all(|of| taken[of] <= left[of]);
        if fits { Ok(()) } else { Err(No::Rule("EXCEEDS_ORDER")) }
    }

    /// Goods leave: what is held for the order first, then what is free.
    fn issue(&mut self, order: usize, taken: Pieces) -> Result<(), No> {
        let free = self.free();
        let one = &mut self.orders[order];
        if (0..GOODS).any(|of| taken[of] > one.reserved[of] + free[of]) {
            return Err(No::Rule("INSUFFICIENT_STOCK"));
        }
        for (of, pieces) in taken.into_iter().enumerate() {
            one.reserved[of] -= pieces.min(one.reserved[of]);
            one.shipped[of] += pieces;
            self.on_hand[of] -= pieces;
        }
        self.stand(order);
        Ok(())
    }

    /// What is not wanted any more goes to whoever waits; then what is lacking is held, as far as it
    /// is free.
    fn change(&mut self, order: usize, ordered: Pieces) -> Result<(), No> {
        let one = &mut self.orders[order];
        if (0..GOODS).any(|of| ordered[of] < one.shipped[of]) {
            return Err(No::Rule("OUT_OF_RANGE"));
        }
        one.ordered = ordered;
        let left = one.left();
        one.reserved = std::array::from_fn(|of| one.reserved[of].min(left[of]));
        self.stand(order);
        self.hand_out();
        Ok(())
    }

    /// Where what is shipped leaves an order.
    fn stand(&mut self, order: usize) {
        let order = &mut self.orders[order];
        order.state = if order.shipped == order.ordered {
            OrderState::Completed
        } else if order.shipped == [0; GOODS] {
            OrderState::Confirmed
        } else {
            OrderState::InFulfilment
        };
    }

    /// Goods that are free are held for whoever needs them first.
    fn hand_out(&mut self) {
        let mut queue: Vec<usize> =
            (0..self.orders.len()).filter(|order| self.orders[*order].state.is_open()).collect();
        queue.sort_by_key(|order| self.orders[*order].needed_in);
        for order in queue {
            let free = self.free();
            let order = &mut self.orders[order];
            let short = order.short();
            for of in 0..GOODS {
                order.reserved[of] += free[of].min(short[of]);
            }
        }
    }
}

/// What pieces come to.
pub fn worth(pieces: Pieces) -> u32 {
    (0..GOODS).map(|of| pieces[of] * PRICES[of]).sum()
}
