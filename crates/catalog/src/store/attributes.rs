//! Attributes of products and groups, with the lists of choices.

use std::collections::HashMap;

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{AttributeChoiceId, ProductAttributeId, ProductGroupId, ProductId, Uuid};
use serde::Serialize;

use super::directories::AROUND;
use super::uuids;
use crate::ReadProducts;
use crate::constraints::known;
use crate::records::{AttributeOwner, ProductAttribute, ProductAttributeFields, Record};
use crate::rules::{AttributeChoice, AttributeKind};

const COLUMNS: &str = "r.group_id, r.product_id, r.kind, r.name, r.unit, r.place";

#[derive(FromQueryResult)]
struct Row {
    id: ProductAttributeId,
    group_id: Option<ProductGroupId>,
    product_id: Option<ProductId>,
    kind: String,
    #[sea_orm(nested)]
    fields: ProductAttributeFields,
    #[sea_orm(nested)]
    record: Record,
}

#[derive(FromQueryResult)]
struct ChoiceRow {
    id: AttributeChoiceId,
    attribute_id: ProductAttributeId,
    value: String,
    archived: bool,
}

impl Row {
    fn whole(self, choices: Vec<AttributeChoice>) -> Result<ProductAttribute, Fault> {
        let unknown = || Fault::broken(format!("an attribute of kind {}", self.kind));
        let kind = AttributeKind::parse(&self.kind).ok_or_else(unknown)?;
        let owner = match (self.product_id, self.group_id) {
            (Some(product), _) => AttributeOwner::Product(product),
            (None, Some(group)) => AttributeOwner::Group(group),
            (None, None) => return Err(Fault::broken("an attribute of nobody")),
        };
        let Self { id, fields, record, .. } = self;
        Ok(ProductAttribute { id, owner, kind, choices, fields, record })
    }
}

async fn choices<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    attributes: &[ProductAttributeId],
) -> Outcome<HashMap<ProductAttributeId, Vec<AttributeChoice>>> {
    if attributes.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = "
        select c.id, c.attribute_id, c.value, c.archived
        from product_attribute_choice c
        where c.tenant_id = $1 and c.attribute_id = any($2::uuid[])
        order by c.attribute_id, c.archived, c.place, c.id";
    let rows: Vec<ChoiceRow> =
        tx.all(Sql::new(sql, values![permit.tenant(), uuids(attributes)])).await?;
    let mut found: HashMap<ProductAttributeId, Vec<AttributeChoice>> = HashMap::new();
    for ChoiceRow { id, attribute_id, value, archived } in rows {
        found.entry(attribute_id).or_default().push(AttributeChoice { id, value, archived });
    }
    Ok(found)
}

async fn whole<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    rows: Vec<Row>,
) -> Outcome<HashMap<ProductAttributeId, ProductAttribute>> {
    let ids: Vec<ProductAttributeId> = rows.iter().map(|row| row.id).collect();
    let mut choices = choices(tx, permit, &ids).await?;
    let one = |row: Row| {
        let id = row.id;
        Ok((id, row.whole(choices.remove(&id).unwrap_or_default())?))
    };
    rows.into_iter().map(one).collect()
}

/// The attributes with these ids, archived ones too.
pub(crate) async fn attributes<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[ProductAttributeId],
) -> Outcome<HashMap<ProductAttributeId, ProductAttribute>> {
    let text = format!(
        "select {AROUND}, {COLUMNS}
         from product_attribute r
         where r.tenant_id = $1 and r.id = any($2::uuid[])"
    );
    let rows: Vec<Row> = tx.all(Sql::new(text, values![permit.tenant(), uuids(ids)])).await?;
    whole(tx, permit, rows).await
}

/// The attributes with these ids, archived ones too.
///
/// # Errors
/// [`db::Fault`].
pub async fn attributes_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadProducts>,
    ids: &[ProductAttributeId],
) -> Outcome<HashMap<ProductAttributeId, ProductAttribute>> {
    attributes(tx, permit, ids).await
}

#[derive(FromQueryResult)]
struct OfProduct {
    of_product: ProductId,
    attribute_id: ProductAttributeId,
}

/// The attributes that tell the variants of these products apart: their own and those of their
/// groups up to the top, in the order names show them. Archived ones are left out.
pub(crate) async fn attributes_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    products: &[ProductId],
) -> Outcome<HashMap<ProductId, Vec<ProductAttribute>>> {
    let sql = "
        with recursive above as (
            select p.id as product_id, p.group_id, 1 as level
            from product p
            where p.tenant_id = $1 and p.id = any($2::uuid[]) and p.group_id is not null
            union all
            select a.product_id, g.parent_id, a.level + 1
            from above a
            join product_group g on g.tenant_id = $1 and g.id = a.group_id
            where g.parent_id is not null and a.level < 100
        )
        select w.of_product, w.attribute_id
        from (
            select a.product_id as of_product, r.id as attribute_id, r.place, r.name
            from above a
            join product_attribute r on r.tenant_id = $1 and r.group_id = a.group_id
            where r.archived_at is null
            union all
            select r.product_id, r.id, r.place, r.name
            from product_attribute r
            where r.tenant_id = $1
              and r.product_id = any($2::uuid[])
              and r.archived_at is null
        ) w
        order by w.of_product, w.place, w.name, w.attribute_id";
    let pairs: Vec<OfProduct> =
        tx.all(Sql::new(sql, values![permit.tenant(), uuids(products)])).await?;
    let ids: Vec<ProductAttributeId> = pairs.iter().map(|pair| pair.attribute_id).collect();
    let found = if ids.is_empty() { HashMap::new() } else { attributes(tx, permit, &ids).await? };
    let mut of: HashMap<ProductId, Vec<ProductAttribute>> = HashMap::new();
    for OfProduct { of_product, attribute_id } in pairs {
        of.entry(of_product).or_default().extend(found.get(&attribute_id).cloned());
    }
    Ok(of)
}

/// The attributes that tell the variants of these products apart: their own and those of their
/// groups up to the top, in the order names show them. Archived ones are left out.
///
/// # Errors
/// [`db::Fault`].
pub async fn attributes_by_product(
    tx: &TenantTx,
    permit: &Permit<ReadProducts>,
    products: &[ProductId],
) -> Outcome<HashMap<ProductId, Vec<ProductAttribute>>> {
    attributes_of(tx, permit, products).await
}

/// The attributes of groups themselves, archived ones last.
///
/// # Errors
/// [`db::Fault`].
pub async fn attributes_by_group(
    tx: &TenantTx,
    permit: &Permit<ReadProducts>,
    groups: &[ProductGroupId],
) -> Outcome<HashMap<ProductGroupId, Vec<ProductAttribute>>> {
    let text = format!(
        "select {AROUND}, {COLUMNS}
         from product_attribute r
         where r.tenant_id = $1 and r.group_id = any($2::uuid[])
         order by r.group_id, r.archived_at nulls first, r.place, r.name, r.id"
    );
    let rows: Vec<Row> = tx.all(Sql::new(text, values![permit.tenant(), uuids(groups)])).await?;
    let order: Vec<(ProductAttributeId, Option<ProductGroupId>)> =
        rows.iter().map(|row| (row.id, row.group_id)).collect();
    let mut found = whole(tx, permit, rows).await?;
    let mut of: HashMap<ProductGroupId, Vec<ProductAttribute>> = HashMap::new();
    for (id, group) in order {
        if let Some((group, attribute)) = group.zip(found.remove(&id)) {
            of.entry(group).or_default().push(attribute);
        }
    }
    Ok(of)
}

/// A choice as it is written.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewChoice {
    pub(crate) id: AttributeChoiceId,
    pub(crate) value: String,
    pub(crate) place: i32,
}

/// Makes these the choices of an attribute, in this order; those left out are archived.
pub(crate) async fn put_choices<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    attribute: ProductAttributeId,
    choices: &[NewChoice],
) -> Outcome<()> {
    let rows = serde_json::to_value(choices)
        .map_err(|error| Fault::broken(format!("choices without JSON: {error}")))?;
    let sql = "
        update product_attribute_choice c
        set archived = n.id is null,
            value = coalesce(n.value, c.value),
            place = coalesce(n.place, c.place)
        from product_attribute_choice k
        left join jsonb_to_recordset($3) as n (id uuid, value text, place integer)
               on n.id = k.id
        where c.tenant_id = $1
          and c.attribute_id = $2
          and k.tenant_id = c.tenant_id
          and k.attribute_id = c.attribute_id
          and k.id = c.id";
    known(tx.run(Sql::new(sql, values![permit.tenant(), attribute, rows.clone()])).await)?;
    let sql = "
        insert into product_attribute_choice (tenant_id, id, attribute_id, value, place)
        select $1, n.id, $2, n.value, n.place
        from jsonb_to_recordset($3) as n (id uuid, value text, place integer)
        where not exists (
            select from product_attribute_choice c
            where c.tenant_id = $1 and c.attribute_id = $2 and c.id = n.id)";
    known(tx.run(Sql::new(sql, values![permit.tenant(), attribute, rows])).await).map(drop)
}

/// How many attributes a product or a group has of its own, archived ones left out.
pub(crate) async fn count_attributes<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (column, owner): (&str, Uuid),
) -> Outcome<usize> {
    #[derive(FromQueryResult)]
    struct Counted {
        counted: i64,
    }
    let sql = format!(
        "select count(*) as counted
         from product_attribute r
         where r.tenant_id = $1 and r.{column} = $2 and r.archived_at is null"
    );
    let row: Option<Counted> = tx.one(Sql::new(sql, values![permit.tenant(), owner])).await?;
    Ok(row.and_then(|row| usize::try_from(row.counted).ok()).unwrap_or_default())
}
