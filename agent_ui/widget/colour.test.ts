import assert from "node:assert/strict";
import { test } from "node:test";
import { contrast, palette, parse, solid, type Rgb } from "./colour.ts";

const read = (colour: string): Rgb => {
  const value = parse(colour);
  assert.ok(value, colour);
  return value;
};

test("the colours of a shop are read as browsers write them", () => {
  assert.deepEqual(parse("#2f5144"), [47, 81, 68]);
  assert.deepEqual(parse("#fa0"), [255, 170, 0]);
  assert.deepEqual(parse("rgb(1, 2, 3)"), [1, 2, 3]);
  assert.equal(parse("url(x)"), null);
});

test("every colour gives readable words on it and in it, in both themes", () => {
  const steps = [0, 51, 102, 128, 153, 204, 255];
  for (const red of steps)
    for (const green of steps)
      for (const blue of steps) {
        const brand = solid([red, green, blue]);
        const colours = palette(brand);
        const name = colours.solid;
        assert.ok(contrast(read(colours.on), brand) >= 4.5, `on ${name}`);
        assert.ok(contrast(read(colours.text[0]), read("#ffffff")) >= 4.5, `light text of ${name}`);
        assert.ok(contrast(read(colours.text[0]), read(colours.wash[0])) >= 4.5, `light text on wash of ${name}`);
        assert.ok(contrast(read(colours.text[1]), read("#1c1b19")) >= 4.5, `dark text of ${name}`);
        assert.ok(contrast(read(colours.text[1]), read(colours.wash[1])) >= 4.5, `dark text on wash of ${name}`);
      }
});
