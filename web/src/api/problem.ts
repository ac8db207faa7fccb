/** What went wrong, as the server's RFC 9457 problem documents say it. */
export interface Problem {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  request_id?: string;
  /** What is wrong with which field of the request. */
  errors?: { field: string; message: string }[];
}

export class ApiError extends Error {
  readonly status: number;
  readonly problem: Problem;
  readonly requestId: string | null;

  constructor(status: number, problem: Problem, requestId: string | null) {
    super(problem.detail ?? problem.title ?? `The server answered ${status}.`);
    this.name = "ApiError";
    this.status = status;
    this.problem = problem;
    this.requestId = requestId;
  }

  /** Where in the filter's text the fault is, in UTF-8 bytes; null when the fault is elsewhere. */
  get position(): number | null {
    const match = /at character (\d+)/.exec(this.message);
    return match ? Number(match[1]) : null;
  }
}

/** The server could not be reached at all. */
export class NetworkError extends Error {
  constructor(cause: unknown) {
    super("The server cannot be reached.", { cause });
    this.name = "NetworkError";
  }
}

export async function problemOf(response: Response): Promise<ApiError> {
  const requestId = response.headers.get("x-request-id");
  let problem: Problem = { title: response.statusText || `HTTP ${response.status}` };
  try {
    const body: unknown = await response.json();
    if (body !== null && typeof body === "object") problem = body as Problem;
  } catch {
    // A proxy's HTML page, say: the status is all there is.
  }
  return new ApiError(response.status, problem, problem.request_id ?? requestId);
}
