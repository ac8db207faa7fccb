/** Paths of the platform API, in one place. */
const v1 = "/api/v1";
const part = encodeURIComponent;

export const paths = {
  health: "/health",
  status: `${v1}/status`,
  dashboard: `${v1}/analytics/dashboard`,
  timeseries: `${v1}/analytics/requests/timeseries`,
  providers: `${v1}/analytics/providers`,
  errors: `${v1}/analytics/errors`,
  spans: `${v1}/spans`,
  span: (trace: string, span: string) => `${v1}/spans/${part(trace)}/${part(span)}`,
  traces: `${v1}/traces`,
  trace: (trace: string) => `${v1}/traces/${part(trace)}`,
  media: (id: string) => `${v1}/media/${part(id)}`,
  scores: `${v1}/scores`,
  score: (id: string) => `${v1}/scores/${part(id)}`,
  sessions: `${v1}/sessions`,
  users: `${v1}/users`,
  logs: `${v1}/logs`,
  metricNames: `${v1}/metrics/names`,
  metricSeries: `${v1}/metrics/series`,
  fieldValues: (field: string) => `${v1}/fields/${part(field)}/values`,
  sql: `${v1}/sql`,
  projects: `${v1}/projects`,
  project: (id: string) => `${v1}/projects/${part(id)}`,
  keys: (project: string) => `${v1}/projects/${part(project)}/keys`,
  key: (project: string, key: string) => `${v1}/projects/${part(project)}/keys/${part(key)}`,
  retention: (project: string) => `${v1}/projects/${part(project)}/retention`,
  erasures: `${v1}/erasures`,
  me: `${v1}/auth/me`,
  login: `${v1}/auth/login`,
  logout: `${v1}/auth/logout`,
  setup: `${v1}/auth/setup`,
} as const;

/** Model calls that count: what dashboards sum and the list of calls shows. */
export const REQUESTS_ONLY = "kind:(llm OR embedding OR reranker)";
