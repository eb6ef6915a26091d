import { expect, test } from "vitest";
import { message } from "../state/samples.ts";
import { mailAnswered, subjectOf } from "./subjects.ts";

const channel = { id: "m", connector: "email", name: "Correo" };
const messages = [
  message(1, { topic: "lamp", subject: "La lámpara", channel }),
  message(2, { topic: "bowl", subject: "Re: El cuenco", channel }),
  message(3, { topic: "lamp", subject: "", channel: { ...channel, connector: "webchat" } }),
  message(4, { topic: "lamp", subject: "Nuestra", channel, direction: "out" }),
];
const topics = [{ id: "lamp", subject: "Lámpara" }, { id: "order", subject: "Pedido 17" }, { id: "chat", subject: "" }];

test("an answer goes on from the customer's last mail in the matter that is answered", () => {
  expect(mailAnswered(messages, "lamp")?.number).toBe(1);
  expect(mailAnswered(messages, null)?.number).toBe(2);
  expect(mailAnswered(messages, "order")).toBeUndefined();
});

test("its subject is that mail's, else the matter's, never another matter's", () => {
  expect(subjectOf(mailAnswered(messages, "lamp"), topics, "lamp")).toBe("Re: La lámpara");
  expect(subjectOf(mailAnswered(messages, "bowl"), topics, "bowl")).toBe("Re: El cuenco");
  expect(subjectOf(mailAnswered(messages, "order"), topics, "order")).toBe("Re: Pedido 17");
  expect(subjectOf(mailAnswered(messages, "chat"), topics, "chat")).toBeNull();
});
