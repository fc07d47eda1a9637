/** Which workspaces there are, as identity knows them: for what concerns the whole installation. */
import type { Platform } from './index.ts';

export async function workspaceIdsOf(platform: Platform): Promise<readonly string[]> {
  const lists = await Promise.all(
    platform.domains.map((domain) => domain.directory?.(platform).workspaceIds() ?? Promise.resolve([])),
  );
  return lists.flat();
}
