use super::*;
use crate::{
    dimension::Dimension,
    provider::{ProviderName, known_provider, provider_name},
    row::Defect,
    tier::ServiceTier,
};
use rust_decimal::Decimal;

const NOW: Timestamp = Timestamp::from_nanos(1_795_000_000_000_000_000);

fn id(provider: Option<&str>, model: &str) -> Option<String> {
    PriceBook::embedded().price(provider, model, NOW).map(|found| found.price_id())
}

/// A book with these providers.
fn book(providers: &str) -> Result<PriceBook, BookError> {
    PriceBook::from_json(format!(r#"{{"version":"t","source":"s","license":"l","date":"2026-01-01","providers":{providers}}}"#).as_bytes())
}

fn some(id: &str) -> Option<String> {
    Some(id.to_owned())
}

#[test]
fn the_embedded_table_is_whole() {
    let book = PriceBook::embedded();
    assert!(book.len() > 5_000, "{} rows", book.len());
    assert!(book.version().starts_with("litellm-"), "{}", book.version());
    for provider in ["openai", "anthropic", "gemini", "vertex_ai", "mistral", "deepseek", "xai", "groq", "bedrock", "azure", "azure_ai"] {
        assert!(book.providers.get(provider).is_some_and(|models| !models.is_empty()), "{provider}");
    }
    for provider in book.providers.keys() {
        let is_gateway = provider_name(book, Some(provider)) == ProviderName::Gateway(Some(provider));
        assert!(is_gateway || known_provider(book, provider) == Some(provider), "{provider} has its own name");
    }
    let usable = book.rows().filter(|(.., row)| row.defect.is_none()).count();
    assert!(usable > 3_800, "{usable} rows price a call");
}

#[test]
fn every_kind_of_price_is_in_the_table() {
    let book = PriceBook::embedded();
    let has = |is: &dyn Fn(&PriceRow) -> bool| book.rows().any(|(.., row)| is(row));
    for tier in ["batch", "flex", "priority", "balanced", "ultrafast", "decisions"].map(|name| ServiceTier::from_name(name).unwrap()) {
        assert!(has(&|row| row.has_tier(tier)), "{tier:?}");
    }
    for name in
        ["cache_write_1h", "cache_write_12h", "input_audio", "input_video", "output_image", "web_search", "web_search_prompt", "query"]
    {
        assert!(has(&|row| row.has(Dimension::from_name(name).unwrap())), "{name}");
    }
    for when in ["geo:us", "speed:fast", "host:eu", "location:regional"] {
        assert!(has(&|row| row.multipliers.iter().any(|multiplier| multiplier.when == when)), "{when}");
    }
    assert!(has(&|row| row.off_peak.is_some()) && has(&|row| row.until.is_some()) && has(&|row| row.as_of.is_some()));
    assert!(has(&|row| row.others.iter().any(|other| other.name == "output_cost_per_image")));
    for defect in [Defect::NotPublished, Defect::Implausible, Defect::Surcharge, Defect::NotByTokens] {
        assert!(has(&|row| row.defect == Some(defect)), "{defect:?}");
    }
}

#[test]
fn a_book_is_written_as_it_was_read() {
    let book = PriceBook::embedded();
    let text = book.to_json();
    assert!(text.as_bytes() == EMBEDDED, "data/prices.json is what the book writes");
}

#[test]
fn errors_name_the_row_and_the_field() {
    let error = |row: &str| book(&format!(r#"{{"openai":{{"m":{row}}}}}"#)).unwrap_err().to_string();
    for (row, expected) in [
        (r#"{"input":0.1}"#, "row openai/m: field `input`: "),
        (r#"{"input":"-1"}"#, "row openai/m: field `input`: expected a decimal from 0"),
        (r#"{"input":"1e3"}"#, "row openai/m: field `input`: expected a decimal from 0"),
        (r#"{"inputt":"1"}"#, "row openai/m: field `inputt`: expected a price name"),
        (r#"{"input@warp":"1"}"#, "row openai/m: field `input@warp`: expected a price name"),
        (r#"{"input>many":"1"}"#, "row openai/m: field `input>many`: expected a price name"),
        (r#"{"input":"1","until":"soon"}"#, "row openai/m: field `until`: expected a day"),
        (r#"{"input":"1","from":"2026-02-01","until":"2026-02-01"}"#, "row openai/m: field `until`: expected a day after"),
        (r#"{"input":"1","times":{"geo:us":"x"}}"#, "row openai/m: field `times.geo:us`"),
        (r#"{"input":"1","off_peak":{"prices":{},"windows":[{"hours":["25:00-01:00"]}]}}"#, "row openai/m: field `off_peak.windows.hours`"),
        (r#"{"input":"1","input>0":"2"}"#, "row openai/m: a price is there twice"),
        (r#"[{"input":"1"},{"input":"2"}]"#, "row openai/m: two rows are valid at the same time"),
        ("[]", "row openai/m: expected at least one row"),
        (r#"{"input":"0"}"#, "the price book has no row that prices tokens"),
    ] {
        assert!(error(row).starts_with(expected), "{row}: {}", error(row));
    }
    assert!(matches!(PriceBook::from_json(b"{}"), Err(BookError::NotABook(_))));
    assert!(matches!(PriceBook::from_json(&vec![b' '; MAX_BOOK_BYTES + 1]), Err(BookError::TooLarge { .. })));
    let upper = book(r#"{"openai":{"M":{"input":"1"}}}"#).unwrap_err().to_string();
    assert!(upper.contains("lower case"), "{upper}");
}

#[test]
fn the_row_is_the_one_that_was_valid_when_the_call_started() {
    let book = book(r#"{"openai":{"m":[{"input":"1","output":"1","until":"2026-01-01"},{"input":"2","output":"1","from":"2026-01-01","until":"2026-03-01"}]}}"#).unwrap();
    for (day, usd) in [("2025-12-31", "1"), ("2026-01-01", "2"), ("2026-02-28", "2"), ("2027-01-01", "2")] {
        let found = book.price(Some("openai"), "m", date::timestamp(day).unwrap()).unwrap();
        assert_eq!((found.row.prices[0].usd * Decimal::from(1_000_000)).normalize().to_string(), usd, "{day}");
    }
}

#[test]
fn what_was_tried_is_told() {
    let mut tried = Vec::new();
    let found = PriceBook::embedded().price_traced(Some("gcp.gemini"), "models/gemini-2.5-pro-2030-01-01", NOW, &mut tried);
    assert_eq!(found.map(|found| found.rule), Some(MatchRule::WithoutSnapshot));
    assert_eq!(tried.last().map(|tried| (tried.provider.as_str(), tried.model.as_str())), Some(("gemini", "gemini-2.5-pro")));
    assert!(tried.len() > 2 && tried.len() < 10, "{tried:?}");
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
        (Some("openrouter"), "anthropic/claude-sonnet-4.5", some("anthropic/claude-sonnet-4-5")),
        (Some("vercel"), "anthropic/claude-3-haiku", some("vercel_ai_gateway/anthropic/claude-3-haiku")),
        (Some("vercel_ai_gateway"), "anthropic/claude-opus-4-6-20260205", some("anthropic/claude-opus-4-6-20260205")),
        (Some("text-completion-openai"), "gpt-3.5-turbo-instruct", some("openai/gpt-3.5-turbo-instruct")),
        (Some("anthropic"), "claude-opus-4-0", some("anthropic/claude-opus-4-20250514")),
        (Some("perplexity"), "sonar-pro", some("perplexity/sonar-pro")),
        (Some("dashscope"), "qwen-plus-latest", some("dashscope/qwen-plus-latest")),
        (Some("Nebius"), "Qwen/Qwen3-32B", some("nebius/qwen/qwen3-32b")),
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
    let rule = |model| PriceBook::embedded().price(Some("bedrock"), model, NOW).map(|found| found.rule);
    assert_eq!(rule("anthropic.claude-opus-5"), Some(MatchRule::Exact));
    assert_eq!(rule("sa.anthropic.claude-opus-5"), Some(MatchRule::WithoutRegion));
    assert_eq!(rule("anthropic.claude-opus-5@default"), Some(MatchRule::WithoutSnapshot));
    assert_eq!(rule("sa.anthropic.claude-opus-5@default"), Some(MatchRule::WithoutRegionAndSnapshot));
}

#[test]
fn a_name_that_two_makers_use_is_nobodys() {
    let row = r#"{"input":"0.1","output":"1"}"#;
    let two = |one: &str, other: &str| {
        let book = book(&format!(r#"{{"{one}":{{"m":{row}}},"{other}":{{"m":{row}}}}}"#)).unwrap();
        book.price(None, "m", NOW).map(|found| found.price_id())
    };
    assert_eq!(two("openai", "anthropic"), None);
    assert_eq!(two("openai", "groq"), some("openai/m"));
    assert_eq!(two("together_ai", "groq"), None);
}

#[test]
fn a_name_whose_snapshots_differ_in_price_is_unknown() {
    let found = |second: &str| {
        let one = r#"{"input":"0.1","output":"1"}"#;
        let rows =
            format!(r#""m-2024-01-01":{one},"m-2025-01-01":{{"input":"{second}","output":"1","as_of":"older"}},"m-2023-01-01":{one}"#);
        let book = book(&format!(r#"{{"openai":{{{rows}}}}}"#)).unwrap();
        book.price(Some("openai"), "m", NOW).map(|found| (found.price_id(), found.rule))
    };
    assert_eq!(found("0.1"), Some(("openai/m-2025-01-01".to_owned(), MatchRule::OfSnapshots)));
    assert_eq!(found("0.2"), None);
}
