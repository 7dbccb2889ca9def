// Bundles everything that runs outside the source tree: extension, control-plane worker, command line, agent, bootstrap.
import { build } from 'esbuild';
import { existsSync } from 'node:fs';
import { ensureSchema } from './extractSchema.mjs';

const production = process.argv.includes('--production');

await ensureSchema();

/** What native code of optional dependencies would be: none of it is needed, and none can be bundled. */
const never = ['cpu-features', '*.node'];

const common = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  sourcemap: production ? false : 'linked',
  minify: production,
  legalComments: production ? 'eof' : 'none',
  logLevel: 'warning',
  outExtension: { '.js': '.cjs' },
  outdir: 'dist',
};

/** The desktop's side runs on the editor's Node 24; what runs on a node must do with Debian 13's Node 20. */
const bundles = [
  { entryPoints: ['src/extension.ts'], target: 'node24', external: ['vscode', ...never] },
  { entryPoints: ['src/controlPlaneWorker.ts', 'src/cli.ts'], target: 'node24', external: never },
  {
    entryPoints: ['src/agent.ts', 'src/bootstrap.ts'],
    target: 'node20',
    external: never,
    minify: true,
    sourcemap: false,
  },
];

for (const bundle of bundles) {
  const entryPoints = bundle.entryPoints.filter((file) => existsSync(file));
  if (entryPoints.length > 0) await build({ ...common, ...bundle, entryPoints });
}
