//! Reads the directory of a ZIP archive (APPNOTE.TXT of PKWARE, version 6.3.10).

use std::borrow::Cow;

/// The length of the record at the end of an archive, and the length of the fixed part of a directory entry.
const END: usize = 22;
const ENTRY: usize = 46;
/// The length of the fixed part of the header that stands before the bytes of a file.
const HEADER: usize = 30;
/// The comment at the end of an archive is at most this long.
const COMMENT: usize = 0xffff;

/// The letters of the code page 437, from 0x80 on. Old programs and Windows write file names in this code page.
const CODE_PAGE_437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// A file in an archive. The name can be anything, such as `../../file` or an empty text.
#[derive(Debug)]
pub struct Entry<'a> {
    pub name: Cow<'a, str>,
    pub packing: Packing,
    pub packed: &'a [u8],
    /// The CRC-32 of the unpacked bytes.
    pub crc: u32,
}

/// How the bytes of a file are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    Stored,
    Deflated,
    Encrypted,
    Other,
}

/// The entries of the directory, one after another. If an entry cannot be read, the iterator yields `None` for this
/// entry, and ends. The function itself returns `None` if the bytes have no directory. It cannot read archives in
/// several parts, or archives in the form ZIP64 (for files of more than 4 GB).
pub fn entries(bytes: &[u8]) -> Option<impl Iterator<Item = Option<Entry<'_>>>> {
    let end = end(bytes)?;
    let number = u16_at(bytes, end + 10)?;
    let mut at = Some(usize_at(bytes, end + 16)?);
    Some((0..number).map_while(move |_| {
        let read = entry(bytes, at?);
        at = read.as_ref().map(|(_, next)| *next);
        Some(read.map(|(entry, _)| entry))
    }))
}

/// The position of the record at the end of the archive. It is the last such record whose comment fits into the
/// archive.
fn end(bytes: &[u8]) -> Option<usize> {
    let last = bytes.len().checked_sub(END)?;
    (last.saturating_sub(COMMENT)..=last).rev().find(|at| {
        let comment = || u16_at(bytes, at + 20).map_or(usize::MAX, usize::from);
        bytes[*at..].starts_with(b"PK\x05\x06") && at + END + comment() <= bytes.len()
    })
}

/// The entry at this position, and the position of the next entry.
fn entry(bytes: &[u8], at: usize) -> Option<(Entry<'_>, usize)> {
    let fixed = bytes.get(at..at.checked_add(ENTRY)?).filter(|fixed| fixed.starts_with(b"PK\x01\x02"))?;
    let length = |at| u16_at(fixed, at).map(usize::from);
    let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
    let names = at + ENTRY;
    let packing = match (u16_at(fixed, 8)? & 1, u16_at(fixed, 10)?) {
        (1, _) => Packing::Encrypted,
        (_, 0) => Packing::Stored,
        (_, 8) => Packing::Deflated,
        _ => Packing::Other,
    };
    let header = usize_at(fixed, 42)?;
    let is_header = bytes.get(header..)?.starts_with(b"PK\x03\x04");
    let length = |at: usize| u16_at(bytes, header + at).map(usize::from);
    let begin = is_header.then_some(header + HEADER)? + length(26)? + length(28)?;
    let entry = Entry {
        name: text(bytes.get(names..names + name)?),
        packing,
        packed: bytes.get(begin..begin.checked_add(usize_at(fixed, 20)?)?)?,
        crc: u32_at(fixed, 16)?,
    };
    Some((entry, names + name + extra + comment))
}

/// Reads a name in UTF-8, or in the code page 437 if the bytes are not valid UTF-8. The archive has a bit for the
/// encoding, but some programs do not set this bit.
fn text(name: &[u8]) -> Cow<'_, str> {
    let letter = |byte: u8| match byte {
        0x80.. => CODE_PAGE_437.chars().nth(usize::from(byte - 0x80)).unwrap_or(char::REPLACEMENT_CHARACTER),
        byte => char::from(byte),
    };
    std::str::from_utf8(name).map_or_else(|_| name.iter().copied().map(letter).collect(), Cow::Borrowed)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().copied().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_le_bytes)
}

fn usize_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32_at(bytes, at)?).ok()
}
