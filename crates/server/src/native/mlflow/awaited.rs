//! What was said of traces whose root has not come yet: old clients send it before the spans.

use model::{ProjectId, TraceId};
use parking_lot::Mutex;
use protocol::native::mlflow::TraceInfo;
use std::collections::{HashMap, VecDeque};

/// Most traces waited for. The client sends the spans right after; what is forgotten is only what was said beside them.
const MAX_AWAITED: usize = 1_000;

type Key = (ProjectId, TraceId);

#[derive(Default)]
pub(crate) struct AwaitedRoots(Mutex<Awaited>);

#[derive(Default)]
struct Awaited {
    infos: HashMap<Key, TraceInfo>,
    /// In the order in which they came; some may be gone.
    order: VecDeque<Key>,
}

impl AwaitedRoots {
    pub(super) fn put(&self, project: ProjectId, trace: TraceId, info: TraceInfo) {
        let mut awaited = self.0.lock();
        if awaited.infos.insert((project, trace), info).is_none() {
            awaited.order.push_back((project, trace));
        }
        while awaited.order.len() > MAX_AWAITED {
            if let Some(oldest) = awaited.order.pop_front() {
                awaited.infos.remove(&oldest);
            }
        }
    }

    pub(super) fn take(&self, project: ProjectId, trace: TraceId) -> Option<TraceInfo> {
        self.0.lock().infos.remove(&(project, trace))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_asks_for_is_forgotten() {
        let awaited = AwaitedRoots::default();
        let project = ProjectId::generate();
        let trace = |number: u64| {
            let mut bytes = [1; 16];
            bytes[..8].copy_from_slice(&number.to_be_bytes());
            TraceId::from_bytes(bytes).unwrap()
        };
        for number in 0..3_000 {
            awaited.put(project, trace(number), TraceInfo::default());
        }
        let kept = {
            let awaited = awaited.0.lock();
            (awaited.infos.len(), awaited.order.len())
        };
        assert_eq!(kept, (MAX_AWAITED, MAX_AWAITED));
        assert!(awaited.take(project, trace(2_999)).is_some() && awaited.take(project, trace(0)).is_none());
    }
}
