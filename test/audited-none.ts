/** Routes that are no GET and leave no entry in the audit trail, each with its reason. */

/** They change nothing that somebody would ask about, or the trail has it from elsewhere. */
export const LEAVES_NONE: Readonly<Record<string, string>> = {
  'POST /api/auth/token': 'exchanges an API token for ten minutes of itself; making and revoking it are in the trail',
  'POST /api/events': 'the event log itself is the record of what was published, with its sequence',
  'POST /api/invitation-link/provider': 'sends the browser to the provider; the acceptance itself is in the trail',
  'POST /api/invitation-link': 'reads what a link invites to; a POST keeps the link out of addresses',
  'POST /api/me/passkey-challenges': 'asks for a challenge; adding the passkey is in the trail',
  'POST /api/passkey-challenges': 'asks for a challenge; signing in is in the trail',
  'POST /api/me/proof-challenges': 'asks for a challenge; the proof is in the trail',
  'POST /api/me/totp': 'shows a key that is nothing until it is confirmed; confirming is in the trail',
  'POST /api/me/linked-accounts': 'starts a journey to the provider; the link it ends with is in the trail',
  'PUT /api/notifications/:notificationId/read': 'marks a notice of one’s own as read',
  'PUT /api/notifications/read': 'marks notices of one’s own as read',
  'PUT /api/notifications/preferences': 'chooses where one’s own notices arrive; changes nobody’s rights or figures',
  'POST /api/notifications/test': 'sends a test message to who asks; changes nothing',
  'POST /api/notifications/connections/mail/test': 'sends a test message to who asks; changes nothing',
  'POST /api/notifications/connections/telegram/test': 'asks the bot who it is; changes nothing',
  'POST /api/notifications/telegram/link': 'makes a code for one’s own chat; changes nobody’s rights or figures',
  'DELETE /api/notifications/telegram/link': 'cuts one’s own chat off; changes nobody’s rights or figures',
  'POST /api/markets/instrument-searches': 'asks providers for public names; changes nothing',
  'POST /api/markets/providers/:provider/test': 'asks a provider for one public price; changes nothing',
  'POST /api/rebalance-proposals': 'computes trades that nobody orders; changes nothing',
  'POST /api/portfolios/:portfolioId/tax/simulate': 'computes what a sale would give; records nothing',
  'POST /api/webhooks/filter-tests': 'computes which events would pass; changes nothing',
  'POST /api/webhooks/replay-previews': 'counts what would be sent; changes nothing',
};
