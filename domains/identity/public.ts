/**
 * Identity's door for other domains. Reads take any queryable; `recordAudit` appends to the workspace's chain inside
 * the caller's transaction (call it last: it holds the chain's lock until the commit).
 */
export { readAnchors as readAuditAnchors } from './audit-anchor.ts';
export { type AuditFact, appendAudit as recordAudit } from './audit.store.ts';
export { inviteAsOperator } from './operator.ts';
export { diagnoseOidc, type OidcDiagnosis } from './oidc-doctor.ts';
export { permissionCatalogue, permissionsOfRole } from './permissions.ts';
export { issueResetAsOperator } from './reset.ts';
export { type AuditAnchor, type ChainVerdict, verifyAllChains as verifyAuditChains } from './audit-verification.ts';
export { listMembers as members, listUserNames as userNames, type Member } from './user.store.ts';
export { rowScopeOf } from './row-scope.ts';
export { createSetupLink } from './setup.ts';
export {
  findWorkspace as workspaceById,
  listMemberIds as memberIds,
  listWorkspaces,
  type Workspace,
} from './workspace.store.ts';
