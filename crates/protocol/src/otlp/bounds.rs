//! What a protobuf body takes in memory, found out before it is decoded: an empty message is two bytes on the wire and up to 260
//! decoded, so that the bound on the body's size alone would let a small one fill the memory. A walk over tags and lengths counts
//! the messages; texts are stepped over unread.

use self::Inside::{Large, Many, One, Varints};
use super::wire;
use crate::rules::{MAX_VALUES, MAX_VALUES_PER_ROW};
use prost::encoding::{WireType, decode_key, decode_varint};

/// The fields of a message that take memory beside the message itself, by tag.
pub(super) struct Shape(&'static [(u32, Inside)]);

enum Inside {
    /// A list of messages: each counts.
    Many(&'static Shape),
    /// The same of messages of up to 260 bytes in place of up to 90.
    Large(&'static Shape),
    /// One message, whose memory is in that of the message around it.
    One(&'static Shape),
    /// A packed list of integers: one byte on the wire, eight in memory.
    Varints,
}

/// What may be in a row of a request.
pub(super) trait WireRow {
    const SHAPE: &'static Shape;
    /// A row with more is rejected. A metric is a list of points, which the bound of the body holds.
    const MAX_VALUES: usize;
}

impl WireRow for wire::Span {
    const SHAPE: &'static Shape = &Shape(&[(9, Many(&KEY_VALUE)), (11, Many(&EVENT)), (13, Many(&LINK))]);
    const MAX_VALUES: usize = MAX_VALUES_PER_ROW;
}

impl WireRow for wire::LogRecord {
    const SHAPE: &'static Shape = &Shape(&[(5, One(&ANY_VALUE)), (6, Many(&KEY_VALUE))]);
    const MAX_VALUES: usize = MAX_VALUES_PER_ROW;
}

impl WireRow for wire::Metric {
    const SHAPE: &'static Shape =
        &Shape(&[(5, One(&NUMBERS)), (7, One(&NUMBERS)), (9, One(&HISTOGRAMS)), (10, One(&EXPONENTIALS)), (11, One(&SUMMARIES))]);
    const MAX_VALUES: usize = MAX_VALUES;
}

/// A request, with its rows still as bytes.
pub(super) static ENVELOPE: Shape = Shape(&[(1, Many(&RESOURCE_GROUP))]);
static RESOURCE_GROUP: Shape = Shape(&[(1, One(&RESOURCE)), (2, Large(&SCOPE_GROUP))]);
static RESOURCE: Shape = Shape(&[(1, Many(&KEY_VALUE))]);
static SCOPE_GROUP: Shape = Shape(&[(1, One(&SCOPE)), (2, Many(&BYTES))]);
static SCOPE: Shape = Shape(&[(3, Many(&KEY_VALUE))]);
static BYTES: Shape = Shape(&[]);

static KEY_VALUE: Shape = Shape(&[(2, One(&ANY_VALUE))]);
static ANY_VALUE: Shape = Shape(&[(5, One(&ARRAY)), (6, One(&KEY_VALUE_LIST))]);
static ARRAY: Shape = Shape(&[(1, Many(&ANY_VALUE))]);
static KEY_VALUE_LIST: Shape = Shape(&[(1, Many(&KEY_VALUE))]);
static EVENT: Shape = Shape(&[(3, Many(&KEY_VALUE))]);
static LINK: Shape = Shape(&[(4, Many(&KEY_VALUE))]);

static NUMBERS: Shape = Shape(&[(1, Large(&NUMBER))]);
static NUMBER: Shape = Shape(&[(5, Large(&EXEMPLAR)), (7, Many(&KEY_VALUE))]);
static EXEMPLAR: Shape = Shape(&[(7, Many(&KEY_VALUE))]);
static HISTOGRAMS: Shape = Shape(&[(1, Large(&HISTOGRAM))]);
static HISTOGRAM: Shape = Shape(&[(8, Large(&EXEMPLAR)), (9, Many(&KEY_VALUE))]);
static EXPONENTIALS: Shape = Shape(&[(1, Large(&EXPONENTIAL))]);
static EXPONENTIAL: Shape = Shape(&[(1, Many(&KEY_VALUE)), (8, One(&BUCKETS)), (9, One(&BUCKETS)), (11, Large(&EXEMPLAR))]);
static BUCKETS: Shape = Shape(&[(2, Varints)]);
static SUMMARIES: Shape = Shape(&[(1, Large(&SUMMARY))]);
static SUMMARY: Shape = Shape(&[(6, Many(&BYTES)), (7, Many(&KEY_VALUE))]);

/// prost refuses messages that are nested deeper.
const MAX_DEPTH: u32 = 100;
/// What a large message counts as.
const VALUES_PER_LARGE: usize = 4;
/// So many packed integers take about as much memory as a message.
const VARINTS_PER_VALUE: usize = 8;

/// How many messages these bytes decode to; counting stops soon after `limit`. Stops where the bytes are malformed: so does prost.
pub(super) fn count_values(bytes: &[u8], shape: &Shape, limit: usize) -> usize {
    let mut scan = Scan { found: 0, limit };
    scan.message(bytes, shape, MAX_DEPTH);
    scan.found
}

struct Scan {
    found: usize,
    limit: usize,
}

impl Scan {
    fn message(&mut self, mut bytes: &[u8], shape: &Shape, depth: u32) {
        while !bytes.is_empty() && self.found <= self.limit {
            let Ok((tag, wire_type)) = decode_key(&mut bytes) else { return };
            let inside = shape.0.iter().find(|(known, _)| *known == tag).map(|(_, inside)| inside);
            let length = match wire_type {
                WireType::Varint => {
                    if decode_varint(&mut bytes).is_err() {
                        return;
                    }
                    self.found += usize::from(matches!(inside, Some(Varints)));
                    continue;
                }
                WireType::SixtyFourBit => 8,
                WireType::ThirtyTwoBit => 4,
                WireType::LengthDelimited => match decode_varint(&mut bytes) {
                    Ok(length) => usize::try_from(length).unwrap_or(usize::MAX),
                    Err(_) => return,
                },
                // A group is of no use to OTLP: its fields are counted as if they stood here, which is never too few.
                WireType::StartGroup | WireType::EndGroup => 0,
            };
            let Some((content, rest)) = bytes.split_at_checked(length) else { return };
            bytes = rest;
            if wire_type == WireType::LengthDelimited
                && let Some(inside) = inside
            {
                self.field(content, inside, depth);
            }
        }
    }

    fn field(&mut self, content: &[u8], inside: &Inside, depth: u32) {
        let shape = match inside {
            Varints => {
                self.found += content.len() / VARINTS_PER_VALUE;
                return;
            }
            One(shape) => shape,
            Many(shape) => {
                self.found += 1;
                shape
            }
            Large(shape) => {
                self.found += VALUES_PER_LARGE;
                shape
            }
        };
        if depth > 0 {
            self.message(content, shape, depth - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::wire::*, *};
    use prost::Message;

    fn attribute(value: any_value::Value) -> KeyValue {
        KeyValue { key: "k".into(), value: Some(AnyValue { value: Some(value) }) }
    }

    fn count<T: Message + WireRow>(row: &T) -> usize {
        count_values(&row.encode_to_vec(), T::SHAPE, usize::MAX)
    }

    #[test]
    fn every_message_is_counted_wherever_it_is() {
        let text = || attribute(any_value::Value::String("text that looks like fields: \x0a\x00\x0a\x00".into()));
        let list = |count| any_value::Value::Array(ArrayValue { values: vec![AnyValue::default(); count] });
        let map = any_value::Value::KeyValueList(KeyValueList { values: vec![attribute(list(3)), text()] });
        let event = SpanEvent { attributes: vec![text(); 4], ..Default::default() };
        let link = SpanLink { attributes: vec![text()], ..Default::default() };
        // 2 attributes holding 2 and 3 more, 1 event of 4, 2 links of 1.
        let span = Span { attributes: vec![text(), attribute(map)], events: vec![event], links: vec![link; 2], ..Default::default() };
        assert_eq!(count(&span), 2 + 2 + 3 + 5 + 4);
        let log = LogRecord { body: Some(AnyValue { value: Some(list(7)) }), attributes: vec![text()], ..Default::default() };
        assert_eq!(count(&log), 8);
        let buckets = ExponentialHistogramBuckets { bucket_counts: vec![1; 80], ..Default::default() };
        let point = ExponentialHistogramDataPoint { positive: Some(buckets), attributes: vec![text()], ..Default::default() };
        let data = metric::Data::ExponentialHistogram(ExponentialHistogram { data_points: vec![point], ..Default::default() });
        assert_eq!(count(&Metric { data: Some(data), ..Default::default() }), 4 + 1 + 10);
        let summary = SummaryDataPoint { quantile_values: vec![Default::default(); 5], ..Default::default() };
        let data = metric::Data::Summary(Summary { data_points: vec![summary] });
        assert_eq!(count(&Metric { data: Some(data), ..Default::default() }), 4 + 5);
    }

    #[test]
    fn counting_stops_at_the_limit_and_at_malformed_bytes() {
        let span = Span { attributes: vec![KeyValue::default(); 1_000], ..Default::default() };
        assert_eq!(count_values(&span.encode_to_vec(), wire::Span::SHAPE, 10), 11);
        let mut bytes = span.encode_to_vec();
        bytes.extend([0x4a, 0xff, 0xff, 0xff, 0xff, 0x0f]);
        assert_eq!(count_values(&bytes, wire::Span::SHAPE, usize::MAX), 1_000);
    }
}
