//! The archive a workbook is: opened with bounds on what it may inflate to.
//!
//! Sizes told by the archive are checked when it is opened; a part that lies is stopped where it
//! passes its bound while it is read. Nothing is unpacked to disk.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use zip::ZipArchive;
use zip::result::ZipError;

use super::xml::Xml;
use crate::{FileFault, Limits};

/// Below this a part may inflate as it likes, in bytes.
const SMALL_PART: u64 = 16 << 20;

/// The end of an archive's directory stands in the last 22 bytes and a comment of up to 65,535.
const DIRECTORY_END: u64 = 22 + 65_535;

/// Endings of the names of archives; a workbook that carries one is not for import.
const ARCHIVES: [&str; 11] =
    [".zip", ".xlsx", ".xlsm", ".xlsb", ".docx", ".pptx", ".7z", ".rar", ".gz", ".bz2", ".xz"];

/// An opened archive.
pub(super) struct Package {
    archive: ZipArchive<File>,
    /// Index and bound of each part, by its name in lower case.
    parts: HashMap<String, Part>,
}

#[derive(Clone, Copy)]
struct Part {
    index: usize,
    limit_bytes: u64,
}

impl Package {
    pub(super) fn open(mut file: File, limits: &Limits) -> Result<Self, FileFault> {
        check_kind(&mut file)?;
        check_directory(&mut file, limits)?;
        file.seek(SeekFrom::Start(0))?;
        let archive = ZipArchive::new(file).map_err(|error| fault(error, "zip"))?;
        if archive.len() > limits.parts {
            return Err(FileFault::TooManyParts { limit: limits.parts });
        }
        let mut package = Self { archive, parts: HashMap::new() };
        package.check_parts(limits)?;
        Ok(package)
    }

    fn check_parts(&mut self, limits: &Limits) -> Result<(), FileFault> {
        let mut total = 0_u64;
        for index in 0..self.archive.len() {
            let entry = self.archive.by_index_raw(index).map_err(|error| fault(error, "zip"))?;
            let name = entry.name().map_err(|error| fault(error, "zip"))?.to_ascii_lowercase();
            if entry.encrypted() {
                return Err(FileFault::Locked);
            }
            if ARCHIVES.iter().any(|ending| name.ends_with(ending)) {
                return Err(FileFault::Nested { part: name });
            }
            let by_ratio = entry.compressed_size().saturating_mul(limits.inflation);
            let limit_bytes = limits.part_bytes.min(by_ratio.max(SMALL_PART));
            total = total.saturating_add(entry.size());
            if entry.size() > limit_bytes || total > limits.inflated_bytes {
                return Err(FileFault::Inflates { what: name });
            }
            let name = name.replace('\\', "/").trim_start_matches('/').to_owned();
            self.parts.insert(name, Part { index, limit_bytes });
        }
        Ok(())
    }

    /// A part by its name, which is not sensitive to case; `None` where there is none. Reading
    /// stops at the smaller of its own bound and the one given, in bytes.
    pub(super) fn part(
        &mut self,
        name: &str,
        limit_bytes: u64,
    ) -> Result<Option<Xml<'_>>, FileFault> {
        let Some(part) = self.parts.get(&name.to_ascii_lowercase()).copied() else {
            return Ok(None);
        };
        let input = self.archive.by_index(part.index).map_err(|error| fault(error, name))?;
        let limit_bytes = part.limit_bytes.min(limit_bytes);
        if input.size() > limit_bytes {
            return Err(FileFault::Inflates { what: name.to_owned() });
        }
        Ok(Some(Xml::new(Box::new(input), name, limit_bytes)))
    }
}

/// Tells an archive from what is none, and from a workbook under a password, which is a compound
/// file like those of Excel 2003.
fn check_kind(file: &mut File) -> Result<(), FileFault> {
    let mut head = [0; 4];
    file.seek(SeekFrom::Start(0))?;
    match file.read_exact(&mut head) {
        Ok(()) if head == *b"PK\x03\x04" => Ok(()),
        Ok(()) if head == [0xD0, 0xCF, 0x11, 0xE0] => Err(FileFault::Locked),
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => Err(error.into()),
        _ => Err(FileFault::NotWorkbook),
    }
}

/// The number of parts, before a directory of millions is read into memory. Each record that
/// could be the end of a directory is looked at, since which of them counts is for the reader of
/// archives to choose.
fn check_directory(file: &mut File, limits: &Limits) -> Result<(), FileFault> {
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(DIRECTORY_END)))?;
    let mut tail = Vec::new();
    file.take(DIRECTORY_END).read_to_end(&mut tail)?;
    let mut is_found = false;
    for record in tail.windows(22).filter(|window| window.starts_with(b"PK\x05\x06")) {
        is_found = true;
        // 0xFFFF stands for "see the 64-bit record", which more than 65,534 parts need.
        if usize::from(u16::from_le_bytes([record[10], record[11]])) > limits.parts {
            return Err(FileFault::TooManyParts { limit: limits.parts });
        }
    }
    if is_found { Ok(()) } else { Err(FileFault::NotWorkbook) }
}

fn fault(error: ZipError, part: &str) -> FileFault {
    match error {
        ZipError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => error.into(),
        ZipError::UnsupportedArchive(text) if text == ZipError::PASSWORD_REQUIRED => {
            FileFault::Locked
        }
        _ => FileFault::Damaged { part: part.to_owned() },
    }
}
