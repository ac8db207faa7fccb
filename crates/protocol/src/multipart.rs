//! Multipart bodies (RFC 7578, RFC 2046): a whole body, already bounded, is cut into its parts without copying them.

use crate::{DecodeError, RowError};
use bytes::Bytes;

/// Most parts of one form. A run of LangSmith is up to eight of them, and its batches hold hundreds of runs.
const MAX_PARTS: usize = 100_000;
/// Most bytes of the headers of one part: a name, a type and a length.
const MAX_HEADER_BYTES: usize = 8 << 10;
/// Longest boundary that RFC 2046 allows.
const MAX_BOUNDARY_BYTES: usize = 70;

/// One part of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormPart {
    pub name: String,
    /// Without its parameters; empty when the part does not say.
    pub content_type: String,
    pub body: Bytes,
}

/// The parts of a form in their order, and those that could not be read, by their place.
#[derive(Debug, Default)]
pub struct Form {
    pub parts: Vec<(usize, FormPart)>,
    pub rejected: Vec<(usize, RowError)>,
}

/// The boundary that a `Content-Type` names, if it is one of a form.
pub fn form_boundary(content_type: &str) -> Option<String> {
    let (essence, parameters) = content_type.split_once(';')?;
    if !essence.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary = parameter(parameters, "boundary")?;
    (!boundary.is_empty() && boundary.len() <= MAX_BOUNDARY_BYTES).then_some(boundary)
}

/// Cuts a body at its boundary. A part without a name, or cut off before its end, is rejected by its place and the others are kept.
pub fn read_form(body: &Bytes, boundary: &str) -> Result<Form, DecodeError> {
    let delimiter = [b"--", boundary.as_bytes()].concat();
    let finder = Finder::new(&delimiter);
    let mut form = Form::default();
    let Some(mut at) = finder.find(body, 0) else {
        return Err(DecodeError::malformed("expected a form: its boundary is nowhere in the body"));
    };
    for place in 0.. {
        let start = at + delimiter.len();
        if body[start..].starts_with(b"--") {
            return Ok(form);
        }
        if place == MAX_PARTS {
            return Err(DecodeError::too_large(format!("expected at most {MAX_PARTS} parts in one form")));
        }
        let Some(next) = finder.find(body, start) else {
            form.rejected.push((place, RowError::new("part", "expected a part that ends with the boundary: the body was cut off")));
            return Ok(form);
        };
        // The line break before a boundary belongs to the boundary.
        let end = next.saturating_sub(2).max(start);
        match read_part(body, start, end) {
            Ok(part) => form.parts.push((place, part)),
            Err(error) => form.rejected.push((place, error)),
        }
        at = next;
    }
    Ok(form)
}

/// Finds delimiters that stand at the start of a line.
struct Finder<'a> {
    delimiter: &'a [u8],
}

impl<'a> Finder<'a> {
    fn new(delimiter: &'a [u8]) -> Self {
        Self { delimiter }
    }

    fn find(&self, body: &[u8], from: usize) -> Option<usize> {
        let mut from = from;
        loop {
            let found = from + memchr::memmem::find(&body[from..], self.delimiter)?;
            let starts_line = found == 0 || (found >= 2 && &body[found - 2..found] == b"\r\n");
            if starts_line && ends_line(&body[found + self.delimiter.len()..]) {
                return Some(found);
            }
            from = found + 1;
        }
    }
}

/// Whether a delimiter stops here: a longer line that only begins like it is content.
fn ends_line(after: &[u8]) -> bool {
    after.is_empty() || [&b"--"[..], b"\r\n", b" ", b"\t"].iter().any(|end| after.starts_with(end))
}

fn read_part(body: &Bytes, start: usize, end: usize) -> Result<FormPart, RowError> {
    let part = &body[start..end];
    let blank = memchr::memmem::find(&part[..part.len().min(MAX_HEADER_BYTES)], b"\r\n\r\n");
    let header_end = blank.ok_or_else(|| RowError::new("part", "expected headers of at most 8 KiB and an empty line after them"))?;
    let headers = String::from_utf8_lossy(&part[..header_end]);
    let header = |name: &str| {
        let of_line = |line: &str| {
            let (key, value) = line.split_once(':')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        };
        headers.lines().find_map(of_line)
    };
    let name = header("content-disposition").and_then(|disposition| parameter(&disposition, "name"));
    let name = name.ok_or_else(|| RowError::new("part", "expected Content-Disposition: form-data with a name"))?;
    let content_type = header("content-type").unwrap_or_default();
    let content_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    Ok(FormPart { name, content_type, body: body.slice(start + header_end + 4..end) })
}

/// The value of a parameter in a header, without its quotes. A quoted value may hold any character; a backslash takes the next as it is.
fn parameter(header: &str, name: &str) -> Option<String> {
    let mut pieces = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for character in header.chars() {
        let piece = pieces.last_mut()?;
        match character {
            _ if escaped => {
                piece.push(character);
                escaped = false;
            }
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ';' if !quoted => pieces.push(String::new()),
            _ => piece.push(character),
        }
    }
    pieces.iter().find_map(|piece| {
        let (key, value) = piece.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(body: &str) -> Form {
        read_form(&Bytes::from(body.to_owned()), "b1").unwrap()
    }

    #[test]
    fn parts_keep_their_names_types_and_bytes() {
        let form = form(
            "--b1\r\nContent-Disposition: form-data; name=\"post.1\"\r\nContent-Type: application/json; charset=utf-8\r\n\r\n{\"a\":1}\r\n\
             --b1\r\ncontent-disposition: form-data; name=file; filename=x\r\n\r\nline\r\n--b2 is text\r\n\r\n--b1--\r\n",
        );
        let parts: Vec<_> = form.parts.iter().map(|(_, part)| (&part.name[..], &part.content_type[..], &part.body[..])).collect();
        assert_eq!(parts, [("post.1", "application/json", &b"{\"a\":1}"[..]), ("file", "", &b"line\r\n--b2 is text\r\n"[..])]);
        assert!(form.rejected.is_empty());
    }

    #[test]
    fn a_boundary_inside_a_line_is_content() {
        let form = form("--b1\r\nContent-Disposition: form-data; name=\"a;\\\"b\"\r\n\r\nx --b1 y\r\n--b12\r\n--b1--");
        assert_eq!((&form.parts[0].1.name[..], &form.parts[0].1.body[..]), ("a;\"b", &b"x --b1 y\r\n--b12"[..]));
    }

    #[test]
    fn bad_parts_are_named_by_their_place_and_the_others_stay() {
        let form = form(
            "--b1\r\nContent-Type: text/plain\r\n\r\nnameless\r\n--b1\r\nno headers\r\n--b1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nkept\r\n\
             --b1\r\nContent-Disposition: form-data; name=\"cut\"\r\n\r\nhal",
        );
        assert_eq!(form.parts.len(), 1);
        assert_eq!((form.parts[0].0, &form.parts[0].1.body[..]), (2, &b"kept"[..]));
        assert_eq!(form.rejected.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [0, 1, 3]);
    }

    #[test]
    fn what_is_no_form_is_refused() {
        assert!(read_form(&Bytes::from_static(b"{}"), "b1").is_err());
        assert_eq!(form_boundary("multipart/form-data; boundary=\"a b\"").as_deref(), Some("a b"));
        assert_eq!(form_boundary("Multipart/Form-Data;charset=x;boundary=q").as_deref(), Some("q"));
        for other in ["application/json", "multipart/form-data", "multipart/mixed; boundary=x", "multipart/form-data; boundary="] {
            assert_eq!(form_boundary(other), None, "{other}");
        }
    }

    #[test]
    fn empty_parts_and_bodies_do_not_panic() {
        for body in ["--b1", "--b1--", "--b1\r\n--b1--", "--b1\r\n\r\n--b1--", "--b1--b1--b1"] {
            let _ = read_form(&Bytes::from(body), "b1");
        }
    }
}
