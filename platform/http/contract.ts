/** Contracts of the platform's own pages: the health of this process and of its parts. */
import { endpoint } from '#kernel';
import { z } from 'zod';

const state = z.enum(['ok', 'degraded', 'down']);

const durations = z.object({
  name: z.string(),
  count: z.int(),
  p50Ms: z.number(),
  p95Ms: z.number(),
  maxMs: z.number(),
});

export const platformApi = {
  readHealth: endpoint({
    method: 'GET',
    path: '/api/platform/health',
    permission: 'platform.health.read',
    summary: 'State of every part, with the slowest routes and statements of the process that answers',
    response: z
      .object({
        state,
        parts: z.array(z.object({ name: z.string(), state, detail: z.string(), detailEs: z.string() })),
        routes: z.array(durations),
        queries: durations,
        slowQueries: z.array(z.object({ statement: z.string(), durationMs: z.number(), atMs: z.number() })),
        eventLoopLagP50Ms: z.number(),
        eventLoopLagP99Ms: z.number(),
        residentBytes: z.int(),
        heapUsedBytes: z.int(),
        uptimeSeconds: z.int(),
        /** The folder with everything that is kept, on the server's disk. */
        dataDir: z.string(),
      })
      .meta({ id: 'PlatformHealth' }),
  }),
};
