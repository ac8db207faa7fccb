//! Tokens to meaning. Recursive descent with named bounds; errors say where and what was expected.

use super::{
    Comparison, Field, FieldType, Filter, MAX_DEPTH, MAX_FILTER_BYTES, MAX_TERMS, Operator, TextPattern, Value, fields_of,
    lexer::{Spanned, Token, tokenize},
};
use crate::{Timestamp, telemetry::RowKind};

/// Why a filter was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at character {position}: {message}")]
pub struct FilterError {
    /// Byte offset in the filter's text.
    pub position: usize,
    pub message: String,
}

impl FilterError {
    pub(super) fn new(position: usize, message: impl Into<String>) -> Self {
        Self { position, message: message.into() }
    }
}

/// Reads a filter for rows of `kind`.
pub fn parse(source: &str, kind: RowKind) -> Result<Filter, FilterError> {
    if source.len() > MAX_FILTER_BYTES {
        return Err(FilterError::new(MAX_FILTER_BYTES, format!("a filter has at most {MAX_FILTER_BYTES} bytes")));
    }
    let mut parser = Parser { tokens: tokenize(source)?, next: 0, kind, terms: 0, end: source.len() };
    if parser.tokens.is_empty() {
        return Ok(Filter::All);
    }
    let filter = parser.any_of(0)?;
    match parser.peek() {
        None => Ok(filter),
        Some(extra) => Err(FilterError::new(extra.at, "this closing parenthesis has no opening one")),
    }
}

struct Parser {
    tokens: Vec<Spanned>,
    next: usize,
    kind: RowKind,
    terms: usize,
    end: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Spanned> {
        self.tokens.get(self.next)
    }

    fn take(&mut self) -> Option<Spanned> {
        let token = self.tokens.get(self.next).cloned();
        self.next += 1;
        token
    }

    fn take_if(&mut self, wanted: &Token) -> bool {
        let found = self.peek().is_some_and(|spanned| spanned.token == *wanted);
        self.next += usize::from(found);
        found
    }

    fn any_of(&mut self, depth: usize) -> Result<Filter, FilterError> {
        let mut choices = vec![self.all_of(depth)?];
        while self.take_if(&Token::Or) {
            choices.push(self.all_of(depth)?);
        }
        Ok(single_or(choices, Filter::Or))
    }

    fn all_of(&mut self, depth: usize) -> Result<Filter, FilterError> {
        let mut terms = vec![self.term(depth)?];
        while let Some(spanned) = self.peek() {
            match spanned.token {
                Token::Or | Token::Close => break,
                Token::And => self.next += 1,
                _ => {}
            }
            terms.push(self.term(depth)?);
        }
        Ok(single_or(terms, Filter::And))
    }

    fn term(&mut self, depth: usize) -> Result<Filter, FilterError> {
        let Some(Spanned { token, at }) = self.take() else {
            return Err(FilterError::new(self.end, "expected a term here"));
        };
        if depth > MAX_DEPTH {
            return Err(FilterError::new(at, format!("filters nest at most {MAX_DEPTH} deep")));
        }
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(FilterError::new(at, format!("a filter has at most {MAX_TERMS} terms")));
        }
        match token {
            Token::Minus | Token::Not => Ok(Filter::Not(Box::new(self.term(depth + 1)?))),
            Token::Open => {
                let inner = self.any_of(depth + 1)?;
                if self.take_if(&Token::Close) { Ok(inner) } else { Err(FilterError::new(at, "this parenthesis is not closed")) }
            }
            Token::Close | Token::And | Token::Or => Err(FilterError::new(at, "expected a term here")),
            Token::Quoted(text) => Ok(Filter::Text(TextPattern::Phrase(non_empty(text, at)?))),
            Token::Regex(pattern) => Ok(Filter::Text(TextPattern::Regex(non_empty(pattern, at)?))),
            Token::Word(word) => Ok(Filter::Text(match word.strip_suffix('*') {
                Some(prefix) => TextPattern::Prefix(non_empty(prefix.to_owned(), at)?),
                None => TextPattern::Word(word),
            })),
            Token::Field { name, operator } => self.comparison(&name, operator, at, depth),
        }
    }

    fn comparison(&mut self, name: &str, operator: &str, at: usize, depth: usize) -> Result<Filter, FilterError> {
        let field = Field::lookup(self.kind, name).ok_or_else(|| unknown_field(self.kind, name, at))?;
        if operator == ":" && self.take_if(&Token::Open) {
            return self.choices(&field, at, depth);
        }
        let (text, quoted) = match self.take() {
            Some(Spanned { token: Token::Word(text), .. }) => (text, false),
            Some(Spanned { token: Token::Quoted(text), .. }) => (text, true),
            _ => return Err(FilterError::new(at, format!("expected a value after {name}{operator}"))),
        };
        compare(field, operator, &text, quoted, at).map(Filter::Compare)
    }

    /// `field:(a OR b)` and `field:(a b)` both mean "one of these".
    fn choices(&mut self, field: &Field, at: usize, depth: usize) -> Result<Filter, FilterError> {
        let mut choices = Vec::new();
        loop {
            match self.take() {
                Some(Spanned { token: Token::Close, .. }) if !choices.is_empty() => return Ok(single_or(choices, Filter::Or)),
                Some(Spanned { token: Token::Or, .. }) => {}
                Some(Spanned { token: Token::Word(text), at }) => {
                    choices.push(Filter::Compare(compare(field.clone(), ":", &text, false, at)?))
                }
                Some(Spanned { token: Token::Quoted(text), at }) => {
                    choices.push(Filter::Compare(compare(field.clone(), ":", &text, true, at)?))
                }
                _ => return Err(FilterError::new(at, "expected values and a closing parenthesis, as in field:(a OR b)")),
            }
            self.terms += 1;
            if self.terms > MAX_TERMS || depth > MAX_DEPTH {
                return Err(FilterError::new(at, format!("a filter has at most {MAX_TERMS} terms")));
            }
        }
    }
}

fn single_or(mut filters: Vec<Filter>, combine: fn(Vec<Filter>) -> Filter) -> Filter {
    if filters.len() == 1 { filters.remove(0) } else { combine(filters) }
}

fn non_empty(text: String, at: usize) -> Result<String, FilterError> {
    if text.trim().is_empty() { Err(FilterError::new(at, "expected text to search for")) } else { Ok(text) }
}

fn unknown_field(kind: RowKind, name: &str, at: usize) -> FilterError {
    let mut names: Vec<&str> = fields_of(kind).iter().map(|(short, ..)| *short).collect();
    let (special, keyed): (&[&str], &str) = match kind {
        RowKind::Span => (&["bookmarked", "comment", "model"], "attr.NAME, metadata.NAME and score.NAME"),
        RowKind::Log | RowKind::Metric | RowKind::Score => (&[], "attr.NAME"),
    };
    names.extend(special);
    names.sort_unstable();
    FilterError::new(
        at,
        format!("unknown field {name:?}; known are {}, and {keyed}. Quote the text to search for it as it stands", names.join(", ")),
    )
}

fn compare(field: Field, operator: &str, text: &str, quoted: bool, at: usize) -> Result<Comparison, FilterError> {
    let is_free_form = matches!(field, Field::Attribute(_) | Field::Metadata(_) | Field::Score(_));
    if operator == ":" && !quoted && text == "*" {
        return Ok(Comparison { field, operator: Operator::Exists, value: Value::Any });
    }
    if operator == ":" && matches!(field.field_type(), FieldType::Text | FieldType::TextSet) {
        return Ok(match text.strip_suffix('*') {
            Some(prefix) if !quoted => Comparison { field, operator: Operator::Prefix, value: Value::Text(prefix.to_owned()) },
            _ => Comparison { field, operator: Operator::Equal, value: Value::Text(text.to_owned()) },
        });
    }
    let operator = match operator {
        ":" => Operator::Equal,
        ">" => Operator::Greater,
        ">=" => Operator::GreaterOrEqual,
        "<" => Operator::Less,
        _ => Operator::LessOrEqual,
    };
    let value = match field.field_type() {
        FieldType::Number => text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Number).ok_or("expected a number"),
        FieldType::Money => {
            text.trim_start_matches('$').parse().map(Value::Money).map_err(|_| "expected an amount in US dollars, such as 0.01")
        }
        FieldType::Duration => millis(text).map(Value::Millis).ok_or("expected a duration such as 250ms, 2s, 1.5m or 1h"),
        FieldType::Time => text.parse::<Timestamp>().map(Value::Time).map_err(|_| "expected a time such as 2026-01-31T09:30:00Z"),
        FieldType::Bool => match text {
            "true" | "yes" | "1" => Ok(Value::Bool(true)),
            "false" | "no" | "0" => Ok(Value::Bool(false)),
            _ => Err("expected true or false"),
        },
        FieldType::Text if is_free_form => {
            text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Number).ok_or("expected a number")
        }
        FieldType::Text | FieldType::TextSet => Err("this field holds text: use field:value"),
    };
    value.map(|value| Comparison { field, operator, value }).map_err(|message| FilterError::new(at, format!("{message}, got {text:?}")))
}

fn millis(text: &str) -> Option<f64> {
    let units = [("ms", 1.0), ("us", 0.001), ("µs", 0.001), ("s", 1_000.0), ("m", 60_000.0), ("h", 3_600_000.0)];
    let (number, factor) =
        units.iter().find_map(|(unit, factor)| text.strip_suffix(unit).map(|number| (number, *factor))).unwrap_or((text, 1.0));
    number.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| number * factor)
}

#[cfg(test)]
mod tests;
