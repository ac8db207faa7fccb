//! The vocabulary: common English words, then made-up ones, with the frequencies of natural language (Zipf's law).

use super::rng::Rng;
use std::collections::HashSet;

/// The most frequent words of a support desk that talks English, most frequent first. Only letters: they need no escaping anywhere.
const COMMON: &str = "the of and to in a is that for it as was with be by on not he I this are or his from at which but have an had they you were their one all we \
    can her has there been if more when will would who so no she other its may these what them than some him time into only do such my new about out also two any up first \
    could our then most see me should after said your very between made many over like those did now even well where must people through how same work being because life \
    three before too under such here each model answer question order customer refund payment invoice account request error response service system server data file user \
    name number value list table query result message token context policy return shipping address delivery product price discount total amount report status open closed \
    pending approved failed retry timeout connection database index search document page section summary translate explain write read code function class method argument \
    parameter default option setting configuration version release update install remove delete create change check test build deploy monitor alert log trace span metric \
    latency cost usage limit budget quota key secret password login session cookie browser window button form field label image video audio text language English German \
    French Spanish week month year today tomorrow yesterday morning evening meeting schedule calendar reminder email phone contact company team manager engineer support \
    ticket issue problem solution step guide manual example note warning important please thanks sorry hello help need want know think believe find give take keep make";

/// Enough for a text index to be as large as one of real text.
const WORDS: usize = 20_000;
/// With these, random text compresses about 3:1 with zstd, like prose.
const ZIPF_EXPONENT: f64 = 1.15;
const ZIPF_OFFSET: f64 = 2.7;

const ONSETS: [&str; 22] =
    ["b", "c", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "st", "tr", "pl", "cr", "sh"];
const NUCLEI: [&str; 5] = ["a", "e", "i", "o", "u"];
const CODAS: [&str; 6] = ["", "n", "r", "s", "l", "t"];
const SYLLABLES: [(u64, u64); 4] = [(1, 1), (2, 6), (3, 6), (4, 2)];

/// All words, most frequent first; the same for every seed, so that searches compare between runs.
pub(crate) fn vocabulary() -> Vec<String> {
    let mut rng = Rng::new(0, 0, 0);
    let mut words: Vec<String> = Vec::with_capacity(WORDS);
    let mut seen = HashSet::new();
    for word in COMMON.split_whitespace() {
        if seen.insert(word.to_owned()) {
            words.push(word.to_owned());
        }
    }
    while words.len() < WORDS {
        let syllables = rng.weighted(&SYLLABLES);
        let word: String = (0..syllables)
            .flat_map(|_| [ONSETS[rng.index(ONSETS.len())], NUCLEI[rng.index(NUCLEI.len())], CODAS[rng.index(CODAS.len())]])
            .collect();
        if word.len() > 2 && seen.insert(word.clone()) {
            words.push(word);
        }
    }
    words
}

/// Draws words by their frequency in constant time (Vose's alias method).
#[derive(Debug)]
pub(crate) struct Frequencies {
    /// Per slot: the chance to stay, and where to go otherwise.
    slots: Vec<(f64, usize)>,
}

impl Frequencies {
    pub(crate) fn zipf(count: usize) -> Self {
        let weights: Vec<f64> = (0..count).map(|rank| (rank as f64 + ZIPF_OFFSET).powf(-ZIPF_EXPONENT)).collect();
        let mean = weights.iter().sum::<f64>() / count as f64;
        let mut slots: Vec<(f64, usize)> = weights.iter().enumerate().map(|(rank, weight)| (weight / mean, rank)).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..count).partition(|&rank| slots[rank].0 < 1.0);
        while let (Some(less), Some(more)) = (small.pop(), large.pop()) {
            slots[less].1 = more;
            slots[more].0 -= 1.0 - slots[less].0;
            if slots[more].0 < 1.0 { small.push(more) } else { large.push(more) }
        }
        Self { slots }
    }

    /// The rank of a word.
    pub(crate) fn draw(&self, rng: &mut Rng) -> usize {
        let slot = rng.index(self.slots.len());
        let (stay, other) = self.slots[slot];
        if rng.unit() < stay { slot } else { other }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_distinct_letters_and_come_as_often_as_zipf_says() {
        let words = vocabulary();
        assert_eq!(words.len(), WORDS);
        assert!(words.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_alphabetic())));
        let frequencies = Frequencies::zipf(words.len());
        let mut rng = Rng::new(1, 1, 1);
        let mut counts = vec![0u32; words.len()];
        for _ in 0..200_000 {
            counts[frequencies.draw(&mut rng)] += 1;
        }
        let expected = |rank: f64| (ZIPF_OFFSET / (rank + ZIPF_OFFSET)).powf(ZIPF_EXPONENT) * f64::from(counts[0]);
        assert!(f64::from(counts[10]) > 0.8 * expected(10.0) && f64::from(counts[10]) < 1.25 * expected(10.0), "{:?}", &counts[..12]);
    }
}
