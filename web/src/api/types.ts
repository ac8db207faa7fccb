/** The names the dashboard uses for what the server answers. The shapes are generated from its OpenAPI document (`npm run api`). */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type JsonObject = Record<string, unknown>;
export type Status = Schemas["Status"];
export type SpanKind = Schemas["SpanKind"];
export type Level = Schemas["Level"];
export type KeyScope = Schemas["KeyScope"];

export type DashboardStats = Schemas["DashboardStats"];
export type PeriodStats = Schemas["PeriodStats"];
export type Timeseries = Schemas["Timeseries"];
export type TimeseriesBucket = Schemas["TimeseriesBucket"];
export type ProviderStats = Schemas["ProviderStats"];
export type ErrorGroup = Schemas["ErrorGroup"];
export type CostAnswer = Schemas["CostAnswer"];
export type CostItem = Schemas["CostItem"];
export type ForecastAnswer = Schemas["ForecastAnswer"];
export type SpanCost = Schemas["SpanCost"];
export type Derivation = Schemas["Derivation"];
export type DerivedLine = Schemas["DerivedLine"];
export type OwnPrices = Schemas["OwnPrices"];
export type UnpricedAnswer = Schemas["UnpricedAnswer"];
export type UnpricedModel = Schemas["UnpricedModel"];

export type Span = Schemas["SpanDetail"];
export type SpanSummary = Schemas["SpanSummary"];
export type TokenUsage = Schemas["TokenUsage"];
export type Cost = Schemas["Cost"];
export type Message = Schemas["Message"];
export type Part = Schemas["Part"];
export type Score = Schemas["Score"];
export type ScoreTarget = Schemas["ScoreTarget"];
export type TraceSummary = Schemas["TraceSummary"];
export type TraceDetail = Schemas["TraceDetail"];
export type SessionSummary = Schemas["SessionSummary"];
export type UserSummary = Schemas["UserSummary"];
export type LogRecord = Schemas["LogRecord"];
export type MetricName = Schemas["MetricName"];
export type MetricSeries = Schemas["MetricSeries"];
export type FieldValue = Schemas["FieldValue"];
export type SqlResult = Schemas["SqlResult"];
export type LiveRow = Schemas["LiveRow"];
export type LiveBatch = Schemas["LiveBatch"];

export type Me = Schemas["Me"];
export type Project = Schemas["Project"];
export type ApiKey = Schemas["ApiKey"];
export type CreatedKey = Schemas["CreatedKey"];
export type Health = Schemas["Health"];
export type ComponentHealth = Schemas["ComponentHealth"];
export type SystemStatus = Schemas["SystemStatus"];
export type StoreStats = Schemas["StoreStats"];
export type Debt = Schemas["Debt"];
export type JobStatus = Schemas["JobStatus"];

export type PromptSummary = Schemas["PromptSummary"];
export type PromptVersion = Schemas["PromptVersion"];
export type Dataset = Schemas["Dataset"];
export type DatasetItem = Schemas["DatasetItem"];
export type ItemStatus = Schemas["ItemStatus"];
export type Experiment = Schemas["Experiment"];
export type ExperimentSummary = Schemas["ExperimentSummary"];
export type ExperimentResult = Schemas["ExperimentResult"];
export type Verdict = Schemas["Verdict"];
export type VerdictSummary = Schemas["VerdictSummary"];

export type EraseTarget = Schemas["EraseTarget"];
export type Erasure = Schemas["Erasure"];
export type RetentionPolicy = Schemas["RetentionPolicy"];

/** A list with further pages. */
export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
  /** Set when there was no time to search everything: only what is newer was. `next_cursor` then goes on from there. */
  searched_until?: string | null;
  /** Rows of all pages, where that is known. */
  total?: number;
}
/** A list without further pages. */
export interface Items<T> {
  items: T[];
}
