//! The first page of a search in a tenant with 200,000 products and 100,000 customers, against
//! twenty records of the same shape by their keys.

use anyhow::{Context, Result, ensure};
use sqlx::{Connection, PgConnection};

use super::cases::{Bench, Row};
use super::tools::wrk;
use crate::company::director;

/// Connections of clients.
const CLIENTS: u32 = 32;
/// Records of a page.
const PAGE: usize = 20;

/// What people type, each a case of its own.
const PRODUCTS: &[(&str, &[&str])] = &[
    ("words", &["кабель", "кабель медный", "плитка фасадная", "саморез красный"]),
    ("codes", &["ab-012345", "AB150000", "ab-0777"]),
    ("another keyboard", &["rf,tkm", "gkbnrf", "kirpich"]),
    ("a wrong letter", &["кирпмч", "уабель медный", "плмтка"]),
];
const CUSTOMERS: &[(&str, &[&str])] = &[
    ("names", &["ромашка", "гранит", "ооо сокол"]),
    ("numbers", &["8 900 001-23-45", "7777712345", "c777@mail.example"]),
    ("a wrong letter", &["ромошка", "прагресс"]),
];

/// Fills the tenant and measures each way of searching.
///
/// # Errors
/// When the tenant cannot be filled, or the program answers with an error.
pub(super) async fn measure(bench: &Bench<'_>, slug: &str) -> Result<Vec<Row>> {
    let mut owner = PgConnection::connect(bench.owner_url).await?;
    let tenant: String = sqlx::query_scalar("select tenant_id::text from tenant where slug = $1")
        .bind(slug)
        .fetch_one(&mut owner)
        .await?;
    fill(&mut owner, &tenant).await?;
    let (_, token) = director(&bench.program.url, slug).await?;
    let mut rows = Vec::new();
    for (list, fields, cases) in
        [("products", "id sku name unit", PRODUCTS), ("customers", "id name address", CUSTOMERS)]
    {
        let keys = keys(&mut owner, list, &tenant).await?;
        let by_key = format!(
            "{{ {list}(first: {PAGE}, filter: {{ids: [{keys}]}}) {{ nodes {{ {fields} }} }} }}"
        );
        let url = &bench.program.url;
        let alone = wrk(&bench.scripts, url, &token, &by_key, &[], CLIENTS).await?;
        let search = format!(
            "query($id: String!) {{ {list}(first: {PAGE}, search: $id) {{ nodes {{ {fields} }} }} }}"
        );
        for (name, texts) in cases {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            let load = wrk(&bench.scripts, url, &token, &search, &texts, CLIENTS).await?;
            rows.push(Row {
                case: if list == "products" {
                    "search in 200,000 products"
                } else {
                    "search in 100,000 customers"
                },
                figure: format!("{:.0}/s: {name}", load.per_second),
                against: format!("{:.0}/s: {PAGE} of them by key", alone.per_second),
                ratio: Some(alone.per_second / load.per_second),
                target: "under 3",
            });
        }
    }
    Ok(rows)
}

/// The global ids of a page of records, as a query's text has them.
async fn keys(owner: &mut PgConnection, list: &str, tenant: &str) -> Result<String> {
    let (table, kind) = match list {
        "products" => ("product", "Product"),
        _ => ("customer", "Customer"),
    };
    let text = format!(
        "select '\"' || translate(encode(convert_to('{kind}:' || t.id, 'UTF8'), 'base64'),
                                  E'+/=\\n', '-_') || '\"'
         from {table} t
         where t.tenant_id = '{tenant}'
         order by md5(t.id::text)
         limit {PAGE}"
    );
    let ids: Vec<String> =
        sqlx::query_scalar(sqlx::AssertSqlSafe(text)).fetch_all(&mut *owner).await?;
    ensure!(ids.len() == PAGE, "the tenant was not filled");
    Ok(ids.join(", "))
}

/// Names of a building trade: twenty kinds of goods in thirteen sorts of 4,000 brands.
async fn fill(owner: &mut PgConnection, tenant: &str) -> Result<()> {
    let brand = "(select string_agg((array['ба','ро','ки','ме','лу','та','со','ви','ге','до',
                     'ни','фа','зе','па','ру','ле'])[1 + abs(hashint4((n % 4000 * 31 + k)::int)) % 16], '')
                  from generate_series(1, 3) k)";
    for statement in [
        format!(
            "insert into product (tenant_id, id, sku, name, unit, is_service)
             select '{tenant}', md5('search p' || n)::uuid,
                    'AB-' || lpad(n::text, 6, '0'),
                    (array['Кабель', 'Труба', 'Кирпич', 'Краска', 'Доска', 'Гвоздь', 'Саморез',
                           'Плитка', 'Ламинат', 'Обои', 'Шпаклёвка', 'Грунтовка', 'Утеплитель',
                           'Розетка', 'Выключатель', 'Смеситель', 'Раковина', 'Герметик', 'Клей',
                           'Профиль'])[1 + n % 20]
                    || ' '
                    || (array['медный', 'стальной', 'красный', 'белый', 'сосновый', 'цинковый',
                              'цветной', 'общий', 'мягкий', 'фасадный', 'стойкий', 'усиленный',
                              'гибкий'])[1 + (n / 20) % 13]
                    || ' ' || {brand} || ' ' || n % 97 || 'x' || n % 53 || ' мм',
                    'шт', false
             from generate_series(1, 200000) n"
        ),
        format!(
            "insert into customer (tenant_id, id, name, inn, phone, email, credit_limit_currency)
             select '{tenant}', md5('search c' || n)::uuid,
                    (array['ООО', 'АО', 'ИП', 'ТОО'])[1 + (n / 8) % 4] || ' «'
                    || (array['Вектор', 'Прогресс', 'Гранит', 'Сокол', 'Ромашка', 'Маркет',
                              'Альянс', 'Горизонт'])[1 + n % 8]
                    || ' ' || {brand} || '»',
                    lpad(n::text, 10, '7'), '+7 900 ' || lpad(n::text, 7, '0'),
                    'c' || n || '@mail.example', 'RUB'
             from generate_series(1, 100000) n"
        ),
        "vacuum analyze product".to_owned(),
        "vacuum analyze customer".to_owned(),
        "vacuum analyze search_word".to_owned(),
    ] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
            .execute(&mut *owner)
            .await
            .context("the tenant cannot be filled")?;
    }
    Ok(())
}
