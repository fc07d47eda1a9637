/**
 * Goal: no query of this domain can forget whose rows somebody reaches. The stores are read as text: a function that touches
 * a table either carries the condition of the reach or stands in the list below with its reason.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVERY_ROW } from '#kernel';
import { expect, test } from 'vitest';
import { reachValues } from './portfolio-reach.store.ts';

const FOUND = 'takes the id of a portfolio or import that findPortfolio, lockPortfolio, findImport or lockImport gave';
const WRITER = 'runs under the lock of lockPortfolio or lockImport, which carried the reach';
const SHELF =
  'models and what instruments are made of are the workspace’s, shared like its instruments; no row of a portfolio';
const OWN = 'findOwnDocument and listOwnDocuments compare the person and look the portfolio up again within her reach';
const MAKER = 'the job of a document: ordered within reach, and handed out only to who still has it';
const WHOLE = 'the whole workspace or installation: command line, removal, limits';

/** Why a store function needs no reach of its own. A new function must carry it, or be argued for here. */
const EXEMPT: Readonly<Record<string, string>> = {
  listAllPortfolios: WHOLE,
  countPortfolios: WHOLE,
  deleteLedgerOfWorkspace: WHOLE,
  deleteImportsOfWorkspace: WHOLE,
  findOwners: 'answers whose a row is, for the check itself; never shown',
  insertPortfolio: 'makes the row',
  advanceLedger: WRITER,
  listAccounts: FOUND,
  insertAccount: WRITER,
  insertEvents: WRITER,
  findKeys: WRITER,
  findLiveInstruments: WRITER,
  readLiveEvents: FOUND,
  readReversedSince: FOUND,
  readLinkedEvents: FOUND,
  hasShorts: WRITER,
  sequenceAt: FOUND,
  readDayEvents: FOUND,
  readReversible: WRITER,
  findTaxSettings: FOUND,
  writeTaxSettings: WRITER,
  listOperationRows: FOUND,
  insertImport: WRITER,
  updateImportStatus: WRITER,
  restartReading: WRITER,
  beginReading: WRITER,
  saveOutline: WRITER,
  insertRows: WRITER,
  readRows: FOUND,
  countRows: FOUND,
  updateRows: WRITER,
  moveRows: WRITER,
  readRecordedOpenings: FOUND,
  recallMapping: 'columns of a file shape, shared by the workspace; holds no row of a portfolio',
  listModels: SHELF,
  findModel: SHELF,
  lockModel: SHELF,
  listModelVersions: SHELF,
  countModels: SHELF,
  writeModel: SHELF,
  archiveModelRow: SHELF,
  countFollowers: 'a number of portfolios, none of them named',
  deleteModelsOfWorkspace: WHOLE,
  listInstrumentFacts: SHELF,
  writeInstrumentFacts: SHELF,
  writeToldDrift: WRITER,
  findRulebook: SHELF,
  writeRulebook: SHELF,
  deleteRulebookOfWorkspace: WHOLE,
  countGoals: WRITER,
  findGoalRun: 'takes the id of a goal that findGoal gave',
  writeGoalRun: 'takes the id of a goal that findGoal gave',
  deleteGoalsOfWorkspace: WHOLE,
  findLiveEventIds: WRITER,
  readFirstChange: FOUND,
  readDailyHeads: FOUND,
  readDailyValues: FOUND,
  touchDailyHeads: FOUND,
  replaceDailyValues: FOUND,
  deleteDailyOfWorkspace: WHOLE,
  readExportedEvents: FOUND,
  readHeldInstruments: WHOLE,
  insertDocument: OWN,
  findDocument: OWN,
  listDocuments: OWN,
  countOpenDocuments: OWN,
  advanceDocument: MAKER,
  finishDocument: MAKER,
  deleteOldDocuments: WHOLE,
  deleteDocumentsOfWorkspace: WHOLE,
  rememberMapping: 'columns of a file shape, shared by the workspace; holds no row of a portfolio',
};

const root = import.meta.dirname;
const filesBelow = (kind: RegExp): string[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => kind.test(path));

/** Exported functions with the text up to the next one, private helpers included. */
function functionsOf(text: string): { readonly name: string; readonly body: string }[] {
  const starts = [...text.matchAll(/^export (?:async )?function\*? (\w+)/gm)];
  return starts.map((start, index) => ({
    name: start[1] ?? '',
    body: text.slice(start.index, starts[index + 1]?.index ?? text.length),
  }));
}

function unscoped(text: string): string[] {
  return functionsOf(text)
    .filter(({ body }) => /portfolios_[a-z]/.test(body) || /\bIMPORTS\b/.test(body))
    .filter(({ body }) => !body.includes('REACHED') && !/\breached\(/.test(body))
    .map(({ name }) => name);
}

test('every store function carries the reach or is argued for', () => {
  const stores = filesBelow(/\.store\.ts$/).map((path) => readFileSync(join(root, path), 'utf8'));
  expect(stores.length).toBeGreaterThan(3);
  expect(stores.flatMap(unscoped).toSorted()).toEqual(Object.keys(EXEMPT).toSorted());
});

test('a planted query without the reach is seen', () => {
  const planted = 'export async function peek(q) { return q.prepared(`select 1 from portfolios_portfolios p`, []); }';
  expect(unscoped(planted)).toEqual(['peek']);
});

test('no route asks for every row, and only the command line lists the installation', () => {
  for (const path of filesBelow(/\.routes\.ts$/)) {
    const text = readFileSync(join(root, path), 'utf8');
    expect([path, /EVERY_ROW|listAllPortfolios|findOwners/.test(text)]).toEqual([path, false]);
  }
  const users = filesBelow(/(?<!\.test)\.ts$/).filter((path) =>
    readFileSync(join(root, path), 'utf8').includes('listAllPortfolios('),
  );
  const commandLine = [
    'documents/offline-documents.ts',
    'exports/portfolio-export.ts', // `exportByName`; the route asks for one portfolio within reach.
    'installation-value.ts',
  ];
  expect(users.toSorted()).toEqual([...commandLine, 'portfolio.store.ts']);
});

test('a reach over all rows asks for nobody, any other names her', () => {
  expect(reachValues({ workspaceId: 'w', rows: EVERY_ROW })).toEqual(['w', null, null]);
  expect(reachValues({ workspaceId: 'w', rows: { kind: 'advisers', userIds: [] } })).toEqual(['w', [], null]);
  expect(reachValues({ workspaceId: 'w', rows: { kind: 'client', userId: 'c' } })).toEqual(['w', null, 'c']);
});
