//! Which encoding a text file has, and its bytes as UTF-8.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE, WINDOWS_1251};
use serde::{Deserialize, Serialize};

/// A chunk of the file, in bytes.
const CHUNK: usize = 64 << 10;

/// A byte that is in no UTF-8 text: stands where the file's bytes are no characters, so that the
/// one check for broken text, per cell, finds it.
const BROKEN: u8 = 0xFF;

/// The encoding of a CSV file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// Windows-1251, what Excel writes in Russia.
    Windows1251,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
}

/// The encoding by the byte order mark; else UTF-8 where the text is valid as such, else 1251.
/// A few broken places in a file full of UTF-8 letters leave it UTF-8: told cell by cell they are
/// of more use than the whole file misread. Reads the file through once.
pub(super) fn detect(file: &File) -> io::Result<Encoding> {
    let mut head = [0; 2];
    rewind(file)?;
    let length = read_full(file, &mut head)?;
    match &head[..length] {
        [0xFF, 0xFE] => return Ok(Encoding::Utf16Le),
        [0xFE, 0xFF] => return Ok(Encoding::Utf16Be),
        _ => {}
    }
    rewind(file)?;
    let (letters, broken) = count_utf8(file)?;
    let is_utf8 = broken == 0 || letters / 10 > broken;
    Ok(if is_utf8 { Encoding::Utf8 } else { Encoding::Windows1251 })
}

/// Characters of more than one byte, and places that are no characters.
fn count_utf8(mut file: &File) -> io::Result<(u64, u64)> {
    let mut buffer = vec![0; CHUNK];
    let (mut kept, mut letters, mut broken) = (0, 0_u64, 0_u64);
    loop {
        let read = file.read(&mut buffer[kept..])?;
        let filled = kept + read;
        let mut rest = &buffer[..filled];
        kept = 0;
        while !rest.is_empty() {
            let error = std::str::from_utf8(rest).err();
            let valid = error.map_or(rest.len(), |error| error.valid_up_to());
            letters += rest[..valid].iter().filter(|byte| **byte >= 0xC0).count() as u64;
            rest = &rest[valid..];
            let Some(error) = error else { break };
            match error.error_len() {
                Some(length) => {
                    broken += 1;
                    rest = &rest[length..];
                }
                // Cut by the chunk's end: at most three bytes.
                None if read > 0 => {
                    kept = rest.len();
                    break;
                }
                None => {
                    broken += 1;
                    break;
                }
            }
        }
        if read == 0 {
            return Ok((letters, broken));
        }
        let tail = filled - kept;
        buffer.copy_within(tail..filled, 0);
    }
}

/// The file from its start as UTF-8, without a byte order mark.
pub(super) fn open(file: &File, encoding: Encoding) -> io::Result<Box<dyn BufRead + '_>> {
    rewind(file)?;
    let decoder = match encoding {
        Encoding::Utf8 => {
            let mut input = BufReader::with_capacity(CHUNK, file);
            if input.fill_buf()?.starts_with(b"\xEF\xBB\xBF") {
                input.consume(3);
            }
            return Ok(Box::new(input));
        }
        Encoding::Windows1251 => WINDOWS_1251.new_decoder_without_bom_handling(),
        Encoding::Utf16Le => UTF_16LE.new_decoder_with_bom_removal(),
        Encoding::Utf16Be => UTF_16BE.new_decoder_with_bom_removal(),
    };
    Ok(Box::new(Transcoded {
        file,
        decoder,
        raw: vec![0; CHUNK],
        raw_at: 0,
        raw_filled: 0,
        text: vec![0; CHUNK * 3],
        text_at: 0,
        text_filled: 0,
        state: State::Reading,
    }))
}

#[derive(PartialEq)]
enum State {
    Reading,
    LastChunk,
    Finished,
}

struct Transcoded<'a> {
    file: &'a File,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_at: usize,
    raw_filled: usize,
    text: Vec<u8>,
    text_at: usize,
    text_filled: usize,
    state: State,
}

impl Transcoded<'_> {
    fn decode_more(&mut self) -> io::Result<()> {
        if self.raw_at == self.raw_filled && self.state == State::Reading {
            self.raw_filled = self.file.read(&mut self.raw)?;
            self.raw_at = 0;
            if self.raw_filled == 0 {
                self.state = State::LastChunk;
            }
        }
        // One byte is kept free for the sign of a broken place.
        let room = self.text.len() - 1;
        let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(
            &self.raw[self.raw_at..self.raw_filled],
            &mut self.text[..room],
            self.state == State::LastChunk,
        );
        self.raw_at += read;
        self.text_at = 0;
        self.text_filled = written;
        match result {
            DecoderResult::Malformed(..) => {
                self.text[written] = BROKEN;
                self.text_filled += 1;
            }
            DecoderResult::InputEmpty if self.state == State::LastChunk => {
                self.state = State::Finished;
            }
            DecoderResult::InputEmpty | DecoderResult::OutputFull => {}
        }
        Ok(())
    }
}

impl Read for Transcoded<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(into.len());
        into[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for Transcoded<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.text_at == self.text_filled && self.state != State::Finished {
            self.decode_more()?;
        }
        Ok(&self.text[self.text_at..self.text_filled])
    }

    fn consume(&mut self, amount: usize) {
        self.text_at += amount;
    }
}

fn rewind(mut file: &File) -> io::Result<()> {
    file.seek(SeekFrom::Start(0)).map(drop)
}

fn read_full(mut file: &File, into: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < into.len() {
        match file.read(&mut into[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}
