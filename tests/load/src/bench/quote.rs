//! What a hundred lines would cost a customer: two levels of derived lists, an agreement and 500
//! discount rules, against the statements that it needs.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use futures::{StreamExt, TryStreamExt};
use serde_json::{Value, json};

use super::cases::{Bench, Row, uuid_of};
use super::tools::pgbench;

/// Lines of the quote.
const LINES: usize = 100;
/// Discount rules of the tenant.
const RULES: usize = 500;
/// Quotes asked for, one after the other.
const QUOTES: usize = 60;

const QUOTE: &str = "query($input: PriceQuoteInput!) { priceQuote(input: $input) {
    total { gross { amount } } lines { price { amount } amount { amount } discountPercent
    vatAmount { amount } } } }";

/// Who asks for what.
struct Case {
    tenant: String,
    customer: String,
    agreement: String,
    /// The derived list of the agreement, the one it follows from, and the base.
    lists: Vec<String>,
    products: Vec<String>,
}

/// Compares a quote with its statements on one plain connection.
///
/// # Errors
/// When the program refuses something, or answers with an error.
pub(super) async fn measure(bench: &Bench<'_>) -> Result<Row> {
    let case = prepare(bench).await?;
    let director = &bench.company.director;
    let lines: Vec<Value> = case
        .products
        .iter()
        .cycle()
        .take(LINES)
        .map(|id| json!({"productId": id, "quantity": "3"}))
        .collect();
    let input = json!({"input": {"customerId": case.customer, "agreementId": case.agreement,
        "lines": lines}});
    let mut taken = Vec::with_capacity(QUOTES);
    for _ in 0..QUOTES {
        let asked = Instant::now();
        let told = director.ask(QUOTE, input.clone()).await?;
        taken.push(asked.elapsed());
        let priced = told["priceQuote"]["lines"].as_array().map(Vec::len);
        ensure!(priced == Some(LINES), "not all lines were priced: {told}");
    }
    taken.sort_unstable();
    let median = taken.get(taken.len() / 2).context("nothing was asked")?.as_secs_f64();
    let sql = statements(&case)?;
    let alone = pgbench(&bench.scripts, bench.pgbench_bin, bench.owner_url, &sql, &[1]).await?;
    let alone = 1.0 / alone.per_second;
    Ok(Row {
        case: "priceQuote of 100 lines, 500 rules, lists two levels deep",
        figure: format!("{:.2} ms", median * 1e3),
        against: format!("{:.2} ms: its statements by pgbench", alone * 1e3),
        ratio: Some(median / alone),
        target: "under 10",
    })
}

async fn prepare(bench: &Bench<'_>) -> Result<Case> {
    let company = bench.company;
    let director = &company.director;
    let told = director.ask("{ priceLists { nodes { id isDefault } } }", json!({})).await?;
    let base = told["priceLists"]["nodes"][0]["id"].clone();
    let mut lists = vec![text(&base)?];
    for (name, coefficient) in [("Wholesale", "0.9"), ("Dealers", "0.95")] {
        let input = json!({"name": name, "currency": "RUB", "includesVat": false,
            "baseListId": lists[0], "coefficient": coefficient, "roundingStep": "0.1"});
        let made = director.do_it("createPriceList", input, "priceList { id }").await?;
        lists.insert(0, text(&made["priceList"]["id"])?);
    }
    let input = json!({"name": "Buyer of much"});
    let made = director.do_it("createCustomer", input, "customer { id }").await?;
    let customer = text(&made["customer"]["id"])?;
    let input = json!({"customerId": customer, "name": "Dealer", "priceListId": lists[0],
        "discountPercent": "3", "isDefault": true});
    let made = director.do_it("saveAgreement", input, "agreement { id }").await?;
    let agreement = text(&made["agreement"]["id"])?;
    let products = company.products().to_vec();
    let rule = |index: usize| {
        let product = &products[index % products.len()];
        let input = json!({"name": format!("Rule {index:03}"), "percent": "1",
            "productId": product, "quantityFrom": (index % 7 + 1).to_string()});
        director.do_it("createDiscountRule", input, "discountRule { id }")
    };
    let rules = futures::stream::iter(0..RULES).map(rule).buffer_unordered(8);
    rules.try_for_each(|_| async { Ok(()) }).await?;
    Ok(Case { tenant: bench.tenant().await?, customer, agreement, lists, products })
}

fn text(value: &Value) -> Result<String> {
    value.as_str().map(str::to_owned).with_context(|| format!("no text in {value}"))
}

/// What a quote reads, each kind once: terms, the caller, products with their tax, rules, lists
/// with their bases, prices, and what the goods cost.
fn statements(case: &Case) -> Result<String> {
    let tenant = format!("'{}'::uuid", case.tenant);
    let id = |global: &String| Ok::<_, anyhow::Error>(format!("'{}'::uuid", uuid_of(global)?));
    let all = |globals: &[String]| -> Result<String> {
        let ids: Result<Vec<String>> = globals.iter().map(id).collect();
        Ok(format!("array[{}]", ids?.join(", ")))
    };
    let (customer, agreement) = (id(&case.customer)?, id(&case.agreement)?);
    let (lists, base) = (all(&case.lists)?, id(&case.lists[case.lists.len() - 1])?);
    let products = all(&case.products[..LINES.min(case.products.len())])?;
    let sql = format!(
        "begin isolation level repeatable read read only;
         select c.*, a.*, o.id, l.includes_vat, d.id, s.* from customer c
             join agreement a on a.tenant_id = {tenant} and a.id = {agreement}
             join organization o on o.tenant_id = {tenant} and o.is_default
             join price_list l on l.tenant_id = {tenant} and l.id = a.price_list_id
             join price_list d on d.tenant_id = {tenant} and d.is_default
             cross join lateral (select array_agg(p.percent order by p.place) from payment_step p
                 where p.tenant_id = {tenant} and p.agreement_id = a.id) s
             where c.tenant_id = {tenant} and c.id = {customer};
         select u.id, u.name from app_user u where u.tenant_id = {tenant} limit 1;
         select p.*, v.rate from product p left join lateral (select r.rate from vat_rate r
             where r.tenant_id = {tenant} and r.vat_category_id = p.vat_category_id
             order by r.valid_from desc limit 1) v on true
             where p.tenant_id = {tenant} and p.id = any({products});
         select r.* from discount_rule r where r.tenant_id = {tenant} and r.archived_at is null;
         select l.* from price_list l where l.tenant_id = {tenant} and l.id = any({lists});
         select a.id, f.* from unnest({products}) as a (id) cross join lateral (
             select distinct on (p.variant_id, p.packaging_id, p.min_quantity)
                    p.variant_id, p.packaging_id, p.min_quantity, p.valid_from, p.price
             from price p where p.tenant_id = {tenant} and p.price_list_id = {base}
               and p.product_id = a.id and p.valid_from <= current_date
             order by p.variant_id, p.packaging_id, p.min_quantity, p.valid_from desc) f;
         select w.id, f.* from unnest({products}) as w (id) left join lateral (
             select sum((b.on_hand - b.reserved) * l.unit_cost), sum(b.on_hand - b.reserved)
             from stock_balance b join lot l on l.tenant_id = {tenant} and l.id = b.lot_id
             where b.tenant_id = {tenant} and b.product_id = w.id and b.in_stock) f on true;
         commit;\n"
    );
    // A statement stands on a line of its own.
    Ok(sql.replace('\n', " ").replace(';', ";\n"))
}
