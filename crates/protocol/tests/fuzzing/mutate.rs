//! Recorded bodies, changed: bytes as a broken sender would, JSON as one that writes other types than expected.

use super::rng::Rng;
use serde_json::{Value, json};

/// Most changes made to one body.
const MAX_CHANGES: usize = 6;

/// Half of all JSON bodies stay JSON; everything else is changed in its bytes.
pub(crate) fn mutated(seed: &[u8], json: Option<&Value>, rng: &mut Rng) -> Vec<u8> {
    match json {
        Some(value) if rng.one_in(2) => {
            let mut value = value.clone();
            for _ in 0..=rng.below(MAX_CHANGES) {
                change_value(&mut value, rng);
            }
            value.to_string().into_bytes()
        }
        _ => changed_bytes(seed, rng),
    }
}

fn changed_bytes(seed: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=rng.below(MAX_CHANGES) {
        if bytes.is_empty() {
            return bytes;
        }
        let at = rng.below(bytes.len());
        match rng.below(6) {
            0 => bytes[at] = rng.next() as u8,
            1 => bytes[at] ^= 1 << rng.below(8),
            2 => bytes.truncate(at),
            3 => bytes.insert(at, *rng.pick(b"\0\xff\"{}[],:\n\\-9")),
            4 => {
                let end = (at + 1 + rng.below(16)).min(bytes.len());
                bytes.drain(at..end);
            }
            _ => {
                let end = (at + 1 + rng.below(64)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}

/// Walks down to some value and makes another of it.
fn change_value(value: &mut Value, rng: &mut Rng) {
    let stop = rng.one_in(4);
    match value {
        Value::Array(items) if !stop && !items.is_empty() => {
            let at = rng.below(items.len());
            match rng.below(8) {
                0 => items.push(items[at].clone()),
                1 => drop(items.remove(at)),
                _ => change_value(&mut items[at], rng),
            }
        }
        Value::Object(fields) if !stop && !fields.is_empty() => {
            let at = rng.below(fields.len());
            let Some(name) = fields.keys().nth(at).cloned() else { return };
            match rng.below(8) {
                0 => drop(fields.remove(&name)),
                1 => {
                    let moved = fields.remove(&name).unwrap_or_default();
                    fields.insert(format!("{name}x"), moved);
                }
                _ => fields.get_mut(&name).into_iter().for_each(|inner| change_value(inner, rng)),
            }
        }
        // Text that holds JSON is changed inside as well.
        Value::String(text) if !stop && text.starts_with(['{', '[']) => {
            if let Ok(mut inner) = serde_json::from_str::<Value>(text) {
                change_value(&mut inner, rng);
                *text = inner.to_string();
            }
        }
        other => *other = odd_value(rng),
    }
}

fn odd_value(rng: &mut Rng) -> Value {
    match rng.below(18) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(0.1),
        4 => json!(u64::MAX),
        5 => json!(1e300),
        6 => json!(i64::MIN),
        7 => json!(""),
        8 => json!("\u{0}"),
        9 => json!("NaN"),
        10 => json!("Infinity"),
        11 => json!("9".repeat(40)),
        12 => json!("[[1],{\"a\":null}]"),
        13 => json!("2026-02-30T25:61:61Z"),
        14 => json!("{'a': Usage(b=1, c=[None, True]), \"d\": 'x\\'y'}"),
        15 => json!([]),
        16 => json!({}),
        _ => (0..rng.below(40)).fold(json!(1), |inner, _| if rng.one_in(2) { json!([inner]) } else { json!({"parts": inner}) }),
    }
}
