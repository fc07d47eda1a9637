/**
 * `cactus events tail [--json]` and `cactus events replay ID`: what happens in this install, and sending a delivery again,
 * without a server of its own. Events on stdout, one a line; everything else on stderr. Exit 0, or 1 when ID is unknown or
 * cannot be sent again.
 */
import { isUuid } from '#kernel';
import { listWorkspaces } from '#identity';
import type { Platform } from '#platform/domain';
import type { StoredEvent } from '#platform/events';
import { type ReplayedDelivery, replayDeliveriesOf, statesOf } from '#webhooks';
import { type Command, InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import { EXIT, withPlatform } from './install.ts';

const LAST_MAX = 1000; // One page of the log.
const WAIT_SECONDS_MAX = 300;
const LOOK_MS = 250;
const WORKSPACES_MAX = 1000; // More than one install holds.
const JSON_VERSION = 1;

interface TailFlags {
  readonly json?: boolean;
  readonly last: number;
  readonly name?: string;
  readonly follow: boolean;
}

/** Adds `events` to the command line. */
export function registerEvents(program: Command): void {
  const events = program.command('events').description('watch events and send webhooks again');
  events
    .command('tail')
    .description('the newest events, then each new one as it happens (Ctrl+C ends)')
    .option('--last <count>', 'how many past ones first', countOption(LAST_MAX), 10)
    .option('--name <event>', 'only this one, for example markets.alert.fired')
    .option('--no-follow', 'end after the past ones')
    .option('--json', 'one JSON object a line')
    .action(runTail);
  events
    .command('replay')
    .argument('<id>', 'id of a delivery, or of an event for all its deliveries')
    .description('send webhooks again, with the same id and body')
    .option('--wait <seconds>', 'how long to watch for the answer', countOption(WAIT_SECONDS_MAX), 10)
    .option('--json', 'machine-readable output')
    .action(runReplay);
}

async function runTail(flags: TailFlags): Promise<void> {
  await withPlatform(async (platform) => {
    const seen = new Set<string>();
    const show = (event: StoredEvent): void => {
      if (seen.has(event.id) || (flags.name !== undefined && event.name !== flags.name)) return;
      seen.add(event.id);
      console.log(lineOf(event, flags.json === true));
    };
    const waiting: StoredEvent[] = [];
    let isCaughtUp = false;
    // Heard from before the past is read, shown after it: nothing falls between.
    platform.events.onPublishedInOrder((events) => {
      for (const event of events)
        if (isCaughtUp) show(event);
        else waiting.push(event);
    });
    for (const event of await pastEvents(platform, flags)) show(event);
    isCaughtUp = true;
    for (const event of waiting) show(event);
    if (!flags.follow) return;
    console.error(pc.dim('Ctrl+C ends.'));
    await new Promise<void>((resolve) => {
      process.once('SIGINT', resolve);
      process.once('SIGTERM', resolve);
      process.stdout.once('error', resolve); // `| head` has seen enough.
    });
  });
}

/** Of every workspace: whoever runs this owns the machine. */
async function pastEvents({ db, events }: Platform, { last, name }: TailFlags): Promise<StoredEvent[]> {
  if (last === 0) return [];
  const workspaces = await listWorkspaces(db, WORKSPACES_MAX);
  const names = name === undefined ? {} : { names: [name] };
  const pages = await Promise.all(
    workspaces.map(({ id }) => events.latest({ workspaceId: id, limit: last, ...names })),
  );
  const sorted = pages.flat().toSorted((left, right) => Number(left.sequence - right.sequence));
  return sorted.slice(-last);
}

function lineOf(event: StoredEvent, isJson: boolean): string {
  const { id, sequence, name, version, workspaceId, subjectId, payload, occurredAtMs } = event;
  const at = new Date(occurredAtMs).toISOString();
  if (!isJson) return `${pc.dim(at)}  ${pc.bold(name)}  ${JSON.stringify(payload)}`;
  const [type, timestamp] = [name, at];
  const head = { id, sequence: sequence.toString(), type, version, timestamp, workspaceId, subjectId, data: payload };
  return JSON.stringify(head);
}

async function runReplay(id: string, flags: { readonly wait: number; readonly json?: boolean }): Promise<void> {
  const found = isUuid(id) ? await withPlatform((platform) => replayAndWatch(platform, id, flags.wait)) : [];
  if (flags.json) console.log(JSON.stringify({ version: JSON_VERSION, deliveries: found }, null, 2));
  else for (const one of found) console.log(`${one.id}  ${one.url}  ${stateText(one)}`);
  if (found.length === 0) {
    console.error(`There is no delivery or event ${id}. See them with: cactus events tail`);
  } else if (found.some(({ state }) => state === 'waiting')) {
    console.error('What waits is sent by the running server, or when it starts next.');
  }
  const isRefused = found.every(({ refusal }) => refusal !== null);
  process.exitCode = isRefused ? EXIT.failed : EXIT.ok;
}

/** Queues them, then watches until each has an answer or the time is up. */
async function replayAndWatch(
  platform: Platform,
  id: string,
  waitSeconds: number,
): Promise<readonly ReplayedDelivery[]> {
  const replayed = await replayDeliveriesOf(platform, id);
  let states: readonly ReplayedDelivery[] = replayed;
  const looksMax = (waitSeconds * 1000) / LOOK_MS;
  for (let look = 0; look < looksMax && states.some(isOpen); look += 1) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    states = await statesOf(platform, replayed);
  }
  return states;
}

/** Still without the answer to this attempt. */
function isOpen({ refusal, state, isAnswered }: ReplayedDelivery): boolean {
  return refusal === null && (state === 'sending' || !isAnswered);
}

function stateText({ refusal, state, lastStatus, lastError }: ReplayedDelivery): string {
  if (refusal !== null) return pc.red(refusal);
  const answer = lastStatus ?? lastError ?? '';
  return `${state === 'delivered' ? pc.green(state) : pc.yellow(state)} ${answer}`.trimEnd();
}

function countOption(max: number): (typed: string) => number {
  return (typed) => {
    const count = Number(typed);
    if (!/^\d+$/.test(typed) || count > max) throw new InvalidArgumentError(`Use a whole number up to ${max}.`);
    return count;
  };
}
