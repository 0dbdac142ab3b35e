//! What a letter says: about which document somebody asks, every reason, and the link.

use kernel::{Language, NaiveDate, shown_amount};

use super::{Call, Introduction, Recipient};
use crate::rules::in_words;

/// Reasons that a letter lists at most; the page behind its link lists all of them.
const MOST_REASONS: usize = 50;
/// Longest title, in characters.
const TITLE: usize = 200;

/// What is said to one person.
pub(super) struct Words<'a> {
    pub(super) call: &'a Call,
    pub(super) about: &'a Introduction,
    pub(super) to: &'a Recipient,
    /// The last day of his link.
    pub(super) last_day: NaiveDate,
}

impl Words<'_> {
    fn say<'t>(&self, en: &'t str, ru: &'t str) -> &'t str {
        match self.to.language {
            Language::En => en,
            Language::Ru => ru,
        }
    }

    /// One line, as a title has to be, whatever people called things.
    pub(super) fn title(&self) -> String {
        let document = self.about.document.get(self.to.language);
        let mut text = format!("{}: {document}", self.say("Approval", "Согласование"));
        if self.to.sight.customer {
            text = format!("{text}, {}", self.about.customer);
        }
        let printable = |c: char| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}');
        text.chars().filter(|c| printable(*c)).take(TITLE).collect()
    }

    pub(super) fn body(&self, address: &str) -> String {
        let parts = [
            format!("{}, {}!", self.say("Good day", "Здравствуйте"), self.to.name),
            self.asking(),
            self.reasons(),
            self.deputy(),
            self.link(address),
            self.say(
                "Whoever opens this link decides in your name: do not forward this letter. What \
                 waits for you is also among your approvals when you have signed in; there you \
                 switch these letters off, too.",
                "Кто откроет эту ссылку, решит от вашего имени: не пересылайте письмо. Всё, что \
                 ждёт вашего решения, есть и в списке согласований после входа; там же эти письма \
                 можно отключить.",
            )
            .to_owned(),
        ];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join("\n\n") + "\n"
    }

    /// Who asks, about what.
    fn asking(&self) -> String {
        let request = &self.call.request;
        let document = self.about.document.get(self.to.language);
        let mut text = match (&self.call.asker, self.to.language) {
            (Some((name, _)), Language::En) => format!("{name} asks for approval: {document}"),
            (Some((name, _)), Language::Ru) => format!("{name} просит согласовать: {document}"),
            (None, Language::En) => format!("Approval is needed: {document}"),
            (None, Language::Ru) => format!("Нужно согласование: {document}"),
        };
        if self.to.sight.customer {
            let customer = self.say("customer", "клиент");
            text = format!("{text}, {customer} {}", self.about.customer);
        }
        if self.to.sight.amounts {
            let amount = shown_amount(request.amount);
            text = format!("{text}, {} {amount} {}", self.say("for", "на"), request.currency);
        }
        text + "."
    }

    fn reasons(&self) -> String {
        let mut text = self.say("Why:", "Почему:").to_owned();
        for reason in self.call.reasons.iter().take(MOST_REASONS) {
            let told = reason.told(self.call.request.currency);
            let words = in_words(&told, self.to.sight.shows(reason.kind));
            text = format!("{text}\n- {}", words.get(self.to.language));
        }
        let more = self.call.reasons.len().saturating_sub(MOST_REASONS);
        if more > 0 {
            let others = match self.to.language {
                Language::En => format!("- and {more} more: they are on the page"),
                Language::Ru => format!("- и ещё {more}: они есть на странице"),
            };
            text = format!("{text}\n{others}");
        }
        text
    }

    fn deputy(&self) -> String {
        match (&self.to.deputy_of, self.to.language) {
            (Some((_, name)), Language::En) => format!("You decide in the place of {name}."),
            (Some((_, name)), Language::Ru) => format!("Вы решаете как заместитель: {name}."),
            (None, _) => String::new(),
        }
    }

    fn link(&self, address: &str) -> String {
        let until = self.to.language.day(self.last_day);
        match self.to.language {
            Language::En => {
                format!("See it and decide, once, until {until}:\n{address}")
            }
            Language::Ru => {
                format!("Посмотреть и решить, один раз, до {until}:\n{address}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use access::Right;
    use kernel::{
        ApprovalRequestId, ApprovalRuleId, Currency, CustomerId, DateTime, Decimal, Text, UserId,
        Uuid,
    };
    use serde_json::json;

    use super::*;
    use crate::model::{ApprovalReason, ApprovalRequest};
    use crate::rules::{ApprovalKind, ApprovalState, Sight};

    fn call(reasons: usize) -> Call {
        let id = ApprovalRequestId::new();
        let reason = |place| ApprovalReason {
            request_id: id,
            place,
            kind: ApprovalKind::DiscountOverLimit,
            rule_id: ApprovalRuleId::new(),
            rule_name: "Discounts".to_owned(),
            line_position: Some(place),
            about: Some("Масло".to_owned()),
            measure: Some(Decimal::from(15)),
            circumstances: json!([]),
            details: json!({ "limit": "10" }),
        };
        Call {
            request: ApprovalRequest {
                id,
                state: ApprovalState::Pending,
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
                closed_at: None,
                close_reason: None,
                valid_until: None,
                tolerance_percent: None,
                is_unfollowed: false,
                follow_refusal: None,
                version: 1,
            },
            reasons: (1..=i32::try_from(reasons).unwrap()).map(reason).collect(),
            asker: Some(("Анна".to_owned(), "anna@vostok.example".to_owned())),
            people: Vec::new(),
            passed_over: 0,
        }
    }

    fn recipient(language: Language, rights: &[Right]) -> Recipient {
        Recipient {
            user: UserId::new(),
            name: "Ольга".to_owned(),
            email: "olga@vostok.example".to_owned(),
            language,
            deputy_of: None,
            sight: Sight::of(|right| rights.contains(&right)),
        }
    }

    fn written(call: &Call, to: &Recipient, customer: &str) -> (String, String) {
        let about = Introduction {
            document: Text::new("order В-7 of 2026-03-01", "заказ В-7 от 01.03.2026"),
            customer: customer.to_owned(),
            comment: None,
        };
        let last_day = NaiveDate::from_ymd_opt(2026, 3, 15).unwrap();
        let words = Words { call, about: &about, to, last_day };
        (words.title(), words.body("https://v.example/l/t"))
    }

    #[test]
    fn a_letter_names_document_customer_amount_asker_and_every_reason() {
        let to = recipient(Language::Ru, &[Right::PriceRead, Right::CustomerRead]);
        let (title, body) = written(&call(2), &to, "Театр");
        assert_eq!(title, "Согласование: заказ В-7 от 01.03.2026, Театр");
        for said in [
            "Здравствуйте, Ольга!",
            "Анна просит согласовать: заказ В-7 от 01.03.2026, клиент Театр, на 340.00 RUB.",
            "- Строка 1, Масло: скидка 15 %, предел — 10 %.",
            "- Строка 2, Масло: скидка 15 %, предел — 10 %.",
            "до 15.03.2026:\nhttps://v.example/l/t\n",
        ] {
            assert!(body.contains(said), "{said}: {body}");
        }
        let to = recipient(Language::En, &[Right::PriceRead, Right::CustomerRead]);
        let (_, body) = written(&call(1), &to, "Театр");
        let said =
            "Анна asks for approval: order В-7 of 2026-03-01, customer Театр, for 340.00 RUB.";
        assert!(body.contains(said), "{body}");
    }

    #[test]
    fn who_may_not_see_figures_is_told_of_none() {
        let (title, body) = written(&call(1), &recipient(Language::En, &[]), "Theatre");
        for hidden in ["Theatre", "340", "15 %", "10 %"] {
            assert!(!body.contains(hidden) && !title.contains(hidden), "{hidden}: {title} {body}");
        }
        assert!(body.contains("- Line 1, Масло: the discount is above the limit."), "{body}");
    }

    #[test]
    fn a_letter_has_a_title_of_one_line_and_an_end() {
        let to = recipient(Language::En, &[Right::PriceRead, Right::CustomerRead]);
        let (title, body) = written(&call(1_000), &to, &format!("Те\r\nBcc: x{}", "а".repeat(400)));
        assert_eq!(title.chars().count(), 200);
        assert!(!title.chars().any(char::is_control), "{title:?}");
        assert!(body.contains("- and 950 more: they are on the page"), "{body}");
        assert!(body.len() < 20_000, "{}", body.len());
    }
}
