//! Text to lines, a piece at a time.

/// Cuts text at line feeds.
#[derive(Debug)]
pub(super) struct Lines {
    /// Of the line under way.
    text: Vec<u8>,
    /// How long it is, also where it is not kept.
    bytes: usize,
    number: u64,
    max_bytes: usize,
}

/// A line, or `None` when it is longer than the bound.
pub(super) type Line<'a> = Option<&'a [u8]>;

impl Lines {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self { text: Vec::new(), bytes: 0, number: 1, max_bytes }
    }

    /// Hands every line that ends in `piece` to `take`, with its number from 1.
    pub(super) fn feed(&mut self, piece: &[u8], take: &mut impl FnMut(u64, Line<'_>)) {
        let mut parts = piece.split(|byte| *byte == b'\n').peekable();
        while let Some(part) = parts.next() {
            self.bytes += part.len();
            if self.bytes <= self.max_bytes {
                self.text.extend_from_slice(part);
            }
            if parts.peek().is_some() {
                self.end(take);
            }
        }
    }

    /// The end of the text: hands over the last line when no line feed follows it.
    pub(super) fn finish(&mut self, take: &mut impl FnMut(u64, Line<'_>)) {
        if self.bytes > 0 {
            self.end(take);
        }
    }

    fn end(&mut self, take: &mut impl FnMut(u64, Line<'_>)) {
        take(self.number, (self.bytes <= self.max_bytes).then_some(&self.text));
        self.number += 1;
        self.bytes = 0;
        self.text.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_may_end_anywhere_and_long_lines_are_passed_over() {
        let text = b"one\n\nthree is too long\nfour";
        for piece in 1..text.len() {
            let (mut lines, mut found) = (Lines::new(5), Vec::new());
            let mut take = |number, line: Line<'_>| found.push((number, line.map(<[u8]>::to_vec)));
            text.chunks(piece).for_each(|piece| lines.feed(piece, &mut take));
            lines.finish(&mut take);
            assert_eq!(found, [(1, Some(b"one".to_vec())), (2, Some(Vec::new())), (3, None), (4, Some(b"four".to_vec()))], "{piece}");
        }
    }
}
