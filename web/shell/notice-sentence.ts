/** What a notification says, in the reader's language and figures. */
import { formatQuantity, textsNow } from '#web/i18n';
import { textsWith } from './catalogue.ts';

export interface Said {
  readonly kind: string;
  readonly payload: Readonly<Record<string, string>>;
  /** The sentence the server has for its kind; null when no domain declares the kind. */
  readonly text: { readonly es: string; readonly en: string } | null;
}

export function noticeSentence({ kind, payload, text }: Said): string {
  const values = readableFigures(payload);
  if (text) return textsNow({ es: { said: text.es }, en: { said: text.en } })('said', values);
  const texts = textsWith(kind);
  // A kind nobody translated still says something true.
  return texts ? textsNow(texts)(kind, values) : `${kind} ${Object.values(payload).join(' · ')}`;
}

const FIGURE = /^-?\d+(?:\.\d+)?$/;
const FIGURE_NAMES = /(?:price|trigger|amount|quantity|percent)$/i;

/** Payloads carry plain decimals; a reader gets them in her own writing. Names and ids stay as they are. */
function readableFigures(payload: Said['payload']): Record<string, string> {
  const entries = Object.entries(payload).map(([name, value]) => {
    const isFigure = FIGURE_NAMES.test(name) && FIGURE.test(value);
    return [name, isFigure ? formatQuantity(value) : value] as const;
  });
  return Object.fromEntries(entries);
}
