/** `cactus user`: lets somebody in without a browser. Both commands print a single-use link; no password passes the shell. */
import { inviteAsOperator, issueResetAsOperator } from '#identity';
import { USER_ROLES, type UserRole } from '#kernel';
import type { Command } from 'commander';
import { EXIT, withPlatform } from './install.ts';

const MINUTE_MS = 60_000;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

const PROBLEMS: Readonly<Record<string, string>> = {
  already_member: 'this e-mail belongs to somebody of the workspace already.',
  already_invited: 'this e-mail has an open invitation; renew or revoke it in Ajustes, Usuarios y permisos.',
  invitations_full: 'this workspace has too many open invitations; revoke some first.',
  workspace_not_found: 'there is no such workspace; start Cactus and complete its setup first, or name one of: ',
  workspace_ambiguous: 'say which workspace with --workspace: ',
  user_not_found: 'nobody has an account with this e-mail.',
  user_disabled: 'this person is disabled; let her in again in Ajustes, Usuarios y permisos first.',
};

interface AddOptions {
  readonly role: string;
  readonly workspace?: string;
  readonly json?: boolean;
}

/** Adds `user add` and `user reset-password` to the command line. */
export function registerUser(program: Command): void {
  const user = program.command('user').description('let people in');
  user
    .command('add <email>')
    .description('invite a person; prints a single-use link of seven days')
    .requiredOption('--role <role>', USER_ROLES.join(', '))
    .option('--workspace <name>', 'name or id, when there are several')
    .option('--json', 'machine-readable output')
    .action(add);
  user
    .command('reset-password <email>')
    .description('print a single-use link of thirty minutes that sets a new password')
    .option('--json', 'machine-readable output')
    .action(resetPassword);
}

async function add(email: string, options: AddOptions): Promise<void> {
  const role = USER_ROLES.find((known) => known === options.role);
  if (!EMAIL.test(email)) return failUsage(`${email} is not an e-mail address.`);
  if (!role) return failUsage(`there is no role ${options.role}; choose one of: ${USER_ROLES.join(', ')}.`);
  const wish: { email: string; role: UserRole; workspace: string | null } = {
    email,
    role,
    workspace: options.workspace ?? null,
  };
  const invited = await withPlatform((platform) => inviteAsOperator(platform, wish));
  if (!invited.ok) return fail(invited.code, invited.details);
  const { url, workspaceName, expiresAtMs, isMailed } = invited.value;
  console.log(options.json ? JSON.stringify({ url, workspace: workspaceName, expiresAtMs, isMailed }) : url);
  console.error(`${email} joins ${workspaceName} as ${role} by this link, once and within seven days.`);
  console.error(isMailed ? 'It was also put into the mail queue.' : 'Hand it over yourself: no mail server is set.');
}

async function resetPassword(email: string, options: { json?: boolean }): Promise<void> {
  const issued = await withPlatform(async (platform) => {
    const link = await issueResetAsOperator(platform, email);
    if (!link.ok) return link;
    const lifeMinutes = Math.round((link.value.expiresAtMs - platform.clock()) / MINUTE_MS);
    return { ...link, lifeMinutes };
  });
  if (!issued.ok) return fail(issued.code, issued.details);
  const { url, expiresAtMs } = issued.value;
  console.log(options.json ? JSON.stringify({ url, expiresAtMs }) : url);
  console.error(`Works once, for ${issued.lifeMinutes} minutes. Using it closes every session of ${email}.`);
}

function fail(code: string, details: Readonly<Record<string, unknown>>): void {
  const names = Array.isArray(details['workspaces']) ? details['workspaces'].join(', ') : '';
  console.error(`Cactus: ${PROBLEMS[code] ?? code}${names}`);
  process.exitCode = EXIT.failed;
}

function failUsage(message: string): void {
  console.error(`Cactus: ${message}`);
  process.exitCode = EXIT.usage;
}
