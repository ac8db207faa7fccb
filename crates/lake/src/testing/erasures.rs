//! The erasures of the catalog in memory.

use model::{
    ErasureId, ProjectId, StoreError, StoreResult, Timestamp,
    erase::{Erasure, ErasureState, Hidden, NewErasure, TombstoneHead},
    segment::CommitSeq,
};

#[derive(Default)]
pub(super) struct Erasures(Vec<Entry>);

struct Entry {
    receipt: Erasure,
    seq: CommitSeq,
    hidden: Hidden,
    rewritten_seq: Option<CommitSeq>,
}

impl Entry {
    fn head(&self) -> TombstoneHead {
        TombstoneHead { id: self.receipt.id, project: self.receipt.project_id, seq: self.seq }
    }
}

impl Erasures {
    pub(super) fn add(&mut self, new: NewErasure, seq: CommitSeq) -> Erasure {
        let receipt = Erasure {
            id: ErasureId::generate(),
            project_id: new.project,
            target: new.target,
            state: ErasureState::Hidden,
            requested_at: Timestamp::now(),
            hidden_spans: new.hidden_spans,
            rewritten_at: None,
            erased_at: None,
        };
        self.0.push(Entry { receipt: receipt.clone(), seq, hidden: new.hidden, rewritten_seq: None });
        receipt
    }

    /// Oldest first.
    pub(super) fn active(&self) -> Vec<TombstoneHead> {
        self.0.iter().filter(|entry| entry.rewritten_seq.is_none()).map(Entry::head).collect()
    }

    pub(super) fn hidden(&self, id: ErasureId) -> Option<Hidden> {
        self.0.iter().find(|entry| entry.receipt.id == id && entry.receipt.erased_at.is_none()).map(|entry| entry.hidden.clone())
    }

    pub(super) fn mark_rewritten(&mut self, id: ErasureId, seq: CommitSeq) -> StoreResult<()> {
        let entry = self.0.iter_mut().find(|entry| entry.receipt.id == id).ok_or(StoreError::NotFound("erasure"))?;
        if entry.rewritten_seq.is_none() {
            entry.rewritten_seq = Some(seq);
            entry.receipt.state = ErasureState::Rewritten;
            entry.receipt.rewritten_at = Some(Timestamp::now());
        }
        Ok(())
    }

    /// `may_hold` says whether something retired up to the given publication may hold rows of the erasure.
    pub(super) fn finish(&mut self, may_hold: impl Fn(&TombstoneHead, CommitSeq) -> bool) -> u64 {
        let mut finished = 0;
        for entry in self.0.iter_mut().filter(|entry| entry.receipt.state == ErasureState::Rewritten) {
            if entry.rewritten_seq.is_some_and(|seq| !may_hold(&entry.head(), seq)) {
                entry.receipt.state = ErasureState::Erased;
                entry.receipt.erased_at = Some(Timestamp::now());
                finished += 1;
            }
        }
        finished
    }

    /// Newest first.
    pub(super) fn of_project(&self, project: ProjectId) -> impl Iterator<Item = Erasure> {
        self.0.iter().rev().map(|entry| entry.receipt.clone()).filter(move |receipt| receipt.project_id == project)
    }
}
