/** What a process asks for its health: the database, Redis, the jobs, and each domain. */
import type { Domain } from '#platform/domain';
import { type HealthCheck, healthOf } from '#platform/http';
import type { Composition } from './compose.ts';

/** Every part that this process can ask, under its name. */
export function healthOfProcess({ platform, db, jobs, redis }: Composition, domains: readonly Domain[]): HealthCheck {
  const database: HealthCheck = async () => {
    const roundTripMs = await db.ping();
    const figure = roundTripMs.toFixed(1);
    const detailEs = `Responde en ${figure.replace('.', ',')} ms.`;
    return [{ name: 'database', state: 'ok', detail: `Answers in ${figure} ms.`, detailEs }];
  };
  const ofDomains = domains.flatMap((domain): [string, HealthCheck][] =>
    domain.health ? [[domain.name, async () => domain.health?.(platform) ?? []]] : [],
  );
  return healthOf({
    database,
    redis: () => redis.health(),
    jobs: () => jobsHealth(jobs),
    ...Object.fromEntries(ofDomains),
  });
}

/** Jobs are well when the last run of each that runs by itself succeeded. */
async function jobsHealth(jobs: Composition['jobs']): ReturnType<HealthCheck> {
  const failing = (await jobs.schedules()).filter(
    ({ outcome }) => (outcome?.lastFailedAtMs ?? 0) > (outcome?.lastSucceededAtMs ?? 0),
  );
  const names = failing.map(({ name }) => name).join(', ');
  if (names === '') {
    const detail = 'The last run of each schedule succeeded.';
    return [{ name: 'jobs', state: 'ok', detail, detailEs: 'La última ejecución de cada tarea fue bien.' }];
  }
  const detail = `The last run failed: ${names}. See /ajustes/tareas.`;
  return [{ name: 'jobs', state: 'degraded', detail, detailEs: `La última ejecución falló: ${names}. Mira Tareas.` }];
}
