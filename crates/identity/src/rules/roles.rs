//! What a tenant's own role may be, and who may give which rights.

use std::collections::{BTreeMap, BTreeSet};

use access::{Reach, Right, RightSet};
use kernel::{Decimal, Percent, Refusal, RefusalCode, UserId};
use serde_json::json;

const LONGEST_NAME: usize = 41;
const LONGEST_TITLE: usize = 200;
const MOST_INCLUDES: usize = 20;
/// The discount that somebody gives without asking where neither he nor his roles have a limit, in
/// percent.
pub const USUAL_DISCOUNT_LIMIT: i64 = 10;

/// A tenant's own role as a user writes it.
#[derive(Clone, Debug)]
pub struct RoleDraft {
    /// Its name, for programs; a role of the start by the same name is replaced.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// Roles whose rights it takes in.
    pub includes: Vec<String>,
    /// Its own rights.
    pub rights: Vec<(Right, Reach)>,
    /// The largest discount that who has it gives without asking, where he has no limit of his own.
    pub max_discount: Option<Percent>,
}

/// The right of an object and an act, such as `order` and `read`.
#[must_use]
pub fn right_named(object: &str, act: &str) -> Option<Right> {
    Right::ALL.iter().copied().find(|right| right.object() == object && right.act() == act)
}

/// What other roles take in: a tenant's own ones by name. Roles of the start take in nothing.
pub(crate) type RoleShape = BTreeMap<String, Vec<String>>;

/// Why a role is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RoleRule {
    NameForm,
    TitleForm,
    TooManyIncludes,
    UnknownRole(String),
    Circle(String),
    RightTwice(Right),
    Exceeded(Right),
    DiscountExceeded,
    TeamExceeded(Right),
    LastAdmin,
}

impl From<RoleRule> for Refusal {
    fn from(rule: RoleRule) -> Self {
        match rule {
            RoleRule::NameForm => Self::new(
                RefusalCode::Invalid,
                "A role's name holds 2 to 41 small letters, digits and underscores, a letter \
                 first.",
                "Имя роли — от 2 до 41 строчной латинской буквы, цифры или подчёркивания, \
                 первой идёт буква.",
            )
            .at(["name"]),
            RoleRule::TitleForm => Self::new(
                RefusalCode::Invalid,
                "A title has 1 to 200 characters.",
                "В названии от 1 до 200 знаков.",
            )
            .at(["title"]),
            RoleRule::TooManyIncludes => Self::new(
                RefusalCode::TooMany,
                "A role takes in at most 20 others.",
                "Роль включает не больше 20 других.",
            )
            .at(["includes"]),
            RoleRule::UnknownRole(name) => Self::new(
                RefusalCode::UnknownReference,
                format!("There is no role {name:?}."),
                format!("Нет роли «{name}»."),
            )
            .with(json!({ "role": name })),
            RoleRule::Circle(name) => Self::new(
                RefusalCode::Invalid,
                format!("The role {name:?} would take in itself."),
                format!("Роль «{name}» включала бы саму себя."),
            )
            .at(["includes"]),
            RoleRule::RightTwice(right) => Self::new(
                RefusalCode::Invalid,
                format!("The right {}.{} is named twice.", right.object(), right.act()),
                format!("Право {}.{} названо дважды.", right.object(), right.act()),
            )
            .at(["rights"]),
            RoleRule::Exceeded(right) => Self::new(
                RefusalCode::RightsExceeded,
                format!("You lack the right {}.{} yourself.", right.object(), right.act()),
                format!("У вас самих нет права {}.{}.", right.object(), right.act()),
            )
            .with(json!({ "object": right.object(), "act": right.act() })),
            RoleRule::DiscountExceeded => Self::new(
                RefusalCode::RightsExceeded,
                "Nobody gives others a larger discount than his own limit: set maxDiscount to at \
                 most yours, and give no role with more.",
                "Нельзя разрешить другим скидку больше своей: укажите предел не больше вашего и \
                 не давайте роли с большим.",
            )
            .at(["maxDiscount"]),
            RoleRule::TeamExceeded(right) => Self::new(
                RefusalCode::RightsExceeded,
                format!(
                    "In this team people would reach records by {}.{} that you do not reach.",
                    right.object(),
                    right.act()
                ),
                format!(
                    "В этой команде по праву {}.{} станут доступны записи, недоступные вам.",
                    right.object(),
                    right.act()
                ),
            )
            .with(json!({ "object": right.object(), "act": right.act() })),
            RoleRule::LastAdmin => Self::new(
                RefusalCode::LastAdmin,
                "Somebody must be able to manage users and roles: this is the last one.",
                "Кто-то должен управлять пользователями и ролями: это последний.",
            ),
        }
    }
}

fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|c| c.is_ascii_lowercase())
        && (2..=LONGEST_NAME).contains(&text.len())
        && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Whether a role may be saved beside the others. `known` holds every role's name that exists.
pub(crate) fn check_role(
    draft: &RoleDraft,
    known: &BTreeSet<String>,
    shape: &RoleShape,
) -> Result<(), RoleRule> {
    if !is_name(&draft.name) {
        return Err(RoleRule::NameForm);
    }
    if draft.title.trim().is_empty() || draft.title.chars().count() > LONGEST_TITLE {
        return Err(RoleRule::TitleForm);
    }
    if draft.includes.len() > MOST_INCLUDES {
        return Err(RoleRule::TooManyIncludes);
    }
    let mut named = BTreeSet::new();
    if let Some((right, _)) = draft.rights.iter().find(|(right, _)| !named.insert(*right)) {
        return Err(RoleRule::RightTwice(*right));
    }
    // A role that replaces one of the start cannot take in what it replaces.
    if takes_in(&draft.name, &draft.includes, shape) {
        return Err(RoleRule::Circle(draft.name.clone()));
    }
    reject_unknown_roles(&draft.includes, known)
}

/// Whether a role with these includes reaches itself.
fn takes_in(name: &str, includes: &[String], shape: &RoleShape) -> bool {
    let mut seen = BTreeSet::new();
    let mut waiting: Vec<&String> = includes.iter().collect();
    while let Some(role) = waiting.pop() {
        if role == name {
            return true;
        }
        if seen.insert(role) {
            waiting.extend(shape.get(role).into_iter().flatten());
        }
    }
    false
}

/// Every name is a role's.
pub(crate) fn reject_unknown_roles(
    names: &[String],
    known: &BTreeSet<String>,
) -> Result<(), RoleRule> {
    match names.iter().find(|name| !known.contains(*name)) {
        Some(name) => Err(RoleRule::UnknownRole(name.clone())),
        None => Ok(()),
    }
}

/// Whether holders of this set manage users and roles of the whole tenant.
pub(crate) fn is_administrator(set: &RightSet) -> bool {
    [Right::UserWrite, Right::RoleWrite]
        .into_iter()
        .all(|right| set.reach(right) == Some(Reach::All))
}

/// The first right of `given` that the caller may not give. Who may write roles may give any:
/// he could give it to himself. Everybody else gives what he has.
pub(crate) fn exceeded(caller: &RightSet, given: &RightSet) -> Option<Right> {
    if caller.reach(Right::RoleWrite) == Some(Reach::All) {
        return None;
    }
    given.iter().find(|(right, reach)| caller.reach(*right) < Some(*reach)).map(|(right, _)| right)
}

/// The limit of discounts that counts: his own, else the largest of his roles', else the usual one.
pub(crate) fn discount_limit(own: Option<Decimal>, by_roles: Option<Decimal>) -> Decimal {
    own.or(by_roles).unwrap_or(Decimal::from(USUAL_DISCOUNT_LIMIT))
}

/// Whether a limit of discounts is more than the caller may give: who may write roles, or gives any
/// discount himself, gives any limit; everybody else at most his own.
pub(crate) fn exceeds_discount(caller: &RightSet, held: Decimal, given: Decimal) -> bool {
    let gives_any = caller.reach(Right::RoleWrite) == Some(Reach::All)
        || caller.reach(Right::OrderDiscount).is_some();
    !gives_any && given > held
}

/// The first right by which people of a team would reach each other's records, while the caller
/// does not reach them: putting people together gives rights too. `reached` are the people of the
/// caller's own teams.
pub(crate) fn exceeded_by_team<S: std::ops::Deref<Target = RightSet>>(
    caller: &RightSet,
    reached: &[UserId],
    people: &[(UserId, S)],
) -> Option<Right> {
    if caller.reach(Right::RoleWrite) == Some(Reach::All) || people.len() < 2 {
        return None;
    }
    let is_within = people.iter().all(|(person, _)| reached.contains(person));
    let widened = people.iter().flat_map(|(_, set)| set.iter());
    let mut widened = widened.filter(|(_, reach)| *reach == Reach::Team).map(|(right, _)| right);
    widened.find(|right| match caller.reach(*right) {
        Some(Reach::All) => false,
        Some(Reach::Team) => !is_within,
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn draft(name: &str, includes: &[&str]) -> RoleDraft {
        RoleDraft {
            name: name.into(),
            title: "Title".into(),
            includes: includes.iter().map(ToString::to_string).collect(),
            rights: vec![(Right::OrderRead, Reach::Own)],
            max_discount: None,
        }
    }

    #[test]
    fn roles_are_checked() {
        let known: BTreeSet<String> =
            ["manager", "admin", "senior", "chief"].map(String::from).into();
        let shape = RoleShape::from([
            ("senior".into(), vec!["manager".into()]),
            ("chief".into(), vec!["senior".into()]),
        ]);
        let circle = |name: &str| Err(RoleRule::Circle(name.into()));
        for (draft, expected) in [
            (draft("junior", &["manager"]), Ok(())),
            (draft("junior", &[]), Ok(())),
            (draft("senior", &["manager", "admin"]), Ok(())),
            (draft("manager", &[]), Ok(())),
            (draft("j", &[]), Err(RoleRule::NameForm)),
            (draft("Junior", &[]), Err(RoleRule::NameForm)),
            (draft("1st", &[]), Err(RoleRule::NameForm)),
            (draft("scope:orders", &[]), Err(RoleRule::NameForm)),
            (draft("младший", &[]), Err(RoleRule::NameForm)),
            (draft(&"x".repeat(42), &[]), Err(RoleRule::NameForm)),
            (draft("junior", &["boss"]), Err(RoleRule::UnknownRole("boss".into()))),
            (draft("junior", &["junior"]), circle("junior")),
            (draft("senior", &["chief"]), circle("senior")),
            (draft("manager", &["chief"]), circle("manager")),
            (RoleDraft { title: " ".into(), ..draft("junior", &[]) }, Err(RoleRule::TitleForm)),
            (
                RoleDraft {
                    rights: vec![(Right::CostRead, Reach::All), (Right::CostRead, Reach::Own)],
                    ..draft("junior", &[])
                },
                Err(RoleRule::RightTwice(Right::CostRead)),
            ),
        ] {
            assert_eq!(check_role(&draft, &known, &shape), expected, "{draft:?}");
        }
    }

    fn set(rights: &[(Right, Reach)]) -> RightSet {
        let mut set = RightSet::default();
        rights.iter().for_each(|(right, reach)| set.give(*right, *reach));
        set
    }

    #[test]
    fn nobody_gives_more_than_he_has() {
        let users = (Right::UserWrite, Reach::All);
        let own_orders = (Right::OrderRead, Reach::Own);
        let all_orders = (Right::OrderRead, Reach::All);
        let roles = (Right::RoleWrite, Reach::All);
        for (caller, given, expected) in [
            (set(&[users]), set(&[]), None),
            (set(&[users, own_orders]), set(&[own_orders]), None),
            (set(&[users, all_orders]), set(&[own_orders]), None),
            (set(&[users, own_orders]), set(&[all_orders]), Some(Right::OrderRead)),
            (set(&[users]), set(&[own_orders]), Some(Right::OrderRead)),
            (set(&[users, roles]), set(&[all_orders]), None),
            (
                set(&[users, (Right::RoleWrite, Reach::Own)]),
                set(&[all_orders]),
                Some(Right::OrderRead),
            ),
        ] {
            assert_eq!(exceeded(&caller, &given), expected, "{caller:?} gives {given:?}");
        }
    }

    #[test]
    fn nobody_gives_a_larger_discount_than_his_own() {
        let users = (Right::UserWrite, Reach::All);
        let [five, seven] = [5, 7].map(Decimal::from);
        for (caller, held, given, expected) in [
            (set(&[users]), five, five, false),
            (set(&[users]), five, seven, true),
            (set(&[users, (Right::OrderDiscount, Reach::Own)]), five, seven, false),
            (set(&[users, (Right::RoleWrite, Reach::All)]), five, seven, false),
            (set(&[users, (Right::RoleWrite, Reach::Team)]), five, seven, true),
        ] {
            assert_eq!(exceeds_discount(&caller, held, given), expected, "{held:?} {given:?}");
        }
    }

    #[test]
    fn a_limit_is_his_own_else_his_roles_else_the_usual_one() {
        let [five, seven, ten] = [5, 7, 10].map(Decimal::from);
        for (own, by_roles, expected) in [
            (Some(five), Some(seven), five),
            (Some(seven), None, seven),
            (None, Some(seven), seven),
            (None, None, ten),
        ] {
            assert_eq!(discount_limit(own, by_roles), expected, "{own:?} {by_roles:?}");
        }
    }

    #[test]
    fn a_team_gives_nobody_more_than_its_maker_reaches() {
        let [one, two, other] = [UserId::new(), UserId::new(), UserId::new()];
        let users = (Right::UserWrite, Reach::All);
        let orders = |reach| (Right::OrderRead, reach);
        let person = |id, reach| (id, Arc::new(set(&[orders(reach)])));
        let heads = [person(one, Reach::Team), person(two, Reach::Own)];
        let strangers = [person(one, Reach::Team), person(other, Reach::Own)];
        let equals = [person(one, Reach::Own), person(other, Reach::All)];
        let exceeded = Some(Right::OrderRead);
        for (caller, people, expected) in [
            (vec![users], &heads[..], exceeded),
            (vec![users], &heads[..1], None),
            (vec![users], &equals[..], None),
            (vec![users, orders(Reach::Own)], &heads[..], exceeded),
            (vec![users, orders(Reach::All)], &strangers[..], None),
            (vec![users, orders(Reach::Team)], &heads[..], None),
            (vec![users, orders(Reach::Team)], &strangers[..], exceeded),
            (vec![users, (Right::RoleWrite, Reach::All)], &strangers[..], None),
        ] {
            let found = exceeded_by_team(&set(&caller), &[one, two], people);
            assert_eq!(found, expected, "{caller:?}");
        }
    }

    #[test]
    fn an_administrator_holds_users_and_roles_of_all() {
        let users = (Right::UserWrite, Reach::All);
        for (rights, expected) in [
            (vec![users, (Right::RoleWrite, Reach::All)], true),
            (vec![users], false),
            (vec![users, (Right::RoleWrite, Reach::Team)], false),
            (vec![], false),
        ] {
            assert_eq!(is_administrator(&set(&rights)), expected, "{rights:?}");
        }
    }

    #[test]
    fn rights_are_found_by_their_words() {
        assert_eq!(right_named("order", "read"), Some(Right::OrderRead));
        assert_eq!(right_named("order", "burn"), None);
    }
}
