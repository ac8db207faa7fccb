//! `json_text(column, key)`: a value inside a JSON object, as text.

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, StringBuilder},
        compute::cast,
        datatypes::DataType,
    },
    common::{Result, exec_err},
    logical_expr::{ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility},
    prelude::lit,
    scalar::ScalarValue,
};
use serde_json::value::RawValue;
use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

/// Most dots of a key that are tried as steps into nested objects.
const MAX_STEPS: usize = 16;

/// Strings come without quotes, numbers and booleans as written, objects and arrays as JSON; null where there is no such key.
/// A key may hold dots itself: the longest name that exists wins over a step into an object.
pub(crate) fn json_text(column: Expr, key: &str) -> Expr {
    json_text_function().call(vec![column, lit(key)])
}

pub(crate) fn json_text_function() -> Arc<ScalarUDF> {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| Arc::new(ScalarUDF::from(JsonText::new())));
    Arc::clone(&FUNCTION)
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct JsonText {
    signature: Signature,
}

impl JsonText {
    fn new() -> Self {
        Self { signature: Signature::any(2, Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for JsonText {
    fn name(&self) -> &str {
        "json_text"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [json, ColumnarValue::Scalar(key)] = args.args.as_slice() else {
            return exec_err!("json_text needs a column and a constant key");
        };
        let (ScalarValue::Utf8(Some(key)) | ScalarValue::LargeUtf8(Some(key)) | ScalarValue::Utf8View(Some(key))) = key else {
            return exec_err!("json_text needs a text as key");
        };
        let json = cast(&json.to_array(args.number_rows)?, &DataType::LargeUtf8)?;
        let needle = first_name_in_json(key);
        let mut texts = StringBuilder::new();
        for row in json.as_string::<i64>() {
            texts.append_option(row.filter(|row| row.contains(&needle)).and_then(|row| lookup(row, key, 0)));
        }
        Ok(ColumnarValue::Array(Arc::new(texts.finish()) as ArrayRef))
    }
}

/// What every object with this key has in its text: most rows are refused by it without parsing.
fn first_name_in_json(key: &str) -> String {
    let name = key.split('.').next().unwrap_or(key);
    let quoted = serde_json::Value::from(name).to_string();
    quoted.trim_end_matches('"').to_owned()
}

fn lookup(json: &str, key: &str, steps: usize) -> Option<String> {
    let fields: BTreeMap<std::borrow::Cow<'_, str>, &RawValue> = serde_json::from_str(json).ok()?;
    if let Some(value) = fields.get(key) {
        return scalar_text(value.get());
    }
    if steps == MAX_STEPS {
        return None;
    }
    let ends = key.rmatch_indices('.').take(MAX_STEPS).map(|(at, _)| at);
    ends.filter_map(|at| fields.get(&key[..at]).map(|value| (value, at)))
        .find_map(|(value, at)| lookup(value.get(), &key[at + 1..], steps + 1))
}

fn scalar_text(json: &str) -> Option<String> {
    match json.as_bytes().first()? {
        b'"' => serde_json::from_str(json).ok(),
        b'n' => None,
        _ => Some(json.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_with_dots_and_nested_objects_are_found() {
        let json = r#"{"a.b":{"c":"x"},"a":{"d":1.50,"e":null},"f":true,"g":[1]}"#;
        for (key, expected) in [
            ("a.b.c", Some("x")),
            ("a.d", Some("1.50")),
            ("f", Some("true")),
            ("g", Some("[1]")),
            ("a.e", None),
            ("z", None),
            ("a.b.z", None),
        ] {
            assert_eq!(lookup(json, key, 0).as_deref(), expected, "{key}");
        }
        assert_eq!(lookup("not json", "a", 0), None);
    }
}
