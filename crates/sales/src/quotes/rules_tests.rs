use kernel::RefusalCode;
use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn a_quote_goes_its_ways_and_no_others() {
    for (state, ways) in [
        (
            S::Draft,
            vec![
                (M::Update, S::Draft),
                (M::Send, S::Sent),
                (M::Accept, S::Accepted),
                (M::Revise, S::Superseded),
                (M::Cancel, S::Cancelled),
            ],
        ),
        (S::PendingApproval, vec![(M::Revise, S::Superseded), (M::Cancel, S::Cancelled)]),
        (
            S::Sent,
            vec![
                (M::Send, S::Sent),
                (M::Accept, S::Accepted),
                (M::Decline, S::Declined),
                (M::Extend, S::Sent),
                (M::Revise, S::Superseded),
                (M::Cancel, S::Cancelled),
            ],
        ),
        (S::Accepted, vec![(M::Order, S::Accepted)]),
        (S::Declined, vec![(M::Revise, S::Declined)]),
        (
            S::Expired,
            vec![(M::Extend, S::Sent), (M::Revise, S::Superseded), (M::Cancel, S::Cancelled)],
        ),
        (S::Superseded, vec![]),
        (S::Cancelled, vec![]),
    ] {
        for by in QuoteMove::ALL {
            let way = ways.iter().find(|(how, _)| how == by).map(|(_, to)| *to);
            assert_eq!(state.by(*by).ok(), way, "{state:?} {by:?}");
        }
        assert_eq!(state.moves(), ways.iter().map(|(by, _)| *by).collect::<Vec<_>>());
    }
}

#[test]
fn the_last_day_counts() {
    let until = day("2026-03-31");
    assert!(check_valid_on(until, until).is_ok());
    assert_eq!(
        check_valid_on(until, day("2026-04-01")).unwrap_err().code,
        RefusalCode::QuoteExpired
    );
    assert!(check_validity(until, until).is_ok());
    for bad in ["2026-03-30", "2036-06-01"] {
        assert!(check_validity(until, day(bad)).is_err(), "{bad}");
    }
}

#[test]
fn texts_are_bounded_and_printable() {
    let block = |heading: Option<&str>, text: &str| QuoteText {
        heading: heading.map(str::to_owned),
        text: text.to_owned(),
    };
    let kept = texts(&[block(Some(" Сроки "), " 3 дня\nпосле оплаты "), block(Some(" "), "x")]);
    let kept = kept.unwrap().0;
    assert_eq!(kept[0], block(Some("Сроки"), "3 дня\nпосле оплаты"));
    assert_eq!(kept[1].heading, None);
    for (bad, code) in [
        (block(None, " "), RefusalCode::Required),
        (block(None, "a\u{0}"), RefusalCode::Invalid),
        (block(Some("a\u{1b}"), "x"), RefusalCode::Invalid),
        (block(None, &"ж".repeat(10_001)), RefusalCode::OutOfRange),
    ] {
        assert_eq!(texts(&[bad]).unwrap_err().code, code);
    }
    assert_eq!(texts(&vec![block(None, "x"); 21]).unwrap_err().code, RefusalCode::TooMany);
}

fn line(id: u8, is_optional: bool, amount: &str) -> Choosable<u8> {
    Choosable { id, is_optional, sum: LineSum { amount: dec(amount), vat: Decimal::ZERO } }
}

#[test]
fn a_customer_takes_what_is_not_optional_and_what_he_chose() {
    let lines = [line(1, false, "100"), line(2, true, "10"), line(3, true, "1")];
    for (choice, taken, gross) in
        [(vec![], vec![], "100"), (vec![3], vec![3], "101"), (vec![3, 2, 3], vec![2, 3], "111")]
    {
        let (found, sums) = chosen(&lines, &choice, VatMode::Included).unwrap();
        assert_eq!((found, sums.gross), (taken, dec(gross)), "{choice:?}");
    }
    for wrong in [1, 9] {
        let code = chosen(&lines, &[wrong], VatMode::Included).unwrap_err().code;
        assert_eq!(code, RefusalCode::UnknownReference, "{wrong}");
    }
    let only_optional = [line(2, true, "10")];
    let code = chosen(&only_optional, &[], VatMode::Included).unwrap_err().code;
    assert_eq!(code, RefusalCode::NoLines);
}

proptest! {
    /// What is taken never comes to more than what is offered, nor to less than what is not optional.
    #[test]
    fn a_choice_lies_between_the_least_and_all(
        drawn in proptest::collection::vec((any::<bool>(), 0_i64..100_000, any::<bool>()), 1..20),
    ) {
        let lines: Vec<Choosable<usize>> = drawn
            .iter()
            .enumerate()
            .map(|(id, (is_optional, amount, _))| Choosable {
                id,
                is_optional: *is_optional,
                sum: LineSum { amount: Decimal::new(*amount, 2), vat: Decimal::ZERO },
            })
            .collect();
        let choice: Vec<usize> =
            (0..drawn.len()).filter(|place| drawn[*place].0 && drawn[*place].2).collect();
        let sum = |of: &dyn Fn(&Choosable<usize>) -> bool| -> Decimal {
            lines.iter().filter(|line| of(line)).map(|line| line.sum.amount).sum()
        };
        match chosen(&lines, &choice, VatMode::Included) {
            Ok((taken, sums)) => {
                prop_assert_eq!(&taken, &choice);
                prop_assert!(sums.gross >= sum(&|line| !line.is_optional));
                prop_assert!(sums.gross <= sum(&|_| true));
            }
            Err(refusal) => {
                prop_assert_eq!(refusal.code, RefusalCode::NoLines);
                prop_assert!(lines.iter().all(|line| line.is_optional) && choice.is_empty());
            }
        }
    }
}
