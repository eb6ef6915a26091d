/** A connector's form while somebody fills it in: its values, what the hub said of them, and whether anything would be lost. */
import { Refused } from "../live/api.ts";
import { changes, filled, initial, isShown, type Value, type Values } from "./fields.ts";
import type { ChannelDetail, ConnectorView, FieldView } from "./hub.ts";

export class SettingsForm {
  #values = $state.raw<Values>({});
  #before = $state.raw<Values>({});
  #opened = $state.raw<ReadonlySet<string>>(new Set());
  #problems = $state.raw<Readonly<Record<string, string>>>({});
  readonly fields: readonly FieldView[];

  /** `channel`: the one whose settings are changed; without it a new one is set up. */
  constructor(readonly kind: ConnectorView, readonly channel: ChannelDetail | null = null) {
    this.fields = kind.form;
    this.#before = { ...initial(kind.form, channel?.settings), ...this.#about() };
    this.#values = this.#before;
    this.#problems = channel?.problems ?? {};
  }

  get values(): Values {
    return this.#values;
  }

  get dirty(): boolean {
    return Object.keys(this.#values).some((name) => this.#values[name] !== this.#before[name]);
  }

  shown(field: FieldView): boolean {
    return isShown(field, this.#values);
  }

  /** What is wrong with a field; it is forgotten as soon as the field changes. */
  problem(name: string): string | undefined {
    return this.#problems[name];
  }

  /** The first field that is wrong, in the order of the form. */
  get firstProblem(): string | undefined {
    return ["name", "queue", ...this.fields.map((field) => field.name)].find((name) => this.#problems[name]);
  }

  /** What is wrong and belongs to no field that can be seen. */
  get otherProblems(): string[] {
    const seen = new Set(["name", "queue", ...this.fields.filter((field) => this.shown(field)).map((field) => field.name)]);
    return Object.entries(this.#problems).flatMap(([name, said]) => (seen.has(name) ? [] : [name ? `${name}: ${said}` : said]));
  }

  change(name: string, value: Value): void {
    this.#values = { ...this.#values, [name]: value };
    const { [name]: _, ...others } = this.#problems;
    this.#problems = others;
  }

  /** A secret that is set, or that the hub makes, is a closed box until somebody opens it. */
  closed({ name, secret, generated }: FieldView): boolean {
    return secret && !this.#opened.has(name) && (generated || this.channel?.secrets[name] === true);
  }

  open(name: string): void {
    this.#opened = new Set([...this.#opened, name]);
  }

  /** Throws away what was typed into a box and closes it. */
  close(name: string): void {
    this.change(name, "");
    this.#opened = new Set([...this.#opened].filter((one) => one !== name));
  }

  /** The settings as the hub takes them: all of a new channel, the changed ones of another. */
  get settings(): Record<string, unknown> {
    return this.channel ? changes(this.fields, this.#before, this.#values) : filled(this.fields, this.#values);
  }

  /** Name and queue, as far as they were changed. */
  get about(): { name?: string; queue?: string } {
    const changed = (name: "name" | "queue") => this.#values[name] !== this.#before[name] && { [name]: String(this.#values[name]).trim() };
    return { ...changed("name"), ...changed("queue") };
  }

  /** Takes what the hub said of the fields. Answers false when it said nothing of them. */
  refuse(error: unknown): boolean {
    if (!(error instanceof Refused) || !Object.keys(error.fields).length) return false;
    this.#problems = error.fields;
    return true;
  }

  /** It is with the hub: nothing would be lost any more. */
  kept(): void {
    this.#before = this.#values;
  }

  #about(): Values {
    return { name: this.channel?.name ?? "", queue: this.channel?.queue.id ?? "" };
  }
}
