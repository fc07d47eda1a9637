/** The door of webhooks for other domains. They need nothing: an event they emit reaches its endpoints by itself. */
export { CustomPublished } from './contract.ts';
