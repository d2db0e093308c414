import type Docker from 'dockerode';

const CALL_DEADLINE_MS = 5_000;

/** Those of these images, with their tags, that the engine does not have. @throws when it doesn't answer in time */
export async function missingImages(docker: Docker, images: readonly string[]): Promise<string[]> {
  const filters = { reference: [...images] };
  const there = await docker.listImages({ filters, abortSignal: AbortSignal.timeout(CALL_DEADLINE_MS) });
  const tags = new Set(there.flatMap(({ RepoTags }) => RepoTags ?? []));
  return images.filter((image) => !tags.has(image));
}
