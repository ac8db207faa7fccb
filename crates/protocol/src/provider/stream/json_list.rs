//! A JSON list that arrives in pieces → its items, each as soon as it is whole.

use super::MAX_EVENT_BYTES;

#[derive(Default)]
pub(super) struct JsonList {
    item: Vec<u8>,
    /// How many lists and objects are open; the outer list is the first.
    depth: usize,
    in_string: bool,
    escaped: bool,
    given_up: bool,
}

impl JsonList {
    /// Hands over the text of each item that ends in these bytes; `None` when nothing more can be read. An object that is not in a list
    /// is an item too: errors come so.
    pub(super) fn feed(&mut self, bytes: &[u8], take: &mut dyn FnMut(Option<&str>)) {
        for byte in bytes {
            if self.given_up {
                return;
            }
            if !self.in_item() && *byte != b'{' {
                // Between the items only the list's own brackets and commas.
                continue;
            }
            if self.item.len() == MAX_EVENT_BYTES {
                self.give_up();
                take(None);
                return;
            }
            self.item.push(*byte);
            self.track(*byte);
            if !self.in_item() {
                take(std::str::from_utf8(&self.item).ok());
                self.item.clear();
            }
        }
    }

    /// Where an item ends cannot be told any more.
    pub(super) fn give_up(&mut self) {
        self.given_up = true;
        self.item = Vec::new();
    }

    pub(super) fn buffered(&self) -> usize {
        self.item.capacity()
    }

    fn in_item(&self) -> bool {
        self.depth > 0
    }

    fn track(&mut self, byte: u8) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' if self.in_string => self.escaped = true,
            b'"' => self.in_string = !self.in_string,
            b'{' | b'[' if !self.in_string => self.depth += 1,
            b'}' | b']' if !self.in_string => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_come_whole_however_they_are_cut() {
        let text = r#"[{"a": "}]\"{"},
            {"b": [1, {"c": 2}]} ,{}]"#;
        for piece in [1, 2, 5, text.len()] {
            let (mut list, mut found) = (JsonList::default(), Vec::new());
            text.as_bytes().chunks(piece).for_each(|piece| list.feed(piece, &mut |item| found.push(item.unwrap().to_owned())));
            assert_eq!(found, [r#"{"a": "}]\"{"}"#, r#"{"b": [1, {"c": 2}]}"#, "{}"], "cut by {piece}");
        }
    }

    #[test]
    fn an_item_that_is_too_long_ends_the_reading() {
        let (mut list, mut found) = (JsonList::default(), Vec::new());
        let text = format!("[{{\"a\": \"{}\"}}, {{}}]", "x".repeat(MAX_EVENT_BYTES));
        list.feed(text.as_bytes(), &mut |item| found.push(item.map(str::to_owned)));
        assert_eq!((found, list.buffered()), (vec![None], 0));
    }
}
