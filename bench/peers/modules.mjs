/** Peers live in bench/node_modules; some of them are CommonJS, which `require` loads as their authors meant it. */
import { createRequire } from 'node:module';

export const require = createRequire(import.meta.url);
