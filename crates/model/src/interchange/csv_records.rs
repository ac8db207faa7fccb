//! CSV text to records, a piece at a time. A record may span lines; a cell that is empty and not quoted is null.

use super::RowFault;

/// Cells of one record: several times the columns of any kind of row, so that a line of commas takes no memory.
const MAX_CELLS: usize = 1_000;

/// One line of cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvRecord {
    /// Where it begins, from 1.
    pub line: u64,
    pub cells: Vec<Option<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing of the cell was seen yet.
    CellStart,
    Plain,
    Quoted,
    /// After a quote inside a quoted cell: the end of it, or half of a doubled one.
    QuoteInQuoted,
}

/// Cuts text into records. Feed it pieces of any size, then `finish`.
#[derive(Debug)]
pub struct CsvRecords {
    state: State,
    max_bytes: usize,
    line: u64,
    record_line: u64,
    /// Of the record under way.
    bytes: usize,
    cell: Vec<u8>,
    is_quoted: bool,
    cells: Vec<Option<String>>,
    fault: Option<RowFault>,
    after_cr: bool,
}

impl CsvRecords {
    /// A record of more than `max_bytes` is passed over and named.
    pub fn new(max_bytes: usize) -> Self {
        Self {
            state: State::CellStart,
            max_bytes,
            line: 1,
            record_line: 1,
            bytes: 0,
            cell: Vec::new(),
            is_quoted: false,
            cells: Vec::new(),
            fault: None,
            after_cr: false,
        }
    }

    /// Hands every record that ends in `piece` to `take`, with the line it began on. Lines without any text are skipped.
    pub fn feed(&mut self, piece: &[u8], take: &mut impl FnMut(u64, Result<CsvRecord, RowFault>)) {
        for byte in piece {
            let follows_cr = std::mem::take(&mut self.after_cr);
            if *byte == b'\n' && self.state != State::Quoted {
                self.line += 1;
                if follows_cr {
                    self.record_line = self.line;
                } else {
                    self.end_record(take);
                }
                continue;
            }
            if *byte == b'\r' && self.state != State::Quoted {
                self.after_cr = true;
                self.end_record(take);
                continue;
            }
            self.line += u64::from(*byte == b'\n');
            self.bytes += 1;
            self.step(*byte);
        }
    }

    /// The end of the text: hands over the last record when no line break follows it.
    pub fn finish(mut self, take: &mut impl FnMut(u64, Result<CsvRecord, RowFault>)) {
        if self.state == State::Quoted {
            self.fault.get_or_insert_with(|| RowFault::new("row", "the text ends inside a quoted cell"));
        }
        self.end_record(take);
    }

    fn step(&mut self, byte: u8) {
        match (self.state, byte) {
            (State::Quoted, b'"') => self.state = State::QuoteInQuoted,
            (State::Quoted, _) => self.push(byte),
            (State::QuoteInQuoted, b'"') => {
                self.push(byte);
                self.state = State::Quoted;
            }
            (State::CellStart, b'"') => {
                self.is_quoted = true;
                self.state = State::Quoted;
            }
            (_, b',') => self.end_cell(),
            (State::QuoteInQuoted, _) => {
                self.fault.get_or_insert_with(|| RowFault::new("row", "expected a comma or the end of the line after a closing quote"));
            }
            (State::CellStart | State::Plain, _) => {
                self.push(byte);
                self.state = State::Plain;
            }
        }
    }

    fn push(&mut self, byte: u8) {
        if self.bytes <= self.max_bytes {
            self.cell.push(byte);
        }
    }

    fn end_cell(&mut self) {
        let bytes = std::mem::take(&mut self.cell);
        let is_quoted = std::mem::take(&mut self.is_quoted);
        self.state = State::CellStart;
        if self.bytes > self.max_bytes {
            return;
        }
        if self.cells.len() == MAX_CELLS {
            self.fault.get_or_insert_with(|| RowFault::new("row", format!("expected at most {MAX_CELLS} cells")));
            return;
        }
        match String::from_utf8(bytes) {
            Ok(text) => self.cells.push((is_quoted || !text.is_empty()).then_some(text)),
            Err(_) => {
                self.fault.get_or_insert_with(|| RowFault::new("row", "expected UTF-8"));
                self.cells.push(None);
            }
        }
    }

    fn end_record(&mut self, take: &mut impl FnMut(u64, Result<CsvRecord, RowFault>)) {
        let is_blank = self.bytes == 0;
        if !is_blank {
            self.end_cell();
        }
        let cells = std::mem::take(&mut self.cells);
        let (line, bytes) = (self.record_line, std::mem::take(&mut self.bytes));
        self.record_line = self.line;
        self.state = State::CellStart;
        let fault = self.fault.take();
        if is_blank {
            return;
        }
        let too_long = (bytes > self.max_bytes).then(|| RowFault::new("row", format!("expected at most {} bytes", self.max_bytes)));
        take(line, too_long.or(fault).map_or(Ok(CsvRecord { line, cells }), Err));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Found = Vec<(u64, Result<Vec<Option<String>>, String>)>;

    fn records(text: &str, piece: usize) -> Found {
        let (mut found, mut records) = (Vec::new(), CsvRecords::new(40));
        let mut take = |line, record: Result<CsvRecord, RowFault>| {
            found.push((line, record.map(|record| record.cells).map_err(|fault| fault.message)));
        };
        text.as_bytes().chunks(piece).for_each(|piece| records.feed(piece, &mut take));
        records.finish(&mut take);
        found
    }

    fn cells(cells: &[Option<&str>]) -> Result<Vec<Option<String>>, String> {
        Ok(cells.iter().map(|cell| cell.map(str::to_owned)).collect())
    }

    #[test]
    fn cells_may_hold_anything_when_quoted_and_pieces_may_end_anywhere() {
        let text = "a,,\"\"\r\n\"x \"\"y\"\",\n\r\nz\",b,c\n\n1,2,3";
        let expected = [
            (1, cells(&[Some("a"), None, Some("")])),
            (2, cells(&[Some("x \"y\",\n\r\nz"), Some("b"), Some("c")])),
            (6, cells(&[Some("1"), Some("2"), Some("3")])),
        ];
        for piece in 1..text.len() {
            assert_eq!(records(text, piece), expected, "{piece}");
        }
    }

    #[test]
    fn what_is_no_csv_is_named_and_the_next_line_goes_on() {
        let found = records(&format!("\"a\"b,c\n{}\nok\n\"open", "x".repeat(41)), 7);
        assert!(found[0].1.as_ref().unwrap_err().contains("closing quote"));
        assert!(found[1].1.as_ref().unwrap_err().contains("at most 40 bytes"));
        assert_eq!(found[2], (3, cells(&[Some("ok")])));
        assert!(found[3].1.as_ref().unwrap_err().contains("inside a quoted cell"));
    }
}
