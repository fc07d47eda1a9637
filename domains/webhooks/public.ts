/** The door of webhooks. Domains need nothing: an event they emit reaches its endpoints by itself. The command replays by id. */
export { CustomPublished } from './contract.ts';
export { type ReplayedDelivery, replayDeliveriesOf, statesOf } from './replay-by-id.ts';
