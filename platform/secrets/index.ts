/** The door of platform/secrets. */
export { unwrapKey, wrapKey } from './envelope.ts';
export { SECRET_EVENTS } from './events.ts';
export { BOT_TOKEN, MAIL_PASSWORD } from './installation.ts';
export { type OldBox, openOldBox } from './old-box.ts';
export { tellKeyChange } from './key-notice.ts';
export { adoptMasterKeys, keyFileOf, keyOfText, readKeyFile, readMasterKeys } from './master-key.ts';
export { SECRET_PERMISSIONS, secretRoutes } from './secret.routes.ts';
export { deleteSecretsOfWorkspace } from './secret.store.ts';
export { rewrapAll, rewrapJob, rewrapWhenStale, sealedColumnsOf } from './rewrap.job.ts';
export { forgetMasterKey, openSecrets, rotateMasterKey, type SecretsOptions } from './secrets.ts';
export { namedSecrets } from './named-column.ts';
export { type SealedColumn, sealedColumn, type StalePage, staleCounts } from './sealed-column.ts';
export { type MasterKey, type Rewrap, type Secrets, type SecretScope } from './types.ts';
