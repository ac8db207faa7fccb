//! What is kept of a call while it runs.

use super::{
    coding::Decoder,
    collected::Collected,
    record::Call,
    recorder::{Ending, Piece},
    tee::Half,
};
use crate::http::{Gate, Permit};
use axum::http::{HeaderMap, StatusCode, header};
use protocol::provider::{StreamReader, Streamed};
use std::time::Instant;

/// Room is taken in steps, so that a long answer does not hold thousands of permits.
const ROOM_STEP_BYTES: usize = 64 << 10;

/// A call under way.
pub(super) struct Capture {
    answers_in_list: bool,
    request: RequestBody,
    head: Option<(StatusCode, HeaderMap)>,
    answer: Answer,
    answer_coding: Decoder,
    first_content: Option<Instant>,
    is_truncated: bool,
    room: Room,
}

/// The request: collected as it is, decoded.
struct RequestBody {
    coding: Decoder,
    body: Collected,
}

enum Answer {
    Whole(Collected),
    Stream(Box<StreamReader>),
}

/// A call that is over.
pub(super) struct Captured {
    pub request: Collected,
    pub head: Option<(StatusCode, HeaderMap)>,
    pub answer: CapturedAnswer,
    pub first_content: Option<Instant>,
    pub ending: Ending,
    pub ended: Instant,
    /// Content is missing: too much of it, or no room.
    pub is_truncated: bool,
    /// Given back when the record is stored.
    pub room: Vec<Permit>,
}

pub(super) enum CapturedAnswer {
    Whole(Collected),
    Stream(Box<Streamed>),
}

impl Captured {
    /// About how much there is to read.
    pub(super) fn bytes(&self) -> usize {
        let answer = match &self.answer {
            CapturedAnswer::Whole(body) => body.len(),
            CapturedAnswer::Stream(_) => 0,
        };
        self.request.len() + answer
    }
}

impl Capture {
    pub(super) fn new(call: &Call) -> Self {
        Self {
            answers_in_list: call.called.answers_in_list,
            request: RequestBody { coding: Decoder::of(&call.request_headers), body: Collected::default() },
            head: None,
            answer: Answer::Whole(Collected::default()),
            answer_coding: Decoder::Identity,
            first_content: None,
            is_truncated: false,
            room: Room::default(),
        }
    }

    pub(super) fn take(&mut self, piece: Piece, gate: &Gate) {
        match piece {
            Piece::Data(Half::Request, data, _, _room) => {
                let RequestBody { coding, body } = &mut self.request;
                coding.feed(&data, |decoded| body.add(decoded));
            }
            Piece::Data(Half::Answer, data, at, _room) => self.take_answer(&data, at),
            Piece::Missing(Half::Request) => {
                self.request.coding.skip();
                self.request.body.cut();
            }
            Piece::Missing(Half::Answer) => {
                self.is_truncated = true;
                self.answer_coding.skip();
                match &mut self.answer {
                    Answer::Whole(body) => body.cut(),
                    Answer::Stream(reader) => reader.skip(),
                }
            }
            Piece::Head(status, headers) => self.begin_answer(status, headers),
            Piece::End(..) => {}
        }
        self.make_room(gate);
    }

    fn begin_answer(&mut self, status: StatusCode, headers: HeaderMap) {
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        if content_type.starts_with("text/event-stream") {
            self.answer = Answer::Stream(Box::new(StreamReader::of_events()));
        } else if self.answers_in_list && status.is_success() {
            self.answer = Answer::Stream(Box::new(StreamReader::of_json_list()));
        }
        self.answer_coding = Decoder::of(&headers);
        self.head = Some((status, headers));
    }

    fn take_answer(&mut self, data: &[u8], at: Instant) {
        let (answer, first_content) = (&mut self.answer, &mut self.first_content);
        self.answer_coding.feed(data, |decoded| match answer {
            Answer::Whole(body) => body.add(decoded),
            Answer::Stream(reader) => {
                if reader.feed(decoded) && first_content.is_none() {
                    *first_content = Some(at);
                }
            }
        });
    }

    /// Accounts for what is held. Without room for more, content is left out from here on.
    fn make_room(&mut self, gate: &Gate) {
        let answer = match &self.answer {
            Answer::Whole(body) => body.len(),
            Answer::Stream(reader) => reader.held_bytes(),
        };
        if self.room.grow_to(self.request.body.len() + answer, gate) {
            return;
        }
        self.is_truncated = true;
        match &mut self.answer {
            Answer::Whole(body) if body.len() > 0 => body.cut(),
            Answer::Whole(_) => self.request.body.cut(),
            Answer::Stream(reader) => reader.stop_keeping(),
        }
    }

    pub(super) fn finish(self, ending: Ending, ended: Instant) -> Captured {
        let is_unreadable = !self.answer_coding.is_readable() || !self.request.coding.is_readable();
        let (answer, is_cut) = match self.answer {
            Answer::Whole(body) => {
                let is_cut = body.is_cut();
                (CapturedAnswer::Whole(body), is_cut)
            }
            Answer::Stream(reader) => {
                let streamed = reader.finish();
                let is_cut = streamed.is_truncated;
                (CapturedAnswer::Stream(Box::new(streamed)), is_cut)
            }
        };
        let is_truncated = self.is_truncated || is_unreadable || is_cut || self.request.body.is_cut();
        Captured {
            request: self.request.body,
            head: self.head,
            answer,
            first_content: self.first_content,
            ending,
            ended,
            is_truncated,
            room: self.room.permits,
        }
    }
}

/// Room that a call has taken at the gate.
#[derive(Default)]
struct Room {
    permits: Vec<Permit>,
    bytes: usize,
}

impl Room {
    fn grow_to(&mut self, bytes: usize, gate: &Gate) -> bool {
        if bytes <= self.bytes {
            return true;
        }
        let step = (bytes - self.bytes).max(ROOM_STEP_BYTES);
        match gate.enter(step) {
            Ok(permit) => {
                self.permits.push(permit);
                self.bytes += step;
                true
            }
            Err(_) => false,
        }
    }
}
