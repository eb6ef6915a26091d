// One mail as people read it: who wrote, the new text and the quoted one, headers; and the quoting of an answer.
import { el } from "./dom.js";
import { say } from "./words.js";

export function sender(mail) {
  const [, name, address] = /^\s*(.*?)\s*<([^<>]+)>\s*$/.exec(mail.headers.From ?? "") ?? [null, "", mail.headers.From ?? mail.from];
  return { name: name.replace(/^"|"$/g, "") || address, address: name ? address : "" };
}

/** Quoted lines fold into one block; mail that is only HTML is shown in a frame without scripts. */
export function body(mail) {
  if (!mail.text.trim() && mail.html) return [el("iframe", { sandbox: "", srcdoc: mail.html, title: say("text") })];
  return mail.text
    .trim()
    .split(/\n(?=>)|(?<=^>.*)\n(?!>)/m)
    .map((part) => (part.startsWith(">") ? el("blockquote", {}, part.replace(/^> ?/gm, "")) : el("p", {}, part.trim())));
}

export const headers = (mail) => [
  el(
    "dl",
    {},
    Object.entries(mail.headers).flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]),
  ),
];

export const quoted = (mail) =>
  mail.text
    .trim()
    .split("\n")
    .map((line) => `> ${line}`)
    .join("\n");

export async function base64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
