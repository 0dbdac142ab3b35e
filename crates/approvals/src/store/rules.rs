//! Rules of approvals.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, on_constraint, values};
use kernel::{ApprovalRuleId, Page, PageRequest, Position, PriceSegmentId, Refusal, RefusalCode};

use super::{COUNT_CAP, Count, uuids};
use crate::model::{ApprovalRule, RULE_COLUMNS, ReadApprovalRules};
use crate::rules::{ApprovalKind, RuleDraft, Steps};

/// The rules that ask about these kinds.
pub(crate) async fn rules_in_force<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    kinds: &[ApprovalKind],
) -> Outcome<Vec<ApprovalRule>> {
    let text = format!(
        "select {RULE_COLUMNS}
         from approval_rule r
         where r.tenant_id = $1
           and r.kind = any($2::text[])
           and r.is_on
         order by r.id"
    );
    let kinds: Vec<String> = kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
    Ok(tx.all(Sql::new(text, values![permit.tenant(), kinds])).await?)
}

/// A rule, locked until the transaction ends.
pub(crate) async fn hold_rule<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ApprovalRuleId,
) -> Outcome<Option<ApprovalRule>> {
    let text = format!(
        "select {RULE_COLUMNS}
         from approval_rule r
         where r.tenant_id = $1 and r.id = $2
         for no key update"
    );
    Ok(tx.one(Sql::new(text, values![permit.tenant(), id])).await?)
}

fn named<T>(written: Result<T, db::Fault>) -> Outcome<T> {
    on_constraint(written, "approval_rule_name_key", || {
        Refusal::new(
            RefusalCode::Taken,
            "Another rule has this name.",
            "Так называется другое правило.",
        )
        .at(["name"])
    })
}

/// Writes a new rule.
pub(crate) async fn insert_rule<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ApprovalRuleId,
    draft: &RuleDraft,
    is_on: bool,
) -> Outcome<()> {
    let sql = "
        insert into approval_rule
            (tenant_id, id, name, kind, is_on, threshold, amount_from, steps, fallback_role,
             fallback_user_id, tolerance_percent, valid_days, created_at, updated_at, created_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14)";
    let values = values![
        permit.tenant(),
        id,
        draft.name.trim(),
        draft.kind,
        is_on,
        draft.threshold,
        draft.amount_from,
        Steps(draft.steps.clone()),
        draft.fallback.role.clone(),
        draft.fallback.user_id,
        draft.tolerance_percent,
        draft.valid_days,
        tx.now(),
        permit.user(),
    ];
    named(tx.run(Sql::new(sql, values)).await)?;
    Ok(())
}

/// Writes a locked rule anew.
pub(crate) async fn update_rule<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ApprovalRuleId,
    draft: &RuleDraft,
    (is_on, is_archived): (bool, bool),
) -> Outcome<()> {
    let sql = "
        update approval_rule r
        set name = $3, kind = $4, is_on = $5, threshold = $6, amount_from = $7, steps = $8,
            fallback_role = $9, fallback_user_id = $10, tolerance_percent = $11, valid_days = $12,
            archived_at = case when $14 then coalesce(r.archived_at, $13) end,
            version = r.version + 1, updated_at = $13
        where r.tenant_id = $1 and r.id = $2";
    let values = values![
        permit.tenant(),
        id,
        draft.name.trim(),
        draft.kind,
        is_on,
        draft.threshold,
        draft.amount_from,
        Steps(draft.steps.clone()),
        draft.fallback.role.clone(),
        draft.fallback.user_id,
        draft.tolerance_percent,
        draft.valid_days,
        tx.now(),
        is_archived,
    ];
    named(tx.run(Sql::new(sql, values)).await)?;
    Ok(())
}

/// Puts other segments in place of a rule's.
pub(crate) async fn put_segments<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    rule: ApprovalRuleId,
    segments: &[PriceSegmentId],
) -> Outcome<()> {
    let sql = "
        delete from approval_rule_segment g
        where g.tenant_id = $1 and g.rule_id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), rule])).await?;
    if segments.is_empty() {
        return Ok(());
    }
    let sql = "
        insert into approval_rule_segment (tenant_id, rule_id, segment_id)
        select distinct $1::uuid, $2::uuid, s.id
        from unnest($3::uuid[]) as s (id)";
    let written = tx.run(Sql::new(sql, values![permit.tenant(), rule, uuids(segments)])).await;
    on_constraint(written, "approval_rule_segment_fkey", || {
        Refusal::new(
            RefusalCode::UnknownReference,
            "There is no such price segment.",
            "Нет такого ценового сегмента.",
        )
        .at(["segmentIds"])
    })?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Listed {
    sort_key: String,
    #[sea_orm(nested)]
    row: ApprovalRule,
}

/// A page of rules by name; archived ones only where they are asked for.
///
/// # Errors
/// A fault of the database.
pub async fn approval_rules(
    tx: &TenantTx,
    permit: &Permit<ReadApprovalRules>,
    archived: bool,
    page: &PageRequest,
) -> Outcome<Page<ApprovalRule>> {
    let text = format!(
        "select r.name_key as sort_key, {RULE_COLUMNS}
         from approval_rule r
         where r.tenant_id = $1 and (r.archived_at is null or $2)"
    );
    let mut sql = Sql::new(text, values![permit.tenant(), archived]);
    let mut bound = |position: &Option<Position>, sign: &str| {
        let Some(position) = position else { return };
        let key = position.key.clone().unwrap_or_default();
        sql.push(" and (r.name_key, r.id) ").push(sign);
        sql.with(" (", key, ", ").bind(position.id).push(")");
    };
    bound(&page.after, ">");
    bound(&page.before, "<");
    let way = if page.backward { " desc" } else { " asc" };
    sql.push(" order by r.name_key").push(way).push(", r.id").push(way);
    sql.with(" limit ", i64::from(page.limit) + 1, "");
    let rows: Vec<Listed> = tx.all(sql).await?;
    let placed = |listed: Listed| {
        let order = RULE_ORDER.to_owned();
        let id = listed.row.id.0;
        (Position { order, key: Some(listed.sort_key), id }, listed.row)
    };
    Ok(Page::of(rows.into_iter().map(placed).collect(), page))
}

/// What cursors of lists of rules are marked with.
pub const RULE_ORDER: &str = "NAME_ASC";

/// How many rules there are, up to one above 10,000.
///
/// # Errors
/// A fault of the database.
pub async fn count_approval_rules(
    tx: &TenantTx,
    permit: &Permit<ReadApprovalRules>,
    archived: bool,
) -> Outcome<i64> {
    let sql = "
        select count(*) as count
        from (select from approval_rule r
              where r.tenant_id = $1 and (r.archived_at is null or $2)
              limit $3) c";
    let values = values![permit.tenant(), archived, COUNT_CAP + 1];
    Ok(tx.one::<Count>(Sql::new(sql, values)).await?.map_or(0, |row| row.count))
}

/// Rules by id; those that are not there are absent.
///
/// # Errors
/// A fault of the database.
pub async fn rules_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadApprovalRules>,
    ids: &[ApprovalRuleId],
) -> Outcome<HashMap<ApprovalRuleId, ApprovalRule>> {
    let text = format!(
        "select {RULE_COLUMNS}
         from approval_rule r
         where r.tenant_id = $1 and r.id = any($2::uuid[])"
    );
    let found: Vec<ApprovalRule> =
        tx.all(Sql::new(text, values![permit.tenant(), uuids(ids)])).await?;
    Ok(found.into_iter().map(|row| (row.id, row)).collect())
}
