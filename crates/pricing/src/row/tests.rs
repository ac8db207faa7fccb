use super::*;

fn row(json: &str) -> PriceRow {
    serde_json::from_str::<PriceRow>(json).unwrap().inspected(false)
}

fn at(input_tokens: u64, tier: ServiceTier) -> Conditions {
    Conditions { tier, input_tokens, off_peak: false }
}

/// US dollars per million tokens.
fn price(row: &PriceRow, dimension: Dimension, on: Conditions) -> Option<String> {
    row.rate(dimension, on).map(|rate| (rate.price.usd * dimension.units_per_price()).normalize().to_string())
}

#[test]
fn a_context_tier_replaces_the_prices_it_names_and_keeps_the_rest() {
    let row = row(r#"{"input":"1","output":"2","web_search":"0.01","input>100":"3","output>200":"5"}"#);
    for (tokens, input, output) in [(100, "1", "2"), (101, "3", "2"), (201, "3", "5")] {
        let on = at(tokens, ServiceTier::Standard);
        let found = [Dimension::Input, Dimension::Output, Dimension::WebSearch].map(|dimension| price(&row, dimension, on).unwrap());
        assert_eq!(found, [input, output, "0.01"], "{tokens}");
    }
}

#[test]
fn some_providers_count_the_threshold_itself() {
    let json = r#"{"input":"1","input>100":"3"}"#;
    let included = serde_json::from_str::<PriceRow>(json).unwrap().inspected(true);
    assert_eq!(price(&included, Dimension::Input, at(100, ServiceTier::Standard)).as_deref(), Some("3"));
    assert_eq!(price(&included, Dimension::Input, at(99, ServiceTier::Standard)).as_deref(), Some("1"));
    assert_eq!(price(&row(json), Dimension::Input, at(100, ServiceTier::Standard)).as_deref(), Some("1"));
}

#[test]
fn a_service_tier_has_its_prices_and_the_standard_ones_for_the_rest() {
    let row =
        row(r#"{"input":"10","input@flex":"5","input>100":"20","input>100@flex":"9","cache_read":"1","output":"30","output@flex":"15",
            "output_reasoning":"40","output>100":"50"}"#);
    for (tier, tokens, input, cached, output, reasoning) in [
        (ServiceTier::Standard, 1, "10", "1", "30", "40"),
        (ServiceTier::Flex, 1, "5", "1", "15", "15"),
        (ServiceTier::Flex, 101, "9", "1", "50", "40"),
        (ServiceTier::Priority, 1, "10", "1", "30", "40"),
    ] {
        let dimensions = [Dimension::Input, Dimension::CacheRead, Dimension::Output, Dimension::OutputReasoning];
        let found = dimensions.map(|dimension| price(&row, dimension, at(tokens, tier)).unwrap());
        assert_eq!(found, [input, cached, output, reasoning], "{tier:?} {tokens}");
    }
}

#[test]
fn off_peak_prices_replace_whatever_else_would_apply() {
    let row = row(r#"{"input":"10","input>100":"20","cache_read":"1","output":"30",
            "off_peak":{"prices":{"input":"4"},"windows":[{"hours":["00:00-01:00"]}]}}"#);
    let on = Conditions { off_peak: true, ..at(101, ServiceTier::Standard) };
    let found = [Dimension::Input, Dimension::CacheRead, Dimension::InputAudio, Dimension::Output];
    assert_eq!(found.map(|dimension| price(&row, dimension, on).unwrap()), ["4", "1", "4", "30"]);
}

#[test]
fn rows_that_price_no_call_say_why() {
    for (json, defect) in [
        (r#"{"input":"1","output":"2"}"#, None),
        (r#"{"input":"0","output":"0"}"#, Some(Defect::NotPublished)),
        (r#"{"input":"0","output":"0","other":{"output_cost_per_image":"0.1"}}"#, Some(Defect::NotByTokens)),
        (r#"{"other":{"output_cost_per_image":"0.1"}}"#, Some(Defect::NotByTokens)),
        (r#"{"input":"3000","output":"2"}"#, Some(Defect::Implausible)),
        (r#"{"input":"1","output":"0"}"#, Some(Defect::Surcharge)),
        (r#"{"input":"1","mode":"embedding"}"#, None),
        (r#"{"input_second":"0.1","mode":"audio_transcription"}"#, None),
        (r#"{"input_second":"0.1"}"#, Some(Defect::NotByTokens)),
        (r#"{"query":"0.002","input":"0","mode":"rerank"}"#, None),
        (r#"{}"#, Some(Defect::NotByTokens)),
    ] {
        assert_eq!(row(json).defect, defect, "{json}");
    }
}
