// The files in the composer: added, on their way, there, in trouble, taken away again.

import { useRef, useState } from "preact/hooks";
import { check, MOST_FILES, type Trouble, type Upload } from "../uploads.ts";
import type { Ui } from "./ui.ts";

export interface UploadList {
  all: Upload[];
  /** More were chosen than a message may carry. */
  tooMany: boolean;
  add(files: readonly File[]): void;
  remove(key: string): void;
  retry(key: string): void;
  /** Takes up again what the kept draft holds. */
  restore(): void;
  clear(): void;
}

export function useUploads({ chat }: Ui): UploadList {
  const kept = (): Upload[] =>
    chat.store.draft.attachments.map((one) => ({ key: one.id, file: one, percent: 100, trouble: null, attachment: one }));
  const [all, setAll] = useState<Upload[]>(kept);
  const [tooMany, setTooMany] = useState(false);
  const files = useRef(new Map<string, File>());
  const change = (key: string, part: Partial<Upload>) =>
    setAll((before) => before.map((one) => (one.key === key ? { ...one, ...part } : one)));
  const start = (key: string, file: File) => {
    change(key, { percent: 0, trouble: null });
    chat
      .upload(file, (percent) => change(key, { percent }))
      .then(
        (attachment) => change(key, { attachment, percent: 100 }),
        (error: Error) => change(key, { trouble: troubleOf(error) }),
      );
  };
  const add = (chosen: readonly File[]) => {
    const room = Math.max(0, MOST_FILES - all.length);
    setTooMany(chosen.length > room);
    const fresh = chosen
      .slice(0, room)
      .map((file) => ({ key: `${file.name}:${Math.random()}`, file, percent: 0, trouble: check(file), attachment: null }));
    setAll((before) => [...before, ...fresh]);
    for (const one of fresh) {
      files.current.set(one.key, one.file);
      if (!one.trouble) start(one.key, one.file);
    }
  };
  const remove = (key: string) => {
    setTooMany(false);
    setAll((before) => before.filter((one) => one.key !== key));
  };
  const retry = (key: string) => {
    const file = files.current.get(key);
    if (file) start(key, file);
  };
  return {
    all,
    tooMany,
    add,
    remove,
    retry,
    restore: () => setAll(kept()),
    clear: () => {
      setTooMany(false);
      setAll([]);
    },
  };
}

/** The hub's own limit may be lower than ours. */
function troubleOf(error: Error): Trouble {
  return error.message === "413" ? "too_big" : "upload_failed";
}
