//! LangSmith's filter language, as far as it can be said in ours: `and(eq(run_type, "llm"), has(tags, "a"), gt(latency, "2s"))`.

use super::query::{column, negated, of_type};
use crate::http::{ApiResult, Problem};
use model::filter::{Comparison, Field, FieldType, Filter, Operator, TextPattern, Value};

/// Longest filter.
const MAX_BYTES: usize = 16 << 10;
/// Calls within calls.
const MAX_DEPTH: usize = 20;

pub(super) fn read(text: &str) -> ApiResult<Filter> {
    if text.len() > MAX_BYTES {
        return Err(invalid(format!("at most {MAX_BYTES} bytes")));
    }
    let mut reader = Reader { rest: text };
    let filter = reader.condition(0)?;
    reader.skip_spaces();
    if reader.rest.is_empty() { Ok(filter) } else { Err(invalid("one condition; join several with and(…)")) }
}

fn invalid(expected: impl std::fmt::Display) -> Problem {
    Problem::invalid("filter", format!("expected {expected}"))
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, symbol: char) -> bool {
        self.skip_spaces();
        match self.rest.strip_prefix(symbol) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, symbol: char) -> ApiResult<()> {
        if self.take(symbol) { Ok(()) } else { Err(invalid(format!("`{symbol}`"))) }
    }

    fn word(&mut self) -> ApiResult<String> {
        self.skip_spaces();
        let end = self
            .rest
            .find(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | '.' | '-' | '+')))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        if word.is_empty() { Err(invalid("a name or a value")) } else { Ok(word.to_owned()) }
    }

    /// Quoted text with backslashes, or a bare word such as a number or `true`.
    fn value(&mut self) -> ApiResult<String> {
        self.skip_spaces();
        let Some(quote) = self.rest.chars().next().filter(|letter| matches!(letter, '"' | '\'')) else { return self.word() };
        let mut text = String::new();
        let mut escaped = false;
        for (at, letter) in self.rest.char_indices().skip(1) {
            match letter {
                _ if escaped => {
                    text.push(letter);
                    escaped = false;
                }
                '\\' => escaped = true,
                _ if letter == quote => {
                    self.rest = &self.rest[at + letter.len_utf8()..];
                    return Ok(text);
                }
                _ => text.push(letter),
            }
        }
        Err(invalid(format!("the end of a text, {quote}")))
    }

    fn condition(&mut self, depth: usize) -> ApiResult<Filter> {
        if depth > MAX_DEPTH {
            return Err(invalid(format!("at most {MAX_DEPTH} conditions within each other")));
        }
        let name = self.word()?;
        self.expect('(')?;
        let filter = match name.as_str() {
            "and" | "or" => {
                let mut terms = vec![self.condition(depth + 1)?];
                while self.take(',') {
                    terms.push(self.condition(depth + 1)?);
                }
                if name == "and" { Filter::And(terms) } else { Filter::Or(terms) }
            }
            "not" => negated(self.condition(depth + 1)?),
            "search" => Filter::Text(TextPattern::Phrase(self.value()?)),
            "eq" | "neq" | "gt" | "gte" | "lt" | "lte" | "has" => {
                let field = self.word()?;
                self.expect(',')?;
                let value = self.value()?;
                let compared = comparison(&name, &field, &value)?;
                if name == "neq" { negated(compared) } else { compared }
            }
            other => return Err(invalid(format!("and, or, not, eq, neq, gt, gte, lt, lte, has or search, found {}", shown(other)))),
        };
        self.expect(')')?;
        Ok(filter)
    }
}

/// Names are shown only where they can be such: errors reach logs.
fn shown(name: &str) -> &str {
    name.get(..name.len().min(32)).unwrap_or("another name")
}

fn comparison(name: &str, field: &str, value: &str) -> ApiResult<Filter> {
    let operator = match name {
        "gt" => Operator::Greater,
        "gte" => Operator::GreaterOrEqual,
        "lt" => Operator::Less,
        "lte" => Operator::LessOrEqual,
        _ => Operator::Equal,
    };
    let of =
        |column: &'static str, field_type, value| Filter::Compare(Comparison { field: Field::Column(column, field_type), operator, value });
    let number = || value.parse::<f64>().map_err(|_| invalid(format!("a number for {}", shown(field))));
    Ok(match field {
        "run_type" => of_type(value),
        "name" => column("name", value),
        "status" => column("status", if value == "success" { "ok" } else { value }),
        "error" => column("status", "error"),
        "thread_id" => column("session_id", value),
        "tags" => of("tags", FieldType::TextSet, Value::Text(value.to_owned())),
        "total_tokens" => of("total_tokens", FieldType::Number, Value::Number(number()?)),
        "latency" => of("duration_ms", FieldType::Duration, Value::Millis(seconds(value)? * 1e3)),
        "start_time" => of("start_time", FieldType::Time, Value::Time(value.parse().map_err(|_| invalid("a time for start_time"))?)),
        other => {
            return Err(invalid(format!(
                "run_type, name, status, error, thread_id, tags, total_tokens, latency or start_time, found {}",
                shown(other)
            )));
        }
    })
}

/// `2`, `2s`, `500ms` or `1m`.
fn seconds(text: &str) -> ApiResult<f64> {
    let units = [("ms", 1e-3), ("s", 1.0), ("m", 60.0), ("h", 3600.0), ("", 1.0)];
    let read = |(unit, factor): &(&str, f64)| Some(text.strip_suffix(unit)?.trim().parse::<f64>().ok()? * factor);
    units.iter().find_map(read).ok_or_else(|| invalid("a duration such as 2s"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_said_in_our_words() {
        let filter = read(r#"and(eq(thread_id, "a \"b\""), or(has(tags, 'x'), not(gt(latency, "1.5s"))), search("in Paris"))"#).unwrap();
        let Filter::And(terms) = filter else { panic!("{filter:?}") };
        assert_eq!(terms[0], column("session_id", "a \"b\""));
        assert_eq!(terms[2], Filter::Text(TextPattern::Phrase("in Paris".into())));
        let Filter::Or(either) = &terms[1] else { panic!("{terms:?}") };
        let Filter::Not(inner) = &either[1] else { panic!("{either:?}") };
        assert!(matches!(&**inner, Filter::Compare(Comparison { value: Value::Millis(millis), .. }) if *millis == 1500.0));
    }

    #[test]
    fn what_cannot_be_said_is_refused_by_name() {
        for (text, expected) in [
            ("eq(cost, 1)", "cost"),
            ("like(name, x)", "like"),
            ("eq(name, \"x\"", "`)`"),
            ("eq(name, \"x", "end of a text"),
            ("eq(name, x) eq(name, y)", "one condition"),
            ("", "a name"),
            (&"not(".repeat(100), "within each other"),
        ] {
            let refusal = read(text).unwrap_err().detail;
            assert!(refusal.contains(expected), "{text}: {refusal}");
        }
    }
}
