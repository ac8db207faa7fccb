use super::*;

#[test]
fn the_first_entry_that_matches_decides() {
    let prices = CustomPrices::from_json(
        "v1",
        br#"[{"id":"old","provider":"openai","model":"gpt-4o*","until":"2026-01-01","prices":{"input":"9","output":"9"}},
             {"id":"new","provider":"openai","model":"gpt-4o*","from":"2026-01-01","prices":{"input":"1","output":"1"}},
             {"id":"rest","model":"*-eu-*x","discount":"0.15"}]"#,
    )
    .unwrap();
    let found = |provider, model, day| prices.find(provider, model, date::timestamp(day).unwrap()).map(|entry| entry.id.as_str());
    assert_eq!(found(Some("OpenAI"), "GPT-4o-mini", "2025-12-31"), Some("old"));
    assert_eq!(found(Some("openai"), "gpt-4o", "2026-01-01"), Some("new"));
    assert_eq!(found(Some("azure"), "gpt-4o", "2026-01-01"), None);
    assert_eq!(found(None, "a-eu-b-x", "2026-01-01"), Some("rest"));
    assert_eq!(found(None, "a-eu-", "2026-01-01"), None);
    assert_eq!(prices.entries()[2].terms, Terms::Factor("0.85".parse().unwrap()));
}

#[test]
fn stars_stand_for_any_text() {
    for (pattern, text, expected) in [
        ("*", "", true),
        ("a", "a", true),
        ("a", "ab", false),
        ("a*", "a", true),
        ("*a", "ba", true),
        ("a*b*c", "a-b-c", true),
        ("a*b*c", "a-c-b", false),
        ("a*a", "a", false),
        ("**", "x", true),
        ("a*bc*c", "abc", false),
    ] {
        assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
    }
}

#[test]
fn errors_name_the_entry_and_the_field() {
    let error = |json: &str| CustomPrices::from_json("v1", json.as_bytes()).unwrap_err().to_string();
    for (entry, expected) in [
        (r#"{"id":"a","model":"m"}"#, "row [0]: expected either"),
        (r#"{"id":"a","model":"m","discount":"1.5"}"#, "row [0]: field `discount`"),
        (r#"{"id":"a","model":"","discount":"0.5"}"#, "row [0]: field `model`"),
        (r#"{"id":"a","model":"m","from":"x","discount":"0.5"}"#, "row [0]: field `from`"),
        (r#"{"id":"a","model":"m","prices":{"input":"x"}}"#, "row [0]: field `prices`: field `input`"),
        (r#"{"id":"a","model":"m","discount":"0.5","why":1}"#, "row [0]: unknown field `why`"),
    ] {
        let found = error(&format!("[{entry}]"));
        assert!(found.starts_with(expected), "{entry}: {found}");
    }
    let many = format!("[{}1]", "1,".repeat(MAX_CUSTOM_PRICES));
    assert!(error(&many).contains("at most"));
}
