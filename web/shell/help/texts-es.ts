/** The Spanish articles, and what the code itself writes for both languages. */
export const articleTexts = import.meta.glob<string>('../../../docs/es/*.md', {
  query: '?raw',
  import: 'default',
  eager: true,
});
export const appendices = import.meta.glob<string>(['../../../docs/settings.md', '../../../docs/api/events.md'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
