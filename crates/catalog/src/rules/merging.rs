//! What becomes of names when two cards become one.

use std::collections::HashSet;

/// Longest name of an agreement, in characters.
const LONGEST: usize = 250;
/// What of a card's name is put behind an agreement's, in characters.
const LONGEST_ORIGIN: usize = 80;

/// A name for an agreement that comes from another card: its own where it is free, else with the
/// name of that card behind it, and a number where that is taken too. Never longer than a name.
pub(crate) fn free_name(name: &str, origin: &str, taken: &HashSet<String>) -> String {
    if !taken.contains(name) {
        return name.to_owned();
    }
    let origin: String = origin.chars().take(LONGEST_ORIGIN).collect();
    let numbered = |number: usize| match number {
        1 => format!(" ({origin})"),
        _ => format!(" ({origin}, {number})"),
    };
    // One more try than there are names cannot find all of them taken.
    let tries = (1..=taken.len() + 1).map(|number| {
        let behind = numbered(number);
        let room = LONGEST - behind.chars().count();
        name.chars().take(room).chain(behind.chars()).collect::<String>()
    });
    let mut tries = tries.skip_while(|tried| taken.contains(tried));
    tries.next().unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_name_stays_and_a_taken_one_says_where_it_came_from() {
        let taken: HashSet<String> =
            ["Standard", "Standard (Ромашка)"].map(str::to_owned).into_iter().collect();
        for (name, origin, expected) in [
            ("Wholesale", "Ромашка", "Wholesale"),
            ("Standard", "Vostok", "Standard (Vostok)"),
            ("Standard", "Ромашка", "Standard (Ромашка, 2)"),
        ] {
            assert_eq!(free_name(name, origin, &taken), expected);
        }
    }

    #[test]
    fn the_longest_names_stay_within_bounds() {
        let long = "ё".repeat(LONGEST);
        let taken = HashSet::from([long.clone()]);
        let found = free_name(&long, &"я".repeat(LONGEST), &taken);
        assert_eq!(found.chars().count(), LONGEST);
        assert!(found.ends_with(&format!(" ({})", "я".repeat(LONGEST_ORIGIN))));
    }
}
