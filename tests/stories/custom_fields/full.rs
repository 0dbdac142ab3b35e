//! A field that becomes filterable over records that are there.

use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use stories::company::Company;
use stories::files::tenant_of;
use stories::house::Replica;

use super::{change_field, field};

/// So many more records hold a value.
const RECORDS: i64 = 3_000;
/// Keys are filled and dropped under a limit that a tenant with 200,000 records needs; what one
/// request may take is less.
const GUARD: &str = "
    create function guard_patience() returns trigger language plpgsql as $$
    begin
        if current_setting('statement_timeout')::interval < interval '1 minute' then
            raise exception 'the limit of a request: %', current_setting('statement_timeout');
        end if;
        return null;
    end
    $$;
    create trigger guard_patience before insert or delete on custom_value
        for each statement execute function guard_patience()";

/// So many customers that each hold a colour, one of ten.
async fn many(company: &Company, app_url: &str, count: i64) {
    let mut inside = PgConnection::connect(app_url).await.unwrap();
    let sql = "select set_config('app.tenant_id', $1::uuid::text, false)";
    let tenant = tenant_of(company).await;
    sqlx::query(sql).bind(tenant).execute(&mut inside).await.unwrap();
    let sql = "
        with made as (
            insert into customer (tenant_id, id, name, credit_limit_currency)
            select $1, gen_random_uuid(), 'Customer ' || n, 'RUB'
            from generate_series(1, $2) n
            returning id, name
        )
        insert into custom_record (tenant_id, record_id, subject_kind, held)
        select $1, m.id, 'Customer', jsonb_build_object('color', 'Цвет ' || right(m.name, 1))
        from made m";
    sqlx::query(sql).bind(tenant).bind(count).execute(&mut inside).await.unwrap();
}

#[tokio::test]
async fn a_field_becomes_filterable_over_a_full_tenant_beyond_the_limit_of_a_request() {
    let own = Replica::on_own_database().await;
    let company = Company::at(own.house()).await;
    let color = field(&company, "CUSTOMER", "color", "TEXT", json!({})).await;
    many(&company, &own.house().app_url, RECORDS).await;
    let mut owner = PgConnection::connect(&own.house().owner_url).await.unwrap();
    sqlx::raw_sql(GUARD).execute(&mut owner).await.unwrap();

    let changed = change_field(&company, &color, json!({"isFilterable": true})).await;
    assert_eq!(changed["customField"]["isFilterable"], true);
    let query = "query($custom: [CustomFieldCondition!]) {
        customers(filter: {customFields: $custom}) { totalCount { count } } }";
    let asked = json!([{"key": "color", "equals": "цвет 7"}]);
    let told = company.director.ask(query, json!({"custom": asked})).await;
    assert_eq!(told["customers"]["totalCount"]["count"], RECORDS / 10);

    let changed = change_field(&company, &color, json!({"isFilterable": false})).await;
    assert_eq!(changed["customField"]["isFilterable"], false);
    // The trigger does look: a request's own limit is refused by it.
    let made = json!({"name": "Last", "customFields": [{"key": "color", "text": "Белый"}]});
    let answer = company.director.send(
        "mutation($i: CreateCustomerInput!) { createCustomer(input: $i) { customer { id } } }",
        json!({"i": made}),
    );
    assert_eq!(answer.await["data"]["createCustomer"], Value::Null);
}
