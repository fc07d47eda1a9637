/** Telegram as the rest of the product sees it: a bot that people link to, and that writes to them. */
import type { CredentialFact } from '#platform/mail';
import type { Queryable, Transaction } from '#platform/db';

export type TelegramFaultCode =
  | 'telegram_not_configured'
  | 'telegram_token_refused'
  | 'telegram_unreachable'
  | 'telegram_busy'
  | 'telegram_conflict'
  | 'telegram_blocked'
  | 'telegram_chat_gone'
  | 'telegram_refused';

export type LinkDisabledReason = 'blocked' | 'chat_gone';

export interface TelegramLink {
  readonly userId: string;
  /** Where she linked it: notices about the link itself go there. */
  readonly workspaceId: string;
  readonly chatId: bigint;
  readonly username: string | null;
  readonly linkedAtMs: number;
  /** The bot may not write any more; null while it may. */
  readonly disabledReason: LinkDisabledReason | null;
}

export interface TelegramState {
  readonly isConfigured: boolean;
  readonly botUsername: string | null;
  readonly checkedAtMs: number | null;
  readonly errorCode: TelegramFaultCode | null;
  readonly errorDetail: string | null;
}

export interface LinkOffer {
  /** Opens the chat with the bot and fills the code in; null while the bot's name is not known. */
  readonly url: string | null;
  readonly code: string;
  readonly expiresAtMs: number;
}

export interface TelegramDoor {
  /** False until a token is set, in the settings or on the page. */
  isConfigured(queryable?: Queryable): Promise<boolean>;
  /** Where the token comes from; the settings win over what was entered on the page. */
  tokenFact(): Promise<CredentialFact>;
  state(queryable: Queryable): Promise<TelegramState>;
  findLink(queryable: Queryable, userId: string): Promise<TelegramLink | null>;
  /** A single-use code that links the chat it arrives from. A new one replaces the last. */
  offerLink(tx: Transaction, person: { readonly userId: string; readonly workspaceId: string }): Promise<LinkOffer>;
  unlink(tx: Transaction, userId: string): Promise<void>;
  /** Writes to a chat; leaves the process, so never in a route or a transaction. Throws `TelegramFault`. */
  write(chatId: bigint, html: string): Promise<void>;
  /** The chat does not take messages any more: the link is switched off and who listens is told. */
  disableLink(tx: Transaction, link: TelegramLink, reason: LinkDisabledReason): Promise<void>;
  /** Runs in the transaction that switched a link off. */
  onDisabled(listener: (tx: Transaction, link: TelegramLink) => Promise<void>): void;
  /** Has a job ask Telegram who the bot is; the answer or the cause is in `state`. */
  requestCheck(tx: Transaction): Promise<void>;
  /** Reads what people send to the bot, in one process of all, until stopped. */
  startReading(): Promise<() => Promise<void>>;
}
