// Makes the extension's package, as it is installed: `code --install-extension wheelhouse-VERSION.vsix`.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { node24, root } from './setup/dependencies.mjs';

const run = (...args) => execFileSync(node24, args, { cwd: root, stdio: 'inherit' });
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const file = path.join(root, `wheelhouse-${version}.vsix`);

run('scripts/build.mjs', '--production');
run(
  'node_modules/@vscode/vsce/vsce',
  'package',
  '--no-dependencies',
  '--allow-missing-repository',
  '--no-rewrite-relative-links',
  '--out',
  file,
);
console.log(`${path.relative(process.cwd(), file)}: ${(statSync(file).size / 1e6).toFixed(2)} MB`);
console.log(`Install it with: code --install-extension ${path.relative(process.cwd(), file)}`);
