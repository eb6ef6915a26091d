// Files on their way to the hub: checked here with a clear sentence, sent with progress, kept by the draft once they are there.

import type { Attachment } from "./contract.ts";

export const MOST_FILES = 10;
export const LARGEST_FILE = 25_000_000;

export type Trouble = "too_big" | "empty_file" | "upload_failed";

/** One file in the composer: on its way (`percent`), in trouble, or there (`attachment`). */
export interface Upload {
  key: string;
  file: { name: string; size: number };
  percent: number;
  trouble: Trouble | null;
  attachment: Attachment | null;
}

export function check(file: { size: number }): Trouble | null {
  if (file.size === 0) return "empty_file";
  return file.size > LARGEST_FILE ? "too_big" : null;
}

/** Sends one file; rejects with the HTTP status, or 0 when the line broke. */
export function send(address: string, token: string, file: File, progress: (percent: number) => void): Promise<Attachment> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${address}?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Authorization", `Visitor ${token}`);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => progress(Math.floor((100 * loaded) / Math.max(1, total)));
    request.onerror = () => reject(new Error("0"));
    request.onload = () => (request.status === 201 ? resolve(request.response as Attachment) : reject(new Error(String(request.status))));
    request.send(file);
  });
}
