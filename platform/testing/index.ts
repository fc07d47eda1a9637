/** The door of platform/testing: what tests stand on. Production code never imports it. */
export { silentLog } from './silent-log.ts';
export { startTestBotApi, TEST_BOT_TOKEN, type TestBotApi } from './test-bot-api.ts';
export { type TestClock } from './test-clock.ts';
export { openTestDatabase, type TestDatabase, type TestDomain } from './test-database.ts';
export { testPlatform, type TestPlatform, type TestPlatformOptions } from './test-platform.ts';
export { openTestRedis, type TestRedis } from './test-redis.ts';
export { startS3, type TestS3 } from './test-s3.ts';
export { startTestSmtp, type TestSmtp } from './test-smtp.ts';
export { type TestBrowser, type TestCall, testServer, type TestServer, type TestServerOptions } from './test-server.ts';
export { openTestProvider, type TestPerson, type TestProvider } from './test-provider.ts';
