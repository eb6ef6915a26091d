// The files above the composer, each with its progress or with what is wrong with it.

import { LARGEST_FILE, MOST_FILES, type Upload } from "../uploads.ts";
import type { Words } from "../words.ts";
import { Icon } from "./Icon.tsx";
import type { Ui } from "./ui.ts";
import type { UploadList } from "./useUploads.ts";

export function Uploads({ ui: { words }, uploads }: { ui: Ui; uploads: UploadList }) {
  if (!uploads.all.length && !uploads.tooMany) return null;
  return (
    <div class="w-files">
      {uploads.all.map((one) => (
        <div class="w-file" key={one.key}>
          <span class="w-file__i">
            <Icon name="file" />
          </span>
          <span class="grow">
            <b class="medium cut">{one.file.name}</b>
            <Line words={words} upload={one} />
          </span>
          {one.trouble === "upload_failed" && (
            <button class="link" type="button" onClick={() => uploads.retry(one.key)}>
              {words.say("retry")}
            </button>
          )}
          <button
            class="ib ib--sm"
            type="button"
            aria-label={words.say("remove", { name: one.file.name })}
            onClick={() => uploads.remove(one.key)}
          >
            <Icon name="x" small={16} />
          </button>
          {!one.attachment && !one.trouble && <span class="w-file__p" style={{ width: `${one.percent}%` }} />}
        </div>
      ))}
      {uploads.tooMany && (
        <p class="wrong" role="alert">
          {words.say("too_many", { max: MOST_FILES })}
        </p>
      )}
    </div>
  );
}

function Line({ words, upload }: { words: Words; upload: Upload }) {
  const { name, size } = upload.file;
  if (upload.trouble)
    return (
      <span class="wrong" role="alert">
        {words.say(upload.trouble, { name, size: words.size(size), max: words.size(LARGEST_FILE) })}
      </span>
    );
  if (upload.attachment) return <span class="t12 dim">{words.size(size)}</span>;
  return (
    <span
      class="t12 dim"
      role="progressbar"
      aria-label={words.say("uploading", { name, percent: upload.percent })}
      aria-valuenow={upload.percent}
    >
      {upload.percent} %
    </span>
  );
}
