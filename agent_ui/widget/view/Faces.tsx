// A small choice of emoji, for those without a keyboard that has them.

const FACES = [
  "🙂",
  "😀",
  "😂",
  "😉",
  "😊",
  "😍",
  "😎",
  "🤔",
  "😐",
  "😕",
  "😢",
  "😡",
  "🙏",
  "👍",
  "👎",
  "👏",
  "💪",
  "🤝",
  "❤️",
  "🎉",
  "✅",
  "❌",
  "📦",
  "🚚",
];

export function Faces({ label, choose }: { label: string; choose: (face: string) => void }) {
  return (
    <div class="faces" role="group" aria-label={label}>
      {FACES.map((face) => (
        <button type="button" onClick={() => choose(face)}>
          {face}
        </button>
      ))}
    </div>
  );
}
