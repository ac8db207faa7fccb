use super::*;
use proptest::prelude::*;

fn spans(source: &str) -> Filter {
    parse(source, RowKind::Span).unwrap()
}

fn text(field: &str, value: &str) -> Filter {
    Filter::equal(Field::lookup(RowKind::Span, field).unwrap(), value)
}

#[test]
fn terms_side_by_side_are_all_required_and_or_binds_weaker() {
    let expected = Filter::Or(vec![Filter::And(vec![text("model", "gpt-4o"), text("status", "error")]), text("env", "dev")]);
    assert_eq!(spans("model:gpt-4o status:error OR env:dev"), expected);
    assert_eq!(spans("model:gpt-4o AND status:error OR env:dev"), expected);
    assert_eq!(
        spans("model:gpt-4o (status:error OR env:dev)"),
        Filter::And(vec![text("model", "gpt-4o"), Filter::Or(vec![text("status", "error"), text("env", "dev")])])
    );
}

#[test]
fn values_take_the_type_of_their_field() {
    let value = |source: &str| match spans(source) {
        Filter::Compare(comparison) => (comparison.operator, comparison.value),
        other => panic!("{other:?}"),
    };
    assert_eq!(value("cost>0.01"), (Operator::Greater, Value::Money("0.01".parse().unwrap())));
    assert_eq!(value("duration>=2s"), (Operator::GreaterOrEqual, Value::Millis(2000.0)));
    assert_eq!(value("ttft<150ms"), (Operator::Less, Value::Millis(150.0)));
    assert_eq!(value("tokens:12"), (Operator::Equal, Value::Number(12.0)));
    assert_eq!(value("billed:false"), (Operator::Equal, Value::Bool(false)));
    assert_eq!(value("attr.http.status>499"), (Operator::Greater, Value::Number(499.0)));
    assert_eq!(value("model:gpt-4*"), (Operator::Prefix, Value::Text("gpt-4".into())));
    assert_eq!(value("user:*"), (Operator::Exists, Value::Any));
    assert_eq!(value("name:\"a * b\""), (Operator::Equal, Value::Text("a * b".into())));
    assert_eq!(value("model:openai/gpt-4o:free"), (Operator::Equal, Value::Text("openai/gpt-4o:free".into())));
    assert_eq!(value("trace:-1"), (Operator::Equal, Value::Text("-1".into())));
}

#[test]
fn late_facts_are_conditions_of_their_own() {
    let compare = |field: Field, operator, value| Filter::Compare(Comparison { field, operator, value });
    assert_eq!(spans("score.quality>=0.8"), compare(Field::Score("quality".into()), Operator::GreaterOrEqual, Value::Number(0.8)));
    assert_eq!(spans("score.tone:good"), compare(Field::Score("tone".into()), Operator::Equal, Value::Text("good".into())));
    assert_eq!(spans("score.tone:*"), compare(Field::Score("tone".into()), Operator::Exists, Value::Any));
    let named = Field::Score("Answer Relevancy".into());
    assert_eq!(spans("score.\"Answer Relevancy\"<0.5"), compare(named, Operator::Less, Value::Number(0.5)));
    assert_eq!(spans("attr.\"a b\":c"), text("attr.a b", "c"));
    assert_eq!(spans("comment:refund"), compare(Field::Comment, Operator::Equal, Value::Text("refund".into())));
    assert_eq!(spans("-bookmarked:true"), Filter::Not(Box::new(compare(Field::Bookmarked, Operator::Equal, Value::Bool(true)))));
    for source in ["score.:1", "score.\"a b\" x", "score.\"a b", "comment>5", "bookmarked:maybe", "score.x>good"] {
        assert!(parse(source, RowKind::Span).is_err(), "{source}");
    }
    assert!(parse("score.x:1", RowKind::Log).is_err());
    assert!(parse("kind:comment id:x target:span", RowKind::Score).is_ok());
}

#[test]
fn negation_quotes_prefixes_and_patterns() {
    assert_eq!(spans("-env:dev"), Filter::Not(Box::new(text("env", "dev"))));
    assert_eq!(spans("NOT env:dev"), spans("-env:dev"));
    assert_eq!(spans(r#""refund policy""#), Filter::Text(TextPattern::Phrase("refund policy".into())));
    assert_eq!(spans("refund*"), Filter::Text(TextPattern::Prefix("refund".into())));
    assert_eq!(spans(r"/a(b|\/)c/"), Filter::Text(TextPattern::Regex("a(b|/)c".into())));
    assert_eq!(spans("model:(a OR b)"), Filter::Or(vec![text("model", "a"), text("model", "b")]));
    assert_eq!(spans("  "), Filter::All);
}

#[test]
fn errors_say_where_and_what_was_expected() {
    for (source, position, part) in [
        ("(a", 0, "not closed"),
        ("a)", 1, "no opening"),
        ("colour:red", 0, "unknown field"),
        ("a cost>much", 2, "US dollars"),
        ("duration>soon", 0, "duration such as"),
        ("\"open", 0, "closing"),
        ("name:", 0, "expected a value"),
        ("a OR", 4, "expected a term"),
        ("name>5", 0, "holds text"),
    ] {
        let error = parse(source, RowKind::Span).unwrap_err();
        assert_eq!(error.position, position, "{source}: {error}");
        assert!(error.message.contains(part), "{source}: {error}");
    }
}

#[test]
fn size_and_depth_are_bounded() {
    assert!(parse(&"(".repeat(10_000), RowKind::Span).is_err());
    assert!(parse(&"-".repeat(10_000), RowKind::Span).is_err());
    assert!(parse(&"a ".repeat(MAX_TERMS + 1), RowKind::Span).is_err());
    assert!(parse(&"a".repeat(MAX_FILTER_BYTES + 1), RowKind::Span).is_err());
}

proptest! {
    #[test]
    fn any_text_parses_or_is_refused_without_panic(source in r#"[a-z:()"/*<>=\- \\éORAND0-9.]{0,80}"#) {
        for kind in RowKind::ALL {
            let _ = parse(&source, kind);
        }
    }
}
