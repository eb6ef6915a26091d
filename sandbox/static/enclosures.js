// What the customer can send besides words: pictures of the shop's things, a file, a voice note, a place.
const RATE = 16000;
const LONG_S = 1.4;
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

/** Three notes instead of a voice: mono, 16 bit, WAV. */
export function voice() {
  const samples = Int16Array.from({ length: RATE * LONG_S }, (_, at) => {
    const note = [392, 494, 587][Math.min(2, Math.floor((at / RATE / LONG_S) * 3))];
    const swell = Math.sin((Math.PI * at) / (RATE * LONG_S));
    return 9000 * swell * Math.sin((2 * Math.PI * note * at) / RATE);
  });
  const bytes = new Uint8Array(44 + samples.byteLength);
  bytes.set(waveHeader(samples.byteLength));
  bytes.set(new Uint8Array(samples.buffer), 44);
  return { name: "voz.wav", type: "audio/wav", kind: "voice", data: base64(bytes) };
}

function waveHeader(size) {
  const view = new DataView(new ArrayBuffer(44));
  const word = (at, text) => [...text].forEach((sign, place) => view.setUint8(at + place, sign.charCodeAt(0)));
  word(0, "RIFF");
  view.setUint32(4, 36 + size, true);
  word(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  word(36, "data");
  view.setUint32(40, size, true);
  return new Uint8Array(view.buffer);
}

function base64(bytes) {
  let text = "";
  // In pieces: one call with a large file's bytes would be too many arguments.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
