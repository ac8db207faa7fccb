/** The one place that talks to the server: project header, cookies, problem documents. */
import { NetworkError, problemOf } from "./problem";

export type QueryValue = string | number | boolean | null | undefined;
export type QueryParams = Record<string, QueryValue>;

const PROJECT_HEADER = "x-telltale-project";
const UNAUTHORIZED = 401;

let project: string | null = null;
let onUnauthorized: () => void = () => {};

/** Requests carry this project from now on; null leaves the choice to the server. */
export function selectProject(id: string | null): void {
  project = id;
}

/** Called whenever an answer says that nobody is signed in. */
export function whenUnauthorized(callback: () => void): void {
  onUnauthorized = callback;
}

export function urlOf(path: string, query: QueryParams = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

/** The address of something that the browser itself loads: elements cannot set headers. */
export function addressOf(path: string, query: QueryParams = {}): string {
  return urlOf(path, { ...query, project });
}

export function headersOf(hasBody: boolean): Headers {
  const headers = new Headers({ accept: "application/json" });
  if (project) headers.set(PROJECT_HEADER, project);
  if (hasBody) headers.set("content-type", "application/json");
  return headers;
}

interface RequestOptions {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  query?: QueryParams | undefined;
  body?: unknown;
  signal?: AbortSignal | undefined;
  /** Answers with these statuses are answers, not errors. */
  accept?: number[];
  /** A 401 here is an answer to a password, not an expired session. */
  staysOn401?: boolean;
}

/** Sends a request and reads the JSON answer. Throws ApiError or NetworkError; an abort passes through as it is. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const { method = "GET", query, body, signal, accept = [], staysOn401 = false } = options;
  const init: RequestInit = { method, headers: headersOf(body !== undefined), credentials: "same-origin" };
  if (signal) init.signal = signal;
  if (body !== undefined) init.body = JSON.stringify(body);
  let response: Response;
  try {
    response = await fetch(urlOf(path, query), init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new NetworkError(error);
  }
  if (!response.ok && !accept.includes(response.status)) {
    const error = await problemOf(response);
    if (response.status === UNAUTHORIZED && !staysOn401) onUnauthorized();
    throw error;
  }
  if (response.status === 204 || response.headers.get("content-length") === "0") return undefined as T;
  return (await response.json()) as T;
}
