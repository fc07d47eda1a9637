/**
 * The thread that lays a report out: pdfmake holds its thread for as long as it works, so it never works in the one that
 * answers requests. Fonts come from the package; nothing is fetched and no other file is read. Started by `report-pages.ts`.
 */
import { fileURLToPath } from 'node:url';
import { parentPort } from 'node:worker_threads';
import { assert } from '#kernel';
import pdfmake from 'pdfmake';
import { reportDocument } from './report-document.ts';
import type { ReportFacts } from './report-facts.ts';

const fontPath = (cut: string): string => fileURLToPath(import.meta.resolve(`pdfmake/fonts/Roboto/Roboto-${cut}.ttf`));
const FONTS = {
  normal: fontPath('Regular'),
  bold: fontPath('Medium'),
  italics: fontPath('Italic'),
  bolditalics: fontPath('MediumItalic'),
};

pdfmake.setFonts({ Roboto: FONTS });
pdfmake.setUrlAccessPolicy(() => false);
pdfmake.setLocalAccessPolicy((path) => Object.values(FONTS).includes(path));

const port = parentPort;
assert(port, 'the layout runs in a thread only');
port.on('message', (facts: ReportFacts) => {
  void layOut(facts).then(
    (result) => port.postMessage({ result }),
    (error: unknown) => port.postMessage({ error: error instanceof Error ? error.message.slice(0, 300) : 'unknown' }),
  );
});

async function layOut(facts: ReportFacts): Promise<Uint8Array> {
  return await pdfmake.createPdf(reportDocument(facts)).getBuffer();
}
