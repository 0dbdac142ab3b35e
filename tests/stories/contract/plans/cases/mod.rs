//! The main queries, and the indexes that they live on.

mod answers;
mod cards;
mod catalog;
mod custom_fields;
mod money;
mod papers;
mod reports;
mod sales;
mod stock;

use serde_json::Value;
use stories::actor::Actor;

use super::MOST_ROWS;
use super::company::Large;

/// A query as a client sends it.
pub struct Case {
    /// What is asked for.
    pub name: &'static str,
    /// Who asks.
    pub actor: Actor,
    /// The document.
    pub query: &'static str,
    /// Its variables.
    pub variables: Value,
    /// Indexes that must have been used.
    pub indexes: &'static [&'static str],
    /// Rows that one scan may look at.
    pub most_rows: f64,
}

impl Case {
    /// Reports look at more than a page: a month of one dimension, a customer's history.
    fn reading(self, most_rows: f64) -> Self {
        Self { most_rows, ..self }
    }

    fn by(self, actor: &Actor) -> Self {
        Self { actor: actor.clone(), ..self }
    }
}

/// Every case, for a company that has its rows.
pub fn all(company: &Large) -> Vec<Case> {
    let ask = |name, query, variables, indexes| {
        let actor = company.director.clone();
        Case { name, actor, query, variables, indexes, most_rows: MOST_ROWS }
    };
    let mut cases = Vec::new();
    cases.extend(cards::cards(&ask));
    cases.extend(cards::nodes(&ask));
    cases.extend(sales::orders(&ask, company));
    cases.extend(sales::orders_found(&ask));
    cases.extend(sales::shipments(&ask, company));
    cases.extend(sales::quotes(&ask, company));
    cases.extend(catalog::customers(&ask, company));
    cases.extend(catalog::products(&ask));
    cases.extend(catalog::directories(&ask));
    cases.extend(custom_fields::custom_fields(&ask, company));
    cases.extend(stock::stock(&ask));
    cases.extend(answers::answers(&ask));
    cases.extend(money::payments(&ask, company));
    cases.extend(money::debts(&ask, company));
    cases.extend(papers::invoices(&ask, company));
    cases.extend(papers::tax_invoices(&ask, company));
    cases.extend(papers::others(&ask, company));
    cases.extend(reports::figures(&ask, company));
    cases.extend(reports::events(&ask, company));
    cases
}

type Ask<'a> = dyn Fn(&'static str, &'static str, Value, &'static [&'static str]) -> Case + 'a;
