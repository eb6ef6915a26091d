/** Times at which a mail may leave, as the clock of this computer shows them: what it says on the day itself, whatever summer time does between. Pure. */

/** Tomorrow at nine. */
export function tomorrow(now: Date): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 9);
}

/** Next Monday at nine: today's only before nine. */
export function monday(now: Date): Date {
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate() + ((8 - now.getDay()) % 7), 9);
  return today > now ? today : new Date(today.getFullYear(), today.getMonth(), today.getDate() + 7, 9);
}

/** This afternoon at four, while that is to come. */
export function afternoon(now: Date): Date | null {
  const four = new Date(now.getFullYear(), now.getMonth(), now.getDate(), 16);
  return four.getTime() - now.getTime() > 3_600_000 ? four : null;
}
