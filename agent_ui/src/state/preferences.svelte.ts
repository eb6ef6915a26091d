/** How this person wants the console: kept in the browser at once, and on the hub so that another computer has it too. */
import type { Api } from "../live/api.ts";
import type { Locale } from "../live/types.ts";

export interface Choices {
  theme: "auto" | "light" | "dark";
  density: "auto" | "comfortable" | "compact";
  locale: Locale;
  keys: boolean;
  sounds: { offer: boolean; message: boolean; failure: boolean };
  list_width: number | null;
  panel: boolean;
}

const KEY = "hilo.preferences";

function inBrowserLanguage(): Locale {
  return navigator.language.toLowerCase().startsWith("en") ? "en" : "es";
}

function usual(): Choices {
  return {
    theme: "auto",
    density: "auto",
    locale: inBrowserLanguage(),
    keys: true,
    sounds: { offer: true, message: true, failure: true },
    list_width: null,
    panel: true,
  };
}

function kept(): Choices {
  try {
    return { ...usual(), ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Choices>) };
  } catch {
    return usual();
  }
}

class Preferences {
  #choices = $state<Choices>(kept());
  #api: Api | null = null;
  #saving: ReturnType<typeof setTimeout> | undefined;

  get now(): Readonly<Choices> {
    return this.#choices;
  }

  get dark(): boolean {
    return this.#choices.theme === "dark" || (this.#choices.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  }

  change(change: Partial<Choices>): void {
    this.#choices = { ...this.#choices, ...change };
    this.#keep();
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => void this.#send(), 600);
  }

  /** Takes what the hub has for this person. What it does not know stays as it is in this browser. */
  async load(api: Api): Promise<void> {
    this.#api = api;
    const found = await api.get<Partial<Choices> | null>("/me/preferences").catch(() => null);
    if (!found) return;
    this.#choices = { ...this.#choices, ...known(found) };
    this.#keep();
  }

  #keep(): void {
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#choices));
    } catch {
      // A browser that keeps nothing still has them for as long as the page is open.
    }
  }

  async #send(): Promise<void> {
    // Preferences are worth no alarm: they are in this browser, and are sent again with the next change.
    await this.#api?.put("/me/preferences", this.#choices).catch(() => undefined);
  }
}

function known(found: Partial<Choices>): Partial<Choices> {
  const names = Object.keys(usual());
  return Object.fromEntries(Object.entries(found).filter(([name, value]) => names.includes(name) && value !== null && value !== undefined));
}

export const preferences = new Preferences();
