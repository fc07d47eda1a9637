/** Secrets of the whole installation that keepers enter on a page: of no workspace, and read anew at every use. */
import type { SecretScope } from './types.ts';

/** The workspace of what belongs to none. */
const INSTALLATION = '00000000-0000-0000-0000-000000000000';

export const MAIL_PASSWORD: SecretScope = { workspaceId: INSTALLATION, name: 'smtp.password' };
export const BOT_TOKEN: SecretScope = { workspaceId: INSTALLATION, name: 'telegram.bot-token' };
