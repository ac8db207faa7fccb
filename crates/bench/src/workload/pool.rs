//! Prose to take prompts and answers from, made once: random words with the frequencies of the vocabulary, in sentences.

use super::{
    rng::Rng,
    words::{Frequencies, vocabulary},
};

/// About 40 MB of text, so that two texts of the workload seldom share more than chance.
const POOL_WORDS: usize = 6_000_000;
/// A small pool is enough for small workloads, and made at once.
const MIN_POOL_WORDS: usize = 200_000;
const POOL_WORDS_PER_SPAN: usize = 60;
const STREAM: u64 = 0x0700;

/// ASCII text without quotes, backslashes or control characters: it can stand in JSON as it is.
#[derive(Debug)]
pub(crate) struct TextPool {
    text: String,
    words: Vec<String>,
}

impl TextPool {
    pub(crate) fn new(seed: u64, spans: u64) -> Self {
        let words = vocabulary();
        let frequencies = Frequencies::zipf(words.len());
        let mut rng = Rng::new(seed, STREAM, 0);
        let count = usize::try_from(spans).unwrap_or(usize::MAX).saturating_mul(POOL_WORDS_PER_SPAN).clamp(MIN_POOL_WORDS, POOL_WORDS);
        let mut text = String::with_capacity(count * 7);
        let mut starts_sentence = true;
        for _ in 0..count {
            let word = &words[frequencies.draw(&mut rng)];
            if starts_sentence {
                text.push(char::from(word.as_bytes()[0].to_ascii_uppercase()));
                text.push_str(&word[1..]);
            } else {
                text.push_str(word);
            }
            let end = rng.below(30);
            starts_sentence = end < 2;
            text.push_str(match end {
                0 | 1 => ". ",
                2 => ", ",
                _ => " ",
            });
        }
        Self { text, words }
    }

    /// About `length` bytes of text: whole words, never empty.
    pub(crate) fn take(&self, rng: &mut Rng, length: usize) -> &str {
        let bytes = self.text.as_bytes();
        let length = length.clamp(MIN_TEXT, bytes.len() / 2);
        let from = rng.index(bytes.len() - length);
        let word_start = |from: usize| bytes[from..].iter().position(|byte| *byte == b' ').map_or(0, |space| from + space + 1);
        let start = word_start(from).min(bytes.len() - length);
        // The space that ends the last word lies within the longest word.
        let end = (start + 1..=start + length).rev().find(|&end| bytes.get(end).is_none_or(|byte| *byte == b' ')).unwrap_or(start + length);
        &self.text[start..end]
    }

    /// Words by frequency, most frequent first.
    pub(crate) fn words(&self) -> &[String] {
        &self.words
    }
}

/// Longer than any word with its punctuation.
const MIN_TEXT: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_whole_words_that_need_no_escaping() {
        let pool = TextPool::new(7, 0);
        let mut rng = Rng::new(1, 2, 3);
        for length in [0, 24, 50, 700, 5_000] {
            for _ in 0..200 {
                let text = pool.take(&mut rng, length);
                assert!(!text.is_empty() && text.len() <= length.max(MIN_TEXT), "{text:?}");
                assert!(text.bytes().all(|byte| byte == b' ' || byte == b'.' || byte == b',' || byte.is_ascii_alphabetic()), "{text:?}");
                let known = |word: &str| pool.words.iter().any(|known| known.eq_ignore_ascii_case(word.trim_end_matches(['.', ','])));
                assert!(text.split_whitespace().take(3).all(known), "{text:?}");
            }
        }
    }
}
