//! Which cells hold dates and which shares: a workbook stores both as plain numbers and tells by
//! the cell's number format.

use std::collections::HashMap;

use quick_xml::events::Event;

use super::package::Package;
use super::xml::attribute;
use crate::FileFault;

/// Bytes of the part, inflated.
const LARGEST: u64 = 16 << 20;

/// Formats of cells; Excel allows 65,490 ("specifications and limits").
const MOST_FORMATS: usize = 65_536;

/// How a number is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    Percent,
    /// A day, a time, or both.
    Date,
}

/// The kind of each cell format, by its index.
pub(super) fn read(package: &mut Package, part: &str) -> Result<Vec<Kind>, FileFault> {
    let Some(mut xml) = package.part(part, LARGEST)? else { return Ok(Vec::new()) };
    let mut named = HashMap::new();
    let mut kinds = Vec::new();
    let mut is_in_cell_formats = false;
    loop {
        match xml.next()? {
            Event::Start(element) => match element.local_name().as_ref() {
                "numFmt" => {
                    let id = attribute(&element, "numFmtId");
                    let code = attribute(&element, "formatCode");
                    if let (Some(id), Some(code)) = (id, code) {
                        named.insert(id, kind_of(&code));
                    }
                }
                "cellXfs" => is_in_cell_formats = true,
                "xf" if is_in_cell_formats => {
                    let id = attribute(&element, "numFmtId").unwrap_or_default();
                    let own = named.get(&id).copied();
                    kinds.push(own.unwrap_or_else(|| built_in(&id)));
                }
                _ => {}
            },
            Event::End(element) if element.local_name().as_ref() == "cellXfs" => {
                return Ok(kinds);
            }
            Event::Eof => return Ok(kinds),
            _ => {}
        }
        if kinds.len() > MOST_FORMATS || named.len() > MOST_FORMATS {
            return Err(xml.damaged());
        }
    }
}

/// Formats that workbooks use without describing them (ECMA-376, part 1, 18.8.30). 46 is a
/// length of time and so a number.
fn built_in(id: &str) -> Kind {
    match id.parse::<u32>() {
        Ok(9 | 10) => Kind::Percent,
        Ok(14..=22 | 27..=36 | 45 | 47 | 50..=58) => Kind::Date,
        _ => Kind::Plain,
    }
}

/// The kind by a format's code: its first section, without quoted, escaped and bracketed text.
/// `[h]:mm` is a length of time and so a number.
fn kind_of(code: &str) -> Kind {
    let mut characters = code.chars();
    let mut has_date = false;
    while let Some(character) = characters.next() {
        match character {
            '"' => while characters.next().is_some_and(|inside| inside != '"') {},
            '\\' | '_' | '*' => drop(characters.next()),
            '[' => {
                let inside: String = characters.by_ref().take_while(|c| *c != ']').collect();
                let is_length = !inside.is_empty()
                    && inside.chars().all(|c| matches!(c.to_ascii_lowercase(), 'h' | 'm' | 's'));
                if is_length {
                    return Kind::Plain;
                }
            }
            ';' => break,
            '%' => return Kind::Percent,
            'd' | 'D' | 'm' | 'M' | 'y' | 'Y' | 'h' | 'H' | 's' | 'S' => has_date = true,
            // `General` has none of the letters above in this place only.
            'G' if characters.as_str().starts_with("eneral") => drop(characters.nth(5)),
            _ => {}
        }
    }
    if has_date { Kind::Date } else { Kind::Plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_is_told_by_the_code() {
        for (code, kind) in [
            ("General", Kind::Plain),
            ("0.00", Kind::Plain),
            ("0.0%", Kind::Percent),
            ("dd.mm.yyyy", Kind::Date),
            ("[$-419]d mmm yyyy;@", Kind::Date),
            ("#,##0.00\\ \"руб. с НДС\"", Kind::Plain),
            ("#,##0 \"days\"", Kind::Plain),
            ("[h]:mm:ss", Kind::Plain),
            ("[Red]0.00", Kind::Plain),
            ("0.00;[Red]-0.00%", Kind::Plain),
            ("yyyy-mm-dd hh:mm", Kind::Date),
        ] {
            assert_eq!(kind_of(code), kind, "{code}");
        }
    }
}
