/** Goal: any change to a chain of audit entries is found, wherever it is. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AuditContent, CHAIN_START, type ChainLink, findBrokenLink, hashAuditEntry } from './audit.ts';

function chainOf(count: number): ChainLink[] {
  const links: ChainLink[] = [];
  let previousHash = CHAIN_START;
  for (let index = 0; index < count; index += 1) {
    const content: AuditContent = {
      workspaceId: 'w',
      sequence: BigInt(index + 1),
      action: 'identity.session.opened',
      subject: `s${index}`,
      userId: index % 2 ? 'u' : null,
      ip: '127.0.0.1',
      atMs: 1_000 + index,
      details: '{}',
      hashVersion: index < 10 ? 1 : 2,
      agent: 'a',
      credentialId: null,
      before: null,
      after: '{}',
    };
    const hash = hashAuditEntry(previousHash, content);
    links.push({ ...content, previousHash, hash });
    previousHash = hash;
  }
  return links;
}

const start = { hash: CHAIN_START, sequence: 0n };

test('an untouched chain is whole', () => {
  const links = chainOf(20);
  expect(findBrokenLink(start, links)).toMatchObject({ brokenAt: null, sequence: 20n, hash: links[19]?.hash });
});

test('a changed, removed or inserted entry is found at its place', () => {
  const fields = ['action', 'subject', 'ip', 'details', 'userId', 'atMs'] as const;
  fc.assert(
    fc.property(fc.nat(19), fc.constantFrom(...fields), (index, field) => {
      const links = chainOf(20);
      const link = links[index];
      if (!link) return false;
      links[index] = { ...link, [field]: field === 'atMs' ? link.atMs + 1 : `${String(link[field])}!` };
      return findBrokenLink(start, links).brokenAt === BigInt(index + 1);
    }),
  );
  fc.assert(
    fc.property(fc.nat(18), (index) => findBrokenLink(start, chainOf(20).toSpliced(index, 1)).brokenAt !== null),
  );
});
