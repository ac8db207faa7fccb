use super::*;
use model::telemetry::{TokenBuckets, UsageSplit};
use serde_json::json;

fn read(value: Value) -> ProviderUsage {
    usage(&value).unwrap_or_else(|| panic!("not recognised: {value}"))
}

fn buckets(input_uncached: u64, output_text: u64) -> TokenBuckets {
    TokenBuckets { input_uncached: Some(input_uncached), output_text: Some(output_text), ..TokenBuckets::default() }
}

#[track_caller]
fn assert_exact(value: Value, expected: TokenBuckets) -> ProviderUsage {
    let found = read(value);
    assert_eq!(found.usage.buckets, expected);
    assert_eq!((found.usage.split, &found.notes[..]), (UsageSplit::Exact, &[][..]));
    found
}

fn openai_sample() -> TokenBuckets {
    TokenBuckets { cache_read: Some(64), output_reasoning: Some(8), ..buckets(36, 12) }
}

#[test]
fn openai_counts_caches_and_reasoning_inside() {
    let chat = json!({
        "prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120,
        "prompt_tokens_details": {"cached_tokens": 64, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 8, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 3},
    });
    let expected = TokenBuckets { input_audio: Some(0), output_audio: Some(0), ..openai_sample() };
    let found = assert_exact(chat, expected);
    assert_eq!(found.facts["completion_tokens_details"], json!({"rejected_prediction_tokens": 3}), "a part of the answer, kept beside");
    assert_eq!(found.facts.len(), 1);
    let responses = json!({
        "input_tokens": 100, "input_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 0}, "output_tokens": 20,
        "output_tokens_details": {"reasoning_tokens": 8}, "total_tokens": 120,
    });
    let found = assert_exact(responses, TokenBuckets { cache_write_unknown: Some(0), ..openai_sample() });
    assert_eq!((found.usage.total_tokens, found.facts.len()), (Some(120), 0));
}

#[test]
fn names_joined_by_dots_are_the_same() {
    let flat = json!({
        "prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120, "prompt_tokens_details.cached_tokens": 64,
        "completion_tokens_details.reasoning_tokens": 8, "completion_tokens_details.rejected_prediction_tokens": 0,
    });
    assert!(assert_exact(flat, openai_sample()).facts.is_empty());
    let anthropic = json!({
        "input_tokens": 30, "output_tokens": 25, "cache_creation_input_tokens": 50, "cache_read_input_tokens": 1000,
        "cache_creation.ephemeral_5m_input_tokens": 40, "cache_creation.ephemeral_1h_input_tokens": 10,
    });
    let split = TokenBuckets { cache_read: Some(1000), cache_write_5m: Some(40), cache_write_1h: Some(10), ..buckets(30, 25) };
    assert_exact(anthropic, split);
}

#[test]
fn cache_writes_of_openai_have_a_lifetime_of_their_own() {
    let responses = json!({
        "input_tokens": 100, "output_tokens": 20, "output_tokens_details": {"reasoning_tokens": 0},
        "input_tokens_details": {"cached_tokens": 10, "cache_write_tokens": 30, "cache_write_tokens_details": {"ttl_30m_tokens": 30}},
    });
    let found = read(responses);
    assert_eq!((found.usage.buckets.input_uncached, found.usage.buckets.cache_write_unknown), (Some(60), Some(30)));
    assert_eq!(found.notes, ["cache_write_lifetime_unknown"]);
    assert_eq!(found.facts["input_tokens_details"]["cache_write_tokens_details"]["ttl_30m_tokens"], 30);
}

#[test]
fn embeddings_have_only_input() {
    let found = read(json!({"prompt_tokens": 16, "total_tokens": 16}));
    assert_eq!((found.usage.input_tokens, found.usage.output_tokens, found.usage.total_tokens), (Some(16), None, Some(16)));
    assert_eq!(found.usage.split, UsageSplit::Exact);
}

#[test]
fn a_chat_without_details_is_an_assumption() {
    for value in
        [json!({"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}), json!({"input_tokens": 100, "output_tokens": 20})]
    {
        let found = read(value);
        assert_eq!((found.usage.buckets, found.usage.split), (buckets(100, 20), UsageSplit::Assumed));
    }
}

#[test]
fn images_and_sound_have_their_own_buckets() {
    let image = read(json!({
        "input_tokens": 60, "input_tokens_details": {"image_tokens": 40, "text_tokens": 20}, "output_tokens": 500,
        "output_tokens_details": {"image_tokens": 500, "text_tokens": 0}, "total_tokens": 560,
    }));
    assert_eq!(image.usage.buckets, TokenBuckets { input_image: Some(40), ..buckets(20, 500) });
    assert_eq!((&image.notes[..], &image.facts["output_image_tokens"]), (&["output_image_counted_as_text"][..], &json!(500)));
    let realtime = read(json!({
        "total_tokens": 260, "input_tokens": 200, "output_tokens": 60,
        "input_token_details": {"text_tokens": 80, "audio_tokens": 120, "cached_tokens": 100, "cached_tokens_details": {"text_tokens": 40, "audio_tokens": 60}},
        "output_token_details": {"text_tokens": 10, "audio_tokens": 50},
    }));
    let expected = TokenBuckets { cache_read: Some(100), input_audio: Some(60), output_audio: Some(50), ..buckets(40, 10) };
    assert_eq!((realtime.usage.buckets, realtime.usage.split, realtime.facts.len()), (expected, UsageSplit::Exact, 0));
    let transcript = read(json!({"type": "duration", "seconds": 12}));
    assert!(transcript.usage.is_unknown() && transcript.facts["seconds"] == 12);
}

fn anthropic_raw() -> Value {
    json!({
        "input_tokens": 30, "cache_creation_input_tokens": 50, "cache_read_input_tokens": 1000, "output_tokens": 25,
        "cache_creation": {"ephemeral_5m_input_tokens": 40, "ephemeral_1h_input_tokens": 10},
        "server_tool_use": {"web_search_requests": 1, "web_fetch_requests": 0}, "service_tier": "standard", "inference_geo": "us",
    })
}

#[test]
fn anthropic_counts_caches_beside_and_thinking_inside() {
    let split = TokenBuckets {
        cache_read: Some(1000),
        cache_write_5m: Some(40),
        cache_write_1h: Some(10),
        web_searches: Some(1),
        ..buckets(30, 25)
    };
    let found = assert_exact(anthropic_raw(), split);
    assert_eq!((found.usage.input_tokens, found.usage.total_tokens), (Some(1080), Some(1105)));
    assert_eq!((found.service_tier.as_deref(), &found.facts["inference_geo"], found.facts.len()), (Some("standard"), &json!("us"), 1));
    let mut thinking = anthropic_raw();
    thinking["output_tokens_details"] = json!({"thinking_tokens": 8});
    assert_exact(thinking, TokenBuckets { output_text: Some(17), output_reasoning: Some(8), ..split });
}

#[test]
fn anthropic_without_lifetimes_and_without_caches() {
    let found = read(
        json!({"input_tokens": 30, "output_tokens": 25, "cache_creation_input_tokens": 50, "cache_read_input_tokens": null, "cache_creation": null}),
    );
    assert_eq!(found.usage.buckets, TokenBuckets { cache_write_unknown: Some(50), ..buckets(30, 25) });
    assert_eq!(found.notes, ["cache_write_lifetime_unknown"]);
}

#[test]
fn a_total_beside_anthropics_names_tells_how_they_count() {
    let counted = |input: u64, total: u64| {
        let value = json!({"input_tokens": input, "output_tokens": 25, "total_tokens": total, "cache_creation_input_tokens": 50, "cache_read_input_tokens": 1000});
        read(value).usage
    };
    for usage in [counted(1080, 1105), counted(30, 1105)] {
        assert_eq!((usage.input_tokens, usage.buckets.input_uncached, usage.split), (Some(1080), Some(30), UsageSplit::Exact));
    }
}

#[test]
fn compactions_are_added_and_other_models_are_not() {
    let mut value = anthropic_raw();
    value["iterations"] = json!([
        {"type": "compaction", "input_tokens": 500, "output_tokens": 100},
        {"type": "message", "input_tokens": 30, "output_tokens": 25},
        {"type": "advisor_message", "model": "claude-opus-4-6", "input_tokens": 7, "output_tokens": 7},
    ]);
    let found = read(value);
    assert_eq!((found.usage.buckets.input_uncached, found.usage.buckets.output_text), (Some(530), Some(125)));
    assert_eq!(found.notes, ["usage_of_other_models_not_counted"]);
    assert_eq!(found.facts["iterations"].as_array().unwrap().len(), 3);
}

#[test]
fn gemini_counts_thoughts_beside_unless_the_sum_says_otherwise() {
    let wire = json!({
        "promptTokenCount": 100, "cachedContentTokenCount": 64, "candidatesTokenCount": 12, "thoughtsTokenCount": 8, "totalTokenCount": 120,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 100}], "candidatesTokensDetails": [{"modality": "TEXT", "tokenCount": 12}],
        "trafficType": "ON_DEMAND",
    });
    let found = assert_exact(wire, openai_sample());
    assert_eq!((found.service_tier.as_deref(), found.facts.len()), (Some("ON_DEMAND"), 0));
    let inclusive = json!({"promptTokenCount": 100, "candidatesTokenCount": 20, "thoughtsTokenCount": 8, "totalTokenCount": 120});
    assert_exact(inclusive, TokenBuckets { output_reasoning: Some(8), ..buckets(100, 12) });
    let sdk = json!({"prompt_token_count": 100, "cached_content_token_count": 64, "candidates_token_count": 12, "thoughts_token_count": 8, "total_token_count": 120, "traffic_type": null});
    assert_exact(sdk, openai_sample());
}

#[test]
fn gemini_tools_modalities_and_answers_of_thoughts_only() {
    let found = read(json!({
        "promptTokenCount": 100, "toolUsePromptTokenCount": 30, "cachedContentTokenCount": 40, "responseTokenCount": 50, "totalTokenCount": 180,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 20}, {"modality": "AUDIO", "tokenCount": 80}],
        "cacheTokensDetails": [{"modality": "AUDIO", "tokenCount": 40}], "responseTokensDetails": [{"modality": "AUDIO", "tokenCount": 45}],
    }));
    let expected = TokenBuckets { cache_read: Some(40), input_audio: Some(40), output_audio: Some(45), ..buckets(50, 5) };
    assert_eq!((found.usage.buckets, found.usage.input_tokens), (expected, Some(130)));
    assert_eq!(found.facts["toolUsePromptTokenCount"], 30);
    let cut = read(json!({"promptTokenCount": 10, "thoughtsTokenCount": 90, "totalTokenCount": 100}));
    assert_eq!(cut.usage.buckets, TokenBuckets { output_reasoning: Some(90), ..buckets(10, 0) });
}

#[test]
fn bedrock_counts_caches_beside() {
    let value = json!({
        "inputTokens": 30, "outputTokens": 25, "totalTokens": 1105, "cacheReadInputTokens": 1000, "cacheWriteInputTokens": 50,
        "cacheDetails": [{"ttl": "5m", "inputTokens": 40}, {"ttl": "1h", "inputTokens": 10}],
    });
    assert_exact(value, TokenBuckets { cache_read: Some(1000), cache_write_5m: Some(40), cache_write_1h: Some(10), ..buckets(30, 25) });
    assert_exact(json!({"inputTokens": 3, "outputTokens": 2, "totalTokens": 5}), buckets(3, 2));
    assert_eq!(usage(&json!({"inputTokens": 3, "inputTokenDetails": {}})), None, "the AI SDK has rules of its own");
}

#[test]
fn providers_that_speak_like_openai() {
    let deepseek = json!({
        "prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120, "prompt_cache_hit_tokens": 64, "prompt_cache_miss_tokens": 36,
        "completion_tokens_details": {"reasoning_tokens": 8},
    });
    assert!(assert_exact(deepseek, openai_sample()).facts.is_empty());

    let xai = json!({
        "prompt_tokens": 100, "completion_tokens": 12, "total_tokens": 120, "num_sources_used": 2, "cost_in_usd_ticks": 158_500,
        "prompt_tokens_details": {"text_tokens": 100, "cached_tokens": 64}, "completion_tokens_details": {"reasoning_tokens": 8},
    });
    let found = assert_exact(xai, openai_sample());
    assert_eq!((found.reported_usd.unwrap().to_string(), &found.facts["num_sources_used"]), ("0.00001585".to_owned(), &json!(2)));

    let groq = json!({
        "prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120, "queue_time": 0.018, "total_time": 0.04,
        "prompt_tokens_details": {"cached_tokens": 64}, "completion_tokens_details": {"reasoning_tokens": 8},
    });
    assert_eq!(assert_exact(groq, openai_sample()).facts["queue_time"], 0.018);

    let mistral = read(json!({"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120, "prompt_audio_seconds": 7}));
    assert_eq!((mistral.usage.buckets, &mistral.facts["prompt_audio_seconds"]), (buckets(100, 20), &json!(7)));

    let openrouter = json!({
        "prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120, "cost": 0.0123, "is_byok": false,
        "prompt_tokens_details": {"cached_tokens": 34, "cache_write_tokens": 30}, "completion_tokens_details": {"reasoning_tokens": 8},
        "cost_details": {"upstream_inference_cost": null},
    });
    let found = read(openrouter);
    assert_eq!(found.usage.buckets.cache_write_unknown, Some(30));
    assert_eq!((found.usage.buckets.input_uncached, found.reported_usd.unwrap().to_string()), (Some(36), "0.0123".to_owned()));
    let own_key = read(
        json!({"prompt_tokens": 1, "completion_tokens": 1, "cost": 0.001, "is_byok": true, "cost_details": {"upstream_inference_cost": 0.02}}),
    );
    assert_eq!(own_key.reported_usd.unwrap().to_string(), "0.021");
}

#[test]
fn clients_shapes_of_provider_usage() {
    let langchain = json!({
        "input_tokens": 1080, "output_tokens": 25, "total_tokens": 1105, "output_token_details": {},
        "input_token_details": {"cache_read": 1000, "cache_creation": 0, "ephemeral_5m_input_tokens": 40, "ephemeral_1h_input_tokens": 10},
    });
    assert_exact(langchain, TokenBuckets { cache_read: Some(1000), cache_write_5m: Some(40), cache_write_1h: Some(10), ..buckets(30, 25) });
    let cohere = read(json!({"billed_units": {"input_tokens": 5, "output_tokens": 3}, "tokens": {"input_tokens": 71, "output_tokens": 9}}));
    assert_eq!((cohere.usage.buckets, &cohere.facts["billed_units"]["input_tokens"]), (buckets(71, 9), &json!(5)));
    let litellm = "Usage(completion_tokens=25, prompt_tokens=1080, total_tokens=1105, completion_tokens_details=None, \
        prompt_tokens_details=PromptTokensDetailsWrapper(audio_tokens=None, cached_tokens=1000, cache_creation_tokens=50, \
        cache_creation_token_details=CacheCreationTokenDetails(ephemeral_5m_input_tokens=40, ephemeral_1h_input_tokens=10)), \
        cache_creation_input_tokens=50, cache_read_input_tokens=1000)";
    let found = usage_from_text(litellm).unwrap();
    let expected = TokenBuckets { cache_read: Some(1000), cache_write_5m: Some(40), cache_write_1h: Some(10), ..buckets(30, 25) };
    assert_eq!((found.usage.buckets, found.usage.split, found.facts.len()), (expected, UsageSplit::Exact, 0));
}

#[test]
fn nonsense_is_named_and_kept() {
    let found = read(json!({"prompt_tokens": -5, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": "many"}}));
    assert_eq!((found.usage.input_tokens, found.usage.output_tokens), (None, Some(20)));
    assert!(found.notes.contains(&"invalid_token_count"));
    assert_eq!((&found.facts["prompt_tokens"], &found.facts["prompt_tokens_details.cached_tokens"]), (&json!(-5), &json!("many")));
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    assert!(read(json!({"prompt_tokens": 1, "extra": deep})).facts["extra"].is_string());
    for other in [json!(null), json!("prompt_tokens"), json!({"id": 1}), json!([])] {
        assert_eq!(usage(&other), None);
    }
}

#[test]
fn a_span_is_told_only_what_it_does_not_know() {
    let time = model::Timestamp::from_nanos(1_770_000_000_000_000_000);
    let ids = (crate::native_trace_id("t", "1"), crate::native_span_id("t", "1"));
    let mut span = Span::new(ids.0, ids.1, "call", time);
    read(anthropic_raw()).fill(&mut span);
    assert_eq!((span.usage.input_tokens, &span.payload.attributes["usage.inference_geo"]), (Some(1080), &json!("us")));
    read(json!({"prompt_tokens": 1, "completion_tokens": 1})).fill(&mut span);
    assert_eq!((span.usage.input_tokens, &span.payload.attributes["service_tier"]), (Some(1080), &json!("standard")));
}

#[test]
fn langchain_names_details_after_the_service_tier() {
    let found = assert_exact(
        json!({"input_tokens": 100, "output_tokens": 20, "total_tokens": 120,
            "input_token_details": {"priority_cache_read": 64, "priority": 36}, "output_token_details": {"priority_reasoning": 8, "priority": 12}}),
        openai_sample(),
    );
    assert_eq!((found.service_tier.as_deref(), found.facts.len()), (Some("priority"), 0));
}
