/** Style and script of the API reference: files of their own, because the policy allows nothing inline. */

export const DOCS_CSS = `
:root { color-scheme: light dark; --bg: #f7f8f5; --surface: #fff; --line: #dee2da; --fg: #161a15; --muted: #5a6257; --accent: #0b6b63; --soft: #ddf0ed; --danger: #c0272d; }
@media (prefers-color-scheme: dark) {
  :root { --bg: #0f1210; --surface: #161a17; --line: #2a302b; --fg: #ecefea; --muted: #a6aea5; --accent: #4fc6b8; --soft: #12302c; --danger: #ff7b72; }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; display: grid; grid-template-columns: 19rem minmax(0, 1fr); background: var(--bg); color: var(--fg); font: 15px/1.55 system-ui, sans-serif; }
code, pre { font: 13px/1.5 ui-monospace, monospace; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1.25rem; border-right: 1px solid var(--line); background: var(--surface); }
nav input { width: 100%; padding: .5rem .7rem; border: 1px solid var(--muted); border-radius: 8px; background: var(--bg); color: inherit; font: inherit; }
nav h2 { margin: 1.2rem 0 .3rem; font-size: .8rem; color: var(--muted); }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li a { display: flex; gap: .5rem; padding: .2rem 0; color: var(--fg); font-size: .85rem; }
nav b { flex: none; width: 3.6rem; font: 600 .72rem/1.9 ui-monospace, monospace; color: var(--accent); }
nav b.delete { color: var(--danger); }
main { padding: 2rem clamp(1rem, 4vw, 3.5rem) 6rem; max-width: 62rem; }
h1 { font-size: 1.8rem; margin: 0 0 .5rem; }
main > h2 { margin: 3rem 0 0; font-size: 1.3rem; }
article { margin-top: 1.2rem; padding: 1.2rem 1.4rem; border: 1px solid var(--line); border-radius: 12px; background: var(--surface); overflow-x: auto; }
article h3 { margin: 0; font: 600 1rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
article h4 { margin: 1.1rem 0 .3rem; font-size: .85rem; color: var(--muted); }
article p { margin: .3rem 0; }
.tag { display: inline-block; padding: .05rem .55rem; border-radius: 99px; background: var(--soft); font-size: .8rem; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; }
th { text-align: left; font-weight: 600; color: var(--muted); }
th, td { padding: .3rem .8rem .3rem 0; border-top: 1px solid var(--line); vertical-align: top; }
td:first-child { white-space: nowrap; }
pre { overflow: auto; padding: .8rem 1rem; border-radius: 8px; background: var(--bg); border: 1px solid var(--line); }
.required { color: var(--danger); }
[hidden] { display: none !important; }
@media (max-width: 800px) { body { display: block; } nav { position: static; height: auto; max-height: 45vh; border-right: 0; border-bottom: 1px solid var(--line); } }
`;

export const DOCS_JS = `
const field = document.querySelector('#filter');
const items = [...document.querySelectorAll('[data-words]')];
field.addEventListener('input', () => {
  const words = field.value.toLowerCase().split(/\\s+/);
  for (const item of items) item.hidden = !words.every((word) => item.dataset.words.includes(word));
});
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.target === field) return;
  event.preventDefault();
  field.focus();
});
`;
