/**
 * The index of the help, by what a reader came for (tutorial, how-to, reference, why), and which article belongs to which page. The texts
 * are `docs/es/<slug>.md` and `docs/en/<slug>.md`.
 */

export const ARTICLE_KINDS = ['tutorial', 'how-to', 'reference', 'why'] as const;
export type ArticleKind = (typeof ARTICLE_KINDS)[number];

export const ARTICLES = [
  { slug: 'tour', kind: 'tutorial' },
  { slug: 'imports', kind: 'how-to' },
  { slug: 'exports', kind: 'how-to' },
  { slug: 'planning', kind: 'how-to' },
  { slug: 'google', kind: 'how-to' },
  { slug: 'telegram', kind: 'how-to' },
  { slug: 'mail', kind: 'how-to' },
  { slug: 'webhooks', kind: 'how-to' },
  { slug: 'people', kind: 'how-to' },
  { slug: 'backups', kind: 'how-to' },
  { slug: 'taxes', kind: 'how-to' },
  { slug: 'operations', kind: 'how-to' },
  { slug: 'settings', kind: 'reference' },
  { slug: 'events', kind: 'reference' },
  { slug: 'glossary', kind: 'reference' },
  { slug: 'figures', kind: 'why' },
] as const satisfies readonly { readonly slug: string; readonly kind: ArticleKind }[];

export type ArticleSlug = (typeof ARTICLES)[number]['slug'];

/** Articles that end with a page of `docs/` that the code itself writes. */
export const APPENDICES: Readonly<Partial<Record<ArticleSlug, string>>> = { settings: 'settings', events: 'events' };

/** Article and heading for each page of the catalogue; null, with the reason beside it, where there is nothing to explain. */
export const PAGE_HELP: Readonly<Record<string, ArticleSlug | null>> = {
  '/': 'tour',
  '/carteras': 'figures',
  '/carteras/$portfolioId': 'figures',
  '/planificacion': 'planning',
  '/planificacion/rebalanceo': 'planning',
  '/importar': 'imports',
  '/alertas': 'tour',
  '/eventos': 'webhooks',
  '/ajustes': 'settings',
  '/ajustes/usuarios': 'people',
  '/ajustes/equipos': 'people',
  '/ajustes/seguridad': 'people',
  '/ajustes/sesiones': 'people',
  '/ajustes/claves-api': 'people',
  '/ajustes/auditoria': 'people',
  '/ajustes/proveedores': 'figures',
  '/ajustes/avisos': 'telegram',
  '/ajustes/conexiones': 'mail',
  '/ajustes/estado': 'operations',
  '/ajustes/tareas': 'operations',
  '/ajustes/copias': 'backups',
  '/ajustes/secretos': 'operations',
  '/ajustes/acerca': 'operations',
  '/ayuda': null, // It is the help.
  '/ayuda/$article': null,
  '/galeria': null, // Samples for whoever builds pages.
  '/setup': null, // Without a session nobody reads the help; these pages say what each field wants.
  '/entrar': null,
  '/restablecer': null,
  '/invitacion': null,
  '/proteger': null,
};

export const HELP_PATH = '/ayuda';

/** Where a page's help is; the index for a page without an article. */
export function helpPathOf(pagePath: string | undefined): string {
  const slug = pagePath === undefined ? null : PAGE_HELP[pagePath];
  return slug ? `${HELP_PATH}/${slug}` : HELP_PATH;
}
