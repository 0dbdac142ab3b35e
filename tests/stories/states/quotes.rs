//! Quotes, their versions and orders, moved at random while days pass.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use kernel::Clock;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};
use stories::actor::{Actor, number, text};
use stories::company::{Company, PASSWORD, merge};
use stories::house::Replica;

use super::quote_model::{LINES, Move, Pieces, Quote, SHADES, World};
use super::{check_refusal, does, words};
use crate::approvals::{decides_saying, rule};
use crate::play::plays;

/// Sequences, and the longest one.
const CASES: u32 = 8;
const STEPS: usize = 32;
/// Quotes of one sequence at most, versions and copies with them.
const QUOTES: usize = 6;
/// Well over the time that a worker takes to look for quotes that are over.
const PATIENCE: Duration = Duration::from_secs(15);

/// What a die says; which documents it means depends on how many there are.
#[derive(Clone, Debug)]
enum Throw {
    Create(u32, bool),
    Copy(usize),
    Update(usize, u32, bool),
    Send(usize),
    Accept(usize, bool),
    Decline(usize),
    Extend(usize, i64),
    Revise(usize),
    Cancel(usize),
    Order(usize, Option<Pieces>),
    CancelOrder(usize),
    DaysPass(i64),
    Decide(usize, bool),
    Withdraw(usize),
}

fn throws() -> impl Strategy<Value = Throw> {
    let which = 0_usize..60;
    let lamps = (2_u32..9, prop::bool::weighted(0.4));
    let pieces = (0_u32..4, 0_u32..4).prop_filter("something", |(one, other)| one + other > 0);
    let pieces = option::of(pieces.prop_map(|(lamps, shades)| [lamps, shades]));
    prop_oneof![
        4 => lamps.clone().prop_map(|(lamps, is_cheap)| Throw::Create(lamps, is_cheap)),
        2 => which.clone().prop_map(Throw::Copy),
        2 => (which.clone(), lamps)
            .prop_map(|(of, (lamps, is_cheap))| Throw::Update(of, lamps, is_cheap)),
        5 => which.clone().prop_map(Throw::Send),
        4 => (which.clone(), any::<bool>()).prop_map(|(of, shades)| Throw::Accept(of, shades)),
        2 => which.clone().prop_map(Throw::Decline),
        3 => (which.clone(), 1_i64..9).prop_map(|(of, days)| Throw::Extend(of, days)),
        3 => which.clone().prop_map(Throw::Revise),
        1 => which.clone().prop_map(Throw::Cancel),
        6 => (which.clone(), pieces).prop_map(|(of, pieces)| Throw::Order(of, pieces)),
        2 => which.clone().prop_map(Throw::CancelOrder),
        2 => (1_i64..16).prop_map(Throw::DaysPass),
        5 => (which.clone(), prop::bool::weighted(0.7))
            .prop_map(|(of, agrees)| Throw::Decide(of, agrees)),
        1 => which.prop_map(Throw::Withdraw),
    ]
}

impl Throw {
    /// What it means beside what is there; `None` where there is no such document.
    fn meant(&self, world: &World) -> Option<Move> {
        let count = world.quotes.len();
        let quote = |of: usize| (count > 0).then(|| of % count);
        let has_room = count < QUOTES;
        Some(match *self {
            Self::Create(..) | Self::Copy(_) | Self::Revise(_) if !has_room => return None,
            Self::Create(lamps, is_cheap) => Move::Create { lamps, is_cheap },
            Self::Copy(of) => Move::Copy { quote: quote(of)? },
            Self::Update(of, lamps, is_cheap) => {
                Move::Update { quote: quote(of)?, lamps, is_cheap }
            }
            Self::Send(of) => Move::Send { quote: quote(of)? },
            Self::Accept(of, with_shades) => Move::Accept { quote: quote(of)?, with_shades },
            Self::Decline(of) => Move::Decline { quote: quote(of)? },
            Self::Extend(of, days) => Move::Extend { quote: quote(of)?, days },
            Self::Revise(of) => Move::Revise { quote: quote(of)? },
            Self::Cancel(of) => Move::Cancel { quote: quote(of)? },
            Self::Order(of, pieces) => Move::Order { quote: quote(of)?, pieces },
            Self::CancelOrder(of) => {
                let count = world.orders.len();
                Move::CancelOrder { order: (count > 0).then(|| of % count)? }
            }
            Self::DaysPass(days) => Move::DaysPass { days },
            Self::Decide(of, agrees) => Move::Decide { quote: world.pending(of)?, agrees },
            Self::Withdraw(of) => Move::Withdraw { quote: world.pending(of)? },
        })
    }
}

/// A server whose clock moves, with a company that sells lamps and shades.
struct Shop {
    server: Replica,
    clock: Clock,
    company: Company,
    goods: [String; LINES],
}

impl Shop {
    async fn open() -> Self {
        let clock = Clock::system();
        let server = Replica::with_clock(clock.clone()).await;
        let company = Company::at(server.house()).await;
        let at = company.furnish().await;
        let lamp = company.product(&at, "LAMP", "100").await;
        let shade = company.product(&at, "SHADE", "10").await;
        rule(&company, "DISCOUNT_OVER_LIMIT", "director", json!({})).await;
        Self { server, clock, company, goods: [lamp, shade] }
    }

    /// Who sells, and who agrees to what she may not give. Nobody stays signed in for days.
    async fn people(&self) -> (Actor, Actor) {
        let again = async |name: &str| {
            let (slug, email) = (&self.company.slug, self.company.email(name));
            Actor::sign_in_at(&self.server.url(), slug, &email, PASSWORD).await
        };
        (again("anna").await, again("director").await)
    }
}

/// A client with his quotes, and the ids that the program gave to them and their orders.
struct Table<'a> {
    shop: &'a Shop,
    anna: Actor,
    director: Actor,
    client: Value,
    first_day: NaiveDate,
    quotes: Vec<String>,
    orders: Vec<String>,
}

impl<'a> Table<'a> {
    async fn laid(shop: &'a Shop) -> Self {
        let (anna, director) = shop.people().await;
        let name = uuid::Uuid::new_v4().to_string();
        let made = anna.does("createCustomer", json!({"name": name}), "customer { id }").await;
        let client = made["customer"]["id"].clone();
        let first_day = shop.server.house().today();
        Self { shop, anna, director, client, first_day, quotes: Vec::new(), orders: Vec::new() }
    }

    fn day(&self, days: i64) -> String {
        (self.first_day + chrono::Duration::days(days)).to_string()
    }

    fn lines(&self, lamps: u32, is_cheap: bool) -> Value {
        let [lamp, shade] = &self.shop.goods;
        let discount = is_cheap.then_some("15");
        json!([{"productId": lamp, "quantity": lamps.to_string(), "discountPercent": discount},
            {"productId": shade, "quantity": SHADES.to_string(), "isOptional": true}])
    }

    async fn play(&mut self, step: Move, after: &World) -> Result<Value, (String, Value)> {
        match step {
            Move::Create { lamps, is_cheap } => {
                let lines = self.lines(lamps, is_cheap);
                let input = json!({"customerId": self.client, "lines": lines});
                let told = does(&self.anna, "createQuote", input, "quote { id }").await;
                self.written(told)
            }
            Move::Copy { quote } => {
                let told = self.step("copyQuote", quote, json!({})).await;
                self.written(told)
            }
            Move::Revise { quote } => {
                let told = self.step("reviseQuote", quote, json!({})).await;
                self.written(told)
            }
            Move::Update { quote, lamps, is_cheap } => {
                let version = self.ask(quote, "version").await["version"].take();
                let more = json!({"version": version, "lines": self.lines(lamps, is_cheap)});
                self.step("updateQuote", quote, more).await
            }
            Move::Send { quote } => self.step("sendQuote", quote, json!({})).await,
            Move::Accept { quote, with_shades } => {
                let shades = self.line_ids(quote).await[1].clone();
                let chosen = if with_shades { json!([shades]) } else { json!([]) };
                self.step("acceptQuote", quote, json!({"optionalLineIds": chosen})).await
            }
            Move::Decline { quote } => {
                self.step("declineQuote", quote, json!({"reason": "play"})).await
            }
            Move::Extend { quote, days } => {
                let last = after.quotes[quote].valid_until.max(after.today + days);
                self.step("extendQuote", quote, json!({"validUntil": self.day(last)})).await
            }
            Move::Cancel { quote } => {
                self.step("cancelQuote", quote, json!({"reason": "play"})).await
            }
            Move::Order { quote, pieces } => self.order(quote, pieces).await,
            Move::CancelOrder { order } => {
                let input = json!({"id": self.orders[order], "reason": "play"});
                does(&self.anna, "cancelSalesOrder", input, "order { id }").await
            }
            Move::DaysPass { days } => {
                self.shop.clock.advance(chrono::Duration::days(days));
                (self.anna, self.director) = self.shop.people().await;
                self.until_all_expired(after).await;
                Ok(Value::Null)
            }
            Move::Decide { quote, agrees } => {
                let verdict = if agrees { "APPROVE" } else { "REJECT" };
                let request = self.request(quote).await;
                decides_saying(&self.director, &request, verdict, "play").await;
                self.until_it_moves(quote).await;
                Ok(Value::Null)
            }
            Move::Withdraw { quote } => {
                let input = json!({"id": self.request(quote).await, "reason": "play"});
                self.anna.does("withdrawApproval", input, "approvalRequest { id }").await;
                self.until_it_moves(quote).await;
                Ok(Value::Null)
            }
        }
    }

    async fn step(
        &self,
        mutation: &str,
        quote: usize,
        more: Value,
    ) -> Result<Value, (String, Value)> {
        let mut input = json!({"id": self.quotes[quote]});
        merge(&mut input, more);
        does(&self.anna, mutation, input, "quote { id }").await
    }

    fn written(&mut self, told: Result<Value, (String, Value)>) -> Result<Value, (String, Value)> {
        self.quotes.extend(told.iter().map(|told| text(&told["quote"]["id"])));
        told
    }

    async fn order(
        &mut self,
        quote: usize,
        pieces: Option<Pieces>,
    ) -> Result<Value, (String, Value)> {
        let mut input = json!({"quoteId": self.quotes[quote]});
        if let Some(pieces) = pieces {
            let ids = self.line_ids(quote).await;
            let line =
                |of: usize| json!({"quoteLineId": ids[of], "quantity": pieces[of].to_string()});
            let lines: Value = (0..LINES).filter(|of| pieces[*of] > 0).map(line).collect();
            merge(&mut input, json!({"lines": lines}));
        }
        let told = does(&self.anna, "createSalesOrderFromQuote", input, "order { id }").await;
        self.orders.extend(told.iter().map(|told| text(&told["order"]["id"])));
        told
    }

    async fn ask(&self, quote: usize, fields: &str) -> Value {
        let query = format!("query($id: ID!) {{ quote(id: $id) {{ {fields} }} }}");
        self.director.ask(&query, json!({"id": self.quotes[quote]})).await["quote"].take()
    }

    async fn line_ids(&self, quote: usize) -> [Value; LINES] {
        let told = self.ask(quote, "lines { id }").await;
        std::array::from_fn(|of| told["lines"][of]["id"].clone())
    }

    /// What a quote waits for.
    async fn request(&self, quote: usize) -> String {
        text(&self.ask(quote, "approvalRequest { id }").await["approvalRequest"]["id"])
    }

    /// Waits until a worker has moved a quote whose request is closed.
    async fn until_it_moves(&self, quote: usize) {
        let begun = Instant::now();
        while self.ask(quote, "state").await["state"] == "PENDING_APPROVAL" {
            assert!(begun.elapsed() < PATIENCE, "a quote that was decided stays where it is");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until a worker has been with every quote that is over.
    async fn until_all_expired(&self, world: &World) {
        let begun = Instant::now();
        loop {
            let told = self.told().await;
            let is_sent = |quote: &Value| {
                let last: NaiveDate = text(&quote["validUntil"]).parse().unwrap();
                let today = self.first_day + chrono::Duration::days(world.today);
                quote["state"] == "SENT" && last < today
            };
            if !told["quotes"]["nodes"].as_array().unwrap().iter().any(is_sent) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "a quote that is over stays SENT: {told}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// All that is there, as the program tells it.
    async fn told(&self) -> Value {
        let query = "query($client: ID!) {
            quotes(filter: {customer: $client}) { nodes {
                id version state number revision validUntil availableTransitions
                total { gross { amount } } successor { id }
                lines { quantity isChosen ordered leftToOrder }
                orders { id state } } } }";
        self.director.ask(query, json!({"client": self.client})).await
    }

    /// Whether the program tells what the model says.
    fn check(&self, told: &Value, world: &World) {
        let quotes = told["quotes"]["nodes"].as_array().unwrap();
        assert_eq!(quotes.len(), world.quotes.len());
        let mut numbers: HashMap<usize, &Value> = HashMap::new();
        for (place, quote) in world.quotes.iter().enumerate() {
            let seen = quotes.iter().find(|seen| seen["id"] == *self.quotes[place]).unwrap();
            self.check_quote(seen, quote);
            assert_eq!(seen["number"].is_string(), quote.number.is_some(), "{seen}");
            if let Some(of) = quote.number {
                assert_eq!(*numbers.entry(of).or_insert(&seen["number"]), &seen["number"]);
            }
            for (at, order) in world.orders.iter().enumerate() {
                if order.quote == place {
                    let all = seen["orders"].as_array().unwrap();
                    let seen = all.iter().find(|seen| seen["id"] == *self.orders[at]).unwrap();
                    let state = if order.is_cancelled { "CANCELLED" } else { "DRAFT" };
                    assert_eq!(seen["state"], state);
                }
            }
        }
        let given = numbers.len();
        let mut all: Vec<String> = numbers.into_values().map(text).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), given, "no two quotes have one number");
    }

    fn check_quote(&self, seen: &Value, quote: &Quote) {
        assert_eq!(seen["state"], quote.state.word(), "{seen}");
        let mut allowed = quote.allows().to_vec();
        allowed.sort_unstable();
        assert_eq!(words(&seen["availableTransitions"]), allowed, "{seen}");
        assert_eq!(seen["revision"], quote.revision, "{seen}");
        assert_eq!(seen["validUntil"], self.day(quote.valid_until), "{seen}");
        assert_eq!(seen["successor"].is_object(), quote.has_successor, "{seen}");
        assert_eq!(whole(&seen["total"]["gross"]["amount"]), quote.worth(), "{seen}");
        for of in 0..LINES {
            let line = &seen["lines"][of];
            let told = ["quantity", "ordered", "leftToOrder"].map(|field| whole(&line[field]));
            assert_eq!(told, [quote.quoted[of], quote.ordered[of], quote.left()[of]], "{seen}");
        }
        let is_answered = quote.state.word() == "ACCEPTED";
        let chosen = if is_answered { json!(quote.took_shades) } else { Value::Null };
        assert_eq!(seen["lines"][1]["isChosen"], chosen, "{seen}");
    }
}

fn whole(value: &Value) -> u32 {
    u32::try_from(number(value)).unwrap_or_else(|_| panic!("{value} is no whole number"))
}

#[test]
fn quotes_go_their_ways_and_no_others() {
    let sequences = prop::collection::vec(throws(), STEPS);
    let shop = tokio::sync::OnceCell::new();
    plays(CASES, &sequences, async |throws: Vec<Throw>| {
        let shop = shop.get_or_init(Shop::open).await;
        let mut table = Table::laid(shop).await;
        let mut world = World::default();
        let mut before = table.told().await;
        for throw in throws {
            let Some(step) = throw.meant(&world) else { continue };
            let expected = world.play(step);
            let outcome = table.play(step, &world).await;
            check_refusal(&outcome, &expected);
            let told = table.told().await;
            table.check(&told, &world);
            if expected.is_err() {
                assert_eq!(told, before, "{step:?} was refused, and changed something");
            }
            before = told;
        }
        shop.server.house().verify(&shop.company.slug).await;
    });
}
