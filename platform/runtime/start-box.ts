/** The one box that `npm start` prints: where Cactus is, where its data is, and how to get in. Pure text. */

export interface StartFacts {
  /** Null for a process that serves no people. */
  readonly url: string | null;
  /** Where such a process answers /health and /metrics. */
  readonly monitorUrl: string | null;
  /** Single-use link of the first run, with the minutes it lives; null once an admin exists. */
  readonly setup: { readonly url: string; readonly lifeMinutes: number } | null;
  readonly dataDir: string;
  readonly database: string;
  readonly roles: readonly string[];
  readonly startedInMs: number;
}

export type Language = 'es' | 'en';

const TEXTS = {
  es: {
    ready: 'Cactus listo',
    open: 'Abre',
    monitor: 'Estado',
    setup: (minutes: number) => `enlace de un solo uso, caduca en ${minutes} min, solo desde esta máquina`,
    data: 'Datos',
    database: 'Base de datos',
    roles: 'Funciones',
    stop: 'Parar: Ctrl+C    Problemas: npx cactus doctor',
  },
  en: {
    ready: 'Cactus is ready',
    open: 'Open',
    monitor: 'Health',
    setup: (minutes: number) => `single-use link, expires in ${minutes} min, from this machine only`,
    data: 'Data',
    database: 'Database',
    roles: 'Roles',
    stop: 'Stop: Ctrl+C    Trouble: npx cactus doctor',
  },
} as const;

/** Spanish unless the terminal says English. */
export function languageOf(env: Readonly<Record<string, string | undefined>>): Language {
  return (env['LC_ALL'] ?? env['LC_MESSAGES'] ?? env['LANG'] ?? '').toLowerCase().startsWith('en') ? 'en' : 'es';
}

/** Draws the box; the width follows the longest line so that links stay whole. */
export function renderStartBox(facts: StartFacts, language: Language): string {
  const texts = TEXTS[language];
  const seconds = (facts.startedInMs / 1000).toFixed(1).replace('.', language === 'es' ? ',' : '.');
  const labels: [string, string][] = [
    // A process that serves no people has nothing to open.
    ...(facts.url === null ? [] : ([[texts.open, facts.setup?.url ?? facts.url]] as [string, string][])),
    ...(facts.monitorUrl === null ? [] : ([[texts.monitor, `${facts.monitorUrl}/health`]] as [string, string][])),
    ...(facts.setup ? ([['', `(${texts.setup(facts.setup.lifeMinutes)})`]] as [string, string][]) : []),
    [texts.data, facts.dataDir],
    [texts.database, facts.database],
    [texts.roles, facts.roles.join(', ')],
  ];
  const labelWidth = Math.max(...labels.map(([label]) => label.length));
  const lines = [
    `${texts.ready} · ${seconds} s`,
    '',
    ...labels.map(([label, value]) => `${label.padEnd(labelWidth)}  ${value}`),
    '',
    texts.stop,
  ];
  const width = Math.max(...lines.map((line) => line.length));
  const body = lines.map((line) => `│ ${line.padEnd(width)} │`);
  return [`╭${'─'.repeat(width + 2)}╮`, ...body, `╰${'─'.repeat(width + 2)}╯`].join('\n');
}
