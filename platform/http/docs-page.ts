/**
 * The API reference at /api/docs: plain HTML rendered from the API document, readable without JavaScript and under the
 * strictest policy. Scalar was measured first: it needs style and eval that the policy refuses (docs/decisions).
 */
import { html, type Html } from './html.ts';
import type { JsonSchema } from './json-schema.ts';
import type { OpenApiDocument } from './openapi.ts';
import { fieldRows } from './schema-fields.ts';

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly body: JsonSchema;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** The whole page. */
export function renderDocsPage(document: OpenApiDocument): string {
  const operations = operationsOf(document);
  const tags = [...new Set(operations.map((operation) => operation.tag))];
  const events = Object.entries(recordOf(document['webhooks']));
  const info = recordOf(document['info']);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Cactus API</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/api/docs/page.css" />
        <script src="/api/docs/page.js" defer></script>
      </head>
      <body>
        <nav aria-label="API">
          <input id="filter" type="search" placeholder="Filter ( / )" aria-label="Filter" />
          ${tags.map((tag) => navGroup(tag, operations))}
          ${
            events.length > 0
              ? html`<h2>Events</h2>
                  <ul>
                    ${events.map(([name]) => eventLink(name))}
                  </ul>`
              : null
          }
        </nav>
        <main>
          <h1>Cactus API</h1>
          <p>${withCode(textOf(info['description']))}</p>
          <p>Version ${textOf(info['version'])} · <a href="/api/openapi.json">OpenAPI 3.1 document</a></p>
          <pre>curl -H 'Authorization: Bearer cact_…' http://localhost:7700/api/…</pre>
          ${tags.map(
            (tag) =>
              html`<h2 id="${tag}">${tag}</h2>
                ${ofTag(operations, tag).map((one) => article(one, document))}`,
          )}
          ${events.length > 0 ? html`<h2 id="events">Events</h2>` : null}
          ${events.map(([name, event]) => eventArticle(name, recordOf(event), document))}
        </main>
      </body>
    </html>`.text;
}

function operationsOf(document: OpenApiDocument): Operation[] {
  return Object.entries(recordOf(document['paths'])).flatMap(([path, methods]) =>
    METHODS.filter((method) => method in recordOf(methods)).map((method) => {
      const body = recordOf(recordOf(methods)[method]);
      const tags: unknown = body['tags'];
      const summary = textOf(body['summary']);
      return {
        method,
        path,
        body,
        summary,
        id: textOf(body['operationId']),
        tag: Array.isArray(tags) ? textOf(tags[0]) : '',
      };
    }),
  );
}

function ofTag(operations: readonly Operation[], tag: string): Operation[] {
  return operations.filter((operation) => operation.tag === tag);
}

function navGroup(tag: string, operations: readonly Operation[]): Html {
  const links = ofTag(operations, tag).map(
    ({ method, path, id, summary }) =>
      html`<li data-words="${wordsOf(`${method} ${path} ${summary}`)}">
        <a href="#${id}"><b class="${method}">${method.toUpperCase()}</b>${path.replace('/api', '')}</a>
      </li>`,
  );
  return html`<h2>${tag}</h2>
    <ul>
      ${links}
    </ul>`;
}

function article({ method, path, id, summary, body }: Operation, document: OpenApiDocument): Html {
  const permission = body['x-permission'];
  return html`<article id="${id}" data-words="${wordsOf(`${method} ${path} ${summary}`)}">
    <h3><a href="#${id}">${method.toUpperCase()} ${path}</a></h3>
    <p>${summary}</p>
    <p><span class="tag">${permission === undefined ? 'public' : textOf(permission)}</span></p>
    ${parametersTable(body, document)} ${contentTable('Body', recordOf(body['requestBody'])['content'], document)}
    ${successTables(body, document)} ${refusalsTable(body, document)}
  </article>`;
}

function parametersTable(body: JsonSchema, document: OpenApiDocument): Html | null {
  const list = Array.isArray(body['parameters']) ? body['parameters'] : [];
  if (list.length === 0) return null;
  const rows = list.map((entry: unknown) => {
    const parameter = resolved(recordOf(entry), document);
    const schema = recordOf(parameter['schema']);
    const [first] = fieldRows(schema, document, textOf(parameter['name']));
    const note = textOf(parameter['description']) || (first?.note ?? '');
    const isRequired = parameter['required'] === true;
    return row({
      name: textOf(parameter['name']),
      type: first?.type ?? '',
      note: `${textOf(parameter['in'])}. ${note}`,
      isRequired,
    });
  });
  return html`<h4>Parameters</h4>
    <table>
      ${rows}
    </table>`;
}

function contentTable(title: string, content: unknown, document: OpenApiDocument): Html | null {
  const [entry] = Object.entries(recordOf(content));
  if (!entry) return null;
  const [type, media] = entry;
  const rows = fieldRows(recordOf(recordOf(media)['schema']), document);
  return html`<h4>${title} · ${type}</h4>
    <table>
      ${rows.map(row)}
    </table>`;
}

function successTables(body: JsonSchema, document: OpenApiDocument): Html[] {
  return Object.entries(recordOf(body['responses']))
    .filter(([status]) => status.startsWith('2'))
    .map(([status, response]) => {
      const { content } = recordOf(response);
      return contentTable(`Answer ${status}`, content, document) ?? html`<h4>Answer ${status} · empty</h4>`;
    });
}

function refusalsTable(body: JsonSchema, document: OpenApiDocument): Html {
  const rows = Object.entries(recordOf(body['responses']))
    .filter(([status]) => /^[345]/.test(status))
    .map(([status, response]) => {
      const codes = textOf(resolved(recordOf(response), document)['description']).replaceAll('`', '');
      return html`<tr>
        <td>${status}</td>
        <td><code>${codes}</code></td>
      </tr>`;
    });
  return html`<h4>Refusals</h4>
    <table>
      ${rows}
    </table>`;
}

function eventLink(name: string): Html {
  return html`<li data-words="${wordsOf(name)}"><a href="#event-${name}">${name}</a></li>`;
}

function eventArticle(name: string, event: JsonSchema, document: OpenApiDocument): Html {
  const post = recordOf(event['post']);
  const content = recordOf(recordOf(post['requestBody'])['content']);
  const example = recordOf(content['application/json'])['example'];
  return html`<article id="event-${name}" data-words="${wordsOf(name)}">
    <h3><a href="#event-${name}">${name}</a></h3>
    <p>${textOf(post['summary'])}</p>
    <p><span class="tag">${textOf(post['x-permission'])}</span></p>
    ${contentTable('Webhook body', content, document)}
    <pre>${JSON.stringify(example, null, 2)}</pre>
  </article>`;
}

function row(field: {
  readonly name: string;
  readonly type: string;
  readonly note: string;
  readonly isRequired: boolean;
}): Html {
  const mark = field.isRequired ? html` <span class="required" title="required">*</span>` : null;
  return html`<tr>
    <td><code>${field.name}</code>${mark}</td>
    <td><code>${field.type}</code></td>
    <td>${field.note}</td>
  </tr>`;
}

function resolved(node: JsonSchema, document: OpenApiDocument): JsonSchema {
  const reference = node['$ref'];
  if (typeof reference !== 'string') return node;
  return reference
    .replace('#/', '')
    .split('/')
    .reduce<JsonSchema>((found, key) => recordOf(found[key]), document);
}

/** `code` in backticks becomes code. */
function withCode(text: string): Html[] {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
}

function wordsOf(text: string): string {
  return text.toLowerCase();
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function recordOf(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null ? (value as JsonSchema) : {};
}
