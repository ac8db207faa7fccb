//! Files of runs and examples, kept in the library.

use crate::{
    AppState,
    auth::{Authorized, SdkRead},
    http::{ApiResult, Path, Problem},
};
use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use model::{ProjectId, StoreError, library::NewMedia};
use protocol::{
    RowError,
    native::langsmith::{self, LangSmithRows, attach, medium},
};

/// Keeps the files of a request and names them at their runs. Those that cannot be kept are named in the answer.
pub(super) async fn keep(state: &AppState, project: ProjectId, read: &mut LangSmithRows) -> ApiResult<()> {
    for attachment in std::mem::take(&mut read.attachments) {
        let field = format!("attachment.{}.{}", attachment.run_id, attachment.name);
        let medium = medium(&attachment);
        if !read.rows.spans.iter().any(|report| report.span.native_id.as_ref() == Some(&attachment.run_id)) {
            read.rows.rejected.push((attachment.place, RowError::new(field, "expected the run of the file in the same request")));
            continue;
        }
        match put(state, project, medium.clone()).await? {
            Ok(()) => {
                let runs = read.rows.spans.iter_mut().filter(|report| report.span.native_id.as_ref() == Some(&attachment.run_id));
                runs.for_each(|report| attach(&mut report.span, &attachment.name, &medium));
            }
            Err(message) => read.rows.rejected.push((attachment.place, RowError::new(field, message))),
        }
    }
    Ok(())
}

/// Inner `Err`: why this file cannot be kept.
pub(super) async fn put(state: &AppState, project: ProjectId, medium: NewMedia) -> ApiResult<Result<(), String>> {
    match state.library.put_media(project, medium).await {
        Ok(_) => Ok(Ok(())),
        Err(StoreError::Invalid { field, message }) => Ok(Err(format!("{field} {message}"))),
        Err(error) => Err(error.into()),
    }
}

/// Never shown by a browser as a page: the type is the client's word.
pub(super) async fn read(State(state): State<AppState>, caller: Authorized<SdkRead>, Path(id): Path<String>) -> ApiResult<Response> {
    let (media, content) = state.library.media_content(caller.project, &id).await?.ok_or_else(|| Problem::not_found("attachment"))?;
    let content_type = HeaderValue::from_str(&media.mime_type).unwrap_or(HeaderValue::from_static(langsmith::UNKNOWN_TYPE));
    let headers = [(header::CONTENT_TYPE, content_type), (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"))];
    Ok((headers, content).into_response())
}
