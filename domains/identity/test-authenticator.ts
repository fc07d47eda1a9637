/**
 * A passkey in software, for tests: makes an ES256 key, answers the options of a page as a browser would (WebAuthn level 3,
 * attestation `none`) and signs. What a thief or a broken device would send is set by hand.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const HAS_KEY = 0x40;

export interface TestAuthenticator {
  /** The counter of the next signature. */
  counter: number;
  /** False: it asked neither finger nor PIN. */
  verifiesUser: boolean;
  origin: string;
  readonly credentialId: string;
  create(options: { readonly challenge: string; readonly user: { readonly id: string } }): Record<string, unknown>;
  sign(options: { readonly challenge: string }, userHandle?: string): Record<string, unknown>;
}

/** One for the site `localhost`, where the tests' browsers are. */
export function testAuthenticator(rpId = 'localhost'): TestAuthenticator {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const id = randomBytes(16);
  const credentialId = id.toString('base64url');
  let handle = '';
  const head = (flags: number): Buffer => {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(device.counter);
    const verified = device.verifiesUser ? USER_VERIFIED : 0;
    return Buffer.concat([sha256(rpId), Buffer.from([flags | USER_PRESENT | verified]), counter]);
  };
  const clientData = (type: string, challenge: string): Buffer =>
    Buffer.from(JSON.stringify({ type, challenge, origin: device.origin, crossOrigin: false }));
  const device: TestAuthenticator = {
    counter: 0,
    verifiesUser: true,
    origin: 'http://localhost',
    credentialId,
    create(options) {
      handle = options.user.id;
      const authData = Buffer.concat([
        head(HAS_KEY),
        Buffer.alloc(16),
        Buffer.from([0, id.length]),
        id,
        cose(publicKey),
      ]);
      const response = {
        clientDataJSON: clientData('webauthn.create', options.challenge).toString('base64url'),
        attestationObject: attestation(authData).toString('base64url'),
        transports: ['internal'],
      };
      return { id: credentialId, rawId: credentialId, type: 'public-key', clientExtensionResults: {}, response };
    },
    sign(options, userHandle = handle) {
      const data = clientData('webauthn.get', options.challenge);
      const authenticatorData = head(0);
      const signature = sign('sha256', Buffer.concat([authenticatorData, sha256(data)]), privateKey);
      const response = {
        clientDataJSON: data.toString('base64url'),
        authenticatorData: authenticatorData.toString('base64url'),
        signature: signature.toString('base64url'),
        userHandle,
      };
      return { id: credentialId, rawId: credentialId, type: 'public-key', clientExtensionResults: {}, response };
    },
  };
  return device;
}

/** CBOR of `{ fmt: 'none', attStmt: {}, authData }`. */
function attestation(authData: Buffer): Buffer {
  const text = (word: string): Buffer => Buffer.concat([Buffer.from([0x60 + word.length]), Buffer.from(word)]);
  const size = Buffer.from([0x58, authData.length]);
  return Buffer.concat([
    Buffer.from([0xa3]),
    text('fmt'),
    text('none'),
    text('attStmt'),
    Buffer.from([0xa0]),
    text('authData'),
    size,
    authData,
  ]);
}

/** COSE_Key of an EC2 key on P-256 for ES256 (RFC 9053). */
function cose(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return Buffer.concat([
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]),
    Buffer.from(x, 'base64url'),
    Buffer.from([0x22, 0x58, 0x20]),
    Buffer.from(y, 'base64url'),
  ]);
}

function sha256(part: string | Buffer): Buffer {
  return createHash('sha256').update(part).digest();
}
