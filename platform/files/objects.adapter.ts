/** Contents in an S3-compatible store that every machine of the installation shares: `files/<sha256>` under its prefix. */
import type { ObjectStore } from '#platform/objects';
import type { ContentPlace, PlacedContent, WrittenContent } from './types.ts';

const FOLDER = 'files/';

export function openObjects(objects: ObjectStore): ContentPlace {
  const keyOf = (sha256: string): string => `${FOLDER}${sha256}`;
  const place = async (content: WrittenContent): Promise<void> => {
    const present = await objects.find(keyOf(content.sha256));
    if (present?.sizeBytes !== content.sizeBytes) await objects.put(keyOf(content.sha256), content);
  };
  async function* list(): AsyncGenerator<PlacedContent> {
    for (const { key, changedAtMs } of await objects.list(FOLDER)) {
      const sha256 = key.slice(FOLDER.length);
      if (/^[0-9a-f]{64}$/.test(sha256)) yield { sha256, changedAtMs };
    }
  }
  return {
    prepare: place,
    // Again under the lock: a sweep may have come between; mostly one question and no upload.
    place,
    read: (sha256) => objects.get(keyOf(sha256)),
    localPath: () => Promise.resolve(null),
    list,
    delete: (sha256) => objects.delete(keyOf(sha256)),
  };
}
