/** Downloads: bytes handed over as a file. The name is a person's, so it is written so that no header can be forged by it. */
import { assert, type EndpointShape } from '#kernel';
import type { FastifyReply } from 'fastify';
import type { Download } from './types.ts';

export interface DownloadAnswer {
  readonly download: Download;
}

const NAME_LENGTH_MAX = 180; // Most file systems stop at 255 bytes; accents take two.

/** What a handler gave, checked against its contract. */
export function downloadAnswer(endpoint: EndpointShape, value: unknown): DownloadAnswer {
  // The handler's type says so; the contract is compared at run time like every answer.
  const download = value as Download;
  const isDeclared = endpoint.download?.mediaTypes.includes(download.mediaType) ?? false;
  assert(isDeclared && endpoint.method === 'GET', `${endpoint.path}: ${download.mediaType} is not in its contract`);
  return { download };
}

/** Sends the bytes as an attachment that no browser opens in place and no cache keeps. */
export function sendDownload(reply: FastifyReply, { download }: DownloadAnswer): FastifyReply {
  const { name, mediaType, bytes } = download;
  void reply.header('cache-control', 'no-store');
  void reply.header('content-disposition', attachment(name));
  return reply.code(200).type(mediaType).send(bytes);
}

/** RFC 6266: a plain name for old readers, the real one in UTF-8. */
function attachment(name: string): string {
  const short =
    name
      .replaceAll(/[\p{Cc}\p{Cf}/\\]/gu, ' ')
      .slice(0, NAME_LENGTH_MAX)
      .trim() || 'cactus';
  const plain =
    short
      .normalize('NFD')
      .replaceAll(/[^\x20-\x7e]/g, '')
      .replaceAll(/["%]/g, ' ')
      .trim() || 'cactus';
  const encoded = encodeURIComponent(short).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
