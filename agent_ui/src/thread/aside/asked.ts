/** Who is asked, in words. Pure. */
import type { Aside } from "../../live/types.ts";

export function asked({ address, colleagues }: Pick<Aside, "address" | "colleagues">): string {
  return address ? address.value : colleagues.map(({ name }) => name).join(", ");
}
