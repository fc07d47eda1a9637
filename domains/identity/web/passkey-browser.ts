/** The browser half of passkeys. The library loads when somebody uses one; a person who closes the browser's question is told so. */
import { ApiProblem, type ApiInput, type ApiOutput } from '#web/api';

type NewCredential = NonNullable<ApiInput<'POST /api/me/passkeys'>['body']>['credential'];
type SignedChallenge = NonNullable<ApiInput<'POST /api/sessions/passkey'>['body']>['credential'];

const load = () => import('@simplewebauthn/browser');

/** True where this browser knows passkeys at all; plain http beyond this machine does not. */
export function knowsPasskeys(): boolean {
  return 'PublicKeyCredential' in globalThis;
}

/** Asks the device to make a passkey. */
export async function makePasskey(optionsJSON: ApiOutput<'POST /api/me/passkey-challenges'>): Promise<NewCredential> {
  const { startRegistration } = await load();
  type Options = Parameters<typeof startRegistration>[0]['optionsJSON'];
  const made = await startRegistration({ optionsJSON: optionsJSON as Options }).catch(asProblemOfDevice);
  return made as NewCredential;
}

/**
 * Asks a passkey to sign. With `isQuiet` the browser only offers passkeys in the list under the e-mail field, and waits
 * there until one is chosen or another question takes its place.
 */
export async function signWithPasskey(
  optionsJSON: ApiOutput<'POST /api/passkey-challenges'>,
  isQuiet: boolean,
): Promise<SignedChallenge> {
  const { startAuthentication } = await load();
  type Options = Parameters<typeof startAuthentication>[0]['optionsJSON'];
  const asked = { optionsJSON: optionsJSON as Options, useBrowserAutofill: isQuiet, verifyBrowserAutofillInput: false };
  const signed = await startAuthentication(asked).catch(asProblemOfDevice);
  return signed as SignedChallenge;
}

/** True where the browser can offer passkeys inside the list under a field. */
export async function offersPasskeysQuietly(): Promise<boolean> {
  if (!knowsPasskeys()) return false;
  return (await load()).browserSupportsWebAuthnAutofill();
}

function asProblemOfDevice(cause: unknown): never {
  const name = cause instanceof Error ? cause.name : '';
  const code = name === 'InvalidStateError' ? 'passkey_known' : 'passkey_cancelled';
  throw new ApiProblem({ code, status: -1, cause });
}
