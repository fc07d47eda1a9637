/**
 * A real redis-server for one test file: its own port, nothing on disk, killed and started again as a test likes. It dies
 * with the process that started it, so that no broken run leaves one behind.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { assert } from '#kernel';

const SERVERS = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server'];
const SET_PRIVILEGES = '/usr/bin/setpriv';
const START_MS_MAX = 20_000; // A busy machine of two cores.

export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** kill -9; what it knew is gone. */
  kill(): Promise<void>;
  /** Starts it again, empty, on the same port. */
  restart(): Promise<void>;
  /** Stops answering without closing anything (SIGSTOP), until `thaw`. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}

/** Starts one; close it in `afterAll`. `password` is required of every client when given. */
export async function openTestRedis(options: { readonly password?: string } = {}): Promise<TestRedis> {
  const path = SERVERS.find((candidate) => existsSync(candidate));
  assert(path, 'testing: redis-server is missing; install the package redis-server (Debian) or redis (Homebrew)');
  const port = await freePort();
  const secured = options.password === undefined ? [] : ['--requirepass', options.password];
  let child = await start(path, port, secured);
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  const credentials = options.password === undefined ? '' : `:${options.password}@`;
  return {
    url: `redis://${credentials}127.0.0.1:${port}`,
    port,
    kill,
    restart: async () => {
      await kill();
      child = await start(path, port, secured);
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    close: kill,
  };
}

async function start(path: string, port: number, more: readonly string[]): Promise<ChildProcess> {
  const settings = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    tmpdir(),
  ];
  const command = [path, ...settings, ...more];
  // Where Linux can do it, the kernel ends the server with us, even after a kill -9.
  const [program = path, ...args] = existsSync(SET_PRIVILEGES)
    ? [SET_PRIVILEGES, '--pdeathsig', 'KILL', ...command]
    : command;
  const child = spawn(program, args, { stdio: 'ignore' });
  const deadlineMs = performance.now() + START_MS_MAX;
  while (!(await isListening(port))) {
    assert(child.exitCode === null, `testing: redis-server ended with ${child.exitCode} before it listened`);
    assert(performance.now() < deadlineMs, 'testing: redis-server did not listen in time');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return child;
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
