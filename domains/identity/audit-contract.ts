/** The audit trail over HTTP: who did what, from where, what was before and after, and whether the chain is whole. */
import { z } from 'zod';
import { endpoint } from '#kernel';

const Id = z.uuid();
const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const Facts = z.record(z.string(), z.unknown());

export const ListAudit = endpoint({
  method: 'GET',
  path: '/api/audit-entries',
  permission: 'identity.audit.read',
  summary: 'Who did what in this workspace, newest first; by person, action, subject or day on request.',
  query: z.object({
    before: z.coerce.number().int().positive().optional(),
    /** `nextCursor` of the page before; the same place as `before`. */
    cursor: z.coerce.number().int().positive().optional(),
    limit: z.coerce.number().int().min(1).max(200).default(100),
    userId: Id.optional(),
    /** The action, or what it begins with: `portfolios.` finds all of them. */
    action: z.string().max(100).optional(),
    subject: z.string().max(100).optional(),
    /** Days in the asker's time zone, both included. */
    from: Day.optional(),
    to: Day.optional(),
  }),
  response: z.object({
    items: z.array(
      z.object({
        sequence: z.number(),
        action: z.string(),
        subject: z.string(),
        userId: Id.nullable(),
        userName: z.string().nullable(),
        ip: z.string(),
        agent: z.string(),
        /** The browser session or API token that did it. */
        credentialId: z.string().nullable(),
        atMs: z.number(),
        details: z.record(z.string(), z.string()),
        before: Facts.nullable(),
        after: Facts.nullable(),
      }),
    ),
    /** Pass it as `before` to read on; null at the end. */
    next: z.number().nullable(),
    /** The same as text, for `cursor`. */
    nextCursor: z.string().nullable(),
  }),
  refusals: { day_not_valid: 422 },
});

export const VerifyAudit = endpoint({
  method: 'GET',
  path: '/api/audit-verification',
  permission: 'identity.audit.read',
  summary: 'Walks the audit chain of this workspace and says whether every entry is as it was written.',
  response: z.object({
    isWhole: z.boolean(),
    entryCount: z.number(),
    /** Hash of the newest entry; write it down with the count to have an anchor of your own. */
    headHash: z.string(),
    /** Links of this chain that were kept outside the database, all compared. */
    anchorCount: z.number(),
    fault: z.enum(['entry_broken', 'tail_cut', 'head_missing', 'anchor_broken']).nullable(),
    brokenAt: z.number().nullable(),
  }),
});
