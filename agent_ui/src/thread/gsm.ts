/** How an SMS is counted: GSM 03.38's seven-bit alphabet, or UTF-16 as soon as one character is not in it. Pure; the hub counts the same. */

const BASIC = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
/** An escape and a septet. */
const EXTENSION = new Set("\f^{}\\[~]|€");
/** Units in an SMS that stands alone, and in each of several. */
const SIZES = { gsm7: { single: 160, joined: 153 }, ucs2: { single: 70, joined: 67 } };

export interface Segments {
  encoding: "gsm7" | "ucs2";
  count: number;
  /** Units that are still free in the last one. */
  left: number;
  /** The first character that is not in the seven-bit alphabet. */
  forced: string | null;
}

const septets = (sign: string) => (EXTENSION.has(sign) ? 2 : 1);
const utf16 = (sign: string) => sign.length;

function forcing(text: string): string | null {
  for (const sign of text) if (!BASIC.has(sign) && !EXTENSION.has(sign)) return sign;
  return null;
}

/** Units of a whole text: septets, or UTF-16 units when one character needs them. */
export function units(text: string): number {
  return [...text].map(forcing(text) === null ? septets : utf16).reduce((sum, size) => sum + size, 0);
}

/** What the provider will bill. An escape or a surrogate pair is never parted between two. */
export function segments(text: string): Segments {
  const forced = forcing(text);
  const encoding = forced === null ? "gsm7" : "ucs2";
  const { single, joined } = SIZES[encoding];
  const total = units(text);
  if (total <= single) return { encoding, count: text ? 1 : 0, left: single - total, forced };
  let [count, used] = [1, 0];
  for (const sign of text) {
    const size = encoding === "gsm7" ? septets(sign) : utf16(sign);
    if (used + size > joined) [count, used] = [count + 1, 0];
    used += size;
  }
  return { encoding, count, left: joined - used, forced };
}
