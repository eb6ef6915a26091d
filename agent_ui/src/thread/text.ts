/** What people wrote, cut into plain words, links and mentions. Pure: nothing here makes HTML. */

export type Piece = { kind: "words"; text: string } | { kind: "link"; text: string; href: string } | { kind: "mention"; text: string };

const LINK = /\bhttps?:\/\/[^\s<>"'«»]+/giu;
const TRAILING = /[.,;:!?)\]}'"»]+$/u;

/** Cuts a text. `names` are the colleagues that it may mention, as in `@Ana Robles`. */
export function pieces(text: string, names: readonly string[] = []): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const { index, piece } of [...links(text), ...mentions(text, names)].sort((one, other) => one.index - other.index)) {
    if (index < from) continue;
    if (index > from) found.push({ kind: "words", text: text.slice(from, index) });
    found.push(piece);
    from = index + piece.text.length;
  }
  if (from < text.length) found.push({ kind: "words", text: text.slice(from) });
  return found;
}

/** The text before the caret that could become a mention (`ana r` after `@ana r`), or null. */
export function mentionBegun(text: string, caret: number): string | null {
  return /(?:^|\s)@(\p{L}[\p{L} ]{0,30}|)$/u.exec(text.slice(0, caret))?.[1] ?? null;
}

/** Which of these people a text mentions. */
export function mentioned<T extends { name: string }>(text: string, people: readonly T[]): T[] {
  return people.filter(({ name }) => mentions(text, [name]).length > 0);
}

/** The files that HTML shows as pictures in it. */
export function pictured(html: string): string[] {
  return [...new Set([...html.matchAll(/src="cid:([0-9a-f-]{36})"/gu)].map(([, id]) => id!))];
}

/** What HTML of ours reads without its form, near enough for a glance; the hub makes the text that travels. */
export function plainOf(html: string): string {
  const words = html.replace(/<br>|<\/(div|p|li|blockquote|pre|h\d)>/gu, "\n").replace(/<[^>]*>/gu, "");
  return words.replace(/&lt;/gu, "<").replace(/&gt;/gu, ">").replace(/&nbsp;/gu, " ").replace(/&amp;/gu, "&").replace(/\n{3,}/gu, "\n\n").trim();
}

/** Upper and lower case and accents do not count when somebody looks for a name. */
export function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

interface Found {
  index: number;
  piece: Piece;
}

function links(text: string): Found[] {
  return [...text.matchAll(LINK)].map((match) => {
    const href = match[0].replace(TRAILING, "");
    return { index: match.index, piece: { kind: "link", text: href, href } };
  });
}

function mentions(text: string, names: readonly string[]): Found[] {
  const byLength = [...names].filter(Boolean).sort((one, other) => other.length - one.length);
  if (!byLength.length) return [];
  const pattern = new RegExp(`@(?:${byLength.map(literally).join("|")})(?![\\p{L}\\p{N}])`, "gu");
  return [...text.matchAll(pattern)].map((match) => ({ index: match.index, piece: { kind: "mention", text: match[0] } }));
}

function literally(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/gu, "\\$&");
}
