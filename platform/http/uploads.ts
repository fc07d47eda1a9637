/** Uploads: raw bytes with the name in `X-File-Name`; the size limit holds even when Content-Length lies or is missing. */
import type { IncomingMessage } from 'node:http';
import { type Readable, Transform } from 'node:stream';
import { RequestProblem } from './problem.ts';

const NAME_LENGTH_MAX = 255; // What every file system takes.

/** Refuses by Content-Length before a byte is read, then counts while streaming. */
export function limitedUpload(request: IncomingMessage, sizeBytesMax: number): Readable {
  const declaredBytes = Number(request.headers['content-length'] ?? 0);
  if (declaredBytes > sizeBytesMax) throw new RequestProblem('file_too_large', { details: { sizeBytesMax } });
  let seenBytes = 0;
  const limiter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seenBytes += chunk.length;
      if (seenBytes > sizeBytesMax) done(new RequestProblem('file_too_large', { details: { sizeBytesMax } }));
      else done(null, chunk);
    },
  });
  const cut = (): void => void limiter.destroy(new RequestProblem('request_incomplete'));
  request.on('error', cut);
  request.on('aborted', cut);
  // Without a reader (a handler that refused early) the error has nowhere to go; it must not end the process.
  limiter.on('error', () => request.unpipe(limiter));
  return request.pipe(limiter);
}

/** The decoded file name: no folders, no control characters; refused when missing. */
export function uploadName(header: string | string[] | undefined): string {
  const text = Array.isArray(header) ? header[0] : header;
  const issue = (message: string) =>
    new RequestProblem('invalid_request', { errors: [{ path: 'headers.x-file-name', message }] });
  if (!text) throw issue('Required: send the file name, URL-encoded.');
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    throw issue('Send the file name URL-encoded (encodeURIComponent).');
  }
  const lastSegment = decoded.split(/[/\\]/).at(-1) ?? '';
  const name = lastSegment.replaceAll(/\p{Cc}/gu, '').trim();
  if (name === '' || name === '.' || name === '..' || name.length > NAME_LENGTH_MAX) {
    throw issue(`Send a file name of 1 to ${NAME_LENGTH_MAX} characters.`);
  }
  return name;
}
