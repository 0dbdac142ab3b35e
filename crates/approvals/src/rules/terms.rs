//! What a rule says: about what, who decides in which order, who where nobody else does.

use kernel::{Decimal, PriceSegmentId, Refusal, RefusalCode, UserId};
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use super::ApprovalKind;

/// Most steps of a rule.
const MOST_STEPS: usize = 5;
/// Most approvers of a step.
const MOST_APPROVERS: usize = 10;
/// Most segments of a rule.
const MOST_SEGMENTS: usize = 50;
/// Longest time until a step escalates: a year.
const MOST_MINUTES: i32 = 525_600;
/// Longest name and comment, in characters.
const NAME: usize = 200;
const COMMENT: usize = 4_000;

/// Who may decide: everybody in a role, or one person. One of the two is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Approver {
    /// A role by its name.
    pub role: Option<String>,
    /// A person.
    pub user_id: Option<UserId>,
}

/// One step: so many of these have to agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepTerms {
    /// Who may decide.
    pub approvers: Vec<Approver>,
    /// How many different people have to agree.
    pub needed: i32,
    /// After so many minutes the fallback is asked as well; `None`: never by time.
    pub escalate_after_minutes: Option<i32>,
}

/// Steps as one value of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Steps(pub Vec<StepTerms>);

/// A rule as it is to be.
#[derive(Clone, Debug)]
pub struct RuleDraft {
    /// Its name, unique in the tenant.
    pub name: String,
    /// About what.
    pub kind: ApprovalKind,
    /// From this measure on; margins: below it.
    pub threshold: Option<Decimal>,
    /// From this amount of the document on, with VAT, base currency.
    pub amount_from: Option<Decimal>,
    /// Customers of these price segments; empty is all.
    pub segments: Vec<PriceSegmentId>,
    /// In their order.
    pub steps: Vec<StepTerms>,
    /// Who decides where others do not.
    pub fallback: Approver,
    /// Per cent by which circumstances may get worse, where a decision does not say otherwise.
    pub tolerance_percent: Decimal,
    /// Days that an approval holds, where a decision does not say otherwise.
    pub valid_days: i32,
}

/// What is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TermsError {
    /// Empty or too long.
    Name,
    /// None, or more than five.
    StepCount,
    /// None, or more than ten.
    ApproverCount {
        /// Which step, from 0.
        step: usize,
    },
    /// Neither a role nor a person, or both.
    Approver {
        /// Which step, from 0; `None` is the fallback.
        step: Option<usize>,
    },
    /// Fewer than one, or more than ten.
    Needed {
        /// Which step, from 0.
        step: usize,
    },
    /// Minutes that are no time.
    Minutes {
        /// Which step, from 0.
        step: usize,
    },
    /// A figure out of its range.
    Range {
        /// Its field.
        field: &'static str,
        /// The least.
        least: i32,
        /// The most.
        most: i32,
    },
    /// More than fifty.
    Segments,
}

/// Checks a rule by itself.
///
/// # Errors
/// [`TermsError`].
pub fn check(draft: &RuleDraft) -> Result<(), TermsError> {
    let name = draft.name.trim();
    if name.is_empty() || name.chars().count() > NAME || name.chars().any(char::is_control) {
        return Err(TermsError::Name);
    }
    if draft.steps.is_empty() || draft.steps.len() > MOST_STEPS {
        return Err(TermsError::StepCount);
    }
    for (step, terms) in draft.steps.iter().enumerate() {
        check_step(step, terms)?;
    }
    if !is_one(&draft.fallback) {
        return Err(TermsError::Approver { step: None });
    }
    let range = |field, least, most| TermsError::Range { field, least, most };
    let whole = Decimal::from(MOST_THRESHOLD);
    if draft.threshold.is_some_and(|at| at.abs() > whole || at.scale() > 4) {
        return Err(range("threshold", -MOST_THRESHOLD, MOST_THRESHOLD));
    }
    if draft.amount_from.is_some_and(|at| at < Decimal::ZERO || at > whole || at.scale() > 2) {
        return Err(range("amountFrom", 0, MOST_THRESHOLD));
    }
    check_validity(Some(draft.tolerance_percent), Some(draft.valid_days))?;
    if draft.segments.len() > MOST_SEGMENTS {
        return Err(TermsError::Segments);
    }
    Ok(())
}

/// A thousand million: more than any amount that is asked about.
const MOST_THRESHOLD: i32 = 1_000_000_000;

/// Checks what a rule or a decision says of how long an approval holds.
///
/// # Errors
/// [`TermsError::Range`].
pub fn check_validity(
    tolerance_percent: Option<Decimal>,
    valid_days: Option<i32>,
) -> Result<(), TermsError> {
    let in_range =
        |at: Decimal| at >= Decimal::ZERO && at <= Decimal::ONE_HUNDRED && at.scale() <= 4;
    if tolerance_percent.is_some_and(|at| !in_range(at)) {
        return Err(TermsError::Range { field: "tolerancePercent", least: 0, most: 100 });
    }
    if valid_days.is_some_and(|days| !(1..=365).contains(&days)) {
        return Err(TermsError::Range { field: "validDays", least: 1, most: 365 });
    }
    Ok(())
}

fn check_step(step: usize, terms: &StepTerms) -> Result<(), TermsError> {
    if terms.approvers.is_empty() || terms.approvers.len() > MOST_APPROVERS {
        return Err(TermsError::ApproverCount { step });
    }
    if !terms.approvers.iter().all(is_one) {
        return Err(TermsError::Approver { step: Some(step) });
    }
    if !(1..=10).contains(&terms.needed) {
        return Err(TermsError::Needed { step });
    }
    if terms.escalate_after_minutes.is_some_and(|at| !(1..=MOST_MINUTES).contains(&at)) {
        return Err(TermsError::Minutes { step });
    }
    Ok(())
}

fn is_one(approver: &Approver) -> bool {
    let role = approver.role.as_deref().map(str::trim).filter(|role| !role.is_empty());
    role.is_some() != approver.user_id.is_some()
}

/// A comment on a decision: empty is none.
///
/// # Errors
/// Too long, or with control characters; missing where one is needed.
pub fn comment(text: Option<&str>, needed: bool) -> Result<Option<String>, Refusal> {
    let text = text.unwrap_or_default().trim();
    if text.is_empty() {
        return match needed {
            true => Err(Refusal::new(
                RefusalCode::Required,
                "A rejection needs a comment.",
                "Отказ нужно объяснить.",
            )
            .at(["comment"])),
            false => Ok(None),
        };
    }
    let printable = |c: char| !c.is_control() || matches!(c, '\n' | '\t' | '\r');
    if !text.chars().all(printable) || text.chars().count() > COMMENT {
        return Err(Refusal::new(
            RefusalCode::Invalid,
            format!("A comment has at most {COMMENT} printable characters."),
            format!("В комментарии не более {COMMENT} печатных знаков."),
        )
        .at(["comment"]));
    }
    Ok(Some(text.to_owned()))
}

impl From<TermsError> for Refusal {
    fn from(error: TermsError) -> Self {
        let new = |code, en: String, ru: String| Self::new(code, en, ru);
        let out = RefusalCode::OutOfRange;
        let at_step =
            |step: usize, field: &str| vec!["steps".to_owned(), step.to_string(), field.to_owned()];
        match error {
            TermsError::Name => new(
                RefusalCode::Invalid,
                "A name has 1 to 200 characters.".into(),
                "В названии от 1 до 200 знаков.".into(),
            )
            .at(["name"]),
            TermsError::StepCount => new(
                out,
                format!("A rule has 1 to {MOST_STEPS} steps."),
                format!("В правиле от 1 до {MOST_STEPS} шагов."),
            )
            .at(["steps"]),
            TermsError::ApproverCount { step } => new(
                out,
                format!("A step has 1 to {MOST_APPROVERS} approvers."),
                format!("На шаге от 1 до {MOST_APPROVERS} согласующих."),
            )
            .at(at_step(step, "approvers")),
            TermsError::Approver { step } => {
                let refusal = new(
                    RefusalCode::Invalid,
                    "An approver is a role or a person.".into(),
                    "Согласующий — это роль или сотрудник.".into(),
                );
                match step {
                    Some(step) => refusal.at(at_step(step, "approvers")),
                    None => refusal.at(["fallback"]),
                }
            }
            TermsError::Needed { step } => new(
                out,
                "From 1 to 10 people have to agree.".into(),
                "Согласовать должны от 1 до 10 человек.".into(),
            )
            .at(at_step(step, "needed")),
            TermsError::Minutes { step } => new(
                out,
                format!("Minutes are from 1 to {MOST_MINUTES}."),
                format!("Минут может быть от 1 до {MOST_MINUTES}."),
            )
            .at(at_step(step, "escalateAfterMinutes")),
            TermsError::Range { field, least, most } => {
                new(out, format!("From {least} to {most}."), format!("От {least} до {most}."))
                    .at([field])
            }
            TermsError::Segments => new(
                RefusalCode::TooMany,
                format!("At most {MOST_SEGMENTS} segments."),
                format!("Не больше {MOST_SEGMENTS} сегментов."),
            )
            .at(["segmentIds"]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(name: &str) -> Approver {
        Approver { role: Some(name.to_owned()), user_id: None }
    }

    fn draft() -> RuleDraft {
        RuleDraft {
            name: "Discount".to_owned(),
            kind: ApprovalKind::DiscountOverLimit,
            threshold: None,
            amount_from: None,
            segments: Vec::new(),
            steps: vec![StepTerms {
                approvers: vec![role("head_of_sales")],
                needed: 1,
                escalate_after_minutes: Some(60),
            }],
            fallback: role("director"),
            tolerance_percent: Decimal::TEN,
            valid_days: 5,
        }
    }

    #[test]
    fn a_rule_is_whole_or_told_what_it_lacks() {
        type Change = fn(&mut RuleDraft);
        let cases: [(Change, TermsError); 11] = [
            (|rule| rule.name = " ".to_owned(), TermsError::Name),
            (|rule| rule.steps.clear(), TermsError::StepCount),
            (|rule| rule.steps = vec![rule.steps[0].clone(); 6], TermsError::StepCount),
            (|rule| rule.steps[0].approvers.clear(), TermsError::ApproverCount { step: 0 }),
            (|rule| rule.steps[0].approvers[0].role = None, TermsError::Approver { step: Some(0) }),
            (
                |rule| rule.fallback.user_id = Some(UserId::new()),
                TermsError::Approver { step: None },
            ),
            (|rule| rule.steps[0].needed = 0, TermsError::Needed { step: 0 }),
            (
                |rule| rule.steps[0].escalate_after_minutes = Some(0),
                TermsError::Minutes { step: 0 },
            ),
            (
                |rule| rule.amount_from = Some(Decimal::NEGATIVE_ONE),
                TermsError::Range { field: "amountFrom", least: 0, most: MOST_THRESHOLD },
            ),
            (
                |rule| rule.tolerance_percent = Decimal::from(101),
                TermsError::Range { field: "tolerancePercent", least: 0, most: 100 },
            ),
            (
                |rule| rule.valid_days = 0,
                TermsError::Range { field: "validDays", least: 1, most: 365 },
            ),
        ];
        assert_eq!(check(&draft()), Ok(()));
        for (change, error) in cases {
            let mut rule = draft();
            change(&mut rule);
            assert_eq!(check(&rule), Err(error));
        }
    }

    #[test]
    fn a_rejection_says_why() {
        assert_eq!(comment(None, true).unwrap_err().code, RefusalCode::Required);
        assert_eq!(comment(Some("  "), true).unwrap_err().code, RefusalCode::Required);
        assert_eq!(comment(Some(" дорого "), true), Ok(Some("дорого".to_owned())));
        assert_eq!(comment(None, false), Ok(None));
        assert!(comment(Some("a\u{0}b"), false).is_err());
    }
}
