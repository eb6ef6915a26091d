// From the one colour a shop gives to the few the chat needs, so that text on and in it stays readable (4.5:1). Pure.

export type Rgb = readonly [red: number, green: number, blue: number];

/** One value for each theme, or the same for both. */
export interface Palette {
  solid: string;
  on: string;
  text: [light: string, dark: string];
  wash: [light: string, dark: string];
  tint: [light: string, dark: string];
}

const WHITE: Rgb = [255, 255, 255];
const INK: Rgb = [29, 28, 24];
const LIGHT_GROUND: Rgb = [255, 255, 255];
const DARK_GROUND: Rgb = [28, 27, 25];
const READABLE = 4.5;

/** Reads `rgb(1, 2, 3)` as a browser computes it, `#rgb` and `#rrggbb`; anything else is null. */
export function parse(colour: string): Rgb | null {
  const long = colour.trim().replace(/^#(.)(.)(.)$/, "#$1$1$2$2$3$3");
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(long);
  if (hex) return [parseInt(hex[1]!, 16), parseInt(hex[2]!, 16), parseInt(hex[3]!, 16)];
  const parts = /^rgba?\((\d+)[, ]+(\d+)[, ]+(\d+)/.exec(long);
  return parts ? [Number(parts[1]), Number(parts[2]), Number(parts[3])] : null;
}

export function palette(brand: Rgb): Palette {
  const lightWash = mix(brand, LIGHT_GROUND, 0.88);
  const dark = towards(brand, WHITE, DARK_GROUND);
  const darkWash = mix(dark, DARK_GROUND, 0.86);
  const text: [Rgb, Rgb] = [towards(brand, [0, 0, 0], lightWash), towards(dark, WHITE, darkWash)];
  return {
    solid: css(brand),
    on: css(contrast(WHITE, brand) >= READABLE || contrast(WHITE, brand) >= contrast(INK, brand) ? WHITE : INK),
    text: [css(text[0]), css(text[1])],
    wash: [css(lightWash), css(darkWash)],
    tint: [`${css(text[0])}29`, `${css(text[1])}33`],
  };
}

/** The solid that text can stand on: a middling colour that carries neither white nor ink is darkened until it does. */
export function solid(brand: Rgb): Rgb {
  const carries = Math.max(contrast(WHITE, brand), contrast(INK, brand)) >= READABLE;
  return carries ? brand : towards(brand, [0, 0, 0], WHITE);
}

function towards(colour: Rgb, goal: Rgb, ground: Rgb): Rgb {
  for (let share = 0; share < 1; share += 0.05) {
    const step = mix(colour, goal, share);
    if (contrast(step, ground) >= READABLE) return step;
  }
  return goal;
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const part = (index: 0 | 1 | 2) => Math.round(from[index] + (to[index] - from[index]) * share);
  return [part(0), part(1), part(2)];
}

/** WCAG 2.2 contrast ratio, 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function css(colour: Rgb): string {
  return `#${colour.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}
