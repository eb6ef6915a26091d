/** Files on their way to the hub for one message: how far each has come, what failed and why. */
import type { Uploaded, Upload } from "../live/upload.ts";

export interface Item {
  key: number;
  name: string;
  size: number;
  /** 0 to 1. */
  share: number;
  error: unknown;
}

interface Running extends Item {
  file: File;
  upload: Upload | null;
}

export class Uploads {
  #items = $state<Running[]>([]);
  #next = 1;

  /** `finished` takes each file when the hub has it. */
  constructor(
    private readonly send: (file: File, told: (share: number) => void) => Upload,
    private readonly finished: (file: Uploaded) => void,
  ) {}

  get items(): readonly Item[] {
    return this.#items;
  }

  /** Nothing is on its way, and nothing failed. */
  get done(): boolean {
    return this.#items.length === 0;
  }

  add(files: readonly File[]): void {
    for (const file of files) {
      const item: Running = { key: this.#next++, name: file.name, size: file.size, share: 0, error: null, file, upload: null };
      this.#items.push(item);
      void this.#run(item.key);
    }
  }

  retry(key: number): void {
    void this.#run(key);
  }

  remove(key: number): void {
    this.#find(key)?.upload?.abort();
    this.#items = this.#items.filter((item) => item.key !== key);
  }

  #find(key: number): Running | undefined {
    return this.#items.find((item) => item.key === key);
  }

  async #run(key: number): Promise<void> {
    const item = this.#find(key);
    if (!item) return;
    Object.assign(item, { error: null, share: 0 });
    item.upload = this.send(item.file, (share) => (item.share = share));
    try {
      const file = await item.upload.done;
      this.remove(key);
      this.finished(file);
    } catch (error) {
      item.error = error;
    }
  }
}
