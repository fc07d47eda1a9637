/** Serves the API document and its reference page. Both are public: the contracts are in the open repository anyway. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { DOCS_CSS, DOCS_JS } from './docs-files.ts';
import { renderDocsPage } from './docs-page.ts';
import type { OpenApiDocument } from './openapi.ts';
import { JSON_TYPE } from './route.ts';

/** Adds /api/openapi.json and /api/docs; the document is built on the first request and kept. */
export function mountDocs(app: FastifyInstance, build: () => OpenApiDocument): void {
  let json: string | null = null;
  let page: string | null = null;
  const send = (reply: FastifyReply, type: string, text: string) =>
    reply.header('cache-control', 'no-cache').type(type).send(text);
  app.get('/api/openapi.json', async (_request, reply) => send(reply, JSON_TYPE, (json ??= JSON.stringify(build()))));
  app.get('/api/docs', async (_request, reply) =>
    send(reply, 'text/html; charset=utf-8', (page ??= renderDocsPage(build()))),
  );
  app.get('/api/docs/page.css', async (_request, reply) => send(reply, 'text/css; charset=utf-8', DOCS_CSS));
  app.get('/api/docs/page.js', async (_request, reply) => send(reply, 'text/javascript; charset=utf-8', DOCS_JS));
}
