/** Who can be told something: SQL on identity_members, identity_users and identity_workspaces. */
import type { UserRole } from '#kernel';
import type { Queryable } from '#platform/db';
import type { Locale } from './tables.ts';

export interface DirectoryRow {
  readonly userId: string;
  readonly email: string;
  readonly locale: Locale;
  readonly timeZone: string;
  readonly role: UserRole;
}

const PEOPLE_MAX = 500; // A firm, not a public site.
const WORKSPACES_MAX = 100;

/** Members who may sign in. */
export async function listReachable(queryable: Queryable, workspaceId: string): Promise<readonly DirectoryRow[]> {
  return queryable.prepared<DirectoryRow>(
    'identity.directory.people',
    `select people.user_id as "userId", people.email, people.locale, people.time_zone as "timeZone", members.role
     from identity_members members join identity_users people on people.user_id = members.user_id
     where members.workspace_id = $1 and people.disabled_at is null
     order by people.user_id limit ${PEOPLE_MAX}`,
    [workspaceId],
  );
}

/** The real ones: nobody is told about the example. */
export async function listRealWorkspaceIds(queryable: Queryable): Promise<readonly string[]> {
  const sql = `select workspace_id as id from identity_workspaces where kind = 'real' order by 1 limit ${WORKSPACES_MAX}`;
  return (await queryable.prepared<{ id: string }>('identity.directory.workspaces', sql, [])).map(({ id }) => id);
}
