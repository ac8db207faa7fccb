//! Digests of imported rows: two rows that say the same are told apart by how often they came, so that a second import of a file is
//! recognised row by row and yet none of its equal rows is lost.

use model::{
    interchange::{Row, write_json},
    telemetry::BodyDigest,
};
use std::collections::HashMap;

/// Rows looked back on, in each of two halves. Equal rows were stored by one request and stay close to each other; 20 bytes each.
const REMEMBERED_ROWS: usize = 250_000;

#[derive(Default)]
pub(super) struct Occurrences {
    recent: HashMap<BodyDigest, u32>,
    older: HashMap<BodyDigest, u32>,
}

impl Occurrences {
    /// The digest under which the row is stored.
    pub(super) fn digest(&mut self, row: &Row) -> Result<BodyDigest, serde_json::Error> {
        let mut json = Vec::new();
        write_json(row, &mut json)?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"import\0").update(row.kind().as_str().as_bytes()).update(b"\0").update(&json);
        let content = short(&hasher);
        // A span is there once, however often it comes.
        let count = if matches!(row, Row::Span(_)) { 0 } else { self.count(content) };
        Ok(short(hasher.update(b"\0").update(&count.to_le_bytes())))
    }

    /// How often it came before.
    fn count(&mut self, content: BodyDigest) -> u32 {
        if self.recent.len() >= REMEMBERED_ROWS {
            self.older = std::mem::take(&mut self.recent);
        }
        let before = self.recent.get(&content).or_else(|| self.older.get(&content)).map_or(0, |last| last + 1);
        self.recent.insert(content, before);
        before
    }
}

fn short(hasher: &blake3::Hasher) -> BodyDigest {
    let mut digest = BodyDigest::default();
    hasher.finalize_xof().fill(&mut digest);
    digest
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::fixtures::{llm_span, log};

    #[test]
    fn equal_rows_differ_by_their_count_and_spans_do_not() {
        let rows =
            [Row::Log(log(1)), Row::Log(log(2)), Row::Log(log(1)), Row::Span(Box::new(llm_span(1))), Row::Span(Box::new(llm_span(1)))];
        let digests = || {
            let mut occurrences = Occurrences::default();
            rows.iter().map(|row| occurrences.digest(row).unwrap()).collect::<Vec<_>>()
        };
        let found = digests();
        assert_eq!(found, digests(), "the same in every import");
        assert!(found[0] != found[1] && found[0] != found[2] && found[3] == found[4]);
    }
}
