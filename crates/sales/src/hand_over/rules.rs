//! Who gets the next customer.

/// The heir with the fewest customers; of equal ones the first. So those who get any end within
/// one customer of each other, and nobody gets one while another has less.
pub(super) fn next_heir(loads: &[i64]) -> Option<usize> {
    (0..loads.len()).min_by_key(|place| (loads[*place], *place))
}

/// Gives out so many customers one by one, counting them onto `loads`: the place of the heir of
/// each.
pub(super) fn spread(loads: &mut [i64], customers: usize) -> Vec<usize> {
    let mut given = Vec::with_capacity(customers);
    for _ in 0..customers {
        let Some(heir) = next_heir(loads) else { break };
        loads[heir] += 1;
        given.push(heir);
    }
    given
}

/// How many of so many customers each heir would get.
pub(super) fn shares(loads: &[i64], customers: i64) -> Vec<i64> {
    let Some(lowest) = loads.iter().min().copied() else { return Vec::new() };
    let needed = |level: i64| loads.iter().map(|load| (level - load).max(0)).sum::<i64>();
    // The highest level to which so many customers fill everybody up.
    let (mut level, mut too_high) = (lowest, lowest + customers.max(0) + 1);
    while too_high - level > 1 {
        let middle = level + (too_high - level) / 2;
        if needed(middle) <= customers { level = middle } else { too_high = middle }
    }
    let mut shares: Vec<i64> = loads.iter().map(|load| (level - load).max(0)).collect();
    // What is left over goes one each to the first of those that stand at it.
    let left = usize::try_from(customers.max(0) - needed(level)).unwrap_or_default();
    let at_level: Vec<usize> = (0..loads.len()).filter(|place| loads[*place] <= level).collect();
    at_level.into_iter().take(left).for_each(|place| shares[place] += 1);
    shares
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn customers_go_where_there_are_fewest() {
        for (loads, customers, expected) in [
            (vec![0], 3, vec![3]),
            (vec![0, 0], 3, vec![2, 1]),
            (vec![5, 0, 0], 4, vec![0, 2, 2]),
            (vec![5, 0, 0], 11, vec![1, 5, 5]),
            (vec![2, 0], 1, vec![0, 1]),
            (vec![1, 3, 2], 0, vec![0, 0, 0]),
            (vec![], 3, vec![]),
        ] {
            assert_eq!(shares(&loads, customers), expected, "{loads:?} {customers}");
        }
    }

    proptest! {
        #[test]
        fn fair_to_within_one(
            before in prop::collection::vec(0_i64..40, 1..12),
            customers in 0_usize..200,
        ) {
            let mut after = before.clone();
            let given = spread(&mut after, customers);
            prop_assert_eq!(given.len(), customers);
            let least = after.iter().min().copied().unwrap_or_default();
            for (was, is) in before.iter().zip(&after) {
                prop_assert!(is >= was);
                // Whoever got any has at most one more than whoever has least.
                prop_assert!(is == was || *is <= least + 1, "{:?} {:?}", before, after);
            }
            // Told beforehand is what happens, in whatever portions it happens.
            let told = shares(&before, i64::try_from(customers).unwrap());
            let got: Vec<i64> = after.iter().zip(&before).map(|(is, was)| is - was).collect();
            prop_assert_eq!(&told, &got);
            let mut in_parts = before.clone();
            spread(&mut in_parts, customers / 3);
            spread(&mut in_parts, customers - customers / 3);
            prop_assert_eq!(in_parts, after);
        }
    }
}
