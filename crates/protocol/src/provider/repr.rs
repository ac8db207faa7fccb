//! Values as Python prints them (`repr`), which some clients send in place of JSON: `{'cached': 64, 'x': None}`,
//! `Usage(input=1, details=Details(cached=2))`, `<Kind.TEXT: 'text'>`.

use crate::rules::MAX_JSON_LEVELS;
use serde_json::{Map, Number, Value};

/// Reads one value; objects of classes become objects of their fields. `None` when the text is anything else, such as text cut short.
/// Takes time linear in the length of the text.
pub fn value(text: &str) -> Option<Value> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(MAX_JSON_LEVELS)?;
    reader.skip_space();
    (reader.at == text.len()).then_some(value)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Takes this byte, after space.
    fn takes(&mut self, byte: u8) -> bool {
        self.skip_space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, levels: usize) -> Option<Value> {
        let levels = levels.checked_sub(1)?;
        self.skip_space();
        match self.peek()? {
            b'\'' | b'"' => self.string(false).map(Value::String),
            b'{' => self.braces(levels),
            b'[' => self.items(b']', levels).map(Value::Array),
            b'(' => self.items(b')', levels).map(Value::Array),
            b'<' => self.angle(levels),
            byte if byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.') => self.number(),
            _ => self.named(levels),
        }
    }

    /// A dict or a set.
    fn braces(&mut self, levels: usize) -> Option<Value> {
        self.at += 1;
        let mut fields = Map::new();
        let mut items = Vec::new();
        loop {
            if self.takes(b'}') {
                break;
            }
            let first = self.value(levels)?;
            if self.takes(b':') {
                fields.insert(key(first), self.value(levels)?);
            } else {
                items.push(first);
            }
            if !self.takes(b',') {
                if !self.takes(b'}') {
                    return None;
                }
                break;
            }
        }
        match (items.is_empty(), fields.is_empty()) {
            (true, _) => Some(Value::Object(fields)),
            (false, true) => Some(Value::Array(items)),
            (false, false) => None,
        }
    }

    fn items(&mut self, close: u8, levels: usize) -> Option<Vec<Value>> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            if self.takes(close) {
                return Some(items);
            }
            items.push(self.value(levels)?);
            if !self.takes(b',') {
                return self.takes(close).then_some(items);
            }
        }
    }

    /// `<Kind.TEXT: 'text'>` is its value; `<module.Class object at 0x7f>` stays text.
    fn angle(&mut self, levels: usize) -> Option<Value> {
        let start = self.at;
        self.at += 1;
        while self.peek().is_some_and(is_name) {
            self.at += 1;
        }
        if self.takes(b':') {
            let value = self.value(levels)?;
            return self.takes(b'>').then_some(value);
        }
        let end = self.text[self.at..].find(['<', '>', '\n']).map(|found| self.at + found)?;
        self.at = end;
        self.takes(b'>').then(|| Value::String(self.text[start..self.at].to_owned()))
    }

    fn number(&mut self) -> Option<Value> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'_')) {
            self.at += 1;
        }
        let text = &self.text[start..self.at];
        if text == "-" && self.text[self.at..].starts_with("inf") {
            self.at += "inf".len();
            return Some(Value::Null);
        }
        let integer = text.parse::<u64>().map(Number::from).or_else(|_| text.parse::<i64>().map(Number::from)).ok();
        integer.or_else(|| Number::from_f64(text.parse().ok()?)).map(Value::Number)
    }

    /// A constant, a string with a prefix, or an object of a class.
    fn named(&mut self, levels: usize) -> Option<Value> {
        let start = self.at;
        while self.peek().is_some_and(is_name) {
            self.at += 1;
        }
        let name = &self.text[start..self.at];
        match (name, self.peek()) {
            ("b" | "B" | "u" | "U" | "f", Some(b'\'' | b'"')) => self.string(false).map(Value::String),
            ("r" | "R" | "rb" | "br", Some(b'\'' | b'"')) => self.string(true).map(Value::String),
            ("None" | "nan" | "inf", _) => Some(Value::Null),
            ("True", _) => Some(Value::Bool(true)),
            ("False", _) => Some(Value::Bool(false)),
            (name, Some(b'(')) if !name.is_empty() => self.object(levels),
            _ => None,
        }
    }

    /// `Usage(input=1)` is `{"input": 1}`, `Decimal('1.5')` is `"1.5"`, `datetime(2026, 1, 2)` is a list.
    fn object(&mut self, levels: usize) -> Option<Value> {
        self.at += 1;
        let mut fields = Map::new();
        let mut positional = Vec::new();
        loop {
            if self.takes(b')') {
                break;
            }
            match self.keyword() {
                Some(name) => {
                    let value = self.value(levels)?;
                    fields.insert(name, value);
                }
                None => positional.push(self.value(levels)?),
            }
            if !self.takes(b',') {
                if !self.takes(b')') {
                    return None;
                }
                break;
            }
        }
        if fields.is_empty() && !positional.is_empty() {
            let only = (positional.len() == 1).then(|| positional.remove(0));
            return Some(only.unwrap_or(Value::Array(positional)));
        }
        if !positional.is_empty() {
            fields.insert("args".to_owned(), Value::Array(positional));
        }
        Some(Value::Object(fields))
    }

    /// `name=`, if that comes next.
    fn keyword(&mut self) -> Option<String> {
        self.skip_space();
        let start = self.at;
        let length = self.text.as_bytes()[start..].iter().take_while(|byte| is_name(**byte)).count();
        let is_keyword = length > 0 && self.text.as_bytes().get(start + length) == Some(&b'=');
        is_keyword.then(|| {
            self.at = start + length + 1;
            self.text[start..start + length].to_owned()
        })
    }

    fn string(&mut self, raw: bool) -> Option<String> {
        let quote = self.peek()?;
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let plain = rest.bytes().position(|byte| byte == quote || byte == b'\\')?;
            out.push_str(&rest[..plain]);
            self.at += plain + 1;
            if rest.as_bytes()[plain] == quote {
                return Some(out);
            }
            if raw {
                out.push('\\');
                let next = self.text[self.at..].chars().next()?;
                out.push(next);
                self.at += next.len_utf8();
            } else {
                self.escape(&mut out)?;
            }
        }
    }

    fn escape(&mut self, out: &mut String) -> Option<()> {
        let kind = self.text[self.at..].chars().next()?;
        self.at += kind.len_utf8();
        let digits = match kind {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        if digits > 0 {
            let code = u32::from_str_radix(self.text.get(self.at..self.at + digits)?, 16).ok()?;
            self.at += digits;
            out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            return Some(());
        }
        match kind {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            '0' => out.push('\0'),
            '\\' | '\'' | '"' => out.push(kind),
            '\n' => {}
            other => out.extend(['\\', other]),
        }
        Some(())
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.') || !byte.is_ascii()
}

fn key(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn builtin_values() {
        let text = r#"{'audio': 0, 'cache_read': 64, 'x': None, "it's": True, 'f': -1.5e3, 'l': [1, (2, 3,), []], 's': {1, 2}, 1: 'n'}"#;
        let expected =
            json!({"audio": 0, "cache_read": 64, "x": null, "it's": true, "f": -1500.0, "l": [1, [2, 3], []], "s": [1, 2], "1": "n"});
        assert_eq!(value(text), Some(expected));
        assert_eq!(value(" 'a\\'b\\n\\x41\\u00e9\\\\' "), Some(json!("a'b\nAé\\")));
        assert_eq!(value("b'\\xff'"), Some(json!("ÿ")));
        assert_eq!((value("{}"), value("()"), value("nan")), (Some(json!({})), Some(json!([])), Some(Value::Null)));
    }

    #[test]
    fn objects_of_classes() {
        assert_eq!(value("Usage(a=1, b=Details(c=2), d=None)"), Some(json!({"a": 1, "b": {"c": 2}, "d": null})));
        assert_eq!(
            value("PromptTemplate(kind=<PromptType.CUSTOM: 'custom'>, at=datetime.datetime(2026, 1, 2))"),
            Some(json!({"kind": "custom", "at": [2026, 1, 2]}))
        );
        assert_eq!(value("[<app.Thing object at 0x7f>, Decimal('1.5'), Empty()]"), Some(json!(["<app.Thing object at 0x7f>", "1.5", {}])));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in
            ["", "hello world", "{'a': 1", "'open", "{'a'}}", "[1 2]", "{1: 2, 3}", "'\\", "'\\x4", "F(", "<a: 1", "<", "\\", "é", "-"]
        {
            assert_eq!(value(text), None, "{text}");
        }
        let deep = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        assert!(value(&deep(MAX_JSON_LEVELS - 1)).is_some() && value(&deep(MAX_JSON_LEVELS)).is_none());
        assert_eq!(value(&"F(".repeat(100_000)), None);
    }
}
