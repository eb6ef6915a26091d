/** Sends one file to the hub and tells how far it has come: `fetch` cannot tell, so this is the one place that uses the older way. */
import { Refused, Unreachable, type ErrorBody } from "./api.ts";

export interface Uploaded {
  id: string;
  name: string;
  content_type: string;
  size: number;
}

export interface Upload {
  done: Promise<Uploaded>;
  /** Stops it; `done` then never settles. */
  abort: () => void;
}

/** `told` hears the share that has been sent, 0 to 1. `done` fails with `Refused` or `Unreachable`. */
export function upload(address: string, csrf: string | null, file: File, told: (share: number) => void): Upload {
  const request = new XMLHttpRequest();
  const done = new Promise<Uploaded>((resolve, reject) => {
    request.open("POST", address);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    if (csrf) request.setRequestHeader("X-CSRF-Token", csrf);
    request.upload.onprogress = (event) => told(event.lengthComputable ? event.loaded / event.total : 0);
    request.onload = () => (request.status < 300 ? resolve(JSON.parse(request.responseText) as Uploaded) : reject(refusal(request)));
    request.onerror = () => reject(new Unreachable(`POST ${address}`));
    request.send(file);
  });
  return { done, abort: () => request.abort() };
}

function refusal(request: XMLHttpRequest): Refused {
  let error: Partial<ErrorBody> = {};
  try {
    error = (JSON.parse(request.responseText) as { error?: Partial<ErrorBody> }).error ?? {};
  } catch {
    // What stands before the hub (a proxy) does not answer in our words.
  }
  return new Refused(request.status, error.code ?? `http_${request.status}`, error.message ?? request.statusText, error.fields ?? {}, error.reference ?? null, null);
}
