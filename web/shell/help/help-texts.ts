/** Words of the help pages; the articles themselves are Markdown. */
import { defineTexts } from '#web/i18n';

export const helpTexts = defineTexts({
  es: {
    help: 'Ayuda',
    helpLine: 'Cómo se usa, cómo se conecta y de dónde sale cada cifra. Todo está aquí, sin salir de tu servidor.',
    search: 'Buscar en la ayuda',
    searchHint: 'Copia, webhook, permiso…',
    noHits: 'Nada en la ayuda coincide con «{typed}».',
    hits: '{count} {count|resultado|resultados}',
    kind_tutorial: 'Para empezar',
    'kind_how-to': 'Cómo se hace',
    kind_reference: 'Consulta',
    kind_why: 'Por qué',
    onThisPage: 'En esta página',
    code: 'Código',
    print: 'Imprimir',
    missingTitle: 'Este artículo no existe',
    missingDetail: 'Puede que el enlace esté incompleto. En el índice está todo lo que hay.',
    toIndex: 'Ir al índice',
  },
  en: {
    help: 'Help',
    helpLine:
      'How to use it, how to connect it, and where each figure comes from. All of it is here, on your own server.',
    search: 'Search the help',
    searchHint: 'Backup, webhook, permission…',
    noHits: 'Nothing in the help matches “{typed}”.',
    hits: '{count} {count|result|results}',
    kind_tutorial: 'To begin',
    'kind_how-to': 'How to',
    kind_reference: 'Look up',
    kind_why: 'Why',
    onThisPage: 'On this page',
    code: 'Code',
    print: 'Print',
    missingTitle: 'This article does not exist',
    missingDetail: 'The link may be incomplete. The index has everything there is.',
    toIndex: 'Go to the index',
  },
});
