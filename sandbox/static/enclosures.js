// What the customer can send besides words: pictures of the shop's things, a file, a voice note, a place.
const PICTURE = { width: 960, height: 720 };

export const PICTURES = ["duna", "jarra", "marea", "ribera"];
export const PLACE = { latitude: 39.4617, longitude: -0.3736, name: "Carrer de Sueca 21, Ruzafa", address: "46006 València" };

/** A picture of the shop's as a camera would have made it: JPEG. */
export async function picture(name) {
  const image = new Image(PICTURE.width, PICTURE.height);
  image.src = `/static/pictures/${name}.svg`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), PICTURE);
  const pen = canvas.getContext("2d");
  const scale = Math.max(canvas.width / image.naturalWidth, canvas.height / image.naturalHeight);
  const [width, height] = [image.naturalWidth * scale, image.naturalHeight * scale];
  pen.drawImage(image, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
  return { name: `${name}.jpg`, type: "image/jpeg", kind: "image", data: canvas.toDataURL("image/jpeg", 0.85).split(",")[1] };
}

/** A file of one's own. */
export async function file(chosen) {
  const type = chosen.type || "application/octet-stream";
  const broad = type.split("/")[0];
  return { name: chosen.name, type, kind: ["image", "video", "audio"].includes(broad) ? broad : "file", data: base64(new Uint8Array(await chosen.arrayBuffer())) };
}

/** Three notes instead of a voice, in what phones send: Opus in Ogg. A recording of the browser's own would be WebM in most of them. */
export async function voice() {
  const response = await fetch("/static/voice.ogg");
  return { name: "voz.ogg", type: "audio/ogg", kind: "voice", data: base64(new Uint8Array(await response.arrayBuffer())) };
}

function base64(bytes) {
  let text = "";
  // In pieces: one call with a large file's bytes would be too many arguments.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
