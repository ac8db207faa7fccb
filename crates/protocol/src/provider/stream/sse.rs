//! Server-sent events: lines → the data of events.

use super::MAX_EVENT_BYTES;

/// Takes bytes cut anywhere. Lines end with LF, CR or both.
#[derive(Default)]
pub(super) struct EventLines {
    /// The line that has not ended yet.
    line: Vec<u8>,
    /// The data of the event that has not ended yet.
    data: Vec<u8>,
    has_data: bool,
    after_cr: bool,
    /// The event is too long, or part of it is missing: nothing is taken until its end.
    skips: bool,
}

impl EventLines {
    /// Hands over the data of each event that ends in these bytes; `None` for one that was skipped.
    pub(super) fn feed(&mut self, mut bytes: &[u8], take: &mut dyn FnMut(Option<&str>)) {
        while !bytes.is_empty() {
            if std::mem::take(&mut self.after_cr) && bytes[0] == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            match bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
                Some(end) => {
                    self.extend(&bytes[..end]);
                    self.after_cr = bytes[end] == b'\r';
                    self.end_line(take);
                    bytes = &bytes[end + 1..];
                }
                None => {
                    self.extend(bytes);
                    return;
                }
            }
        }
    }

    pub(super) fn skip(&mut self) {
        self.drop_event();
        self.skips = true;
    }

    pub(super) fn buffered(&self) -> usize {
        self.line.capacity() + self.data.capacity()
    }

    fn extend(&mut self, piece: &[u8]) {
        if self.line.len() + self.data.len() + piece.len() > MAX_EVENT_BYTES {
            self.skip();
        }
        if self.skips {
            // Whether the line is empty still matters: an empty one ends the event.
            if !piece.is_empty() && self.line.is_empty() {
                self.line.push(b':');
            }
            return;
        }
        self.line.extend_from_slice(piece);
    }

    fn end_line(&mut self, take: &mut dyn FnMut(Option<&str>)) {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            return self.end_event(line, take);
        }
        if !self.skips
            && let Some(value) = data_of(&line)
        {
            if std::mem::replace(&mut self.has_data, true) {
                self.data.push(b'\n');
            }
            self.data.extend_from_slice(value);
        }
        // The room is used again for the next line.
        self.line = line;
        self.line.clear();
    }

    fn end_event(&mut self, line: Vec<u8>, take: &mut dyn FnMut(Option<&str>)) {
        if self.skips {
            take(None);
        } else if self.has_data {
            take(std::str::from_utf8(&self.data).ok());
        }
        self.line = line;
        self.drop_event();
        self.skips = false;
    }

    fn drop_event(&mut self) {
        /// More room than this is not kept for the next event.
        const KEPT_ROOM: usize = 64 << 10;
        self.line.clear();
        self.data.clear();
        self.has_data = false;
        self.line.shrink_to(KEPT_ROOM);
        self.data.shrink_to(KEPT_ROOM);
    }
}

/// The value of a `data` line. The first line may begin with a byte order mark.
fn data_of(line: &[u8]) -> Option<&[u8]> {
    let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
    let rest = line.strip_prefix(b"data")?;
    match rest.first() {
        None => Some(rest),
        Some(b':') => Some(rest[1..].strip_prefix(b" ").unwrap_or(&rest[1..])),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(text: &[u8], piece: usize) -> Vec<Option<String>> {
        let (mut lines, mut found) = (EventLines::default(), Vec::new());
        text.chunks(piece).for_each(|piece| lines.feed(piece, &mut |data| found.push(data.map(str::to_owned))));
        found
    }

    #[test]
    fn events_come_whole_however_they_are_cut() {
        let text =
            "\u{feff}data: a\n\nevent: x\r\ndata: b\r\ndata:c\r\n\r\n: comment\n\ndata\rid: 1\r\rdatum: no\n\ndata: é\n\ndata: open\n";
        let expected: Vec<_> = ["a", "b\nc", "", "é"].into_iter().map(|data| Some(data.to_owned())).collect();
        for piece in [1, 2, 3, 7, text.len()] {
            assert_eq!(events(text.as_bytes(), piece), expected, "cut by {piece}");
        }
    }

    #[test]
    fn what_is_too_long_or_missing_is_skipped_to_its_end() {
        let long = [b"data: ".as_slice(), &vec![b'x'; MAX_EVENT_BYTES], b"\nmore\n\ndata: next\n\n"].concat();
        assert_eq!(events(&long, 1 << 16), [None, Some("next".to_owned())]);
        let (mut lines, mut found) = (EventLines::default(), Vec::new());
        let mut take = |data: Option<&str>| found.push(data.map(str::to_owned));
        lines.feed(b"data: begun", &mut take);
        lines.skip();
        lines.feed(b" and the rest\n\ndata: next\n\n", &mut take);
        assert_eq!(found, [None, Some("next".to_owned())]);
    }
}
