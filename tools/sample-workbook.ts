/** Writes the sample workbook that the import page offers: `node tools/sample-workbook.ts`. A test says when it is stale. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sampleWorkbook } from '#portfolios';

const path = fileURLToPath(new URL('../domains/portfolios/web/operaciones.xlsx', import.meta.url));
writeFileSync(path, sampleWorkbook());
console.log(path);
