/** Files of a repository: paths relative to its root, and the text of those worth reading. */
export interface ProjectListing {
  readonly paths: readonly string[];
  readonly texts: Readonly<Record<string, string>>;
}

export interface DetectedCheck {
  readonly name: string;
  readonly run: string;
}

/** What one toolchain contributes; checks are in order of cost, cheap first. */
export interface Detected {
  /** `node`, `python`, `go`, `rust`, `make`. */
  readonly kind: string;
  readonly setup?: string;
  readonly checks: readonly DetectedCheck[];
}

/** Files whose text the detection reads. */
export const textsToRead = [
  "package.json",
  "pyproject.toml",
  "setup.cfg",
  "tox.ini",
  "requirements.txt",
  "requirements-dev.txt",
  "dev-requirements.txt",
  "go.mod",
  "Cargo.toml",
  "Makefile",
  "makefile",
  "GNUmakefile",
];
