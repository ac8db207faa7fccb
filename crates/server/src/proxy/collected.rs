//! A whole body, as far as there is room for it.

/// Most bytes of a body that are kept: more than a long conversation with images.
const MAX_BYTES: usize = 16 << 20;
/// Of a body that is larger, its end: counts come last in large answers.
const TAIL_BYTES: usize = 16 << 10;

#[derive(Debug, Default)]
pub(super) struct Collected {
    bytes: Vec<u8>,
    tail: Vec<u8>,
    is_cut: bool,
}

impl Collected {
    pub(super) fn add(&mut self, piece: &[u8]) {
        if !self.is_cut && self.bytes.len() + piece.len() <= MAX_BYTES {
            self.bytes.extend_from_slice(piece);
            return;
        }
        self.cut();
        self.tail.extend_from_slice(&piece[piece.len().saturating_sub(TAIL_BYTES)..]);
        let excess = self.tail.len().saturating_sub(TAIL_BYTES);
        self.tail.drain(..excess);
    }

    /// Something is missing from here on.
    pub(super) fn cut(&mut self) {
        if !std::mem::replace(&mut self.is_cut, true) {
            let start = self.bytes.len().saturating_sub(TAIL_BYTES);
            self.tail = self.bytes.split_off(start);
            // What cannot be read as a whole is not worth its room.
            self.bytes = Vec::new();
        }
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len() + self.tail.len()
    }

    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The body, if nothing of it is missing.
    pub(super) fn whole(&self) -> Option<&[u8]> {
        (!self.is_cut).then_some(&self.bytes)
    }

    /// The last bytes of a body that is not whole.
    pub(super) fn tail(&self) -> &[u8] {
        &self.tail
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_is_too_large_keeps_its_end() {
        let mut body = Collected::default();
        body.add(b"abc");
        assert_eq!(body.whole(), Some(&b"abc"[..]));
        body.add(&vec![b'x'; MAX_BYTES]);
        body.add(b"end");
        assert_eq!((body.whole(), body.is_cut(), body.len()), (None, true, TAIL_BYTES));
        assert!(body.tail().ends_with(b"xend"));
        let mut cut = Collected::default();
        cut.add(b"abc");
        cut.cut();
        cut.add(b"def");
        assert_eq!((cut.whole(), cut.tail()), (None, &b"abcdef"[..]));
    }
}
