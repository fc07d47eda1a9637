/** Signs the first owner in over HTTP, as the setup page does; shared by process tests and journeys. */
import type { Product } from '../e2e/product.ts';

export const OWNER = { email: 'ana@example.com', password: 'una clave larga de 2026' } as const;

/** Completes setup with the product's own link; gives the session cookie. */
export async function setUpOwner(product: Product): Promise<string> {
  const token = product.setupUrl?.split('#t=')[1];
  if (!token) throw new Error(`no setup link was printed:\n${product.output()}`);
  const answer = await send(product, 'POST', '/api/setup', {
    body: {
      token,
      name: 'Ana Ferreyra',
      ...OWNER,
      workspaceName: 'Ferreyra Patrimonios',
      baseCurrency: 'EUR',
      locale: 'es',
      timeZone: 'Europe/Madrid',
    },
  });
  if (!answer.ok) throw new Error(`setup answered ${answer.status}: ${await answer.text()}`);
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0];
  if (!cookie) throw new Error('setup gave no session cookie');
  return cookie;
}

/** One request as the product's own page would send it. */
export function send(
  product: Pick<Product, 'url'>,
  method: string,
  path: string,
  options: { readonly cookie?: string; readonly body?: unknown; readonly headers?: Record<string, string> } = {},
): Promise<Response> {
  const headers: Record<string, string> = { origin: product.url, ...options.headers };
  if (options.cookie) headers['cookie'] = options.cookie;
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  const body = options.body === undefined ? null : JSON.stringify(options.body);
  return fetch(`${product.url}${path}`, { method, headers, body });
}
