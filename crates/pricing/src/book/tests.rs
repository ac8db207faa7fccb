use super::*;

fn id(provider: Option<&str>, model: &str) -> Option<String> {
    PriceBook::embedded().price(provider, model).map(|found| found.price_id())
}

fn some(id: &str) -> Option<String> {
    Some(id.to_owned())
}

#[test]
fn the_embedded_table_is_whole() {
    let book = PriceBook::embedded();
    assert!(book.len() > 1_500, "{} rows", book.len());
    assert!(book.version().starts_with("litellm-"), "{}", book.version());
    for provider in ["openai", "anthropic", "gemini", "vertex_ai", "mistral", "deepseek", "xai", "groq", "bedrock", "azure", "azure_ai"] {
        assert!(book.providers.get(provider).is_some_and(|models| !models.is_empty()), "{provider}");
    }
    for (provider, models) in &book.providers {
        assert_eq!(known_provider(provider), Some(provider.as_str()), "the provider has its own name");
        for (model, row) in models {
            assert_eq!(*model, model.to_ascii_lowercase(), "names are looked up in lower case");
            let slip = rust_decimal::Decimal::new(2, 3);
            assert!(row.base.input.is_some_and(|price| price <= slip), "{provider}/{model}");
            assert!(row.base.output.is_none_or(|price| price <= slip), "{provider}/{model}");
            assert!(row.above.is_sorted_by_key(|tier| tier.tokens), "{provider}/{model}");
        }
    }
}

#[test]
fn names_are_found_as_documented() {
    for (provider, model, expected) in [
        (Some("openai"), "gpt-4o-mini", some("openai/gpt-4o-mini")),
        (Some("openai"), "GPT-4o-Mini", some("openai/gpt-4o-mini")),
        (Some("openai.chat"), "gpt-4o-mini-2024-07-18", some("openai/gpt-4o-mini-2024-07-18")),
        (Some("openai"), "gpt-4o-mini-2031-01-01", some("openai/gpt-4o-mini")),
        (Some("openai"), "openai/gpt-4o-mini", some("openai/gpt-4o-mini")),
        (Some("anthropic"), "claude-sonnet-4-5-20250929", some("anthropic/claude-sonnet-4-5-20250929")),
        (Some("gcp.gemini"), "models/gemini-2.5-pro", some("gemini/gemini-2.5-pro")),
        (Some("gcp.vertex_ai"), "publishers/google/models/gemini-2.5-pro", some("vertex_ai/gemini-2.5-pro")),
        (Some("gcp.vertex_ai"), "claude-sonnet-4-5@20990101", some("vertex_ai/claude-sonnet-4-5")),
        (Some("aws.bedrock"), "us.anthropic.claude-opus-5", some("bedrock/us.anthropic.claude-opus-5")),
        (Some("aws.bedrock"), "sa.anthropic.claude-opus-5", some("bedrock/anthropic.claude-opus-5")),
        (Some("azure.ai.openai"), "gpt-4o", some("azure/gpt-4o")),
        (Some("azure.ai.inference"), "gpt-4o", some("azure/gpt-4o")),
        (Some("groq"), "openai/gpt-oss-120b", some("groq/openai/gpt-oss-120b")),
        (Some("mistral_ai"), "mistral-large-latest", some("mistral/mistral-large-latest")),
        (Some("anthropic"), "claude-3-haiku", some("anthropic/claude-3-haiku-20240307")),
        (Some("anthropic"), "claude-3-opus", some("anthropic/claude-3-opus-latest")),
        (None, "claude-3-opus", some("anthropic/claude-3-opus-latest")),
        (None, "gpt-4o-mini", some("openai/gpt-4o-mini")),
        (None, "azure/gpt-4o", some("azure/gpt-4o")),
        (Some("openrouter"), "anthropic/claude-sonnet-4-5", some("anthropic/claude-sonnet-4-5")),
        (Some("litellm"), "gemini-2.5-pro", some("gemini/gemini-2.5-pro")),
    ] {
        assert_eq!(id(provider, model), expected, "{provider:?} {model}");
    }
}

#[test]
fn what_is_not_known_is_not_guessed() {
    for (provider, model) in [
        (Some("openai"), "gpt-99"),
        (Some("openai"), "claude-sonnet-4-5"),
        (Some("vllm"), "gpt-4o-mini"),
        (Some("127.0.0.1"), "deepseek-chat"),
        (Some("openai"), ""),
        (Some("openai"), "   "),
        (None, "gpt-oss-120b"),
        (None, "my-own-model"),
    ] {
        assert_eq!(id(provider, model), None, "{provider:?} {model}");
    }
    assert_eq!(id(Some("openai"), &"gpt-4o".repeat(1_000)), None);
}

#[test]
fn the_rule_is_reported() {
    let rule = |model| PriceBook::embedded().price(Some("bedrock"), model).map(|found| found.rule);
    assert_eq!(rule("anthropic.claude-opus-5"), Some(MatchRule::Exact));
    assert_eq!(rule("sa.anthropic.claude-opus-5"), Some(MatchRule::WithoutRegion));
    assert_eq!(rule("anthropic.claude-opus-5@default"), Some(MatchRule::WithoutSnapshot));
    assert_eq!(rule("sa.anthropic.claude-opus-5@default"), Some(MatchRule::WithoutRegionAndSnapshot));
}

#[test]
fn a_name_that_two_makers_use_is_nobodys() {
    let row = r#"{"input":"0.1"}"#;
    let two = |one: &str, other: &str| {
        let json = format!(r#"{{"version":"t","date":"2026-01-01","providers":{{"{one}":{{"m":{row}}},"{other}":{{"m":{row}}}}}}}"#);
        PriceBook::from_json(&json).unwrap().price(None, "m").map(|found| found.price_id())
    };
    assert_eq!(two("openai", "anthropic"), None);
    assert_eq!(two("openai", "groq"), some("openai/m"));
    assert_eq!(two("together_ai", "groq"), None);
}

#[test]
fn a_name_whose_snapshots_differ_in_price_is_unknown() {
    let found = |second: &str| {
        let json = format!(
            r#"{{"version":"t","date":"2026-01-01","providers":{{"openai":{{
                "m-2024-01-01":{{"input":"0.1"}},"m-2025-01-01":{{"input":"{second}","as_of":"older"}},"m-2023-01-01":{{"input":"0.1"}}}}}}}}"#
        );
        let book = PriceBook::from_json(&json).unwrap();
        book.price(Some("openai"), "m").map(|found| (found.price_id(), found.rule))
    };
    assert_eq!(found("0.1"), Some(("openai/m-2025-01-01".to_owned(), MatchRule::OfSnapshots)));
    assert_eq!(found("0.2"), None);
}
