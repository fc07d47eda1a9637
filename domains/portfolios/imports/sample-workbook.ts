/**
 * The sample workbook offered as "archivo de ejemplo": an `operaciones.xlsx` as people really keep it, with padded and
 * two-row merged headers, numbers stored as text, totals, blank rows, a hidden sheet, a foreign sheet and a picture.
 * Figures are invented; nothing here is anybody's. `tools/sample-workbook.ts` writes the file.
 */
import { writeSpreadsheet, type WrittenCell, type WrittenSheet } from './spreadsheet-write.ts';

const euro = (number: string): WrittenCell => ({ number, style: 'euro' });
const number = (text: string): WrittenCell => ({ number: text });
const day = (date: string): WrittenCell => ({ date });
const percent = (ratio: string): WrittenCell => ({ number: ratio, style: 'percent' });

const OPERACIONES: WrittenSheet = {
  name: 'Operaciones',
  rows: [
    ['Mis criptomonedas', null, null, null, null, null, null, null],
    [],
    [
      ' Criptomoneda   ',
      'Ticker',
      'Sector ',
      ' Cantidad',
      'Precio Compra',
      ' Dinero Gastado  ',
      'ATH',
      'Take Profit 1',
      'Take Profit 2',
    ],
    [
      'Bitcoin',
      'BTC',
      'Reserva de valor',
      number('0.35'),
      euro('38500'),
      euro('13475'),
      number('115000'),
      number('130000'),
      number('160000'),
    ],
    ['Ethereum', 'ETH', 'Contratos', '2,5', '1.850,40 €', '4.626,00 €', '4.500', '6.000', null],
    ['Solana', ' SOL ', 'Contratos', '40', '92,15 €', '3.686,00 €', '260', '350', '500'],
    [],
    ['Cardano', 'ADA', 'Contratos', '3.200', '0,4215', '1.348,80', '2,60', '1,20', '2,00'],
    ['Chainlink', 'LINK', 'Oráculos', number('120'), euro('13.2'), euro('1584'), { error: '#N/A' }, '30', null],
    ['Polkadot', 'DOT', 'Infraestructura', number('0'), euro('6.1'), euro('0'), '49', null, null],
    [],
    ['TOTAL', null, null, null, null, { number: '24719.8', style: 'euro', formula: 'SUM(F4:F10)' }],
  ],
};

const INVERSIONES: WrittenSheet = {
  name: 'Inversiones ',
  merges: [
    ...[1, 2, 3, 6, 7].map((column) => ({ top: 1, left: column, bottom: 2, right: column })),
    { top: 1, left: 4, bottom: 1, right: 5 },
  ],
  rows: [
    ['Tipo', ' Nombre      ', 'Ticker or ISIN', 'Importes', null, 'Cantidad', 'Origen'],
    [null, null, null, 'Inversión', 'Valor actual', null, null],
    [
      'Fondo indexado',
      'Vanguard Global Stock Index EUR Acc',
      'IE00B03HD191',
      '12.000,00',
      '15.840,60',
      '362,41',
      'MyInvestor',
    ],
    ['ETF', 'iShares Core MSCI World', 'IE00B4L5Y983', '8.450,25', '10.912,00', '124', 'DEGIRO'],
    ['Acción', 'Iberdrola', 'ES0144580Y14', '3.120,00', '4.260,00', '300', 'DEGIRO'],
    ['Acción', 'Apple', 'AAPL', '2.310,80', '2.974,50', '15', 'DEGIRO'],
    ['Plan de pensiones', 'Plan Naranja 2050', null, '6.000,00', '6.845,30', null, 'ING'],
    ['Cuenta remunerada', 'Cuenta ahorro', null, '5.000,00', '5.000,00', null, 'Trade Republic'],
    ['Total', null, null, '36.881,05', '45.832,40', null, null],
  ],
};

const HISTORICO: WrittenSheet = {
  name: 'Histórico',
  rows: [
    ['Criptomoneda', 'Ticker', 'Cantidad', 'Dinero Gastado', 'Compra', 'Venta', 'Ganancia', 'Staking'],
    ['Bitcoin', 'BTC', '0,12', '2.400,00', day('2023-01-16'), day('2024-03-05'), '148,3%', null],
    ['Ethereum', 'ETH', '1,8', '2.950,00', '14/04/2023', '12/03/2024', '96,2%', '0,043'],
    ['Cosmos', 'ATOM', '150', '1.620,00', '03/05/2023', '28/12/2023', '-8,4%', '9,75'],
    ['Avalanche', 'AVAX', number('60'), number('1044.5'), day('2023-10-02'), day('2024-03-18'), percent('2.141'), 'No'],
    ['Polygon', 'MATIC', '2.000', '1.520,00', '21 feb 2023', '9 ene 2024', '(3,1%)', null],
  ],
};

const APUNTES: WrittenSheet = {
  name: 'Apuntes',
  rows: [['Cosas por mirar'], ['Renta 2024'], ['Preguntar comisión de custodia', { isTrue: true }]],
};

const OCULTA: WrittenSheet = {
  name: 'Cálculos',
  isHidden: true,
  rows: [
    ['Ticker', 'Cantidad', 'Precio'],
    ['BTC', number('0.35'), number('98000')],
  ],
};

/** A 1 × 1 transparent PNG: workbooks carry logos, and the reader must not mind. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

export const SAMPLE_SHEETS: readonly WrittenSheet[] = [OPERACIONES, INVERSIONES, HISTORICO, APUNTES, OCULTA];

/** Bytes of the sample file; the same on every call. */
export function sampleWorkbook(): Buffer {
  return writeSpreadsheet(SAMPLE_SHEETS, [{ name: 'xl/media/image1.png', bytes: PICTURE }]);
}
