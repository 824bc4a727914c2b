import { fetchObjects, isMissing } from "../workspace/fetch-objects.ts";
import type { HostContext } from "../host-context.ts";
import type { MergeCandidate, MergeInput } from "../thread-activities.ts";

interface WorkRequest extends Pick<MergeInput, "repository" | "onto" | "candidates"> {
  /** Bare object store that the objects go into. */
  readonly store: string;
}

interface FoundWork {
  readonly present: readonly MergeCandidate[];
  readonly lost: readonly MergeCandidate[];
}

/** Brings the candidates' commits: all at once where the hub has everything; what it lost is found one by one. */
export async function fetchWork(host: HostContext, request: WorkRequest): Promise<FoundWork> {
  const { repository, store, onto, candidates } = request;
  const fetchAll = (wanted: readonly string[]) => fetchObjects(host, { repository, store, wanted });
  try {
    await fetchAll([...new Set([onto, ...candidates.map(({ commit }) => commit)])]);
    return { present: [...candidates], lost: [] };
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  await fetchAll([onto]);
  const present: MergeCandidate[] = [];
  for (const candidate of candidates) {
    const found = await fetchAll([candidate.commit]).then(
      () => true,
      (error: unknown) => {
        if (!isMissing(error)) throw error;
        return false;
      },
    );
    if (found) present.push(candidate);
  }
  return { present, lost: candidates.filter((candidate) => !present.includes(candidate)) };
}
