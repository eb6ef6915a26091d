/** Three short sounds, made here: an offer (two notes), a message (one soft tick), a failure (one low). Never two within a second. */
import { preferences, type Choices } from "../state/preferences.svelte.ts";

type Sound = keyof Choices["sounds"];
type Note = [hertz: number, from: number, seconds: number, loudness: number];

const NOTES: Record<Sound, Note[]> = {
  offer: [[659, 0, 0.16, 0.12], [880, 0.15, 0.28, 0.12]],
  message: [[1_320, 0, 0.06, 0.04]],
  failure: [[196, 0, 0.3, 0.12]],
};
const APART_MS = 1_000;

let context: AudioContext | null = null;
let last = 0;

export function play(sound: Sound): void {
  if (!preferences.now.sounds[sound] || Date.now() - last < APART_MS) return;
  last = Date.now();
  // A browser that has not been touched yet stays silent; the mark in the title and the text are there all the same.
  if (!navigator.userActivation.hasBeenActive) return;
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume().catch(() => undefined);
  for (const note of NOTES[sound]) ring(context, note);
}

function ring(audio: AudioContext, [hertz, from, seconds, loudness]: Note): void {
  const begin = audio.currentTime + from;
  const tone = new OscillatorNode(audio, { frequency: hertz, type: "sine" });
  const volume = new GainNode(audio, { gain: 0 });
  volume.gain.setValueAtTime(0, begin);
  volume.gain.linearRampToValueAtTime(loudness, begin + 0.012);
  volume.gain.exponentialRampToValueAtTime(0.0001, begin + seconds);
  tone.connect(volume).connect(audio.destination);
  tone.start(begin);
  tone.stop(begin + seconds);
}
