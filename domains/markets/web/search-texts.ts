/** Words of the search at the providers. */
import { defineTexts } from '#web/i18n';

export const searchTexts = defineTexts({
  es: {
    search: 'Buscar por nombre, símbolo o ISIN',
    searchHint: 'Lo que encontremos rellena el resto.',
    look: 'Buscar',
    found: 'Encontrados',
    nothing: 'Nadie conoce nada con ese nombre. Puedes escribirlo tú debajo.',
    failed: 'Los proveedores no responden ahora. Prueba en un minuto, o escríbelo tú debajo.',
  },
  en: {
    search: 'Search by name, symbol or ISIN',
    searchHint: 'What we find fills in the rest.',
    look: 'Search',
    found: 'Found',
    nothing: 'Nobody knows anything of that name. You can write it below.',
    failed: 'The providers do not answer now. Try in a minute, or write it below.',
  },
});
