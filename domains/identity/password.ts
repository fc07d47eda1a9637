/**
 * Passwords: argon2id with the OWASP parameters (19 MiB, two passes, one lane), kept as PHC-like text
 * `$argon2id$v=19$m=19456,t=2,p=1$salt$hash` (RFC 9106; github.com/P-H-C/phc-string-format).
 * Hashing runs on the thread pool and never on the event loop; a gate bounds how many run and how many wait,
 * so a flood of sign-ins costs a bounded amount of memory and is refused early.
 */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { type Result, ok, refuse } from '#kernel';
import type { Config } from '#platform/config';
import { PASSWORD_LENGTH_MIN } from './contract.ts';

const LANES = 1;
interface Cost {
  readonly memoryKib: number;
  readonly passes: number;
}
const FULL: Cost = { memoryKib: 19_456, passes: 2 };
/** Still argon2id, at 1 ms instead of 60: for the thousands of sign-ins of a test run. No setting leads here. */
const LIGHT: Cost = { memoryKib: 1024, passes: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const RUNNING_MAX = 2; // Two cores, two threads of the pool of four: the others stay free for files and DNS.
const WAITING_MAX = 64; // At about 50 ms each this is a wait of two seconds; more is a flood.
/** In place of a hash, for a person who never had a password: nothing that is typed can match it. */
export const NO_PASSWORD = '!';
const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,100})\$([A-Za-z0-9+/]{16,200})$/;

const argon2Async = promisify(argon2);

/** The gate is full; the caller may try again in a moment. */
export class TooBusy extends Error {
  override readonly name = 'TooBusy';
}

let runningCount = 0;
const waiting: (() => void)[] = [];

/** Whose configuration says what a hash costs. */
export interface PasswordHouse {
  readonly config: Pick<Config, 'hasLightPasswords'>;
}

/** Hashes a password for storage. Throws `TooBusy` when too many others wait. */
export async function hashPassword(house: PasswordHouse, password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const cost = costOf(house);
  const hash = await derive(password, { salt, ...cost, lanes: LANES, bytes: HASH_BYTES });
  return `${headOf(cost)}${unpadded(salt)}$${unpadded(hash)}`;
}

/** True when `password` made `stored`. A null `stored` (unknown e-mail), like one without password, costs the same time and is always false. */
export async function isPasswordRight(house: PasswordHouse, password: string, stored: string | null): Promise<boolean> {
  const known = PHC.exec(stored ?? '');
  const match = known ?? PHC.exec(dummyHash(costOf(house)));
  if (!match) return false;
  const [, memory, passes, lanes, salt = '', hash = ''] = match;
  const expected = Buffer.from(hash, 'base64');
  const actual = await derive(password, {
    salt: Buffer.from(salt, 'base64'),
    memoryKib: Number(memory),
    passes: Number(passes),
    lanes: Number(lanes),
    bytes: expected.length,
  });
  return timingSafeEqual(actual, expected) && known !== null;
}

/** True when `stored` was made with other parameters than today's. */
export function isHashOutdated(house: PasswordHouse, stored: string): boolean {
  return !stored.startsWith(headOf(costOf(house)));
}

/** Refuses what a guesser tries first: short, one repeated sign, a common word, or her own name. */
export function requireStrongPassword(
  password: string,
  person: { readonly email: string; readonly name: string },
): Result<null, 'password_too_weak'> {
  const text = normalised(password);
  const lower = text.toLowerCase();
  if (text.length < PASSWORD_LENGTH_MIN) return refuse('password_too_weak', { reason: 'too_short' });
  if (new Set(lower).size < 5) return refuse('password_too_weak', { reason: 'too_repetitive' });
  const bare = lower.replace(/[^\p{L}]/gu, '');
  if (COMMON_WORDS.some((word) => bare === word || bare === word + word)) {
    return refuse('password_too_weak', { reason: 'too_common' });
  }
  if (isSequence(lower)) return refuse('password_too_weak', { reason: 'too_common' });
  const [mailbox = ''] = person.email.toLowerCase().split('@');
  const own = [person.email.toLowerCase(), mailbox, person.name.toLowerCase().replace(/\s+/g, '')];
  const hers = own.some((word) => word.length > 3 && bare === word.replace(/[^\p{L}]/gu, ''));
  return hers || own.includes(lower) ? refuse('password_too_weak', { reason: 'contains_you' }) : ok(null);
}

interface Derivation {
  readonly salt: Buffer;
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
  readonly bytes: number;
}

async function derive(password: string, { salt, memoryKib, passes, lanes, bytes }: Derivation): Promise<Buffer> {
  await enter();
  try {
    return await argon2Async('argon2id', {
      message: Buffer.from(normalised(password), 'utf8'),
      nonce: salt,
      parallelism: lanes,
      tagLength: bytes,
      memory: memoryKib,
      passes,
    });
  } finally {
    leave();
  }
}

async function enter(): Promise<void> {
  if (runningCount < RUNNING_MAX) {
    runningCount += 1;
    return;
  }
  if (waiting.length >= WAITING_MAX) throw new TooBusy('password: too many hashes wait');
  await new Promise<void>((resolve) => waiting.push(resolve));
}

/** Hands the place to the next in line, or frees it. */
function leave(): void {
  const next = waiting.shift();
  if (next) next();
  else runningCount -= 1;
}

/** The same letters typed on another keyboard must give the same bytes (RFC 8265). */
function normalised(password: string): string {
  return password.normalize('NFKC');
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

/** `1234567890`, `abcdefghij`, and the same backwards. */
function isSequence(text: string): boolean {
  const steps = new Set<number>();
  for (let index = 1; index < text.length; index += 1) {
    steps.add((text.codePointAt(index) ?? 0) - (text.codePointAt(index - 1) ?? 0));
  }
  return steps.size === 1 || text === '1234567890';
}

function costOf({ config }: PasswordHouse): Cost {
  return config.hasLightPasswords ? LIGHT : FULL;
}

function headOf({ memoryKib, passes }: Cost): string {
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${LANES}$`;
}

/** A real hash of nothing anybody can type, so that an unknown e-mail costs what a known one costs. */
function dummyHash(cost: Cost): string {
  return `${headOf(cost)}${'A'.repeat(22)}$${'A'.repeat(43)}`;
}

/** Heads of the published lists of leaked passwords (letters only), es and en, plus our own name. */
const COMMON_WORDS = (
  'password contraseña contrasena qwerty qwertyuiop asdfghjkl administrador administrator admin welcome bienvenido ' +
  'letmein iloveyou teamo tequiero princesa princess superman batman football futbol barcelona realmadrid monkey ' +
  'dragon sunshine estrella cactus bitcoin ethereum cambiame changeme temporal secret secreto'
).split(' ');
