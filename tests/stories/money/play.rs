//! Random documents through the API against a simple model: what the customer owes is the model's,
//! to the kopeck, after every step; and at the end so is what he owed on any day, as it was known at
//! any time.

use chrono::{DateTime, Utc};
use kernel::Clock;
use proptest::option;
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use stories::actor::{number, text};
use stories::company::{Company, Furniture, merge};
use stories::house::house;
use stories::stock::{confirm, draft};

use super::play_model::{PRICE, Paper, World};
use crate::play::plays;

/// Sequences, and the steps of one.
const CASES: u32 = 4;
const STEPS: usize = 36;
/// How long ago the story begins.
const DAYS: i64 = 30;

/// What a die says; which documents it means depends on how many there are.
#[derive(Clone, Debug)]
enum Throw {
    Order(u32),
    /// A part of an order, or all that is left.
    Ship(usize, Option<u32>, i64),
    /// For an order, or for nothing.
    Pay(Option<usize>, i64, i64),
    /// Makes all of a payment an advance.
    Free(usize),
    /// Out of one payment, or of any.
    Refund(Option<usize>, i64),
    Return(usize, u32, i64),
    Correct(usize, i64, i64),
    Undo(usize),
    UndoSale(usize),
}

fn throws() -> impl Strategy<Value = Throw> {
    let which = 0_usize..60;
    let day = -DAYS..=0;
    let kopecks = 1_i64..30_000;
    prop_oneof![
        3 => (1_u32..9).prop_map(Throw::Order),
        5 => (which.clone(), option::of(1_u32..5), day.clone())
            .prop_map(|(of, part, day)| Throw::Ship(of, part, day)),
        4 => (option::of(which.clone()), kopecks.clone(), day.clone())
            .prop_map(|(of, kopecks, day)| Throw::Pay(of, kopecks, day)),
        1 => which.clone().prop_map(Throw::Free),
        2 => (option::of(which.clone()), 1_i64..10_000)
            .prop_map(|(of, kopecks)| Throw::Refund(of, kopecks)),
        2 => (which.clone(), 0_u32..8, day.clone())
            .prop_map(|(of, pieces, day)| Throw::Return(of, pieces, day)),
        2 => (which.clone(), 1_i64..8_000, day)
            .prop_map(|(of, kopecks, day)| Throw::Correct(of, kopecks, day)),
        4 => which.clone().prop_map(Throw::Undo),
        1 => which.prop_map(Throw::UndoSale),
    ]
}

/// A confirmed order of one line, and what of it has not left.
struct Ordered {
    id: String,
    line: Value,
    left: u32,
}

/// A customer, and the ids that the program gave to his documents.
struct Table<'a> {
    company: &'a Company,
    goods: &'a str,
    customer: String,
    orders: Vec<Ordered>,
    /// Shipments with their one line, and the orders they are of.
    sales: Vec<(String, Value, usize)>,
    papers: Vec<String>,
}

impl Table<'_> {
    fn day(day: i64) -> String {
        (house().today() + chrono::Duration::days(day)).to_string()
    }

    async fn play(&mut self, throw: &Throw, world: &mut World) {
        let pick = |of: usize, count: usize| (count > 0).then(|| of % count);
        let (sales, papers) = (world.sales.len(), world.papers.len());
        match *throw {
            Throw::Order(pieces) => self.order(pieces).await,
            Throw::Ship(of, part, day) => {
                let Some(order) = pick(of, self.orders.len()) else { return };
                self.ship(order, part, day, world).await;
            }
            Throw::Pay(of, kopecks, day) => {
                let order = of.and_then(|of| pick(of, self.orders.len()));
                let amount = Decimal::new(kopecks, 2);
                let mut input = json!({"customerId": self.customer, "amount": amount,
                    "date": Self::day(day)});
                if let Some(order) = order {
                    merge(&mut input, json!({"orderId": self.orders[order].id}));
                }
                let made = self.does("recordPayment", input, "payment { id }").await.unwrap();
                self.papers.push(text(&made["payment"]["id"]));
                world.file(Paper::Payment, day, amount);
            }
            Throw::Free(of) => {
                let Some(which) = pick(of, papers) else { return };
                let of = &world.papers[which];
                if of.is_reversed || !matches!(of.paper, Paper::Payment) {
                    return;
                }
                let version = self.version("payment", &self.papers[which]).await;
                let input =
                    json!({"id": self.papers[which], "version": version, "allocations": []});
                self.does("allocatePayment", input, "payment { id }").await.unwrap();
            }
            Throw::Refund(of, kopecks) => {
                self.refund(of, Decimal::new(kopecks, 2), world).await;
            }
            Throw::Return(of, pieces, day) => {
                let Some(sale) = pick(of, sales) else { return };
                let of = &world.sales[sale];
                if !of.is_reversed && of.pieces > 0 {
                    let (pieces, day) = (1 + pieces % of.pieces, of.date.max(day));
                    self.take_back(sale, pieces, day, world).await;
                }
            }
            Throw::Correct(of, kopecks, day) => {
                let Some(sale) = pick(of, sales) else { return };
                let day = world.sales[sale].date.max(day);
                self.correct(sale, Decimal::new(kopecks, 2), day, world).await;
            }
            Throw::Undo(of) => {
                let Some(which) = pick(of, papers) else { return };
                self.undo(which, world).await;
            }
            Throw::UndoSale(of) => {
                let Some(sale) = pick(of, sales) else { return };
                let input = json!({"id": self.sales[sale].0, "reason": "play"});
                let undone = self.does("reverseShipment", input, "shipment { id }").await;
                assert_eq!(undone.is_ok(), world.may_undo_sale(sale), "{undone:?}");
                if undone.is_ok() {
                    world.undo_sale(sale);
                    let pieces = world.sales[sale].pieces;
                    self.orders[self.sales[sale].2].left += pieces;
                }
            }
        }
    }

    async fn does(&self, mutation: &str, input: Value, selection: &str) -> Result<Value, String> {
        self.company.director.tries(mutation, input, selection).await
    }

    async fn version(&self, field: &str, id: &str) -> Value {
        let query = format!("query($id: ID!) {{ {field}(id: $id) {{ version }} }}");
        self.company.director.ask(&query, json!({"id": id})).await[field]["version"].take()
    }

    async fn order(&mut self, pieces: u32) {
        let director = &self.company.director;
        let dated = json!({"date": Self::day(-DAYS)});
        let lines = [(self.goods, &*pieces.to_string())];
        let order = draft(director, &self.customer, &lines, dated).await;
        confirm(director, &order).await;
        let query = "query($id: ID!) { order(id: $id) { lines { id } } }";
        let told = director.ask(query, json!({"id": order.0})).await;
        let line = told["order"]["lines"][0]["id"].clone();
        self.orders.push(Ordered { id: order.0, line, left: pieces });
    }

    async fn ship(&mut self, which: usize, part: Option<u32>, day: i64, world: &mut World) {
        let order = &self.orders[which];
        if order.left == 0 {
            return;
        }
        let pieces = part.map_or(order.left, |part| part.min(order.left));
        let line = json!({"orderLineId": order.line, "quantity": pieces.to_string()});
        let input = json!({"orderId": order.id, "date": Self::day(day), "lines": [line]});
        let selection = "shipment { id lines { id } }";
        let told = self.does("shipSalesOrder", input, selection).await.unwrap();
        let shipment = &told["shipment"];
        self.sales.push((text(&shipment["id"]), shipment["lines"][0]["id"].clone(), which));
        self.orders[which].left -= pieces;
        world.ship(day, pieces);
    }

    /// Money back that is free today; more than that is refused, and changes nothing.
    async fn refund(&mut self, of: Option<usize>, amount: Decimal, world: &mut World) {
        let free = self.advances().await;
        let payments: Vec<usize> = (0..world.papers.len())
            .filter(|which| matches!(world.papers[*which].paper, Paper::Payment))
            .collect();
        let free_of = |which: usize| {
            let id = &self.papers[which];
            free.iter().find(|(payment, _)| payment == id).map_or(Decimal::ZERO, |one| one.1)
        };
        let named = of.and_then(|of| payments.get(of % payments.len().max(1)).copied());
        let (mut input, most) = match named {
            Some(which) => (json!({"paymentId": self.papers[which]}), free_of(which)),
            None => (json!({"customerId": self.customer}), free.iter().map(|one| one.1).sum()),
        };
        merge(&mut input, json!({"amount": amount, "reason": "play"}));
        let selection = "refund { id parts { amount { amount } payment { id } } }";
        let made = self.does("refundCustomer", input, selection).await;
        assert_eq!(made.is_ok(), amount <= most, "{most} is free: {made:?}");
        let Ok(made) = made else { return };
        let mut whole = Decimal::ZERO;
        let mut taken = Vec::new();
        for part in made["refund"]["parts"].as_array().unwrap() {
            let payment = text(&part["payment"]["id"]);
            let which = self.papers.iter().position(|id| *id == payment).unwrap();
            let amount = number(&part["amount"]["amount"]);
            assert!(amount <= free_of(which) && named.is_none_or(|named| named == which));
            whole += amount;
            taken.push(which);
        }
        assert_eq!(whole, amount, "its parts make it up");
        self.papers.push(text(&made["refund"]["id"]));
        world.file(Paper::Refund(taken), 0, amount);
    }

    /// Goods come back for what they were sold at; the last of them take all that is owed yet.
    async fn take_back(&mut self, sale: usize, pieces: u32, day: i64, world: &mut World) {
        let (shipment, line, _) = &self.sales[sale];
        let lines = json!([{"shipmentLineId": line, "quantity": pieces.to_string()}]);
        let input = json!({"shipmentId": shipment, "date": Self::day(day), "reason": "play",
            "lines": lines});
        let made = self.does("createSalesReturn", input, "salesReturn { id }").await.unwrap();
        let id = text(&made["salesReturn"]["id"]);
        let selection = "salesReturn { total { gross { amount } } }";
        let posted = self.does("postSalesReturn", json!({"id": id}), selection).await.unwrap();
        let amount = number(&posted["salesReturn"]["total"]["gross"]["amount"]);
        let of = &world.sales[sale];
        if pieces == of.pieces {
            assert_eq!(amount, of.owed, "the last return takes the rest");
        }
        let share = of.owed * Decimal::from(pieces) / Decimal::from(of.pieces);
        assert!((amount - share).abs() < Decimal::new(2, 2), "{amount} of {share}");
        self.papers.push(id);
        world.file(Paper::Return(sale, pieces), day, amount);
    }

    /// A sale becomes cheaper, by what is still owed for it at most.
    async fn correct(&mut self, sale: usize, amount: Decimal, day: i64, world: &mut World) {
        let (shipment, line, _) = &self.sales[sale];
        let lines = json!([{"shipmentLineId": line, "amount": amount}]);
        let input = json!({"shipmentId": shipment, "date": Self::day(day), "reason": "play",
            "lines": lines});
        let selection = "priceCorrection { id }";
        let made = self.does("createPriceCorrection", input, selection).await;
        let of = &world.sales[sale];
        let fits = !of.is_reversed && amount <= of.owed;
        assert_eq!(made.is_ok(), fits, "{made:?}");
        let Ok(made) = made else { return };
        let id = text(&made["priceCorrection"]["id"]);
        self.does("postPriceCorrection", json!({"id": id}), selection).await.unwrap();
        self.papers.push(id);
        world.file(Paper::Correction(sale), day, amount);
    }

    async fn undo(&mut self, which: usize, world: &mut World) {
        let id = &self.papers[which];
        let because = json!({"id": id, "reason": "play"});
        let versioned = async |field: &str| json!({"id": id, "version": self.version(field, id).await, "reason": "play"});
        let undone = match world.papers[which].paper {
            Paper::Payment => {
                let input = versioned("payment").await;
                self.does("reversePayment", input, "payment { id }").await
            }
            Paper::Refund(_) => {
                let input = versioned("refund").await;
                self.does("reverseRefund", input, "refund { id }").await
            }
            Paper::Return(..) => {
                self.does("reverseSalesReturn", because, "salesReturn { id }").await
            }
            Paper::Correction(_) => {
                self.does("reversePriceCorrection", because, "priceCorrection { id }").await
            }
        };
        assert_eq!(undone.is_ok(), world.may_undo(which), "{undone:?}");
        match undone {
            Ok(_) => world.undo(which),
            Err(code) => {
                let is_twice = world.papers[which].is_reversed;
                assert_eq!(code, if is_twice { "ILLEGAL_TRANSITION" } else { "IN_USE" });
            }
        }
    }

    /// What of each payment is free.
    async fn advances(&self) -> Vec<(String, Decimal)> {
        let query = "query($id: ID!) { payments(filter: {customerId: $id}, first: 250) { nodes {
            id advance { amount } } } }";
        let told = self.company.director.ask(query, json!({"id": self.customer})).await;
        let nodes = told["payments"]["nodes"].as_array().unwrap().iter();
        nodes.map(|one| (text(&one["id"]), number(&one["advance"]["amount"]))).collect()
    }

    /// Checks what is owed: debts less advances, and the debts one by one; now, or on a day as it was
    /// known at a time.
    async fn check(&self, at: Option<(i64, DateTime<Utc>)>, expected: Decimal) {
        let (past, variables) = match at {
            None => (String::new(), json!({"id": self.customer})),
            Some((day, known)) => (
                ", asOf: $day, knownAt: $known".to_owned(),
                json!({"id": self.customer, "day": Self::day(day), "known": known}),
            ),
        };
        let declared = if at.is_some() { ", $day: Date!, $known: DateTime!" } else { "" };
        let query = format!(
            "query($id: ID!{declared}) {{
                receivablesAgeing(customerId: $id{past}) {{ totals {{
                    total {{ amount }} advances {{ amount }} balance {{ amount }} }} }}
                receivables(filter: {{customerId: $id, open: true}}, first: 250{past}) {{
                    nodes {{ open {{ amount }} }} }} }}"
        );
        let told = self.company.director.ask(&query, variables).await;
        let totals = &told["receivablesAgeing"]["totals"][0];
        let [total, advances, balance] =
            ["total", "advances", "balance"].map(|field| match totals {
                Value::Null => Decimal::ZERO,
                totals => number(&totals[field]["amount"]),
            });
        assert_eq!(balance, expected, "{at:?}: {told}");
        assert_eq!(total - advances, balance, "{at:?}: {told}");
        let debts = told["receivables"]["nodes"].as_array().unwrap().iter();
        let debts: Decimal = debts.map(|debt| number(&debt["open"]["amount"])).sum();
        assert_eq!(debts, total, "{at:?}: {told}");
        if at.is_none() {
            let free: Decimal = self.advances().await.iter().map(|one| one.1).sum();
            assert_eq!(free, advances, "the payments one by one");
        }
    }
}

#[test]
fn the_balance_is_that_of_a_simple_model_whatever_happens() {
    let sequences = prop::collection::vec(throws(), STEPS);
    let shop = tokio::sync::OnceCell::new();
    plays(CASES, &sequences, async |throws: Vec<Throw>| {
        let (company, at) = shop.get_or_init(open).await;
        // Goods of its own, long in stock, so that no sequence feels another.
        let name = uuid::Uuid::new_v4().to_string();
        let goods = &*company.product(at, &name, PRICE).await;
        let long_ago = Table::day(-DAYS - 1);
        company.receive(at, Some(&long_ago), &[(goods, "1000", "10")]).await;
        let customer = company.customer(&name, &company.anna_id, json!({})).await;
        let (orders, sales, papers) = (Vec::new(), Vec::new(), Vec::new());
        let mut table = Table { company, goods, customer, orders, sales, papers };
        let mut world = World::default();
        let mut times = Vec::new();
        for throw in &throws {
            table.play(throw, &mut world).await;
            table.check(None, world.balance(0, world.step)).await;
            times.push(Clock::system().now());
            world.step += 1;
        }
        // Every sixth moment, and of the days some between the first and today.
        for (step, known) in times.iter().enumerate().skip(5).step_by(6) {
            for day in [-DAYS, -21, -10, -3, 0] {
                table.check(Some((day, *known)), world.balance(day, step)).await;
            }
        }
        house().verify(&company.slug).await;
    });
}

async fn open() -> (Company, Furniture) {
    let company = Company::new().await;
    let at = company.furnish().await;
    (company, at)
}
