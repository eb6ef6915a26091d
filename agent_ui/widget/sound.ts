// One soft tick for an answer that nobody is looking at. Browsers allow it only once the visitor has touched the page.

const TONE_HZ = 880;
const LENGTH_S = 0.12;

export function tick(): void {
  if (!navigator.userActivation?.hasBeenActive) return;
  const context = new AudioContext();
  const [tone, loudness] = [context.createOscillator(), context.createGain()];
  tone.frequency.value = TONE_HZ;
  loudness.gain.setValueAtTime(0.05, context.currentTime);
  loudness.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + LENGTH_S);
  tone.connect(loudness).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + LENGTH_S);
  tone.onended = () => void context.close();
}
