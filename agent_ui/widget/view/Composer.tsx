// Where the visitor writes: text that survives a reload, files by choosing, pasting or dropping, and Enter to send.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Conversation } from "../conversation.ts";
import type { Upload } from "../uploads.ts";
import { isNew } from "./Away.tsx";
import { Faces } from "./Faces.tsx";
import { Icon } from "./Icon.tsx";
import { onEscape } from "./keys.ts";
import type { Ui } from "./ui.ts";
import { useUploads } from "./useUploads.ts";
import { Uploads } from "./Uploads.tsx";

interface Props {
  ui: Ui;
  now: Conversation;
  dropped: File[];
}

export function Composer(props: Props) {
  return isNew(props.now) ? null : <Box {...props} />;
}

function Box({ ui, now, dropped }: Props) {
  const { words, chat } = ui;
  const box = useRef<HTMLTextAreaElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(chat.store.draft.text);
  const [faces, setFaces] = useState(false);
  const uploads = useUploads(ui);
  const full = text.trim() !== "" || uploads.all.length > 0;
  const ready = full && uploads.all.every((one) => one.attachment);
  useEffect(() => uploads.add(dropped), [dropped]);
  useLayoutEffect(() => keepDraft(ui, text, uploads.all), [text, uploads.all]);
  useEffect(
    () =>
      onTakenBack(() => {
        setText(chat.store.draft.text);
        uploads.restore();
        box.current?.focus();
      }),
    [],
  );
  useLayoutEffect(() => grow(box.current!), [text]);
  const send = () => {
    if (!ready) return;
    chat.say(
      text.trim(),
      uploads.all.map((one) => one.attachment!),
    );
    setText("");
    uploads.clear();
    box.current?.focus();
  };
  const typed = (value: string) => {
    setText(value);
    if (value) chat.typing();
  };
  const insert = (face: string) => {
    typed(withFace(box.current!, text, face));
    setFaces(false);
    box.current?.focus();
  };
  const key = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  const paste = (event: ClipboardEvent) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    uploads.add(files);
  };
  return (
    <footer
      class="win__foot"
      onKeyDown={onEscape(faces, () => {
        setFaces(false);
        box.current?.focus();
      })}
    >
      <Uploads ui={ui} uploads={uploads} />
      {faces && <Faces label={words.say("emoji")} choose={insert} />}
      <div class="w-comp">
        <button
          class="ib"
          type="button"
          aria-label={words.say("attach")}
          disabled={now.link !== "live"}
          onClick={() => chooser.current?.click()}
        >
          <Icon name="clip" />
        </button>
        <input
          type="file"
          multiple
          hidden
          ref={chooser}
          onChange={(event) => {
            uploads.add([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = "";
          }}
        />
        <textarea
          rows={1}
          aria-label={words.say("write")}
          placeholder={words.say("write")}
          value={text}
          ref={box}
          onInput={(event) => typed(event.currentTarget.value)}
          onKeyDown={key}
          onPaste={paste}
        />
        <button class="ib" type="button" aria-label={words.say("emoji")} aria-expanded={faces} onClick={() => setFaces(!faces)}>
          <Icon name="smile" />
        </button>
        <button class="w-send" type="button" aria-label={words.say("send")} aria-disabled={!ready} onClick={send}>
          <Icon name="send" />
        </button>
      </div>
    </footer>
  );
}

function keepDraft({ chat }: Ui, text: string, uploads: readonly Upload[]): void {
  chat.store.draft = { text, attachments: uploads.flatMap((one) => one.attachment ?? []) };
}

function onTakenBack(act: () => void): () => void {
  addEventListener("hilo:draft", act);
  return () => removeEventListener("hilo:draft", act);
}

function grow(box: HTMLTextAreaElement): void {
  box.style.height = "";
  if (box.value) box.style.height = `${box.scrollHeight}px`;
}

function withFace(box: HTMLTextAreaElement, text: string, face: string): string {
  return text.slice(0, box.selectionStart) + face + text.slice(box.selectionEnd);
}
