import { expect, it } from "vitest";
import { localPath } from "./login";

it("a login leads only to pages of this site", () => {
  expect(localPath("/calls?q=a")).toBe("/calls?q=a");
  for (const next of [null, "", "https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
    expect(localPath(next)).toBe("/");
});
