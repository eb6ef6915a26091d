// What the shop may say on the script line, with what holds when it says nothing.

export type Locale = "es" | "en";

export interface Options {
  /** Address that everything of the hub hangs from, with a final slash: the folder that widget.js came from. */
  hub: string;
  /** Public key of the web-chat channel; empty when the hub has only one. */
  channel: string;
  locale: Locale;
  /** Any CSS colour; null takes the brand's. */
  colour: string | null;
  theme: "light" | "dark" | "page";
  /** Signed token of the shop for a known customer. */
  identity: string | null;
}

type Dataset = Record<string, string | undefined>;

export function readOptions(script: { src: string; dataset: Dataset }, languages: readonly string[]): Options {
  const { channel = "", locale, color, theme, identity } = script.dataset;
  return {
    hub: new URL(".", script.src).href,
    channel,
    locale: pickLocale(locale ? [locale] : languages),
    colour: color ?? null,
    theme: theme === "light" || theme === "dark" ? theme : "page",
    identity: identity || null,
  };
}

/** The first language that we speak, by its primary subtag; English when there is none. */
export function pickLocale(languages: readonly string[]): Locale {
  for (const language of languages) {
    const primary = language.toLowerCase().split("-")[0];
    if (primary === "es" || primary === "en") return primary;
  }
  return "en";
}
