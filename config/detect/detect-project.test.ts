import { describe, expect, it } from "vitest";
import { detectProject, type DetectedProject } from "./detect-project.ts";

const detect = (paths: readonly string[], texts: Record<string, string> = {}): DetectedProject =>
  detectProject({ paths: [...new Set([...paths, ...Object.keys(texts)])], texts });

const packageJson = (scripts: object, more: object = {}) =>
  JSON.stringify({ scripts, devDependencies: { vitest: "4" }, ...more });

describe("what is found in a repository", () => {
  it("is nothing in an empty one", () => {
    expect(detect([])).toEqual({ kinds: [], checks: [], protect: [] });
  });

  it.each([
    [["package-lock.json"], {}, "npm ci", "npm test"],
    [["npm-shrinkwrap.json"], {}, "npm ci", "npm test"],
    [["pnpm-lock.yaml"], {}, "pnpm install --frozen-lockfile", "pnpm run test"],
    [["yarn.lock"], {}, "yarn install --frozen-lockfile", "yarn run test"],
    [["yarn.lock", ".yarnrc.yml"], {}, "yarn install --immutable", "yarn run test"],
    [["bun.lock"], {}, "bun install --frozen-lockfile", "bun run test"],
    [["bun.lockb"], {}, "bun install --frozen-lockfile", "bun run test"],
    [[], {}, "npm install --no-save --no-package-lock", "npm test"],
    [[], { packageManager: "pnpm@10.1.0" }, "pnpm install", "pnpm run test"],
    [["yarn.lock"], { packageManager: "yarn@4.5.0" }, "yarn install --immutable", "yarn run test"],
  ])("node with %j %j installs with %s", (...[paths, more, setup, run]) => {
    const project = detect(paths, { "package.json": packageJson({ test: "vitest run" }, more) });
    expect(project).toEqual({ kinds: ["node"], setup, checks: [{ name: "tests", run }], protect: [] });
  });

  it("orders a package's scripts from cheap to dear and leaves out useless ones", () => {
    const scripts = { test: "vitest", build: "tsc", lint: "eslint .", "type-check": "tsc --noEmit", start: "x" };
    expect(detect([], { "package.json": packageJson(scripts) }).checks.map((check) => check.name)).toEqual([
      "lint",
      "types",
      "build",
      "tests",
    ]);
    const useless = { test: 'echo "Error: no test specified" && exit 1', lint: "eslint --watch ." };
    expect(detect([], { "package.json": packageJson(useless) }).checks).toEqual([]);
  });

  it("needs no setup where a package has no dependencies", () => {
    expect(detect(["package-lock.json"], { "package.json": '{"scripts":{"test":"node --test"}}' }).setup).toBeUndefined();
  });

  it.each(["", "not json", "[]", "null", '{"scripts":null}', '{"scripts":{"test":5}}'])(
    "survives the package.json %j",
    (text) => {
      expect(detect([], { "package.json": text }).checks).toEqual([]);
    },
  );

  it.each<[string, string[], Record<string, string>, object]>([
    [
      "uv",
      ["uv.lock"],
      { "pyproject.toml": "[tool.ruff]\n[tool.mypy]\n[tool.pytest.ini_options]" },
      {
        setup: "uv sync --frozen",
        checks: [
          { name: "lint", run: "uv run ruff check ." },
          { name: "types", run: "uv run mypy ." },
          { name: "tests", run: "uv run pytest -q" },
        ],
      },
    ],
    [
      "poetry",
      ["poetry.lock"],
      { "pyproject.toml": "pytest = '8'" },
      { checks: [{ name: "tests", run: "poetry run pytest -q" }] },
    ],
    [
      "requirements",
      ["tests/test_a.py"],
      { "requirements.txt": "flask\npytest\nflake8" },
      {
        setup: "python3 -m venv .venv && echo '*' > .venv/.gitignore && .venv/bin/pip install -q -r requirements.txt",
        checks: [
          { name: "lint", run: ".venv/bin/flake8" },
          { name: "tests", run: ".venv/bin/pytest -q" },
        ],
        protect: ["tests/**"],
      },
    ],
    [
      "unittest",
      ["tests/test_a.py"],
      { "setup.py": "" },
      { checks: [{ name: "tests", run: ".venv/bin/python -m unittest discover -s tests" }] },
    ],
  ])("python with %s", (...[, paths, texts, expected]) => {
    expect(detect(paths, texts)).toMatchObject({ kinds: ["python"], ...expected });
  });

  it("go, rust and make", () => {
    expect(detect(["go.mod", "go.sum", "a/b_test.go"])).toEqual({
      kinds: ["go"],
      setup: "go mod download",
      checks: [
        { name: "vet", run: "go vet ./..." },
        { name: "tests", run: "go test ./..." },
      ],
      protect: ["**/*_test.go"],
    });
    expect(detect(["rustfmt.toml"], { "Cargo.toml": "[lints.clippy]" }).checks.map((check) => check.name)).toEqual([
      "format",
      "lint",
      "tests",
    ]);
    expect(detect([], { Makefile: "test: build\n\tgo\nlint:\ncheck := no\nchecker: x\n" }).checks).toEqual([
      { name: "lint", run: "make lint" },
      { name: "tests", run: "make test" },
    ]);
  });

  it("uses make only for what nothing else checks", () => {
    const project = detect(["go.mod"], { Makefile: "test:\nlint:\n" });
    expect(project.kinds).toEqual(["go", "make"]);
    expect(project.checks.map((check) => check.run)).toEqual(["go vet ./...", "go test ./...", "make lint"]);
  });

  it("gives the checks of two toolchains names of their own", () => {
    const project = detect(["go.mod", "package-lock.json"], {
      "package.json": packageJson({ test: "vitest" }),
      Makefile: "test:\n",
    });
    expect(project.checks.map((check) => check.name)).toEqual(["tests (node)", "vet (go)", "tests (go)"]);
  });

  it("protects folders of tests near the top and tests beside the code", () => {
    const paths = [
      "test/a.ts",
      "packages/cart/__tests__/b.ts",
      "e2e/x.ts",
      "src/c.test.ts",
      "spec/d.rb",
      "a/b/c/d/test/e.ts",
      "latest/f.ts",
      "te[s]t/tests/g.ts",
    ];
    expect(detect(paths).protect).toEqual([
      "e2e/**",
      "packages/cart/__tests__/**",
      "spec/**",
      String.raw`te\[s\]t/tests/**`,
      "test/**",
      "**/*.test.*",
    ]);
  });
});
