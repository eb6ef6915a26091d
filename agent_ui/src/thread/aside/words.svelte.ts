/** What an agent is about to write in a side conversation: kept in this browser until it has left, so that no word is lost. */
import { Records } from "../../live/records.ts";
import { upload, type Uploaded } from "../../live/upload.ts";
import { desk } from "../../state/desk.svelte.ts";
import { Uploads } from "../uploads.svelte.ts";

interface Kept {
  id: string;
  text: string;
  subject: string;
  address: string;
}

export class Words {
  #now = $state.raw<Kept>({ id: crypto.randomUUID(), text: "", subject: "", address: "" });
  files = $state.raw<Uploaded[]>([]);
  /** Files of the conversation that go along. */
  chosen = $state.raw<string[]>([]);
  readonly uploads = new Uploads(
    (file, told) => upload(desk.api.address("/attachments", { name: file.name }), desk.api.csrf, file, told),
    (file) => (this.files = [...this.files, file]),
  );
  readonly #records = new Records<Kept>(`hilo.aside.${desk.session.agent.id}.`, localStorage);

  /** `place`: the side conversation, or the customer of a new one. */
  constructor(private readonly place: string) {
    this.#now = this.#records.get(place) ?? this.#now;
  }

  get now(): Readonly<Kept> {
    return this.#now;
  }

  get empty(): boolean {
    return !this.#now.text.trim() && !this.files.length && !this.chosen.length;
  }

  change(change: Partial<Omit<Kept, "id">>): void {
    this.#now = { ...this.#now, ...change };
    this.#records.put(this.place, this.#now);
  }

  /** As the hub takes it. The id stays the same until it has taken it: sending again does no harm. */
  get body() {
    return { id: this.#now.id, text: this.#now.text, attachments: this.files.map(({ id }) => id), files: this.chosen };
  }

  /** The hub refused: what is sent next may be other words, and has an id of its own. */
  renew(): void {
    this.#now = { ...this.#now, id: crypto.randomUUID() };
  }

  clear(): void {
    this.#now = { id: crypto.randomUUID(), text: "", subject: "", address: "" };
    [this.files, this.chosen] = [[], []];
    this.#records.remove(this.place);
  }
}
