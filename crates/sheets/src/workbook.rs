//! Workbooks of Excel 2007 and later (ECMA-376), read as a stream.
//!
//! The sheet's XML is read here, event by event. The `calamine` crate was tried first: for a
//! stranger's file it sets memory aside by numbers that the file names (`uniqueCount` of the
//! shared texts, `si` of shared formulas), reads elements of any length, and while it streams
//! it tells either a cell's formula or its format, so that neither 15 % nor a formula without a
//! result could be told from a number and from nothing. Tests compare the two readers.
//!
//! A merged area's value stands in its first cell, the others are empty, as the file has it.

mod package;
mod rows;
mod styles;
mod texts;
mod value;
mod xml;

use std::collections::HashMap;
use std::fs::File;

use quick_xml::events::Event;

pub(crate) use rows::WorkbookRows;
pub(crate) use value::{SIGNIFICANT, moment};

use crate::{FileFault, Limits, Serials};
use package::Package;
use styles::Kind;
use texts::SharedTexts;
use xml::{attribute, is_true};

/// Bytes of the list of sheets and of each list of relationships, inflated.
const LARGEST_LIST: u64 = 4 << 20;

/// Sheets, and relationships of a part.
const LONGEST_LIST: usize = 4_096;

struct SheetEntry {
    name: String,
    part: String,
    is_visible: bool,
}

/// An opened workbook.
pub(crate) struct Workbook {
    package: Package,
    sheets: Vec<SheetEntry>,
    texts: SharedTexts,
    kinds: Vec<Kind>,
    serials: Serials,
}

/// Where a relationship leads, by the end of its type.
struct Relationship {
    kind: String,
    target: String,
}

impl Workbook {
    pub(crate) fn open(file: File, limits: &Limits) -> Result<Self, FileFault> {
        let mut package = Package::open(file, limits)?;
        let roots = relationships(&mut package, "")?;
        let root = roots.values().find(|found| found.kind == "officeDocument");
        let root = root.map_or("xl/workbook.xml", |found| found.target.as_str());
        let related = relationships(&mut package, root)?;
        let (sheets, serials) = read_sheets(&mut package, root, &related)?;
        let part_of = |kind: &str| {
            related.values().find(|found| found.kind == kind).map(|found| found.target.as_str())
        };
        let texts = match part_of("sharedStrings") {
            Some(part) => SharedTexts::read(&mut package, part, limits)?,
            None => SharedTexts::default(),
        };
        let kinds = match part_of("styles") {
            Some(part) => styles::read(&mut package, part)?,
            None => Vec::new(),
        };
        Ok(Self { package, sheets, texts, kinds, serials })
    }

    pub(crate) fn serials(&self) -> Serials {
        self.serials
    }

    pub(crate) fn visible_sheets(&self) -> impl Iterator<Item = &str> {
        self.sheets.iter().filter(|sheet| sheet.is_visible).map(|sheet| sheet.name.as_str())
    }

    /// The sheet of a name, hidden ones too; the first visible one where none is named.
    pub(crate) fn choose(&self, name: Option<&str>) -> Result<String, FileFault> {
        let Some(name) = name else {
            let first = self.visible_sheets().next();
            return first.map(str::to_owned).ok_or(FileFault::NoVisibleSheet);
        };
        match self.sheets.iter().find(|sheet| sheet.name == name) {
            Some(sheet) => Ok(sheet.name.clone()),
            None => Err(FileFault::NoSuchSheet {
                name: name.to_owned(),
                sheets: self.visible_sheets().map(str::to_owned).collect(),
            }),
        }
    }

    pub(crate) fn rows<'a>(
        &'a mut self,
        name: &str,
        limits: &'a Limits,
    ) -> Result<WorkbookRows<'a>, FileFault> {
        let damaged = || FileFault::Damaged { part: name.to_owned() };
        let sheet = self.sheets.iter().find(|sheet| sheet.name == name).ok_or_else(damaged)?;
        let xml = self.package.part(&sheet.part, limits.part_bytes)?.ok_or_else(damaged)?;
        Ok(WorkbookRows::new(xml, &self.texts, &self.kinds, self.serials, limits))
    }
}

/// The relationships of a part by their ids; those of the package for the empty name.
fn relationships(
    package: &mut Package,
    of: &str,
) -> Result<HashMap<String, Relationship>, FileFault> {
    let (folder, name) = of.rsplit_once('/').unwrap_or(("", of));
    let list = format!("{folder}{}_rels/{name}.rels", if folder.is_empty() { "" } else { "/" });
    let mut found = HashMap::new();
    let Some(mut xml) = package.part(&list, LARGEST_LIST)? else { return Ok(found) };
    loop {
        match xml.next()? {
            Event::Start(element) if element.local_name().as_ref() == "Relationship" => {
                let id = attribute(&element, "Id").unwrap_or_default();
                let kind = attribute(&element, "Type").unwrap_or_default();
                let target = attribute(&element, "Target").unwrap_or_default();
                let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                found.insert(id, Relationship { kind, target: resolve(folder, &target) });
            }
            Event::Eof => return Ok(found),
            _ => {}
        }
        if found.len() > LONGEST_LIST {
            return Err(xml.damaged());
        }
    }
}

/// A target as a name of the package: absolute, or relative to the folder of the part.
fn resolve(folder: &str, target: &str) -> String {
    let from = if target.starts_with('/') { "" } else { folder };
    let mut steps = Vec::new();
    for step in from.split('/').chain(target.split('/')) {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// The sheets with rows, in the workbook's order, and how it counts days.
fn read_sheets(
    package: &mut Package,
    part: &str,
    related: &HashMap<String, Relationship>,
) -> Result<(Vec<SheetEntry>, Serials), FileFault> {
    let mut xml = package.part(part, LARGEST_LIST)?.ok_or(FileFault::NotWorkbook)?;
    let (mut sheets, mut serials) = (Vec::new(), Serials::From1900);
    loop {
        match xml.next()? {
            Event::Start(element) => match element.local_name().as_ref() {
                "workbookPr" if is_true(attribute(&element, "date1904").as_deref()) => {
                    serials = Serials::From1904;
                }
                "sheet" => {
                    let id = attribute(&element, "id").unwrap_or_default();
                    // A sheet of a chart has no rows.
                    let target = related.get(&id).filter(|found| found.kind == "worksheet");
                    if let (Some(name), Some(target)) = (attribute(&element, "name"), target) {
                        let state = attribute(&element, "state");
                        let is_visible = state.is_none_or(|state| state == "visible");
                        sheets.push(SheetEntry { name, part: target.target.clone(), is_visible });
                    }
                }
                _ => {}
            },
            Event::Eof => return Ok((sheets, serials)),
            _ => {}
        }
        if sheets.len() > LONGEST_LIST {
            return Err(xml.damaged());
        }
    }
}
