/** The way to the hub over HTTP: JSON both ways, the session's token on what changes something, errors as two kinds. */

export interface ErrorBody {
  code: string;
  message: string;
  fields?: Record<string, string>;
  reference?: string;
}

/** The hub answered and refused. `code` is stable and has a sentence in both languages. */
export class Refused extends Error {
  override name = "Refused";
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Record<string, string>,
    readonly reference: string | null,
    readonly retryAfter: number | null,
  ) {
    super(message);
  }
}

/** No answer came: no network, the hub is down, or it took too long. What was asked may or may not have happened. */
export class Unreachable extends Error {
  override name = "Unreachable";
}

const TIMEOUT_MS = 15_000;
const PAUSES_MS = [300, 1_200];
const BUSY = new Set([502, 503, 504]);

export type Query = Record<string, string | number | boolean | null | undefined>;

export class Api {
  csrf: string | null = null;
  onSignedOut: () => void = () => undefined;
  /** Told of every answer: can the hub do its work? It answers 503 while its database is away. */
  onAnswer: (able: boolean) => void = () => undefined;

  constructor(private readonly root = "/api/v1") {}

  async get<T>(path: string, query: Query = {}): Promise<T> {
    for (const pause of PAUSES_MS) {
      try {
        return await this.#ask<T>("GET", path + search(query));
      } catch (error) {
        if (!worthAnotherTry(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
    return this.#ask<T>("GET", path + search(query));
  }

  /** `patience`: milliseconds, for what may take the hub longer than usual (it asks somebody else). */
  post<T>(path: string, body: unknown = {}, patience = TIMEOUT_MS): Promise<T> {
    return this.#ask<T>("POST", path, body, patience);
  }

  put<T>(path: string, body: unknown = {}): Promise<T> {
    return this.#ask<T>("PUT", path, body);
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.#ask<T>("PATCH", path, body);
  }

  delete<T>(path: string): Promise<T> {
    return this.#ask<T>("DELETE", path);
  }

  /** Sends one file as it is. The answer names it by an id that a message can carry. */
  upload<T>(file: File): Promise<T> {
    return this.#ask<T>("POST", "/attachments" + search({ name: file.name }), file);
  }

  /** The address of something that the browser itself opens (a download, a frame). */
  address(path: string, query: Query = {}): string {
    return this.root + path + search(query);
  }

  async #ask<T>(method: string, path: string, body?: unknown, patience = TIMEOUT_MS): Promise<T> {
    const response = await this.#fetch(method, path, body, patience);
    this.onAnswer(response.status !== 503);
    if (response.ok) return (response.status === 204 ? undefined : await read(response)) as T;
    const refused = await refusal(response);
    if (refused.status === 401 && path !== "/session") this.onSignedOut();
    throw refused;
  }

  async #fetch(method: string, path: string, body: unknown, patience: number): Promise<Response> {
    const headers: Record<string, string> = { Accept: "application/json" };
    if (method !== "GET" && this.csrf) headers["X-CSRF-Token"] = this.csrf;
    const init: RequestInit = { method, headers, credentials: "same-origin" };
    if (body instanceof Blob) {
      headers["Content-Type"] = body.type || "application/octet-stream";
      init.body = body;
    } else if (body !== undefined) {
      headers["Content-Type"] = "application/json";
      init.body = JSON.stringify(body);
      init.signal = AbortSignal.timeout(patience);
    } else {
      init.signal = AbortSignal.timeout(patience);
    }
    try {
      return await fetch(this.root + path, init);
    } catch (error) {
      throw new Unreachable(`${method} ${path}`, { cause: error });
    }
  }
}

export function worthAnotherTry(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Refused && BUSY.has(error.status));
}

function search(query: Query): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return pairs.length ? "?" + new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString() : "";
}

async function read(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    throw new Unreachable("the answer was cut", { cause: error });
  }
}

async function refusal(response: Response): Promise<Refused> {
  const body = (await response.json().catch(() => null)) as { error?: Partial<ErrorBody> } | null;
  const error = body?.error ?? {};
  const wait = Number(response.headers.get("Retry-After"));
  return new Refused(
    response.status,
    error.code ?? `http_${response.status}`,
    error.message ?? response.statusText,
    error.fields ?? {},
    error.reference ?? null,
    wait > 0 ? wait : null,
  );
}
