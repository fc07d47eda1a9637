/** What a backup says of itself: the plan before the data, the manifest after it. */
import { z } from 'zod';
import { corrupt } from './chunk-cipher.ts';

const TableShape = z.object({
  schema: z.string(),
  name: z.string(),
  columns: z.array(z.string()).min(1),
  /** Expressions that put the rows in one order on every machine. */
  orderBy: z.array(z.string()).min(1),
  /** Columns whose total is compared: exact numbers only. */
  summed: z.array(z.string()),
});
export type TableShape = z.infer<typeof TableShape>;

const Plan = z.object({
  kind: z.literal('plan'),
  formatVersion: z.literal(1),
  createdAtMs: z.int(),
  serverVersion: z.string(),
  migrations: z.array(z.object({ owner: z.string(), number: z.int(), name: z.string(), checksum: z.string() })),
  tables: z.array(TableShape).min(1),
});
export type Plan = z.infer<typeof Plan>;

const TableFacts = z.object({
  schema: z.string(),
  name: z.string(),
  rowCount: z.int(),
  sums: z.record(z.string(), z.string().nullable()),
  sha256: z.string(),
  sizeBytes: z.int(),
});
export type TableFacts = z.infer<typeof TableFacts>;

const Manifest = z.object({
  kind: z.literal('manifest'),
  tables: z.array(TableFacts).min(1),
  sequences: z.array(z.object({ schema: z.string(), name: z.string(), lastValue: z.string(), isCalled: z.boolean() })),
  files: z.object({
    count: z.int(),
    sizeBytes: z.int(),
    /** Hash over the hashes of the files in their order. */
    sha256: z.string(),
    /** Content that was missing or changed on disk when the backup was made. */
    damaged: z.array(z.string()),
  }),
});
export type Manifest = z.infer<typeof Manifest>;

const TableHead = z.object({ kind: z.literal('table'), schema: z.string(), name: z.string() });
const FileHead = z.object({ kind: z.literal('file'), sha256: z.string().regex(/^[0-9a-f]{64}$/) });
const Head = z.discriminatedUnion('kind', [Plan, TableHead, FileHead, Manifest]);

/** Tells an entry's head. Throws `backup_corrupt`. */
export function parseHead(head: unknown): z.infer<typeof Head> {
  const parsed = Head.safeParse(head);
  if (parsed.success) return parsed.data;
  throw corrupt('an entry in it is none that this version knows', parsed.error);
}
