// A first look at an address somebody typed; whether it exists only a mail can tell.

export function isMail(text: string): boolean {
  return /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(text.trim());
}
