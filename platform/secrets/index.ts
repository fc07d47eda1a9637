/** The door of platform/secrets. */
export { unwrapKey, wrapKey } from './envelope.ts';
export { SECRET_EVENTS } from './events.ts';
export { BOT_TOKEN, MAIL_PASSWORD } from './installation.ts';
export { type OldBox, openOldBox } from './old-box.ts';
export { tellKeyChange } from './key-notice.ts';
export { adoptMasterKeys, keyFileOf, keyOfText, readKeyFile, readMasterKeys } from './master-key.ts';
export { SECRET_PERMISSIONS, secretRoutes } from './secret.routes.ts';
export { deleteSecretsOfWorkspace } from './secret.store.ts';
export { openSecrets, rotateMasterKey, type SecretsOptions } from './secrets.ts';
export { type MasterKey, type Rewrap, type Secrets, type SecretScope } from './types.ts';
