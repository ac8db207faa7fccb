use super::*;
use crate::book::write::row_json;
use serde_json::json;

fn converted(table: Value) -> Conversion {
    let text = table.to_string();
    from_litellm(LiteLlmTable { json: text.as_bytes(), version: "1.2.3" }, &[], "2026-11-23").unwrap()
}

/// The row of one entry, as our JSON.
fn row(entry: Value) -> Value {
    let conversion = converted(
        json!({ "m": entry, "other": {"litellm_provider": "openai", "input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6} }),
    );
    assert_eq!(conversion.left_out, []);
    let (.., row) = conversion.book.rows().find(|(_, model, _)| *model == "m").unwrap();
    row_json(row)
}

#[test]
fn every_price_keeps_its_tier_and_its_threshold() {
    let entry = json!({
        "litellm_provider": "openai", "mode": "chat", "deprecation_date": "2027-01-14", "max_input_tokens": 5,
        "input_cost_per_token": 1.5e-07, "input_cost_per_token_above_200k_tokens_priority": "4.5e-6", "output_cost_per_token_batches": 1e-6,
        "cache_creation_input_token_cost_above_1hr_above_200k_tokens": 1.2e-05, "output_cost_per_image": 0.04,
        "search_context_cost_per_query": {"search_context_size_low": 0.005, "search_context_size_medium": 0.008, "search_context_size_high": 0.012},
        "provider_specific_entry": {"us": 1.1, "fast": 2.0}, "regional_processing_uplift_multiplier_eu": 1.1, "input_cost_per_token_flex": null,
    });
    let expected = json!({
        "input": "0.15", "input>200000@priority": "4.5", "output@batch": "1", "cache_write_1h>200000": "12",
        "web_search": "0.008", "web_search_low": "0.005", "web_search_high": "0.012", "until": "2027-01-14",
        "times": {"geo:us": "1.1", "speed:fast": "2", "host:eu": "1.1"}, "other": {"output_cost_per_image": "0.04"},
    });
    assert_eq!(row(entry), expected);
}

#[test]
fn ranges_become_thresholds_and_do_not_mix() {
    let entry = json!({ "litellm_provider": "dashscope", "tiered_pricing": [
        {"range": [0, 32000.0], "input_cost_per_token": 4.0000000000000003e-07, "output_cost_per_token": 1e-6, "cache_read_input_token_cost": 4e-8},
        {"range": [32000, 128000], "input_cost_per_token": 8e-7, "output_cost_per_token": 2e-6},
    ]});
    let expected = json!({
        "input": "0.4", "output": "1", "cache_read": "0.04", "input>32000": "0.8", "output>32000": "2", "cache_read>32000": "0.8",
    });
    assert_eq!(row(entry), expected);
}

#[test]
fn off_peak_hours_keep_their_calendar() {
    let entry = json!({ "litellm_provider": "tencent", "input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6, "off_peak_pricing": {
        "input_cost_per_token": 5e-7, "weekday_timezone": "Asia/Shanghai", "windows": [{"hours_utc": ["00:00-01:00"], "weekdays": [1, 7]}],
    }});
    let expected = json!({ "prices": {"input": "0.5"}, "windows": [{"hours": ["00:00-01:00"], "days": [1, 7]}], "offset_minutes": 480 });
    assert_eq!(row(entry)["off_peak"], expected);
}

#[test]
fn what_the_table_does_not_say_in_a_field_is_added() {
    let google = json!({ "litellm_provider": "gemini", "search_context_cost_per_query": {"search_context_size_medium": 0.035} });
    assert_eq!(row(google), json!({ "web_search_prompt": "0.035" }));
    let by_query = json!({ "litellm_provider": "gemini", "web_search_billing_unit": "per_query", "search_context_cost_per_query": {"search_context_size_medium": 0.014} });
    assert_eq!(row(by_query), json!({ "web_search": "0.014" }));
    let fireworks = json!({ "litellm_provider": "fireworks_ai", "input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6 });
    assert_eq!(row(fireworks)["cache_read"], "0.5");
    let reasoning = json!({ "litellm_provider": "gemini", "output_cost_per_token": 1e-5, "output_cost_per_reasoning_token": 0.00001 });
    assert_eq!(row(reasoning), json!({ "output": "10" }));
}

#[test]
fn a_discount_is_completed_and_a_surcharge_is_not() {
    let entry = json!({
        "litellm_provider": "anthropic", "input_cost_per_token": 3e-6, "input_cost_per_token_above_200k_tokens": 6e-6, "input_cost_per_token_batches": 1.5e-6,
        "output_cost_per_token": 1.5e-5, "cache_read_input_token_cost": 3e-7, "cache_creation_input_token_cost": 3.75e-6,
        "cache_creation_input_token_cost_batches": 1.88e-6, "cache_creation_input_token_cost_above_1hr": 6e-6,
        "input_cost_per_token_priority": 6e-6,
    });
    let expected = json!({
        "input": "3", "input>200000": "6", "input@batch": "1.5", "input>200000@batch": "3", "input@priority": "6",
        "output": "15", "output@batch": "7.5", "cache_read": "0.3", "cache_write_5m": "3.75", "cache_write_5m@batch": "1.88",
        "cache_write_1h": "6", "cache_write_1h@batch": "3",
    });
    assert_eq!(row(entry), expected);
}

#[test]
fn a_row_that_is_wrong_is_left_out_and_named() {
    let good = json!({"litellm_provider": "openai", "input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6});
    let conversion = converted(json!({
        "good": good, "sample_spec": {}, "nobody": {}, "number": 1,
        "negative": {"litellm_provider": "openai", "input_cost_per_token": -1},
        "text": {"litellm_provider": "openai", "input_cost_per_token": "free"},
        "zone": {"litellm_provider": "openai", "off_peak_pricing": {"weekday_timezone": "Europe/Berlin"}},
    }));
    let left_out: Vec<_> = conversion.left_out.iter().map(|row| (row.row.as_str(), row.reason.as_str())).collect();
    let expected = [
        ("negative", "field `input_cost_per_token`: expected a number from zero, got -1"),
        ("nobody", "field `litellm_provider`: expected a name"),
        ("number", "field `litellm_provider`: expected a name"),
        ("text", "field `input_cost_per_token`: expected a number from zero, got \"free\""),
        ("zone", "field `off_peak_pricing`: expected a time zone without summer time"),
    ];
    assert_eq!((left_out, conversion.book.len()), (expected.to_vec(), 1));
}

#[test]
fn older_tables_fill_in_what_the_newest_has_no_more() {
    let table = |names: &[&str], price: f64| {
        let entry = json!({"litellm_provider": "openai", "input_cost_per_token": price, "output_cost_per_token": price});
        Value::Object(names.iter().map(|name| ((*name).to_owned(), entry.clone())).collect()).to_string()
    };
    let (new, old) = (table(&["a"], 1e-6), table(&["a", "b", "c"], 2e-6));
    let new = new.replacen('{', r#"{"c":{"litellm_provider":"openai","input_cost_per_token_priority":1e-6},"#, 1);
    let [new, old] = [(&new, "2.0"), (&old, "1.0")].map(|(json, version)| LiteLlmTable { json: json.as_bytes(), version });
    let book = from_litellm(new, &[old], "2026-11-23").unwrap().book;
    let as_of = |model: &str| book.rows().find(|(_, name, _)| *name == model).map(|(.., row)| row.as_of.clone());
    let old_one = || Some(Some("litellm-1.0".into()));
    assert_eq!((as_of("a"), as_of("b"), as_of("c")), (Some(None), old_one(), old_one()));
    assert!(looks_like_litellm(new.json) && !looks_like_litellm(book.to_json().as_bytes()) && !looks_like_litellm(b"[]"));
}
