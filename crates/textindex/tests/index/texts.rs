//! Random rows and patterns, made of few pieces so that they meet.

use bytes::Bytes;
use model::{
    filter::TextPattern,
    telemetry::{Message, Part},
};
use proptest::{collection::vec, prelude::*, sample::select};
use textindex::{Builder, Reader, TextMatcher};

/// What one row says.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) texts: Vec<String>,
    pub(crate) messages: Option<String>,
}

impl Row {
    pub(crate) fn matches(&self, matcher: &TextMatcher) -> bool {
        self.texts.iter().any(|text| matcher.matches_text(text))
            || self.messages.as_ref().is_some_and(|json| matcher.matches_messages(json))
    }

    pub(crate) fn add_to(&self, builder: &mut Builder, row: u32) {
        self.texts.iter().for_each(|text| builder.add(row, text).unwrap());
        self.messages.iter().for_each(|json| builder.add_messages(row, json).unwrap());
    }
}

pub(crate) fn built(rows: &[Row]) -> Bytes {
    let mut builder = Builder::new();
    rows.iter().enumerate().for_each(|(number, row)| row.add_to(&mut builder, number as u32));
    finished(builder, rows.len() as u32)
}

pub(crate) fn finished(builder: Builder, rows: u32) -> Bytes {
    let mut bytes = Vec::new();
    assert_eq!(builder.finish(rows, &mut bytes).unwrap(), bytes.len() as u64);
    bytes.into()
}

pub(crate) fn terms_of(index: &Reader<Bytes>) -> Vec<Vec<u8>> {
    let mut terms = Vec::new();
    index.for_each_term(|term| terms.push(term.to_vec())).unwrap();
    terms
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => select(vec!["refund", "Refunds", "refuse", "REF", "policy", "the", "a", "x_1", "v2", "42", "prefix", "fundref"]).prop_map(String::from),
        3 => select(vec!["été", "ÉTÉ", "οδος", "ΟΔΟΣ", "ſee", "SEE", "\u{212a}elvin", "naïve", "İstanbul", "e\u{301}t", "²x"]).prop_map(String::from),
        4 => select(vec!["退", "款", "退款", "我要退款", "東京", "カタカナ", "ไทย", "한국"]).prop_map(String::from),
        1 => select(vec![63_usize, 64, 65, 66, 90]).prop_map(|length| "x".repeat(length)),
        1 => select(vec!["x".repeat(80) + "refund", "é".repeat(33), "é".repeat(40), "x".repeat(63) + "é"]),
        1 => "\\PC{0,6}",
    ]
}

fn separator() -> impl Strategy<Value = &'static str> {
    select(vec![" ", " ", " ", "", "-", ", ", "\n", "  ", "🙂", "\"", "'", "、"])
}

pub(crate) fn text() -> impl Strategy<Value = String> {
    vec((piece(), separator()), 0..6)
        .prop_map(|parts| parts.into_iter().flat_map(|(piece, separator)| [piece, separator.to_owned()]).collect())
}

fn part() -> impl Strategy<Value = Part> {
    let value = || (text(), text(), any::<i16>()).prop_map(|(key, leaf, number)| serde_json::json!({key: [leaf, {"deep": number}, null]}));
    prop_oneof![
        4 => text().prop_map(|text| Part::Text { text }),
        1 => text().prop_map(|text| Part::Reasoning { text }),
        1 => (piece(), value()).prop_map(|(name, arguments)| Part::ToolCall { id: None, name, arguments }),
        1 => value().prop_map(|result| Part::ToolResult { id: None, result }),
        1 => text().prop_map(|text| Part::Media { media: "file".into(), mime_type: None, uri: format!("data:{text}") }),
        1 => text().prop_map(|uri| Part::Media { media: "file".into(), mime_type: None, uri }),
    ]
}

/// Rows of a few contents, so that many rows share one.
pub(crate) fn rows(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Row>> {
    let message = vec(part(), 0..3).prop_map(|parts| Message { parts, ..Message::text("user", "") });
    let contents = (vec(text(), 1..8), vec(message, 1..6));
    (contents, vec((vec(any::<prop::sample::Index>(), 0..3), any::<u8>(), 0..5_usize, 0..5_usize), count)).prop_map(
        |((texts, messages), rows)| {
            rows.into_iter()
                .map(|(chosen, kind, from, len)| {
                    let history: Vec<&Message> = messages.iter().cycle().skip(from).take(len).collect();
                    let json = serde_json::to_string(&history).unwrap();
                    let messages = match kind % 8 {
                        0 => None,
                        // Not messages: one text.
                        1 => Some(json.replace("role", "refund")),
                        _ => Some(json),
                    };
                    Row { texts: chosen.iter().map(|index| index.get(&texts).clone()).collect(), messages }
                })
                .collect()
        },
    )
}

fn regex() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        6 => piece().prop_map(|piece| regex::escape(&piece)),
        2 => "[a-z]{1,4}".prop_map(String::from),
        3 => select(vec![".", ".*", r"\s", r"\s+", r"\s*", r"\w+", r"\b", "^", "$", "[ae]", "[- _]", r"\d", "ref(und|use)", "(?-i:R)", "[^a]", "退?", " ", "-"])
            .prop_map(String::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            4 => vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            2 => vec(inner.clone(), 1..3).prop_map(|parts| format!("({})", parts.join("|"))),
            1 => (inner, select(vec!["?", "*", "+", "{2}", "{1,3}", "{0,2}"])).prop_map(|(part, times)| format!("({part}){times}")),
        ]
    })
}

pub(crate) fn pattern() -> impl Strategy<Value = TextPattern> {
    let words = || prop_oneof![2 => piece(), 1 => text()];
    prop_oneof![
        words().prop_map(TextPattern::Word),
        words().prop_map(TextPattern::Phrase),
        words().prop_map(TextPattern::Prefix),
        "[a-zé退]{1,2}".prop_map(TextPattern::Prefix),
        regex().prop_map(TextPattern::Regex),
        regex().prop_map(TextPattern::Regex),
    ]
}
