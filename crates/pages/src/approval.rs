//! The page of somebody who has to decide about a document: what it said when he was asked, why he
//! is asked, and his word. It shows what he would see when signed in, and nothing more.

use access::Permit;
use approvals::Introduction;
use approvals::{
    ApprovalState, DecideByLink, LinkedRequest, LinkedWord, ReadRequestByLink, Standing, Verdict,
    circumstance_in_words, in_words, request_of_link,
};
use async_trait::async_trait;
use chrono_tz::Tz;
use db::{CommandError, Outcome, ReadPool};
use kernel::{DateTime, Language, Refusal, Utc, shown_amount};
use maud::{Markup, html};
use sales::{AskedAbout, asked_about, introduced};

use crate::frame::{framed, not_understood, say};
use crate::{Form, Page, Purpose, Visit};

/// Approvals.
pub(crate) struct OfApproval;

/// What the page is made of.
struct Seen {
    linked: LinkedRequest,
    about: Introduction,
    lines: Vec<AskedAbout>,
    zone: Tz,
}

#[async_trait]
impl Purpose for OfApproval {
    async fn show(&self, visit: &Visit<'_>) -> Outcome<Page> {
        let seen = read(visit).await?;
        Ok(page(visit.language, &seen, None, &Form::default()))
    }

    async fn decide(&self, visit: &Visit<'_>, form: &Form) -> Outcome<Page> {
        let decided = decide(visit, form).await;
        let seen = read(visit).await?;
        match decided {
            Ok(()) => Ok(page(visit.language, &seen, None, &Form::default())),
            Err(CommandError::Refused(refusal)) => {
                Ok(page(visit.language, &seen, Some(&refusal), form))
            }
            Err(error) => Err(error),
        }
    }
}

async fn read(visit: &Visit<'_>) -> Outcome<Seen> {
    let permit: Permit<ReadRequestByLink> = visit.scope.permit()?;
    let reader = visit.db.reader(visit.scope, ReadPool::Requests);
    let tx = reader.tx().await?;
    let seen = async {
        let linked = request_of_link(&tx, &permit).await?;
        let about = introduced(&tx, &permit, &linked.request).await?;
        let lines = match linked.sight.amounts {
            true => asked_about(&tx, &permit, &linked.request).await?,
            false => Vec::new(),
        };
        Ok(Seen { linked, about, lines, zone: visit.scope.facts().zone })
    };
    let seen = seen.await;
    drop(tx);
    reader.renew().await;
    seen
}

/// Decides as the form says; one that says nothing we know is refused.
async fn decide(visit: &Visit<'_>, form: &Form) -> Outcome<()> {
    let verdict = match form.field("do") {
        Some("approve") => Verdict::Approve,
        Some("reject") => Verdict::Reject,
        _ => return Err(not_understood().into()),
    };
    let permit = visit.scope.permit::<DecideByLink>()?;
    let comment = form.field("comment").map(str::to_owned);
    visit.db.write(&permit, DecideByLink { verdict, comment }, None).await?;
    Ok(())
}

fn page(language: Language, seen: &Seen, refusal: Option<&Refusal>, form: &Form) -> Page {
    let document = seen.about.document.get(language);
    let title = format!("{}: {document}", say(language, "Approval", "Согласование"));
    let is_open = matches!(seen.linked.standing, Standing::Open { .. });
    let content = html! {
        h1 { (title) }
        p.muted { (head(language, seen)) }
        @for line in standing(language, &seen.linked, seen.zone) { p.state { (line) } }
        @if let Some(refusal) = refusal { p.error role="alert" { (refusal.message(language)) } }
        (reasons(language, &seen.linked))
        @if !seen.lines.is_empty() { (table(language, seen)) }
        @if seen.linked.sight.document { @if let Some(comment) = &seen.about.comment {
            h2 { (say(language, "Note on the document", "Примечание к документу")) }
            p.text { (comment) }
        } }
        (words(language, seen))
        @if is_open { (choice(language, form)) }
    };
    Page { is_done: refusal.is_none(), html: framed(language, &title, &content) }
}

/// Who asks, for whom, for how much.
fn head(language: Language, seen: &Seen) -> Markup {
    let Seen { linked, about, zone, .. } = seen;
    let request = &linked.request;
    html! {
        @if linked.sight.customer {
            (say(language, "Customer: ", "Клиент: ")) (about.customer) ". "
        }
        @if linked.sight.amounts {
            (say(language, "Amount: ", "Сумма: "))
            (shown_amount(request.amount)) " " (request.currency.code()) ". "
        }
        @if let Some(asker) = &linked.asker {
            (say(language, "Asked by ", "Просит ")) (asker) ". "
        }
        (moment(language, request.requested_at, *zone)) "."
    }
}

/// Where the request stands, and whose word this page would be.
fn standing(language: Language, linked: &LinkedRequest, zone: Tz) -> Vec<String> {
    let holder = &linked.holder;
    match &linked.standing {
        Standing::Open { on_behalf_of: None } => vec![match language {
            Language::En => format!("Waits for the word of {holder}."),
            Language::Ru => format!("Ожидается решение: {holder}."),
        }],
        Standing::Open { on_behalf_of: Some(of) } => vec![match language {
            Language::En => format!("Waits for the word of {holder} in the place of {of}."),
            Language::Ru => format!("Ожидается решение: {holder}, в качестве заместителя ({of})."),
        }],
        Standing::Said => vec![
            say(
                language,
                "What was said through this link is written down; others have to agree yet.",
                "Решение по этой ссылке записано; согласие других ещё нужно.",
            )
            .to_owned(),
        ],
        Standing::NotAsked(refusal) => vec![refusal.message(language).to_owned()],
        Standing::Over => over(language, linked, zone),
    }
}

fn over(language: Language, linked: &LinkedRequest, zone: Tz) -> Vec<String> {
    let request = &linked.request;
    let at = request.closed_at.map(|at| moment(language, at, zone)).unwrap_or_default();
    let told = match (request.state, language) {
        (ApprovalState::Approved, Language::En) => format!("Approved on {at}."),
        (ApprovalState::Approved, Language::Ru) => format!("Согласовано {at}."),
        (ApprovalState::Rejected, Language::En) => format!("Rejected on {at}."),
        (ApprovalState::Rejected, Language::Ru) => format!("Отклонено {at}."),
        (ApprovalState::Withdrawn, Language::En) => {
            format!("Withdrawn on {at}: there is nothing to decide any more.")
        }
        (ApprovalState::Withdrawn, Language::Ru) => format!("Запрос отозван {at}: решать нечего."),
        (ApprovalState::Outdated, Language::En) => format!(
            "Out of date since {at}: the document or what is known of the customer has changed. \
             If it still needs approval, it is asked anew."
        ),
        (ApprovalState::Outdated, Language::Ru) => format!(
            "Запрос устарел {at}: документ или данные о клиенте изменились. Если согласование \
             всё ещё нужно, его запросят заново."
        ),
        (ApprovalState::Pending, Language::En) => "It waits.".to_owned(),
        (ApprovalState::Pending, Language::Ru) => "Ожидает решения.".to_owned(),
    };
    vec![told]
}

fn reasons(language: Language, linked: &LinkedRequest) -> Markup {
    let currency = linked.request.currency;
    html! {
        h2 { (say(language, "Why it needs approval", "Почему нужно согласование")) }
        ul {
            @for reason in &linked.reasons {
                @let shows = linked.sight.shows(reason.kind);
                @let told = reason.told(currency);
                li {
                    (in_words(&told, shows).get(language))
                    @if shows {
                        @for was in reason.measured() {
                            " " span.muted {
                                (circumstance_in_words(&was, &told).get(language)) "."
                            }
                        }
                    }
                    " " span.muted {
                        (say(language, "Rule: ", "Правило: ")) (reason.rule_name) "."
                    }
                }
            }
        }
    }
}

fn table(language: Language, seen: &Seen) -> Markup {
    let request = &seen.linked.request;
    html! {
        h2 { (say(language, "The document, as it was asked about",
                  "Документ на момент запроса")) }
        table {
            thead { tr {
                th { "№" }
                th { (say(language, "What", "Наименование")) }
                th.n { (say(language, "Quantity", "Количество")) }
                th.n { (say(language, "Price", "Цена")) }
                th.n { (say(language, "Discount", "Скидка")) }
                th.n { (say(language, "Amount", "Сумма")) ", " (request.currency.code()) }
            } }
            tbody {
                @for line in &seen.lines { (row(line)) }
                tr.total {
                    td colspan="5" { (say(language, "Total with VAT", "Итого с НДС")) }
                    td.n { (shown_amount(request.amount)) }
                }
            }
        }
    }
}

fn row(line: &AskedAbout) -> Markup {
    html! {
        tr {
            td { (line.position) }
            td { (line.name) }
            td.n { (line.quantity.normalize()) " " (line.unit) }
            td.n { (shown_amount(line.price)) }
            td.n { @if line.discount.is_zero() { "—" }
                   @else { (line.discount.normalize()) " %" } }
            td.n { @if let Some(amount) = line.amount { (shown_amount(amount)) } @else { "—" } }
        }
    }
}

/// What was said so far.
fn words(language: Language, seen: &Seen) -> Markup {
    let words = &seen.linked.words;
    html! {
        @if !words.is_empty() {
            h2 { (say(language, "Decisions", "Решения")) }
            ul { @for word in words { li { (said(language, word, seen.zone)) } } }
        }
    }
}

fn said(language: Language, word: &LinkedWord, zone: Tz) -> Markup {
    let verdict = match word.verdict {
        Verdict::Approve => say(language, "approved", "согласовано"),
        Verdict::Reject => say(language, "rejected", "отклонено"),
    };
    html! {
        (word.by)
        @if let Some(of) = &word.on_behalf_of {
            (say(language, " in the place of ", ", заместитель: ")) (of)
        }
        ": " (verdict) ", " (moment(language, word.at, zone)) "."
        @if let Some(comment) = &word.comment { p.text { (comment) } }
    }
}

fn choice(language: Language, form: &Form) -> Markup {
    html! {
        form method="post" {
            label for="comment" {
                (say(language, "Comment; a rejection needs it",
                     "Комментарий; для отказа обязателен"))
            }
            textarea id="comment" name="comment" rows="3" maxlength="4000" {
                (form.field("comment").unwrap_or_default())
            }
            button type="submit" name="do" value="approve" {
                (say(language, "Approve", "Согласовать"))
            }
            button.second type="submit" name="do" value="reject" {
                (say(language, "Reject", "Отклонить"))
            }
        }
    }
}

/// A moment in the tenant's time zone.
fn moment(language: Language, at: DateTime<Utc>, zone: Tz) -> String {
    let local = at.with_timezone(&zone);
    format!("{} {}", language.day(local.date_naive()), local.format("%H:%M"))
}

#[cfg(test)]
mod tests {
    use access::Right;
    use approvals::{ApprovalKind, ApprovalReason, ApprovalRequest, Sight};
    use kernel::{ApprovalRequestId, ApprovalRuleId, Currency, CustomerId, Decimal, Text, Uuid};
    use serde_json::json;

    use super::*;

    fn request(state: ApprovalState) -> ApprovalRequest {
        ApprovalRequest {
            id: ApprovalRequestId::new(),
            state,
            subject_kind: "SalesOrder".to_owned(),
            subject_id: Uuid::nil(),
            root_id: Uuid::nil(),
            customer_id: CustomerId::new(),
            manager_id: None,
            author_id: None,
            asker_kind: "user".to_owned(),
            asker_id: Uuid::nil(),
            amount: Decimal::from(340),
            currency: Currency::parse("RUB").unwrap(),
            facts: json!({}),
            facts_hash: String::new(),
            requested_at: DateTime::UNIX_EPOCH,
            closed_at: (state != ApprovalState::Pending).then_some(DateTime::UNIX_EPOCH),
            close_reason: None,
            valid_until: None,
            tolerance_percent: None,
            is_unfollowed: false,
            follow_refusal: None,
            version: 1,
        }
    }

    fn reason(kind: ApprovalKind) -> ApprovalReason {
        ApprovalReason {
            request_id: ApprovalRequestId::new(),
            place: 1,
            kind,
            rule_id: ApprovalRuleId::new(),
            rule_name: "<i>Margins</i>".to_owned(),
            line_position: Some(1),
            about: Some("Oil".to_owned()),
            measure: Some(Decimal::from(7)),
            circumstances: json!([{"name": "MARGIN", "value": "7"}]),
            details: json!({ "minimum": "12" }),
        }
    }

    fn seen(state: ApprovalState, standing: Standing, rights: &[Right]) -> Seen {
        let word = LinkedWord {
            verdict: Verdict::Reject,
            by: "Olga".to_owned(),
            on_behalf_of: None,
            comment: Some("<script>alert(2)</script>".to_owned()),
            at: DateTime::UNIX_EPOCH,
        };
        Seen {
            linked: LinkedRequest {
                request: request(state),
                reasons: vec![reason(ApprovalKind::MarginBelowMinimum)],
                words: if state == ApprovalState::Rejected { vec![word] } else { Vec::new() },
                asker: Some("Anna".to_owned()),
                holder: "Olga".to_owned(),
                sight: Sight::of(|right| rights.contains(&right)),
                standing,
            },
            about: Introduction {
                document: Text::new("order V-7", "заказ В-7"),
                customer: "<script>alert(1)</script>".to_owned(),
                comment: Some("\"Now\" & <b>all</b>".to_owned()),
            },
            lines: Vec::new(),
            zone: chrono_tz::Europe::Moscow,
        }
    }

    fn open() -> Standing {
        Standing::Open { on_behalf_of: None }
    }

    fn html(seen: &Seen, refusal: Option<&Refusal>) -> String {
        page(Language::En, seen, refusal, &Form::default()).html
    }

    #[test]
    fn an_open_request_has_a_form_and_nothing_that_people_wrote_is_markup() {
        let all = [Right::PriceRead, Right::CostRead, Right::CustomerRead, Right::OrderRead];
        let page = html(&seen(ApprovalState::Pending, open(), &all), None);
        assert!(page.contains("<form method=\"post\">") && page.contains("value=\"reject\""));
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script"));
        assert!(!page.contains("<b>") && !page.contains("<i>"));
        for shown in ["340.00 RUB", "Line 1, Oil: the margin is 7 %", "Margin: 7 %", "Anna"] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
    }

    #[test]
    fn who_may_not_see_cost_amounts_or_the_customer_is_shown_none() {
        let page = html(&seen(ApprovalState::Pending, open(), &[]), None);
        for hidden in ["340", "7 %", "12", "alert(1)", "Now"] {
            assert!(!page.contains(hidden), "{hidden}: {page}");
        }
        assert!(page.contains("Line 1, Oil: the margin is below the minimum"), "{page}");
    }

    #[test]
    fn what_is_over_has_no_form_and_says_why() {
        for (state, said) in [
            (ApprovalState::Approved, "Approved on 1970-01-01 03:00."),
            (ApprovalState::Rejected, "Rejected on 1970-01-01 03:00."),
            (ApprovalState::Withdrawn, "Withdrawn on"),
            (ApprovalState::Outdated, "Out of date since"),
        ] {
            let page = html(&seen(state, Standing::Over, &[]), None);
            assert!(!page.contains("<form") && page.contains(said), "{state:?}: {page}");
        }
        let refusal = not_understood();
        for standing in [Standing::Said, Standing::NotAsked(refusal.clone())] {
            let page = html(&seen(ApprovalState::Pending, standing, &[]), None);
            assert!(!page.contains("<form"), "{page}");
        }
        let told = page(
            Language::Ru,
            &seen(ApprovalState::Pending, open(), &[]),
            Some(&refusal),
            &Form::default(),
        );
        assert!(!told.is_done && told.html.contains("Ответ не разобран."));
    }
}
