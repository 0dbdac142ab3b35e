//! What must hold once the clients are done, as anybody who may read can see it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use futures::{StreamExt, TryStreamExt};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::ledger::{Done, Kind, Ledger};
use super::{HOT, Progress};
use crate::client::{Client, mutation};
use crate::company::Company;

const BALANCE: &str = "product { id } onHand reserved inTransit inTransitAvailable";
/// Requests that are repeated; all of a run would take as long as the run.
const REPEATED: usize = 2000;

/// All checks: how many requests were repeated.
pub(super) async fn all(
    company: &Company,
    ledger: &Ledger,
    progress: &dyn Progress,
) -> Result<usize> {
    progress.begin("what was answered is there", 2);
    documents(company, ledger).await?;
    stock(company, ledger).await?;
    progress.reach(1);
    let repeated = repeat(company, ledger).await?;
    // A repetition that did something would show now.
    documents(company, ledger).await?;
    stock(company, ledger).await?;
    progress.reach(2);
    let faults = ledger.faults();
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    Ok(repeated)
}

/// Each document that a client was told of is there, and no other.
async fn documents(company: &Company, ledger: &Ledger) -> Result<()> {
    for kind in Kind::ALL {
        let rows = company.director.all(kind.list(), "", "id").await?;
        let mut there = ids(&rows)?;
        if kind == Kind::Receipts {
            there.remove(&company.receipt);
        }
        let told = ledger.all_made(kind);
        let lost: Vec<_> = told.difference(&there).collect();
        let doubled: Vec<_> = there.difference(&told).collect();
        if !lost.is_empty() || !doubled.is_empty() {
            let list = kind.list();
            ledger.fault(format!("{list}: lost {lost:?}; made though nobody was told {doubled:?}"));
        }
    }
    Ok(())
}

fn ids(rows: &[Value]) -> Result<BTreeSet<String>> {
    rows.iter().map(|row| Ok(row["id"].as_str().context("a row without id")?.to_owned())).collect()
}

/// Each product lies there as the answers have it, and what orders hold is what stock says is
/// held.
async fn stock(company: &Company, ledger: &Ledger) -> Result<()> {
    let balances = company.director.all("stock", "", BALANCE).await?;
    let orders = company.director.all("orders", "", "lines { product { id } reserved }").await?;
    let mut held: BTreeMap<String, Decimal> = BTreeMap::new();
    for line in orders.iter().flat_map(|order| order["lines"].as_array()).flatten() {
        *held.entry(product(line)?).or_default() += decimal(&line["reserved"])?;
    }
    let mut there: BTreeMap<String, (Decimal, Decimal)> = BTreeMap::new();
    for balance in &balances {
        let (on_hand, reserved) = there.entry(product(balance)?).or_default();
        let on_its_way = decimal(&balance["inTransit"])?;
        *on_hand += decimal(&balance["onHand"])? + on_its_way;
        *reserved += decimal(&balance["reserved"])?;
        // No lot of these is blocked or expires: what is not available is held.
        *reserved += on_its_way - decimal(&balance["inTransitAvailable"])?;
    }
    for product in company.products() {
        let (on_hand, reserved) = there.get(product).copied().unwrap_or_default();
        let expected = Decimal::from(HOT.pieces) + ledger.all_moved(product);
        if on_hand != expected {
            ledger.fault(format!("{product}: {on_hand} lie there, the answers say {expected}"));
        }
        let of_orders = held.get(product).copied().unwrap_or_default();
        if reserved != of_orders || reserved > on_hand {
            ledger.fault(format!(
                "{product}: {reserved} are reserved, orders hold {of_orders}, {on_hand} lie there"
            ));
        }
    }
    Ok(())
}

fn product(row: &Value) -> Result<String> {
    Ok(row["product"]["id"].as_str().with_context(|| format!("no product in {row}"))?.to_owned())
}

fn decimal(value: &Value) -> Result<Decimal> {
    Ok(value.as_str().with_context(|| format!("{value} is no quantity"))?.parse()?)
}

/// Sends requests once more with the keys they had: the answer is the same document.
async fn repeat(company: &Company, ledger: &Ledger) -> Result<usize> {
    let mut done = ledger.all_done();
    let mut chance = StdRng::seed_from_u64(done.len() as u64);
    done.shuffle(&mut chance);
    done.truncate(REPEATED);
    let count = done.len();
    let client = &company.director;
    let mut answers = futures::stream::iter(done)
        .map(|done| async move {
            let again = again(client, &done).await?;
            Ok::<_, anyhow::Error>((done, again))
        })
        .buffer_unordered(16);
    while let Some((done, again)) = answers.try_next().await? {
        let (told, again) = (document(&done.answer), document(&again));
        if told.is_none() || told != again {
            let Done { name, input, .. } = &done;
            ledger.fault(format!("{name} {input}: {told:?} the first time, then {again:?}"));
        }
    }
    Ok(count)
}

async fn again(client: &Client, done: &Done) -> Result<Value> {
    let query = mutation(done.name, done.selection);
    let mut data = client.ask(&query, json!({"input": done.input})).await?;
    Ok(data[done.name].take())
}

/// The id of the document that an answer shows, and its number where it was asked for.
fn document(answer: &Value) -> Option<(String, Option<String>)> {
    let document = answer.as_object()?.values().find(|value| value["id"].is_string())?;
    let number = document["number"].as_str().map(str::to_owned);
    Some((document["id"].as_str()?.to_owned(), number))
}
