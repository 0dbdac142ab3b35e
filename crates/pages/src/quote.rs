//! A client's page of the quote that was made for him: what is offered, and his answer.

use access::Permit;
use async_trait::async_trait;
use db::{CommandError, Outcome, ReadPool};
use kernel::{Language, QuoteLineId, Refusal, Uuid, shown_amount};
use maud::{Markup, html};
use sales::{
    AcceptByLink, ClientLine, ClientQuote, DeclineByLink, QuoteState, ReadByLink, quote_of_link,
};

use crate::frame::{framed, not_understood, say};
use crate::{Form, Page, Purpose, Visit};

/// Quotes.
pub(crate) struct OfQuote;

#[async_trait]
impl Purpose for OfQuote {
    async fn show(&self, visit: &Visit<'_>) -> Outcome<Page> {
        let quote = read(visit).await?;
        Ok(page(visit.language, &quote, None, &Form::default()))
    }

    async fn decide(&self, visit: &Visit<'_>, form: &Form) -> Outcome<Page> {
        let answered = answer(visit, form).await;
        let quote = read(visit).await?;
        match answered {
            Ok(()) => Ok(page(visit.language, &quote, None, &Form::default())),
            Err(CommandError::Refused(refusal)) => {
                Ok(page(visit.language, &quote, Some(&refusal), form))
            }
            Err(error) => Err(error),
        }
    }
}

async fn read(visit: &Visit<'_>) -> Outcome<ClientQuote> {
    let permit: Permit<ReadByLink> = visit.scope.permit()?;
    let reader = visit.db.reader(visit.scope, ReadPool::Requests);
    let quote = quote_of_link(&*reader.tx().await?, &permit).await;
    reader.renew().await;
    quote
}

/// Answers as the form says; one that says nothing we know is refused.
async fn answer(visit: &Visit<'_>, form: &Form) -> Outcome<()> {
    let by = form.field("name").map(str::to_owned);
    match form.field("do") {
        Some("accept") => {
            let line = |text: &str| Uuid::try_parse(text).ok().map(QuoteLineId);
            let chosen: Option<Vec<QuoteLineId>> = form.all("option").map(line).collect();
            let chosen = chosen.ok_or_else(not_understood)?;
            let permit = visit.scope.permit::<AcceptByLink>()?;
            visit.db.write(&permit, AcceptByLink { chosen, by }, None).await?;
        }
        Some("decline") => {
            let reason = form.field("reason").unwrap_or_default().to_owned();
            let permit = visit.scope.permit::<DeclineByLink>()?;
            visit.db.write(&permit, DeclineByLink { reason, by }, None).await?;
        }
        _ => return Err(not_understood().into()),
    }
    Ok(())
}

fn page(language: Language, quote: &ClientQuote, refusal: Option<&Refusal>, form: &Form) -> Page {
    let title = match language {
        Language::En => format!("Quote {}", quote.name),
        Language::Ru => format!("Коммерческое предложение {}", quote.name),
    };
    let content = html! {
        h1 { (title) }
        p.muted { (head(language, quote)) }
        p.state { (standing(language, quote)) }
        @if let Some(refusal) = refusal { p.error role="alert" { (refusal.message(language)) } }
        @if quote.state != QuoteState::Superseded { (offer(language, quote, form)) }
    };
    Page { is_done: refusal.is_none(), html: framed(language, &title, &content) }
}

fn head(language: Language, quote: &ClientQuote) -> Markup {
    html! {
        (say(language, "From ", "От ")) (quote.seller)
        (say(language, " for ", " для ")) (quote.customer) ". "
        (language.day(quote.date)) ". "
        @if let Some(manager) = &quote.manager {
            (say(language, "Manager: ", "Менеджер: ")) (manager) "."
        }
    }
}

/// Where the quote stands, in the client's words.
fn standing(language: Language, quote: &ClientQuote) -> String {
    let until = language.day(quote.valid_until);
    let on = quote.answered_on.map(|on| language.day(on)).unwrap_or_default();
    match (quote.state, language) {
        (QuoteState::Sent, Language::En) => format!("Valid until {until}."),
        (QuoteState::Sent, Language::Ru) => format!("Действует до {until}."),
        (QuoteState::Accepted, Language::En) => format!("Accepted on {on}. Thank you!"),
        (QuoteState::Accepted, Language::Ru) => format!("Принято {on}. Спасибо!"),
        (QuoteState::Declined, Language::En) => format!("Declined on {on}."),
        (QuoteState::Declined, Language::Ru) => format!("Отклонено {on}."),
        (QuoteState::Expired, Language::En) => {
            format!(
                "It was valid until {until} and cannot be accepted any more: ask for a new one."
            )
        }
        (QuoteState::Expired, Language::Ru) => {
            format!("Срок действия истёк {until}, принять его уже нельзя: попросите новое.")
        }
        (QuoteState::Superseded, Language::En) => "There is a newer version of this quote: it is \
                                                   in a later letter, or on its way. This one \
                                                   cannot be accepted any more."
            .to_owned(),
        (QuoteState::Superseded, Language::Ru) => "Есть новая версия этого предложения: она в \
                                                   более позднем письме или скоро придёт. Эту \
                                                   принять уже нельзя."
            .to_owned(),
        (_, Language::En) => "It cannot be answered.".to_owned(),
        (_, Language::Ru) => "На него нельзя ответить.".to_owned(),
    }
}

/// What is offered, with the answer where there is none yet.
fn offer(language: Language, quote: &ClientQuote, form: &Form) -> Markup {
    html! {
        @for block in &quote.texts.0 {
            @if let Some(heading) = &block.heading { h2 { (heading) } }
            p.text { (block.text) }
        }
        @if quote.is_open {
            form method="post" {
                (table(language, quote, Some(form)))
                (choice(language, form))
            }
        } @else {
            (table(language, quote, None))
            @if let Some(reason) = &quote.decline_reason {
                p.text { (say(language, "Reason: ", "Причина: ")) (reason) }
            }
        }
    }
}

fn table(language: Language, quote: &ClientQuote, form: Option<&Form>) -> Markup {
    let currency = quote.currency.code();
    let has_options = quote.lines.iter().any(|line| line.is_optional);
    let total = match (has_options && quote.is_open, language) {
        (true, Language::En) => "Total without optional lines",
        (true, Language::Ru) => "Итого без необязательных строк",
        (false, Language::En) => "Total",
        (false, Language::Ru) => "Итого",
    };
    html! {
        table {
            thead { tr {
                th { "№" }
                th { (say(language, "What", "Наименование")) }
                th.n { (say(language, "Quantity", "Количество")) }
                th.n { (say(language, "Price", "Цена")) }
                th.n { (say(language, "Discount", "Скидка")) }
                th.n { (say(language, "Amount", "Сумма")) ", " (currency) }
            } }
            tbody {
                @for (place, line) in quote.lines.iter().enumerate() {
                    (row(language, place, line, form))
                }
                tr.total { td colspan="5" { (total) } td.n { (shown_amount(quote.gross)) } }
                tr { td colspan="5" { (say(language, "VAT", "В том числе НДС")) }
                     td.n { (shown_amount(quote.vat)) } }
            }
        }
        @if !quote.prices_include_vat {
            p.muted { (say(language, "Prices and amounts of lines are without VAT, the total is with it.",
                           "Цены и суммы строк — без НДС, итог — с НДС.")) }
        }
    }
}

fn row(language: Language, place: usize, line: &ClientLine, form: Option<&Form>) -> Markup {
    let id = line.id.to_string();
    let was_chosen = form.is_some_and(|form| form.all("option").any(|one| one == id));
    html! {
        tr {
            td { (place + 1) }
            td {
                @if line.is_optional && form.is_some() {
                    label {
                        input type="checkbox" name="option" value=(id) checked[was_chosen];
                        " " (line.name) " "
                        span.muted { (say(language, "(if you wish)", "(по желанию)")) }
                    }
                } @else {
                    (line.name)
                    @if line.is_optional { " " span.muted { (taken(language, line)) } }
                }
                @if let Some(note) = &line.note { p.text.muted { (note) } }
            }
            td.n { (line.quantity.normalize()) " " (line.unit) }
            td.n { (shown_amount(line.price)) }
            td.n { @if line.discount_percent.is_zero() { "—" }
                   @else { (line.discount_percent.normalize()) " %" } }
            td.n { (shown_amount(line.amount)) }
        }
    }
}

fn taken(language: Language, line: &ClientLine) -> &'static str {
    match line.is_chosen {
        Some(true) => say(language, "(taken)", "(выбрано)"),
        Some(false) => say(language, "(not taken)", "(не выбрано)"),
        None => say(language, "(if you wish)", "(по желанию)"),
    }
}

fn choice(language: Language, form: &Form) -> Markup {
    let typed = |name: &str| form.field(name).unwrap_or_default();
    html! {
        label for="name" { (say(language, "Your name", "Ваше имя")) }
        input type="text" id="name" name="name" maxlength="200" value=(typed("name"));
        label for="reason" {
            (say(language, "Reason, if you decline", "Причина, если вы отказываетесь"))
        }
        textarea id="reason" name="reason" rows="3" maxlength="1000" { (typed("reason")) }
        button type="submit" name="do" value="accept" { (say(language, "Accept", "Принять")) }
        button.second type="submit" name="do" value="decline" {
            (say(language, "Decline", "Отказаться"))
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Currency, Decimal, NaiveDate};
    use sales::{QuoteText, QuoteTexts};

    use super::*;

    fn quote(state: QuoteState, is_open: bool) -> ClientQuote {
        let line = |name: &str, is_optional| ClientLine {
            id: QuoteLineId::new(),
            name: name.to_owned(),
            note: Some("<b>срок 3 дня</b>".to_owned()),
            quantity: Decimal::from(10),
            unit: "шт".to_owned(),
            price: Decimal::new(1_005, 1),
            discount_percent: Decimal::from(5),
            amount: Decimal::new(95_475, 2),
            vat_rate: None,
            is_optional,
            is_chosen: None,
        };
        let day = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
        ClientQuote {
            name: "В-000007/2".to_owned(),
            date: day,
            valid_until: day,
            state,
            is_open,
            seller: "ООО «Восток»".to_owned(),
            customer: "<script>alert(1)</script>".to_owned(),
            manager: Some("Анна".to_owned()),
            currency: Currency::parse("RUB").unwrap(),
            prices_include_vat: true,
            net: Decimal::from(800),
            vat: Decimal::from(160),
            gross: Decimal::from(960),
            texts: QuoteTexts(vec![QuoteText {
                heading: Some("Сроки".to_owned()),
                text: "\"Сразу\" & <i>всё</i>".to_owned(),
            }]),
            answered_by: None,
            answered_on: None,
            decline_reason: None,
            lines: vec![line("Доска", false), line("Доставка", true)],
        }
    }

    fn html(quote: &ClientQuote, refusal: Option<&Refusal>) -> String {
        page(Language::Ru, quote, refusal, &Form::default()).html
    }

    #[test]
    fn an_open_quote_has_a_form_and_nothing_that_people_wrote_is_markup() {
        let page = html(&quote(QuoteState::Sent, true), None);
        assert!(page.contains("<form method=\"post\">") && page.contains("type=\"checkbox\""));
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script"));
        assert!(!page.contains("<b>") && !page.contains("<i>"));
        assert!(page.contains("Действует до 31.03.2026.") && page.contains("954.75"));
    }

    #[test]
    fn what_is_answered_or_over_has_no_form_and_a_superseded_one_shows_no_prices() {
        for state in [QuoteState::Accepted, QuoteState::Declined, QuoteState::Expired] {
            let page = html(&quote(state, false), None);
            assert!(!page.contains("<form") && page.contains("954.75"), "{state:?}");
        }
        let page = html(&quote(QuoteState::Superseded, false), None);
        assert!(!page.contains("<form") && page.contains("новая версия"), "{page}");
    }

    #[test]
    fn a_refusal_is_shown_in_the_clients_language() {
        let refusal = not_understood();
        let told =
            page(Language::Ru, &quote(QuoteState::Sent, true), Some(&refusal), &Form::default());
        assert!(!told.is_done && told.html.contains("Ответ не разобран."));
    }
}
