// Esc closes the innermost thing that is open.

/** Listens for Esc while something is open; whatever is around it does not hear that key. */
export function onEscape(open: boolean, close: () => void): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key !== "Escape" || !open) return;
    event.stopPropagation();
    close();
  };
}
