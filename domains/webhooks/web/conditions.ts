/** Conditions as a person types them: one per line, `field comparison value`; texts may do without quotes. */
import type { ApiOutput } from '#web/api';

export type Condition = ApiOutput<'GET /api/webhooks/endpoints'>['items'][number]['conditions'][number];

const OPS: readonly Condition['op'][] = [
  'eq',
  'neq',
  'gt',
  'gte',
  'lt',
  'lte',
  'in',
  'contains',
  'starts_with',
  'exists',
  'missing',
];
const SIGNS: Readonly<Record<string, Condition['op']>> = {
  '=': 'eq',
  '!=': 'neq',
  '>': 'gt',
  '>=': 'gte',
  '<': 'lt',
  '<=': 'lte',
};

/** The conditions, or the number of the first line that is none. */
export function conditionsOf(typed: string): { readonly conditions: Condition[]; readonly wrongLine: number | null } {
  const conditions: Condition[] = [];
  for (const [index, line] of typed.split('\n').entries()) {
    if (line.trim() === '') continue;
    const condition = conditionOf(line.trim());
    if (!condition) return { conditions: [], wrongLine: index + 1 };
    conditions.push(condition);
  }
  return { conditions, wrongLine: null };
}

export function conditionsText(conditions: readonly Condition[]): string {
  return conditions
    .map(({ path, op, value }) => (value === undefined ? `${path} ${op}` : `${path} ${op} ${JSON.stringify(value)}`))
    .join('\n');
}

function conditionOf(line: string): Condition | null {
  const [, path = '', sign = '', rest = ''] = /^(\S+)\s+(\S+)\s*(.*)$/.exec(line) ?? [];
  const op = SIGNS[sign] ?? OPS.find((known) => known === sign);
  if (!op || !/^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/.test(path)) return null;
  if (op === 'exists' || op === 'missing') return rest === '' ? { path, op } : null;
  if (rest === '') return null;
  if (op === 'in' && !rest.startsWith('['))
    return { path, op, value: rest.split(',').map((part) => scalarOf(part.trim())) };
  const value = valueOf(rest);
  return value === undefined || Array.isArray(value) !== (op === 'in') ? null : { path, op, value };
}

type Scalar = string | number | boolean | null;

function valueOf(text: string): Condition['value'] {
  if (!text.startsWith('[')) return scalarOf(text);
  try {
    return JSON.parse(text) as Scalar[];
  } catch {
    return undefined;
  }
}

function scalarOf(text: string): Scalar {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? text : (value as Scalar);
  } catch {
    return text;
  }
}
