// What runs inside the extension host, in this order: bundled by .vscode-test.mjs.
import './commands.test.ts';
import './lifecycle.test.ts';
import './tree.test.ts';
import './createCluster.test.ts';
import './machines.test.ts';
import './snapshots.test.ts';
import './manifests.test.ts';
import './liveObjects.test.ts';
import './contexts.test.ts';
