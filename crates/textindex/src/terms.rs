//! Which terms a text is found by: its words, and for scripts without spaces each pair of neighbours, with the last of them alone.
//! A single such character is then found as the beginning of a term, and two of them by one term.

use crate::words::{fold, is_unspaced};

/// Longest term, in bytes of UTF-8. Longer words (keys, encoded data) are found by their beginning, marked as cut.
pub(crate) const MAX_TERM_BYTES: usize = 64;
/// Ends a cut term: no byte of UTF-8, so that no word is taken for a cut one.
pub(crate) const CUT: u8 = 0xFF;
/// Longest term as stored, with its mark.
pub(crate) const MAX_STORED_TERM_BYTES: usize = MAX_TERM_BYTES + 1;

/// Letters and digits of ASCII in lower case; 0 for what ends a word.
const ASCII_WORD: [u8; 128] = {
    let mut table = [0; 128];
    let mut byte = 0;
    while byte < 128 {
        if (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'_' {
            table[byte] = (byte as u8).to_ascii_lowercase();
        }
        byte += 1;
    }
    table
};

/// Calls `sink` with every term of the text, as often as it stands there.
pub(crate) fn for_each_term(text: &str, sink: impl FnMut(&[u8])) {
    let mut scan = Scan { word: TermBuffer::default(), unspaced: None, sink };
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte < 0x80 {
            match ASCII_WORD[byte as usize] {
                0 => scan.end_word(),
                folded => scan.word.push_ascii(folded),
            }
            at += 1;
        } else {
            let character = text[at..].chars().next().unwrap_or(char::REPLACEMENT_CHARACTER);
            scan.wide(character);
            at += character.len_utf8();
        }
    }
    scan.end_word();
    scan.end_unspaced();
}

/// The term of one word, given folded; `true` when it is cut.
pub(crate) fn term_of_word(word: &str) -> (Vec<u8>, bool) {
    let mut term = TermBuffer::default();
    word.chars().for_each(|character| term.push_char(character));
    (term.stored().to_vec(), term.cut)
}

struct Scan<F> {
    word: TermBuffer,
    /// The character of a script without spaces that was the last word, until it is known what follows.
    unspaced: Option<char>,
    sink: F,
}

impl<F: FnMut(&[u8])> Scan<F> {
    #[cold]
    fn wide(&mut self, character: char) {
        if is_unspaced(character) {
            self.end_word();
            if let Some(before) = self.unspaced.replace(character) {
                let mut pair = TermBuffer::default();
                pair.push_char(before);
                pair.push_char(character);
                (self.sink)(pair.stored());
            }
        } else if character.is_alphanumeric() {
            self.word.push_char(fold(character));
        } else {
            self.end_word();
        }
    }

    fn end_word(&mut self) {
        if self.word.len > 0 {
            self.end_unspaced();
            (self.sink)(self.word.stored());
            self.word.clear();
        }
    }

    fn end_unspaced(&mut self) {
        if let Some(character) = self.unspaced.take() {
            (self.sink)(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

/// A term in the making; what goes past the limit only marks it as cut.
struct TermBuffer {
    bytes: [u8; MAX_STORED_TERM_BYTES],
    len: usize,
    cut: bool,
}

impl Default for TermBuffer {
    fn default() -> Self {
        Self { bytes: [0; MAX_STORED_TERM_BYTES], len: 0, cut: false }
    }
}

impl TermBuffer {
    /// Most texts are ASCII: a byte is stored as it is.
    #[inline]
    fn push_ascii(&mut self, byte: u8) {
        if self.len < MAX_TERM_BYTES && !self.cut {
            self.bytes[self.len] = byte;
            self.len += 1;
        } else {
            self.cut = true;
        }
    }

    /// One whole character.
    fn push(&mut self, character: &[u8]) {
        let end = self.len + character.len();
        if self.cut || end > MAX_TERM_BYTES {
            self.cut = true;
            return;
        }
        self.bytes[self.len..end].copy_from_slice(character);
        self.len = end;
    }

    fn push_char(&mut self, character: char) {
        self.push(character.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn stored(&mut self) -> &[u8] {
        if self.cut {
            self.bytes[self.len] = CUT;
        }
        &self.bytes[..self.len + usize::from(self.cut)]
    }

    fn clear(&mut self) {
        self.len = 0;
        self.cut = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms_of(text: &str) -> Vec<String> {
        let mut terms = Vec::new();
        for_each_term(text, |term| terms.push(String::from_utf8_lossy(term).into_owned()));
        terms
    }

    #[test]
    fn words_and_pairs() {
        assert_eq!(terms_of("The ÉTÉ, v2_x!"), ["the", "été", "v2_x"]);
        assert_eq!(terms_of("我要退款 now"), ["我要", "要退", "退款", "款", "now"]);
        assert_eq!(terms_of("a退b"), ["a", "退", "b"]);
        assert_eq!(terms_of("退、款"), ["退款", "款"]);
        assert_eq!(terms_of(" .🙂"), Vec::<String>::new());
    }

    #[test]
    fn long_words_are_cut_between_characters() {
        let word = "é".repeat(40);
        let mut terms = Vec::new();
        for_each_term(&word, |term| terms.push(term.to_vec()));
        let expected = [&word.as_bytes()[..64], &[CUT]].concat();
        assert_eq!(terms, std::slice::from_ref(&expected));
        assert_eq!(term_of_word(&word), (expected, true));
        let whole = "x".repeat(MAX_TERM_BYTES);
        assert_eq!(term_of_word(&whole), (whole.into_bytes(), false));
    }
}
