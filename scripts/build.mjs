// Bundles everything that runs outside the source tree: extension, control-plane worker, command line, agent, bootstrap.
import { build } from 'esbuild';
import { existsSync, writeFileSync } from 'node:fs';
// The schema of the official models is a source too; it is made where it is out of date.
import './extractSchema.mjs';
import { buildInfo } from './buildInfo.mjs';

const production = process.argv.includes('--production');

/** What native code of optional dependencies would be: none of it is needed, and none can be bundled. */
const never = ['cpu-features', '*.node'];

const common = {
  bundle: true,
  platform: 'node',
  sourcemap: production ? false : 'linked',
  minify: production,
  legalComments: production ? 'eof' : 'none',
  logLevel: 'warning',
  outdir: 'dist',
};

/** The editor loads CommonJS; `import.meta.dirname` of the sources is the bundle's own folder there. */
const desktop = {
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  define: {
    'import.meta.dirname': '__dirname',
    WHEELHOUSE_BUILD: JSON.stringify(buildInfo()) ?? 'undefined',
  },
  target: 'node24',
};

/** Dependencies in CommonJS ask for `require`, which a module has not. */
const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
const node = { format: 'esm', outExtension: { '.js': '.mjs' }, banner: { js: banner }, target: 'node20' };

/**
 * Those of which a start is waited for. What V8 makes of their code is kept beside them, in `dist/compiled`, which costs a
 * start a quarter less: the cache has to be there before the code is read, so that a file of its own comes first.
 */
const compiled = ['controlPlaneWorker', 'cli'];
const first = (name) => `'use strict';
require('node:module').enableCompileCache?.(require('node:path').join(__dirname, 'compiled'));
require('./${name}.main.cjs');
`;

/** The desktop's side runs on the editor's Node 24; what runs on a node must do with Debian 13's Node 20. */
const bundles = [
  { ...desktop, entryPoints: ['src/extension.ts'], external: ['vscode', ...never] },
  { ...desktop, entryPoints: ['src/yamlWorker.ts'], external: never },
  {
    ...desktop,
    entryPoints: compiled.map((name) => `src/${name}.ts`),
    external: never,
    outExtension: { '.js': '.main.cjs' },
  },
  {
    ...node,
    entryPoints: ['src/agent.ts', 'src/bootstrap.ts'],
    // The loader of .proto files: asked for by gRPC's own statistics service alone, which no node serves.
    external: [...never, '@grpc/proto-loader'],
    minify: true,
    sourcemap: false,
  },
];

for (const bundle of bundles) {
  const entryPoints = bundle.entryPoints.filter((file) => existsSync(file));
  if (entryPoints.length > 0) await build({ ...common, ...bundle, entryPoints });
}
for (const name of compiled) writeFileSync(`dist/${name}.cjs`, first(name));
