//! Reads CSV files by the names of their columns.

use std::collections::HashMap;

use csv::{Reader, ReaderBuilder, StringRecord};

use super::source::{At, AtUnit, Broken};

/// Excel separates the cells with `;` in countries where the decimal sign is a comma.
const SEPARATORS: [u8; 3] = *b",;\t";
/// The program looks for the header only in these first bytes and in these first rows of a file.
const HEADER_BYTES: usize = 8 * 1024;
const HEADER_ROWS: usize = 10;
/// After a row with a wrong quotation mark, the lines below are read once more. Together, all these readings may read
/// `READINGS` times as many bytes as the file has, and `MORE_BYTES` in addition.
const READINGS: usize = 5;
const MORE_BYTES: usize = 1024 * 1024;
/// Each new start of the reader takes as long as reading this number of bytes.
const BEGIN_BYTES: usize = 8 * 1024;

/// A CSV file with a header.
#[derive(Debug)]
pub struct Table<'a> {
    separator: u8,
    /// The index of each column, by the name of the column in lower case.
    columns: HashMap<String, usize>,
    /// The number of cells in the header.
    width: usize,
    /// What comes after the header.
    rest: &'a str,
    /// The number of the header's row.
    header: usize,
}

/// A row below the header.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The number of the row. Rows count from 1, and the rows before the header count too. Empty lines do not count.
    pub at: At,
    columns: &'a HashMap<String, usize>,
    cells: &'a StringRecord,
}

impl Row<'_> {
    /// The text in the column with this name (in lower case). The text is empty if the file has no such column, or if
    /// the row ends before it.
    pub fn cell(&self, column: &str) -> &str {
        self.columns.get(column).and_then(|at| self.cells.get(*at)).unwrap_or_default().trim()
    }

    fn is_empty(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

impl<'a> Table<'a> {
    /// The table whose header has all columns in `wanted`. The names in `wanted` are in lower case. The header may come
    /// after other rows, and the order of the columns does not matter. `None` if there is no such header near the
    /// beginning of the text.
    pub fn find(text: &'a str, wanted: &[&str]) -> Option<Self> {
        let begin = &text[..text.floor_char_boundary(HEADER_BYTES)];
        SEPARATORS.into_iter().find_map(|separator| {
            let mut reader = reader(begin, separator);
            let mut cells = StringRecord::new();
            for header in 1..=HEADER_ROWS {
                if !reader.read_record(&mut cells).ok()? {
                    return None;
                }
                let name = |cell: &str| cell.trim_matches(['\u{feff}', ' ']).to_lowercase();
                // If two columns have the same name, the first one counts.
                let mut columns = HashMap::new();
                for (at, cell) in cells.iter().enumerate() {
                    columns.entry(name(cell)).or_insert(at);
                }
                if wanted.iter().all(|column| columns.contains_key(*column)) {
                    let at = usize::try_from(reader.position().byte()).ok()?;
                    return Some(Self { separator, columns, width: cells.len(), rest: text.get(at..)?, header });
                }
            }
            None
        })
    }

    /// Calls `each` with each row that has a text. Rows that cannot be read are added to `broken`.
    pub fn rows(&self, broken: &mut Vec<Broken>, mut each: impl FnMut(Row<'_>, &mut Vec<Broken>)) {
        let (mut rest, mut number) = (self.rest, self.header);
        let mut budget = self.rest.len() * READINGS + MORE_BYTES;
        while let Some((torn, next)) = self.rows_of(rest, &mut number, broken, &mut each) {
            budget = budget.saturating_sub(torn + BEGIN_BYTES);
            let reason = if budget == 0 {
                "From this row on, quotation marks are missing. The rest of the file is left out."
            } else {
                "The row has a quotation mark at the beginning of a cell, but none at its end."
            };
            broken.push(Broken { at: at(number), reason: reason.to_owned() });
            if budget == 0 {
                return;
            }
            rest = next;
        }
    }

    /// Reads the rows of this text. If a row is torn (see `is_torn`), this function stops there. Then it returns the
    /// length of this row, and the text after the first line of the row.
    fn rows_of<'b>(
        &self,
        text: &'b str,
        number: &mut usize,
        broken: &mut Vec<Broken>,
        each: &mut impl FnMut(Row<'_>, &mut Vec<Broken>),
    ) -> Option<(usize, &'b str)> {
        let (mut reader, mut cells) = (reader(text, self.separator), StringRecord::new());
        loop {
            let begin = usize::try_from(reader.position().byte()).ok()?;
            if !reader.read_record(&mut cells).ok()? {
                return None;
            }
            *number += 1;
            let end = usize::try_from(reader.position().byte()).ok()?;
            let own = text.get(begin..end)?.trim_start_matches(['\r', '\n']);
            if is_torn(own, self.separator) {
                let rest = text.get(end - own.len()..)?;
                return Some((own.len(), rest.split_once(['\n', '\r']).map_or("", |(_, rest)| rest)));
            }
            let row = Row { at: at(*number), columns: &self.columns, cells: &cells };
            if cells.iter().skip(self.width).any(|cell| !cell.trim().is_empty()) {
                let (found, width) = (cells.len(), self.width);
                let reason = format!(
                    "The row has {found} cells, but the header has {width}. A cell that contains the separator needs quotation marks."
                );
                broken.push(Broken { at: row.at, reason });
            } else if !row.is_empty() {
                each(row, broken);
            }
        }
    }
}

fn at(number: usize) -> At {
    At { unit: AtUnit::Row, number }
}

fn reader(text: &str, separator: u8) -> Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes())
}

/// Whether a quotation of this row has no end, or ends in a later row. A quotation ends in a later row if it contains a
/// line break and does not end at the end of a cell. Only a quotation mark at the beginning of a cell begins a
/// quotation.
fn is_torn(row: &str, separator: u8) -> bool {
    let (mut quoted, mut begins, mut has_break) = (false, true, false);
    let mut bytes = row.bytes().peekable();
    while let Some(byte) = bytes.next() {
        let is_break = |byte: u8| byte == b'\n' || byte == b'\r';
        match byte {
            b'"' if quoted => {
                quoted = bytes.next_if_eq(&b'"').is_some();
                let ends = bytes.peek().is_none_or(|next| *next == separator || is_break(*next));
                if !quoted && has_break && !ends {
                    return true;
                }
            }
            byte if quoted => has_break |= is_break(byte),
            b'"' if begins => (quoted, begins, has_break) = (true, false, false),
            byte => begins = byte == separator || is_break(byte),
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<(Vec<String>, Vec<String>)> {
        let (mut rows, mut broken) = (Vec::new(), Vec::new());
        Table::find(text, &["type", "content"])?
            .rows(&mut broken, |row, _| rows.push(format!("{} {}", row.at.number, row.cell("content"))));
        let broken = broken.into_iter().map(|broken| format!("{} {}", broken.at.number, broken.reason)).collect();
        Some((rows, broken))
    }

    #[test]
    fn columns_are_found_by_their_name_with_each_separator_and_line_end() {
        for text in [
            "TYPE,CONTENT\ntask,Milk\n\ntask,\"Bread, dark\"\n",
            "Content;Type\r\nMilk;task\r\n;\r\nBread, dark;task",
            "sep=;\r\nType;Content\r\ntask;Milk\r\ntask;Bread, dark\r\n",
            "x\r\"y\r\rz\"\rtype\tother\t content \rtask\t\tMilk\rtask\t\tBread, dark\r",
        ] {
            let (rows, broken) = read(text).unwrap();
            let texts: Vec<&str> = rows.iter().map(|row| row.split_once(' ').unwrap().1).collect();
            assert_eq!((texts, broken), (vec!["Milk", "Bread, dark"], vec![]), "{text}");
        }
        assert!(read("TYPE,KONTENT\n").is_none());
        assert!(read("").is_none());
    }

    #[test]
    fn a_quotation_without_an_end_and_a_row_with_too_many_cells_leave_the_others_alone() {
        let (rows, broken) =
            read("TYPE,CONTENT\ntask,a\ntask,5\" pipe\ntask,\"b\ntask,c,d\ntask,\"e \"\"f\"\"\ng\"\ntask,h,\n")
                .unwrap();
        assert_eq!(rows, ["2 a", "3 5\" pipe", "6 e \"f\"\ng", "7 h"]);
        assert_eq!(broken.len(), 2, "{broken:?}");
        assert!(broken[0].starts_with("4 The row has a quotation mark"), "{broken:?}");
        assert!(broken[1].starts_with("5 The row has 3 cells, but the header has 2."), "{broken:?}");
    }

    #[test]
    fn a_file_full_of_quotations_without_an_end_takes_no_more_time_than_a_few_files() {
        let text = format!("TYPE,CONTENT\n{}", "task,\"a \n".repeat(100_000));
        let (rows, broken) = read(&text).unwrap();
        assert!(rows.is_empty());
        assert!((100..1_000).contains(&broken.len()), "{}", broken.len());
        assert!(broken.last().unwrap().contains("The rest of the file is left out."));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(TYPE[,;]CONTENT\n)?([\",;\r\n aé]|task){0,60}") {
            read(&text);
        }
    }
}
