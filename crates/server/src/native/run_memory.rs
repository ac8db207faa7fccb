//! Which traces lately ran an item of which experiment, for clients that link a trace to an item by a request of its own: spans and scores
//! that come later find their result. Best effort, in the memory of one process.

use model::{ProjectId, SpanId, TraceId};
use parking_lot::Mutex;
use std::collections::HashMap;

/// Traces of a generation; there are two.
const MAX_TRACES: usize = 5_000;
/// Items that one trace ran, as far as they are remembered.
const MAX_ITEMS_PER_TRACE: usize = 200;

type Key = (ProjectId, TraceId);

#[derive(Default)]
pub(crate) struct RunMemory {
    generations: Mutex<[HashMap<Key, Vec<Link>>; 2]>,
    /// Held while an experiment is read, changed and written.
    pub(in crate::native) writing: tokio::sync::Mutex<()>,
}

/// The result of an item that a trace ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::native) struct Link {
    pub experiment_id: String,
    pub result_id: String,
    /// The span that ran it; `None`: the trace as a whole.
    pub span: Option<SpanId>,
}

impl RunMemory {
    pub(in crate::native) fn link(&self, project: ProjectId, trace: TraceId, link: Link) {
        let [young, old] = &mut *self.generations.lock();
        if young.len() >= MAX_TRACES {
            *old = std::mem::take(young);
        }
        let links = young.entry((project, trace)).or_default();
        links.retain(|known| (&known.experiment_id, &known.result_id) != (&link.experiment_id, &link.result_id));
        if links.len() < MAX_ITEMS_PER_TRACE {
            links.push(link);
        }
    }

    /// The results that a span of a trace may be about.
    pub(in crate::native) fn links(&self, project: ProjectId, trace: TraceId) -> Vec<Link> {
        let generations = self.generations.lock();
        generations.iter().find_map(|generation| generation.get(&(project, trace))).cloned().unwrap_or_default()
    }

    pub(in crate::native) fn is_empty(&self) -> bool {
        self.generations.lock().iter().all(HashMap::is_empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_again_and_bounded() {
        let memory = RunMemory::default();
        let project = ProjectId::from_bytes([7; 16]).unwrap();
        let trace = |number: u128| TraceId::from_bytes((number + 1).to_be_bytes()).unwrap();
        let link = |result: &str| Link { experiment_id: "e".into(), result_id: result.into(), span: None };
        assert!(memory.is_empty());
        for result in ["a", "b", "a"] {
            memory.link(project, trace(0), link(result));
        }
        assert_eq!(memory.links(project, trace(0)), [link("b"), link("a")]);
        (1..3 * MAX_TRACES as u128).for_each(|number| memory.link(project, trace(number), link("x")));
        assert_eq!(memory.links(project, trace(0)), []);
        assert!(memory.generations.lock().iter().all(|generation| generation.len() <= MAX_TRACES));
    }
}
