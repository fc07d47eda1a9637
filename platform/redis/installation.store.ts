/** Names the installation by its database: the same for every process over it, another one for a copy restored elsewhere. */
import type { Queryable } from '#platform/db';

/** The cluster's own identifier and the database inside it; any role may read both. */
export async function installationOf(queryable: Queryable): Promise<string> {
  const rows = await queryable.prepared<{ installation: string }>(
    'platform.redis.installation',
    `select to_hex(system_identifier) || '-' || (select oid from pg_database where datname = current_database()) as installation
     from pg_control_system()`,
    [],
  );
  return rows[0]?.installation ?? 'unnamed';
}
