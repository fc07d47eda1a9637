/** The door of platform/telegram. */
export { escapeTelegram } from './bot.adapter.ts';
export { deleteLinksOfWorkspace } from './link.store.ts';
export { createTelegram, type TelegramOptions } from './telegram.ts';
export { TelegramFault, telegramFaultOf } from './telegram-fault.ts';
export {
  type LinkDisabledReason,
  type LinkOffer,
  type TelegramDoor,
  type TelegramFaultCode,
  type TelegramLink,
  type TelegramState,
} from './types.ts';
