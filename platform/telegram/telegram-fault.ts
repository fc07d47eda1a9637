/** What Telegram answered, as a cause a person can act on (https://core.telegram.org/bots/api#making-requests). */
import { Fault } from '#kernel';
import type { GrammyError } from 'grammy';
import type { TelegramFaultCode } from './types.ts';

export class TelegramFault extends Fault {
  declare readonly code: TelegramFaultCode;
  readonly detail: string;
  /** How long Telegram wants us to keep quiet; null when it did not say. */
  readonly waitMs: number | null;

  constructor(
    code: TelegramFaultCode,
    detail: string,
    options: { readonly retryable: boolean; readonly waitMs?: number | null },
  ) {
    super(code, `${code}: ${detail}`, { retryable: options.retryable });
    this.detail = detail;
    this.waitMs = options.waitMs ?? null;
  }
}

const SECOND_MS = 1_000;
const DETAIL_LENGTH_MAX = 300;

/** Names the cause. The error itself is not kept: a network error may hold the address, and with it the token. */
export function telegramFaultOf(error: unknown): TelegramFault {
  if (error instanceof TelegramFault) return error;
  if (isAnswer(error)) return faultOfAnswer(error);
  const isNetwork = error instanceof Error && error.name === 'HttpError';
  const detail = isNetwork ? 'Telegram does not answer.' : 'The call failed before an answer.';
  return new TelegramFault('telegram_unreachable', detail, { retryable: true });
}

/** By its name: the class would load the library, which only an installation with a bot needs. */
function isAnswer(error: unknown): error is GrammyError {
  return error instanceof Error && error.name === 'GrammyError';
}

function faultOfAnswer({ error_code: status, description, parameters }: GrammyError): TelegramFault {
  const detail = description.slice(0, DETAIL_LENGTH_MAX);
  if (status === 429) {
    const waitMs = (parameters.retry_after ?? 1) * SECOND_MS;
    return new TelegramFault('telegram_busy', detail, { retryable: true, waitMs });
  }
  if (status === 401 || status === 404) return new TelegramFault('telegram_token_refused', detail, { retryable: true });
  if (status === 409) return new TelegramFault('telegram_conflict', detail, { retryable: true });
  if (status === 403) return new TelegramFault('telegram_blocked', detail, { retryable: false });
  if (status === 400 && /chat not found|user is deactivated|PEER_ID_INVALID/i.test(description)) {
    return new TelegramFault('telegram_chat_gone', detail, { retryable: false });
  }
  return new TelegramFault('telegram_refused', detail, { retryable: status >= 500 });
}
