/** The reasons for which an agent may decline; the hub keeps the code, routing does not call it "not responding". */
import { m } from "../ui/words.ts";

export const DECLINES = [
  { id: "busy_with_call", label: () => m.decline_busy_with_call() },
  { id: "not_mine", label: () => m.decline_not_mine() },
  { id: "need_break", label: () => m.decline_need_break() },
  { id: "other", label: () => m.decline_other() },
];
