/** What a notification says by mail and by Telegram, in the person's language, from the one text of its kind. */
import type { Mail } from '#platform/mail';
import { escapeTelegram } from '#platform/telegram';
import type { Language, NoticeKind } from './types.ts';

export interface Told {
  readonly kind: NoticeKind;
  readonly payload: Readonly<Record<string, string>>;
  readonly href: string;
}

type MailWords = Pick<Mail, 'subject' | 'text' | 'html'>;

const SLOT = /\{(\w+)\}/g;
const FIGURE = /^-?\d+(?:\.\d+)?$/;
const FIGURE_NAMES = /(?:price|trigger|amount|quantity|percent)$/i;
const NUMBER_LOCALES = { es: 'es-ES', en: 'en-GB' } as const;
const FRACTION_DIGITS_MAX = 12;
const SUBJECT_LENGTH_MAX = 120;
const DIGEST_LINES_MAX = 50; // A longer list is read in the app.
const TELEGRAM_LINES_MAX = 20; // Below the 4,096 characters of one message.
const TELEGRAM_LINE_LENGTH_MAX = 180;

const WORDS = {
  es: {
    open: 'Abrir en Cactus',
    change: 'Cambiar qué avisos recibes',
    why: 'Recibes este mensaje por tus preferencias de avisos en Cactus.',
    digest: (count: number) => `${count} avisos de Cactus`,
    more: (count: number) => `Y ${count} más en Cactus.`,
  },
  en: {
    open: 'Open in Cactus',
    change: 'Change what you are told',
    why: 'You get this because of your notification preferences in Cactus.',
    digest: (count: number) => `${count} notifications from Cactus`,
    more: (count: number) => `And ${count} more in Cactus.`,
  },
} as const;

/** The sentence of one notification. Unknown slots stay visible, so that a mistake is seen. */
export function sentenceOf({ kind, payload }: Told, language: Language): string {
  return kind.text[language].replace(SLOT, (whole, name: string) => {
    const value = payload[name];
    if (value === undefined) return whole;
    return FIGURE_NAMES.test(name) && FIGURE.test(value) ? figure(value, language) : value;
  });
}

/** A mail for one notification, or one for several. */
export function mailOf(told: readonly Told[], language: Language, publicUrl: string | null): MailWords {
  const words = WORDS[language];
  const lines = told.slice(0, DIGEST_LINES_MAX).map((one) => ({
    text: oneLine(sentenceOf(one, language)),
    url: publicUrl === null ? null : `${publicUrl}${one.href}`,
  }));
  const more = told.length > lines.length ? words.more(told.length - lines.length) : null;
  const settingsUrl = publicUrl === null ? null : `${publicUrl}/ajustes/avisos`;
  const subject = lines.length === 1 ? (lines[0]?.text ?? '').slice(0, SUBJECT_LENGTH_MAX) : words.digest(told.length);
  const text = [
    ...lines.map(({ text: line, url }) => (url === null ? line : `${line}\n${url}`)),
    ...(more === null ? [] : [more]),
    `--\n${words.why}${settingsUrl === null ? '' : `\n${words.change}: ${settingsUrl}`}`,
  ].join('\n\n');
  const items = lines.map(({ text: line, url }) => {
    const link = url === null ? '' : `<br><a href="${escapeHtml(url)}">${words.open}</a>`;
    return `<p style="margin:0 0 16px">${escapeHtml(line)}${link}</p>`;
  });
  const change = settingsUrl === null ? '' : ` <a href="${escapeHtml(settingsUrl)}">${words.change}</a>`;
  const html = `<!doctype html><html lang="${language}"><meta charset="utf-8"><body style="font:16px/1.5 system-ui,sans-serif;max-width:560px;margin:24px auto;padding:0 16px">${items.join('')}${more === null ? '' : `<p>${more}</p>`}<p style="font-size:13px;opacity:.7;border-top:1px solid;padding-top:12px">${words.why}${change}</p></body></html>`;
  return { subject, text, html };
}

/** One Telegram message; every word of a payload is escaped. */
export function telegramOf(told: readonly Told[], language: Language, publicUrl: string | null): string {
  const words = WORDS[language];
  const shown = told.slice(0, TELEGRAM_LINES_MAX);
  const lines = shown.map((one) => {
    const line = escapeTelegram(oneLine(sentenceOf(one, language)).slice(0, TELEGRAM_LINE_LENGTH_MAX));
    if (publicUrl === null) return line;
    return `${line} <a href="${escapeHtml(`${publicUrl}${one.href}`)}">${words.open}</a>`;
  });
  if (told.length === 1) return lines.join('');
  const more = told.length > shown.length ? [words.more(told.length - shown.length)] : [];
  return [`<b>${words.digest(told.length)}</b>`, ...lines.map((line) => `• ${line}`), ...more].join('\n');
}

/** Exact: a decimal text is formatted as text, never through a float. */
function figure(value: string, language: Language): string {
  const format = new Intl.NumberFormat(NUMBER_LOCALES[language], {
    useGrouping: 'always',
    maximumFractionDigits: FRACTION_DIGITS_MAX,
  });
  return format.format(value as `${number}`);
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
