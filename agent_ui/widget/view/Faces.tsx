// A small choice of emoji, for those without a keyboard that has them.

const FACES = ["🙂", "😀", "😂", "😉", "😊", "😍", "😎", "🤔", "😐", "😕", "😢", "😡", "🙏", "👍", "👎", "👏", "💪", "🤝", "❤️", "🎉", "✅", "❌", "📦", "🚚"];

export function Faces({ label, choose, leave }: { label: string; choose: (face: string) => void; leave: () => void }) {
  const key = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    leave();
  };
  return <div class="faces" role="group" aria-label={label} onKeyDown={key}>{FACES.map((face) => <button type="button" onClick={() => choose(face)}>{face}</button>)}</div>;
}
