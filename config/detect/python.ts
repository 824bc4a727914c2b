import type { Detected, DetectedCheck, ProjectListing } from "./project.ts";

const manifests = ["pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "requirements-dev.txt", "dev-requirements.txt"];
const requirementFiles = ["requirements.txt", "requirements-dev.txt", "dev-requirements.txt"];

export function detectPython({ paths, texts }: ProjectListing): Detected | undefined {
  const found = manifests.filter((file) => paths.includes(file));
  if (found.length === 0) return undefined;
  const said = [...manifests, "tox.ini"].map((file) => texts[file] ?? "").join("\n");
  const { setup, run } = toolOf(paths, found);
  const mentions = (name: string, files: readonly string[] = []) =>
    new RegExp(String.raw`\b${name}\b`, "i").test(said) || files.some((file) => paths.includes(file));
  const checks: DetectedCheck[] = [];
  if (mentions("ruff", ["ruff.toml", ".ruff.toml"])) checks.push({ name: "lint", run: `${run}ruff check .` });
  else if (mentions("flake8", [".flake8"])) checks.push({ name: "lint", run: `${run}flake8` });
  if (mentions("mypy", ["mypy.ini", ".mypy.ini"])) checks.push({ name: "types", run: `${run}mypy .` });
  const conftest = paths.some((path) => path === "pytest.ini" || path.endsWith("conftest.py"));
  if (mentions("pytest") || conftest) checks.push({ name: "tests", run: `${run}pytest -q` });
  else if (paths.some((path) => /(^|\/)test_[^/]*\.py$/.test(path))) {
    checks.push({
      name: "tests",
      run: `${run}python -m unittest discover${paths.some((path) => path.startsWith("tests/")) ? " -s tests" : ""}`,
    });
  }
  return { kind: "python", ...(setup === undefined ? {} : { setup }), checks };
}

function toolOf(paths: readonly string[], found: readonly string[]): { setup?: string; run: string } {
  if (paths.includes("uv.lock")) return { setup: "uv sync --frozen", run: "uv run " };
  if (paths.includes("poetry.lock")) return { setup: "poetry install", run: "poetry run " };
  if (paths.includes("Pipfile.lock")) return { setup: "pipenv sync --dev", run: "pipenv run " };
  const requirements = requirementFiles.filter((file) => found.includes(file));
  const install = requirements.length > 0 ? requirements.map((file) => `-r ${file}`).join(" ") : "-e .";
  // The folder ignores itself, so that it never becomes part of the work.
  const setup = `python3 -m venv .venv && echo '*' > .venv/.gitignore && .venv/bin/pip install -q ${install}`;
  return { setup, run: ".venv/bin/" };
}
