//! Types of files: the one list of what is kept. The content decides, and the name must agree.
//!
//! Not on the list, on purpose:
//! - programs and scripts: nobody needs them beside a customer, and people click on them;
//! - HTML, SVG and XML: a browser runs the scripts in them;
//! - archives: what lies inside is not looked at, so the list would mean nothing;
//! - Office's old formats (doc, xls, ppt): they begin like Windows installers and may hold macros;
//!   for the same reason docm, xlsm and their like.

use kernel::{Refusal, RefusalCode};

/// So much of a file is looked at to tell its type.
pub(crate) const HEAD_BYTES: usize = 16 * 1024;

/// A type of files that is kept.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FileType {
    /// As it is sent back (RFC 6838).
    pub(crate) content_type: &'static str,
    extensions: &'static [&'static str],
    form: Form,
}

/// How a type is told by its content.
#[derive(Debug, PartialEq, Eq)]
enum Form {
    /// A picture, by its first bytes.
    Picture,
    /// By its first bytes.
    Signature,
    /// A ZIP package by ECMA-376 with its parts under this folder. Writers order the parts as
    /// they like, so the type may not be told by the beginning; that of another one must not be.
    Package(&'static str),
    /// Text without control characters that does not begin as markup or a script.
    Text,
}

const fn of(
    content_type: &'static str,
    extensions: &'static [&'static str],
    form: Form,
) -> FileType {
    FileType { content_type, extensions, form }
}

/// Papers, tables, slides and pictures that every office opens, and nothing that runs.
const ALLOWED: &[FileType] = &[
    of("application/pdf", &["pdf"], Form::Signature),
    of("image/jpeg", &["jpg", "jpeg"], Form::Picture),
    of("image/png", &["png"], Form::Picture),
    of("image/webp", &["webp"], Form::Picture),
    of("image/gif", &["gif"], Form::Picture),
    // Scanners and telephones; browsers do not show them.
    of("image/tiff", &["tif", "tiff"], Form::Signature),
    of("image/heif", &["heic", "heif"], Form::Signature),
    of(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        &["docx"],
        Form::Package("word/"),
    ),
    of(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        &["xlsx"],
        Form::Package("xl/"),
    ),
    of(
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        &["pptx"],
        Form::Package("ppt/"),
    ),
    of("application/vnd.oasis.opendocument.text", &["odt"], Form::Signature),
    of("application/vnd.oasis.opendocument.spreadsheet", &["ods"], Form::Signature),
    of("application/vnd.oasis.opendocument.presentation", &["odp"], Form::Signature),
    of("text/plain", &["txt"], Form::Text),
    of("text/csv", &["csv"], Form::Text),
];

/// The extensions of all types that are kept, for messages.
#[must_use]
pub fn allowed_extensions() -> String {
    let all: Vec<&str> = ALLOWED.iter().flat_map(|of| of.extensions).copied().collect();
    all.join(", ")
}

impl FileType {
    /// Whether a later piece of the content fits the type. The beginning was looked at by
    /// [`recognise`].
    pub(crate) fn goes_on(&self, piece: &[u8]) -> Result<(), Refusal> {
        if self.form == Form::Text && !is_plain(piece) { Err(disguised()) } else { Ok(()) }
    }

    /// Whether browsers show it as a picture.
    pub(crate) fn is_picture(&self) -> bool {
        self.form == Form::Picture
    }

    fn fits(&self, head: &[u8]) -> bool {
        let told = infer::get(head).map(|kind| kind.mime_type());
        match self.form {
            Form::Picture | Form::Signature => told == Some(self.content_type),
            Form::Package(folder) => {
                told == Some(self.content_type)
                    || told == Some("application/zip") && is_package(head, folder)
            }
            Form::Text => is_plain(head) && !is_active(head),
        }
    }
}

/// Whether a type may be a photo.
pub(crate) fn is_picture(content_type: &str) -> bool {
    ALLOWED.iter().any(|of| of.content_type == content_type && of.is_picture())
}

/// The type that an extension names, if the content begins like one.
///
/// # Errors
/// `FILE_TYPE_NOT_ALLOWED`: the extension is not on the list, or the content is something else.
pub(crate) fn recognise(extension: &str, head: &[u8]) -> Result<&'static FileType, Refusal> {
    let named = ALLOWED.iter().find(|of| of.extensions.contains(&extension));
    let Some(named) = named else {
        let all = allowed_extensions();
        return Err(refused(
            format!("Files of this type are not kept. Kept are: {all}."),
            format!("Файлы этого типа не принимаются. Принимаются: {all}."),
        ));
    };
    if named.fits(head) { Ok(named) } else { Err(disguised()) }
}

/// The first part of a package is one of these, or already lies in the format's own folder.
fn is_package(head: &[u8], folder: &str) -> bool {
    // A local file header is 30 bytes, the name comes next (APPNOTE.TXT, 4.3.7).
    const NAME_AT: usize = 30;
    let first = head.get(NAME_AT..).unwrap_or_default();
    let starts = ["[Content_Types].xml", "_rels/.rels", "docProps/", "mimetype", folder];
    starts.iter().any(|start| first.starts_with(start.as_bytes()))
}

/// Text in any encoding that keeps ASCII, such as UTF-8 and windows-1251.
fn is_plain(piece: &[u8]) -> bool {
    piece.iter().all(|byte| !byte.is_ascii_control() || b"\t\n\r\x0c".contains(byte))
}

/// Text that some program would run or draw: markup, or a script with its interpreter.
fn is_active(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    text.starts_with(b"<") || text.starts_with(b"#!")
}

fn disguised() -> Refusal {
    refused(
        "The file's content is not what its name says.",
        "Содержимое файла не соответствует его имени.",
    )
}

fn refused(en: impl Into<String>, ru: impl Into<String>) -> Refusal {
    Refusal::new(RefusalCode::FileTypeNotAllowed, en, ru).at(["file"])
}

#[cfg(test)]
mod tests {
    use super::*;

    const PDF: &[u8] = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n";
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0";
    const EXE: &[u8] = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff";
    const ELF: &[u8] = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0";
    const SVG: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>";
    const HTML: &[u8] = b"\xef\xbb\xbf \n<!DOCTYPE html><script>alert(1)</script>";

    fn zip(first: &str) -> Vec<u8> {
        let mut head = b"PK\x03\x04\x14\0\0\0\x08\0".to_vec();
        head.resize(26, 0);
        head.extend(u16::try_from(first.len()).unwrap().to_le_bytes());
        head.extend([0, 0]);
        head.extend(first.as_bytes());
        head.resize(200, 1);
        head
    }

    #[test]
    fn content_and_name_must_agree() {
        let package = zip("[Content_Types].xml");
        for (extension, head, content_type) in [
            ("pdf", PDF, "application/pdf"),
            ("png", PNG, "image/png"),
            ("jpeg", JPEG, "image/jpeg"),
            ("xlsx", &package, ALLOWED[8].content_type),
            ("txt", "Здравствуйте!\r\n".as_bytes(), "text/plain"),
            ("csv", b"\xcf\xf0\xe8\xe2\xe5\xf2;1,50\n", "text/csv"),
            ("csv", b"BM;MZ\n", "text/csv"),
        ] {
            let found = recognise(extension, head).unwrap();
            assert_eq!(found.content_type, content_type, "{extension}");
        }
    }

    #[test]
    fn what_runs_or_pretends_is_refused() {
        let (archive, package) = (zip("evil.exe"), zip("word/document.xml"));
        for (extension, head) in [
            ("exe", EXE),
            ("pdf", EXE),
            ("txt", ELF),
            ("jpg", PNG),
            ("png", SVG),
            ("svg", SVG),
            ("html", HTML),
            ("txt", HTML),
            ("csv", b"#!/bin/sh\nrm -rf ~\n"),
            ("xml", b"<?xml version=\"1.0\"?>"),
            ("docx", &archive),
            ("xlsx", &package),
            ("zip", &archive),
            ("doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
            ("", PDF),
            ("pdf", b""),
        ] {
            let refusal = recognise(extension, head).unwrap_err();
            assert_eq!(refusal.code, RefusalCode::FileTypeNotAllowed, "{extension}");
        }
        let text = recognise("txt", b"harmless").unwrap();
        assert!(text.goes_on(b"more").is_ok() && text.goes_on(EXE).is_err());
    }
}
