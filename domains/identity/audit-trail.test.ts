/**
 * Goal: the trail says who, what, before, after and where; it cannot be edited, many writers keep one chain, secrets stay
 * out, and verification finds what somebody with the keys of the database did to it.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { testServer, type TestServer } from '#platform/testing';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { readAnchors, writeAnchors } from './audit-anchor.ts';
import { appendAudit } from './audit.store.ts';
import { auditText } from './audit.ts';
import { verifyAllChains, verifyChain } from './audit-verification.ts';
import { identity } from './domain.ts';
import { addUser, setUp, type SetUp } from './test-people.ts';

let server: TestServer;
let made: SetUp;
let workspaceId: string;
const servers: TestServer[] = [];

beforeEach(async () => {
  server = await testServer([identity]);
  servers.push(server);
  made = await setUp(server);
  workspaceId = made.realWorkspaceId;
});
afterAll(async () => {
  for (const each of servers) await each.close();
});

const write = (count: number): Promise<void[]> =>
  Promise.all(
    Array.from({ length: count }, (_, index) =>
      server.platform.db.transaction((tx) =>
        appendAudit(tx, { workspaceId, action: 'identity.test.written', subject: `s${index}`, atMs: 1_000 + index }),
      ),
    ),
  );

/** As somebody with the rights of a database administrator, past the triggers. */
async function tamper(statement: string): Promise<void> {
  const { db } = server.platform;
  await db.transaction(async (tx) => {
    await tx.prepared('t.off', `set local session_replication_role = replica`, []);
    await tx.prepared(`t.${statement.slice(0, 50)}`, statement, [workspaceId]);
  });
}
const verdict = async () => verifyChain(server.platform.db, workspaceId, []);

test('a route leaves who, what, before, after and where', async () => {
  const { owner, userId } = made;
  await owner.call('/api/me', { method: 'PATCH', body: { name: 'Ana F.' }, ip: '10.1.2.3' });
  const { items } = (await owner.call('/api/audit-entries?action=identity.user.')).json<{ items: unknown[] }>();
  const { sessionId } = (await owner.call('/api/me')).json<{ sessionId: string }>();
  expect(items[0]).toMatchObject({
    action: 'identity.user.profile_changed',
    subject: userId,
    userId,
    ip: '10.1.2.3',
    agent: 'test',
    credentialId: sessionId,
    before: { name: 'Ana Ferreyra' },
    after: { name: 'Ana F.' },
  });
});

test('only who may read the trail reads it, and a filter narrows it', async () => {
  const adviser = await addUser(server, made.owner, { name: 'Berta', role: 'adviser' });
  expect((await adviser.browser.call('/api/audit-entries')).statusCode).toBe(403);
  expect((await adviser.browser.call('/api/audit-verification')).statusCode).toBe(403);
  const read = async (query: string) =>
    (await made.owner.call(`/api/audit-entries?${query}`)).json<{
      items: { sequence: number }[];
      next: number | null;
    }>();
  await write(5);
  expect((await read('subject=s3')).items).toHaveLength(1);
  expect((await read(`userId=${adviser.userId}`)).items.length).toBeGreaterThan(0);
  expect((await read('from=1970-01-01&to=1970-01-01')).items).toHaveLength(5);
  expect((await read('from=1970-01-02&to=1970-01-03')).items).toHaveLength(0);
  const first = await read('limit=2');
  const second = await read(`limit=2&before=${first.next}`);
  expect(second.items[0]?.sequence).toBe((first.items[1]?.sequence ?? 0) - 1);
  expect((await made.owner.call('/api/audit-entries?from=2026-02-31')).statusCode).toBe(422);
});

test('entries and heads refuse every edit, also a truncation', async () => {
  await write(2);
  const { db } = server.platform;
  const tables = ['identity_audit_entries', 'identity_audit_heads'];
  const edits = [
    `update identity_audit_entries set ip = 'x'`,
    `delete from identity_audit_entries`,
    `update identity_audit_heads set sequence = 1`,
    `delete from identity_audit_heads`,
    ...tables.map((table) => `truncate ${table}`),
  ];
  for (const edit of edits) {
    await expect(db.prepared(`t.${edit}`, edit, [])).rejects.toThrow('audit');
  }
  expect((await verdict()).fault).toBeNull();
});

test('a hundred writers at once keep one chain without a gap', async () => {
  const before = await verdict();
  await write(100);
  const after = await verdict();
  expect(after).toMatchObject({ fault: null, entryCount: before.entryCount + 100n });
});

test.each([
  ['changed', `update identity_audit_entries set after = '{"x":1}' where workspace_id = $1 and sequence = 5`, 5n],
  ['changed agent', `update identity_audit_entries set agent = 'y' where workspace_id = $1 and sequence = 5`, 5n],
  [
    'passed off as an older form',
    `update identity_audit_entries set hash_version = 1 where workspace_id = $1 and sequence = 5`,
    5n,
  ],
  ['removed', `delete from identity_audit_entries where workspace_id = $1 and sequence = 4`, 4n],
  [
    'swapped',
    `update identity_audit_entries e set (subject, at, details, hash, previous_hash) = (o.subject, o.at, o.details, o.hash,
      o.previous_hash) from identity_audit_entries o
      where o.workspace_id = $1 and e.workspace_id = $1 and e.sequence in (5, 6) and o.sequence = 11 - e.sequence`,
    5n,
  ],
  [
    'inserted',
    `insert into identity_audit_entries (workspace_id, sequence, action, subject, ip, at, details, previous_hash, hash)
    select workspace_id, sequence + 1, action, subject, ip, at, details, hash, hash from identity_audit_entries
    where workspace_id = $1 order by sequence desc limit 1`,
    null,
  ],
])('an entry that was %s is found', async (_what, statement, brokenAt) => {
  await write(10);
  const { entryCount } = await verdict();
  await tamper(statement);
  expect(await verdict()).toMatchObject({ fault: 'entry_broken', brokenAt: brokenAt ?? entryCount + 1n });
  const route = (await made.owner.call('/api/audit-verification')).json<{ isWhole: boolean }>();
  expect(route.isWhole).toBe(false);
});

test('a cut tail is found by its head; one cut together with its head by an anchor', async () => {
  await write(6);
  const { db, config } = server.platform;
  await writeAnchors(db, config.dataDir, 1);
  const { entryCount } = await verdict();
  await tamper(`delete from identity_audit_entries where workspace_id = $1
    and sequence = (select max(sequence) from identity_audit_entries where workspace_id = $1)`);
  expect(await verdict()).toMatchObject({ fault: 'tail_cut', brokenAt: entryCount });
  await tamper(`update identity_audit_heads h set (sequence, hash) = (select sequence, hash from identity_audit_entries e
    where e.workspace_id = $1 order by sequence desc limit 1) where workspace_id = $1`);
  // Inside the database nothing is left to see: that is what anchors are for.
  expect((await verdict()).fault).toBeNull();
  const anchors = await readAnchors(config.dataDir);
  expect(await verifyChain(db, workspaceId, anchors)).toMatchObject({ fault: 'anchor_broken', brokenAt: entryCount });
  expect((await verifyAllChains(db, anchors)).filter(({ fault }) => fault !== null)).toHaveLength(1);
  rmSync(join(config.dataDir, 'audit'), { recursive: true });
  expect(await readAnchors(config.dataDir)).toEqual([]);
});

test('a head that vanished is told', async () => {
  await tamper('delete from identity_audit_heads where workspace_id = $1');
  expect(await verdict()).toMatchObject({ fault: 'head_missing' });
});

test('secrets never enter before, after or details', () => {
  const facts = {
    name: 'Ana',
    password: 'tres gatos',
    newPassword: 'x',
    totpSecret: 'JBSW',
    recovery_codes: ['a', 'b'],
    nested: { api_key: 'k', 'refresh-token': 't', Authorization: 'Bearer z', ok: 1n },
    hasPassword: true,
    secret: null,
  };
  const text = auditText(facts);
  for (const secret of ['tres gatos', 'JBSW', '"a"', '"k"', '"t"', 'Bearer']) expect(text).not.toContain(secret);
  expect(JSON.parse(text)).toMatchObject({ name: 'Ana', hasPassword: true, secret: null, nested: { ok: '1' } });
});
