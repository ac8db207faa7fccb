use super::*;
use model::Timestamp;
use rust_decimal::Decimal;

fn row(json: &str) -> PriceRow {
    serde_json::from_str::<PriceRow>(json).unwrap().inspected(false)
}

fn facts() -> CallFacts<'static> {
    CallFacts::at(Timestamp::from_nanos(0))
}

fn total(row: &PriceRow, buckets: TokenBuckets) -> Result<String, Unpriced> {
    price_buckets(row, &buckets, &facts()).map(|amounts| amounts.total.to_string())
}

const ONE: Option<u64> = Some(1_000_000);

#[test]
fn each_bucket_has_its_price_or_its_fallback() {
    let bare = row(r#"{"input":"0.01","output":"0.1"}"#);
    let full = row(r#"{"input":"0.01","cache_read":"0.02","cache_write_5m":"0.03","cache_write_1h":"0.04","input_audio":"0.05",
            "input_image":"0.06","output":"0.1","output_reasoning":"0.2","output_audio":"0.3","web_search":"1"}"#);
    for (buckets, at_bare, at_full) in [
        (TokenBuckets { input_uncached: ONE, ..Default::default() }, "0.01", "0.01"),
        (TokenBuckets { cache_read: ONE, ..Default::default() }, "0.01", "0.02"),
        (TokenBuckets { cache_write_5m: ONE, ..Default::default() }, "0.01", "0.03"),
        (TokenBuckets { cache_write_unknown: ONE, ..Default::default() }, "0.01", "0.03"),
        (TokenBuckets { cache_write_1h: ONE, ..Default::default() }, "0.01", "0.04"),
        (TokenBuckets { input_audio: ONE, ..Default::default() }, "0.01", "0.05"),
        (TokenBuckets { input_image: ONE, ..Default::default() }, "0.01", "0.06"),
        (TokenBuckets { output_text: ONE, ..Default::default() }, "0.1", "0.1"),
        (TokenBuckets { output_reasoning: ONE, ..Default::default() }, "0.1", "0.2"),
        (TokenBuckets { output_audio: ONE, ..Default::default() }, "0.1", "0.3"),
    ] {
        assert_eq!(total(&bare, buckets).as_deref(), Ok(at_bare), "{buckets:?}");
        assert_eq!(total(&full, buckets).as_deref(), Ok(at_full), "{buckets:?}");
    }
    let searches = TokenBuckets { web_searches: Some(2), ..Default::default() };
    assert_eq!(total(&full, searches).as_deref(), Ok("2"));
    assert_eq!(total(&bare, searches), Err(Unpriced::MissingPrice));
    let five_minutes = row(r#"{"input":"0.01","cache_write_5m":"0.03","output":"1"}"#);
    assert_eq!(total(&five_minutes, TokenBuckets { cache_write_1h: ONE, ..Default::default() }).as_deref(), Ok("0.03"));
}

#[test]
fn a_missing_price_is_never_zero_but_an_empty_bucket_needs_none() {
    let embedding = row(r#"{"input":"10000","mode":"embedding"}"#);
    let embedding = PriceRow { defect: None, ..embedding };
    let buckets = |output| TokenBuckets { input_uncached: Some(3), output_text: output, ..Default::default() };
    assert_eq!(total(&embedding, buckets(Some(1))), Err(Unpriced::MissingPrice));
    assert_eq!(total(&embedding, buckets(Some(0))).as_deref(), Ok("0.03"));
    assert_eq!(total(&embedding, buckets(None)).as_deref(), Ok("0.03"));
}

#[test]
fn the_tier_is_chosen_by_the_whole_input_and_reprices_everything() {
    let row = row(r#"{"input":"1","output":"10","input>10":"2","output>10":"20"}"#);
    let buckets = |cached| TokenBuckets { input_uncached: Some(5), cache_read: Some(cached), output_text: Some(1), ..Default::default() };
    assert_eq!(total(&row, buckets(5)).as_deref(), Ok("0.00002"));
    assert_eq!(total(&row, buckets(6)).as_deref(), Ok("0.000042"));
}

#[test]
fn factors_are_on_tokens_and_discounts_on_everything() {
    let row = row(r#"{"input":"1","output":"1","web_search":"0.01","times":{"geo:us":"1.1","speed:fast":"2"}}"#);
    let buckets = TokenBuckets { input_uncached: ONE, output_text: ONE, web_searches: Some(1), ..Default::default() };
    let cost = |geo, speed, discount: &str| {
        let facts = CallFacts { geo, speed, ..facts() };
        compute(&row, &buckets, &facts, discount.parse().unwrap()).outcome.unwrap().total.to_string()
    };
    assert_eq!(cost(None, None, "1"), "2.01");
    assert_eq!(cost(Some("US"), None, "1"), "2.21");
    assert_eq!(cost(Some("us"), Some("fast"), "1"), "4.41");
    assert_eq!(cost(Some("global"), Some("standard"), "1"), "2.01");
    assert_eq!(cost(Some("us"), None, "0.5"), "1.105");
}

#[test]
fn hosts_tell_the_place() {
    let row = row(r#"{"input":"1","output":"1","times":{"host:eu":"1.1","location:regional":"1.5"}}"#);
    let buckets = TokenBuckets { input_uncached: ONE, ..Default::default() };
    for (host, expected) in [
        (None, "1"),
        (Some("api.openai.com"), "1"),
        (Some("eu.api.openai.com"), "1.1"),
        (Some("us-east5-aiplatform.googleapis.com"), "1.5"),
        (Some("aiplatform.googleapis.com"), "1"),
    ] {
        let facts = CallFacts { host, ..facts() };
        assert_eq!(price_buckets(&row, &buckets, &facts).map(|amounts| amounts.total.to_string()).as_deref(), Ok(expected), "{host:?}");
    }
}

#[test]
fn images_in_an_answer_have_their_price_where_they_are_counted() {
    let row = row(r#"{"input":"1","output":"1","output_image":"30"}"#);
    let buckets = TokenBuckets { output_text: ONE, ..Default::default() };
    let cost = |output_image| {
        let facts = CallFacts { output_image, ..facts() };
        price_buckets(&row, &buckets, &facts).map(|amounts| amounts.total.to_string())
    };
    assert_eq!(cost(Some(500_000)).as_deref(), Ok("15.5"));
    assert_eq!(cost(Some(u64::MAX)).as_deref(), Ok("30"));
    assert_eq!(cost(None), Err(Unpriced::OutputImageUnknown));
}

#[test]
fn seconds_queries_and_requests_are_units_too() {
    let cost = |json: &str, facts: CallFacts, buckets| price_buckets(&row(json), &buckets, &facts).map(|amounts| amounts.total.to_string());
    let nothing = TokenBuckets::default();
    let seconds = CallFacts { seconds: Some(Decimal::new(105, 1)), ..facts() };
    assert_eq!(cost(r#"{"input_second":"0.1","mode":"audio_transcription"}"#, seconds, nothing).as_deref(), Ok("1.05"));
    let searched = CallFacts { search_units: Some(3), ..facts() };
    assert_eq!(cost(r#"{"query":"0.002","mode":"rerank"}"#, searched, nothing).as_deref(), Ok("0.006"));
    let tokens = TokenBuckets { input_uncached: ONE, output_text: ONE, ..nothing };
    assert_eq!(cost(r#"{"input":"1","output":"1","request":"0.005"}"#, facts(), tokens).as_deref(), Ok("2.005"));
    let grounded = TokenBuckets { web_searches: Some(7), ..tokens };
    assert_eq!(cost(r#"{"input":"1","output":"1","web_search_prompt":"0.035"}"#, facts(), grounded).as_deref(), Ok("2.035"));
}
