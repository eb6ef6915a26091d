/** Gives unit tests the words of one language. */
import { dictionary, speak } from "./words.ts";

await speak("es");
await dictionary.open();
