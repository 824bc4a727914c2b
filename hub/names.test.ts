import { expect, test } from "vitest";
import { repositoryName } from "../git/repository-name.ts";
import { checkName } from "./names.ts";

test("a repository of any name has an id that the hub accepts", () => {
  const names = {
    MyApp: "myapp",
    "_private.git": "private",
    "a..b": "a.b",
    "...": "repository",
    "-._X": "x",
    "Grün & Blau": "gr-n-blau",
    Ω: "repository",
    [`${"a".repeat(59)}..b`]: `${"a".repeat(59)}.`,
  };
  for (const [folder, name] of Object.entries(names)) {
    expect(repositoryName(undefined, `/home/Me/${folder}`)).toBe(name);
    expect(repositoryName(`git@Example.org:Team/${folder}`, "/x")).toBe(name);
    expect(() => checkName("repository", `${name}-0123abcd`)).not.toThrow();
  }
});

test("a name that always was accepted stays as it is", () => {
  for (const name of ["shop", "0-day", "my_app", "a.b-c", "x.lock"]) expect(repositoryName(undefined, `/x/${name}`)).toBe(name);
  for (const [folder, name] of Object.entries({ ".github": "github", "-x": "x", ".-y": "y", İstanbul: "stanbul" }))
    expect(repositoryName(undefined, `/x/${folder}`)).toBe(name);
});
