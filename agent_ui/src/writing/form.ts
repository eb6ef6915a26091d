/** The form of a mail: HTML as the editor shows it, and as it travels. A picture inside it is a file of ours: `cid:` and its id on its way. */
import DOMPurify from "dompurify";

const TAGS = ["a", "b", "strong", "i", "em", "u", "s", "code", "pre", "blockquote", "ul", "ol", "li", "div", "p", "br", "img", "span", "h1", "h2", "h3"];
const FILE = "/api/v1/attachments/";
const SHOWN = /src="\/api\/v1\/attachments\/([0-9a-f-]{36})\?inline=1"/gu;
const TRAVELS = /src="cid:([0-9a-f-]{36})"/gu;

/** What is pasted, as far as a mail of ours has such: no scripts, no styles, no pictures from elsewhere. */
export function cleaned(html: string): DocumentFragment {
  const fragment = DOMPurify.sanitize(html, { ALLOWED_TAGS: TAGS, ALLOWED_ATTR: ["href", "src", "alt"], ALLOW_DATA_ATTR: false, RETURN_DOM_FRAGMENT: true });
  for (const picture of fragment.querySelectorAll("img")) if (!picture.getAttribute("src")?.startsWith(FILE)) picture.remove();
  return document.importNode(fragment, true);
}

export function pictureAddress(file: string): string {
  return `${FILE}${file}?inline=1`;
}

export function asShown(html: string): string {
  return html.replace(TRAVELS, (_whole, id: string) => `src="${pictureAddress(id)}"`);
}

export function asSent(html: string): string {
  return html.replace(SHOWN, (_whole, id: string) => `src="cid:${id}"`);
}

/** Text in a form that shows the same: what was typed before one asked for buttons. */
export function formOf(text: string): string {
  const safe = text.replace(/&/gu, "&amp;").replace(/</gu, "&lt;").replace(/>/gu, "&gt;");
  return text && safe.split("\n").map((line) => `<div>${line || "<br>"}</div>`).join("");
}
