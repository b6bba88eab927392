import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    // Tests run the sources; only `lexigrad …` on the command line and the packed package use dist/.
    alias: [
      { find: '#host', replacement: here('./src/files/node/host.ts') },
      { find: /^lexigrad$/, replacement: here('./src/index.ts') },
      { find: 'lexigrad/classify', replacement: here('./src/models/classify.ts') },
      { find: 'lexigrad/onnx', replacement: here('./src/models/onnx/index.ts') },
      { find: /^lexigrad\/(.+)$/, replacement: `${here('./src')}/$1/index.ts` },
    ],
  },
  test: { include: ['test/**/*.test.ts', 'studio/test/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 20_000 } }, pool: 'threads', maxWorkers: 2 },
});
