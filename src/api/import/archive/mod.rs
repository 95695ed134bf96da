//! Takes the files out of gzip and ZIP archives.
//!
//! Our own code reads the directory of a ZIP archive, and not a crate. The crate `zip` (8.6) puts all entries of the
//! directory into memory before a caller can count them. It also begins again at each end record that it finds. So an
//! attacker could make a small file that takes much time and memory.

mod directory;

use std::io::Read;

use flate2::{Crc, read::DeflateDecoder, read::MultiGzDecoder};

use self::directory::{Entry, Packing, entries};

/// The maximum number of unpacked bytes of all files together.
pub const UNPACKED_BYTES: usize = 8 * 1024 * 1024;
/// The maximum number of files with todos in one archive.
pub const FILES: usize = 200;

/// The file name extensions of files that can have todos. A file without an extension can have todos too.
const ENDINGS: [&str; 9] = ["csv", "json", "jsonl", "ndjson", "ics", "ical", "txt", "md", "markdown"];

/// A file after the unpacking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpacked {
    /// The name without folders. It is only a label, and no path.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Unpacks a file that a person has sent. The result contains the files of a ZIP archive, the one file of a gzip file
/// (RFC 1952), or the file itself. The function recognises an archive by its bytes, and not by its name. It does not
/// unpack archives inside archives. In a ZIP archive, it unpacks only files that can have todos: no folders, no hidden
/// files, no files in `__MACOSX`, and no files with other extensions.
///
/// The unpacking stops at [`UNPACKED_BYTES`], even if the archive contains smaller numbers for the sizes. A file that
/// is not an archive may be longer. The error is a sentence for the person.
pub fn unpack(name: &str, bytes: Vec<u8>) -> Result<Vec<Unpacked>, String> {
    let name = base_name(name);
    if is_gzip(&bytes) {
        let name = name.strip_suffix(".gz").unwrap_or(name).to_owned();
        return Ok(vec![Unpacked { name, bytes: gunzip(&bytes)? }]);
    }
    if !bytes.starts_with(b"PK\x03\x04") && !bytes.starts_with(b"PK\x05\x06") {
        return Ok(vec![Unpacked { name: name.to_owned(), bytes }]);
    }
    unzip(&bytes)
}

/// Unpacks a gzip file, or a body with `Content-Encoding: gzip`. The result has at most [`UNPACKED_BYTES`]. The error
/// is a sentence for the person.
pub fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, String> {
    read(MultiGzDecoder::new(bytes), UNPACKED_BYTES)?.ok_or_else(too_large)
}

fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b, 8])
}

fn unzip(bytes: &[u8]) -> Result<Vec<Unpacked>, String> {
    let mut wanted = Vec::new();
    // If many entries name the same bytes of the archive, the program would unpack these bytes many times.
    let mut packed = 0;
    for entry in entries(bytes).ok_or_else(damaged)? {
        let entry = entry.ok_or_else(damaged)?;
        if !can_have_todos(&entry.name) {
            continue;
        }
        packed += entry.packed.len();
        wanted.push(entry);
        if wanted.len() > FILES {
            return Err(format!("The archive has more than {FILES} files. Please send fewer files at once."));
        }
    }
    if packed > bytes.len() {
        return Err(damaged());
    }
    let mut left = UNPACKED_BYTES;
    let mut files = Vec::with_capacity(wanted.len());
    for entry in wanted {
        let unpacked = unpacked(&entry, left)?;
        left -= unpacked.len();
        files.push(Unpacked { name: base_name(&entry.name).to_owned(), bytes: unpacked });
    }
    if files.is_empty() {
        return Err(format!(
            "The archive has no file that can have todos. Such files end in .{}.",
            ENDINGS.join(", .")
        ));
    }
    Ok(files)
}

/// The unpacked bytes of one file of a ZIP archive, at most `most` bytes.
fn unpacked(entry: &Entry<'_>, most: usize) -> Result<Vec<u8>, String> {
    let name = base_name(&entry.name);
    let bytes = match entry.packing {
        Packing::Stored => read(entry.packed, most)?,
        Packing::Deflated => read(DeflateDecoder::new(entry.packed), most)?,
        Packing::Encrypted => {
            return Err(format!("The file {name} in the archive has a password. Please send the archive without one."));
        }
        Packing::Other => {
            return Err(format!(
                "The file {name} in the archive is packed in an unusual way. Please send it unpacked."
            ));
        }
    };
    let bytes = bytes.ok_or_else(too_large)?;
    let mut sum = Crc::new();
    sum.update(&bytes);
    if sum.sum() == entry.crc { Ok(bytes) } else { Err(damaged()) }
}

/// All bytes of `packed`, or `None` if there are more than `most` bytes. The function unpacks at most one byte more
/// than `most`.
fn read(packed: impl Read, most: usize) -> Result<Option<Vec<u8>>, String> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    match packed.take(limit).read_to_end(&mut bytes) {
        Ok(_) => Ok((bytes.len() <= most).then_some(bytes)),
        Err(_) => Err(damaged()),
    }
}

fn too_large() -> String {
    let megabytes = UNPACKED_BYTES / 1024 / 1024;
    format!("The unpacked files have more than {megabytes} MB. Please send fewer files at once.")
}

fn damaged() -> String {
    "The archive is damaged or not complete. Please make it once more, or send its files unpacked.".to_owned()
}

/// The name without folders. Windows writes `\` between folders.
fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn can_have_todos(path: &str) -> bool {
    let mut parts = path.split(['/', '\\']);
    let is_hidden = parts.any(|part| part == "__MACOSX" || (part.starts_with('.') && ![".", ".."].contains(&part)));
    let name = base_name(path);
    let has_ending = match name.rsplit_once('.') {
        Some((_, ending)) => ENDINGS.iter().any(|own| own.eq_ignore_ascii_case(ending)),
        None => true,
    };
    // The path of a folder ends with `/`, so the name after the last `/` is empty.
    !is_hidden && !name.is_empty() && has_ending && ![".", ".."].contains(&name)
}
