/** The icon of a kind of channel as its manifest names it, or a plug where this console does not have that one. */
import { channelIcon } from "../ui/marks.ts";

export function iconOf(icon: string, connector: string): string {
  const known = channelIcon(connector);
  if (known !== "chat") return known;
  return document.getElementById(`i-${icon}`) ? icon : "plug";
}
