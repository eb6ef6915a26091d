// Speaks to a Socket.IO server as the chat bubble does and prints what happens, one JSON line each: node speak.ts ADDRESS CHANNEL
import { Socket } from "../../agent_ui/widget/socket.ts";

const [address = "", channel = ""] = process.argv.slice(2);
const print = (...what: unknown[]): void => console.log(JSON.stringify(what));

const socket = new Socket(
  address,
  "/visitor",
  { channel },
  {
    connected: () => void talk(),
    heard: (name, data) => print("heard", name, data),
    ended: ({ refused }) => print("ended", refused),
  },
);

async function talk(): Promise<void> {
  print("connected");
  try {
    print("answer", await socket.ask("echo", { text: "ñ, [dos]\n42/visitor," }));
    print("answer", await socket.ask("after several beats", {}));
    socket.tell("say goodbye", { because: "done" });
    await socket.ask("never answered", {});
  } catch (error) {
    print("failed", (error as Error).message);
  }
}
