//! Cuts a filter into tokens, each with the byte position where it starts.

use super::FilterError;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Open,
    Close,
    Minus,
    And,
    Or,
    Not,
    /// A bare word; `*` at its end is kept.
    Word(String),
    Quoted(String),
    Regex(String),
    /// `name` followed by `:`, `>`, `>=`, `<` or `<=`. What follows a dot may be quoted: `score."Answer Relevancy">0.8`.
    Field {
        name: String,
        operator: &'static str,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Spanned {
    pub(super) token: Token,
    pub(super) at: usize,
}

const OPERATORS: [&str; 5] = [">=", "<=", ":", ">", "<"];

pub(super) fn tokenize(source: &str) -> Result<Vec<Spanned>, FilterError> {
    let mut tokens = Vec::new();
    let mut rest = source;
    loop {
        rest = rest.trim_start();
        let at = source.len() - rest.len();
        let Some(first) = rest.chars().next() else { return Ok(tokens) };
        let after_field = matches!(tokens.last(), Some(Spanned { token: Token::Field { .. }, at: start }) if follows(source, *start, at));
        let (token, used) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '"' | '\'' => quoted(rest, first, at)?,
            '/' if !after_field => regex(rest, at)?,
            '-' if !after_field && rest.len() > 1 && !rest[1..].starts_with(char::is_whitespace) => (Token::Minus, 1),
            _ => match quoted_field(rest, after_field, at)? {
                Some(field) => field,
                None => word(rest, after_field),
            },
        };
        tokens.push(Spanned { token, at });
        rest = &rest[used..];
    }
}

/// A value belongs to a field only when nothing stands between them.
fn follows(source: &str, field_start: usize, value_start: usize) -> bool {
    !source[field_start..value_start].contains(char::is_whitespace)
}

fn quoted(rest: &str, quote: char, at: usize) -> Result<(Token, usize), FilterError> {
    let mut text = String::new();
    let mut characters = rest.char_indices().skip(1);
    while let Some((index, character)) = characters.next() {
        match character {
            '\\' => text.extend(characters.next().map(|(_, escaped)| escaped)),
            _ if character == quote => return Ok((Token::Quoted(text), index + 1)),
            _ => text.push(character),
        }
    }
    Err(FilterError::new(at, format!("the quotation that starts here needs a closing {quote}")))
}

fn regex(rest: &str, at: usize) -> Result<(Token, usize), FilterError> {
    let mut pattern = String::new();
    let mut characters = rest.char_indices().skip(1);
    while let Some((index, character)) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some((_, '/')) => pattern.push('/'),
                Some((_, escaped)) => pattern.extend(['\\', escaped]),
                None => break,
            },
            '/' => return Ok((Token::Regex(pattern), index + 1)),
            _ => pattern.push(character),
        }
    }
    Err(FilterError::new(at, "the pattern that starts here needs a closing /; quote the text to search for a slash"))
}

/// `score."two words">0.8`: the key of a field that has keys, in quotes.
fn quoted_field(rest: &str, is_value: bool, at: usize) -> Result<Option<(Token, usize)>, FilterError> {
    let dot = rest.find(|character: char| !character.is_alphanumeric()).filter(|dot| !is_value && rest[*dot..].starts_with(".\""));
    let Some(start) = dot.map(|dot| dot + 1) else { return Ok(None) };
    let (Token::Quoted(key), used) = quoted(&rest[start..], '"', at + start)? else { return Ok(None) };
    let end = start + used;
    let operator = OPERATORS.into_iter().find(|operator| rest[end..].starts_with(operator));
    let operator = operator.ok_or_else(|| FilterError::new(at + end, "expected :, >, >=, < or <= after the field"))?;
    Ok(Some((Token::Field { name: format!("{}{key}", &rest[..start]), operator }, end + operator.len())))
}

fn word(rest: &str, is_value: bool) -> (Token, usize) {
    let end = rest.find(|character: char| character.is_whitespace() || matches!(character, '(' | ')' | '"')).unwrap_or(rest.len()).max(1);
    let text = &rest[..end];
    if !is_value {
        let operator = OPERATORS
            .iter()
            .filter_map(|operator| text.find(operator).map(|index| (index, *operator)))
            .min_by_key(|(index, operator)| (*index, 2 - operator.len()));
        if let Some((index, operator)) = operator
            && index > 0
            && text[..index].chars().all(|character| character.is_alphanumeric() || matches!(character, '_' | '.' | '-'))
            && text.starts_with(char::is_alphabetic)
        {
            return (Token::Field { name: text[..index].to_owned(), operator }, index + operator.len());
        }
        match text {
            "AND" | "&&" => return (Token::And, end),
            "OR" | "||" => return (Token::Or, end),
            "NOT" => return (Token::Not, end),
            _ => {}
        }
    }
    (Token::Word(text.to_owned()), end)
}
