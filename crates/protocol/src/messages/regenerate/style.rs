//! How a client's JSON library writes: what it takes to write the same bytes again.

/// What the text of the attribute is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A list of messages (or one JSON value).
    Messages,
    /// The parts of the only message.
    Parts,
    /// Plain text, no JSON.
    Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    pub shape: Shape,
    /// `", "` and `": "`, as Python's `json.dumps` writes by default, against `","` and `":"`.
    pub spaced: bool,
    /// Everything beyond ASCII as `\uXXXX`.
    pub ascii: bool,
    /// Parts end with their `type` rather than start with it.
    pub type_last: bool,
}

impl Style {
    pub(crate) const TEXT: Style = Style { shape: Shape::Text, spaced: false, ascii: false, type_last: false };

    /// Guesses from the first separators; the comparison decides whether the guess was right.
    pub(super) fn sniff(text: &str, shape: Shape) -> Self {
        let after = |mark: &str| text.split_once(mark).map(|(_, rest)| rest.starts_with(' '));
        let spaced = after("\":").or_else(|| after(",")).unwrap_or(false);
        let ascii = text.is_ascii() && (spaced || text.contains("\\u"));
        let parts = match shape {
            Shape::Messages => text.split_once("\"parts\":").map_or("", |(_, parts)| parts),
            Shape::Parts | Shape::Text => text,
        };
        let type_last = !parts.trim_start_matches([' ', '[', '{']).starts_with("\"type\"");
        Self { shape, spaced, ascii, type_last }
    }

    pub(super) fn comma(self) -> &'static str {
        if self.spaced { ", " } else { "," }
    }

    /// With the quote that closes the name.
    pub(super) fn colon(self) -> &'static str {
        if self.spaced { "\": " } else { "\":" }
    }

    /// e.g. `compact`, `python`, `python/utf8/parts/type_last`.
    pub(crate) fn name(self) -> String {
        if self.shape == Shape::Text {
            return "text".to_owned();
        }
        let mut name = if self.spaced { "python" } else { "compact" }.to_owned();
        // Each library's default is left unsaid.
        match (self.spaced, self.ascii) {
            (true, false) => name.push_str("/utf8"),
            (false, true) => name.push_str("/ascii"),
            _ => {}
        }
        if self.shape == Shape::Parts {
            name.push_str("/parts");
        }
        if self.type_last {
            name.push_str("/type_last");
        }
        name
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        let mut words = name.split('/');
        let mut style = match words.next()? {
            "text" => Self::TEXT,
            "python" => Self { shape: Shape::Messages, spaced: true, ascii: true, type_last: false },
            "compact" => Self { shape: Shape::Messages, spaced: false, ascii: false, type_last: false },
            _ => return None,
        };
        for word in words {
            match word {
                "utf8" => style.ascii = false,
                "ascii" => style.ascii = true,
                "parts" => style.shape = Shape::Parts,
                "type_last" => style.type_last = true,
                _ => return None,
            }
        }
        Some(style)
    }
}
