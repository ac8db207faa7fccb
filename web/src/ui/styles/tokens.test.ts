import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

it("dark is the same whether the system or the reader chose it", () => {
  const css = readFileSync("src/ui/styles/tokens.css", "utf8");
  const declarations = (selector: string) => {
    const block = css.slice(css.indexOf(selector)).split("}")[0] ?? "";
    return block.match(/(--[\w-]+|color-scheme): [^;]+/g) ?? [];
  };
  const chosen = declarations(':root[data-theme="dark"]');
  expect(chosen.length).toBeGreaterThan(20);
  expect(chosen).toEqual(declarations(':root:not([data-theme="light"])'));
});
