//! MLflow's filter language for traces, as far as it can be said in ours of their roots:
//! `` tags.env = 'dev' AND status = 'OK' AND metadata.`mlflow.trace.user` = 'ann' AND feedback.quality > 0.5 ``.

use crate::http::{ApiResult, Problem};
use model::{
    Timestamp,
    filter::{Comparison, Field, FieldType, Filter, Operator, Value},
    time::nanos_of_millis,
};
use protocol::native::mlflow::trace_id;

/// Longest filter.
const MAX_BYTES: usize = 16 << 10;
/// Most conditions, and values of a list.
const MAX_TERMS: usize = 100;

pub(super) fn read(text: &str) -> ApiResult<Filter> {
    if text.len() > MAX_BYTES {
        return Err(invalid(format!("at most {MAX_BYTES} bytes")));
    }
    let mut reader = Reader { rest: text.trim() };
    let mut filter = Filter::All;
    for _ in 0..MAX_TERMS {
        if reader.rest.is_empty() {
            return Ok(filter);
        }
        filter = filter.and(reader.condition()?);
        if !reader.word("AND") && !reader.rest.is_empty() {
            return Err(invalid("AND between conditions"));
        }
    }
    Err(invalid(format!("at most {MAX_TERMS} conditions")))
}

fn invalid(expected: impl std::fmt::Display) -> Problem {
    Problem::invalid("filter_string", format!("expected {expected}"))
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn symbol(&mut self, symbol: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(symbol) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    /// A keyword, in any case.
    fn word(&mut self, word: &str) -> bool {
        self.rest = self.rest.trim_start();
        let found = self.rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        let ends = |rest: &str| !rest.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_');
        match self.rest.get(word.len()..).filter(|rest| found && ends(rest)) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    /// Text between two of these quotes; it has no escapes.
    fn quoted(&mut self, quotes: &[char]) -> ApiResult<Option<&'a str>> {
        self.rest = self.rest.trim_start();
        let Some(quote) = self.rest.chars().next().filter(|letter| quotes.contains(letter)) else { return Ok(None) };
        let (text, rest) = self.rest[1..].split_once(quote).ok_or_else(|| invalid(format!("the end of a text, {quote}")))?;
        self.rest = rest;
        Ok(Some(text))
    }

    fn name(&mut self) -> ApiResult<String> {
        let mut name = String::new();
        loop {
            match self.quoted(&['`', '"'])? {
                Some(part) => name.push_str(part),
                None => {
                    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
                    let end = self.rest.find(|letter| !is_part(letter)).unwrap_or(self.rest.len());
                    let (part, rest) = self.rest.split_at(end);
                    name.push_str(part);
                    self.rest = rest;
                }
            }
            match self.rest.strip_prefix('.') {
                Some(rest) => self.rest = rest,
                None if name.is_empty() => return Err(invalid("a name such as status or tags.env")),
                None => return Ok(name),
            }
            name.push('.');
        }
    }

    fn value(&mut self) -> ApiResult<String> {
        if let Some(text) = self.quoted(&['\'', '"'])? {
            return Ok(text.to_owned());
        }
        let end = self.rest.find(|letter: char| letter.is_whitespace() || matches!(letter, ')' | ',')).unwrap_or(self.rest.len());
        let (value, rest) = self.rest.split_at(end);
        self.rest = rest;
        if value.parse::<f64>().is_ok() { Ok(value.to_owned()) } else { Err(invalid("a text in single quotes, or a number")) }
    }

    fn condition(&mut self) -> ApiResult<Filter> {
        let subject = subject(&self.name()?)?;
        if self.word("IS") {
            let is_known = self.word("NOT");
            return if self.word("NULL") { Ok(negated_if(!is_known, subject.exists())) } else { Err(invalid("NULL or NOT NULL")) };
        }
        let is_negated = self.word("NOT");
        if self.word("IN") {
            return Ok(negated_if(is_negated, Filter::Or(self.list(&subject)?)));
        }
        if self.word("LIKE") || self.word("ILIKE") {
            let pattern = self.value()?;
            let start = pattern.strip_suffix('%').filter(|start| !start.contains(['%', '_']));
            let start = start.ok_or_else(|| invalid("LIKE with the beginning of a text, such as 'abc%'"))?;
            return subject.compared(Operator::Prefix, start);
        }
        if self.symbol("!=") {
            let equal = subject.compared(Operator::Equal, &self.value()?)?;
            return Ok(subject.exists().and(negated_if(true, equal)));
        }
        let operators = [
            (">=", Operator::GreaterOrEqual),
            ("<=", Operator::LessOrEqual),
            ("=", Operator::Equal),
            (">", Operator::Greater),
            ("<", Operator::Less),
        ];
        match operators.iter().find(|(symbol, _)| self.symbol(symbol)) {
            Some((_, operator)) => subject.compared(*operator, &self.value()?),
            None => Err(invalid("one of = != < <= > >= IN, NOT IN, LIKE, ILIKE, IS NULL, IS NOT NULL")),
        }
    }

    fn list(&mut self, subject: &Subject) -> ApiResult<Vec<Filter>> {
        let mut either = Vec::new();
        if !self.symbol("(") {
            return Err(invalid("a list in parentheses"));
        }
        while either.len() < MAX_TERMS {
            either.push(subject.compared(Operator::Equal, &self.value()?)?);
            if self.symbol(")") {
                return Ok(either);
            }
            if !self.symbol(",") {
                return Err(invalid("`,` or `)` in a list"));
            }
        }
        Err(invalid(format!("at most {MAX_TERMS} values in a list")))
    }
}

fn negated_if(is_negated: bool, filter: Filter) -> Filter {
    if is_negated { Filter::Not(Box::new(filter)) } else { filter }
}

/// What a condition is about.
enum Subject {
    Field(Field),
    Status,
    TraceId,
}

fn subject(name: &str) -> ApiResult<Subject> {
    let (entity, key) = name.split_once('.').unwrap_or(("attributes", name));
    let column = |name, field_type| Subject::Field(Field::Column(name, field_type));
    Ok(match (entity, key) {
        ("attribute" | "attributes" | "trace", key) => match key {
            "status" | "state" => Subject::Status,
            "request_id" | "trace_id" => Subject::TraceId,
            "name" => column("name", FieldType::Text),
            "timestamp" | "timestamp_ms" => column("start_time", FieldType::Time),
            "execution_time" | "execution_time_ms" => column("duration_ms", FieldType::Duration),
            "client_request_id" => Subject::Field(Field::Attribute("mlflow.client_request_id".to_owned())),
            "run_id" => Subject::Field(Field::Attribute("mlflow.sourceRun".to_owned())),
            _ => return Err(invalid("name, status, timestamp, execution_time, trace_id, client_request_id or run_id of the trace")),
        },
        ("tag" | "tags", "mlflow.traceName") => column("name", FieldType::Text),
        ("metadata" | "request_metadata", "mlflow.trace.session") => column("session_id", FieldType::Text),
        ("metadata" | "request_metadata", "mlflow.trace.user") => column("user_id", FieldType::Text),
        ("metadata" | "request_metadata", key) if key.starts_with("mlflow.") => Subject::Field(Field::Attribute(key.to_owned())),
        ("tag" | "tags" | "metadata" | "request_metadata", key) => Subject::Field(Field::Metadata(key.to_owned())),
        ("feedback" | "expectation", key) => Subject::Field(Field::Score(key.to_owned())),
        _ => {
            return Err(invalid(
                "conditions on the trace, its tags, its metadata, feedback or expectations; those on spans are not taken here",
            ));
        }
    })
}

impl Subject {
    fn exists(&self) -> Filter {
        match self {
            // Every trace has both.
            Self::Status | Self::TraceId => Filter::All,
            Self::Field(field) => Filter::Compare(Comparison { field: field.clone(), operator: Operator::Exists, value: Value::Any }),
        }
    }

    fn compared(&self, operator: Operator, value: &str) -> ApiResult<Filter> {
        let column = |name| Field::Column(name, FieldType::Text);
        match self {
            Self::Status => {
                let failed = Filter::equal(column("status"), "error");
                match (operator, value) {
                    (Operator::Equal, "OK") => Ok(negated_if(true, failed)),
                    (Operator::Equal, "ERROR") => Ok(failed),
                    _ => Err(invalid("status = 'OK' or status = 'ERROR'")),
                }
            }
            Self::TraceId => {
                let id = trace_id(value).filter(|_| operator == Operator::Equal);
                id.map(|id| Filter::equal(column("trace_id"), id.to_hex())).ok_or_else(|| invalid("an id: tr- and 32 hexadecimal digits"))
            }
            Self::Field(field) => {
                let value = value_of(field, operator, value)?;
                Ok(Filter::Compare(Comparison { field: field.clone(), operator, value }))
            }
        }
    }
}

fn value_of(field: &Field, operator: Operator, value: &str) -> ApiResult<Value> {
    let number = || value.parse::<f64>().ok().filter(|number| number.is_finite()).ok_or_else(|| invalid("a number"));
    Ok(match field.field_type() {
        FieldType::Time => {
            let nanos = nanos_of_millis(number()?).ok_or_else(|| invalid("milliseconds since 1970"))?;
            Value::Time(Timestamp::from_nanos(nanos))
        }
        FieldType::Duration => Value::Millis(number()?),
        _ if matches!(operator, Operator::Equal | Operator::Prefix) => Value::Text(value.to_owned()),
        _ => Value::Number(number()?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(name: &'static str, value: &str) -> Filter {
        Filter::equal(Field::Column(name, FieldType::Text), value)
    }

    fn compare(field: Field, operator: Operator, value: Value) -> Filter {
        Filter::Compare(Comparison { field, operator, value })
    }

    #[test]
    fn conditions_are_said_in_our_words() {
        let filter = read(
            "tags.env = 'dev' and trace.status = 'OK' AND metadata.`mlflow.trace.user` = 'ann' AND feedback.quality > 0.5 \
             AND timestamp_ms >= 1700000000000 AND execution_time < 2000 AND name LIKE 'weather%' AND tags.`a b` IS NOT NULL",
        );
        let expected = [
            Filter::equal(Field::Metadata("env".into()), "dev"),
            negated_if(true, text("status", "error")),
            text("user_id", "ann"),
            compare(Field::Score("quality".into()), Operator::Greater, Value::Number(0.5)),
            compare(
                Field::Column("start_time", FieldType::Time),
                Operator::GreaterOrEqual,
                Value::Time(Timestamp::from_nanos(1_700_000_000_000_000_000)),
            ),
            compare(Field::Column("duration_ms", FieldType::Duration), Operator::Less, Value::Millis(2000.0)),
            compare(Field::Column("name", FieldType::Text), Operator::Prefix, Value::Text("weather".into())),
            compare(Field::Metadata("a b".into()), Operator::Exists, Value::Any),
        ];
        assert_eq!(filter.unwrap(), Filter::And(expected.into()));
        assert_eq!(read("  ").unwrap(), Filter::All);
        assert_eq!(read("name IN ('a', 'b')").unwrap(), Filter::Or(vec![text("name", "a"), text("name", "b")]));
        let id = "0af7651916cd43dd8448eb211c80319c";
        assert_eq!(read(&format!("request_id = 'tr-{id}'")).unwrap(), text("trace_id", id));
        let unlike = read("tags.env != 'dev'").unwrap();
        let env = || Field::Metadata("env".into());
        let known = compare(env(), Operator::Exists, Value::Any);
        assert_eq!(unlike, known.and(negated_if(true, Filter::equal(env(), "dev"))));
    }

    #[test]
    fn what_cannot_be_said_is_refused_by_name() {
        for (filter, expected) in [
            ("span.type = 'LLM'", "on spans"),
            ("text LIKE '%x%'", "name, status"),
            ("name LIKE '%x%'", "beginning of a text"),
            ("name = 'x", "end of a text"),
            ("name = x", "single quotes"),
            ("name 'x'", "one of ="),
            ("name = 'x' OR name = 'y'", "AND between"),
            ("execution_time > 'x'", "a number"),
            ("status = 'IN_PROGRESS'", "status = 'OK'"),
            ("name IN 'x'", "a list"),
            ("request_id = '7'", "tr- and 32"),
            ("= 1", "a name"),
            (&"name = 'x' AND ".repeat(101), "at most 100 conditions"),
        ] {
            let refusal = read(filter).unwrap_err().detail;
            assert!(refusal.contains(expected), "{filter}: {refusal}");
        }
    }
}
