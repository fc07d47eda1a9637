/** Identity's door for other domains. */
export { permissionCatalogue, permissionsOfRole } from './permissions.ts';
