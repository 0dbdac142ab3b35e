//! The customers, the largest first, and how each buys and pays.

use super::calendar::{Span, months_before, shifted};
use super::dice::Dice;
use super::model::{
    Agreement, Contact, CreditPolicy, Customer, PaymentMoment, PaymentStep, Role, User,
};
use super::profile::Profile;
use super::tax_number;
use super::words::{Region, people, places};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// How a customer buys and pays; only the generator knows.
#[derive(Debug, Clone)]
pub(super) struct Buyer {
    /// How often it orders, in no unit.
    pub(super) weight: u64,
    /// How large its orders are, 1 to 10.
    pub(super) size: u64,
    pub(super) first_order: NaiveDate,
    pub(super) last_order: NaiveDate,
    pub(super) terms: Terms,
    pub(super) habit: Habit,
    /// Percent.
    pub(super) discount: i64,
    pub(super) warehouse: usize,
}

/// The presets of payment steps in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Terms {
    Prepaid,
    /// 30 % before shipment, the rest 30 days after.
    ThirtySeventy,
    /// Everything so many days after shipment.
    Deferred(u16),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Habit {
    Punctual,
    Late,
    VeryLate,
}

impl Terms {
    fn steps(self) -> Vec<PaymentStep> {
        let step = |percent: i64, moment, days| PaymentStep {
            percent: Decimal::from(percent),
            moment,
            days,
        };
        match self {
            Self::Prepaid => vec![step(100, PaymentMoment::BeforeShipment, 0)],
            Self::ThirtySeventy => vec![
                step(30, PaymentMoment::BeforeShipment, 0),
                step(70, PaymentMoment::AfterShipment, 30),
            ],
            Self::Deferred(days) => vec![step(100, PaymentMoment::AfterShipment, days)],
        }
    }
}

/// Customers and their buyers, in the same order; limits are set when the history is known.
pub(super) fn invite(
    profile: &Profile,
    span: &Span,
    users: &[User],
    dice: &mut Dice,
) -> (Vec<Customer>, Vec<Buyer>) {
    let names = company_names(profile, dice);
    let mut taken = BTreeSet::new();
    let mut customers = Vec::with_capacity(profile.customers);
    let mut buyers = Vec::with_capacity(profile.customers);
    for rank in 0..profile.customers {
        let region = region_of(profile, rank, dice);
        let buyer = buyer(profile, span, rank, region, dice);
        let mut customer = introduce(profile, region, &names[rank % names.len()], dice);
        while taken.contains(&customer.name) || taken.contains(&customer.inn) {
            customer = introduce(profile, region, &names[rank % names.len()], dice);
        }
        taken.extend([customer.name.clone(), customer.inn.clone()]);
        customer.manager = manager_for(users, region, dice);
        customer.agreement = Agreement {
            valid_from: buyer.first_order,
            payment_steps: buyer.terms.steps(),
            discount: Decimal::from(buyer.discount),
            credit_policy: CreditPolicy::Warn,
        };
        customers.push(customer);
        buyers.push(buyer);
    }
    (customers, buyers)
}

/// Every region has a large customer; the rest fall by the regions' weights.
fn region_of(profile: &Profile, rank: usize, dice: &mut Dice) -> &'static Region {
    let weights: Vec<u64> = profile.regions.iter().map(|region| region.weight).collect();
    let drawn = dice.weighted(&weights);
    &profile.regions[if rank < weights.len() { rank } else { drawn }]
}

fn manager_for(users: &[User], region: &Region, dice: &mut Dice) -> usize {
    let managers: Vec<usize> = users
        .iter()
        .enumerate()
        .filter(|(_, user)| {
            user.role == Role::Manager && user.department == Some(region.department)
        })
        .map(|(position, _)| position)
        .collect();
    *dice.pick(&managers)
}

fn buyer(profile: &Profile, span: &Span, rank: usize, region: &Region, dice: &mut Dice) -> Buyer {
    let tier = rank * 10 / profile.customers;
    let debtor = profile.debtors.iter().find(|debtor| debtor.customer == rank);
    let (first_order, last_order) = match dice.below(10) {
        // New ones and lost ones, but never among the largest.
        0 if tier > 0 => (months_before(span.today, 3), span.today),
        1 if tier > 0 => (span.first, months_before(span.today, dice.between(4, 9) as u32)),
        _ => (span.first, span.today),
    };
    let terms = terms(tier, dice);
    // By rank rather than by chance: the few largest ones must not all be late.
    let habit = match rank % 10 {
        4 | 7 => Habit::Late,
        9 => Habit::VeryLate,
        _ => Habit::Punctual,
    };
    let buyer = Buyer {
        weight: 1_000_000 / (rank as u64 + 4),
        size: 10 - tier as u64,
        first_order,
        last_order,
        terms,
        habit,
        discount: [7, 5, 5, 3, 3, 2, 0, 0, 0, 0][tier],
        warehouse: region.warehouse,
    };
    match debtor {
        None => buyer,
        Some(debtor) => Buyer {
            first_order: span.first,
            last_order: shifted(span.today, -debtor.days_overdue - 30),
            terms: Terms::Deferred(14),
            habit: Habit::Punctual,
            ..buyer
        },
    }
}

/// The large ones buy on credit, the small ones pay first.
fn terms(tier: usize, dice: &mut Dice) -> Terms {
    let days = match tier {
        0..=1 => *dice.pick(&[21, 30, 45]),
        _ => *dice.pick(&[7, 14, 21, 30]),
    };
    let prepaid_of_100 = [0, 5, 10, 15, 25, 35, 45, 55, 60, 65][tier];
    match dice.below(100) {
        roll if roll < prepaid_of_100 => Terms::Prepaid,
        roll if roll < prepaid_of_100 + 20 => Terms::ThirtySeventy,
        _ => Terms::Deferred(days),
    }
}

fn company_names(profile: &Profile, dice: &mut Dice) -> Vec<String> {
    let mut names: Vec<String> = profile
        .name_heads
        .iter()
        .flat_map(|head| {
            profile.name_tails.iter().map(move |tail| format!("{head}{}", tail.to_lowercase()))
        })
        .collect();
    dice.shuffle(&mut names);
    names
}

fn introduce(profile: &Profile, region: &Region, name: &str, dice: &mut Dice) -> Customer {
    let owner = full_name(dice);
    let (name, host, inn, kpp) = match dice.below(100) {
        0..15 => {
            let surname = owner.split(' ').next().unwrap_or_default();
            let host = format!("ip-{}.example", latin(surname));
            let inn = tax_number::inn_of_person(region.tax_code, dice);
            (format!("ИП {owner}"), host, inn, None)
        }
        roll => {
            let form = if roll < 92 { "ООО" } else { "АО" };
            let host = format!("{}.example", latin(name));
            let inn = tax_number::inn_of_company(region.tax_code, dice);
            (format!("{form} «{name}»"), host, inn, Some(tax_number::kpp(region.tax_code)))
        }
    };
    let contacts = (0..dice.between(1, 2)).map(|_| contact(profile, region, &host, dice)).collect();
    Customer {
        address: format!(
            "{}, {}, д. {}",
            dice.pick(region.cities),
            dice.pick(places::STREETS),
            dice.between(1, 118)
        ),
        name,
        inn,
        kpp,
        region: region.name,
        phone: phone(region, dice),
        email: format!("info@{host}"),
        contacts,
        manager: 0,
        credit_limit: Decimal::ZERO,
        agreement: Agreement {
            valid_from: NaiveDate::MIN,
            payment_steps: Vec::new(),
            discount: Decimal::ZERO,
            credit_policy: CreditPolicy::Warn,
        },
    }
}

fn contact(profile: &Profile, region: &Region, host: &str, dice: &mut Dice) -> Contact {
    let name = full_name(dice);
    let surname = name.split(' ').next().unwrap_or_default();
    Contact {
        email: format!("{}@{host}", latin(surname)),
        position: dice.pick::<&str>(profile.positions),
        phone: phone(region, dice),
        name,
    }
}

/// Surname, first name, patronymic.
fn full_name(dice: &mut Dice) -> String {
    let surname = dice.pick(people::SURNAMES);
    let patronymic = dice.pick(people::PATRONYMICS);
    if dice.chance(500) {
        format!("{surname}а {} {patronymic}на", dice.pick(people::WOMEN))
    } else {
        format!("{surname} {} {patronymic}ич", dice.pick(people::MEN))
    }
}

/// No subscriber's number begins with 0, so nobody's phone rings.
fn phone(region: &Region, dice: &mut Dice) -> String {
    format!("+7{}0{:06}", region.dial_code, dice.below(1_000_000))
}

/// A host name of Cyrillic text: letters transliterated, blanks to hyphens, the rest dropped.
fn latin(text: &str) -> String {
    const LETTERS: [&str; 32] = [
        "a", "b", "v", "g", "d", "e", "zh", "z", "i", "y", "k", "l", "m", "n", "o", "p", "r", "s",
        "t", "u", "f", "h", "ts", "ch", "sh", "sch", "", "y", "", "e", "yu", "ya",
    ];
    let mut host = String::new();
    for letter in text.to_lowercase().chars() {
        match letter {
            'а'..='я' => host.push_str(LETTERS[letter as usize - 'а' as usize]),
            'ё' => host.push('e'),
            ' ' => host.push('-'),
            _ => {}
        }
    }
    host
}
