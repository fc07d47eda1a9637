/** Jobs: durable work on graphile-worker; survives kill -9, retries with backoff, dead letters can be replayed. */
export interface JobContext {
  readonly attempt: number;
  readonly signal: AbortSignal;
  /** Shows progress on the jobs page: a ratio from 0 to 1 and what is being done. */
  readonly progress: (doneRatio: number, message: string) => Promise<void>;
}

export interface JobDefinition<Payload = unknown> {
  /** `<domain>.<noun>.<verb>`. */
  readonly name: string;
  readonly attemptsMax: number;
  /** Five-field cron in UTC; the job also runs by hand. */
  readonly cron?: string;
  parse(payload: unknown): Payload;
  run(payload: Payload, context: JobContext): Promise<void>;
}

/** Declares a job; keeps its payload type. */
export function job<Payload>(definition: JobDefinition<Payload>): JobDefinition<Payload> {
  return definition;
}
