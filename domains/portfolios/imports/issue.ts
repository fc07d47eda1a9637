/**
 * Issues: what there is to say about a row or a sheet, with the cell, in both languages, and what to do. Codes are
 * stable; words may change. `{name}` in a text is filled from `params`.
 */
export type Severity = 'error' | 'warning' | 'info';

export interface Issue {
  readonly code: IssueCode;
  readonly severity: Severity;
  /** Address of the cell, such as `C12`; null when the whole row or sheet is meant. */
  readonly cell: string | null;
  readonly params: Readonly<Record<string, string>>;
}

export interface Words {
  readonly es: string;
  readonly en: string;
}

const TEXTS = {
  // Rows left out, and why.
  total_row: { es: 'Fila de total: no es una operación.', en: 'Total row: not an operation.' },
  total_matches: {
    es: 'El total escrito ({written}) coincide con la suma de las filas.',
    en: 'The written total ({written}) matches the sum of the rows.',
  },
  total_differs: {
    es: 'El total escrito ({written}) no coincide con la suma de las filas ({sum}). Revisa si falta alguna fila.',
    en: 'The written total ({written}) differs from the sum of the rows ({sum}). Check whether a row is missing.',
  },
  preset_left_out: {
    es: '{broker}: esta fila ({text}) no es una operación de las que se registran. Si movió efectivo o unidades, regístrala a mano.',
    en: '{broker}: this row ({text}) is not an operation of those recorded. If it moved cash or units, record it by hand.',
  },
  repeated_header: { es: 'Cabecera repetida.', en: 'Repeated header.' },
  section_title: { es: 'Título o nota suelta: «{text}».', en: 'Title or loose note: “{text}”.' },
  outside_table: { es: 'Celdas fuera de la tabla: «{text}».', en: 'Cells outside the table: “{text}”.' },
  above_table: { es: 'Encima de la tabla: «{text}».', en: 'Above the table: “{text}”.' },
  quantity_zero: { es: 'Cantidad 0: no queda nada que registrar.', en: 'Quantity 0: nothing left to record.' },
  // Rows that cannot be read.
  name_missing: {
    es: 'Hay importes pero falta el nombre, el ticker o el ISIN. Escríbelo en la fila o bórrala.',
    en: 'There are figures but no name, ticker or ISIN. Write one in the row or delete it.',
  },
  cell_has_error: {
    es: 'La celda contiene {text}. Corrige la fórmula o escribe el valor.',
    en: 'The cell holds {text}. Fix the formula or write the value.',
  },
  figure_unreadable: {
    es: '«{text}» no es un número. Escríbelo solo con cifras, por ejemplo 1.234,56.',
    en: '“{text}” is not a number. Write digits only, for example 1,234.56.',
  },
  figure_ambiguous: {
    es: '«{text}» puede ser mil y pico o un decimal. Di cómo están escritos los números de esta hoja: con coma o con punto decimal.',
    en: '“{text}” could be a thousand or a fraction. Say how this sheet writes numbers: with a decimal comma or a decimal point.',
  },
  day_unreadable: {
    es: '«{text}» no es una fecha. Usa dd/mm/aaaa o aaaa-mm-dd.',
    en: '“{text}” is not a date. Use dd/mm/yyyy or yyyy-mm-dd.',
  },
  day_ambiguous: {
    es: '«{text}» puede ser día/mes o mes/día. Di en qué orden están las fechas de esta hoja.',
    en: '“{text}” could be day/month or month/day. Say in what order this sheet writes dates.',
  },
  day_missing: { es: 'Falta la fecha.', en: 'The date is missing.' },
  day_in_future: { es: 'La fecha {date} todavía no ha llegado.', en: 'The date {date} has not come yet.' },
  quantity_missing: {
    es: 'Falta la cantidad y no hay con qué calcularla.',
    en: 'The quantity is missing and cannot be worked out.',
  },
  quantity_negative: {
    es: 'La cantidad es negativa. Una posición abierta va en positivo.',
    en: 'The quantity is negative. An open position is written as a positive number.',
  },
  amount_missing: { es: 'Falta el precio o el importe.', en: 'The price or the amount is missing.' },
  type_missing: {
    es: 'Falta el tipo de operación y no se puede deducir.',
    en: 'The kind of operation is missing and cannot be worked out.',
  },
  type_unknown: {
    es: 'No conocemos el tipo «{text}». Usa compra, venta, dividendo, depósito, retirada, interés, comisión o impuesto.',
    en: 'We do not know the kind “{text}”. Use buy, sell, dividend, deposit, withdrawal, interest, fee or tax.',
  },
  kind_unknown: {
    es: '«{text}» no es una clase de activo. Usa crypto, stock, fund, etf, bond u other.',
    en: '“{text}” is not a kind of asset. Use crypto, stock, fund, etf, bond or other.',
  },
  instrument_missing: {
    es: 'Falta qué se compró o vendió: ticker, ISIN o nombre.',
    en: 'What was traded is missing: ticker, ISIN or name.',
  },
  history_amount_missing: {
    es: 'La ganancia en % no dice cuánto dinero fue. Añade lo invertido o la cantidad y el precio.',
    en: 'A gain in % does not say how much money it was. Add what was invested, or quantity and price.',
  },
  history_result_missing: {
    es: 'Falta con cuánto se vendió: añade la ganancia, el precio o el importe de venta.',
    en: 'What it sold for is missing: add the gain, the sale price or the proceeds.',
  },
  gain_unit_unknown: {
    es: '«{text}» puede ser un %, una proporción o dinero. Di qué es un número suelto en esa columna.',
    en: '“{text}” could be a %, a ratio or money. Say what a bare number in that column is.',
  },
  sold_before_bought: {
    es: 'La venta ({sold}) es anterior a la compra ({bought}).',
    en: 'The sale ({sold}) is before the purchase ({bought}).',
  },
  split_ratio_unreadable: {
    es: '«{text}» no es una proporción. Escribe 2 o 7:3.',
    en: '“{text}” is not a ratio. Write 2 or 7:3.',
  },
  lots_unreadable: {
    es: '«{text}» no son lotes. Escribe el día de compra y las unidades: 2024-01-05:10 2024-03-01:2,5.',
    en: '“{text}” are not lots. Write the day of the purchase and the units: 2024-01-05:10 2024-03-01:2.5.',
  },
  ledger_refuses: { es: 'El libro no admite esta fila: {advice}', en: 'The ledger does not take this row: {advice}' },
  sells_more_than_held: {
    es: 'Sale más de lo que hay: {wanted} frente a {held}. Falta una compra anterior o sobra cantidad.',
    en: 'More goes out than there is: {wanted} against {held}. An earlier purchase is missing, or the quantity is too large.',
  },
  opening_changed: {
    es: 'Ya registraste {name} como posición inicial con otros números. Para no contarla dos veces se deja fuera: deshaz la importación anterior y vuelve a importar.',
    en: '{name} is already recorded as an opening position with other figures. It is left out so as not to count it twice: undo the earlier import and import again.',
  },
  // Told, so that nobody is surprised.
  price_refreshed: {
    es: 'Ya estaba; se actualiza su precio a {price} {currency}, del {date}.',
    en: 'Already there; its price is updated to {price} {currency}, of {date}.',
  },
  date_assumed: {
    es: 'La hoja no trae fechas: sus posiciones se registran como iniciales con fecha {date}. Puedes cambiarla.',
    en: 'The sheet has no dates: its positions are recorded as opening ones on {date}. You can change it.',
  },
  currency_assumed: {
    es: 'La hoja no dice la divisa: se usa {currency}.',
    en: 'The sheet names no currency: {currency} is used.',
  },
  decimals_from_sheet: {
    es: 'Los decimales de «{header}» se leen como en el resto de la hoja ({example}).',
    en: 'The decimals of “{header}” are read as in the rest of the sheet ({example}).',
  },
  days_from_language: {
    es: 'Las fechas de «{header}» se leen como día/mes/año porque la hoja está en español ({example}).',
    en: 'The dates of “{header}” are read as day/month/year because the sheet is in Spanish ({example}).',
  },
  quantity_derived: {
    es: 'Cantidad calculada: {cost} ÷ {price} = {quantity}.',
    en: 'Quantity worked out: {cost} ÷ {price} = {quantity}.',
  },
  kept_as_one_unit: {
    es: 'Sin cantidad: se guarda como 1 unidad con su importe.',
    en: 'No quantity: kept as 1 unit with its amount.',
  },
  cost_missing: {
    es: 'Sin coste: se registra con coste 0, así que toda su valoración saldrá como ganancia.',
    en: 'No cost: recorded at cost 0, so all of its value will show as gain.',
  },
  cost_differs: {
    es: 'Cantidad × precio da {expected}, pero lo gastado dice {written}. Se usa lo gastado.',
    en: 'Quantity × price gives {expected}, but the spent column says {written}. The spent figure is used.',
  },
  amount_derived: {
    es: 'Importe calculado: {quantity} × {price} = {amount}.',
    en: 'Amount worked out: {quantity} × {price} = {amount}.',
  },
  amount_from_net: {
    es: 'Importe bruto calculado desde el neto: {amount}.',
    en: 'Gross amount worked out from the net one: {amount}.',
  },
  amount_differs: {
    es: 'Cantidad × precio da {expected}, pero el importe dice {written}. Se usa el importe.',
    en: 'Quantity × price gives {expected}, but the amount says {written}. The amount is used.',
  },
  value_as_manual_price: {
    es: 'Valor actual {value} ÷ {quantity} = precio manual {price}.',
    en: 'Current value {value} ÷ {quantity} = manual price {price}.',
  },
  proceeds_derived: {
    es: 'Venta calculada: {cost} con {gain} de ganancia = {proceeds}.',
    en: 'Sale worked out: {cost} with a gain of {gain} = {proceeds}.',
  },
  gain_differs: {
    es: 'La ganancia escrita es {written} y la que sale de la venta es {computed}. Se usa la venta.',
    en: 'The written gain is {written} and the sale gives {computed}. The sale is used.',
  },
  staking_in_kind: {
    es: 'Staking: {quantity} unidades entran sin coste el {date} y se venden con el resto.',
    en: 'Staking: {quantity} units come in at no cost on {date} and are sold with the rest.',
  },
  staking_not_units: {
    es: 'Staking «{text}» no dice cuántas unidades: queda como nota.',
    en: 'Staking “{text}” does not say how many units: kept as a note.',
  },
  type_from_sign: { es: 'Tipo deducido del signo: {type}.', en: 'Kind worked out from the sign: {type}.' },
  still_open: {
    es: 'Sin fecha de venta: solo se registra la compra.',
    en: 'No sale date: only the purchase is recorded.',
  },
  fee_unit_ignored: {
    es: '«{text}» está en otra divisa ({currency}) que la operación: se deja como nota.',
    en: '“{text}” is in another currency ({currency}) than the operation: kept as a note.',
  },
  // Sheets left out.
  sheet_empty: { es: 'Hoja vacía.', en: 'Empty sheet.' },
  sheet_hidden: {
    es: 'Hoja oculta: no se importa salvo que la actives.',
    en: 'Hidden sheet: not imported unless you turn it on.',
  },
  sheet_without_header: {
    es: 'No encontramos una tabla de operaciones o posiciones.',
    en: 'We found no table of operations or positions.',
  },
  sheet_missing_columns: {
    es: 'Parece una tabla, pero falta: {fields}.',
    en: 'It looks like a table, but lacks: {fields}.',
  },
  sheet_turned_off: { es: 'La has dejado fuera.', en: 'You left it out.' },
} as const satisfies Record<string, Words>;

export type IssueCode = keyof typeof TEXTS;
export const ISSUE_CODES = Object.keys(TEXTS) as readonly IssueCode[];

/** The sentence of an issue in both languages. */
export function issueWords({ code, params }: Pick<Issue, 'code' | 'params'>): Words {
  const texts: Words = TEXTS[code];
  return { es: filled(texts.es, params, spanishFact), en: filled(texts.en, params, (_, text) => text) };
}

function filled(
  text: string,
  params: Readonly<Record<string, string>>,
  shown: (name: string, text: string) => string,
): string {
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    return value === undefined ? '—' : shown(name, value);
  });
}

/** What we worked out is written by Spanish rules; what the file says is quoted as it stands. */
const QUOTED = new Set(['text', 'example', 'header', 'name', 'advice', 'fields', 'type', 'currency', 'code']);

function spanishFact(name: string, text: string): string {
  if (QUOTED.has(name)) return text;
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (day) return `${day[3]}/${day[2]}/${day[1]}`;
  return text.replace(/^-?\d+(?:\.\d+)?/, (figure) => {
    const [whole = '', fraction] = figure.split('.');
    const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, '.');
    return (fraction === undefined ? grouped : `${grouped},${fraction}`).replace('-', '\u2212');
  });
}

export function issue(
  code: IssueCode,
  severity: Severity,
  facts: { cell?: string; params?: Record<string, string> } = {},
): Issue {
  return { code, severity, cell: facts.cell ?? null, params: facts.params ?? {} };
}
