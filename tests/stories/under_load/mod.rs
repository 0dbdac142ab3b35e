//! The short form of `make load`: many hands on the same goods, while the program and its database
//! are killed. What is proved in the end is said in `load::mixed`.

use std::time::Duration;

use load::mixed::{Fault, Outcome, Progress, Trial, run};
use stories::house::program;

struct Silent;

impl Progress for Silent {
    fn begin(&self, _: &str, _: u64) {}
    fn reach(&self, _: u64) {}
}

async fn trial(faults: Option<(Fault, u32)>) -> Outcome {
    let trial =
        Trial { binary: program(), clients: 16, lasting: Duration::from_secs(8), faults, seed: 7 };
    let outcome = run(&trial, &Silent).await.unwrap_or_else(|error| panic!("{error:#}"));
    assert!(outcome.repeated > 20, "{outcome:?}");
    outcome
}

#[tokio::test]
async fn sixteen_clients_on_twenty_goods_lose_and_double_nothing() {
    let outcome = trial(None).await;
    assert_eq!(outcome.sent_again, 0);
    for name in ["confirmSalesOrder", "shipSalesOrder", "cancelSalesOrder", "postGoodsReceipt"] {
        assert!(outcome.answered.contains_key(name), "{name} was never answered");
    }
}

#[tokio::test]
async fn a_killed_program_keeps_what_it_answered() {
    let outcome = trial(Some((Fault::Program, 3))).await;
    assert!(outcome.sent_again > 0, "the kills hit nobody");
}

#[tokio::test]
async fn a_killed_database_comes_back_with_what_was_answered() {
    let outcome = trial(Some((Fault::Postgres, 3))).await;
    assert!(outcome.sent_again > 0, "the kills hit nobody");
}
