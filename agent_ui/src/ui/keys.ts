/** The keys of the console. Single letters work only while no field has the caret, and can be switched off; combinations always work. */
import { preferences } from "../state/preferences.svelte.ts";

/** `r`, `?`, `Mod+k`, `Mod+Shift+a`. Mod is Ctrl, or Cmd on a Mac. */
export type Keys = Record<string, (event: KeyboardEvent) => void>;

const stack: Keys[] = [];

/** True where the system's key is Cmd. */
export const mac = typeof navigator !== "undefined" && /Mac|iP(hone|ad)/u.test(navigator.platform);

/** Puts keys in force until the answered function is called. Later ones come before earlier ones. */
export function bind(keys: Keys): () => void {
  stack.push(keys);
  return () => void stack.splice(stack.indexOf(keys), 1);
}

/** The name of what was pressed, as it is written in `Keys`. */
export function nameOf(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const letter = key.length === 1 && key.toLowerCase() !== key.toUpperCase();
  const parts = [event.ctrlKey || event.metaKey ? "Mod" : "", event.altKey ? "Alt" : "", event.shiftKey && (letter || key.length > 1) ? "Shift" : "", key];
  return parts.filter(Boolean).join("+");
}

export function writing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/iu.test(target.tagName));
}

function pressed(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.repeat) return;
  const name = nameOf(event);
  const single = !name.startsWith("Mod+");
  if (single && (!preferences.now.keys || writing(event.target) || document.querySelector("[role=dialog][data-modal]"))) return;
  const keys = stack.findLast((layer) => name in layer);
  if (!keys?.[name]) return;
  event.preventDefault();
  keys[name](event);
}

if (typeof document !== "undefined") document.addEventListener("keydown", pressed);

/** How a combination is shown: `Ctrl ⇧ A`, `⌘ K`. */
export function shown(name: string): string {
  const marks: Record<string, string> = { Mod: mac ? "⌘" : "Ctrl", Shift: "⇧", Alt: mac ? "⌥" : "Alt", Enter: "↵", Escape: "Esc" };
  return name.split("+").map((part) => marks[part] ?? part.toUpperCase()).join(" ");
}
