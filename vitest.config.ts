/** One runner for server, tools and web units; browser journeys drive a real Chromium from test/e2e. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{kernel,platform,domains,web,cli,tools,test,bench}/**/*.test.{ts,tsx}'],
    globalSetup: ['platform/testing/global-setup.ts'],
    env: { TZ: 'Europe/Madrid' },
    testTimeout: 60_000, // A journey on a busy two-core machine; what is quick elsewhere stays quick.
    hookTimeout: 240_000,
    expect: { poll: { timeout: 15_000 } }, // What comes from another process comes late on a busy machine.
  },
});
