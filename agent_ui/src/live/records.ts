/** Small records kept in the browser at once and for every tab: what has been written and is not yet on the server. */

export interface Box {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Records of one kind, each under a key of its own so that two tabs never overwrite each other. */
export class Records<T> {
  /** Records that the browser refused to keep (full, or forbidden): they live as long as the page. */
  #unkept = new Map<string, T>();

  constructor(private readonly prefix: string, private readonly box: Box) {}

  /** True when something lives in this page only and would be lost with it. */
  get fragile(): boolean {
    return this.#unkept.size > 0;
  }

  put(id: string, record: T): void {
    try {
      this.box.setItem(this.prefix + id, JSON.stringify(record));
      this.#unkept.delete(id);
    } catch {
      this.#unkept.set(id, record);
    }
  }

  get(id: string): T | null {
    return this.#unkept.get(id) ?? this.#read(this.prefix + id);
  }

  remove(id: string): void {
    this.#unkept.delete(id);
    this.box.removeItem(this.prefix + id);
  }

  all(): [id: string, record: T][] {
    const found = new Map<string, T>();
    for (let index = 0; index < this.box.length; index += 1) {
      const key = this.box.key(index);
      if (!key?.startsWith(this.prefix)) continue;
      const record = this.#read(key);
      if (record !== null) found.set(key.slice(this.prefix.length), record);
    }
    for (const [id, record] of this.#unkept) found.set(id, record);
    return [...found];
  }

  /** True when that key of the browser's storage is one of ours (for the event that other tabs cause). */
  owns(key: string | null): boolean {
    return key === null || key.startsWith(this.prefix);
  }

  #read(key: string): T | null {
    const text = this.box.getItem(key);
    if (text === null) return null;
    try {
      return JSON.parse(text) as T;
    } catch {
      return null;
    }
  }
}
