//! The table of shared texts: a sheet's cells name them by number, in any order, so it is the one
//! part kept in memory whole. Its size is bounded by `Limits::shared_text_bytes`.

use quick_xml::events::Event;

use super::package::Package;
use super::xml::{Xml, entity, unescape};
use crate::{FileFault, Limits};

/// All texts in one piece, and where each ends: four bytes a text above its letters.
#[derive(Default)]
pub(super) struct SharedTexts {
    letters: String,
    ends: Vec<u32>,
}

impl SharedTexts {
    pub(super) fn read(
        package: &mut Package,
        part: &str,
        limits: &Limits,
    ) -> Result<Self, FileFault> {
        let mut texts = Self::default();
        // Ends are counted in 32 bits.
        let limit_bytes = limits.shared_text_bytes.min(u64::from(u32::MAX));
        let Some(mut xml) = package.part(part, limit_bytes)? else { return Ok(texts) };
        loop {
            match xml.next()? {
                Event::Start(element) if element.local_name().as_ref() == "si" => {
                    // Read in full, also where longer than a cell may be: its length is told
                    // where a cell names it.
                    let text = read_text(&mut xml, "si", usize::MAX)?;
                    texts.letters.push_str(&unescape(&text));
                    let end = u32::try_from(texts.letters.len()).map_err(|_| xml.damaged())?;
                    texts.ends.push(end);
                }
                Event::End(element) if element.local_name().as_ref() == "sst" => return Ok(texts),
                Event::Eof => return Err(xml.damaged()),
                _ => {}
            }
        }
    }

    pub(super) fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)? as usize;
        let start = match index {
            0 => 0,
            _ => self.ends[index - 1] as usize,
        };
        self.letters.get(start..end)
    }
}

/// The text of a value (`v`), or of all runs up to the element's end without the reading aids of
/// Asian scripts. What is beyond the limit of bytes is read over.
pub(super) fn read_text(
    xml: &mut Xml<'_>,
    until: &str,
    limit_bytes: usize,
) -> Result<String, FileFault> {
    let mut text = String::new();
    let (mut is_text, mut is_aid) = (until == "v", false);
    loop {
        let mut take = |piece: &str| {
            if is_text && !is_aid && text.len() <= limit_bytes {
                text.push_str(piece);
            }
        };
        match xml.next()? {
            Event::Text(piece) => take(&piece.xml10_content()),
            Event::CData(piece) => take(&piece.xml10_content()),
            Event::GeneralRef(reference) => match entity(&reference) {
                Some(piece) => take(&piece),
                None => return Err(xml.damaged()),
            },
            Event::Start(element) => match element.local_name().as_ref() {
                "t" => is_text = true,
                "rPh" => is_aid = true,
                _ => {}
            },
            Event::End(element) => match element.local_name().as_ref() {
                "t" => is_text = false,
                "rPh" => is_aid = false,
                name if name == until => return Ok(text),
                _ => {}
            },
            Event::Eof => return Err(xml.damaged()),
            _ => {}
        }
    }
}
