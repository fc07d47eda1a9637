/** Goal: a chat becomes a person's only by the code she was given; blocking is noticed; a killed reader repeats nothing. */
import { startTestBotApi, TEST_BOT_TOKEN, type TestBotApi, testPlatform, type TestPlatform } from '#platform/testing';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

let api: TestBotApi;
let platform: TestPlatform;
let stop: () => Promise<void>;
let chatId = 1_000;
beforeAll(async () => {
  api = await startTestBotApi();
  platform = await testPlatform([], { config: { telegram: { botToken: TEST_BOT_TOKEN, apiRoot: api.url } } });
  stop = await platform.telegram.startReading();
  await vi.waitUntil(async () => (await platform.telegram.state(platform.db)).botUsername !== null);
});
afterAll(async () => {
  await stop();
  await platform.close();
  await api.close();
});
beforeEach(() => {
  chatId += 1;
  api.sent.length = 0;
});

const person = () => ({ userId: platform.newId(), workspaceId: platform.newId() });
const offer = (who: ReturnType<typeof person>) => platform.db.transaction((tx) => platform.telegram.offerLink(tx, who));
const linkOf = (userId: string) => platform.telegram.findLink(platform.db, userId);
const answered = () => vi.waitUntil(() => api.sent.filter((message) => message.chatId === chatId).length === 1);

async function linked() {
  chatId += 100;
  const who = person();
  const { code } = await offer(who);
  api.say(chatId, `/start ${code}`);
  await expect.poll(async () => (await linkOf(who.userId))?.chatId).toBe(BigInt(chatId));
  await answered();
  api.sent.length = 0;
  return who;
}

test('the deep link names the bot, and its code links the chat it arrives from, once', async () => {
  const ana = person();
  const { url, code } = await offer(ana);
  expect(url).toBe(`https://t.me/cactus_test_bot?start=${code}`);
  api.say(chatId, `/start ${code}`, { username: 'ana_f' });
  await expect.poll(() => linkOf(ana.userId)).toMatchObject({ chatId: BigInt(chatId), username: 'ana_f' });
  await answered();
  expect(api.sent[0]?.chatId).toBe(chatId);
  api.say(chatId + 5_000, `/start ${code}`);
  await expect.poll(() => api.sent.length).toBe(2);
  expect(api.sent[1]?.text).toContain('no vale');
  expect((await linkOf(ana.userId))?.chatId).toBe(BigInt(chatId));
});

test('a code sent without /start links too; a late one, a replaced one and a wrong one do not', async () => {
  const ana = person();
  const { code: replaced } = await offer(ana);
  const { code: late } = await offer(ana);
  platform.time.advance(15 * 60_000 + 1);
  for (const code of [replaced, late, 'x'.repeat(32), '', '../../etc', "' or 1=1"]) api.say(chatId, `/start ${code}`);
  await expect.poll(() => api.sent.length).toBe(6);
  expect(await linkOf(ana.userId)).toBeNull();
  api.say(chatId, (await offer(ana)).code);
  await expect.poll(async () => (await linkOf(ana.userId))?.chatId).toBe(BigInt(chatId));
});

test('a group is never linked and never answered', async () => {
  const ana = person();
  const { code } = await offer(ana);
  api.say(-chatId, `/start ${code}`, { type: 'group' });
  api.say(chatId, 'hola');
  await answered();
  expect(api.sent[0]?.chatId).toBe(chatId);
  expect(await linkOf(ana.userId)).toBeNull();
});

test('blocking the bot switches the channel off and is told once; taking it back switches it on', async () => {
  const ana = await linked();
  const told: string[] = [];
  platform.telegram.onDisabled(async (_tx, link) => void told.push(link.userId));
  api.member(chatId, 'kicked');
  await expect.poll(async () => (await linkOf(ana.userId))?.disabledReason).toBe('blocked');
  api.member(chatId, 'kicked');
  api.member(chatId, 'member');
  await expect.poll(async () => (await linkOf(ana.userId))?.disabledReason).toBeNull();
  expect(told).toEqual([ana.userId]);
});

test('/stop and unlinking forget the chat', async () => {
  const ana = await linked();
  api.say(chatId, '/stop');
  await expect.poll(() => linkOf(ana.userId)).toBeNull();
  const luis = await linked();
  await platform.db.transaction((tx) => platform.telegram.unlink(tx, luis.userId));
  expect(await linkOf(luis.userId)).toBeNull();
});

test('a second reader waits for the first, and one that takes over repeats no update', async () => {
  const second = await platform.telegram.startReading();
  const ana = await linked();
  await platform.db.transaction((tx) => platform.telegram.unlink(tx, ana.userId));
  await stop();
  await second();
  stop = await platform.telegram.startReading();
  const luis = await linked();
  expect(await linkOf(luis.userId)).not.toBeNull();
  expect(await linkOf(ana.userId)).toBeNull();
  expect(api.sent).toEqual([]);
});

test('a refused token is told as such, and neither token nor code is stored or logged in the clear', async () => {
  const botToken = '999999999:AAwrongWRONGwrongWRONGwrongWRONG';
  const wrong = await testPlatform([], { config: { telegram: { botToken, apiRoot: api.url } } });
  await wrong.jobs.start();
  await wrong.db.transaction((tx) => wrong.telegram.requestCheck(tx));
  await expect.poll(async () => (await wrong.telegram.state(wrong.db)).errorCode).toBe('telegram_token_refused');
  expect(JSON.stringify(await wrong.telegram.state(wrong.db))).not.toContain('wrong');
  await wrong.close();
  const { code } = await offer(person());
  const rows = await platform.db.prepared<{ text: string }>(
    'test.telegram.codes',
    'select codes::text as text from platform_telegram_codes codes',
    [],
  );
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.map(({ text }) => text).join()).not.toContain(code);
});

test('without a token there is nothing to link', async () => {
  const bare = await testPlatform([]);
  expect(await bare.telegram.isConfigured()).toBe(false);
  expect(await bare.telegram.state(bare.db)).toMatchObject({ errorCode: 'telegram_not_configured' });
  await (
    await bare.telegram.startReading()
  )();
  await bare.close();
});
