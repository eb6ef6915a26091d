// The one script line on a shop's page: reads its own attributes and puts the bubble on the page.

import { Bubble } from "./bubble.ts";
import { readOptions } from "./options.ts";

const script = document.currentScript as HTMLScriptElement;

function start(): void {
  const { lang } = document.documentElement;
  const bubble = new Bubble(readOptions(script, lang ? [lang] : navigator.languages));
  Object.defineProperty(window, "Hilo", {
    value: Object.freeze({
      open: () => bubble.open(),
      close: () => bubble.close(),
      identify: (token: string | null) => bubble.identify(token),
      on: bubble.on.bind(bubble),
    }),
  });
  dispatchEvent(new Event("hilo:ready"));
}

// Two script lines by mistake give one bubble.
if (!("Hilo" in window)) {
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
}
