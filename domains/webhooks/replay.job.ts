/** Runs bulk replays: a step when what the last one queued has left; goes on after a stop or a crash where it was. */
import { z } from 'zod';
import type { Platform } from '#platform/domain';
import { job, type JobDefinition } from '#platform/jobs';
import { orderReplay, REPLAY_JOB, stepReplay } from './replay.ts';
import { countUnsent } from './replay.store.ts';

const UNSENT_MAX = 200; // One step ahead of the receivers.
const LOOK_MS = 200;
const LOOKS_MAX = 1500; // Five minutes; then the job orders itself again, so that no run is endless.

const Payload = z.object({ workspaceId: z.uuid(), replayId: z.uuid() });

export function replayJob(platform: Platform): JobDefinition<z.infer<typeof Payload>> {
  return job({
    name: REPLAY_JOB,
    attemptsMax: 10,
    parse: (payload) => Payload.parse(payload),
    async run(scope, { signal, progress }) {
      for (let look = 0; look < LOOKS_MAX && !signal.aborted; look += 1) {
        if ((await countUnsent(platform.db, scope.replayId, platform.clock())) >= UNSENT_MAX) {
          await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
          continue;
        }
        const replay = await stepReplay(platform, scope);
        if (replay?.state !== 'running') return;
        await progress(replay.queued / Math.max(1, replay.total), `${replay.queued} / ${replay.total}`);
      }
      await platform.db.transaction((tx) => orderReplay(tx, scope));
    },
  });
}
