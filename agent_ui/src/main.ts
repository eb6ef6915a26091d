/** Starts the console in its page, as soon as it has the words of its language. */
import { mount } from "svelte";
import App from "./App.svelte";
import { preferences } from "./state/preferences.svelte.ts";
import "./style/app.css";
import { dictionary, speak } from "./ui/words.ts";

/** Said when there are no words yet, so in both languages. */
const SPEECHLESS = "Hilo no ha podido cargarse: comprueba la conexión y recarga la página. · Hilo could not load: check the connection and reload the page.";

async function start(target: HTMLElement): Promise<void> {
  try {
    await speak(preferences.now.locale);
    await dictionary.open();
  } catch {
    target.textContent = SPEECHLESS;
    target.setAttribute("role", "alert");
    return;
  }
  mount(App, { target });
}

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");
void start(target);
