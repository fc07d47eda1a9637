/**
 * `cactus audit verify`: walks every audit chain of this install, offline. Exit 0 whole, 3 when a chain is not what was
 * written. With --anchors it also compares with a copy of the anchor file that was kept on another machine.
 */
import { readAuditAnchors, verifyAuditChains } from '#identity';
import type { Command } from 'commander';
import pc from 'picocolors';
import { EXIT, withPlatform } from './install.ts';

const FAULTS = {
  entry_broken: 'was changed, removed, inserted or moved',
  tail_cut: 'the newest entries were cut off or rewritten',
  head_missing: 'the head of the chain is gone',
  anchor_broken: 'is not the entry that an anchor remembers',
} as const;

interface VerifyFlags {
  readonly json?: boolean;
  readonly anchors?: string;
}

/** Adds `audit` to the command line. */
export function registerAudit(program: Command): void {
  const audit = program.command('audit').description('the trail of who did what');
  audit
    .command('verify')
    .description('walk the audit chains and say whether every entry is as it was written')
    .option('--anchors <file>', 'also compare with this copy of audit/anchors.jsonl')
    .option('--json', 'machine-readable output')
    .action(runVerify);
}

async function runVerify(flags: VerifyFlags): Promise<void> {
  const verdicts = await withPlatform(async (platform) => {
    const kept = await readAuditAnchors(platform.config.dataDir, flags.anchors);
    return verifyAuditChains(platform.db, kept);
  });
  const chains = verdicts.map(({ entryCount, brokenAt, ...chain }) => ({
    ...chain,
    entryCount: entryCount.toString(),
    brokenAt: brokenAt?.toString() ?? null,
  }));
  if (flags.json) console.log(JSON.stringify({ version: 1, chains }, null, 2));
  else for (const chain of chains) console.log(lineOf(chain));
  if (!flags.json && chains.length === 0) console.error('There are no entries yet.');
  process.exitCode = chains.every(({ fault }) => fault === null) ? EXIT.ok : EXIT.problems;
}

function lineOf(chain: {
  readonly workspaceId: string;
  readonly entryCount: string;
  readonly headHash: string;
  readonly anchorCount: number;
  readonly fault: keyof typeof FAULTS | null;
  readonly brokenAt: string | null;
}): string {
  const { workspaceId, entryCount, headHash, anchorCount, fault, brokenAt } = chain;
  if (fault) return pc.red(`${workspaceId}  broken: entry ${brokenAt} ${FAULTS[fault]}`);
  return `${workspaceId}  whole: ${entryCount} entries, ${anchorCount} anchors, head ${headHash}`;
}
