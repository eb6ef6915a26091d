/** When a promise usually falls due: the next working day at noon, as a field for date and time has it (`2026-11-23T12:00`). Pure. */
export function nextWorkday(from: Date): string {
  const day = new Date(from.getFullYear(), from.getMonth(), from.getDate() + 1, 12);
  while (day.getDay() === 0 || day.getDay() === 6) day.setDate(day.getDate() + 1);
  return field(day);
}

/** A moment as a field for date and time has it, to the minute. Pure. */
export function field(at: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
