//! Tests of text columns, without regard to case. Null and absent texts pass none.

use crate::query::text::TextMatcher;
use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanBuilder},
        compute::cast,
        datatypes::DataType,
    },
    common::Result,
    logical_expr::{ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility},
};
use model::filter::TextPattern;
use std::{any::Any, sync::Arc};

/// What a text must be.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum TextTest {
    /// Equal, given in lower case.
    Is(String),
    /// Begins so, given in lower case.
    StartsWith(String),
    /// Any text at all (for a list: any element).
    Known,
    /// Matches; columns from `messages_from` on hold messages as JSON.
    Matches { pattern: TextPattern, matcher: TextMatcher, messages_from: usize },
}

/// True where any of the columns (texts, or lists of texts) passes.
pub(crate) fn text_test(test: TextTest, columns: Vec<Expr>) -> Expr {
    ScalarUDF::from(TextTestFunction::new(test)).call(columns)
}

/// The test that an expression is, with the columns that it is of; `None` for any other expression.
pub(crate) fn as_text_test(expr: &Expr) -> Option<(&TextTest, &[Expr])> {
    let Expr::ScalarFunction(function) = expr else { return None };
    let test = (function.func.inner().as_ref() as &dyn Any).downcast_ref::<TextTestFunction>()?;
    Some((&test.test, &function.args))
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct TextTestFunction {
    name: String,
    test: TextTest,
    signature: Signature,
}

impl TextTestFunction {
    fn new(test: TextTest) -> Self {
        let name = match &test {
            TextTest::Is(text) => format!("text_is_{text}"),
            TextTest::StartsWith(text) => format!("text_starts_with_{text}"),
            TextTest::Known => "text_known".to_owned(),
            TextTest::Matches { matcher, .. } => format!("text_matches_{}", matcher.source()),
        };
        Self { name, test, signature: Signature::variadic_any(Volatility::Immutable) }
    }

    fn passes(&self, text: &str, column: usize) -> bool {
        match &self.test {
            TextTest::Is(wanted) => equals(text, wanted),
            TextTest::StartsWith(wanted) => starts_with(text, wanted),
            TextTest::Known => true,
            TextTest::Matches { matcher, messages_from, .. } if column >= *messages_from => matcher.matches_messages(text),
            TextTest::Matches { matcher, .. } => matcher.matches_text(text),
        }
    }

    fn test_column(&self, values: &ArrayRef, column: usize, passed: &mut [bool]) -> Result<()> {
        match values.data_type() {
            DataType::Utf8 => self.test_texts(values.as_string::<i32>().iter(), column, passed),
            DataType::LargeUtf8 => self.test_texts(values.as_string::<i64>().iter(), column, passed),
            DataType::List(_) => {
                let lists = values.as_list::<i32>();
                let elements = cast(lists.values(), &DataType::Utf8)?;
                let elements = elements.as_string::<i32>();
                for (row, passed) in passed.iter_mut().enumerate().filter(|(row, _)| lists.is_valid(*row)) {
                    let range = lists.value_offsets()[row] as usize..lists.value_offsets()[row + 1] as usize;
                    *passed = *passed || range.into_iter().any(|at| elements.is_valid(at) && self.passes(elements.value(at), column));
                }
            }
            _ => {
                let texts = cast(values, &DataType::LargeUtf8)?;
                self.test_texts(texts.as_string::<i64>().iter(), column, passed);
            }
        }
        Ok(())
    }

    fn test_texts<'a>(&self, texts: impl Iterator<Item = Option<&'a str>>, column: usize, passed: &mut [bool]) {
        for (passed, text) in passed.iter_mut().zip(texts) {
            *passed = *passed || text.is_some_and(|text| self.passes(text, column));
        }
    }
}

impl ScalarUDFImpl for TextTestFunction {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let mut passed = vec![false; args.number_rows];
        for (column, values) in args.args.iter().enumerate() {
            self.test_column(&values.to_array(args.number_rows)?, column, &mut passed)?;
        }
        let mut result = BooleanBuilder::with_capacity(passed.len());
        result.append_slice(&passed);
        Ok(ColumnarValue::Array(Arc::new(result.finish())))
    }
}

/// Most texts are ASCII: no copy is made for them.
pub(crate) fn equals(text: &str, wanted_lower: &str) -> bool {
    if text.is_ascii() { text.eq_ignore_ascii_case(wanted_lower) } else { text.to_lowercase() == wanted_lower }
}

pub(crate) fn starts_with(text: &str, wanted_lower: &str) -> bool {
    match text.get(..wanted_lower.len()) {
        Some(head) if head.is_ascii() => head.eq_ignore_ascii_case(wanted_lower),
        _ => text.to_lowercase().starts_with(wanted_lower),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_is_ignored_beyond_ascii() {
        assert!(equals("GPT-4o", "gpt-4o"));
        assert!(equals("ÉTÉ", "été"));
        assert!(!equals("gpt", "gpt-4o"));
        assert!(starts_with("Été chaud", "été"));
        assert!(starts_with("GPT-4o", "gpt"));
        assert!(!starts_with("g", "gpt"));
    }
}
