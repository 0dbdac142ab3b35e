//! What a person may have meant by what he typed: the same keys on the other keyboard layout, the
//! same sounds in the other alphabet.

/// Keys of a Latin keyboard, as typed without and with Shift.
const LATIN_KEYS: &str = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.~{}:\"<>";
/// The same keys of a Russian one.
const RUSSIAN_KEYS: &str = "ёйцукенгшщзхъфывапролджэячсмитьбюёхъжэбю";

/// Latin for Russian sounds as people write it, the longest first.
const FROM_LATIN: &[(&str, &str)] = &[
    ("shch", "щ"),
    ("zh", "ж"),
    ("kh", "х"),
    ("ts", "ц"),
    ("ch", "ч"),
    ("sh", "ш"),
    ("yo", "е"),
    ("yu", "ю"),
    ("ya", "я"),
    ("ju", "ю"),
    ("ja", "я"),
    ("a", "а"),
    ("b", "б"),
    ("c", "к"),
    ("d", "д"),
    ("e", "е"),
    ("f", "ф"),
    ("g", "г"),
    ("h", "х"),
    ("i", "и"),
    ("j", "й"),
    ("k", "к"),
    ("l", "л"),
    ("m", "м"),
    ("n", "н"),
    ("o", "о"),
    ("p", "п"),
    ("q", "к"),
    ("r", "р"),
    ("s", "с"),
    ("t", "т"),
    ("u", "у"),
    ("v", "в"),
    ("w", "в"),
    ("x", "кс"),
    ("y", "ы"),
    ("z", "з"),
];

/// Russian letters in Latin; signs have no sound.
const FROM_RUSSIAN: &[(char, &str)] = &[
    ('а', "a"),
    ('б', "b"),
    ('в', "v"),
    ('г', "g"),
    ('д', "d"),
    ('е', "e"),
    ('ж', "zh"),
    ('з', "z"),
    ('и', "i"),
    ('й', "y"),
    ('к', "k"),
    ('л', "l"),
    ('м', "m"),
    ('н', "n"),
    ('о', "o"),
    ('п', "p"),
    ('р', "r"),
    ('с', "s"),
    ('т', "t"),
    ('у', "u"),
    ('ф', "f"),
    ('х', "h"),
    ('ц', "ts"),
    ('ч', "ch"),
    ('ш', "sh"),
    ('щ', "shch"),
    ('ъ', ""),
    ('ы', "y"),
    ('ь', ""),
    ('э', "e"),
    ('ю', "yu"),
    ('я', "ya"),
];

/// The other readings of a text in lower case without ё: by the other layout, then by sound.
/// None where the text mixes alphabets or holds no letter. Spaces stay where they are, so every
/// reading has as many words.
#[must_use]
pub fn other_readings(text: &str) -> Vec<String> {
    let is_latin = |c: char| c.is_ascii_lowercase();
    let is_russian = |c: char| matches!(c, 'а'..='я');
    let has_latin = text.chars().any(is_latin);
    let readings = match (has_latin, text.chars().any(is_russian)) {
        (true, false) => [on_keys(text, LATIN_KEYS, RUSSIAN_KEYS), by_latin_sound(text)],
        (false, true) => [on_keys(text, RUSSIAN_KEYS, LATIN_KEYS), by_russian_sound(text)],
        _ => return Vec::new(),
    };
    let mut kept: Vec<String> = Vec::new();
    for reading in readings {
        let reading = reading.replace('ё', "е");
        let has_its_words = reading.split(' ').all(|word| !word.is_empty());
        if has_its_words && reading != text && !kept.contains(&reading) {
            kept.push(reading);
        }
    }
    kept
}

fn on_keys(text: &str, from: &str, to: &str) -> String {
    let other = |c: char| from.chars().position(|key| key == c).and_then(|at| to.chars().nth(at));
    text.chars().map(|c| other(c).unwrap_or(c)).collect()
}

fn by_latin_sound(text: &str) -> String {
    let mut rest = text;
    let mut heard = String::with_capacity(text.len() * 2);
    while let Some(next) = rest.chars().next() {
        match FROM_LATIN.iter().find(|(latin, _)| rest.starts_with(latin)) {
            Some((latin, sound)) => {
                heard.push_str(sound);
                rest = &rest[latin.len()..];
            }
            None => {
                heard.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
    }
    heard
}

fn by_russian_sound(text: &str) -> String {
    let mut heard = String::with_capacity(text.len());
    for letter in text.chars() {
        match FROM_RUSSIAN.iter().find(|(russian, _)| *russian == letter) {
            Some((_, sound)) => heard.push_str(sound),
            None => heard.push(letter),
        }
    }
    heard
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_other_layout_and_the_other_alphabet() {
        for (typed, read) in [
            ("rbhgbx", vec!["кирпич", "рбхгбкс"]),
            ("kirpich", vec!["лшкзшср", "кирпич"]),
            ("ищыср", vec!["bosch", "ishchysr"]),
            ("бош", vec![",ji", "bosh"]),
            ("ntcn gkbnrf", vec!["тест плитка", "нткн гкбнрф"]),
            ("[ktg", vec!["хлеп", "[ктг"]),
            ("schyotchik shchit", vec!["ысрнщесршл ырсрше", "счетчик щит"]),
            ("123-45", vec![]),
            ("кабель nym", vec![]),
            ("", vec![]),
            // A sign alone has no sound, and a word must not vanish.
            ("а ъ", vec!["f ]"]),
        ] {
            assert_eq!(other_readings(typed), read, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn words_stay_as_many(text in "[a-zа-я0-9,.\\[\\]]{1,9}( [a-zа-я,.;]{1,9}){0,4}") {
            for reading in other_readings(&text) {
                prop_assert_eq!(reading.split(' ').count(), text.split(' ').count());
                prop_assert!(!reading.contains('ё'));
            }
        }
    }
}
