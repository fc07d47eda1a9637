/**
 * XML scan: a push parser with every door shut. DOCTYPE is refused (so no entity can be declared), depth, attributes
 * and token length are capped, and bytes that produce no event for too long stop the scan. Names come without prefix.
 */
import { SaxesParser } from 'saxes';
import { requireMemory } from './memory-watch.ts';
import { XML_ATTRIBUTES_MAX, XML_DEPTH_MAX, XML_TOKEN_CHARS_MAX } from './reading-limits.ts';
import { ReadStopped } from './sheet.ts';

export type XmlAttributes = Readonly<Record<string, string>>;

export interface XmlHandlers {
  /** `name` without its prefix; attributes keep theirs (`r:id`). Elements of foreign namespaces are not reported. */
  open(name: string, attributes: XmlAttributes): void;
  close(name: string): void;
  text(text: string): void;
}

/** Scans one part; throws `ReadStopped` at the first thing a spreadsheet program would never write. */
export async function scanXml(bytes: AsyncIterable<Buffer>, handlers: XmlHandlers): Promise<void> {
  const scan = createScan(handlers);
  let decoder: TextDecoder | null = null;
  for await (const chunk of bytes) {
    decoder ??= new TextDecoder(encodingOf(chunk), { fatal: true });
    scan.write(decoded(decoder, chunk));
    requireMemory();
  }
  if (!decoder) throw new ReadStopped('xml_malformed', { cause: 'empty part' });
  scan.end();
}

function encodingOf(firstChunk: Buffer): string {
  if (firstChunk[0] === 0xff && firstChunk[1] === 0xfe) return 'utf-16le';
  if (firstChunk[0] === 0xfe && firstChunk[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

function decoded(decoder: TextDecoder, chunk: Buffer): string {
  try {
    return decoder.decode(chunk, { stream: true });
  } catch {
    throw new ReadStopped('xml_malformed', { cause: 'text encoding' });
  }
}

interface Scan {
  write(text: string): void;
  end(): void;
}

function createScan(handlers: XmlHandlers): Scan {
  const parser = new SaxesParser({ xmlns: false, position: false });
  let depth = 0;
  let attributes = 0;
  let charsSinceEvent = 0;
  let rootPrefix: string | null = null;
  parser.on('error', (error) => {
    throw new ReadStopped('xml_malformed', { cause: error.message.slice(0, 200) });
  });
  parser.on('doctype', () => {
    throw new ReadStopped('xml_has_doctype');
  });
  parser.on('attribute', () => {
    attributes += 1;
    charsSinceEvent = 0;
    if (attributes > XML_ATTRIBUTES_MAX) throw new ReadStopped('xml_token_too_long', { attributes });
  });
  parser.on('opentag', (tag) => {
    depth += 1;
    attributes = 0;
    charsSinceEvent = 0;
    if (depth > XML_DEPTH_MAX) throw new ReadStopped('xml_too_deep', { max: XML_DEPTH_MAX });
    const colon = tag.name.indexOf(':');
    const prefix = colon < 0 ? '' : tag.name.slice(0, colon);
    rootPrefix ??= prefix;
    if (prefix === rootPrefix) handlers.open(tag.name.slice(colon + 1), tag.attributes);
  });
  parser.on('closetag', (tag) => {
    depth -= 1;
    charsSinceEvent = 0;
    const colon = tag.name.indexOf(':');
    if ((colon < 0 ? '' : tag.name.slice(0, colon)) === rootPrefix) handlers.close(tag.name.slice(colon + 1));
  });
  parser.on('text', (text) => {
    charsSinceEvent = 0;
    handlers.text(text);
  });
  parser.on('cdata', (text) => handlers.text(text));
  return {
    write(text) {
      // A DOCTYPE can only stand before the root; looking for it here refuses it before its body is read.
      if (rootPrefix === null && /<!DOCTYPE/i.test(text)) throw new ReadStopped('xml_has_doctype');
      charsSinceEvent += text.length;
      parser.write(text);
      if (charsSinceEvent > XML_TOKEN_CHARS_MAX) throw new ReadStopped('xml_token_too_long');
    },
    end() {
      parser.close();
    },
  };
}
