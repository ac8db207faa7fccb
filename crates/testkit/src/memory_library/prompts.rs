//! Prompts, versions and labels.

use super::{
    MemoryLibrary, StoredPrompt,
    page::{self, descending},
};
use async_trait::async_trait;
use model::{
    ProjectId, StoreError, StoreResult, Timestamp,
    library::{
        LATEST, ListCursor, Listed, NewPromptVersion, PageRequest, PromptLabel, PromptSelector, PromptSummary, PromptVersion, check_labels,
    },
    ports::Prompts,
};

const NOT_FOUND: StoreError = StoreError::NotFound("prompt");

impl StoredPrompt {
    fn newest(&self) -> Option<&PromptVersion> {
        self.versions.values().next_back()
    }

    /// With its labels.
    fn version(&self, version: u32) -> Option<PromptVersion> {
        let mut found = self.versions.get(&version)?.clone();
        found.labels = self.labels.iter().filter(|(_, points_at)| **points_at == version).map(|(label, _)| label.clone()).collect();
        if self.newest().is_some_and(|newest| newest.version == version) {
            found.labels.push(LATEST.to_owned());
            found.labels.sort();
        }
        Some(found)
    }

    fn point(&mut self, labels: &[String], version: u32) {
        self.labels.extend(labels.iter().filter(|label| *label != LATEST).map(|label| (label.clone(), version)));
    }

    fn summary(&self) -> Option<PromptSummary> {
        let (oldest, newest) = (self.versions.values().next()?, self.newest()?);
        let labels = self.labels.iter().map(|(label, version)| PromptLabel { label: label.clone(), version: *version });
        Some(PromptSummary {
            name: newest.name.clone(),
            kind: newest.body.kind().to_owned(),
            version: newest.version,
            versions: self.versions.len() as u64,
            labels: labels.collect(),
            tags: newest.tags.clone(),
            created_at: oldest.created_at,
            updated_at: newest.created_at,
        })
    }
}

#[async_trait]
impl Prompts for MemoryLibrary {
    async fn create_prompt_version(&self, project: ProjectId, new: NewPromptVersion) -> StoreResult<PromptVersion> {
        new.check()?;
        self.write(project, |shelf, now| {
            let prompt = shelf.prompts.entry(new.name.clone()).or_default();
            prompt.last_version += 1;
            let (version, labels) = (prompt.last_version, new.labels.clone());
            let tags = prompt.newest().map(|newest| newest.tags.clone());
            prompt.versions.insert(version, stored(new, version, tags.unwrap_or_default(), now));
            prompt.point(&labels, version);
            prompt.version(version).ok_or(NOT_FOUND)
        })
    }

    async fn prompt(&self, project: ProjectId, name: &str, selector: &PromptSelector) -> StoreResult<Option<PromptVersion>> {
        Ok(self.read(project, |shelf| {
            let prompt = shelf.prompts.get(name)?;
            let version = match selector {
                PromptSelector::Version(version) => *version,
                PromptSelector::Label(label) if label != LATEST => *prompt.labels.get(label)?,
                PromptSelector::Label(_) | PromptSelector::Latest => prompt.newest()?.version,
            };
            prompt.version(version)
        }))
    }

    async fn list_prompts(&self, project: ProjectId, page: PageRequest) -> StoreResult<Listed<PromptSummary>> {
        let key = |prompt: &PromptSummary| ListCursor { rank: prompt.updated_at.as_nanos(), id: prompt.name.clone() };
        Ok(self.read(project, |shelf| descending(shelf.prompts.values().filter_map(StoredPrompt::summary), key, &page)))
    }

    async fn list_prompt_versions(&self, project: ProjectId, name: &str, page: PageRequest) -> StoreResult<Listed<PromptVersion>> {
        let key = |version: &PromptVersion| ListCursor { rank: version.version.into(), id: String::new() };
        Ok(self.read(project, |shelf| {
            let prompt = shelf.prompts.get(name).cloned().unwrap_or_default();
            page::descending(prompt.versions.keys().filter_map(|version| prompt.version(*version)), key, &page)
        }))
    }

    async fn set_prompt_labels(&self, project: ProjectId, name: &str, version: u32, labels: &[String]) -> StoreResult<PromptVersion> {
        check_labels(labels)?;
        self.write(project, |shelf, _| {
            let prompt = shelf.prompts.get_mut(name).ok_or(NOT_FOUND)?;
            let newest = prompt.newest().map(|newest| newest.version);
            if !prompt.versions.contains_key(&version) {
                return Err(NOT_FOUND);
            }
            if newest != Some(version) && labels.iter().any(|label| label == LATEST) {
                return Err(StoreError::invalid("labels", "`latest` is always the newest version"));
            }
            prompt.labels.retain(|_, points_at| *points_at != version);
            prompt.point(labels, version);
            prompt.version(version).ok_or(NOT_FOUND)
        })
    }

    async fn delete_prompt_version(&self, project: ProjectId, name: &str, version: u32) -> StoreResult<()> {
        self.write(project, |shelf, _| {
            let prompt = shelf.prompts.get_mut(name).ok_or(NOT_FOUND)?;
            prompt.versions.remove(&version).ok_or(NOT_FOUND)?;
            prompt.labels.retain(|_, points_at| *points_at != version);
            if prompt.versions.is_empty() {
                shelf.prompts.remove(name);
            }
            Ok(())
        })
    }

    async fn delete_prompt(&self, project: ProjectId, name: &str) -> StoreResult<()> {
        self.write(project, |shelf, _| shelf.prompts.remove(name).map(drop).ok_or(NOT_FOUND))
    }
}

fn stored(new: NewPromptVersion, version: u32, tags_before: Vec<String>, now: Timestamp) -> PromptVersion {
    PromptVersion {
        name: new.name,
        version,
        body: new.body,
        config: new.config,
        labels: Vec::new(),
        tags: new.tags.unwrap_or(tags_before),
        commit_message: new.commit_message,
        author: new.author,
        created_at: now,
    }
}
