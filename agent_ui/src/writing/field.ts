/** A time as the field of a form has it. Pure. */

/** As the field of a form has it. */
export function asField(time: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}T${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** What a field says, or null when that is no time, is past, or is more than a year away. */
export function fromField(text: string, now: Date): Date | null {
  const time = new Date(text);
  const ahead = time.getTime() - now.getTime();
  return text && ahead > 0 && ahead < 366 * 86_400_000 ? time : null;
}
