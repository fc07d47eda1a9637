/** The door of platform/http. */
export {
  type Actor,
  type Handler,
  type HandlerInput,
  type Http,
  type RefusalOf,
  type ReplyFacts,
  type RequestFacts,
} from './types.ts';
