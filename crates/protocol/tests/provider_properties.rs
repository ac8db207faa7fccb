//! Whatever bytes come from a provider, reading them ends, keeps to its bounds and does not panic. Quick by default;
//! `PROPTEST_CASES=1000000` looks longer.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test stop at the first surprise, as tests do")]

use proptest::prelude::*;
use protocol::provider::{self, Api, StreamReader, repr, usage, usage_in_tail};
use serde_json::{Map, Value, json};

/// Names that readers look for, so that random objects are often taken for a provider's.
const NAMES: [&str; 44] = [
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "prompt_tokens_details",
    "completion_tokens_details",
    "cached_tokens",
    "reasoning_tokens",
    "input_tokens",
    "output_tokens",
    "input_tokens_details",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "cache_creation",
    "ephemeral_5m_input_tokens",
    "ephemeral_1h_input_tokens",
    "promptTokenCount",
    "candidatesTokenCount",
    "thoughtsTokenCount",
    "totalTokenCount",
    "promptTokensDetails",
    "inputTokens",
    "outputTokens",
    "cacheDetails",
    "choices",
    "delta",
    "message",
    "content",
    "tool_calls",
    "function",
    "arguments",
    "index",
    "type",
    "role",
    "text",
    "usage",
    "usageMetadata",
    "candidates",
    "parts",
    "output",
    "item",
    "output_index",
    "content_block",
    "error",
    "cost",
];
const WORDS: [&str; 20] = [
    "message_start",
    "content_block_start",
    "content_block_delta",
    "message_delta",
    "text_delta",
    "input_json_delta",
    "response.created",
    "response.output_item.added",
    "response.output_text.delta",
    "response.completed",
    "error",
    "text",
    "tool_use",
    "function_call",
    "message",
    "assistant",
    "AUDIO",
    "{\"a\": 1}",
    "5m",
    "",
];

fn name() -> impl Strategy<Value = String> {
    prop_oneof![8 => prop::sample::select(&NAMES[..]).prop_map(str::to_owned), 1 => "[a-z_.]{0,12}"]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0_u64..1_000).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(&WORDS[..]).prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(5, 48, 6, |inner| {
        let objects = prop::collection::vec((name(), inner.clone()), 0..6).prop_map(|fields| Value::Object(Map::from_iter(fields)));
        prop_oneof![prop::collection::vec(inner, 0..4).prop_map(Value::from), objects]
    })
}

/// Cuts bytes at the places that these numbers say.
fn pieces<'a>(bytes: &'a [u8], cuts: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect::<Vec<_>>().into_iter()
}

fn read_in_pieces(make: fn() -> StreamReader, bytes: &[u8], cuts: &[usize]) -> provider::Streamed {
    let mut reader = make();
    pieces(bytes, cuts).for_each(|piece| {
        reader.feed(piece);
    });
    reader.finish()
}

proptest! {
    #[test]
    fn usage_is_read_or_refused_and_totals_are_those_of_the_buckets(value in value()) {
        if let Some(found) = usage(&value) {
            let buckets = found.usage.buckets;
            prop_assert_eq!(found.usage.input_tokens, buckets.input_total());
            prop_assert_eq!(found.usage.output_tokens, buckets.output_total());
        }
    }

    #[test]
    fn inclusive_counts_come_back_whatever_the_parts(
        (prompt, cached) in (0_u64..100_000).prop_flat_map(|prompt| (Just(prompt), 0..=prompt)),
        (answer, reasoning) in (0_u64..100_000).prop_flat_map(|answer| (Just(answer), 0..=answer)),
    ) {
        let chat = usage(&json!({
            "prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer,
            "prompt_tokens_details": {"cached_tokens": cached}, "completion_tokens_details": {"reasoning_tokens": reasoning},
        })).unwrap();
        prop_assert_eq!((chat.usage.input_tokens, chat.usage.output_tokens), (Some(prompt), Some(answer)));
        prop_assert_eq!(chat.usage.buckets.input_uncached, Some(prompt - cached));
        // The same call as Anthropic and Gemini count it.
        let anthropic = usage(&json!({"input_tokens": prompt - cached, "cache_read_input_tokens": cached, "output_tokens": answer})).unwrap();
        prop_assert_eq!((anthropic.usage.input_tokens, anthropic.usage.output_tokens), (Some(prompt), Some(answer)));
        let gemini = usage(&json!({
            "promptTokenCount": prompt, "cachedContentTokenCount": cached, "candidatesTokenCount": answer - reasoning,
            "thoughtsTokenCount": reasoning, "totalTokenCount": prompt + answer,
        })).unwrap();
        prop_assert_eq!((gemini.usage.input_tokens, gemini.usage.output_tokens), (Some(prompt), Some(answer)));
        prop_assert_eq!(gemini.usage.buckets.input_uncached, chat.usage.buckets.input_uncached);
    }

    #[test]
    fn requests_and_answers_are_read_or_refused(value in value()) {
        let _ = provider::response(value.clone());
        let _ = provider::request(value.clone());
        for api in [Api::Chat, Api::Completions, Api::Responses, Api::Embeddings, Api::GenerateContent, Api::EmbedContent] {
            let _ = provider::request_of(api, value.clone());
        }
    }

    #[test]
    fn streams_of_anything_read_the_same_however_they_are_cut(
        values in prop::collection::vec(value(), 0..6), cuts in prop::collection::vec(any::<usize>(), 0..12), crlf in any::<bool>(),
    ) {
        let end = if crlf { "\r\n\r\n" } else { "\n\n" };
        let events: String = values.iter().map(|value| format!("data: {value}{end}")).collect();
        let whole = read_in_pieces(StreamReader::of_events, events.as_bytes(), &[]);
        let cut = read_in_pieces(StreamReader::of_events, events.as_bytes(), &cuts);
        prop_assert_eq!((whole.response, whole.is_complete), (cut.response, cut.is_complete));
        let list = Value::Array(values).to_string();
        let whole = read_in_pieces(StreamReader::of_json_list, list.as_bytes(), &[]);
        let cut = read_in_pieces(StreamReader::of_json_list, list.as_bytes(), &cuts);
        prop_assert_eq!((whole.response, whole.is_complete), (cut.response, cut.is_complete));
    }

    #[test]
    fn streams_of_any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..400), cuts in prop::collection::vec(any::<usize>(), 0..6)) {
        read_in_pieces(StreamReader::of_events, &bytes, &cuts);
        read_in_pieces(StreamReader::of_json_list, &bytes, &cuts);
        let _ = usage_in_tail(&bytes);
    }

    #[test]
    fn python_values_of_any_text_end(text in "[\\[\\](){}<>'\":=,.a-zA-Z0-9\\\\ é-]{0,80}") {
        let _ = repr::value(&text);
    }

    #[test]
    fn python_dictionaries_come_back(fields in prop::collection::btree_map("[a-z'\"]{1,6}", prop_oneof![any::<i64>().prop_map(Value::from), "[ -~é\n]{0,12}".prop_map(Value::from)], 0..6)) {
        let quoted = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n"));
        let entries: Vec<String> = fields.iter().map(|(name, value)| format!("{}: {}", quoted(name), value.as_str().map_or_else(|| value.to_string(), quoted))).collect();
        prop_assert_eq!(repr::value(&format!("{{{}}}", entries.join(", "))), Some(json!(fields)));
    }
}
