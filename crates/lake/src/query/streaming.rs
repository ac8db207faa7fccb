//! Answers too large to hold: made on the query threads as fast as they are read, at a low share of those threads.

use super::failure::{QueryFailure, QueryResult};
use bytes::Bytes;
use futures::{StreamExt, stream::BoxStream};
use model::{StoreError, StoreResult};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::{Semaphore, mpsc},
    task::{JoinError, JoinHandle},
    time::error::Elapsed,
};
use tokio_util::task::AbortOnDropHandle;

/// Pieces made ahead of the reader; a piece has about a megabyte.
const PIECES_AHEAD: usize = 2;
/// A reader that takes nothing for so long is gone, as far as the files are concerned that wait to be deleted.
const STALL_LIMIT: Duration = Duration::from_secs(300);
/// The same for one that trickles: a day at 100 kB/s is 8 GB.
pub(super) const MAX_DURATION: Duration = Duration::from_secs(24 * 3_600);
/// The work rests as long as it worked, so that two exports together leave a core to ingest; while queries run, three times as long.
const REST_FACTOR: u32 = 1;
const REST_FACTOR_BESIDE_QUERIES: u32 = 3;
/// Longest rest, so that one slow step does not stop the work.
const MAX_REST: Duration = Duration::from_millis(500);

/// Where the work puts its pieces.
pub(crate) struct Sink {
    pieces: mpsc::Sender<Bytes>,
    /// Free places among the queries, and how many there are.
    queries: Arc<Semaphore>,
    places: usize,
    step_began: Instant,
}

pub(super) fn channel(queries: Arc<Semaphore>, places: usize) -> (Sink, mpsc::Receiver<Bytes>) {
    let (sender, receiver) = mpsc::channel(PIECES_AHEAD);
    (Sink { pieces: sender, queries, places, step_began: Instant::now() }, receiver)
}

impl Sink {
    /// Waits until the reader has taken enough of what was sent before.
    pub(crate) async fn send_all(&mut self, pieces: Vec<Bytes>) -> QueryResult<()> {
        for piece in pieces {
            let waited = Instant::now();
            match tokio::time::timeout(STALL_LIMIT, self.pieces.send(piece)).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Err(StoreError::Unavailable("nobody reads any more".to_owned()).into()),
                Err(_) => return Err(stalled().into()),
            }
            // Waiting for the reader is no work.
            self.step_began += waited.elapsed();
        }
        Ok(())
    }

    /// Lets others go first. To be called after each step of some milliseconds.
    pub(crate) async fn step_aside(&mut self) {
        let worked = self.step_began.elapsed();
        let is_beside_queries = self.queries.available_permits() < self.places;
        let factor = if is_beside_queries { REST_FACTOR_BESIDE_QUERIES } else { REST_FACTOR };
        tokio::time::sleep((worked * factor).min(MAX_REST)).await;
        self.step_began = Instant::now();
    }
}

fn stalled() -> StoreError {
    StoreError::LimitExceeded(format!("the reader took nothing for {} s", STALL_LIMIT.as_secs()))
}

type Work = AbortOnDropHandle<Result<QueryResult<()>, Elapsed>>;

/// What was sent, then how the work ended: a stream without an error at its end is whole.
pub(super) fn stream(
    pieces: mpsc::Receiver<Bytes>,
    work: JoinHandle<Result<QueryResult<()>, Elapsed>>,
) -> BoxStream<'static, StoreResult<Bytes>> {
    let start: Option<(mpsc::Receiver<Bytes>, Work)> = Some((pieces, AbortOnDropHandle::new(work)));
    let next = |state: Option<(mpsc::Receiver<Bytes>, Work)>| async move {
        let (mut pieces, work) = state?;
        match pieces.recv().await {
            Some(piece) => Some((Ok(piece), Some((pieces, work)))),
            None => outcome(work.await).err().map(|error| (Err(error), None)),
        }
    };
    futures::stream::unfold(start, next).boxed()
}

fn outcome(ended: Result<Result<QueryResult<()>, Elapsed>, JoinError>) -> StoreResult<()> {
    match ended {
        Ok(Ok(result)) => result.map_err(|failure: QueryFailure| failure.into()),
        Ok(Err(_)) => Err(StoreError::LimitExceeded(format!("the export took longer than {} h", MAX_DURATION.as_secs() / 3_600))),
        Err(error) => Err(StoreError::internal(error)),
    }
}
