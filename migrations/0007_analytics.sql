-- Sums of the register of sales, kept so that reports need not read every line.
--
-- A row is a month and one value of one dimension. Finer sums were tried and not taken: by day,
-- product, customer and manager there are as many rows as lines. What the rollups do not hold
-- yet stands in sale_fact_delta; a report adds both in one snapshot and is always exact.
-- Everything here can be computed anew from sale_fact.

create table sale_rollup (
    tenant_id uuid not null references tenant,
    dimension text collate "C" not null,
    -- The first day of the month.
    month     date not null,
    -- The customer, product, group or manager as of the posting; the nil uuid where the fact
    -- names none, and for TOTAL.
    key       uuid not null,
    currency  text not null,
    quantity  numeric not null,
    -- Without VAT, in the row's currency.
    revenue   numeric not null,
    -- Base currency.
    cost      numeric not null,
    -- How many facts are in the sums: a fact of zero folded twice would not show otherwise.
    facts     bigint not null,
    primary key (tenant_id, dimension, month, key, currency),
    constraint sale_rollup_dimension
        check (dimension in ('TOTAL', 'CUSTOMER', 'PRODUCT', 'PRODUCT_GROUP', 'MANAGER')),
    constraint sale_rollup_month check (extract(day from month) = 1)
-- Rows of the current month change with each fold: room beside them keeps the indexes still.
) with (fillfactor = 70);
select protect('sale_rollup');
-- One customer, product or manager over many months.
create index sale_rollup_of_key on sale_rollup (tenant_id, dimension, key, month);
grant select, insert, update on sale_rollup to oborot_app;

-- Two workers that fold at once skip each other's rows, and PostgreSQL asks for the right to
-- update what is locked.
grant update (fact_id) on sale_fact_delta to oborot_app;
-- Which tenants have something to fold: the worker asks this across tenants, and nothing else.
create policy system_rows on sale_fact_delta for select to oborot_system using (true);
grant select (tenant_id) on sale_fact_delta to oborot_system;

-- Crossings of dimensions within one manager's or one customer's sales.
create index sale_fact_of_manager on sale_fact (tenant_id, manager_id, occurred_on);
create index sale_fact_of_customer on sale_fact (tenant_id, customer_id, occurred_on);
