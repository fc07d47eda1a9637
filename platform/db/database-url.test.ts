/** Goal: a DATABASE_URL that leads nowhere useful is told in words a person can act on. */
import { expect, test } from 'vitest';
import { openDatabase } from '#platform/db';
import { openTestDatabase, silentLog } from '#platform/testing';

const open = (databaseUrl: string) => openDatabase({ databaseUrl, dataDir: '', log: silentLog });

test('a wrong password, a missing database and a text that is no address each have their message', async () => {
  const database = await openTestDatabase([]);
  const spoiled = (spoil: (url: URL) => void): string => {
    const url = new URL(database.databaseUrl);
    spoil(url);
    return url.href;
  };
  const wrongPassword = spoiled((url) => (url.password = 'wrong'));
  const missing = spoiled((url) => (url.pathname = '/nowhere'));
  await expect(open(wrongPassword)).rejects.toMatchObject({ code: 'database_login_refused', retryable: false });
  await expect(open(missing)).rejects.toMatchObject({ code: 'database_missing', retryable: false });
  await expect(open('not an address')).rejects.toMatchObject({ code: 'database_url_unusable', retryable: false });
  await database.close();
});
