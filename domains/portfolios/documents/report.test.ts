/** Goal: a report says what the portfolio says, in both languages, never a zero for what is not known, and its text is text. */
import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { localDate } from '#kernel';
import type { ReportFacts, ReportOperation } from './report-facts.ts';
import { reportDocument } from './report-document.ts';
import { numbersOf } from './report-numbers.ts';
import { reportPages } from './report-pages.ts';
import { sampleFacts } from './report-sample.ts';

/** Every text of a document, in order. */
function textsOf(node: unknown): string[] {
  if (typeof node === 'string') return [node];
  if (Array.isArray(node)) return node.flatMap(textsOf);
  if (typeof node !== 'object' || node === null) return [];
  const { text, stack, columns, table, content } = node as Record<string, unknown>;
  const body = (table as { body?: unknown } | undefined)?.body;
  return [text, stack, columns, body, content].flatMap(textsOf);
}
const shown = (facts: ReportFacts): string => textsOf(reportDocument(facts)).join(' | ');

test('figures keep every digit until they are written, in the style of the language', () => {
  const [es, en] = [numbersOf('es'), numbersOf('en')];
  expect(es.money('1234567890123456.785', 'EUR')).toBe('1.234.567.890.123.456,79\u00a0€');
  expect(en.money('-0.005', 'USD')).toBe('\u22120.01\u00a0USD');
  expect(es.money('0.004', 'USDT')).toBe('0,00\u00a0USDT');
  expect(es.money('-0.004', 'EUR')).toBe('0,00\u00a0€');
  expect(es.quantity('0.123456789')).toBe('0,12345679');
  expect([es.percent(0.1234), en.percent(-1.5), es.percent(null)]).toEqual(['12,34\u00a0%', '\u2212150.00%', '—']);
  expect([es.day('2026-02-03'), en.day(null)]).toEqual(['03/02/2026', '—']);
});

test('what is not known is a dash with its reason, and doubtful prices carry their note', () => {
  const facts = sampleFacts('es', 3);
  const text = shown(facts);
  expect(text).toContain('Valor | —');
  expect(text).toContain('Valor conocido (falta algún precio o cambio) | 1.500,00\u00a0€');
  expect(text).toContain('con menos de un año no se anualiza');
  expect(text).toContain('1 |  Precio antiguo');
  expect(text).toContain('2 |  Precio simulado');
  expect(text).toContain('4 |  Sin precio');
  expect(text).not.toContain('Precio escrito a mano');
  expect(text).toContain('Falta el precio o el cambio de: Sin Precio SA.');
});

test('English says the same in English', () => {
  const text = shown(sampleFacts('en', 3));
  expect(text).toContain('Portfolio report');
  expect(text).toContain('Total gain | 499.50\u00a0€');
  expect(text).toContain('TWR links the return of each day');
  expect(text).not.toMatch(/Rentabilidad|Operaciones|Ganancia/);
});

test('a report without anything is a report', () => {
  const empty = { ...sampleFacts('es', 0), positions: [], cash: [] };
  expect(shown(empty)).toContain('No hay posiciones abiertas.');
  expect(shown(empty)).toContain('No hay operaciones en el periodo.');
});

test(
  'the file is a PDF in its language with a title, several pages, and text that can be selected',
  { timeout: 60_000 },
  async () => {
    const bytes = await reportPages(sampleFacts('es', 400));
    const text = bytes.toString('latin1');
    expect(text.startsWith('%PDF-')).toBe(true);
    expect(text).toContain('/Lang (es)');
    expect(text.match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(5);
    // Each font carries the map from its glyphs to text, which is what makes words selectable.
    expect(text).toContain('/ToUnicode');
    const streams = text
      .split('stream\n')
      .slice(1)
      .map((part) => part.split('\nendstream')[0] ?? '');
    const drawn = streams.flatMap((stream) => {
      try {
        return [inflateSync(Buffer.from(stream, 'latin1')).toString('latin1')];
      } catch {
        return [];
      }
    });
    expect(drawn.some((stream) => stream.includes('begincmap'))).toBe(true);
  },
);

test('a cut list of operations says so', () => {
  const facts: ReportFacts = { ...sampleFacts('es', 2), operationCount: 7 };
  expect(shown(facts)).toContain('Se muestran las primeras 2 de 7 operaciones');
  const operation: ReportOperation | undefined = facts.operations[0];
  expect([operation?.date, facts.to]).toEqual(['2026-01-02', localDate('2026-06-30')]);
});
