//! Orders and their shipments, moved at random.

use chrono::Duration;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};
use stories::actor::{number, text};
use stories::company::Company;
use stories::house::house;

use super::order_model::{GOODS, Move, Order, PRICES, Pieces, STOCK, Shipment, World, worth};
use super::{check_refusal, does, words};
use crate::play::plays;

/// Sequences, and the longest one.
const CASES: u32 = 10;
const STEPS: usize = 32;
/// Orders of one sequence at most: more would only wait.
const ORDERS: usize = 5;

/// What a die says; which documents it means depends on how many there are.
#[derive(Clone, Debug)]
enum Throw {
    Create(Pieces),
    Copy(usize),
    Update(usize, Pieces),
    Change(usize, Pieces),
    Confirm(usize),
    Cancel(usize),
    Close(usize),
    Ship(usize, Option<Pieces>),
    DraftShipment(usize, Option<Pieces>),
    Post(usize),
    CancelShipment(usize),
    Reverse(usize),
}

fn throws() -> impl Strategy<Value = Throw> {
    let which = 0_usize..60;
    let pieces = (1_u32..9, 1_u32..5).prop_map(|(one, other)| [one, other]);
    // Of one kind alone, or of both; now and then more than is left.
    let part = (0_u32..5, 1_u32..3, any::<bool>())
        .prop_map(|(one, other, turned)| if turned { [one, other] } else { [other, one] });
    let part = option::weighted(0.7, part);
    prop_oneof![
        3 => pieces.clone().prop_map(Throw::Create),
        1 => which.clone().prop_map(Throw::Copy),
        2 => (which.clone(), pieces.clone()).prop_map(|(of, pieces)| Throw::Update(of, pieces)),
        4 => (which.clone(), pieces).prop_map(|(of, pieces)| Throw::Change(of, pieces)),
        5 => which.clone().prop_map(Throw::Confirm),
        2 => which.clone().prop_map(Throw::Cancel),
        2 => which.clone().prop_map(Throw::Close),
        5 => (which.clone(), part.clone()).prop_map(|(of, part)| Throw::Ship(of, part)),
        3 => (which.clone(), part).prop_map(|(of, part)| Throw::DraftShipment(of, part)),
        4 => which.clone().prop_map(Throw::Post),
        1 => which.clone().prop_map(Throw::CancelShipment),
        3 => which.prop_map(Throw::Reverse),
    ]
}

impl Throw {
    /// What it means beside what is there; `None` where there is no such document.
    fn meant(&self, world: &World) -> Option<Move> {
        let count = world.orders.len();
        // Days by which no two orders are needed alike, and later ones now before, now after.
        let needed_in = u32::try_from(count * 7 % 11 + 1).unwrap();
        let order = |of: usize| (count > 0).then(|| of % count);
        let shipment = |of: usize| {
            let count = world.shipments.len();
            (count > 0).then(|| of % count)
        };
        let room = count < ORDERS;
        Some(match *self {
            Self::Create(ordered) if room => Move::Create { ordered, needed_in },
            Self::Copy(of) if room => Move::Copy { order: order(of)?, needed_in },
            Self::Create(_) | Self::Copy(_) => return None,
            Self::Update(of, ordered) => Move::Update { order: order(of)?, ordered },
            Self::Change(of, ordered) => Move::Change { order: order(of)?, ordered },
            Self::Confirm(of) => Move::Confirm { order: order(of)? },
            Self::Cancel(of) => Move::Cancel { order: order(of)? },
            Self::Close(of) => Move::Close { order: order(of)? },
            Self::Ship(of, taken) => Move::Ship { order: order(of)?, taken },
            Self::DraftShipment(of, taken) => Move::DraftShipment { order: order(of)?, taken },
            Self::Post(of) => Move::Post { shipment: shipment(of)? },
            Self::CancelShipment(of) => Move::CancelShipment { shipment: shipment(of)? },
            Self::Reverse(of) => Move::Reverse { shipment: shipment(of)? },
        })
    }
}

/// A customer with his goods, and the ids that the program gave to his documents.
struct Table<'a> {
    company: &'a Company,
    customer: String,
    goods: [String; GOODS],
    orders: Vec<String>,
    shipments: Vec<String>,
}

impl<'a> Table<'a> {
    async fn laid(company: &'a Company, at: &stories::company::Furniture, case: usize) -> Self {
        let mut goods: [String; GOODS] = Default::default();
        for of in 0..GOODS {
            let price = PRICES[of].to_string();
            goods[of] = company.product(at, &format!("G{case}-{of}"), &price).await;
            let pieces = STOCK[of].to_string();
            company.receive(at, None, &[(&goods[of], &pieces, "1")]).await;
        }
        let customer = company.customer(&format!("C{case}"), &company.anna_id, json!({})).await;
        Self { company, customer, goods, orders: Vec::new(), shipments: Vec::new() }
    }

    fn lines(&self, pieces: Pieces) -> Value {
        let line =
            |of: usize| json!({"productId": self.goods[of], "quantity": pieces[of].to_string()});
        (0..GOODS).map(line).collect()
    }

    /// What ships of an order; `None` is all that is left.
    async fn taken(&self, order: usize, taken: Option<Pieces>) -> Value {
        let Some(pieces) = taken else { return json!({"orderId": self.orders[order]}) };
        let query = "query($id: ID!) { order(id: $id) { lines { id } } }";
        let told = self.company.director.ask(query, json!({"id": self.orders[order]})).await;
        let line = |of: usize| {
            json!({"orderLineId": told["order"]["lines"][of]["id"],
                "quantity": pieces[of].to_string()})
        };
        let lines: Value = (0..GOODS).filter(|of| pieces[*of] > 0).map(line).collect();
        json!({"orderId": self.orders[order], "lines": lines})
    }

    async fn play(&mut self, step: Move) -> Result<Value, (String, Value)> {
        let director = &self.company.director;
        let order = |of: usize, more: Value| {
            let mut input = json!({"id": self.orders[of]});
            stories::company::merge(&mut input, more);
            input
        };
        let because = json!({"reason": "play"});
        match step {
            Move::Create { ordered, needed_in } => {
                let input = json!({"customerId": self.customer, "lines": self.lines(ordered),
                    "requestedShipDate": needed_on(needed_in)});
                let told = does(director, "createSalesOrder", input, "order { id }").await;
                self.orders.push(text(&told.as_ref().unwrap()["order"]["id"]));
                told
            }
            Move::Copy { order: of, needed_in } => {
                let selection = "order { id version }";
                let told = does(director, "copySalesOrder", order(of, json!({})), selection).await;
                let copy = told.as_ref().unwrap()["order"].clone();
                let input = json!({"id": copy["id"], "version": copy["version"],
                    "requestedShipDate": needed_on(needed_in)});
                does(director, "updateSalesOrder", input, "order { id }").await.unwrap();
                self.orders.push(text(&copy["id"]));
                told
            }
            Move::Update { order: of, ordered } => {
                let query = "query($id: ID!) { order(id: $id) { version } }";
                let told = director.ask(query, json!({"id": self.orders[of]})).await;
                let version = &told["order"]["version"];
                let input = order(of, json!({"version": version, "lines": self.lines(ordered)}));
                does(director, "updateSalesOrder", input, "order { id }").await
            }
            Move::Change { order: of, ordered } => {
                let query = "query($id: ID!) { order(id: $id) { version lines { id } } }";
                let told = director.ask(query, json!({"id": self.orders[of]})).await;
                let line = |at: usize| {
                    json!({"orderLineId": told["order"]["lines"][at]["id"],
                        "quantity": ordered[at].to_string()})
                };
                let lines: Value = (0..GOODS).map(line).collect();
                let input = order(of, json!({"version": told["order"]["version"], "lines": lines}));
                does(director, "changeSalesOrder", input, "order { id }").await
            }
            Move::Confirm { order: of } => {
                does(director, "confirmSalesOrder", order(of, json!({})), "order { id }").await
            }
            Move::Cancel { order: of } => {
                does(director, "cancelSalesOrder", order(of, because), "order { id }").await
            }
            Move::Close { order: of } => {
                does(director, "closeSalesOrder", order(of, because), "order { id }").await
            }
            Move::Ship { order: of, taken } => {
                let input = self.taken(of, taken).await;
                let told = does(director, "shipSalesOrder", input, "shipment { id }").await;
                self.shipments.extend(told.iter().map(|told| text(&told["shipment"]["id"])));
                told
            }
            Move::DraftShipment { order: of, taken } => {
                let input = self.taken(of, taken).await;
                let told = does(director, "createShipment", input, "shipment { id }").await;
                self.shipments.extend(told.iter().map(|told| text(&told["shipment"]["id"])));
                told
            }
            Move::Post { shipment } => self.moved("postShipment", shipment, json!({})).await,
            Move::CancelShipment { shipment } => {
                self.moved("cancelShipment", shipment, json!({})).await
            }
            Move::Reverse { shipment } => self.moved("reverseShipment", shipment, because).await,
        }
    }

    async fn moved(
        &self,
        mutation: &str,
        shipment: usize,
        more: Value,
    ) -> Result<Value, (String, Value)> {
        let mut input = json!({"id": self.shipments[shipment]});
        stories::company::merge(&mut input, more);
        does(&self.company.director, mutation, input, "shipment { id }").await
    }

    /// All that is there, as the program tells it.
    async fn told(&self) -> Value {
        let query = "query($customer: ID!, $one: ID!, $other: ID!) {
            orders(filter: {customer: $customer}) { nodes {
                id version state number availableTransitions total { gross { amount } }
                shippedTotal { amount } lines { quantity shipped reserved short }
                shipments { id version state number availableTransitions total { gross { amount } }
                    lines { quantity product { id } } } } }
            one: product(id: $one) { stock { onHand reserved available } }
            other: product(id: $other) { stock { onHand reserved available } }
            receivablesAgeing(customerId: $customer) { totals { balance { amount } } } }";
        let [one, other] = &self.goods;
        let asked = json!({"customer": self.customer, "one": one, "other": other});
        self.company.director.ask(query, asked).await
    }

    /// Whether the program tells what the model says.
    fn check(&self, told: &Value, world: &World) {
        let orders = told["orders"]["nodes"].as_array().unwrap();
        assert_eq!(orders.len(), world.orders.len());
        for (place, order) in world.orders.iter().enumerate() {
            let seen = orders.iter().find(|seen| seen["id"] == *self.orders[place]).unwrap();
            check_order(seen, order, world.billed(place));
            for (at, shipment) in world.shipments.iter().enumerate() {
                if shipment.order == place {
                    let all = seen["shipments"].as_array().unwrap();
                    let seen = all.iter().find(|seen| seen["id"] == *self.shipments[at]).unwrap();
                    self.check_shipment(seen, shipment);
                }
            }
        }
        for (of, name) in ["one", "other"].into_iter().enumerate() {
            let stock = &told[name]["stock"][0];
            let seen = ["onHand", "reserved", "available"].map(|field| whole(&stock[field]));
            let reserved = world.reserved()[of];
            assert_eq!(seen, [world.on_hand[of], reserved, world.free()[of]], "{name}");
        }
        let billed: u32 = (0..world.orders.len()).map(|order| world.billed(order)).sum();
        let balance = &told["receivablesAgeing"]["totals"][0]["balance"]["amount"];
        assert_eq!(if balance.is_null() { 0 } else { whole(balance) }, billed, "what is owed");
    }

    fn check_shipment(&self, seen: &Value, shipment: &Shipment) {
        assert_eq!(seen["state"], shipment.state.word(), "{seen}");
        let mut allowed = shipment.state.allows().to_vec();
        allowed.sort_unstable();
        assert_eq!(words(&seen["availableTransitions"]), allowed);
        let is_numbered = matches!(shipment.state.word(), "POSTED" | "REVERSED");
        assert_eq!(seen["number"].is_string(), is_numbered, "{seen}");
        assert_eq!(whole(&seen["total"]["gross"]["amount"]), worth(shipment.taken));
        let lines = seen["lines"].as_array().unwrap();
        let of = |good: &String| {
            let line = lines.iter().find(|line| line["product"]["id"] == **good);
            line.map_or(0, |line| whole(&line["quantity"]))
        };
        assert_eq!(self.goods.each_ref().map(of), shipment.taken, "{seen}");
    }
}

fn check_order(seen: &Value, order: &Order, billed: u32) {
    assert_eq!(seen["state"], order.state.word(), "{seen}");
    let mut allowed = order.state.allows().to_vec();
    allowed.sort_unstable();
    assert_eq!(words(&seen["availableTransitions"]), allowed, "{seen}");
    assert_eq!(seen["number"].is_string(), order.has_number, "{seen}");
    assert_eq!(whole(&seen["total"]["gross"]["amount"]), worth(order.ordered));
    assert_eq!(whole(&seen["shippedTotal"]["amount"]), billed, "{seen}");
    for of in 0..GOODS {
        let line = &seen["lines"][of];
        let told = ["quantity", "shipped", "reserved", "short"].map(|field| whole(&line[field]));
        let expected =
            [order.ordered[of], order.shipped[of], order.reserved[of], order.short()[of]];
        assert_eq!(told, expected, "ordered, shipped, reserved, short: {seen}");
    }
}

fn needed_on(days: u32) -> String {
    (house().today() + Duration::days(i64::from(days))).to_string()
}

fn whole(value: &Value) -> u32 {
    u32::try_from(number(value)).unwrap_or_else(|_| panic!("{value} is no whole number"))
}

#[test]
fn orders_and_shipments_go_their_ways_and_no_others() {
    let sequences = prop::collection::vec(throws(), STEPS);
    let company = tokio::sync::OnceCell::new();
    let case = std::sync::atomic::AtomicUsize::new(0);
    plays(CASES, &sequences, async |throws: Vec<Throw>| {
        let made = async {
            let company = Company::new().await;
            let at = company.furnish().await;
            (company, at)
        };
        let (company, at) = company.get_or_init(|| made).await;
        let case = case.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let mut table = Table::laid(company, at, case).await;
        let mut world = World::new();
        let mut before = table.told().await;
        for throw in throws {
            let Some(step) = throw.meant(&world) else { continue };
            let expected = world.play(step);
            let outcome = table.play(step).await;
            check_refusal(&outcome, &expected);
            let told = table.told().await;
            table.check(&told, &world);
            if expected.is_err() {
                assert_eq!(told, before, "{step:?} was refused, and changed something");
            }
            before = told;
        }
        house().verify(&company.slug).await;
    });
}
