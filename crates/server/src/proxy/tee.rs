//! A body that passes on every piece as it comes, and hands a copy to whoever records.

use super::recorder::{Ending, Recorder};
use axum::body::HttpBody;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

/// Which half of the call a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    Request,
    Answer,
}

pub(super) struct Tee<B> {
    body: B,
    half: Half,
    /// Until the end was told. Dropped without that, the call was broken off.
    recorder: Option<Recorder>,
}

impl<B: HttpBody<Data = Bytes, Error: std::fmt::Display>> Tee<B> {
    pub(super) fn new(body: B, half: Half, recorder: Option<Recorder>) -> Self {
        let mut tee = Self { body, half, recorder };
        // A body without content is perhaps never asked for any.
        tee.tell_if_ended();
        tee
    }

    fn tell_if_ended(&mut self) {
        if self.body.is_end_stream() {
            self.end(Ending::Complete);
        }
    }

    fn end(&mut self, ending: Ending) {
        if let Some(recorder) = self.recorder.take()
            && self.half == Half::Answer
        {
            recorder.end(ending);
        }
    }
}

impl<B: HttpBody<Data = Bytes, Error: std::fmt::Display> + Unpin> HttpBody for Tee<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => {
                if let (Some(data), Some(recorder)) = (frame.data_ref(), &self.recorder) {
                    recorder.piece(self.half, data);
                }
                self.tell_if_ended();
            }
            Some(Err(error)) => {
                let reason = error.to_string();
                self.end(Ending::BrokenOff(reason));
            }
            None => self.end(Ending::Complete),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
