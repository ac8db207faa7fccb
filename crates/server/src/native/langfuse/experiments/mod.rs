//! Experiments: runs over the items of a dataset. Older SDKs link each trace to its run by a request, newer ones tell everything by spans; both
//! end as results of one experiment in the library, with the scores of their spans as verdicts.

mod lists;
mod record;
mod runs;
mod scores;

pub(super) use lists::{experiments, items as experiment_items};
pub(crate) use record::{record, told_by};
pub(super) use runs::{create_item, delete as delete_run, get as get_run, items as run_items, list as list_runs};
pub(super) use scores::{of_runs, of_telemetry};

use model::{ProjectId, TraceId};
use sha2::{Digest, Sha256};

/// Whose client reported an experiment.
const PROTOCOL: &str = "langfuse";
/// Bytes of a made id.
const ID_BYTES: usize = 8;

/// The id of a run, which newer SDKs derive in the same way, so that both mean the same experiment.
fn experiment_id(project: ProjectId, dataset_id: &str, run_name: &str) -> String {
    let parts = ["langfuse-experiment-v1", &project.to_hex(), dataset_id, run_name];
    // Texts can always be written as JSON.
    short_hash(&serde_json::to_vec(&parts).unwrap_or_default())
}

/// The id of an item's result in an experiment: an item may be run again in another trace.
fn result_id(trace: TraceId, item_id: &str) -> String {
    short_hash(format!("{trace}\0{item_id}").as_bytes())
}

fn short_hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(ID_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_have_the_id_that_the_sdks_derive() {
        // sha256 of ["langfuse-experiment-v1","07…07","ds1","Ünö run"], as the Python SDK computes it.
        let project = ProjectId::from_bytes([7; 16]).unwrap();
        assert_eq!(experiment_id(project, "ds1", "Ünö run"), "67bee2cd73f784ff");
    }
}
