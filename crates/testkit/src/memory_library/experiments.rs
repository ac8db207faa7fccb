//! Experiments and results.

use super::{
    MemoryLibrary, Shelf,
    page::{ascending, descending},
};
use async_trait::async_trait;
use model::{
    ProjectId, StoreError, StoreResult, Timestamp,
    library::{
        Experiment, ExperimentFilter, ExperimentResult, ListCursor, Listed, NewExperiment, NewResult, PageRequest, ResultFilter,
        SummaryBuilder, check_results, generate_id,
    },
    ports::Experiments,
};

const NOT_FOUND: StoreError = StoreError::NotFound("experiment");

impl Shelf {
    fn results_of<'a>(&'a self, experiment: &'a str) -> impl Iterator<Item = &'a ExperimentResult> {
        self.results.values().filter(move |result| result.experiment_id == experiment)
    }

    /// With its summary.
    fn experiment(&self, id: &str) -> Option<Experiment> {
        let mut summary = SummaryBuilder::default();
        self.results_of(id).for_each(|result| summary.add(result));
        Some(Experiment { summary: summary.finish(), ..self.experiments.get(id)?.clone() })
    }

    fn put_result(&mut self, experiment: &str, report: NewResult, now: Timestamp) -> StoreResult<ExperimentResult> {
        let id = report.id.clone().unwrap_or_else(generate_id);
        let key = (experiment.to_owned(), id.clone());
        let result = match self.results.get(&key).cloned() {
            Some(mut known) => {
                known.amend(report, now);
                known
            }
            None => {
                let behind = self.results_of(experiment).map(|result| result.position + 1).max().unwrap_or(0);
                report.into_result(id, experiment.to_owned(), behind, now)
            }
        };
        result.check_verdicts()?;
        self.results.insert(key, result.clone());
        Ok(result)
    }
}

#[async_trait]
impl Experiments for MemoryLibrary {
    async fn put_experiment(&self, project: ProjectId, report: NewExperiment) -> StoreResult<Experiment> {
        report.check()?;
        self.write(project, |shelf, now| {
            let id = report.id.clone().unwrap_or_else(generate_id);
            match shelf.experiments.get_mut(&id) {
                Some(known) => known.amend(report, now),
                None => drop(shelf.experiments.insert(id.clone(), report.into_experiment(id.clone(), now))),
            }
            shelf.experiment(&id).ok_or(NOT_FOUND)
        })
    }

    async fn experiment(&self, project: ProjectId, id: &str) -> StoreResult<Option<Experiment>> {
        Ok(self.read(project, |shelf| shelf.experiment(id)))
    }

    async fn list_experiments(&self, project: ProjectId, filter: &ExperimentFilter, page: PageRequest) -> StoreResult<Listed<Experiment>> {
        let key = |experiment: &Experiment| ListCursor { rank: experiment.created_at.as_nanos(), id: experiment.id.clone() };
        let wanted = |experiment: &Experiment| {
            (filter.dataset_id.is_none() || experiment.dataset_id == filter.dataset_id)
                && filter.name.as_ref().is_none_or(|name| experiment.name == *name)
                && filter.protocol.as_ref().is_none_or(|protocol| experiment.protocol == *protocol)
        };
        Ok(self.read(project, |shelf| {
            let all = shelf.experiments.keys().filter_map(|id| shelf.experiment(id));
            descending(all.filter(wanted), key, &page)
        }))
    }

    async fn delete_experiment(&self, project: ProjectId, id: &str) -> StoreResult<()> {
        self.write(project, |shelf, _| {
            shelf.experiments.remove(id).ok_or(NOT_FOUND)?;
            shelf.results.retain(|_, result| result.experiment_id != id);
            Ok(())
        })
    }

    async fn put_results(&self, project: ProjectId, experiment_id: &str, results: Vec<NewResult>) -> StoreResult<Vec<ExperimentResult>> {
        check_results(&results)?;
        self.write(project, |shelf, now| {
            shelf.experiments.get_mut(experiment_id).ok_or(NOT_FOUND)?.updated_at = now;
            results.into_iter().map(|result| shelf.put_result(experiment_id, result, now)).collect()
        })
    }

    async fn list_results(
        &self,
        project: ProjectId,
        experiment_id: &str,
        filter: &ResultFilter,
        page: PageRequest,
    ) -> StoreResult<Listed<ExperimentResult>> {
        let key = |result: &ExperimentResult| ListCursor { rank: result.position.cast_signed(), id: result.id.clone() };
        let wanted = |result: &&ExperimentResult| {
            (filter.passed.is_none() || result.passed == filter.passed)
                && (filter.item_id.is_none() || result.item_id == filter.item_id)
                && (filter.trace_id.is_none() || result.trace_id == filter.trace_id)
        };
        Ok(self.read(project, |shelf| ascending(shelf.results_of(experiment_id).filter(wanted).cloned(), key, &page)))
    }
}
