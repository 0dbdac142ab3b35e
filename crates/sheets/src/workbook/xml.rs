//! One part of a workbook as a stream of XML events, with bounds on all that could grow.

use std::io::{self, BufRead, BufReader, Read};

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::FileFault;

/// Bytes read ahead.
const BUFFER: usize = 64 << 10;

/// Bytes of one tag or one run of text: a cell of 32,767 characters, each written as `&#x10FFFF;`,
/// has 330 thousand.
const LONGEST_EVENT: usize = 512 << 10;

/// Elements inside of each other; a sheet needs six.
const DEEPEST: usize = 64;

/// A reader that stops at the part's bound and at the bound of one event.
struct Metered<R> {
    input: BufReader<R>,
    part_left: u64,
    event_left: usize,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(into.len());
        into[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl<R: Read> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let available = self.input.fill_buf()?;
        if !available.is_empty() && (self.part_left == 0 || self.event_left == 0) {
            return Err(io::Error::other("beyond the bound"));
        }
        let allowed = self.event_left.min(usize::try_from(self.part_left).unwrap_or(usize::MAX));
        Ok(&available[..available.len().min(allowed)])
    }

    fn consume(&mut self, amount: usize) {
        self.part_left -= amount as u64;
        self.event_left -= amount;
        self.input.consume(amount);
    }
}

/// The events of one part. Empty elements come as a start and an end.
pub(super) struct Xml<'a> {
    reader: Reader<Metered<Box<dyn Read + 'a>>>,
    buffer: Vec<u8>,
    depth: usize,
    part: String,
}

impl<'a> Xml<'a> {
    pub(super) fn new(input: Box<dyn Read + 'a>, part: &str, limit_bytes: u64) -> Self {
        let input = BufReader::with_capacity(BUFFER, input);
        let mut reader =
            Reader::from_reader(Metered { input, part_left: limit_bytes, event_left: 0 });
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), depth: 0, part: part.to_owned() }
    }

    /// The next event. A document type is refused: it could define texts that grow.
    pub(super) fn next(&mut self) -> Result<Event<'_>, FileFault> {
        self.buffer.clear();
        self.reader.get_mut().event_left = LONGEST_EVENT;
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(_) => return Err(stopped(self.reader.get_ref(), &self.part)),
        };
        match &event {
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::DocType(_) => return Err(FileFault::Damaged { part: self.part.clone() }),
            _ => {}
        }
        if self.depth > DEEPEST {
            return Err(FileFault::Damaged { part: self.part.clone() });
        }
        Ok(event)
    }

    pub(super) fn damaged(&self) -> FileFault {
        FileFault::Damaged { part: self.part.clone() }
    }
}

fn stopped<R>(meter: &Metered<R>, part: &str) -> FileFault {
    if meter.part_left == 0 {
        return FileFault::Inflates { what: part.to_owned() };
    }
    FileFault::Damaged { part: part.to_owned() }
}

/// An attribute by its local name, unescaped.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = attributes(element).find(|a| a.key.local_name().as_ref() == name)?;
    let value = found.normalized_value(XmlVersion::Implicit1_0).ok()?;
    Some(value.into_owned())
}

/// The attributes. Not looked through for twins: among many that costs their square.
pub(super) fn attributes<'a>(element: &'a BytesStart<'_>) -> impl Iterator<Item = Attribute<'a>> {
    let mut attributes = element.attributes();
    attributes.with_checks(false);
    attributes.flatten()
}

/// Whether an attribute says yes, as XML Schema writes it.
pub(super) fn is_true(value: Option<&str>) -> bool {
    matches!(value, Some("1" | "true"))
}

/// What an entity such as `&amp;` or `&#10;` stands for.
pub(super) fn entity(reference: &BytesRef<'_>) -> Option<String> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Some(character.to_string());
    }
    quick_xml::escape::resolve_xml_entity(reference).map(str::to_owned)
}

/// Text as the format stores it: `_x000D_` stands for the character of that code (ECMA-376,
/// part 1, 22.9.2.19), since XML cannot hold all characters.
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        match escaped_character(escape) {
            Some(character) => {
                out.push(character);
                rest = &escape[7..];
            }
            None => {
                out.push_str("_x");
                rest = &escape[2..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn escaped_character(escape: &str) -> Option<char> {
    let code = escape.get(2..6).filter(|_| escape.as_bytes().get(6) == Some(&b'_'))?;
    let is_hexadecimal = code.bytes().all(|byte| byte.is_ascii_hexdigit());
    char::from_u32(u32::from_str_radix(code, 16).ok().filter(|_| is_hexadecimal)?)
}
