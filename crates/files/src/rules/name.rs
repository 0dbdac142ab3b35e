//! Names of files as people give them. They are kept to be shown and sent back, and may end up in
//! a folder on somebody's machine: what could lead a program or a person astray there is refused,
//! not mended, so that a file never comes back under another name than it went.

use kernel::{Refusal, RefusalCode};

/// Longest name in bytes: what file systems take.
const LONGEST: usize = 255;
/// Characters that Windows does not take in a name; a slash of either kind leads elsewhere.
const FORBIDDEN: &str = "/\\:*?\"<>|";
/// Devices of Windows, whatever the extension.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"];
/// Devices of Windows with a number behind them.
const NUMBERED_DEVICES: &[&str] = &["com", "lpt"];

/// A name that is safe to show and to send back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    /// Checks a name as a client sent it.
    ///
    /// # Errors
    /// `FILE_NAME_NOT_ALLOWED` with the reason.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.trim().is_empty() {
            return Err(refused("The file has no name.", "У файла нет имени."));
        }
        if text.len() > LONGEST {
            return Err(refused(
                format!("The file's name is longer than {LONGEST} bytes."),
                format!("Имя файла длиннее {LONGEST} байт."),
            ));
        }
        if text.chars().any(char::is_control) {
            return Err(refused(
                "The file's name holds control characters.",
                "В имени файла есть управляющие символы.",
            ));
        }
        if text.chars().any(is_invisible) {
            return Err(refused(
                "The file's name holds invisible characters, which can show it as another one.",
                "В имени файла есть невидимые символы: из-за них имя может выглядеть иначе.",
            ));
        }
        if text.chars().any(|c| FORBIDDEN.contains(c)) {
            return Err(refused(
                format!("The file's name holds a path, or one of {FORBIDDEN}"),
                format!("В имени файла есть путь или один из символов {FORBIDDEN}"),
            ));
        }
        if text.starts_with([' ', '.']) || text.ends_with([' ', '.']) {
            return Err(refused(
                "The file's name begins or ends with a dot or a space.",
                "Имя файла начинается или кончается точкой или пробелом.",
            ));
        }
        if is_device(text) {
            return Err(refused(
                "The file's name is reserved by Windows.",
                "Такое имя файла зарезервировано в Windows.",
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands behind the last dot, in small letters; empty where there is none.
    #[must_use]
    pub fn extension(&self) -> String {
        self.0.rsplit_once('.').map(|(_, end)| end.to_lowercase()).unwrap_or_default()
    }
}

/// Characters without a picture of their own: marks of direction (`gpj.exe` shown as `exe.jpg`),
/// joiners, separators of lines, and the mark of byte order.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00ad}'
            | '\u{061c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    // Windows takes the raised digits for digits.
    let is_number = |rest: &str| {
        let mut chars = rest.chars();
        matches!((chars.next(), chars.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
    };
    DEVICES.contains(&stem.as_str())
        || NUMBERED_DEVICES.iter().any(|kind| stem.strip_prefix(kind).is_some_and(is_number))
}

fn refused(en: impl Into<String>, ru: impl Into<String>) -> Refusal {
    Refusal::new(RefusalCode::FileNameNotAllowed, en, ru).at(["file"])
}

#[cfg(test)]
mod tests {
    use kernel::Language;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_that_people_give_are_taken() {
        for name in [
            "договор.pdf",
            "Contract No 12 (signed).PDF",
            "a.b.c.docx",
            "common.txt",
            "com10.txt",
            "console.csv",
            "прайс — июнь, 50% & НДС.xlsx",
            "照片.png",
        ] {
            assert_eq!(FileName::parse(name).unwrap().as_str(), name);
        }
        assert_eq!(FileName::parse("A.B.PDF").unwrap().extension(), "pdf");
        assert_eq!(FileName::parse("README").unwrap().extension(), "");
    }

    #[test]
    fn names_that_lead_astray_are_refused_with_the_reason() {
        let long = format!("{}.pdf", "я".repeat(126));
        for (name, reason) in [
            ("", "no name"),
            ("  ", "no name"),
            ("../../etc/passwd", "path"),
            ("..", "dot"),
            ("/etc/passwd", "path"),
            ("C:\\boot.ini", "path"),
            ("a.pdf:hidden.exe", "path"),
            ("a\0.pdf", "control"),
            ("a\n.pdf", "control"),
            ("a\u{85}.pdf", "control"),
            ("photo\u{202e}gpj.exe", "invisible"),
            ("a\u{200b}.pdf", "invisible"),
            (".htaccess", "dot"),
            ("a.pdf.", "dot"),
            ("CON", "reserved"),
            ("nul.txt", "reserved"),
            ("Lpt1.pdf", "reserved"),
            ("com¹.pdf", "reserved"),
            ("aux .pdf", "reserved"),
            (&long, "255 bytes"),
        ] {
            let refusal = FileName::parse(name).unwrap_err();
            assert_eq!(refusal.code, RefusalCode::FileNameNotAllowed);
            assert!(refusal.message(Language::En).contains(reason), "{name:?}: {refusal:?}");
            assert!(!refusal.message(Language::Ru).is_ascii());
        }
    }

    proptest! {
        #[test]
        fn what_is_taken_is_one_plain_name(text in ".{0,300}") {
            if let Ok(name) = FileName::parse(&text) {
                let path = std::path::Path::new(name.as_str());
                prop_assert_eq!(path.components().count(), 1);
                prop_assert_eq!(path.file_name().unwrap().to_str().unwrap(), text);
            }
        }
    }
}
