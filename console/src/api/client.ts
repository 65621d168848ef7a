/** One call to the platform, and the one shape of its errors. */

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string;
  readonly field: string;
  /** What the message speaks of, by name. */
  readonly said: Record<string, unknown>;

  constructor(status: number, code: string, message: string, hint = "", field = "", said: Record<string, unknown> = {}) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.hint = hint;
    this.field = field;
    this.said = said;
  }
}

type Query = Record<string, string | number | undefined>;

/** The reader's language: titles of scenes, tags, campaigns and places come in it. */
let language = "";

export function speak(chosen: string): void {
  language = chosen;
}

/** The path with its query; empty values are left out. */
export function url(path: string, query: Query = {}): string {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") parts.set(name, String(value));
  }
  const text = parts.toString();
  return text ? `${path}?${text}` : path;
}

async function failure(response: Response): Promise<ApiError> {
  let body: { code?: string; message?: string; hint?: string; field?: string; said?: Record<string, unknown> } = {};
  try {
    body = await response.json();
  } catch {
    // Not our error shape: a proxy in between, most likely; the status says what is known.
  }
  return new ApiError(response.status, body.code ?? "", body.message ?? "", body.hint, body.field, body.said);
}

async function answer(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    const headers = { Accept: "application/json", "Accept-Language": language, ...init.headers };
    response = await fetch(path, { credentials: "same-origin", ...init, headers });
  } catch {
    throw new ApiError(0, "unreachable", "");
  }
  if (!response.ok) throw await failure(response);
  return response;
}

async function call<T>(path: string, init: RequestInit): Promise<T> {
  const response = await answer(path, init);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

/** Read something. */
export function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return call<T>(url(path, query), { signal });
}

/** Change something; `keepalive` lets the request outlive the page. */
export function post<T>(path: string, body: unknown = {}, keepalive = false): Promise<T> {
  return call<T>(path, {
    method: "POST",
    keepalive,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** Ask for a file made from what is sent: a picture, a page to print. */
export async function made(path: string, body: unknown): Promise<Blob> {
  const headers = { "Content-Type": "application/json", Accept: "*/*" };
  return (await answer(path, { method: "POST", headers, body: JSON.stringify(body) })).blob();
}

/** Send a file as it is; `onShare` hears which share of it is sent (0 to 1). */
export function upload<T>(path: string, file: Blob, onShare?: (share: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch does not tell how far a body is sent
    request.open("POST", path);
    request.responseType = "json";
    request.setRequestHeader("Accept-Language", language);
    request.upload.onprogress = (event) => event.lengthComputable && onShare?.(event.loaded / event.total);
    request.onerror = () => reject(new ApiError(0, "unreachable", ""));
    request.onload = () => {
      const body = request.response ?? {};
      if (request.status >= 200 && request.status < 300) resolve(body as T);
      else reject(new ApiError(request.status, body.code ?? "", body.message ?? "", body.hint, body.field));
    };
    request.send(file);
  });
}
