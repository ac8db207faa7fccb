//! What the text index and its matcher find is what the model of the filter language finds, over the texts of whole spans.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use model::{
    SpanId, Timestamp, TraceId,
    filter::{Filter, TextPattern},
    telemetry::{Message, Part, Span},
};
use proptest::{collection::vec, prelude::*, sample::select};
use testkit::memory_store::Matcher;
use textindex::{Answer, Builder, Reader, Rows, TextMatcher};

fn piece() -> impl Strategy<Value = &'static str> {
    select(vec![
        "refund",
        "REFUNDS",
        "refuse",
        "policy",
        "ÉTÉ",
        "été",
        "οδος",
        "ΟΔΟΣ",
        "straße",
        "strasse",
        "ﬁn",
        "\u{212a}",
        "k",
        "ı",
        "İ",
        "i",
        "退款",
        "款",
        "ไทย",
        "v2_x",
        "42",
        "²",
        "e\u{301}",
        "++",
        "🙂",
        "\\n",
        "\"",
        "data",
    ])
}

fn text() -> impl Strategy<Value = String> {
    vec((piece(), select(vec![" ", " ", "", "-", "\n", "、", "."])), 0..5)
        .prop_map(|parts| parts.into_iter().flat_map(|(piece, separator)| [piece, separator]).collect())
}

fn part() -> impl Strategy<Value = Part> {
    let value =
        || (text(), text(), any::<i8>()).prop_map(|(key, leaf, number)| serde_json::json!({key: [leaf, number, true], "inner": null}));
    prop_oneof![
        3 => text().prop_map(|text| Part::Text { text }),
        1 => text().prop_map(|text| Part::Refusal { text }),
        1 => (text(), value()).prop_map(|(name, arguments)| Part::ToolCall { id: Some("refund".into()), name, arguments }),
        1 => value().prop_map(|result| Part::ToolResult { id: None, result }),
        1 => (select(vec!["data:", "https://"]), text())
            .prop_map(|(scheme, rest)| Part::Media { media: "image".into(), mime_type: None, uri: format!("{scheme}{rest}") }),
        1 => value().prop_map(|value| Part::Other { value }),
    ]
}

fn messages() -> impl Strategy<Value = Option<Vec<Message>>> {
    proptest::option::of(vec(vec(part(), 0..3).prop_map(|parts| Message { parts, ..Message::text("refund", "") }), 0..3))
}

fn span() -> impl Strategy<Value = Span> {
    let names = (text(), proptest::option::of(text()), proptest::option::of(text()), proptest::option::of(text()));
    (names, messages(), messages(), messages()).prop_map(|((name, agent, tool, error_message), input, output, system)| {
        let mut span =
            Span::new(TraceId::from_bytes([1; 16]).unwrap(), SpanId::from_bytes([2; 8]).unwrap(), name, Timestamp::from_nanos(0));
        (span.agent, span.tool, span.error_message) = (agent, tool, error_message);
        (span.payload.input, span.payload.output, span.payload.system) = (input, output, system);
        span
    })
}

fn pattern() -> impl Strategy<Value = TextPattern> {
    let wanted =
        || prop_oneof![piece().prop_map(str::to_owned), text()].prop_filter("a filter has no blank terms", |text| !text.trim().is_empty());
    prop_oneof![
        wanted().prop_map(TextPattern::Word),
        wanted().prop_map(TextPattern::Phrase),
        wanted().prop_map(TextPattern::Prefix),
        (piece(), piece(), select(vec![".*", r"\s+", "", "|", ".?"])).prop_map(|(first, second, middle)| TextPattern::Regex(format!(
            "{}{middle}{}",
            regex::escape(first),
            regex::escape(second)
        ))),
    ]
}

/// The columns that hold texts, and those that hold messages as JSON.
fn columns(span: &Span) -> (Vec<&str>, Vec<String>) {
    let texts = [Some(&span.name), span.agent.as_ref(), span.tool.as_ref(), span.error_type.as_ref(), span.error_message.as_ref()];
    let messages = [&span.payload.input, &span.payload.output, &span.payload.system];
    let json = messages.into_iter().flatten().map(|messages| serde_json::to_string(messages).unwrap());
    (texts.into_iter().flatten().map(String::as_str).collect(), json.collect())
}

proptest! {
    #[test]
    fn index_matcher_and_model_agree(spans in vec(span(), 1..12), patterns in vec(pattern(), 8)) {
        let mut builder = Builder::new();
        for (row, span) in spans.iter().enumerate() {
            let (texts, messages) = columns(span);
            texts.iter().for_each(|text| builder.add(row as u32, text).unwrap());
            messages.iter().for_each(|json| builder.add_messages(row as u32, json).unwrap());
        }
        let mut bytes = Vec::new();
        builder.finish(spans.len() as u32, &mut bytes).unwrap();
        let index = Reader::open_bytes(bytes.into()).unwrap();
        for pattern in patterns {
            let model = Matcher::new(&Filter::Text(pattern.clone())).unwrap();
            let expected: Rows = (0..spans.len() as u32).filter(|&row| model.matches(&spans[row as usize])).collect();
            let matcher = TextMatcher::new(&pattern).unwrap();
            let matching: Rows = (0..spans.len() as u32).filter(|&row| {
                let (texts, messages) = columns(&spans[row as usize]);
                texts.iter().any(|text| matcher.matches_text(text)) || messages.iter().any(|json| matcher.matches_messages(json))
            }).collect();
            prop_assert_eq!(&matching, &expected, "{:?}", &pattern);
            if let Answer::Rows { rows, exact } = index.candidates(&pattern).unwrap() {
                prop_assert!(expected.and_not(&rows).is_empty(), "{pattern:?}");
                prop_assert!(!exact || rows == expected, "{pattern:?}");
            }
        }
    }
}
